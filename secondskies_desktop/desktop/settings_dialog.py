"""The settings, generated from their declaration: by groups, searchable, explained, each with its way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.settings_row import SettingRow
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Caption, Text
from secondskies_desktop.foundation.declared_settings import declared

if TYPE_CHECKING:
    from secondskies_desktop.desktop.preferences import Preferences

_SIZE = (106 * theme.GRID, 76 * theme.GRID)
_GROUPS_WIDTH = 20 * theme.GRID


class GroupHead(QWidget):
    """The name of a group, and the way back for all of it."""

    def __init__(self, title: str, rows: list[SettingRow]) -> None:
        super().__init__()
        self._rows = rows
        self.title = Caption(title)
        self.reset = QPushButton()
        self.reset.setProperty("flat", "true")
        self.reset.clicked.connect(self._reset)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, theme.GRID, 0, 0)
        line.addWidget(self.title)
        line.addStretch(1)
        line.addWidget(self.reset)
        self.count()

    def count(self) -> None:
        """Say how many are changed."""
        changed = sum(row.is_changed for row in self._rows)
        self.reset.setText(f"Reset {changed} in {self.title.text()}")
        self.reset.setVisible(changed > 1)

    def _reset(self) -> None:
        for row in self._rows:
            if row.is_changed:
                row.go_to_default()


class SettingsDialog(QDialog):
    """All settings by groups; typing finds them in every group, Ctrl+Z takes the last change back."""

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
        self.problem = Text(preferences.problem, Tone.DANGER)
        self.problem.setWordWrap(True)
        self.problem.setVisible(bool(preferences.problem))
        self.rows = [SettingRow(one, preferences) for one in declared()]
        titles = list(dict.fromkeys(row.setting.group_title for row in self.rows))
        self.groups = {title: GroupHead(title, self._rows_of(title)) for title in titles}
        self.list = QListWidget()
        self.list.setFixedWidth(_GROUPS_WIDTH)
        self.list.setAccessibleName("Groups")
        self.list.addItems(titles)
        for place in range(self.list.count()):
            self.list.item(place).setSizeHint(QSize(0, theme.ROW))
        self._chosen = 0
        self.list.currentRowChanged.connect(self._on_group)
        self.nothing = Text("No setting says that.", Tone.MUTED)
        self.restart = Text("Some of this is taken at the next start.", Tone.WATCH)
        self.restart.hide()
        self.undo = QPushButton("Undo the last change")
        self.undo.setProperty("flat", "true")
        self.undo.setToolTip("Ctrl+Z")
        self.undo.setEnabled(preferences.can_undo)
        self.undo.clicked.connect(self._undo)
        self._lay_out()
        preferences.changed.connect(self._on_changed)
        preferences.refused.connect(self._on_refused)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self).activated.connect(self._undo)
        self._narrow()
        self.search.setFocus()

    def _rows_of(self, title: str) -> list[SettingRow]:
        return [row for row in self.rows if row.setting.group_title == title]

    def _lay_out(self) -> None:
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(self.undo)
        foot.addStretch(1)
        foot.addWidget(self.restart)
        foot.addWidget(close)
        middle = QHBoxLayout()
        middle.setSpacing(2 * theme.GRID)
        middle.addWidget(self.list)
        middle.addWidget(self._pages(), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(4 * [2 * theme.GRID]))
        column.setSpacing(theme.GRID)
        column.addWidget(self.search)
        column.addWidget(self.problem)
        column.addLayout(middle, 1)
        column.addLayout(foot)

    def _pages(self) -> QScrollArea:
        inner = QWidget()
        inner.setAutoFillBackground(False)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme.GRID, 0)
        column.setSpacing(theme.HALF)
        column.addWidget(self.nothing)
        for title, head in self.groups.items():
            column.addWidget(head)
            for row in self._rows_of(title):
                column.addWidget(row)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.viewport().setAutoFillBackground(False)
        self._scroll = scroll
        return scroll

    def _on_group(self, place: int) -> None:
        """Show one group; what was searched for is left."""
        self._chosen = place
        if self.search.text():
            self.search.clear()
        else:
            self._narrow()

    def _narrow(self) -> None:
        """Show what every word of the search says, in all groups; without one the chosen group."""
        words = self.search.text().strip()
        self.list.blockSignals(True)
        self.list.setCurrentRow(-1 if words else self._chosen)
        self.list.blockSignals(False)
        chosen = list(self.groups)[self._chosen]
        hits = [
            row
            for row in self.rows
            if (row.setting.matches(words) if words else row.setting.group_title == chosen)
        ]
        for row in self.rows:
            row.setVisible(row in hits)
        with_hits = {row.setting.group_title for row in hits}
        for title, head in self.groups.items():
            head.setVisible(title in with_hits)
        self.nothing.setVisible(not hits)
        self._scroll.verticalScrollBar().setValue(0)

    def _undo(self) -> None:
        self._preferences.undo()
        self.undo.setEnabled(self._preferences.can_undo)

    def _row(self, group: str, key: str) -> SettingRow | None:
        return next((row for row in self.rows if (row.setting.group, row.setting.key) == (group, key)), None)

    def _on_changed(self, group: str, key: str) -> None:
        row = self._row(group, key)
        if row is not None:
            row.show_value()
            self.groups[row.setting.group_title].count()
            if row.setting.needs_restart:
                self.restart.show()
        self.undo.setEnabled(self._preferences.can_undo)

    def _on_refused(self, group: str, key: str, why: str) -> None:
        row = self._row(group, key)
        if row is not None:
            row.refuse(why)
