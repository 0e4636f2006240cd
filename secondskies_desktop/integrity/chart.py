"""What is known of a chart's minutes: the prices they saw and how many signals an alert of theirs listed.

Read once from the bodies as they come, kept for as long as a missed exit is looked for. A bar outranks single prices.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from secondskies_desktop.integrity.story import EVERY_BAR, MINUTE_US, Price

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from secondskies_desktop.signals.event import Decoded

MAX_MINUTES: Final = 50_000
"""More than a month of a chart; the oldest minutes are forgotten beyond it."""


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
        self._times: list[int] = []
        self._lows = np.empty(0)
        self._highs = np.empty(0)
        self._is_sorted = True

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
                self._listed[at_us] = max(self._listed.get(at_us, 0), len(decoded.events))

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
        self._is_sorted = False

    def listed(self, at_us: int) -> int | None:
        """Return how many signals the alert of a minute listed, None where no such alert is known."""
        return self._listed.get(at_us)

    def first_at(self, after_us: int, sign: int, level: float) -> Price | None:
        """Return the first minute after a time that saw a price at or below a level (sign 1), or above it (−1)."""
        self._sort()
        start = bisect_right(self._times, after_us)
        reached = self._lows[start:] <= level if sign > 0 else self._highs[start:] >= level
        if not reached.any():
            return None
        at_us = self._times[start + int(np.argmax(reached))]
        found = self._minutes[at_us]
        return Price(at_us, found.low, found.high, found.inbox_id, found.is_bar)

    def _sort(self) -> None:
        if self._is_sorted:
            return
        self._times = sorted(self._minutes)[-MAX_MINUTES:]
        if len(self._minutes) > MAX_MINUTES:
            self._minutes = {at_us: self._minutes[at_us] for at_us in self._times}
            self._listed = {at_us: count for at_us, count in self._listed.items() if at_us >= self._times[0]}
        self._lows = np.array([self._minutes[at_us].low for at_us in self._times])
        self._highs = np.array([self._minutes[at_us].high for at_us in self._times])
        self._is_sorted = True


def holes(minutes: Sequence[int], expected: Iterable[int], chart: Chart) -> list[tuple[int, int]]:
    """Return the ranges of expected bars (µs UTC, rising) at which no update came although one should have.

    Where a list of that bar came without the signal nothing was lost: the indicator did not tell of it.
    """
    known = set(minutes)
    found: list[tuple[int, int]] = []
    for at_us in expected:
        if at_us in known:
            continue
        if chart.listed(at_us) is not None:
            continue
        if found and at_us == found[-1][1] + MINUTE_US:
            found[-1] = (found[-1][0], at_us)
        else:
            found.append((at_us, at_us))
    return found
