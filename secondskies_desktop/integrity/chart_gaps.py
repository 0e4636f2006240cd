"""What is missing of a chart as a whole: signs of life, a triangle between two of one direction, hours without a word.

Everything is held against the chart's own past, in open-market time: a weekend, a holiday, an early close and the
daily halt are no silence, and where the calendar does not reach nothing is said.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from secondskies_desktop.foundation.market_hours import open_seconds_between
from secondskies_desktop.foundation.sessions import new_york
from secondskies_desktop.signals.vocabulary import Direction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SECOND_US: Final = 1_000_000
_MINUTE_US: Final = 60 * _SECOND_US
HOUR_US: Final = 3_600 * _SECOND_US
HOUR_S: Final = 3_600
GRACE_S: Final = 300
"""So much later than usual a sign of life is lost (domain.md §5.3)."""
FEWEST_BEATS: Final = 5
"""Intervals from which one is usual."""
_SKIPPED: Final = 1.75
"""Times the usual interval from which at least one sign of life was left out between two."""
FEWEST_TRIANGLES: Final = 20
ANNOUNCED: Final = 0.7
"""A chart announces its triangles if it did so for this share of the signals that are known."""
FILTERED: Final = 0.3
"""Neighbours of one direction beyond this share come from a filter on the chart: a fifth lost makes a sixth of them."""
FEWEST_DAYS: Final = 5
SPEAKS: Final = 0.9
"""A chart usually speaks in an hour of New York's day if it did so on this share of the days."""


class ChartGapKind(StrEnum):
    """What is missing."""

    NO_HEARTBEAT = "no_heartbeat"
    NO_TRIANGLE = "no_triangle"
    SILENT_HOUR = "silent_hour"


class ChartGap(msgspec.Struct, frozen=True):
    """Something that a chart should have said after `since_us` and before `until_us` (µs UTC; None: it lasts).

    `missing` is how many messages there were at least.
    """

    kind: ChartGapKind
    since_us: int
    until_us: int | None
    missing: int
    text: str


class Triangle(NamedTuple):
    """A triangle of the chart: the open of its bar (µs UTC), and whether SIGNAL_CREATED told of it."""

    at_us: int
    direction: Direction
    announced: bool


def missing_heartbeats(beats: Sequence[int], now_us: int, interval_s: float | None = None) -> list[ChartGap]:
    """Return the signs of life that did not come, of a chart that sends them.

    `beats` are the arrivals (µs UTC, rising) of the last days: of heartbeats or, on a chart of contract 2, of all
    alerts, with the `interval_s` after which a silence is broken there (900). Without it the chart's own usual
    interval is taken, and nothing is said before there is one.
    """
    intervals = [(a, b, open_seconds_between(a, b)) for a, b in pairwise(beats)]
    known = [seconds for _, _, seconds in intervals if seconds]
    if interval_s is None:
        if len(known) < FEWEST_BEATS:
            return []
        interval_s = median(known)
    if not beats or interval_s <= 0:
        return []
    found = [
        _silence(after_us, before_us, round(seconds / interval_s) - 1)
        for after_us, before_us, seconds in intervals
        if seconds is not None and seconds >= _SKIPPED * interval_s and seconds > interval_s + GRACE_S
    ]
    quiet_s = open_seconds_between(beats[-1], now_us)
    if quiet_s is not None and quiet_s > interval_s + GRACE_S:
        found.append(_silence(beats[-1], None, int(quiet_s // interval_s)))
    return found


def _silence(since_us: int, until_us: int | None, missing: int) -> ChartGap:
    what = "A sign of life" if missing == 1 else f"{missing} signs of life"
    text = f"{what} did not come."
    return ChartGap(ChartGapKind.NO_HEARTBEAT, since_us, until_us, max(1, missing), text)


def broken_alternation(triangles: Sequence[Triangle]) -> list[ChartGap]:
    """Return where at least one triangle was lost and is not known otherwise: between two of one direction.

    Bias alternates, so triangles do (domain.md §1.2, §11.2), but only on a chart that announces all of them and has
    no filter on. `triangles` are those of the last days in any order; one that is known by other messages of its
    signal alone explains a break, and breaks nothing, for older ids may be a bar beside. Between neighbouring bars
    nothing can have been lost. A chart that announces few, or on which breaks are common, is not judged.
    """
    known = sorted(set(triangles))
    told = list({(one.at_us, one.direction): one for one in known if one.announced}.values())
    if len(told) < FEWEST_TRIANGLES or len(told) < ANNOUNCED * len(known):
        return []
    same = [(one, other) for one, other in pairwise(told) if one.direction is other.direction]
    if len(same) > FILTERED * (len(told) - 1):
        return []
    silent = [one for one in known if not one.announced]
    return [
        ChartGap(ChartGapKind.NO_TRIANGLE, one.at_us, other.at_us, 1, _between(one.direction))
        for one, other in same
        if other.at_us - one.at_us > _MINUTE_US and not _is_explained(one, other, silent)
    ]


def _is_explained(one: Triangle, other: Triangle, silent: Sequence[Triangle]) -> bool:
    return any(one.at_us < at_us < other.at_us and way is not one.direction for at_us, way, _ in silent)


def _between(direction: Direction) -> str:
    lost = Direction.BEARISH if direction is Direction.BULLISH else Direction.BULLISH
    return f"Two {direction} triangles follow one another: a {lost} one between them never came."


def silent_hours(arrivals: Mapping[int, int], since_us: int, now_us: int) -> list[ChartGap]:
    """Return the hours of open market without an arrival in which this chart usually speaks, oldest first.

    `arrivals` counts them by the hour (µs UTC of its beginning) of the last weeks from `since_us` on, at which the
    chart was heard for the first time or which is as far back as one looks. Hours without any may be left out. An
    hour is judged when it is over, beside the same hour of New York's day on the other days.
    """
    by_clock: dict[int, list[int]] = {}
    for hour_us in _open_hours(since_us, now_us):
        by_clock.setdefault(new_york(hour_us).hour, []).append(hour_us)
    silent = []
    for hours in by_clock.values():
        spoken = sum(arrivals.get(hour_us, 0) > 0 for hour_us in hours)
        for hour_us in hours:
            is_silent = arrivals.get(hour_us, 0) == 0
            others = len(hours) - 1
            if is_silent and others >= FEWEST_DAYS and spoken >= SPEAKS * others:
                silent.append(hour_us)
    return list(_joined(sorted(silent)))


def _open_hours(since_us: int, now_us: int) -> Iterator[int]:
    """Yield the hours that are over and in which the market traded throughout."""
    for hour_us in range(-(-since_us // HOUR_US) * HOUR_US, now_us - HOUR_US + 1, HOUR_US):
        if open_seconds_between(hour_us, hour_us + HOUR_US) == HOUR_S:
            yield hour_us


def _joined(hours: list[int]) -> Iterator[ChartGap]:
    begin = 0
    for place, hour_us in enumerate(hours):
        if place + 1 < len(hours) and hours[place + 1] == hour_us + HOUR_US:
            continue
        count = place - begin + 1
        what = "An hour" if count == 1 else f"{count} hours"
        text = f"{what} of open market passed without a word, in which this chart usually speaks."
        yield ChartGap(ChartGapKind.SILENT_HOUR, hours[begin], hour_us + HOUR_US, count, text)
        begin = place + 1
