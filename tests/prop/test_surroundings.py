"""Verdicts on size, time, news and conduct: what hangs on more than money (prop_rules.md §5, §6)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from secondskies_desktop.prop.engine import Around, begin, evaluate, replay
from secondskies_desktop.prop.events import Tick
from secondskies_desktop.prop.reading import read_events
from secondskies_desktop.prop.rules import (
    Conduct,
    Contracts,
    Expiry,
    FixedSize,
    Hours,
    IdleDays,
    News,
    Scaling,
    WeeklyTrade,
)
from tests.prop.programs import figures, program
from tests.prop.test_clock import at
from tests.prop.told import close, trade

SCALED = Contracts(cap=Scaling(unit="mini", steps=((Decimal(0), 2), (Decimal(1_500), 3))), micro_per_mini=10)
FIXED = Contracts(cap=FixedSize(max_minis=4), micro_per_mini=None)


@pytest.mark.parametrize(
    ("rule", "minis", "micros", "expected"),
    [
        (SCALED, 2, 0, ("PASS", 2, 2, 0)),
        (SCALED, 3, 0, ("FAIL", 3, 2, -1)),
        (SCALED, 0, 20, ("PASS", 20, 20, 0)),
        (SCALED, 1, 11, ("FAIL", 21, 20, -1)),
        (SCALED, None, None, ("UNKNOWN", None, 2, None)),
        (SCALED, 2, None, ("UNKNOWN", None, 2, None)),
        (FIXED, 4, 0, ("PASS", 4, 4, 0)),
        (FIXED, 0, 5, ("UNKNOWN", None, None, None)),
        (Contracts(cap=None), 1, 0, ("UNKNOWN", None, None, None)),
    ],
)
def test_that_a_position_is_held_against_the_session_s_cap(
    rule: Contracts, minis: int | None, micros: int | None, expected: Any
) -> None:
    compiled = program(contracts=rule)
    tick = Tick(at_us=at("2026-07-06T10:00"), minis=minis, micros=micros)
    found = {one.rule: one for one in evaluate(compiled, begin(compiled), tick)[1]}
    assert figures(found["contracts"]) == expected


HOURS = Hours(flat_by="15:10", tz="America/Chicago", early_close_lead_minutes=5)


@pytest.mark.parametrize(
    ("rule", "wall", "minis", "verdict"),
    [
        (HOURS, "2026-07-06T16:09", 1, "PASS"),
        (HOURS, "2026-07-06T16:10", 1, "FAIL"),
        (HOURS, "2026-07-06T16:10", 0, "PASS"),
        (HOURS, "2026-07-06T16:10", None, "UNKNOWN"),
        (HOURS, "2026-07-06T16:09", None, "PASS"),
        (HOURS, "2026-11-27T13:10", 1, "FAIL"),
        (Hours(flat_by="15:10", tz="America/Chicago"), "2026-11-27T13:00", 1, "UNKNOWN"),
        (Hours(flat_by=None, tz="America/Chicago"), "2026-07-06T10:00", 1, "UNKNOWN"),
    ],
)
def test_that_a_position_past_the_deadline_fails(
    rule: Hours, wall: str, minis: int | None, verdict: str
) -> None:
    compiled = program(hours=rule)
    around = Around(now_us=at(wall), minis=minis, micros=None if minis is None else 0)
    found = evaluate(compiled, begin(compiled), Tick(at_us=at(wall)), around)[1]
    assert (found[0].rule, found[0].verdict) == ("hours", verdict)


@pytest.mark.parametrize(
    ("wall", "minis", "releases", "verdict"),
    [
        ("2026-07-06T08:27:59", 1, ["2026-07-06T08:30"], "PASS"),
        ("2026-07-06T08:28", 1, ["2026-07-06T08:30"], "FAIL"),
        ("2026-07-06T08:32", 1, ["2026-07-06T08:30"], "FAIL"),
        ("2026-07-06T08:32:01", 1, ["2026-07-06T08:30", "2026-07-06T14:00"], "PASS"),
        ("2026-07-06T08:30", 0, ["2026-07-06T08:30"], "PASS"),
        ("2026-07-06T08:30", None, ["2026-07-06T08:30"], "UNKNOWN"),
        ("2026-07-06T08:30", 0, None, "UNKNOWN"),
        ("2026-07-06T15:00", 0, ["2026-07-06T14:00"], "UNKNOWN"),
    ],
)
def test_that_news_are_unknown_without_a_calendar(
    wall: str, minis: int | None, releases: list[str] | None, verdict: str
) -> None:
    compiled = program(news=News(minutes_before=2, minutes_after=2))
    coming = None if releases is None else tuple(at(one) for one in releases)
    around = Around(now_us=at(wall), minis=minis, micros=None if minis is None else 0, releases_us=coming)
    found = evaluate(compiled, begin(compiled), Tick(at_us=at(wall)), around)[1]
    assert (found[0].rule, found[0].verdict) == ("news", verdict)


@pytest.mark.parametrize(
    ("parts", "wall", "expected"),
    [
        # Apex: 30 calendar days; Topstep XFA: more than 30 days without a trade.
        ({"expiry": Expiry(calendar_days=30, since="first_trade")}, "2026-08-05T12:00", ("PASS", 30, 30, 0)),
        ({"expiry": Expiry(calendar_days=30, since="first_trade")}, "2026-08-06T12:00", ("FAIL", 31, 30, -1)),
        (
            {"expiry": Expiry(calendar_days=30, since="purchase")},
            "2026-08-06T12:00",
            ("UNKNOWN", None, None, None),
        ),
        ({"inactivity": IdleDays(calendar_days=30)}, "2026-08-05T12:00", ("PASS", 30, 30, 0)),
        ({"inactivity": IdleDays(calendar_days=30)}, "2026-08-06T12:00", ("FAIL", 31, 30, -1)),
        ({"inactivity": IdleDays()}, "2026-08-06T12:00", ("UNKNOWN", None, None, None)),
        # Tradeify: a trade in every calendar week.
        ({"inactivity": WeeklyTrade()}, "2026-07-17T12:00", ("PASS", 11, None, None)),
        ({"inactivity": WeeklyTrade()}, "2026-07-20T12:00", ("FAIL", 14, None, None)),
    ],
)
def test_that_calendar_days_run_out(parts: dict[str, Any], wall: str, expected: Any) -> None:
    compiled = program(**parts)
    state = replay(compiled, read_events([trade(0, 1), close(0)]))
    assert figures(evaluate(compiled, state, Tick(at_us=at(wall)))[1][0]) == expected


def test_that_conduct_is_three_valued() -> None:
    rule = Conduct(
        copy_trading="own_accounts", automation="banned", hedging="allowed", mini_against_micro="banned"
    )
    compiled = program(conduct=rule)
    around = Around(
        now_us=at("2026-07-06T10:00"),
        minis=1,
        micros=1,
        automates=True,
        copies=True,
        is_remote=False,
        accounts=6,
    )
    found = {
        one.rule: one.verdict
        for one in evaluate(compiled, begin(compiled), Tick(at_us=around.now_us), around)[1]
    }
    assert found == {
        "copy_trading": "UNKNOWN",
        "automation": "FAIL",
        "remote_execution": "PASS",
        "hedging": "PASS",
        "mini_against_micro": "FAIL",
        "max_accounts": "UNKNOWN",
    }
