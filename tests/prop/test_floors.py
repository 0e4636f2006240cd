"""The account's own floor: every test vector and worked example of prop_rules.md §1 and §2, to the cent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.prop.told import close, closes, days_of, ended, equity, floors, paid, told, trade


def rules(start: float, kind: str, amount: float, **more: Any) -> dict[str, Any]:
    """Return a program that has a drawdown only; touching the floor is a breach."""
    drawdown = {"type": kind, "amount": amount, "touch_is_breach": True, **more}
    return {"start": start, "drawdown": drawdown}


@pytest.mark.parametrize(
    ("offset", "lock_on", "balances", "expected", "locked"),
    [
        # §2.2 vector A: Topstep, lock at the start.
        (
            0,
            "floor_reaches",
            [50_600, 50_200, 51_400, 51_900, 52_100, 53_000],
            ["48600.00", "48600.00", "49400.00", "49900.00", "50000.00", "50000.00"],
            [False, False, False, False, True, True],
        ),
        # The same where only the offset is told.
        (0, None, [50_600, 52_100], ["48600.00", "50000.00"], [False, True]),
        # The level is reached exactly.
        (0, "floor_reaches", [52_000, 53_000], ["50000.00", "50000.00"], [True, True]),
        # §2.2 vector B: offset +100.
        (
            100,
            "floor_reaches",
            [51_000, 52_000, 52_100, 53_500],
            ["49000.00", "50000.00", "50100.00", "50100.00"],
            [False, False, True, True],
        ),
        # §2.5: FundedNext Live locks below the start.
        (
            -1000,
            "floor_reaches",
            [50_900, 51_000, 52_000],
            ["48900.00", "49000.00", "49000.00"],
            [False, True, True],
        ),
        # Without a lock the trail goes on.
        (None, None, [53_000, 56_000], ["51000.00", "54000.00"], [False, False]),
        (100, "none", [53_000, 56_000], ["51000.00", "54000.00"], [False, False]),
        (100, "first_payout", [53_000, 56_000], ["51000.00", "54000.00"], [False, False]),
        # The same cap, reached at start + target.
        (
            None,
            "target_balance",
            [54_000, 55_000, 57_000],
            ["52000.00", "53000.00", "53000.00"],
            [False, True, True],
        ),
    ],
)
def test_that_an_eod_floor_follows_the_closes_and_locks(
    offset: float | None, lock_on: str | None, balances: list[float], expected: list[str], locked: list[bool]
) -> None:
    program = rules(50_000, "eod", 2_000, lock_offset=offset, lock_on=lock_on) | {"target": 3_000}
    found = told(program, closes(*balances))
    assert floors(found) == expected
    assert [one["locked"] for one in found["days"]] == locked
    assert found["ended"] is None


def test_that_an_eod_floor_is_tested_all_day_and_moves_at_the_close_only() -> None:
    eod = rules(50_000, "eod", 2_000, lock_offset=0)
    high = told(eod, [*closes(51_400), equity(1, 51_400, 53_000)])
    assert high["events"][-1]["floor"] == "49400.00"
    assert high["events"][-1]["room"] == "3600.00"
    assert ended(told(eod, [*closes(51_400), equity(1, 51_400, 49_400)])) == ("max_loss", 2)
    assert ended(told(eod, [*closes(51_400), equity(1, 51_400, "49400.01")])) is None


def test_that_one_can_be_above_break_even_and_dead() -> None:
    spike = [equity(0, 100_000, 104_000), equity(0, 99_500), close(0), equity(1, 104_500), close(1)]
    found = told(rules(100_000, "eod", 3_000), [*spike, equity(2, 101_000)])
    assert floors(found) == ["97000.00", "101500.00"]
    assert ended(found) == ("max_loss", 5)
    assert found["ended"]["at"] == "2026-07-08T16:00:00Z"


def test_that_fees_alone_can_bring_a_close_to_the_floor() -> None:
    eod = rules(50_000, "eod", 2_000, lock_offset=0)
    assert ended(told(eod, [trade(0, -1_996.2, fees=3.8), close(0)])) == ("max_loss", 0)
    assert ended(told(eod, [trade(0, -1_996.2, fees="3.79"), close(0)])) is None


@pytest.mark.parametrize(
    ("balance", "live", "touch", "expected"),
    [
        (92_000, 89_999, True, ("max_loss", 0)),
        (92_000, 90_000, True, ("max_loss", 0)),
        (92_000, 90_000, False, None),
        (92_000, "89999.99", False, ("max_loss", 0)),
        (92_000, "90000.01", True, None),
    ],
)
def test_that_a_static_floor_is_touched_or_crossed(
    balance: float, live: float | str, touch: bool, expected: tuple[str, int] | None
) -> None:
    program = rules(100_000, "static", 10_000, touch_is_breach=touch)
    assert ended(told(program, [equity(0, balance, live)])) == expected


def test_that_profit_builds_a_cushion_over_a_static_floor() -> None:
    found = told(rules(100_000, "static", 10_000), closes(104_000))
    assert found["events"][-1]["room"] == "14000.00"
    assert floors(found) == ["90000.00"]


def test_that_a_touch_of_which_nobody_knows_is_neither_a_breach_nor_a_pass() -> None:
    program = rules(50_000, "static", 2_000, touch_is_breach=None) | {"target": 1_000}
    found = told(program, [equity(0, 50_000, 48_000), equity(0, 51_000, at="17:00"), close(0)])
    assert found["ended"] is None
    assert found["passed"] is None
    assert found["unknown"] == ["max_loss"]
    assert ended(told(program, [equity(0, 50_000, "47999.99")])) == ("max_loss", 0)


def test_that_an_open_peak_moves_an_intraday_floor() -> None:
    # §2.3 vector C: 2 NQ, +40 points open, closed at +10.
    intraday = rules(50_000, "intraday", 2_500, lock_offset=100)
    seen = told(intraday, [equity(0, 50_000, 51_600), equity(0, 50_400, at="17:00")])
    assert [one["floor"] for one in seen["events"]] == ["49100.00", "49100.00"]
    assert seen["events"][-1]["room"] == "1300.00"
    told_by_trade = told(intraday, [trade(0, 400, mfe=1_600, mae=0)])
    assert told_by_trade["events"][-1]["floor"] == "49100.00"
    assert told_by_trade["events"][-1]["room"] == "1300.00"


_KINDS = ("static", "eod", "closed", "intraday")


@pytest.mark.parametrize(
    ("events", "dead"),
    [
        # §2.3 vector D: banked +2,000, then −3,500 in the same session.
        ([trade(0, 2_000, mfe=2_000, mae=0), trade(0, -3_500, at="16:00")], {"intraday", "closed"}),
        # Vector E: the +2,000 only floated.
        ([trade(0, 0, mfe=2_000, mae=0), trade(0, -1_500, at="16:00")], {"intraday"}),
    ],
)
def test_that_the_same_trades_end_some_kinds_and_not_others(events: list[Any], dead: set[str]) -> None:
    assert {one for one in _KINDS if ended(told(rules(100_000, one, 3_000), events))} == dead


def test_that_a_trail_on_closed_balance_rises_when_profit_is_closed() -> None:
    # §2.4: E8 One; 107,000 locks at the start.
    closed = rules(100_000, "closed", 6_000, lock_offset=0)
    found = told(
        closed, [equity(0, 100_000, 102_000), equity(0, 102_000, at="17:00"), equity(0, 99_000, at="18:00")]
    )
    assert [one["floor"] for one in found["events"]] == ["94000.00", "96000.00", "96000.00"]
    locked = told(closed, [trade(0, 7_000)])["events"][-1]
    assert (locked["floor"], locked["locked"]) == ("100000.00", True)


def test_that_an_intraday_trail_stops_at_its_lock() -> None:
    # S11: +4,000 on day one; 100,100 survives, 99,900 does not; without a lock the pull-back is the end.
    pullback = [*days_of(4_000, -3_900), trade(2, -200)]
    assert ended(told(rules(100_000, "intraday", 3_000, lock_offset=0), pullback)) == ("max_loss", 4)
    assert ended(told(rules(100_000, "intraday", 3_000), pullback)) == ("max_loss", 2)


@pytest.mark.parametrize(
    ("on_payout", "more", "floor", "room", "locked"),
    [
        # §2.5: Topstep XFA, the floor is set to 0 wherever it was.
        ("set_to_level", {"lock_on": "floor_reaches"}, "0.00", "800.00", True),
        ("lock_keep_higher", {"lock_on": "floor_reaches"}, "0.00", "800.00", True),
        # Alpha Standard: nothing moves.
        ("none", {"lock_on": "floor_reaches"}, "-400.00", "1200.00", False),
        (None, {"lock_on": "floor_reaches"}, "-400.00", "1200.00", False),
        (None, {"lock_on": "first_payout"}, "0.00", "800.00", True),
    ],
)
def test_that_a_payout_can_move_the_floor(
    on_payout: str | None, more: dict[str, Any], floor: str, room: str, locked: bool
) -> None:
    program = rules(0, "eod", 2_000, lock_offset=0, on_payout=on_payout, **more)
    found = told(program, [*days_of(1_600), paid(1, 800)])
    assert floors(found) == ["-400.00"]
    last = found["events"][-1]
    assert (last["balance"], last["floor"], last["room"], last["locked"]) == ("800.00", floor, room, locked)


@pytest.mark.parametrize(
    ("on_payout", "floor"), [("set_to_level", "50100.00"), ("lock_keep_higher", "54000.00")]
)
def test_that_a_trail_past_its_level_is_set_or_kept_at_a_payout(on_payout: str, floor: str) -> None:
    program = rules(50_000, "eod", 2_000, lock_offset=100, lock_on="first_payout", on_payout=on_payout)
    found = told(program, [*days_of(6_000), paid(1, 1_000), close(1), trade(2, 3_000), close(2)])
    assert floors(found) == ["54000.00", floor, floor]
    assert found["events"][-1]["locked"]


def test_that_a_payout_is_tested_against_the_floor() -> None:
    program = rules(50_000, "eod", 2_000, lock_offset=100)
    events = [*days_of(3_000), paid(1, 2_900)]
    assert ended(told(program, events)) == ("max_loss", 2)
    assert ended(told(program, [*days_of(3_000), paid(1, "2899.99")])) is None


def test_that_a_level_of_which_nobody_knows_leaves_the_floor_unknown_after_a_payout() -> None:
    found = told(rules(50_000, "eod", 2_000, on_payout="set_to_level"), [*days_of(1_000), paid(1, 100)])
    last = found["events"][-1]
    assert (last["floor"], last["room"], last["locked"]) == (None, None, None)
    assert "floor_after_payout" in found["unknown"]


def test_that_what_happens_after_the_end_changes_nothing() -> None:
    found = told(rules(50_000, "static", 2_000), [trade(0, -2_000), trade(0, 9_000, at="16:00"), close(0)])
    assert ended(found) == ("max_loss", 0)
    assert [one["balance"] for one in found["events"]] == ["48000.00"] * 3


@pytest.mark.parametrize(
    ("mae", "dead", "matters"),
    [(-900, True, True), (-899.99, False, False), (-3_000, True, False)],
)
def test_that_the_peak_of_a_trade_comes_first_and_the_other_order_is_told(
    mae: float, dead: bool, matters: bool
) -> None:
    # The peak lifts the floor from 47,500 to 49,100.
    found = told(rules(50_000, "intraday", 2_500), [trade(0, 400, mfe=1_600, mae=mae)])
    assert (ended(found) is not None) == dead
    assert found["order_matters"] is matters


def test_that_a_low_that_was_seen_before_the_peak_is_not_tested_after_it() -> None:
    low = [equity(0, 50_000, 49_000), equity(0, 50_000, 51_600, at="16:10")]
    found = told(rules(50_000, "intraday", 2_500), [*low, trade(0, 400, mfe=1_600, mae=-1_000, at="16:20")])
    assert ended(found) is None
    assert not found["order_matters"]
    deeper = told(rules(50_000, "intraday", 2_500), [*low, trade(0, 400, mfe=1_600, mae=-1_001, at="16:20")])
    assert ended(deeper) == ("max_loss", 2)
    assert deeper["order_matters"]


def test_that_without_excursions_only_closed_balances_move_anything() -> None:
    blind = [trade(0, 400, mfe=None, mae=None), trade(0, -600, at="16:00")]
    last = told(rules(50_000, "intraday", 2_500), blind)["events"][-1]
    assert (last["balance"], last["floor"]) == ("49800.00", "47900.00")


def test_that_fees_do_not_count_in_a_peak() -> None:
    last = told(rules(50_000, "intraday", 2_500), [trade(0, 1_600, fees=7.6, mfe=1_600, mae=0)])["events"][-1]
    assert (last["balance"], last["floor"]) == ("51592.40", "49100.00")
