"""Consistency, target, day counts, sizes: the examples of prop_rules.md §4 to §6, and when a pass is decided."""

from __future__ import annotations

from typing import Any

import pytest

from tests.prop.told import close, closes, days_of, ended, equity, paid, told, trade

DAYS = (900, -200, 1_500, 400, 600)


def rules(variant: str | None, pct: float | None, **more: Any) -> dict[str, Any]:
    """Return a program that asks for a target and consistency."""
    asked = {"variant": variant, "pct": pct, "inclusive": True, "effect": "keep_trading"}
    consistency = asked | more.pop("consistency", {})
    return {"start": 50_000, "target": 3_000, "consistency": consistency, **more}


@pytest.mark.parametrize(
    ("variant", "pct", "passed", "required"),
    [
        ("best_day_of_net", 50, True, "3000.00"),
        ("best_day_of_net", 40, False, "3750.00"),
        ("best_day_of_net", 30, False, "5000.00"),
        # Of the sum of positive days, 3,400: 44.1 %. At 40 % it takes 3,750 of them, 350 more.
        ("best_day_of_positive_days", 45, True, "3000.00"),
        ("best_day_of_positive_days", 44, False, "3209.10"),
        ("best_day_of_positive_days", 40, False, "3550.00"),
        # Of the target: 1,500 a day.
        ("best_day_of_target", 50, True, "3000.00"),
        ("best_day_of_target", 40, False, "3750.00"),
        ("best_day_since_payout", 50, True, "3000.00"),
        ("best_day_since_payout", 40, False, "3750.00"),
    ],
)
def test_that_the_best_day_is_held_against_each_base(
    variant: str, pct: float, passed: bool, required: str
) -> None:
    found = told(rules(variant, pct), days_of(*DAYS))
    assert (found["passed"], found["required_profit"]) == (passed, required)


def test_that_a_violation_raises_the_target_instead_of_failing() -> None:
    # Topstep: best 2,200 at 55 % → 4,000.
    short = told(rules("best_day_of_net", 55), days_of(2_200, 1_799))
    assert (short["passed"], short["required_profit"], short["ended"]) == (False, "4000.00", None)
    assert told(rules("best_day_of_net", 55), days_of(2_200, 1_800))["passed"] is True


def test_that_s11_passes_on_the_third_day() -> None:
    days = (3_000, 1_000, 2_000)
    found = [told(rules("best_day_of_net", 50), days_of(*days[:number]))["passed"] for number in (1, 2, 3)]
    assert found == [False, False, True]


@pytest.mark.parametrize(("inclusive", "passed"), [(True, True), (False, False), (None, None)])
def test_that_exactly_the_limit_passes_fails_or_is_unknown(
    inclusive: bool | None, passed: bool | None
) -> None:
    program = rules("best_day_of_net", 50, consistency={"inclusive": inclusive})
    assert told(program, days_of(1_500, 1_500))["passed"] is passed
    assert told(program, days_of(1_500, 1_000, "500.01"))["passed"] is True
    assert told(program, days_of(1_500, "1499.99", "0.01"))["passed"] is passed


@pytest.mark.parametrize(("variant", "pct"), [(None, 50), ("best_day_of_net", None)])
def test_that_a_consistency_of_which_something_is_unknown_passes_nobody(
    variant: str | None, pct: float | None
) -> None:
    found = told(rules(variant, pct), days_of(*DAYS))
    assert (found["passed"], found["required_profit"], found["max_profit_today"]) == (None, None, None)
    assert told(rules(variant, pct), days_of(100))["passed"] is False


@pytest.mark.parametrize(
    ("pct", "days", "today", "most"),
    [
        # §4: prior best 1,500, prior net 1,700.
        (50, (1_500, 200), None, "1700.00"),
        (40, (1_500, 200), None, "1500.00"),
        (30, (1_500, 200), None, "1500.00"),
        # What the running day has made does not move its own bound.
        (50, (1_500, 200), 400, "1700.00"),
        (50, (), None, "0.00"),
        (50, (-500,), None, "0.00"),
        (33, (1_000, 1_000), None, "1000.00"),
        (100, (1_500, 200), None, None),
    ],
)
def test_that_the_best_profit_of_today_can_be_planned(
    pct: float, days: tuple[float, ...], today: float | None, most: str | None
) -> None:
    events = days_of(*days) + ([] if today is None else [trade(len(days), today)])
    assert told(rules("best_day_of_net", pct), events)["max_profit_today"] == most


def test_that_the_cap_of_a_day_is_fixed_where_the_base_is_the_target() -> None:
    assert told(rules("best_day_of_target", 50), days_of(200))["max_profit_today"] == "1500.00"


def test_that_without_a_rule_nothing_is_planned() -> None:
    found = told({"start": 50_000, "target": 3_000}, days_of(4_000))
    assert (found["passed"], found["required_profit"], found["max_profit_today"]) == (True, "3000.00", None)
    bare = told({"start": 50_000}, days_of(4_000))
    assert (bare["passed"], bare["required_profit"]) == (None, None)


