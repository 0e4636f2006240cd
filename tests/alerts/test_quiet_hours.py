"""Quiet hours by New York's clock, over midnight and over both nights on which clocks change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from secondskies_desktop.alerts.quiet_hours import QuietHours, quiet_hours
from secondskies_desktop.foundation.sessions import new_york

HOUR_US = 3_600_000_000
YEAR_2026_US = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000


def at(text: str) -> int:
    """Return an instant with its offset as µs UTC."""
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("quiet_from", "quiet_until", "now", "until"),
    [
        ("22:00", "07:30", "2025-12-09T21:59:59-05:00", None),
        ("22:00", "07:30", "2025-12-09T22:00:00-05:00", "2025-12-10T07:30:00-05:00"),
        ("22:00", "07:30", "2025-12-10T07:29:59-05:00", "2025-12-10T07:30:00-05:00"),
        ("22:00", "07:30", "2025-12-10T07:30:00-05:00", None),
        ("12:00", "13:00", "2025-12-10T12:30:00-05:00", "2025-12-10T13:00:00-05:00"),
        ("12:00", "13:00", "2025-12-10T13:00:00-05:00", None),
        ("22:00", "07:30", "2026-03-08T01:59:59-05:00", "2026-03-08T07:30:00-04:00"),
        ("22:00", "02:30", "2026-03-08T01:59:59-05:00", "2026-03-08T03:00:00-04:00"),
        ("22:00", "02:30", "2026-03-08T03:00:00-04:00", None),
        ("02:15", "05:00", "2026-03-08T03:00:00-04:00", "2026-03-08T05:00:00-04:00"),
        ("22:00", "07:30", "2026-11-01T01:30:00-04:00", "2026-11-01T07:30:00-05:00"),
        ("22:00", "07:30", "2026-11-01T01:30:00-05:00", "2026-11-01T07:30:00-05:00"),
        ("22:00", "01:30", "2026-11-01T01:29:59-04:00", "2026-11-01T01:30:00-04:00"),
        ("22:00", "01:30", "2026-11-01T01:15:00-05:00", None),
        ("01:15", "05:00", "2026-11-01T01:10:00-05:00", "2026-11-01T05:00:00-05:00"),
    ],
    ids=[
        "a second early",
        "from the minute on",
        "until the minute",
        "and no longer",
        "within a day",
        "over by noon",
        "spring night",
        "ends in the hour that spring leaves out",
        "and is over when the clocks jump",
        "begins in it",
        "autumn, first reading",
        "autumn, second reading",
        "ends in the hour that autumn repeats",
        "and does not begin again",
        "begins in it and goes on through the second",
    ],
)
def test_that_quiet_is_what_new_yorks_clock_says_it_is(
    quiet_from: str, quiet_until: str, now: str, until: str | None
) -> None:
    quiet = quiet_hours(quiet_from, quiet_until)
    assert quiet is not None
    assert quiet.until(at(now)) == (None if until is None else at(until))


@pytest.mark.parametrize(
    ("quiet_from", "quiet_until"), [("", ""), ("22:00", ""), ("", "07:00"), ("07:00", "07:00")]
)
def test_that_half_a_setting_is_no_quiet_hours(quiet_from: str, quiet_until: str) -> None:
    assert quiet_hours(quiet_from, quiet_until) is None


@given(
    some.integers(0, 1_439),
    some.integers(0, 1_439),
    some.integers(0, 365 * 24 * 60),
    some.integers(0, 59_999_999),
)
def test_that_quiet_ends_where_it_says_and_never_lasts_a_day(
    first: int, last: int, minute: int, rest: int
) -> None:
    if first == last:
        return
    quiet = QuietHours(first, last)
    now_us = YEAR_2026_US + minute * 60_000_000 + rest
    until = quiet.until(now_us)
    if until is None:
        return
    assert now_us < until <= now_us + 25 * HOUR_US
    assert quiet.until(until - 1) == until
    assert quiet.until(until) is None
    ends = new_york(until)
    assert ends.hour * 60 + ends.minute == last or (ends.hour, ends.minute) == (3, 0)
