"""The trader's quiet hours, by New York's clock: when they hold, and when they end.

Instants are µs UTC. A period begins once an evening, whatever the clocks do: in the hour that autumn repeats the
first reading counts, and one that spring leaves out is the moment at which the clocks jump.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from secondskies_desktop.foundation.sessions import NEW_YORK, new_york, wall_to_utc_us

_HOUR = 60
_DAY = timedelta(days=1)


class QuietHours(msgspec.Struct, frozen=True):
    """From one minute of New York's day until another; over midnight where the end is not after the start."""

    from_minute: int
    until_minute: int

    def until(self, now_us: int) -> int | None:
        """Return when the quiet that holds now is over, None where it does not hold."""
        today = new_york(now_us).date()
        for day in (today, today - _DAY):
            ends_on = day if self.until_minute > self.from_minute else day + _DAY
            if _instant(day, self.from_minute) <= now_us < (end_us := _instant(ends_on, self.until_minute)):
                return end_us
        return None


def quiet_hours(quiet_from: str, quiet_until: str) -> QuietHours | None:
    """Return the quiet hours of two settings like "22:00"; None where one is empty or both are the same."""
    if not quiet_from or not quiet_until or quiet_from == quiet_until:
        return None
    return QuietHours(_minute(quiet_from), _minute(quiet_until))


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * _HOUR + int(minute)


def _instant(day: date, minute_of_day: int) -> int:
    hour, minute = divmod(minute_of_day, _HOUR)
    wall = wall_to_utc_us(day.year, day.month, day.day, hour, minute, 0, NEW_YORK)
    if wall is None:
        # The hour that spring leaves out: its end is where the clocks jump to.
        wall = wall_to_utc_us(day.year, day.month, day.day, hour + 1, 0, 0, NEW_YORK)
    assert wall is not None  # noqa: S101 - clocks jump by one hour
    return wall.utc_us
