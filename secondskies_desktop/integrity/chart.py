"""What is known of a chart's minutes: the prices they saw and how many signals an alert of theirs listed.

Read once from the bodies as they come, kept for as long as a missed exit is looked for. A bar outranks single prices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from secondskies_desktop.integrity.story import EVERY_BAR, MINUTE_US, Price

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from secondskies_desktop.signals.event import Decoded

MAX_MINUTES: Final = 50_000
"""More than a month of a chart; the oldest minutes are forgotten beyond it."""
_ROOM: Final = 1_440
"""Minutes that can follow before the columns are made anew."""


class _Minute(NamedTuple):
    low: float
    high: float
    inbox_id: int
    is_bar: bool


class Chart:
    """The minutes of one chart, filled in any order, any number of times, with the same result."""

    def __init__(self) -> None:
        self._minutes: dict[int, _Minute] = {}
        self._listed: dict[int, int] = {}
        self._newest_listed = 0
        self._times = np.empty(0, np.int64)
        self._lows = np.empty(0)
        self._highs = np.empty(0)
        self._count = 0
        self._is_sorted = True
        self._fresh: tuple[float, float] | None = None
        self.version = 0
        """Grows with every price that is new."""
        self.revised = 0
        """Grows when a list is known of a minute behind the newest one: what was missing there may not be."""

    def take(self, decoded: Decoded, inbox_id: int) -> None:
        """Take what one body says of the chart's prices, and of how many signals it spoke."""
        bar = decoded.bar
        if bar is not None:
            self._note(bar.at_us, _Minute(bar.low, bar.high, inbox_id, is_bar=True))
        for event in decoded.events:
            if event.price is not None and event.at_us is not None:
                self._note(event.at_us, _Minute(event.price, event.price, inbox_id, is_bar=False))
        if decoded.rule in EVERY_BAR and decoded.events:
            at_us = decoded.events[0].at_us
            if at_us is not None:
                self._list(at_us, len(decoded.events))

    def _list(self, at_us: int, count: int) -> None:
        if at_us > self._newest_listed:
            self._newest_listed = at_us
        elif at_us not in self._listed:
            self.revised += 1
        self._listed[at_us] = max(self._listed.get(at_us, 0), count)

    def _note(self, at_us: int, said: _Minute) -> None:
        known = self._minutes.get(at_us)
        if known is not None:
            if known.is_bar != said.is_bar:
                said = known if known.is_bar else said
            else:
                first = min(known.inbox_id, said.inbox_id)
                said = _Minute(min(known.low, said.low), max(known.high, said.high), first, known.is_bar)
            if said == known:
                return
        self._minutes[at_us] = said
        self.version += 1
        low, high = self._fresh or (said.low, said.high)
        self._fresh = min(low, said.low), max(high, said.high)
        if self._is_sorted:
            self._place(at_us, said)

    def _place(self, at_us: int, said: _Minute) -> None:
        """Keep the columns sorted where the newest minute is told of; what lies deeper is sorted when it is read."""
        count = self._count
        newest = self._times[count - 1] if count else -1
        if at_us < newest or (at_us > newest and count == len(self._times)):
            self._is_sorted = False
            return
        if at_us > newest:
            self._count = count = count + 1
        self._times[count - 1], self._lows[count - 1], self._highs[count - 1] = at_us, said.low, said.high

    def listed(self, at_us: int) -> int | None:
        """Return how many signals the alert of a minute listed, None where no such alert is known."""
        return self._listed.get(at_us)

    def fresh(self) -> tuple[float, float] | None:
        """Return the lowest and the highest price that was new since this was asked last, None without any."""
        found, self._fresh = self._fresh, None
        return found

    def first_at(self, after_us: int, sign: int, level: float) -> Price | None:
        """Return the first minute after a time that saw a price at or below a level (sign 1), or above it (−1)."""
        self._sort()
        count = self._count
        start = int(self._times[:count].searchsorted(after_us, side="right"))
        if start == count:
            return None
        part = slice(start, count)
        reached = self._lows[part] <= level if sign > 0 else self._highs[part] >= level
        if not reached.any():
            return None
        at_us = int(self._times[start + int(np.argmax(reached))])
        found = self._minutes[at_us]
        return Price(at_us, found.low, found.high, found.inbox_id, found.is_bar)

    def _sort(self) -> None:
        if self._is_sorted:
            return
        times = sorted(self._minutes)[-MAX_MINUTES:]
        if len(self._minutes) > MAX_MINUTES:
            self._minutes = {at_us: self._minutes[at_us] for at_us in times}
            self._listed = {at_us: count for at_us, count in self._listed.items() if at_us >= times[0]}
        self._count = len(times)
        room = np.zeros(_ROOM)
        self._times = np.concatenate((np.array(times, np.int64), room.astype(np.int64)))
        self._lows = np.concatenate(([self._minutes[at_us].low for at_us in times], room))
        self._highs = np.concatenate(([self._minutes[at_us].high for at_us in times], room))
        self._is_sorted = True


def holes(
    minutes: Sequence[int], expected: Iterable[int], chart: Chart, read_from_us: int = 0
) -> list[tuple[int, int]]:
    """Return the ranges of expected bars (µs UTC, rising) at which no update came although one should have.

    Where a list of that bar came without the signal nothing was lost: the indicator did not tell of it. Before
    `read_from_us` nobody knows of the lists, and nothing is said.
    """
    known = set(minutes)
    found: list[tuple[int, int]] = []
    for at_us in expected:
        if at_us in known or at_us < read_from_us or chart.listed(at_us) is not None:
            continue
        if found and at_us == found[-1][1] + MINUTE_US:
            found[-1] = (found[-1][0], at_us)
        else:
            found.append((at_us, at_us))
    return found
