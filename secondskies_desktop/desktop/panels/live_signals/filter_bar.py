"""The filter above the table: always visible, and always saying what it holds back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from secondskies_desktop.desktop import formats, theme
from secondskies_desktop.desktop.models.signal_filter import TODAY, WEEK, SignalFilter, Tab
from secondskies_desktop.desktop.widgets.choice import Choice
from secondskies_desktop.desktop.widgets.segments import Segments
from secondskies_desktop.foundation.sessions import Session
from secondskies_desktop.signals.vocabulary import Direction, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QResizeEvent

    from secondskies_desktop.desktop.models.signal_book import Counts
    from secondskies_desktop.desktop.widgets.choice import Option

_TYPING_MS = 120
_SEARCH_WIDTH = 22 * theme.GRID


class FilterBar(QWidget):
    """Tabs with counts and text above, session, direction, state and trade date below."""

    changed = Signal()
    cleared = Signal(object)
    """The filter as it was before the trader cleared it."""

    def __init__(self, days: Callable[[], list[str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._days = days
        self._setting = False
        self.tabs = Segments([tab.value for tab in Tab])
        self.tabs.setToolTip("Active: confirmed or running. Pending signals stand under All")
        self.text = QLineEdit()
        self.text.setPlaceholderText("Trade id, symbol    /")
        self.text.setClearButtonEnabled(True)
        self.text.setFixedWidth(_SEARCH_WIDTH)
        self.session = Choice("Session", _sessions)
        self.direction = Choice("Direction", _directions)
        self.state = Choice("State", _states)
        self.day = Choice("Trade date", self._day_options)
        self.clear = QPushButton("Clear")
        self.clear.setProperty("flat", "true")
        self.clear.setToolTip("Show everything again (Esc)")
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self.choices = QWidget()
        self._grid = QGridLayout(self)
        self._in_one_row = False
        self._lay_out()
        self._typing.timeout.connect(self.changed)
        self.text.textChanged.connect(self._on_typing)
        self.tabs.chosen.connect(self._tell)
        self.clear.clicked.connect(self.clear_all)
        for choice in (self.session, self.direction, self.state, self.day):
            choice.changed.connect(self._tell)
        self.changed.connect(self._say_clear)
        self._say_clear()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self.choices)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        for choice in (self.session, self.direction, self.state, self.day):
            row.addWidget(choice)
        row.addWidget(self.clear)
        row.addStretch(1)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.GRID)
        self._grid.setColumnStretch(1, 1)
        self._place(in_one_row=False)

    def _place(self, *, in_one_row: bool) -> None:
        """Put everything into one row where it fits, else the choices into a second one."""
        self._in_one_row = in_one_row
        for widget in (self.tabs, self.choices, self.text):
            self._grid.removeWidget(widget)
        self._grid.addWidget(self.tabs, 0, 0)
        self._grid.addWidget(self.text, 0, 2)
        if in_one_row:
            self._grid.addWidget(self.choices, 0, 1)
        else:
            self._grid.addWidget(self.choices, 1, 0, 1, 3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        needed = (
            self.tabs.sizeHint().width() + self.choices.sizeHint().width() + _SEARCH_WIDTH + 4 * theme.GRID
        )
        if self._in_one_row != (self.width() >= needed):
            self._place(in_one_row=not self._in_one_row)

    def wanted(self) -> SignalFilter:
        """Return the filter as it is set."""
        return SignalFilter(
            Tab(self.tabs.on()),
            self.session.value,
            self.direction.value,
            self.state.value,
            self.day.value,
            self.text.text(),
        )

    def set(self, wanted: SignalFilter) -> None:
        """Set the whole filter, telling of it once."""
        self._setting = True
        self.tabs.turn_on(wanted.tab.value)
        self.session.choose(wanted.session)
        self.direction.choose(wanted.direction)
        self.state.choose(wanted.state)
        self.day.choose(wanted.day)
        self.text.setText(wanted.text)
        self._typing.stop()
        self._setting = False
        self.changed.emit()

    def clear_all(self) -> None:
        """Hold nothing back any more; the tab stays."""
        self.cleared.emit(self.wanted())
        self.set(SignalFilter(tab=Tab(self.tabs.on())))

    def say(self, counts: Counts) -> None:
        """Write the counts behind the tabs."""
        self.tabs.say({tab.value: number for tab, number in counts.tabs.items()})
        self._fit()

    def _on_typing(self) -> None:
        if not self._setting:
            self._typing.start()

    def _tell(self) -> None:
        if not self._setting:
            self.changed.emit()

    def _say_clear(self) -> None:
        self.clear.setVisible(self.wanted().narrows)

    def _day_options(self) -> Sequence[Option]:
        return [(TODAY, "Today"), (WEEK, "Last 7 days"), *((day, day) for day in self._days())]


def _sessions() -> Sequence[Option]:
    return [(one.value, formats.session_name(one.value)) for one in Session]


def _directions() -> Sequence[Option]:
    return [(Direction.BULLISH.value, "▲ Bullish"), (Direction.BEARISH.value, "▼ Bearish")]


def _states() -> Sequence[Option]:
    return [(one.value, formats.state_name(one.value)) for one in Status]
