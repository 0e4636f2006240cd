"""One setting on screen: what it is, an editor of its kind, a way back, and why a value was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from secondskies_desktop.desktop import theme, typeface
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.drop_down import DropDown
from secondskies_desktop.desktop.widgets.labels import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QWheelEvent

    from secondskies_desktop.desktop.preferences import Preferences
    from secondskies_desktop.foundation.declared_settings import Declared

_EDITOR_WIDTH = 26 * theme.GRID


class NumberField(QSpinBox):
    """A whole number within bounds; the wheel changes it only while it has the keyboard.

    The stylesheet takes its buttons away: without symbols of its own Qt leaves the number a width of one pixel.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.lineEdit().setTextMargins(theme.CELL_PAD, 0, 0, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class PathField(QWidget):
    """The path of a file: typed, or chosen."""

    edited = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self.line = QLineEdit()
        self.line.editingFinished.connect(self.edited)
        self.choose = QPushButton("Choose…")
        self.choose.clicked.connect(self._ask)
        self.setFocusProxy(self.line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.HALF)
        row.addWidget(self.line, 1)
        row.addWidget(self.choose)

    def _ask(self) -> None:
        dialog = QFileDialog(self, self._title, self.line.text())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take)
        dialog.open()

    def take(self, path: str) -> None:
        """Take the path that was chosen."""
        self.line.setText(path)
        self.edited.emit()


class SettingRow(QWidget):
    """Title and explanation, an editor, a way back to the default, and why a value was refused."""

    def __init__(self, one: Declared, preferences: Preferences, *, stacked: bool = False) -> None:
        """`stacked` puts the editor under the words, where there is little room beside them."""
        super().__init__()
        self.setting = one
        self._preferences = preferences
        self.title = Text(one.title, Tone.TEXT, typeface.strong_font())
        restart = " Taken at the next start." if one.needs_restart else ""
        self.explanation = Text(f"{one.explanation}{restart}", Tone.MUTED)
        self.explanation.setWordWrap(True)
        self.changed = Text(f"● Changed; the default is {in_words(one.default)}.", Tone.NO_BE)
        self.refusal = Text("", Tone.DANGER)
        self.refusal.setWordWrap(True)
        self.refusal.hide()
        self.editor, self._show = self._editor()
        self.editor.setAccessibleName(one.title)
        self.editor.setToolTip(one.name)
        self.editor.setFixedWidth(_EDITOR_WIDTH)
        self.reset = QPushButton("Reset")
        self.reset.setProperty("flat", "true")
        self.reset.setAccessibleName(f"Reset {one.title}")
        self.reset.setToolTip(f"Back to {in_words(one.default)}")
        self.reset.clicked.connect(self.go_to_default)
        # The editor stays where it is when the way back comes and goes.
        room = self.reset.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(room)
        if stacked:
            self._stack_up()
        else:
            self._lay_out()
        self.show_value()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, theme.HALF, 0, theme.HALF)
        grid.setVerticalSpacing(theme.HALF // 2)
        grid.setHorizontalSpacing(2 * theme.GRID)
        grid.setColumnStretch(0, 1)
        for line, label in enumerate((self.title, self.explanation, self.changed, self.refusal)):
            grid.addWidget(label, line, 0)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self.editor, 0, 1, 4, 1, top)
        grid.addWidget(self.reset, 0, 2, 4, 1, top)

    def _stack_up(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.HALF, 0, theme.HALF)
        column.setSpacing(theme.HALF // 2)
        for label in (self.title, self.explanation):
            column.addWidget(label)
        line = QHBoxLayout()
        line.setSpacing(theme.GRID)
        line.addWidget(self.editor)
        line.addWidget(self.reset)
        line.addStretch(1)
        column.addLayout(line)
        for label in (self.changed, self.refusal):
            column.addWidget(label)

    @property
    def is_changed(self) -> bool:
        """Whether something else than the default is set."""
        return bool(self._preferences.value(self.setting.group, self.setting.key) != self.setting.default)

    def go_to_default(self) -> None:
        """Set the default again."""
        self._set(self.setting.default)

    def show_value(self) -> None:
        """Show what is set, and whether it is the default."""
        self._fill()
        self.reset.setVisible(self.is_changed)
        self.changed.setVisible(self.is_changed)
        self.refusal.hide()

    def _fill(self) -> None:
        self.editor.blockSignals(True)
        self._show(self._preferences.value(self.setting.group, self.setting.key))
        self.editor.blockSignals(False)

    def refuse(self, why: str) -> None:
        """Say why a value was not taken; what was typed stays, a switch goes back to what is set."""
        if not isinstance(self.editor, QLineEdit | PathField):
            self._fill()
        self.refusal.say(why)
        self.refusal.show()

    def _set(self, value: Any) -> None:
        if self._preferences.set(self.setting.group, self.setting.key, value):
            self.show_value()

    def _editor(self) -> tuple[QWidget, Callable[[Any], object]]:
        one = self.setting
        if one.choices:
            drop = DropDown()
            drop.addItems([choice.capitalize() if choice != "ssh" else "SSH" for choice in one.choices])
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
        if one.is_path:
            field = PathField(one.title)
            field.edited.connect(lambda: self._set(field.line.text().strip()))
            return field, field.line.setText
        line = QLineEdit()
        line.setReadOnly(one.is_ours)
        line.editingFinished.connect(lambda: self._set(line.text().strip()))
        return line, line.setText


def in_words(value: object) -> str:
    """Return a value as it is said: on, off, nothing, or itself."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) or "nothing"
