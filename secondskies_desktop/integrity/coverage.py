"""In which hours of New York alerts came, and in which the market traded and none did. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from secondskies_desktop.foundation.market_hours import open_seconds_between
from secondskies_desktop.foundation.sessions import new_york, trade_date_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUR_US: Final = 3_600_000_000
HOURS: Final = (*range(18, 24), *range(18))
"""The hours of a trade date in their order, by New York's clock."""
_SATURDAY: Final = 5


class Cover(StrEnum):
    """What an hour was."""

    HEARD = "heard"
    SILENT = "silent"
    """The market traded, and no alert came."""
    SHUT = "shut"
    BEFORE = "before"
    """Nothing had ever arrived yet, so nothing can be said."""
    AHEAD = "ahead"
    """It is not over, and nothing came so far."""
    UNKNOWN = "unknown"
    """The hours of the market are not known."""


class Hour(NamedTuple):
    """One hour of a trade date: its hour in New York, how many alerts came, how long the market traded."""

    hour: int
    arrivals: int
    open_s: int | None
    cover: Cover


class CoveredDay(NamedTuple):
    """A trade date and its hours, in the order of the day."""

    day: date
    hours: tuple[Hour, ...]

    @property
    def arrivals(self) -> int:
        """How many alerts came."""
        return sum(one.arrivals for one in self.hours)

    def count(self, cover: Cover) -> int:
        """Return how many of its hours were so."""
        return sum(one.cover is cover for one in self.hours)


def covered(by_hour: Mapping[int, int], last: date, days: int, now_us: int) -> tuple[CoveredDay, ...]:
    """Return so many weekdays up to one, the newest first; weekends only where an alert came.

    `by_hour` are arrivals by the first instant of their hour (µs UTC): New York's hours begin with UTC's.
    """
    first_us = min(by_hour, default=None)
    found: list[CoveredDay] = []
    day, left = last, days
    while left:
        one = _of_day(by_hour, day, first_us, now_us)
        if day.weekday() < _SATURDAY:
            found.append(one)
            left -= 1
        elif one.arrivals:
            found.append(one)
        day -= timedelta(days=1)
    return tuple(found)


def _of_day(by_hour: Mapping[int, int], day: date, first_us: int | None, now_us: int) -> CoveredDay:
    begin_us, end_us = trade_date_bounds(day)
    merged: dict[int, Hour] = {}
    for at_us in range(begin_us, end_us, HOUR_US):
        one = _of_hour(by_hour.get(at_us, 0), at_us, first_us, now_us)
        before = merged.get(one.hour)
        # In the night in which clocks go back an hour comes twice.
        merged[one.hour] = one if before is None or one.arrivals else before
    gone = Hour(0, 0, 0, Cover.SHUT)
    return CoveredDay(day, tuple(merged.get(hour, gone._replace(hour=hour)) for hour in HOURS))


def _of_hour(arrivals: int, at_us: int, first_us: int | None, now_us: int) -> Hour:
    hour, end_us = new_york(at_us).hour, at_us + HOUR_US
    open_s = open_seconds_between(at_us, end_us)
    if arrivals:
        cover = Cover.HEARD
    elif end_us > now_us:
        cover = Cover.SHUT if open_s == 0 else Cover.AHEAD
    elif open_s == 0:
        cover = Cover.SHUT
    elif first_us is None or at_us < first_us:
        cover = Cover.BEFORE
    else:
        cover = Cover.UNKNOWN if open_s is None else Cover.SILENT
    return Hour(hour, arrivals, open_s, cover)
