"""When something wants the trader, by tables of cases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from secondskies_desktop.engine import alarms
from secondskies_desktop.engine.alarms import DeadTold
from secondskies_desktop.foundation.attention import Severity
from secondskies_desktop.foundation.clock import Moment
from secondskies_desktop.signals.vocabulary import Direction
from tests.clocks import START_US
from tests.desktop.made_signals import a_view

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US


def at(text: str) -> int:
    """Return a New York winter time as µs UTC."""
    moment = datetime.fromisoformat(f"{text}-05:00")
    return int(moment.astimezone(UTC).timestamp()) * SECOND_US


@pytest.mark.parametrize(
    ("last", "since", "now", "key"),
    [
        (None, "2025-12-09T09:00", "2025-12-09T12:00", None),
        ("2025-12-09T10:00", "2025-12-09T09:00", "2025-12-09T10:14:59", None),
        ("2025-12-09T10:00", "2025-12-09T09:00", "2025-12-09T10:15", "webhook"),
        ("2025-12-09T10:00", "2025-12-09T10:10", "2025-12-09T10:20", None),
        ("2025-12-05T16:50", "2025-12-05T09:00", "2025-12-06T12:00", None),
        ("2025-12-05T16:50", "2025-12-05T09:00", "2025-12-07T18:04", None),
        ("2025-12-05T16:50", "2025-12-05T09:00", "2025-12-07T18:05", "webhook"),
        ("2025-12-09T16:40", "2025-12-09T09:00", "2025-12-09T17:30", None),
        ("2025-12-25T12:00", "2025-12-24T09:00", "2025-12-25T15:00", None),
        ("2015-01-06T10:00", "2015-01-06T09:00", "2015-01-06T12:00", "hours"),
    ],
    ids=[
        "never an alert",
        "one second short",
        "fifteen minutes",
        "listening for ten of twenty",
        "weekend",
        "Sunday, four minutes after ten of Friday",
        "Sunday, fifteen in all",
        "daily maintenance",
        "Christmas",
        "beyond the calendar",
    ],
)
def test_that_silence_counts_only_open_market_that_was_listened_to(
    last: str | None, since: str, now: str, key: str | None
) -> None:
    told = alarms.silence(None if last is None else at(last), at(since), 15, at(now))
    assert (None if told is None else told.key) == key
    if told is not None:
        assert told.severity is (Severity.INFO if key == "hours" else Severity.WATCH)


def test_that_silence_says_when_the_last_alert_came() -> None:
    told = alarms.silence(at("2025-12-05T16:50"), at("2025-12-05T09:00"), 15, at("2025-12-07T18:05"))
    assert told is not None
    assert told.text == ("No alert for 15 minutes of open market; the last came 16:50:00 NY on 2025-12-05")


@pytest.mark.parametrize(
    ("count", "told", "after_s", "is_told"),
    [
        (0, DeadTold(), 0, False),
        (1, DeadTold(), 0, True),
        (3, DeadTold(3, START_US), 3_600, False),
        (2, DeadTold(3, START_US), 3_600, False),
        (4, DeadTold(3, START_US), 599, False),
        (4, DeadTold(3, START_US), 600, True),
    ],
)
def test_that_dead_letters_are_told_when_they_grow_and_not_every_minute(
    count: int, told: DeadTold, after_s: int, is_told: bool
) -> None:
    assert (alarms.dead_letters(count, told, START_US + after_s * SECOND_US) is not None) is is_told


@pytest.mark.parametrize(
    ("free_mb", "was_told", "is_told"),
    [(1_000, False, False), (999, False, True), (1_050, True, True), (1_100, True, False)],
)
def test_that_the_disk_is_over_only_well_above_its_limit(free_mb: int, was_told: bool, is_told: bool) -> None:
    told = alarms.disk(free_mb * 1_000_000, 1_000, START_US, is_told=was_told)
    assert (told is not None) is is_told


@pytest.mark.parametrize(
    ("wall_s", "elapsed_s", "awake_s", "keys"),
    [
        (15.0, 15.0, 15.0, []),
        (16.9, 15.0, 15.0, []),
        (18.0, 15.0, 15.0, ["jump"]),
        (12.0, 15.0, 15.0, ["jump"]),
        (2_475.0, 2_475.0, 15.0, ["sleep"]),
        (2_575.0, 2_475.0, 15.0, ["sleep", "jump"]),
    ],
    ids=["none", "small", "forward", "back", "asleep", "asleep and set"],
)
def test_that_sleep_and_a_clock_that_was_set_are_told_apart(
    wall_s: float, elapsed_s: float, awake_s: float, keys: list[str]
) -> None:
    before = Moment(START_US, 100.0, 50.0)
    now = Moment(START_US + round(wall_s * SECOND_US), 100.0 + elapsed_s, 50.0 + awake_s)
    assert [one.key for one in alarms.clock_jump(before, now)] == keys


def test_that_sleep_is_told_in_words() -> None:
    before, now = Moment(START_US, 0.0, 0.0), Moment(START_US + 2_475 * SECOND_US, 2_475.0, 15.0)
    (told,) = alarms.clock_jump(before, now)
    assert told.text.startswith("The machine slept for 41 min;")
    assert told.severity is Severity.INFO


ENTERED = {
    "entry_us": START_US,
    "entry_price": 24_847.25,
    "stop_loss": 24_832.0,
    "last_received_us": START_US + MINUTE_US,
}


@pytest.mark.parametrize(
    ("changed", "after_s", "is_told"),
    [
        ({}, 60, True),
        ({}, 180, True),
        ({}, 181, False),
        ({"entry_us": None}, 60, False),
        ({"entry_us": START_US - 14 * MINUTE_US}, 60, True),
        ({"entry_us": START_US - 15 * MINUTE_US}, 60, False),
        ({"entry_us": START_US + 17 * MINUTE_US}, 60, False),
        ({"exit_us": START_US}, 60, False),
        ({"last_received_us": None}, 60, False),
    ],
)
def test_that_only_an_entry_of_this_moment_is_told(
    changed: dict[str, int | None], after_s: int, is_told: bool
) -> None:
    view = a_view(START_US, **(ENTERED | changed))
    assert (alarms.new_entry(view, "one", START_US + after_s * SECOND_US) is not None) is is_told


def test_that_an_entry_is_told_in_the_words_of_the_tables() -> None:
    told = alarms.new_entry(a_view(START_US, **ENTERED), "one", START_US + MINUTE_US)
    assert told is not None
    assert told.text == "ENTRY ▲ MNQ1! 09:40 NY AM · 24,847.25 stop 24,832.00"
    assert told.passes_after_s is not None


def test_that_what_is_not_known_of_an_entry_is_said() -> None:
    unknown = {"direction": Direction.BEARISH, "symbol": None, "session": None, "stop_loss": None}
    told = alarms.new_entry(a_view(START_US, **(ENTERED | unknown)), "one", START_US + MINUTE_US)
    assert told is not None
    assert told.text == "ENTRY ▼ symbol unknown 09:40 · 24,847.25 stop unknown"
