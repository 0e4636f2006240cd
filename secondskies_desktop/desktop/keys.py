"""The keyboard: what each key does in the panel that has it, and the card that shows all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.chips import Chip
from secondskies_desktop.desktop.widgets.labels import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.desktop.main_window import MainWindow

IN_PANELS = (
    ("/", "Filter"),
    ("J", "Next row"),
    ("K", "Previous row"),
    ("Enter", "Open the row in Signal Detail"),
    ("Esc", "Back: clear the filter, return to the table"),
    ("Ctrl+C", "Copy the chosen rows or the card for a spreadsheet"),
    ("Menu", "Why this number, copy as table or picture"),
)
"""Keys that do something else in each panel; the list of actions has all others."""


class KeyMap:
    """Keys of the whole window; a field for text keeps its letters to itself."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._bind("/", lambda: self._first_that(lambda panel: panel.focus_filter()))
        self._bind("J", lambda: self._first_that(lambda panel: panel.step_row(1)))
        self._bind("K", lambda: self._first_that(lambda panel: panel.step_row(-1)))
        self._bind("Esc", self._back)

    def _bind(self, key: str, work: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(key), self._window)
        shortcut.activated.connect(work)

    def _first_that(self, does: Callable[..., bool]) -> bool:
        """Let the active panel do it, else the first visible one that can."""
        active = self._window.active_panel()
        others = [one for one in self._window.panels.values() if one is not active and one.isVisible()]
        return any(does(panel) for panel in ([] if active is None else [active]) + others)

    def _back(self) -> None:
        if self._window.away.dismiss():
            return
        active = self._window.active_panel()
        if active is not None and active.go_back():
            return
        live = self._window.panels.get("live_signals")
        if active is not live and live is not None and live.isVisible():
            live.take_focus()
        elif isinstance(self._window.focusWidget(), QLineEdit) and active is not None:
            active.take_focus()

    def lines(self) -> list[tuple[str, str]]:
        """Return every key and what it does."""
        return [(one.shortcut, one.title) for one in self._window.action_list if one.shortcut] + list(
            IN_PANELS
        )

    def show(self) -> None:
        """Show all keys."""
        dialog = QDialog(self._window)
        dialog.setWindowTitle("Keys")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout(dialog)
        grid.setContentsMargins(*(4 * [3 * theme.GRID]))
        grid.setVerticalSpacing(theme.GRID)
        grid.setHorizontalSpacing(2 * theme.GRID)
        lines = self.lines()
        half = (len(lines) + 1) // 2
        for place, (key, does) in enumerate(lines):
            row, column = place % half, 2 * (place // half)
            grid.addWidget(Chip(key, Tone.TEXT), row, column, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(Text(does, Tone.MUTED), row, column + 1)
        dialog.open()
