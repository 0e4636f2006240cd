"""The firm's day: trade dates, resets across both changes of the clock, early closes (prop_rules.md §3.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.foundation.clock import as_datetime, as_us
from secondskies_desktop.prop.clock import ClockWrong, Deadline, deadline, firm_clock
from tests.prop.told import told

CME = firm_clock("America/New_York", "18:00")
FTMO = firm_clock("Europe/Prague", "00:00")


def at(text: str, zone: str = "America/New_York") -> int:
    """Return an instant (µs UTC) by the wall clock of a zone."""
    return as_us(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        ("2026-07-05T18:00", "2026-07-06"),  # Sunday evening is Monday
        ("2026-07-06T16:59", "2026-07-06"),
        ("2026-07-06T17:59:59.999999", "2026-07-06"),
        ("2026-07-06T18:05", "2026-07-07"),
        ("2026-07-07T00:30", "2026-07-07"),  # Asia, after midnight
        ("2026-07-06T19:30", "2026-07-07"),
        ("2026-12-07T18:30", "2026-12-08"),  # 23:30 UTC
        ("2026-03-08T18:00", "2026-03-09"),  # the day on which New York goes forward
        ("2026-11-01T18:00", "2026-11-02"),  # and back
    ],
)
def test_that_an_instant_belongs_to_the_trade_date_that_it_is_traded_for(wall: str, expected: str) -> None:
    assert date.fromordinal(CME.date_of(at(wall))).isoformat() == expected


@pytest.mark.parametrize(
    ("day", "reset"),
    [
        ("2026-03-07", "18:00"),
        ("2026-03-08", "19:00"),  # New York has gone forward, Prague has not
        ("2026-03-28", "19:00"),
        ("2026-03-29", "18:00"),
        ("2026-10-24", "18:00"),
        ("2026-10-25", "19:00"),  # Prague has gone back, New York has not
        ("2026-10-31", "19:00"),
        ("2026-11-01", "18:00"),
        ("2026-12-24", "18:00"),
    ],
)
def test_that_midnight_in_prague_is_not_always_six_in_new_york(day: str, reset: str) -> None:
    following = FTMO.next_reset(at(f"{day}T12:00"))
    assert (
        as_datetime(following).astimezone(ZoneInfo("America/New_York")).isoformat()[:16] == f"{day}T{reset}"
    )


def test_that_every_day_between_two_changes_is_as_long_as_the_wall_clock_says() -> None:
    hours = set()
    begins = FTMO.next_reset(at("2026-01-01T12:00", "Europe/Prague"))
    for _ in range(365):
        ends = FTMO.next_reset(begins)
        hours.add(((ends - begins) // 3_600_000_000, date.fromordinal(FTMO.date_of(begins)).isoformat()))
        begins = ends
    assert {one for one in hours if one[0] != 24} == {(23, "2026-03-29"), (25, "2026-10-25")}


@given(st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1)), st.sampled_from([CME, FTMO]))  # noqa: DTZ001
def test_that_the_date_changes_at_the_reset_and_nowhere_else(moment: datetime, clock: object) -> None:
    firm = CME if clock is CME else FTMO
    now_us = as_us(moment.replace(tzinfo=UTC))
    reset_us = firm.next_reset(now_us)
    assert now_us < reset_us <= now_us + timedelta(hours=25) // timedelta(microseconds=1)
    today = firm.date_of(now_us)
    assert firm.date_of(reset_us - 1) == today
    assert firm.date_of(reset_us) == today + 1


@pytest.mark.parametrize(
    ("tz", "roll", "close", "dates"),
    [
        # A close at the very roll closes the date before it.
        ("America/New_York", "18:00", "2026-07-06T22:00:00Z", ["2026-07-06", "2026-07-06", "2026-07-07"]),
        ("Europe/Prague", "00:00", "2026-07-06T22:00:00Z", ["2026-07-06", "2026-07-06", "2026-07-07"]),
        # In the weeks between the changes.
        ("Europe/Prague", "00:00", "2026-10-27T23:00:00Z", ["2026-10-27", "2026-10-27", "2026-10-28"]),
        ("Europe/Prague", "00:00", "2026-03-10T23:00:00Z", ["2026-03-10", "2026-03-10", "2026-03-11"]),
        ("Etc/GMT-3", "00:00", "2026-07-06T21:00:00Z", ["2026-07-06", "2026-07-06", "2026-07-07"]),
    ],
)
def test_that_a_close_belongs_to_the_instant_before_it(
    tz: str, roll: str, close: str, dates: list[str]
) -> None:
    before = close.replace(":00:00Z", ":00:00+01:00")
    events: list[dict[str, Any]] = [
        {"type": "trade", "at": before, "pnl": 1},
        {"type": "session_close", "at": close},
        {"type": "trade", "at": close, "pnl": 1},
    ]
    found = told({"start": 50_000, "clock": {"tz": tz, "roll": roll}}, events)
    assert [one["trade_date"] for one in found["events"]] == dates
    assert found["days"][0]["trade_date"] == dates[1]


def due(
    wall: str, flat_by: str = "15:10", tz: str = "America/Chicago", lead: int | None = 5
) -> tuple[str, Deadline]:
    """Return the deadline at a moment of New York, as New York's wall clock shows it."""
    found = deadline(CME, flat_by, tz, lead, at(wall))
    return f"{as_datetime(found.at_us).astimezone(ZoneInfo('America/New_York')):%Y-%m-%d %H:%M}", found


@pytest.mark.parametrize(
    ("wall", "flat_by", "tz", "expected", "early"),
    [
        ("2026-07-06T10:00", "15:10", "America/Chicago", "2026-07-06 16:10", False),
        ("2026-07-05T19:00", "15:10", "America/Chicago", "2026-07-06 16:10", False),
        ("2026-07-06T19:00", "16:59", "America/New_York", "2026-07-07 16:59", False),
        # Thanksgiving 2026-11-26: halt at 13:00 New York; the day after closes 13:15.
        ("2026-11-26T10:00", "15:10", "America/Chicago", "2026-11-26 12:55", True),
        ("2026-11-27T10:00", "15:10", "America/Chicago", "2026-11-27 13:10", True),
    ],
)
def test_that_everything_is_flat_by_the_deadline_or_before_an_early_close(
    wall: str, flat_by: str, tz: str, expected: str, early: bool
) -> None:
    shown, found = due(wall, flat_by, tz)
    assert (shown, found.is_early, found.bound) == (expected, early, "")


def test_that_an_early_close_of_which_the_firm_says_nothing_is_a_bound() -> None:
    shown, found = due("2026-11-27T10:00", lead=None)
    assert shown == "2026-11-27 13:15"
    assert "the firm does not say" in found.bound


def test_that_a_day_beyond_the_calendar_is_a_bound() -> None:
    assert "calendar" in due("2045-07-06T10:00")[1].bound


@pytest.mark.parametrize(
    ("tz", "roll"), [("Mars/Olympus", "18:00"), ("UTC", "24:00"), ("UTC", "6pm"), ("", "18:00")]
)
def test_that_a_clock_that_does_not_exist_is_refused(tz: str, roll: str) -> None:
    with pytest.raises(ClockWrong):
        firm_clock(tz, roll)
