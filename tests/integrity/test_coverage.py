"""Coverage: in which hours of New York alerts came, and in which the market traded and none did."""

from __future__ import annotations

from datetime import date

from secondskies_desktop.foundation.sessions import trade_date_bounds
from secondskies_desktop.integrity.coverage import HOUR_US, HOURS, Cover, covered

MONDAY = date(2025, 12, 8)
BEGIN_US, END_US = trade_date_bounds(MONDAY)
LATER_US = END_US + 30 * 24 * HOUR_US


def hour(of: int) -> int:
    """Return when an hour of the Monday begins."""
    return BEGIN_US + HOURS.index(of) * HOUR_US


def covers(by_hour: dict[int, int], now_us: int = LATER_US, day: date = MONDAY) -> dict[int, Cover]:
    """Return what each hour of a trade date was."""
    return {one.hour: one.cover for one in covered(by_hour, day, 1, now_us)[0].hours}


def test_that_an_open_hour_without_an_alert_is_silent_and_a_shut_one_is_not() -> None:
    found = covers({hour(18): 4, hour(9): 60})
    assert found[18] is found[9] is Cover.HEARD
    assert found[10] is Cover.SILENT
    assert found[17] is Cover.SHUT
    (day,) = covered({hour(18): 4, hour(9): 60}, MONDAY, 1, LATER_US)
    assert (day.arrivals, day.count(Cover.HEARD), day.count(Cover.SILENT), day.count(Cover.SHUT)) == (
        64,
        2,
        21,
        1,
    )


def test_that_nothing_is_said_of_the_time_before_the_first_alert_and_of_what_is_not_over() -> None:
    found = covers({hour(8): 1}, now_us=hour(10) + HOUR_US // 2)
    assert found[18] is found[7] is Cover.BEFORE
    assert found[9] is Cover.SILENT
    assert found[10] is found[16] is Cover.AHEAD
    assert found[17] is Cover.SHUT
    assert set(covers({}).values()) == {Cover.BEFORE, Cover.SHUT}


def test_that_an_early_close_is_no_silence() -> None:
    eve = date(2025, 11, 28)
    by_hour = {trade_date_bounds(eve)[0]: 1}
    found = covers(by_hour, day=eve)
    assert found[12] is Cover.SILENT
    assert found[14] is found[16] is Cover.SHUT


def test_that_beyond_the_calendar_an_hour_is_unknown_rather_than_silent() -> None:
    day = date(2031, 3, 4)
    begin_us, end_us = trade_date_bounds(day)
    found = covers({begin_us: 1}, now_us=end_us + HOUR_US, day=day)
    assert found[18] is Cover.HEARD
    assert found[9] is found[17] is Cover.UNKNOWN


def test_that_weekends_stand_only_where_an_alert_came() -> None:
    days = [one.day for one in covered({hour(9): 1}, MONDAY, 2, LATER_US)]
    assert days == [MONDAY, date(2025, 12, 5)]
    sunday = trade_date_bounds(date(2025, 12, 7))[0] + HOUR_US
    days = [one.day for one in covered({sunday: 1, hour(9): 1}, MONDAY, 2, LATER_US)]
    assert days == [MONDAY, date(2025, 12, 7), date(2025, 12, 5)]


def test_that_the_nights_in_which_clocks_change_have_every_hour_once() -> None:
    for day in (date(2025, 11, 2), date(2026, 3, 8)):
        begin_us, end_us = trade_date_bounds(day)
        by_hour = dict.fromkeys(range(begin_us, end_us, HOUR_US), 1)
        (one, *_) = covered(by_hour, day, 1, end_us + HOUR_US)
        assert [found.hour for found in one.hours] == list(HOURS)
