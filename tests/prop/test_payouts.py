"""What may be withdrawn: the worked examples of prop_rules.md §7, and each blocker of §12."""

from __future__ import annotations

from typing import Any

import pytest

from tests.prop.told import close, days_of, equity, paid, told, trade

TOPSTEP = {
    "qualifying": {"days": 5, "profit": 150},
    "share_pct": 50,
    "share_base": "balance",
    "cap": 2_000,
    "min": 125,
    "split_pct": 90,
    "fee": 30,
}
APEX = {
    "qualifying": {"days": 5, "profit": 250},
    "min_balance": 52_600,
    "retain": 2_100,
    "cap_by_payout": [1_500, 1_500, 2_000, 2_500, 2_500, 3_000],
    "split_pct": 100,
    "consistency": {"variant": "best_day_since_payout", "pct": 50, "inclusive": True},
}
APEX_LEGACY = {
    "qualifying": {"days": 5, "profit": 50},
    "trading_days": 8,
    "min_balance": 52_600,
    "retain": 2_600,
    "consistency": {"variant": "best_day_since_payout", "pct": 30, "inclusive": True},
}
GROWTH = {"share_pct": 50, "share_base": "total_profit", "cap": 2_500, "new_profit_multiple": 2}
LUCID = {
    "qualifying": {"days": 5, "profit": 150},
    "share_pct": 50,
    "share_base": "cycle_profit",
    "cap": 2_000,
}
FLEX = LUCID | {"min": 500, "split_pct": 90}


def asked(start: float, payout: dict[str, Any], events: list[Any]) -> tuple[str, str] | list[str]:
    """Return gross and net of a payout, or what stands against it."""
    found = told({"start": start, "payout": payout}, events)
    assert (found["payout"] is None) == bool(found["payout_blockers"])
    return found["payout_blockers"] or (found["payout"]["gross"], found["payout"]["net"])


@pytest.mark.parametrize(
    ("start", "payout", "days", "expected"),
    [
        (0, TOPSTEP, (600,) * 5, ("1500.00", "1320.00")),
        (0, TOPSTEP, (1_800,) * 5, ("2000.00", "1770.00")),
        (0, TOPSTEP | {"cap": 4_000}, (1_800,) * 5, ("4000.00", "3570.00")),
        (0, TOPSTEP, (600,) * 4, ["qualifying_days"]),
        (0, TOPSTEP, (150, 150, 150, 150, 149.99, 2_000), ("1375.00", "1207.50")),
        (0, TOPSTEP, (150, 150, 150, 150, 149.99), ["qualifying_days"]),
        (0, TOPSTEP, (150, 150, 150, 150, 150, -501), ["min_payout"]),
        (50_000, APEX, (520,) * 5, ("500.00", "500.00")),
        (50_000, APEX, (519.99, 520, 520, 520, 520), ["min_balance"]),
        (50_000, APEX, (800,) * 5, ("1500.00", "1500.00")),
        (50_000, APEX | {"number_done": 2}, (900,) * 5, ("2000.00", "2000.00")),
        (50_000, APEX | {"number_done": 5}, (1_200,) * 5, ("3000.00", "3000.00")),
        (50_000, APEX | {"number_done": 6}, (1_200,) * 5, ["max_payouts"]),
        (50_000, APEX, (1_300, 325, 325, 325, 325), ("500.00", "500.00")),
        (50_000, APEX, (1_300.01, 325, 325, 325, 324.99), ["consistency"]),
        (50_000, APEX_LEGACY, (825, 825, 825, 165, 165, 165, 165, 165), ("700.00", "700.00")),
        (50_000, APEX_LEGACY, (825, 825, 825, 275, 275, 275), ["trading_days"]),
        (50_000, FLEX, (1_000,) * 5, ("2000.00", "1800.00")),
        (50_000, FLEX, (180,) * 5, ["min_payout"]),
        (50_000, FLEX, (220,) * 5, ("550.00", "495.00")),
        # Profit 4,000 at FTMO Futures Growth.
        (50_000, GROWTH, (4_000,), ("2000.00", "2000.00")),
        # Nothing but the balance bounds it.
        (50_000, {"min": 100}, (1_234.56,), ("1234.56", "1234.56")),
        (50_000, {}, (-10,), ["min_payout"]),
    ],
)
def test_that_a_payout_is_a_conjunction_then_a_minimum(
    start: float, payout: dict[str, Any], days: tuple[float, ...], expected: tuple[str, str] | list[str]
) -> None:
    assert asked(start, payout, days_of(*days)) == expected


