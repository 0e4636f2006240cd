"""The settings, generated from their declaration: searchable, explained, each with its way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from secondskies_desktop.desktop import theme, typeface
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.drop_down import DropDown
from secondskies_desktop.desktop.widgets.labels import Caption, Text
from secondskies_desktop.foundation.declared_settings import Declared, declared

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QWheelEvent

    from secondskies_desktop.desktop.preferences import Preferences

_SIZE = (86 * theme.GRID, 76 * theme.GRID)
_EDITOR_WIDTH = 26 * theme.GRID


class NumberField(QSpinBox):
    """A whole number within bounds; the wheel changes it only while it has the keyboard."""

    def __init__(self) -> None:
        super().__init__()
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class SettingRow(QWidget):
    """Title and explanation, an editor, a way back to the default, and why a value was refused."""

    def __init__(self, one: Declared, preferences: Preferences) -> None:
        super().__init__()
        self.setting = one
        self._preferences = preferences
        self.title = Text(one.title, Tone.TEXT, typeface.strong_font())
        restart = " Taken at the next start." if one.needs_restart else ""
        self.explanation = Text(f"{one.explanation}{restart}", Tone.MUTED)
        self.explanation.setWordWrap(True)
        self.refusal = Text("", Tone.DANGER)
        self.refusal.setWordWrap(True)
        self.refusal.hide()
        self.editor, self._show = self._editor()
        self.editor.setAccessibleName(one.title)
        self.editor.setToolTip(one.name)
        self.editor.setFixedWidth(_EDITOR_WIDTH)
        self.reset = QPushButton("Reset")
        self.reset.setProperty("flat", "true")
        self.reset.setToolTip(f"Back to {_word(one.default)}")
        self.reset.clicked.connect(lambda: self._set(one.default))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, theme.HALF, 0, theme.HALF)
        grid.setVerticalSpacing(theme.HALF // 2)
        grid.setHorizontalSpacing(2 * theme.GRID)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.explanation, 1, 0)
        grid.addWidget(self.refusal, 2, 0, 1, 3)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self.editor, 0, 1, 2, 1, top)
        grid.addWidget(self.reset, 0, 2, 2, 1, top)
        self.show_value()

    def show_value(self) -> None:
        """Show what is set, and whether it is the default."""
        value = self._preferences.value(self.setting.group, self.setting.key)
        self.editor.blockSignals(True)
        self._show(value)
        self.editor.blockSignals(False)
        self.reset.setVisible(value != self.setting.default)
        self.refusal.hide()

    def refuse(self, why: str) -> None:
        """Say why a value was not taken; what was typed stays."""
        self.refusal.say(why)
        self.refusal.show()

    def _set(self, value: Any) -> None:
        if self._preferences.set(self.setting.group, self.setting.key, value):
            self.show_value()

    def _editor(self) -> tuple[QWidget, Callable[[Any], object]]:
        one = self.setting
        if one.choices:
            drop = DropDown()
            drop.addItems([choice.capitalize() for choice in one.choices])
            drop.activated.connect(lambda place: self._set(one.choices[place]))
            return drop, lambda value: drop.setCurrentIndex(one.choices.index(value))
        if isinstance(one.default, bool):
            box = QCheckBox()
            box.toggled.connect(self._set)
            return box, box.setChecked
        if isinstance(one.default, int):
            spin = NumberField()
            spin.setRange(one.low or 0, one.high or 0)
            spin.valueChanged.connect(self._set)
            return spin, spin.setValue
        line = QLineEdit()
        line.editingFinished.connect(lambda: self._set(line.text().strip()))
        return line, line.setText


class SettingsDialog(QDialog):
    """All settings by groups; typing narrows them, Ctrl+Z takes the last change back."""

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self._preferences = preferences
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search: sound, tray, port …")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.rows = [SettingRow(one, preferences) for one in declared()]
        self.groups: dict[str, Caption] = {}
        self.nothing = Text("No setting says that.", Tone.MUTED)
        self.nothing.hide()
        self.undo = QPushButton("Undo the last change")
        self.undo.setProperty("flat", "true")
        self.undo.setEnabled(False)
        self.undo.clicked.connect(self._undo)
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(self.undo)
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(4 * [2 * theme.GRID]))
        column.setSpacing(theme.GRID)
        column.addWidget(self.search)
        column.addWidget(self._list(), 1)
        column.addLayout(foot)
        preferences.changed.connect(self._on_changed)
        preferences.refused.connect(self._on_refused)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self).activated.connect(self._undo)
        self.search.setFocus()

    def _list(self) -> QScrollArea:
        inner = QWidget()
        inner.setAutoFillBackground(False)
        column = QVBoxLayout(inner)
        column.setSpacing(theme.HALF)
        column.addWidget(self.nothing)
        for row in self.rows:
            title = row.setting.group_title
            if title not in self.groups:
                self.groups[title] = Caption(title)
                self.groups[title].setContentsMargins(0, theme.GRID, 0, 0)
                column.addWidget(self.groups[title])
            column.addWidget(row)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.viewport().setAutoFillBackground(False)
        return scroll

    def _narrow(self, words: str) -> None:
        shown = {row: row.setting.matches(words) for row in self.rows}
        for row, is_shown in shown.items():
            row.setVisible(is_shown)
        for title, caption in self.groups.items():
            caption.setVisible(any(on for row, on in shown.items() if row.setting.group_title == title))
        self.nothing.setVisible(not any(shown.values()))

    def _undo(self) -> None:
        self.undo.setEnabled(self._preferences.undo() and self._preferences.can_undo)

    def _row(self, group: str, key: str) -> SettingRow | None:
        return next((row for row in self.rows if (row.setting.group, row.setting.key) == (group, key)), None)

    def _on_changed(self, group: str, key: str) -> None:
        row = self._row(group, key)
        if row is not None:
            row.show_value()
        self.undo.setEnabled(self._preferences.can_undo)

    def _on_refused(self, group: str, key: str, why: str) -> None:
        row = self._row(group, key)
        if row is not None:
            row.refuse(why)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) or "nothing"
