"""The session minute table, the trade date and the way between wall clocks and UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.foundation.sessions import (
    CHICAGO,
    NEW_YORK,
    Session,
    WallTime,
    new_york,
    next_session,
    session_at,
    trade_date,
    trade_date_bounds,
    wall_to_utc_us,
)

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US

# First and last minute as domain.md §2.1 prints them: inclusive, unlike the code's half-open spans.
PRINTED_TABLE = {
    "ASIA": ("20:00", "23:59"),
    "LONDON": ("00:00", "05:59"),
    "NY PRE": ("06:00", "08:29"),
    "NY AM": ("08:30", "11:59"),
    "NY LUNCH": ("12:00", "12:59"),
    "NY PM": ("13:00", "15:59"),
    "AFTER_HOURS": ("16:00", "19:59"),
}
PRINTED_MINUTES = {
    "ASIA": 240,
    "LONDON": 360,
    "NY PRE": 150,
    "NY AM": 210,
    "NY LUNCH": 60,
    "NY PM": 180,
    "AFTER_HOURS": 240,
}
DAYS = {
    "winter": datetime(2025, 1, 15, 5, tzinfo=UTC),
    "summer": datetime(2025, 7, 15, 4, tzinfo=UTC),
}
"""Midnight in New York, written in UTC by hand."""
SPRING = datetime(2025, 3, 9, 5, tzinfo=UTC)
AUTUMN = datetime(2025, 11, 2, 4, tzinfo=UTC)

instants = st.integers(
    min_value=int(datetime(1990, 1, 1, tzinfo=UTC).timestamp()) * SECOND_US,
    max_value=int(datetime(2037, 12, 31, tzinfo=UTC).timestamp()) * SECOND_US,
)
zones = st.sampled_from([NEW_YORK, CHICAGO])


def us(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def utc(year: int, month: int, day: int, hour: int, minute: int = 0) -> int:
    return us(datetime(year, month, day, hour, minute, tzinfo=UTC))


def printed_session(clock: str) -> str:
    (word,) = (word for word, (first, last) in PRINTED_TABLE.items() if first <= clock <= last)
    return word


@pytest.mark.parametrize("midnight", DAYS.values(), ids=DAYS.keys())
def test_that_every_minute_of_the_day_has_the_session_of_the_printed_table(
    midnight: datetime,
) -> None:
    counted = dict.fromkeys(PRINTED_TABLE, 0)
    for minute in range(1_440):
        expected = printed_session(f"{minute // 60:02}:{minute % 60:02}")
        start_us = us(midnight) + minute * MINUTE_US
        assert session_at(start_us) == expected
        assert session_at(start_us + MINUTE_US - 1) == expected
        counted[expected] += 1
    assert counted == PRINTED_MINUTES


@pytest.mark.parametrize(
    ("midnight", "hours", "london_hours"),
    [(SPRING, 23, 5), (AUTUMN, 25, 7)],
    ids=["spring", "autumn"],
)
def test_that_the_wall_clock_decides_on_the_days_when_clocks_change(
    midnight: datetime, hours: int, london_hours: int
) -> None:
    clock = timedelta()
    counted = dict.fromkeys(PRINTED_TABLE, 0)
    for minute in range(hours * 60):
        if minute == 2 * 60:  # 02:00: an hour is left out in spring, one is lived twice in autumn
            clock += timedelta(hours=24 - hours)
        expected = printed_session(f"{clock.seconds // 3600:02}:{clock.seconds // 60 % 60:02}")
        assert session_at(us(midnight) + minute * MINUTE_US) == expected
        counted[expected] += 1
        clock += timedelta(minutes=1)
    assert counted == PRINTED_MINUTES | {"LONDON": london_hours * 60}


def test_that_only_after_hours_is_not_tradeable() -> None:
    assert [session for session in Session if not session.tradeable] == [Session.AFTER_HOURS]
    assert [str(session) for session in Session] == list(PRINTED_TABLE)


def test_that_the_old_hole_at_seven_is_new_york_pre_market() -> None:
    assert session_at(utc(2025, 12, 2, 12, 30)) is Session.NY_PRE


@pytest.mark.parametrize(
    ("instant_us", "expected"),
    [
        (utc(2026, 7, 5, 22), date(2026, 7, 6)),  # Sunday 18:00 in summer
        (utc(2026, 7, 5, 22) - 1, date(2026, 7, 5)),
        (utc(2026, 7, 6, 20, 59), date(2026, 7, 6)),
        (utc(2026, 7, 6, 22, 5), date(2026, 7, 7)),
        (utc(2025, 12, 31, 22, 59), date(2025, 12, 31)),
        (utc(2025, 12, 31, 23), date(2026, 1, 1)),  # 18:00 in winter
        (utc(2025, 3, 9, 22), date(2025, 3, 10)),  # the first evening of summer time
        (utc(2025, 11, 2, 22, 59), date(2025, 11, 2)),  # the first evening of winter time
        (utc(2025, 11, 2, 23), date(2025, 11, 3)),
        (utc(2024, 2, 29, 12), date(2024, 2, 29)),
        (utc(1969, 12, 31, 12), date(1969, 12, 31)),
    ],
)
def test_that_the_trade_date_rolls_at_eighteen_new_york(instant_us: int, expected: date) -> None:
    assert trade_date(instant_us) == expected


@given(instants)
def test_that_the_trade_date_is_the_day_until_eighteen_and_the_next_after_it(
    instant_us: int,
) -> None:
    local = new_york(instant_us)
    expected = local.date() + timedelta(days=1 if local.hour >= 18 else 0)
    assert trade_date(instant_us) == expected


@given(instants)
def test_that_new_york_time_is_the_same_instant(instant_us: int) -> None:
    local = new_york(instant_us)
    assert us(local.astimezone(UTC)) == instant_us
    assert local.tzinfo is NEW_YORK


def wall_of(instant_us: int, zone: tzinfo) -> tuple[int, int, int, int, int, int]:
    at = datetime.fromtimestamp(instant_us // SECOND_US, tz=zone)
    return at.year, at.month, at.day, at.hour, at.minute, at.second


@given(instants.map(lambda at: at // SECOND_US * SECOND_US), zones)
def test_that_a_reading_leads_back_to_the_first_instant_that_shows_it(instant_us: int, zone: tzinfo) -> None:
    wall = wall_to_utc_us(*wall_of(instant_us, zone), CHICAGO if zone is CHICAGO else NEW_YORK)
    assert wall is not None
    shown_an_hour_later = wall_of(wall.utc_us + HOUR_US, zone) == wall_of(instant_us, zone)
    assert wall_of(wall.utc_us, zone) == wall_of(instant_us, zone)
    assert wall_of(wall.utc_us - HOUR_US, zone) != wall_of(instant_us, zone)
    assert wall.ambiguous is shown_an_hour_later
    assert instant_us == wall.utc_us or (wall.ambiguous and instant_us == wall.utc_us + HOUR_US)


@pytest.mark.parametrize(
    ("zone", "first_utc_hour"),
    [(NEW_YORK, 5), (CHICAGO, 6)],
    ids=["New York", "Chicago"],
)
def test_that_the_repeated_hour_gives_its_first_occurrence_and_says_so(
    zone: tzinfo, first_utc_hour: int
) -> None:
    city = CHICAGO if zone is CHICAGO else NEW_YORK
    first_us = utc(2025, 11, 2, first_utc_hour)
    for second in range(0, 3_600, 59):
        wall = wall_to_utc_us(2025, 11, 2, 1, second // 60, second % 60, city)
        assert wall == WallTime(first_us + second * SECOND_US, ambiguous=True)
    before = wall_to_utc_us(2025, 11, 2, 0, 59, 59, city)
    after = wall_to_utc_us(2025, 11, 2, 2, 0, 0, city)
    assert before == WallTime(first_us - SECOND_US, ambiguous=False)
    assert after == WallTime(first_us + 2 * HOUR_US, ambiguous=False)


@pytest.mark.parametrize("zone", [NEW_YORK, CHICAGO], ids=["New York", "Chicago"])
def test_that_the_hour_left_out_in_spring_is_no_instant(zone: tzinfo) -> None:
    city = CHICAGO if zone is CHICAGO else NEW_YORK
    assert all(wall_to_utc_us(2025, 3, 9, 2, minute, 0, city) is None for minute in range(60))
    before = wall_to_utc_us(2025, 3, 9, 1, 59, 59, city)
    after = wall_to_utc_us(2025, 3, 9, 3, 0, 0, city)
    assert before is not None
    assert after is not None
    assert after.utc_us - before.utc_us == SECOND_US


def test_that_chicago_reads_an_hour_less_than_new_york() -> None:
    assert wall_to_utc_us(2025, 12, 11, 7, 57, 0, NEW_YORK) == WallTime(
        utc(2025, 12, 11, 12, 57), ambiguous=False
    )
    assert wall_to_utc_us(2025, 12, 11, 6, 57, 0, CHICAGO) == WallTime(
        utc(2025, 12, 11, 12, 57), ambiguous=False
    )


@pytest.mark.parametrize(
    "reading",
    [
        (2025, 2, 29, 1, 0, 0),
        (2025, 13, 1, 0, 0, 0),
        (2025, 1, 1, 24, 0, 0),
        (2025, 1, 1, 0, 0, 60),
    ],
)
def test_that_a_time_of_no_calendar_is_refused(
    reading: tuple[int, int, int, int, int, int],
) -> None:
    with pytest.raises(ValueError, match=r"must be in|out of range"):
        wall_to_utc_us(*reading, NEW_YORK)


@pytest.mark.parametrize(
    ("midnight", "lengths"),
    [
        (DAYS["winter"], [6, 2.5, 3.5, 1, 3, 4, 4]),
        (SPRING, [5, 2.5, 3.5, 1, 3, 4, 4]),
        (AUTUMN, [7, 2.5, 3.5, 1, 3, 4, 4]),
    ],
    ids=["winter", "spring", "autumn"],
)
def test_that_the_sessions_of_a_day_follow_one_another(midnight: datetime, lengths: list[float]) -> None:
    begins_us = [us(midnight)]
    words = []
    for _ in lengths:
        session, begin_us = next_session(begins_us[-1])
        words.append(session)
        begins_us.append(begin_us)
    assert words == ["NY PRE", "NY AM", "NY LUNCH", "NY PM", "AFTER_HOURS", "ASIA", "LONDON"]
    assert [(end - begin) / HOUR_US for begin, end in pairwise(begins_us)] == lengths


@given(instants)
def test_that_the_next_session_begins_where_this_one_ends(instant_us: int) -> None:
    session, begin_us = next_session(instant_us)
    assert instant_us < begin_us <= instant_us + 7 * HOUR_US
    assert session_at(begin_us) is session
    assert session_at(begin_us - 1) is session_at(instant_us) is not session


@given(st.dates(date(2015, 1, 1), date(2035, 1, 1)))
def test_that_the_bounds_of_a_trade_date_hold_it_and_no_other(day: date) -> None:
    begins, over = trade_date_bounds(day)
    assert trade_date(begins) == trade_date(over - 1) == day
    assert trade_date(begins - 1) == day - timedelta(days=1)
    assert trade_date(over) == day + timedelta(days=1)
