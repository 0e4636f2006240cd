"""When CME Globex trades equity-index futures, by the table in resources/market_hours.json.

Scheduled hours only: circuit breakers and outages are not in it. Beyond its span nothing is known.
Sources: the table names its own; domain.md §7 for the regular week.
Instants are integer microseconds since the Unix epoch, UTC; a look-up is one bisection.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.decoding import json_decoder
from secondskies_desktop.foundation.sessions import NEW_YORK, new_york, trade_date

if TYPE_CHECKING:
    from collections.abc import Iterator

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_DAY_US = 24 * 3600 * 1_000_000
_FRIDAY = 4


class State(StrEnum):
    """Whether the market trades."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    """Shut for a day or more: weekends and holidays, from the close before them."""
    HALT = "HALT"
    """Paused, and open again within the day: the daily maintenance, and a holiday's afternoon."""
    UNKNOWN = "UNKNOWN"
    """Beyond the table."""


class MarketState(msgspec.Struct, frozen=True):
    """The market at an instant, and the words for it; times in New York."""

    state: State
    reason: str
    since_us: int | None
    """When this state began; None where that lies before the table."""
    until_us: int | None
    """When it changes next; None where that lies beyond the table."""
    projected: bool
    """True where the table follows from rules: CME had not published that day's hours."""


class _Regular(msgspec.Struct, frozen=True):
    open: str
    close: str


class _Halt(msgspec.Struct, frozen=True):
    first: date
    last: date
    start: str
    end: str

    def falls_on(self, day: date) -> bool:
        return self.first <= day <= self.last and day.weekday() <= _FRIDAY


class _Exception(msgspec.Struct, frozen=True, array_like=True):
    day: date
    kind: str
    close: str | None
    name: str


class _Calendar(msgspec.Struct, frozen=True):
    """The file as it is written; wall clock times are New York's, days are trade dates."""

    span: tuple[date, date]
    published_through: date
    regular: _Regular
    halts: tuple[_Halt, ...]
    exceptions: tuple[_Exception, ...]


_decode = json_decoder(_Calendar)


class _Hours(msgspec.Struct, frozen=True):
    """The calendar made ready for bisection: openings at even places of the edges."""

    calendar: _Calendar
    by_day: dict[date, _Exception]
    from_us: int
    to_us: int
    edges_us: list[int]
    opened_us: list[int]
    """Open time of all periods that have ended by each edge, with one place more for the last."""


def is_open(instant_us: int) -> bool | None:
    """Return whether the market trades at an instant (µs UTC); None beyond the table."""
    hours = _hours()
    if not hours.from_us <= instant_us < hours.to_us:
        return None
    return bisect_right(hours.edges_us, instant_us) % 2 == 1


def next_open(instant_us: int) -> int | None:
    """Return the first instant, this one included, at which the market trades (µs UTC).

    None beyond the table, and where the next opening lies beyond it.
    """
    hours = _hours()
    if not hours.from_us <= instant_us < hours.to_us:
        return None
    place = bisect_right(hours.edges_us, instant_us)
    if place % 2 == 1:
        return instant_us
    return hours.edges_us[place] if place < len(hours.edges_us) else None


def open_seconds_between(a_us: int, b_us: int) -> int | None:
    """Return how many whole seconds the market trades from `a_us` until `b_us` (µs UTC).

    0 where b is not after a; None as soon as either of them lies beyond the table.
    """
    hours = _hours()
    if not (hours.from_us <= a_us <= hours.to_us and hours.from_us <= b_us <= hours.to_us):
        return None
    return max(0, _opened_until(hours, b_us) - _opened_until(hours, a_us)) // 1_000_000


def trading_days(first: date, last: date) -> list[date] | None:
    """Return the trade dates on which the market opens, from one to another, both included.

    None where the calendar does not reach that far, on either side.
    """
    hours = _hours()
    begins, ends = hours.calendar.span
    if first <= last and (first < begins or last > ends):
        return None
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if day.weekday() <= _FRIDAY and _is_traded(hours, day)]


def _is_traded(hours: _Hours, day: date) -> bool:
    exception = hours.by_day.get(day)
    return exception is None or exception.close is not None


