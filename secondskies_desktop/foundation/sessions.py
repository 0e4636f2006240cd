"""New York's trading sessions, the trade date, and the way between wall clocks and UTC.

Sources: domain.md §2.1 (the canonical minute table); the time zone database for summer time.
Instants are integer microseconds since the Unix epoch, UTC; OverflowError beyond years 1 to 9999.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

NEW_YORK = ZoneInfo("America/New_York")
CHICAGO = ZoneInfo("America/Chicago")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_MICROSECOND = timedelta(microseconds=1)
_MINUTE_US = 60_000_000
_HOUR_US = 60 * _MINUTE_US
_DAY_US = 24 * _HOUR_US
_DAY_MINUTES = 24 * 60
_ROLL_US = 6 * _HOUR_US
"""What is left of the day at 18:00 New York, when the trade date rolls."""


class Session(StrEnum):
    """A part of New York's day; always that of the signal bar's open, never of an arrival."""

    ASIA = "ASIA"
    LONDON = "LONDON"
    NY_PRE = "NY PRE"
    NY_AM = "NY AM"
    NY_LUNCH = "NY LUNCH"
    NY_PM = "NY PM"
    AFTER_HOURS = "AFTER_HOURS"

    @property
    def tradeable(self) -> bool:
        """False after hours only: such signals are recorded and flagged."""
        return self is not Session.AFTER_HOURS


_STARTS = (
    (0, Session.LONDON),
    (6 * 60, Session.NY_PRE),
    (8 * 60 + 30, Session.NY_AM),
    (12 * 60, Session.NY_LUNCH),
    (13 * 60, Session.NY_PM),
    (16 * 60, Session.AFTER_HOURS),
    (20 * 60, Session.ASIA),
)
"""The first minute of New York's day in each session, in order; the last one runs to midnight."""


def _sessions_by_minute() -> tuple[Session, ...]:
    ends = [start for start, _ in _STARTS[1:]] + [_DAY_MINUTES]
    spans = zip(_STARTS, ends, strict=True)
    return tuple(session for (start, session), end in spans for _ in range(start, end))


_BY_MINUTE = _sessions_by_minute()


class WallTime(msgspec.Struct, frozen=True):
    """What a wall clock reading stands for in UTC."""

    utc_us: int
    """The instant; the first of the two where the hour is repeated."""
    ambiguous: bool
    """True in the repeated hour of autumn, where the same reading comes again an hour later."""


@lru_cache(maxsize=8_192)
def _offset_us(utc_hour: int) -> int:
    # New York's clocks change on a full UTC hour, 06:00 or 07:00: one answer serves the hour.
    at = _EPOCH + timedelta(hours=utc_hour)
    return (at.astimezone(NEW_YORK).utcoffset() or timedelta()) // _MICROSECOND


def session_at(instant_us: int) -> Session:
    """Return the session of an instant (µs UTC)."""
    local_us = instant_us + _offset_us(instant_us // _HOUR_US)
    return _BY_MINUTE[local_us // _MINUTE_US % _DAY_MINUTES]


def trade_date(instant_us: int) -> date:
    """Return the CME trade date of an instant (µs UTC), which rolls at 18:00 New York.

    By the clock alone: on a Saturday it is a date without trading, and a holiday is its own date.
    """
    local_us = instant_us + _offset_us(instant_us // _HOUR_US)
    return date.fromordinal((local_us + _ROLL_US) // _DAY_US + _EPOCH_DAY)


def trade_date_bounds(day: date) -> tuple[int, int]:
    """Return when a trade date begins and when it is over (µs UTC): 18:00 New York to 18:00 New York."""
    over = datetime(day.year, day.month, day.day, 18, tzinfo=NEW_YORK)
    return _utc_us(over - timedelta(days=1)), _utc_us(over)


def new_york(instant_us: int) -> datetime:
    """Return an instant (µs UTC) as an aware New York time; `fold` is set in the repeated hour."""
    return (_EPOCH + timedelta(microseconds=instant_us)).astimezone(NEW_YORK)


def wall_to_utc_us(
    year: int,
    month: int,
    day: int,
    hour: int,
    minute: int,
    second: int,
    zone: ZoneInfo,
) -> WallTime | None:
    """Return the instant that a wall clock of `zone` (NEW_YORK or CHICAGO) shows.

    None in the hour that spring leaves out, which no clock shows; ValueError where no calendar has
    such a day or no day such a time.
    """
    wall = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    first, second_time = wall.utcoffset(), wall.replace(fold=1).utcoffset()
    if first is None or second_time is None or first < second_time:
        return None
    return WallTime(utc_us=_utc_us(wall), ambiguous=first > second_time)


def next_session(instant_us: int) -> tuple[Session, int]:
    """Return the session after that of an instant (µs UTC), and when it begins (µs UTC)."""
    now = new_york(instant_us)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    minute_of_day = now.hour * 60 + now.minute
    for start, session in _STARTS:
        if start > minute_of_day:
            return session, _utc_us(midnight.replace(hour=start // 60, minute=start % 60))
    return _STARTS[0][1], _utc_us(midnight + timedelta(days=1))


def _utc_us(aware: datetime) -> int:
    return (aware - _EPOCH) // _MICROSECOND