def test_that_a_window_since_the_payout_begins_anew_and_its_share_can_climb() -> None:
    program = rules("best_day_since_payout", None, consistency={"pct_by_payout": [20, 50]})
    before = days_of(2_000, 2_000)
    assert told(program, before)["passed"] is False
    # 2,000 are paid out, and 2,500 + 2,500 make one half each of what came since.
    after = [*before, paid(2, 2_000, at="13:00"), trade(2, 2_500), close(2), trade(3, 2_500), close(3)]
    found = told(program, after)
    assert (found["passed"], found["required_profit"]) == (True, "5000.00")


def test_that_a_pass_is_decided_at_a_close_and_stays() -> None:
    program = {"start": 50_000, "target": 3_000}
    assert told(program, [trade(0, 3_500)])["passed"] is False
    assert told(program, [trade(0, 3_500), trade(0, -600, at="16:00"), close(0)])["passed"] is False
    assert told(program, [trade(0, 3_000), close(0)])["passed"] is True
    assert told(program, [trade(0, 3_000), close(0), trade(1, -2_000), close(1)])["passed"] is True


def test_that_an_account_that_has_ended_does_not_pass() -> None:
    drawdown = {"type": "static", "amount": 2_000, "touch_is_breach": True}
    found = told(
        {"start": 50_000, "target": 3_000, "drawdown": drawdown}, [trade(0, -2_000), *days_of(9_000)]
    )
    assert (found["passed"], ended(found)) == (False, ("max_loss", 0))


def test_that_a_day_with_a_trade_is_a_trading_day() -> None:
    program = {"start": 50_000, "target": 1_000, "min_days": 2}
    assert told(program, [trade(0, 600), trade(0, 600, at="16:00"), close(0)])["passed"] is False
    assert told(program, [*days_of(1_200), close(1)])["passed"] is False
    assert told(program, [*closes(51_200, 51_200)])["passed"] is False
    assert told(program, days_of(1_200, 0))["passed"] is True


def test_that_trades_in_the_evening_belong_to_the_next_trading_day() -> None:
    program = {"start": 50_000, "target": 1_000, "min_days": 2}
    evening = [trade(0, 600), close(0), trade(0, 600, at="22:30"), close(1)]
    found = told(program, evening)
    assert found["passed"] is True
    assert [one["trade_date"] for one in found["events"]] == [
        "2026-07-06",
        "2026-07-06",
        "2026-07-07",
        "2026-07-07",
    ]


def test_that_qualifying_days_are_counted_at_the_day_s_end() -> None:
    # §5, Apex legacy: five of eight days made 50 or more.
    program = {"start": 50_000, "payout": {"qualifying": {"days": 5, "profit": 50}}}
    found = told(program, days_of(75, -30, 120, 60, -15, 80, 25, 90))
    assert [one["qualifying_days"] for one in found["events"][1::2]] == [1, 1, 2, 3, 3, 4, 4, 5]
    assert found["payout_blockers"] == []
    paid_out = told(program, [*days_of(75, 75), paid(2, 100)])
    assert paid_out["events"][-1]["qualifying_days"] == 0


@pytest.mark.parametrize(
    ("scaling", "balances", "sizes"),
    [
        # §6, Topstep XFA: 1,480 → 2 all day even at 1,700; 1,620 → 3 tomorrow; back at 1,300 → 2.
        (
            {"unit": "mini", "steps": [[0, 2], [1_500, 3], [2_000, 5]], "micro_per_mini": 10},
            [1_480, 1_700, 1_620, 1_300],
            [(2, 20), (2, 20), (3, 30), (3, 30), (2, 20)],
        ),
        ({"unit": "micro", "steps": [[0, 5], [1_000, 25]], "micro_per_mini": 10}, [1_000], [(0, 5), (2, 25)]),
        ({"unit": "mini", "steps": [[0, 2]], "micro_per_mini": None}, [], [(2, None)]),
        ({"unit": None, "steps": [[0, 2]]}, [], [(None, None)]),
        (None, [], [(None, None)]),
    ],
)
def test_that_sizes_are_fixed_at_session_open(
    scaling: dict[str, Any] | None, balances: list[float], sizes: list[tuple[int | None, int | None]]
) -> None:
    program = {"start": 0, "scaling": None if scaling is None else {"basis": "session_open_profit"} | scaling}
    events = [equity(0, 0, at="14:00")]
    if balances:
        events += [equity(0, balances[0]), close(0)]
    if balances[1:]:
        events += [equity(1, balances[1]), equity(1, balances[2]), close(1), equity(2, balances[3]), close(2)]
    seen = [(one["max_minis"], one["max_micros"]) for one in told(program, events)["events"]]
    at = {0: [0], 1: [0, 2], 4: [0, 3, 5, 6, 7]}[len(balances)]
    assert [seen[place] for place in at] == sizes