def market_state(instant_us: int) -> MarketState:
    """Return the state of the market at an instant (µs UTC): why, since when and until when."""
    hours = _hours()
    first, last = hours.calendar.span
    if instant_us < hours.from_us:
        reason = f"before the calendar, which begins {first}"
        return MarketState(State.UNKNOWN, reason, None, hours.from_us, projected=False)
    if instant_us >= hours.to_us:
        reason = f"beyond the calendar, which ends {last}"
        return MarketState(State.UNKNOWN, reason, hours.to_us, None, projected=False)
    place = bisect_right(hours.edges_us, instant_us)
    since_us = hours.edges_us[place - 1] if place else None
    until_us = hours.edges_us[place] if place < len(hours.edges_us) else None
    if place % 2 == 1:
        state, reason = State.OPEN, _why_open(hours, instant_us)
    else:
        is_short = since_us is not None and until_us is not None and until_us - since_us < _DAY_US
        state, reason = State.HALT if is_short else State.CLOSED, _why_shut(hours, instant_us)
    projected = trade_date(instant_us) > hours.calendar.published_through
    return MarketState(state, reason, since_us, until_us, projected)


def _opened_until(hours: _Hours, instant_us: int) -> int:
    place = bisect_right(hours.edges_us, instant_us)
    running_us = instant_us - hours.edges_us[place - 1] if place % 2 == 1 else 0
    return hours.opened_us[place] + running_us


def _why_open(hours: _Hours, instant_us: int) -> str:
    exception = hours.by_day.get(trade_date(instant_us))
    return "regular hours" if exception is None else _words(exception)


def _why_shut(hours: _Hours, instant_us: int) -> str:
    day, clock = trade_date(instant_us), f"{new_york(instant_us):%H:%M}"
    exception = hours.by_day.get(day)
    if exception is not None:
        return _words(exception)
    for halt in hours.calendar.halts:
        if halt.falls_on(day) and halt.start <= clock < halt.end:
            return f"daily halt {halt.start}-{halt.end}"
    # What is left is the time after a regular close, and the next day says for how long that is.
    if day.weekday() >= _FRIDAY:
        return "weekend"
    following = hours.by_day.get(day + _DAY)
    if following is not None and following.close is None:
        return _words(following)
    return f"daily maintenance {hours.calendar.regular.close}-{hours.calendar.regular.open}"


def _words(exception: _Exception) -> str:
    if exception.close is None:
        return exception.name
    return f"{exception.name}, {exception.kind} {exception.close}"


@lru_cache(maxsize=1)
def _hours() -> _Hours:
    text = files("secondskies_desktop.resources").joinpath("market_hours.json").read_bytes()
    calendar = _decode(text)
    by_day = {exception.day: exception for exception in calendar.exceptions}
    from_us = _wall_us(calendar.span[0], "00:00")
    to_us = _wall_us(calendar.span[1] + _DAY, "00:00")
    edges_us = [
        edge_us
        for opening_us, closing_us in _periods(calendar, by_day)
        if opening_us < to_us
        for edge_us in (max(opening_us, from_us), min(closing_us, to_us))
    ]
    return _Hours(calendar, by_day, from_us, to_us, edges_us, _open_time(edges_us))


def _periods(calendar: _Calendar, by_day: dict[date, _Exception]) -> Iterator[tuple[int, int]]:
    """Yield each opening and its closing (µs UTC) in order, one evening more than the span has."""
    day, last = calendar.span[0], calendar.span[1] + _DAY
    while day <= last:
        exception = by_day.get(day)
        close = calendar.regular.close if exception is None else exception.close
        if day.weekday() <= _FRIDAY and close is not None:
            opening_us = _wall_us(day - _DAY, calendar.regular.open)
            for halt in calendar.halts:
                if halt.falls_on(day) and halt.start < close:
                    yield opening_us, _wall_us(day, halt.start)
                    opening_us = _wall_us(day, halt.end)
            yield opening_us, _wall_us(day, close)
        day += _DAY


def _open_time(edges_us: list[int]) -> list[int]:
    total_us, totals_us = 0, [0]
    for place, (begin_us, end_us) in enumerate(pairwise(edges_us)):
        totals_us.append(total_us)
        total_us += end_us - begin_us if place % 2 == 0 else 0
    totals_us.append(total_us)
    return totals_us


def _wall_us(day: date, clock: str) -> int:
    hour, minute = clock.split(":")
    local_us = ((day.toordinal() - _EPOCH_DAY) * 1_440 + int(hour) * 60 + int(minute)) * 60_000_000
    return local_us - _offset_us(day)


@lru_cache(maxsize=2)
def _offset_us(day: date) -> int:
    # That of noon: clocks change before it, on Sundays, when nothing opens before the evening.
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=NEW_YORK)
    return (noon.utcoffset() or timedelta()) // _MICROSECOND