def test_that_twice_the_new_profit_can_be_the_bound() -> None:
    # Growth: kept 2,000 + new 400 → 800.
    events = [*days_of(4_000), paid(1, 2_000), close(1), trade(2, 400), close(2)]
    assert asked(50_000, GROWTH, events) == ("800.00", "800.00")


@pytest.mark.parametrize(("day", "expected"), [(13, ["calendar_days"]), (14, ("1000.00", "800.00"))])
def test_that_calendar_days_run_from_the_first_trade_and_again_from_a_payout(
    day: int, expected: tuple[str, str] | list[str]
) -> None:
    # MFFU Pro: 14 calendar days; 2026-07-06 is the first of them.
    payout = {"calendar_days": 14, "retain": 2_100, "split_pct": 80}
    last = {"type": "session_close", "at": f"2026-07-{6 + day}T21:00:00Z"}
    assert asked(50_000, payout, [trade(0, 3_100), close(0), last]) == expected
    again = {"type": "session_close", "at": "2026-07-21T21:00:00Z"}
    assert asked(50_000, payout, [*days_of(3_100, 3_100), paid(2, 1_000), again]) == ["calendar_days"]


def test_that_several_blockers_stand_in_the_order_of_the_rules() -> None:
    payout = APEX | {"trading_days": 8, "calendar_days": 14, "number_done": 9, "min": 5_000}
    assert asked(50_000, payout, days_of(900)) == [
        "qualifying_days",
        "min_balance",
        "consistency",
        "calendar_days",
        "trading_days",
        "max_payouts",
        "min_payout",
    ]


def test_that_shares_of_the_best_day_climb_by_payout() -> None:
    ladder = {"variant": "best_day_since_payout", "inclusive": True, "pct_by_payout": [20, 25, 30]}
    four = days_of(500, 500, 500, 500)
    for done, expected in ((0, ["consistency"]), (1, ("2000.00", "2000.00")), (7, ("2000.00", "2000.00"))):
        assert asked(50_000, {"number_done": done, "consistency": ladder}, four) == expected


@pytest.mark.parametrize(
    ("payout", "expected"),
    [
        ({"share_pct": 50}, ["unknown"]),
        ({"qualifying": {"days": 1}}, ["qualifying_days"]),
        ({"qualifying": {"days": None, "profit": 150}}, ["qualifying_days"]),
        ({"consistency": {"variant": "best_day_of_net", "pct": None}}, ["consistency"]),
        ({"consistency": {"variant": "best_day_of_net", "pct": 50, "inclusive": None}}, ["consistency"]),
    ],
)
def test_that_what_is_not_known_pays_nothing(payout: dict[str, Any], expected: list[str]) -> None:
    assert asked(50_000, payout, days_of(500, 500)) == expected


def test_that_an_open_position_a_locked_day_and_an_ended_account_are_paid_nothing() -> None:
    assert asked(50_000, {}, [*days_of(500), equity(1, 50_500, 50_600)]) == ["open_positions"]
    daily = {"amount": 1_000, "anchor": "balance", "effect": "lock", "touch_is_breach": True}
    found = told({"start": 50_000, "payout": {}, "daily": daily}, [*days_of(5_000), trade(1, -1_000)])
    assert found["payout_blockers"] == ["day_locked"]
    daily["effect"] = "fail"
    found = told({"start": 50_000, "payout": {}, "daily": daily}, [*days_of(5_000), trade(1, -1_000)])
    assert found["payout_blockers"] == ["ended"]


def test_that_a_program_without_payouts_pays_none() -> None:
    found = told({"start": 50_000}, days_of(5_000))
    assert (found["payout"], found["payout_blockers"]) == (None, [])
