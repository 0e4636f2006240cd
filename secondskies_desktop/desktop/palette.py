"""The command palette (Ctrl+K): every action, panel, layout and signal by a few letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from secondskies_desktop.desktop import theme, typeface
from secondskies_desktop.desktop.models.matching import ranked
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.chips import Chip
from secondskies_desktop.desktop.widgets.labels import Elided, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.desktop.remembered import Remembered

_WIDTH = 72 * theme.GRID
_ROWS = 10
_REMEMBERED = 8
_RECENT = "palette/recent"


class Entry(NamedTuple):
    """What can be chosen; `title` is also what is remembered."""

    title: str
    group: str
    shortcut: str
    run: Callable[[], object]


class Palette(QFrame):
    """Lies over the window while it is open; Esc gives the keyboard back to where it was."""

    def __init__(
        self,
        window: QWidget,
        entries: Callable[[str], list[Entry]],
        remembered: Remembered,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._entries = entries
        self._kept = remembered
        self._found: list[Entry] = []
        self._before: QWidget | None = None
        self.setProperty("overlay", "true")
        self.setAccessibleName("Command palette")
        self.field = QLineEdit()
        self.field.setPlaceholderText("What do you want to do? A few letters, or a trade id")
        self.field.setFont(typeface.title_font())
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.nothing = Text("Nothing is called that.", Tone.MUTED)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(4 * [theme.GRID]))
        column.setSpacing(theme.GRID)
        for widget in (self.field, self.list, self.nothing):
            column.addWidget(widget)
        self.field.textChanged.connect(self._list)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._run_chosen)
        self.hide()

    def open(self) -> None:
        """Show it, empty, over the window."""
        self._before = self._window.focusWidget()
        self.field.clear()
        self._list("")
        self.show()
        self.raise_()
        self.field.setFocus()

    def close_up(self) -> None:
        """Go away and give the keyboard back."""
        self.hide()
        if self._before is not None:
            self._before.setFocus()

    def titles(self) -> list[str]:
        """Return what is listed now."""
        return [entry.title for entry in self._found]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            match event.key():
                case Qt.Key.Key_Down | Qt.Key.Key_Up:
                    step = 1 if event.key() == Qt.Key.Key_Down else -1
                    self.list.setCurrentRow((self.list.currentRow() + step) % max(1, self.list.count()))
                    return True
                case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                    self._run_chosen()
                    return True
                case Qt.Key.Key_Escape:
                    self.close_up()
                    return True
        if watched is self.field and event.type() == QEvent.Type.FocusOut:
            self.hide()
        return super().eventFilter(watched, event)

    def _list(self, typed: str) -> None:
        entries = self._entries(typed)
        recent = self._recent()
        self._found = [entries[place] for place in ranked(typed, [one.title for one in entries], recent)]
        self._found = self._found[: 3 * _ROWS]
        self.list.clear()
        for entry in self._found:
            item = QListWidgetItem()
            item.setSizeHint(QSize(0, theme.ROW))
            self.list.addItem(item)
            self.list.setItemWidget(item, _row(entry))
        self.list.setCurrentRow(0)
        self.nothing.setVisible(not self._found)
        self.list.setVisible(bool(self._found))
        self._lie()

    def _lie(self) -> None:
        window = self._window
        width = min(_WIDTH, window.width() - 4 * theme.GRID)
        rows = min(_ROWS, max(1, len(self._found)))
        self.list.setFixedHeight(rows * theme.ROW + theme.HALF)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((window.width() - width) // 2, 8 * theme.GRID)

    def _run_chosen(self, *_item: object) -> None:
        place = self.list.currentRow()
        if not 0 <= place < len(self._found):
            return
        entry = self._found[place]
        self.close_up()
        recent = [entry.title, *(one for one in self._recent() if one != entry.title)]
        self._kept.keep(_RECENT, recent[:_REMEMBERED])
        entry.run()

    def _recent(self) -> list[str]:
        return self._kept.texts(_RECENT)


def _row(entry: Entry) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
    row.setSpacing(theme.GRID)
    row.addWidget(Elided(entry.title), 1)
    row.addWidget(Text(entry.group, Tone.FAINT, typeface.small_font()))
    if entry.shortcut:
        row.addWidget(Chip(entry.shortcut, Tone.TEXT))
    return holder
