"""The line that says what happened while the trader looked elsewhere, and who finds it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from secondskies_desktop.desktop import away, theme
from secondskies_desktop.desktop.widgets.labels import Elided

if TYPE_CHECKING:
    from secondskies_desktop.desktop.away import Changes, Mark
    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.signals.changes import SignalRow

_REMEMBERED = 500
_MOST_CHANGES = 50_000
_WHY = (
    "Missed: entries that came and ended in both strategies meanwhile. Protected: BE=1 moved its stop to the entry. "
    "Stopped: a strategy ended at its stop or its entry."
)


class AwayStrip(QWidget):
    """Hidden until there is something to say; gone by Esc or by its button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = Elided()
        self.button = QPushButton("Got it")
        self.button.setToolTip("Esc")
        self.button.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID + theme.HALF, theme.HALF, theme.GRID, theme.HALF)
        row.setSpacing(theme.GRID)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        self.hide()

    def say(self, text: str) -> None:
        """Show a line, in place of an older one."""
        self.text.say(text, _WHY)
        self.show()

    def dismiss(self) -> bool:
        """Take the line away; False where there was none."""
        was_shown = not self.isHidden()
        self.hide()
        return was_shown


class AwayWatch(QObject):
    """Remembers how signals stand when the trader leaves, and compares when he is back after a minute."""

    told = Signal(str)

    def __init__(
        self, desk: Desk, bridge: Bridge, readers: Readers, clock: Clock, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._readers = desk, readers
        self._clock = clock
        self._left_us: int | None = None
        self._before: tuple[int, dict[int, Mark]] | None = None
        bridge.rebuilt.connect(self._forget)

    def on_state(self, state: Qt.ApplicationState) -> None:
        """The application has the keyboard, or no longer has it."""
        if state is Qt.ApplicationState.ApplicationActive:
            self.come_back()
        else:
            self.leave()

    def leave(self) -> None:
        """The trader looks elsewhere."""
        if self._left_us is not None:
            return
        self._left_us, self._before = self._clock(), None
        desk = self._desk
        self._readers.run(lambda: _snapshot(desk), self._remember, lambda _error: None)

    def come_back(self) -> None:
        """He looks here again."""
        left_us, self._left_us = self._left_us, None
        before, self._before = self._before, None
        if left_us is None or before is None:
            return
        away_s = (self._clock() - left_us) / 1e6
        if away_s < away.LONG_ENOUGH_S:
            return
        desk, (seq, marks) = self._desk, before
        self._readers.run(
            lambda: away.changes_since(marks, _changed(desk, seq), left_us),
            lambda changes: self._tell(changes, away_s),
            lambda _error: None,
        )

    def _remember(self, found: tuple[int, dict[int, Mark]]) -> None:
        if self._left_us is not None:
            self._before = found

    def _forget(self) -> None:
        # After a rebuild every number of a change is another one: what was before cannot be compared.
        self._before = None

    def _tell(self, changes: Changes, away_s: float) -> None:
        text = away.sentence(changes, away_s)
        if text:
            self.told.emit(text)


def _snapshot(desk: Desk) -> tuple[int, dict[int, Mark]]:
    seq, rows = desk.signals(_REMEMBERED)
    return seq, away.marks_of(rows)


def _changed(desk: Desk, seq: int) -> list[SignalRow]:
    rows: list[SignalRow] = []
    while len(rows) < _MOST_CHANGES:
        seq, page = desk.signals_since(seq)
        if not page:
            break
        rows += page
    return rows
