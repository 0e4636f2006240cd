"""The calendar of CME Globex equity-index futures, compared with the library it was made from."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.foundation.market_hours import (
    State,
    is_open,
    market_state,
    next_open,
    open_seconds_between,
)

ZONE = ZoneInfo("America/New_York")
CHICAGO = ZoneInfo("America/Chicago")
FIRST, LAST = date(2019, 1, 1), date(2029, 12, 31)
SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US

# Where the library is known to be wrong (see tools/make_calendar.py): None is no session.
CORRECTED = {
    date(2024, 3, 29): None,
    date(2025, 1, 9): "09:30",
    date(2025, 4, 18): None,
    date(2027, 3, 26): None,
    date(2028, 4, 14): None,
    date(2029, 3, 30): None,
}
LAST_DAY_WITH_A_PAUSE = date(2021, 6, 25)

Periods = list[tuple[int, int]]


def us(at: datetime) -> int:
    return int(at.timestamp()) * SECOND_US


def ny(text: str) -> int:
    return us(datetime.fromisoformat(text).replace(tzinfo=ZONE))


def ct(text: str) -> int:
    return us(datetime.fromisoformat(text).replace(tzinfo=CHICAGO))


BEGIN_US, END_US = ny("2019-01-01 00:00"), ny("2030-01-01 00:00")
inside = st.integers(min_value=BEGIN_US, max_value=END_US - 1)


def every_day() -> list[date]:
    return [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


@pytest.fixture(scope="module")
def expected() -> dict[date, Periods]:
    """The trading periods of each trade date by the library, its known faults mended."""
    import pandas_market_calendars

    globex = pandas_market_calendars.get_calendar("CME Globex Equity").schedule(FIRST, LAST)
    pauses = pandas_market_calendars.get_calendar("CME_Equity").schedule(FIRST, LAST)
    paused = {
        row.Index.date(): (us(row.break_start), us(row.break_end))
        for row in pauses[pauses.break_end > pauses.break_start].itertuples()
    }
    assert max(paused) == LAST_DAY_WITH_A_PAUSE
    days: dict[date, Periods] = {day: [] for day in every_day()}
    for row in globex.itertuples():
        day, open_us, close_us = row.Index.date(), us(row.market_open), us(row.market_close)
        if day in CORRECTED:
            clock = CORRECTED[day]
            days[day] = [(open_us, ny(f"{day} {clock}"))] if clock else []
        elif day in paused:
            days[day] = [(open_us, paused[day][0]), (paused[day][1], close_us)]
        else:
            days[day] = [(open_us, close_us)]
    return days


def test_that_every_trade_date_opens_and_closes_when_the_library_says(
    expected: dict[date, Periods],
) -> None:
    for periods in expected.values():
        for open_us, close_us in periods:
            assert is_open(open_us - 1) is False
            assert is_open(open_us) is True
            assert is_open(close_us - 1) is True
            assert is_open(close_us) is False


def test_that_every_trade_date_is_open_for_as_long_as_the_library_says(
    expected: dict[date, Periods],
) -> None:
    for day, periods in expected.items():
        evening_before = max(ny(f"{day - timedelta(days=1)} 18:00"), BEGIN_US)
        seconds = sum(close_us - open_us for open_us, close_us in periods) // SECOND_US
        assert open_seconds_between(evening_before, ny(f"{day} 18:00")) == seconds


def test_that_all_openings_of_eleven_years_are_found_by_asking_for_the_next(
    expected: dict[date, Periods],
) -> None:
    openings = [open_us for periods in expected.values() for open_us, _ in periods]
    found, at_us = [], BEGIN_US
    while (opening := next_open(at_us)) is not None:
        found.append(opening)
        state = market_state(opening)
        assert state.since_us == opening
        assert state.until_us is not None
        at_us = state.until_us
    assert found == openings


def test_that_the_file_is_what_the_library_makes_of_it() -> None:
    from tools import make_calendar

    text = files("secondskies_desktop.resources").joinpath("market_hours.json").read_text("utf-8")
    made = next(line for line in text.splitlines() if '"made"' in line).split('"')[3]
    assert make_calendar.rendered(make_calendar.table(made)) == text
    assert date.fromisoformat(made) <= LAST


@pytest.mark.parametrize(
    ("text", "expected_open"),
    [
        # CME's list of 2026, in Chicago's time as CME prints it.
        ("2026-01-01 16:59", False),
        ("2026-01-01 17:00", True),
        ("2026-01-19 11:59", True),
        ("2026-01-19 12:00", False),
        ("2026-01-19 17:00", True),
        ("2026-02-16 12:00", False),
        ("2026-04-03 08:14", True),
        ("2026-04-03 08:15", False),
        ("2026-04-05 17:00", True),
        ("2026-05-25 12:00", False),
        ("2026-06-19 12:00", False),
        ("2026-06-19 17:00", False),
        ("2026-07-02 15:59", True),
        ("2026-07-03 11:59", True),
        ("2026-07-03 12:00", False),
        ("2026-09-07 12:00", False),
        ("2026-11-26 12:00", False),
        ("2026-11-26 17:00", True),
        ("2026-11-27 12:14", True),
        ("2026-11-27 12:15", False),
        ("2026-12-24 12:15", False),
        ("2026-12-25 17:00", False),
        ("2026-12-27 17:00", True),
        ("2026-12-31 15:59", True),
        # Announced by CME for the National Day of Mourning.
        ("2025-01-08 17:00", True),
        ("2025-01-09 08:29", True),
        ("2025-01-09 08:30", False),
        ("2025-01-09 17:00", True),
        # The weeks in which clocks change.
        ("2025-03-07 15:59", True),
        ("2025-03-07 16:00", False),
        ("2025-03-09 16:59", False),
        ("2025-03-09 17:00", True),
        ("2025-10-31 16:00", False),
        ("2025-11-02 16:59", False),
        ("2025-11-02 17:00", True),
    ],
)
def test_that_known_hours_are_in_the_table(text: str, *, expected_open: bool) -> None:
    assert is_open(ct(text)) is expected_open


@pytest.mark.parametrize(
    ("text", "state", "reason", "since", "until"),
    [
        ("2026-11-24 10:00", "OPEN", "regular hours", "2026-11-23 18:00", "2026-11-24 17:00"),
        (
            "2026-11-24 17:30",
            "HALT",
            "daily maintenance 17:00-18:00",
            "2026-11-24 17:00",
            "2026-11-24 18:00",
        ),
        (
            "2020-03-04 16:20",
            "HALT",
            "daily halt 16:15-16:30",
            "2020-03-04 16:15",
            "2020-03-04 16:30",
        ),
        (
            "2020-03-04 16:30",
            "OPEN",
            "regular hours",
            "2020-03-04 16:30",
            "2020-03-04 17:00",
        ),
        ("2026-11-20 17:00", "CLOSED", "weekend", "2026-11-20 17:00", "2026-11-22 18:00"),
        ("2026-11-22 17:59", "CLOSED", "weekend", "2026-11-20 17:00", "2026-11-22 18:00"),
        (
            "2026-11-26 10:00",
            "OPEN",
            "Thanksgiving Day, halt 13:00",
            "2026-11-25 18:00",
            "2026-11-26 13:00",
        ),
        (
            "2026-11-26 17:30",
            "HALT",
            "Thanksgiving Day, halt 13:00",
            "2026-11-26 13:00",
            "2026-11-26 18:00",
        ),
        (
            "2026-11-27 14:00",
            "CLOSED",
            "Day after Thanksgiving, early close 13:15",
            "2026-11-27 13:15",
            "2026-11-29 18:00",
        ),
        ("2026-11-28 12:00", "CLOSED", "weekend", "2026-11-27 13:15", "2026-11-29 18:00"),
        ("2025-12-31 17:30", "CLOSED", "New Year's Day", "2025-12-31 17:00", "2026-01-01 18:00"),
        (
            "2025-12-24 14:00",
            "CLOSED",
            "Christmas Eve, early close 13:15",
            "2025-12-24 13:15",
            "2025-12-25 18:00",
        ),
        ("2025-12-25 09:00", "CLOSED", "Christmas Day", "2025-12-24 13:15", "2025-12-25 18:00"),
        (
            "2022-12-26 09:00",
            "CLOSED",
            "Christmas Day (observed)",
            "2022-12-23 17:00",
            "2022-12-26 18:00",
        ),
    ],
)
def test_that_the_state_says_why_since_when_and_until_when(
    text: str, state: str, reason: str, since: str, until: str
) -> None:
    at = market_state(ny(text))
    assert (at.state, at.reason) == (state, reason)
    assert (at.since_us, at.until_us) == (ny(since), ny(until))
    assert at.projected is False


def test_that_hours_which_cme_had_not_published_are_called_projected() -> None:
    assert market_state(ny("2026-12-31 17:30")).projected is False
    assert market_state(ny("2027-03-26 08:00")).projected is True
    assert market_state(ny("2027-03-26 08:00")).reason == "Good Friday"


@pytest.mark.parametrize("instant_us", [0, BEGIN_US - 1, END_US, END_US + 400 * DAY_US, 10**18])
def test_that_beyond_the_table_nothing_is_known(instant_us: int) -> None:
    assert is_open(instant_us) is None
    assert next_open(instant_us) is None
    assert market_state(instant_us).state is State.UNKNOWN
    middle_us = ny("2025-06-02 12:00")
    ordered = sorted((instant_us, middle_us))
    if instant_us != END_US:
        assert open_seconds_between(*ordered) is None


def test_that_an_unknown_state_names_the_end_of_the_table() -> None:
    before, after = market_state(BEGIN_US - 1), market_state(END_US)
    assert before.reason == "before the calendar, which begins 2019-01-01"
    assert (before.since_us, before.until_us) == (None, BEGIN_US)
    assert after.reason == "beyond the calendar, which ends 2029-12-31"
    assert (after.since_us, after.until_us) == (END_US, None)


def test_that_the_table_reaches_from_its_first_minute_to_its_last() -> None:
    assert is_open(BEGIN_US) is False
    assert market_state(BEGIN_US).since_us is None
    assert next_open(BEGIN_US) == ny("2019-01-01 18:00")
    assert is_open(END_US - 1) is False
    assert market_state(END_US - 1).until_us is None
    assert next_open(END_US - 1) is None
    assert open_seconds_between(END_US - HOUR_US, END_US) == 0


@given(inside)
def test_that_state_and_next_opening_agree_with_is_open(instant_us: int) -> None:
    state, opening = market_state(instant_us), next_open(instant_us)
    assert (state.state is State.OPEN) is is_open(instant_us)
    assert opening == (instant_us if is_open(instant_us) else state.until_us)


@given(inside)
def test_that_a_state_lasts_from_its_beginning_to_its_end(instant_us: int) -> None:
    state = market_state(instant_us)
    assert state.since_us is None or state.since_us <= instant_us
    if state.since_us is not None and state.since_us > BEGIN_US:
        assert is_open(state.since_us - 1) is not is_open(instant_us)
    if state.until_us is not None:
        assert state.until_us > instant_us
        assert is_open(state.until_us) is not is_open(instant_us)
    if state.state is State.HALT:
        assert state.since_us is not None
        assert state.until_us is not None
        assert state.until_us - state.since_us < DAY_US


@given(st.lists(inside.map(lambda at: at // SECOND_US * SECOND_US), min_size=3, max_size=3))
def test_that_open_time_adds_up(instants: list[int]) -> None:
    first, middle, last = sorted(instants)
    parts = open_seconds_between(first, middle), open_seconds_between(middle, last)
    assert None not in parts
    assert sum(part or 0 for part in parts) == open_seconds_between(first, last)
    assert open_seconds_between(last, first) == 0


def test_that_open_time_leaves_out_what_is_shut() -> None:
    assert open_seconds_between(ny("2026-11-24 16:59"), ny("2026-11-24 18:01")) == 120
    assert open_seconds_between(ny("2026-11-20 12:00"), ny("2026-11-23 12:00")) == 23 * 3_600
    assert open_seconds_between(ny("2026-11-24 10:00"), ny("2026-11-24 10:00") + 999_999) == 0


def test_that_knowing_the_hours_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from secondskies_desktop.foundation.market_hours import is_open\n"
        "assert is_open(1_764_700_000_000_000) is True\n"
        "heavy = {'numpy', 'pandas', 'pandas_market_calendars', 'exchange_calendars', 'PySide6'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=50, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
