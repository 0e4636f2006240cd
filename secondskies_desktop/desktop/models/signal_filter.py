"""Which signals the trader wants to see: tab, session, direction, state, trade date and text; pure."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.desktop.models.shown_signal import LIVE
from secondskies_desktop.signals.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.desktop.models.shown_signal import Shown
    from secondskies_desktop.signals.view import SignalView

TODAY = "today"
WEEK = "week"
_WEEK_DAYS = 7


class Tab(StrEnum):
    """A part of the signals by how they stand. Pending ones are in All: most of them come to nothing."""

    ALL = "All"
    ACTIVE = "Active"
    COMPLETED = "Completed"
    CANCELLED = "Cancelled"


TAB_STATES: dict[Tab, frozenset[Status]] = {
    Tab.ALL: frozenset(Status),
    Tab.ACTIVE: frozenset(LIVE),
    Tab.COMPLETED: frozenset({Status.COMPLETED}),
    Tab.CANCELLED: frozenset({Status.CANCELLED}),
}


class SignalFilter(msgspec.Struct, frozen=True):
    """What must hold; None and "" ask for nothing. `day` is "today", "week" or an ISO trade date."""

    tab: Tab = Tab.ALL
    session: str | None = None
    direction: str | None = None
    state: str | None = None
    day: str | None = None
    text: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything but the tab is asked for."""
        return bool(self.session or self.direction or self.state or self.day or self.text.strip())

    def on_tab(self, one: Shown) -> bool:
        """Whether a signal is on the tab."""
        return self.tab is Tab.ALL or one.status in TAB_STATES[self.tab]

    def tests(self, today: date) -> list[Callable[[Shown], bool]]:
        """Return what must hold for a signal, but for the tab; nothing where nothing is asked for."""
        tests: list[Callable[[Shown], bool]] = []
        for name, wanted in (
            ("session", self.session),
            ("direction", self.direction),
            ("status", self.state),
        ):
            if wanted:
                tests.append(_equals(name, wanted))
        if self.day:
            tests.append(_on_day(self.day, today))
        tests += [_contains(word) for word in self.text.casefold().split()]
        return tests


def _equals(name: str, wanted: str) -> Callable[[Shown], bool]:
    def holds(one: Shown) -> bool:
        view: SignalView = one.row.view
        return bool(getattr(view, name) == wanted)

    return holds


def _on_day(day: str, today: date) -> Callable[[Shown], bool]:
    first = last = day
    if day == TODAY:
        first = last = today.isoformat()
    elif day == WEEK:
        first, last = (today - timedelta(days=_WEEK_DAYS - 1)).isoformat(), today.isoformat()

    def holds(one: Shown) -> bool:
        on = one.row.view.trade_date
        return on is not None and first <= on <= last

    return holds


def _contains(word: str) -> Callable[[Shown], bool]:
    return lambda one: word in one.search
