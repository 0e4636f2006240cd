"""The engine's verdicts: three-valued, with bounds where something was not seen, one by one or a day at a time."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from secondskies_desktop.prop.engine import (
    State,
    Verdict,
    begin,
    compile_rules,
    evaluate,
    replay,
)
from secondskies_desktop.prop.events import Event, Mark, SessionClose, Tick, Trade
from secondskies_desktop.prop.reading import read_event, read_events
from secondskies_desktop.prop.rules import (
    BestDay,
    Clock,
    EndOfDay,
    FlatDaily,
    HeldShare,
    Intraday,
    Lock,
    MinimumHold,
    OpenLossShare,
    Payout,
    Rules,
    ShareDaily,
    Static,
    StopToTarget,
    Target,
    TradeLossShare,
)
from secondskies_desktop.prop.short_form import read_rules
from tests.prop.programs import NOTHING, after, figures, program
from tests.prop.test_clock import at
from tests.prop.test_reference import days, programs
from tests.prop.told import close, days_of, equity, trade


def static(amount: int | None = 2_000, *, touch: bool | None = True) -> Static:
    """Return a floor that never moves."""
    return Static(amount=None if amount is None else Decimal(amount), touch_is_breach=touch, on_payout="none")


def intraday(lock: Lock | None) -> Intraday:
    """Return a trail on the best equity."""
    return Intraday(amount=Decimal(2_000), touch_is_breach=True, on_payout="none", lock=lock)


def test_that_a_program_of_which_nothing_is_known_passes_nothing() -> None:
    found = after(compile_rules(Rules(start=Decimal(50_000))), [equity(0, 50_000)])
    assert set(found) == {
        *("max_loss", "daily_loss", "consistency", "target", "min_days", "per_trade", "contracts", "hours"),
        *("news", "expiry", "inactivity", "payout"),
    }
    assert {one.verdict for one in found.values()} == {"UNKNOWN"}
    assert all(one.reason for one in found.values())


def test_that_a_program_without_rules_says_nothing() -> None:
    assert after(program(), [equity(0, 40_000)]) == {}


def test_that_a_limit_tells_what_was_measured_and_the_room() -> None:
    daily = FlatDaily(amount=Decimal(1_000), anchor="balance", effect="lock", touch_is_breach=True)
    compiled = program(drawdown=static(), daily=daily)
    found = after(compiled, [equity(0, 50_000, 49_200)])
    assert figures(found["max_loss"]) == ("PASS", 4_920_000, 4_800_000, 120_000)
    assert figures(found["daily_loss"]) == ("PASS", 4_920_000, 4_900_000, 20_000)
    locked = after(compiled, [equity(0, 50_000, 49_000)])
    assert (locked["daily_loss"].verdict, locked["max_loss"].verdict) == ("FAIL", "PASS")
    dead = after(compiled, [equity(0, 50_000, 48_000)])
    assert (dead["max_loss"].verdict, dead["max_loss"].reason) == (
        "FAIL",
        "equity 48000.00 at the floor 48000.00",
    )


@pytest.mark.parametrize(
    ("drawdown", "events", "verdict"),
    [
        (static(None), [equity(0, 50_000)], "UNKNOWN"),
        (static(touch=None), [equity(0, 48_000)], "UNKNOWN"),
        (static(touch=None), [equity(0, "48000.01")], "PASS"),
        (static(), [trade(0, 100, mfe=200)], "UNKNOWN"),
        (static(), [trade(0, 100, mae=-200)], "PASS"),
        (intraday(Lock(trigger="none")), [trade(0, 100, mae=-200)], "UNKNOWN"),
        (intraday(Lock(trigger="none")), [trade(0, 100, mfe=200, mae=-200)], "PASS"),
        # A trail that may have stopped somewhere: only below the first floor it is certain.
        (intraday(None), [equity(0, 53_000), equity(0, 50_500)], "UNKNOWN"),
        (intraday(None), [equity(0, 53_000), equity(0, 51_500)], "PASS"),
        (intraday(None), [equity(0, 53_000), equity(0, 48_000)], "FAIL"),
        (intraday(Lock(trigger="floor_reaches")), [equity(0, 53_000), equity(0, 50_500)], "UNKNOWN"),
        (
            intraday(Lock(trigger="profit", level_offset=Decimal(0))),
            [equity(0, 53_000), equity(0, 50_500)],
            "UNKNOWN",
        ),
    ],
)
def test_that_what_is_not_known_or_not_seen_is_never_a_pass(
    drawdown: Any, events: list[Any], verdict: str
) -> None:
    found = after(program(drawdown=drawdown), events)["max_loss"]
    assert found.verdict == verdict
    assert (found.reason == "") == (verdict == "PASS")


def test_that_a_floor_from_excursions_is_told_as_a_bound() -> None:
    compiled = program(drawdown=intraday(Lock(trigger="none")))
    by_trades = after(compiled, [trade(0, 100, mfe=1_600, mae=-200)])["max_loss"]
    assert (by_trades.limit, by_trades.verdict) == (4_960_000, "PASS")
    assert "at least" in by_trades.bound
    assert after(compiled, [equity(0, 50_000, 51_600)])["max_loss"].bound == ""
    assert "at most" in after(program(drawdown=intraday(None)), [equity(0, 53_000)])["max_loss"].bound


def test_that_an_order_that_decides_is_unknown_with_both_ends() -> None:
    compiled = program(drawdown=intraday(Lock(trigger="none")))
    found = after(compiled, [trade(0, 400, mfe=1_600, mae=-900)])["max_loss"]
    assert (found.verdict, found.ends) == ("UNKNOWN", (80_000, 80_000))
    # Both ends live on: a look at the floor ends the other one too.
    later = after(compiled, [trade(0, 400, mfe=1_600, mae=-900), equity(0, 50_400, 49_600)])["max_loss"]
    assert later.verdict == "FAIL"


def test_that_a_profit_can_lock_a_floor() -> None:
    lock = Lock(trigger="profit", profit=Decimal(3_000), level_offset=Decimal(100))
    drawdown = EndOfDay(amount=Decimal(2_000), touch_is_breach=True, on_payout="none", lock=lock)
    state = replay(program(drawdown=drawdown), read_events(days_of(2_900)))
    assert after(program(drawdown=drawdown), days_of(2_900))["max_loss"].limit == 5_090_000
    assert state.row != begin(program(drawdown=drawdown)).row
    assert after(program(drawdown=drawdown), days_of(3_000))["max_loss"].limit == 5_010_000


def test_that_a_limit_can_trail_the_high_of_the_day() -> None:
    # HyroTrader: 4 % below the day's high of 103,000.
    daily = ShareDaily(
        pct=Decimal(4),
        pct_of="initial",
        anchor="day_high",
        effect="fail",
        touch_is_breach=True,
        evaluated="realtime",
    )
    compiled = compile_rules(Rules(start=Decimal(100_000), **(NOTHING | {"daily": daily})))
    found = after(compiled, [equity(0, 100_000, 103_000), equity(0, 100_000, "99000.01")])["daily_loss"]
    assert figures(found) == ("PASS", 9_900_001, 9_900_000, 1)
    assert (
        after(compiled, [equity(0, 100_000, 103_000), equity(0, 100_000, 99_000)])["daily_loss"].verdict
        == "FAIL"
    )
    ends = after(compiled, [trade(0, 0, mfe=3_000, mae=-1_000)])["daily_loss"]
    assert ends.verdict == "UNKNOWN"


def test_that_a_limit_on_closed_balance_sees_no_open_loss() -> None:
    daily = FlatDaily(
        amount=Decimal(1_000),
        anchor="balance",
        effect="block_payout",
        evaluated="trade_close",
        touch_is_breach=True,
    )
    compiled = program(daily=daily, payout=Payout())
    assert after(compiled, [equity(0, 50_000, 48_000), close(0)])["daily_loss"].verdict == "PASS"
    found = after(compiled, [trade(0, -1_000), close(0), trade(1, 3_000), close(1)])
    assert "daily_loss" in found["payout"].reason


def test_that_consistency_tells_the_room_of_today() -> None:
    rule = BestDay(of="net", pct=Decimal(50), inclusive=True)
    compiled = program(consistency=rule, target=Target(amount=Decimal(3_000)))
    found = after(compiled, [*days_of(1_500, 200), trade(2, 400)])
    assert figures(found["consistency"]) == ("FAIL", 150_000, 105_000, 130_000)
    assert figures(found["target"]) == ("FAIL", 210_000, 300_000, 90_000)
    assert found["target"].is_goal
    failing = program(
        consistency=BestDay(of="target", pct=Decimal(50), inclusive=True, effect="fail"),
        target=Target(amount=Decimal(3_000)),
    )
    assert replay(failing, read_events(days_of(1_501))).row != begin(failing).row
    assert after(failing, days_of(1_501, 5_000))["target"].measured == 150_100


def test_that_days_are_a_goal() -> None:
    found = after(program(min_days=3), days_of(1, 1))["min_days"]
    assert figures(found) == ("FAIL", 2, 3, 1)
    assert figures(after(program(min_days=3), days_of(1, 1, 1))["min_days"]) == ("PASS", 3, 3, 0)


@pytest.mark.parametrize(
    ("rule", "trades", "expected"),
    [
        # §4, Apex legacy: the day began with a profit of 4,000, so 1,200 may be open.
        (OpenLossShare(pct=Decimal(30)), [{"mae": -1_200}], ("PASS", 120_000, 120_000, 0)),
        (OpenLossShare(pct=Decimal(30)), [{"mae": "-1200.01"}], ("FAIL", 120_001, 120_000, -1)),
        (OpenLossShare(pct=Decimal(30)), [{}], ("UNKNOWN", None, None, None)),
        (OpenLossShare(), [{"mae": -1}], ("UNKNOWN", None, None, None)),
        # A violation is not forgotten.
        (OpenLossShare(pct=Decimal(30)), [{"mae": -1_500}, {"mae": -1}], ("FAIL", 150_000, 120_000, -30_000)),
        # HyroTrader: 3 % of the start.
        (TradeLossShare(pct=Decimal(3)), [{"pnl": -1_490, "fees": 10}], ("PASS", 150_000, 150_000, 0)),
        (TradeLossShare(pct=Decimal(3)), [{"pnl": -1_490, "fees": "10.01"}], ("FAIL", 150_001, 150_000, -1)),
        # FFF: 20 seconds.
        (MinimumHold(seconds=20), [{"held": 20}], ("PASS", 20_000_000, 20_000_000, 0)),
        (MinimumHold(seconds=20), [{"held": 19}], ("FAIL", 19_000_000, 20_000_000, -1_000_000)),
        (MinimumHold(seconds=20), [{}], ("UNKNOWN", None, None, None)),
        # Tradeify: more than half of the trades and of the profit longer than 10 seconds.
        (HeldShare(seconds=10, pct=Decimal(50)),
         [{"held": 11, "pnl": 60}, {"held": 12, "pnl": 1}, {"held": 5, "pnl": 60}],
         ("PASS", 504_132, 500_000, 4_132)),
        (HeldShare(seconds=10, pct=Decimal(50)), [{"held": 11, "pnl": 60}, {"held": 10, "pnl": 1}],
         ("FAIL", 500_000, 500_000, 0)),
        (HeldShare(seconds=10, pct=Decimal(50)), [{"held": 11, "pnl": 60}, {}], ("UNKNOWN", None, None, None)),
    ],
)  # fmt: skip
def test_that_trades_are_held_against_rules_of_their_own(
    rule: Any, trades: list[dict[str, Any]], expected: tuple[str, int | None, int | None, int | None]
) -> None:
    events = days_of(4_000)
    for place, one in enumerate(trades):
        more = dict(one)
        held = more.pop("held", None)
        event = trade(1, more.pop("pnl", 0), at=f"15:{place:02d}", **more)
        if held is not None:
            event["opened_at"] = (
                f"2026-07-07T{14 if place == 0 else 15}:{(place - 1) % 60:02d}:{60 - held:02d}Z"
            )
        events.append(event)
    compiled = program(per_trade=(rule,))
    state = replay(compiled, read_events(events[:2]))
    # The first day is not part of what is asked for.
    state = State(state.row)
    found: tuple[Verdict, ...] = ()
    for event in events[2:]:
        state, found = evaluate(compiled, state, read_event(event, "event"))
    assert figures(found[0]) == expected


def test_that_a_stop_is_held_against_its_target() -> None:
    compiled = program(per_trade=(StopToTarget(multiple=Decimal(5)),))
    kept = Trade(at_us=at("2026-07-06T10:00"), pnl=0, stop_to_target=5.0)
    state, found = evaluate(compiled, begin(compiled), kept)
    assert found[0].verdict == "PASS"
    _, found = evaluate(compiled, state, Trade(at_us=kept.at_us + 1, pnl=0, stop_to_target=5.1))
    assert (found[0].rule, found[0].verdict) == ("stop_to_target", "FAIL")


def test_that_a_payout_of_which_something_was_not_checked_is_unknown() -> None:
    compiled = program(payout=Payout(unchecked=("min_balance",), retain=Decimal()))
    found = after(compiled, days_of(500))["payout"]
    assert (found.verdict, found.measured) == ("UNKNOWN", 50_000)
    assert "min_balance" in found.reason
    open_ = program(payout=Payout(retain=Decimal()))
    assert after(open_, days_of(500))["payout"].verdict == "PASS"
    assert after(open_, days_of(-500))["payout"].reason == "not yet: min_payout"


@given(programs(), days())
@settings(max_examples=100, deadline=None)
def test_that_events_come_one_by_one_or_a_day_at_a_time(rules: dict[str, Any], events: list[Any]) -> None:
    compiled = compile_rules(read_rules(rules))
    one_by_one = begin(compiled)
    for event in read_events(events):
        one_by_one, found = evaluate(compiled, one_by_one, event)
        assert all(one.verdict != "PASS" or not one.reason for one in found if not one.is_goal)
    by_day: State | None = None
    waiting: list[Any] = []
    for event in read_events(events):
        waiting.append(event)
        if isinstance(event, SessionClose):
            by_day, waiting = replay(compiled, waiting, by_day), []
    assert replay(compiled, waiting, by_day) == one_by_one


@given(programs(), days())
@settings(max_examples=100, deadline=None)
def test_that_a_floor_falls_by_a_payout_only(rules: dict[str, Any], events: list[Any]) -> None:
    compiled = compile_rules(read_rules(rules))
    state, floor = begin(compiled), None
    for told_event, event in zip(events, read_events(events), strict=True):
        state, found = evaluate(compiled, state, event)
        now = next((one.limit for one in found if one.rule == "max_loss"), None)
        if floor is not None and now is not None and told_event["type"] != "payout":
            assert now >= floor
        floor = now


def test_that_ticks_move_no_money_and_turn_no_day_twice() -> None:
    compiled = program(min_days=2)
    state = replay(compiled, read_events([trade(0, 100)]))
    ticks: list[Event] = [Tick(at_us=at("2026-07-06T18:00")), SessionClose(at_us=at("2026-07-06T18:00"))]
    state = replay(compiled, ticks, state)
    state = replay(compiled, read_events([trade(1, 100)]), state)
    _, found = evaluate(compiled, state, Mark(at_us=at("2026-07-07T16:00"), equity=5_020_000))
    assert figures(found[0]) == ("PASS", 2, 2, 0)


def test_that_a_clock_is_part_of_a_program() -> None:
    prague = compile_rules(Rules(start=Decimal(1), clock=Clock(tz="Europe/Prague", roll="00:00"), **NOTHING))
    assert prague.clock.zone.key == "Europe/Prague"


def test_that_live_code_compiles_nothing() -> None:
    rooms = "secondskies_desktop.prop.engine, secondskies_desktop.prop.evaluating"
    code = f"import sys, {rooms}; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
