"""A firm's clock: the date to which an instant belongs, the next reset, and when all must be flat.

Sources: prop_rules.md §3.1. Resets are wall times of a zone, so New York and Prague drift apart for some weeks a year.
Instants are integer microseconds since the Unix epoch, UTC.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from secondskies_desktop.foundation.clock import as_datetime, as_us
from secondskies_desktop.foundation.market_hours import State, market_state

_DAY = timedelta(days=1)
_MINUTE_US = 60_000_000


class ClockWrong(ValueError):
    """A zone or a wall time that does not exist."""


class FirmClock(msgspec.Struct, frozen=True):
    """When a firm's day begins. A roll of 00:00 means the local date itself."""

    zone: ZoneInfo
    roll: time

    def date_of(self, instant_us: int) -> int:
        """Return the ordinal of the date to which an instant belongs."""
        # A wall clock's days begin with a minute.
        return _date_of(self.zone, self.roll, instant_us // _MINUTE_US)

    def next_reset(self, instant_us: int) -> int:
        """Return when the next day begins, after an instant (µs UTC)."""
        day = as_datetime(instant_us).astimezone(self.zone).date()
        for later in range(3):
            reset_us = self._at(day + later * _DAY, self.roll)
            if reset_us > instant_us:
                return reset_us
        raise ClockWrong("the day has no end")

    def wall(self, ordinal: int, at: time) -> int:
        """Return the instant (µs UTC) at which the zone's clock shows a time on a calendar day."""
        return self._at(datetime.fromordinal(ordinal).date(), at)

    def _at(self, day: object, at: time) -> int:
        return as_us(datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=self.zone))


@lru_cache(maxsize=16_384)
def _date_of(zone: ZoneInfo, roll: time, minute: int) -> int:
    local = as_datetime(minute * _MINUTE_US).astimezone(zone)
    return local.toordinal() + (roll > time() and local.time() >= roll)


@lru_cache(maxsize=256)
def firm_clock(tz: str, roll: str) -> FirmClock:
    """Return the clock of a zone by its IANA name and of a roll as HH:MM; raises ClockWrong."""
    return FirmClock(zone_of(tz), wall_time(roll))


def zone_of(tz: str) -> ZoneInfo:
    """Return a zone by its IANA name; raises ClockWrong."""
    try:
        return ZoneInfo(tz)
    except (ValueError, OSError, LookupError):
        raise ClockWrong(f"{tz[:40]!r} is no time zone") from None


def wall_time(text: str) -> time:
    """Return a wall time of the form HH:MM; raises ClockWrong."""
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - the time of a wall clock
    except ValueError:
        raise ClockWrong(f"{text[:40]!r} is no time of the form HH:MM") from None


class Deadline(msgspec.Struct, frozen=True):
    """When everything must be flat, and what is not certain about it."""

    at_us: int
    is_early: bool
    """True where the market closes before the usual time."""
    bound: str
    """What the deadline is only a bound for; empty where it is exact."""


def deadline(clock: FirmClock, flat_by: str, tz: str, lead_minutes: int | None, now_us: int) -> Deadline:
    """Return the deadline of the day to which `now_us` belongs: the wall time, or before an early close."""
    at_us = FirmClock(zone_of(tz), time()).wall(clock.date_of(now_us), wall_time(flat_by))
    market = market_state(min(now_us, at_us))
    if market.state is State.UNKNOWN:
        return Deadline(at_us, is_early=False, bound="the calendar does not reach that day")
    if market.state is not State.OPEN or market.until_us is None or market.until_us >= at_us:
        return Deadline(at_us, is_early=False, bound="")
    if lead_minutes is None:
        bound = "the firm does not say how long before an early close"
        return Deadline(market.until_us, is_early=True, bound=bound)
    return Deadline(market.until_us - lead_minutes * _MINUTE_US, is_early=True, bound="")
