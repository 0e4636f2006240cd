"""The limit of a day: every row of prop_rules.md §3, which limit ends an account (§2.7), and the reset."""

from __future__ import annotations

from typing import Any

import pytest

from tests.prop.told import close, closes, days_of, ended, equity, paid, told, trade


def rules(start: float, daily: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    """Return a program with a limit of the day."""
    common = {"anchor": "balance", "effect": "fail", "evaluated": "realtime", "touch_is_breach": True}
    return {"start": start, "daily": None if daily is None else common | daily, **more}


FTMO = {"pct": 5, "pct_of": "initial"}
FIVERS = {"pct": 5, "pct_of": "anchor", "anchor": "max"}


@pytest.mark.parametrize(
    ("daily", "balance", "live", "floor"),
    [
        # FTMO 2-Step: 5 % of the start below the balance at midnight, with or without a carried loss.
        (FTMO, 102_000, 102_000, "97000.00"),
        (FTMO, 102_000, 99_000, "97000.00"),
        (FTMO, 105_000, 107_000, "100000.00"),
        # FTMO 1-Step.
        ({"pct": 3, "pct_of": "initial"}, 104_000, 104_000, "101000.00"),
        # The5ers, FundingPips: 5 % of the higher of balance and equity.
        (FIVERS, 102_000, 103_500, "98325.00"),
        (FIVERS, 105_000, 107_000, "101650.00"),
        (FIVERS, 105_000, 110_000, "104500.00"),
        (FIVERS | {"anchor": "balance"}, 102_000, 103_500, "96900.00"),
        # Blue Guardian: the higher one, minus fixed 4 % of the start.
        ({"pct": 4, "pct_of": "initial", "anchor": "max"}, 100_000, 102_000, "98000.00"),
        ({"pct": 4, "pct_of": "initial", "anchor": "max"}, 100_000, 98_000, "96000.00"),
        # Alpha Capital: of the balance; what is carried is not added.
        ({"pct": 5, "pct_of": "anchor"}, 100_000, 101_000, "95000.00"),
        ({"pct": 5, "pct_of": "anchor"}, 100_000, 99_000, "95000.00"),
        ({"pct": 5, "pct_of": "anchor"}, 105_000, 107_000, "99750.00"),
        ({"amount": 1_000, "anchor": "equity"}, 50_000, 50_400, "49400.00"),
        # Where nobody knows what the share is of, or the anchor: known where all readings agree.
        ({"pct": 5, "pct_of": None}, 100_000, 101_000, "95000.00"),
        ({"pct": 5, "pct_of": None}, 102_000, 102_000, None),
        ({"amount": 1_000, "anchor": None}, 50_200, 50_200, "49200.00"),
        ({"amount": 1_000, "anchor": None}, 50_200, 50_300, None),
        ({"amount": None}, 50_000, 50_000, None),
    ],
)
def test_that_the_day_is_anchored_at_the_close_before_it(
    daily: dict[str, Any], balance: float, live: float, floor: str | None
) -> None:
    start = 50_000 if "amount" in daily else 100_000
    found = told(rules(start, daily), [equity(0, balance, live), close(0)])
    last = found["events"][-1]
    assert last["daily_floor"] == floor
    assert last["daily_room"] == (None if floor is None else f"{live - float(floor):.2f}")
    assert found["ended"] is None


def test_that_a_carried_loss_leaves_less_room_and_can_breach_at_the_reset() -> None:
    found = told(rules(100_000, FTMO), [equity(0, 102_000, 99_000), close(0)])
    assert found["events"][-1]["daily_room"] == "2000.00"
    deep = [equity(0, 106_000, 101_000), close(0)]
    assert ended(told(rules(100_000, FTMO), deep)) == ("daily_loss", 1)
    assert ended(told(rules(100_000, FTMO | {"touch_is_breach": False}), deep)) is None


def test_that_topstep_locks_the_day_until_its_close() -> None:
    program = rules(50_000, {"amount": 1_000, "effect": "lock"})
    events = [
        *closes(51_200),
        equity(1, 51_200, "50200.01"),
        equity(1, 51_200, 50_200),
        equity(1, 51_000),
        close(1),
    ]
    found = told(program, events)
    assert [one["day_locked"] for one in found["events"]] == [False, False, False, True, True, False]
    assert found["events"][2]["daily_floor"] == "50200.00"
    assert found["ended"] is None


def test_that_a_close_clears_a_lock_with_the_loss_still_open() -> None:
    program = rules(50_000, {"amount": 1_000, "effect": "lock"})
    found = told(program, [*closes(51_200), equity(1, 51_200, 50_200), close(1), equity(2, 51_200, 50_199)])
    assert [one["day_locked"] for one in found["events"][2:]] == [True, False, True]


@pytest.mark.parametrize(
    ("daily", "losses", "expected"),
    [
        # S11: 5,000 of the start from 102,000 is 97,000; 5 % of the day's start is 96,900.
        (FTMO, [2_000, (-3_000, -2_050)], ("daily_loss", 3)),
        ({"pct": 5, "pct_of": "anchor"}, [2_000, (-3_000, -2_050)], None),
        # At the close only the close counts.
        (FTMO | {"evaluated": "close"}, [(-6_000, 2_000)], None),
        (FTMO, [(-6_000, 2_000)], ("daily_loss", 0)),
        (FTMO | {"evaluated": "close"}, [(-6_000, 1_000)], ("daily_loss", 2)),
        (FTMO | {"evaluated": None}, [(-6_000, 2_000)], ("daily_loss", 0)),
    ],
)
def test_that_a_share_of_the_start_and_of_the_anchor_differ(
    daily: dict[str, Any], losses: list[Any], expected: tuple[str, int] | None
) -> None:
    events: list[Any] = []
    for number, one in enumerate(losses):
        events += [trade(number, pnl) for pnl in (one if isinstance(one, tuple) else (one,))]
        events.append(close(number))
    assert ended(told(rules(100_000, daily), events)) == expected


APEX_TIERS = {
    "tiers": {"basis": "session_open_profit", "steps": [[0, 1_000], [3_000, 2_000], [6_000, 3_000]]},
    "effect": "lock",
}
TRADEIFY_TIERS = {"tiers": {"basis": "session_open_profit", "steps": [[0, 1_250], [3_000, 2_000]]}}


@pytest.mark.parametrize(
    ("daily", "balances", "amounts"),
    [
        (APEX_TIERS, [52_999, 53_000, 56_000, 52_000], [1_000, 1_000, 2_000, 3_000, 1_000]),
        # Closing at 53,100 today: today still 1,250, tomorrow 2,000.
        (TRADEIFY_TIERS, [53_100, 52_000], [1_250, 2_000, 1_250]),
        # A loss keeps the first step.
        (TRADEIFY_TIERS, [49_500], [1_250, 1_250]),
    ],
)
def test_that_tiers_are_read_at_session_open(
    daily: dict[str, Any], balances: list[float], amounts: list[float]
) -> None:
    found = told(rules(50_000, daily), closes(*balances))
    openings = [50_000, *balances]
    seen = [found["events"][0], *found["events"][1::2]]
    assert [
        opening - float(one["daily_floor"]) for opening, one in zip(openings, seen, strict=True)
    ] == amounts


def test_that_a_share_of_the_peak_profit_holds_once_the_floor_is_locked() -> None:
    # Lucid: 1,200 until the floor locks, then 60 % of the peak profit: 4,000 → 2,400.
    daily = {
        "tiers": {"basis": "peak_profit_share_after_lock", "before": 1_200, "share_pct": 60},
        "effect": "lock",
    }
    drawdown = {"type": "eod", "amount": 2_000, "lock_offset": 100, "touch_is_breach": True}
    found = told(rules(50_000, daily, drawdown=drawdown), closes(52_000, 54_000, 53_000))
    assert [one["daily_floor"] for one in found["events"][1::2]] == ["50800.00", "51600.00", "50600.00"]


@pytest.mark.parametrize(
    ("amount", "maximum", "effect", "loss", "expected"),
    [
        (2_000, 3_000, "fail", -3_500, "daily_loss"),
        (4_000, 3_000, "fail", -4_500, "max_loss"),
        (3_000, 3_000, "fail", -3_000, "daily_loss"),
        (2_000, 3_000, "lock", -3_500, "max_loss"),
        (3_000, 3_000, "lock", -3_000, "max_loss"),
        (4_000, 3_000, "lock", -3_500, "max_loss"),
        (2_000, 3_000, "lock", -2_500, None),
    ],
)
@pytest.mark.parametrize("how", ["trade", "low", "equity"])
def test_that_the_higher_floor_is_named_and_the_account_before_a_pause(
    amount: float, maximum: float, effect: str, loss: float, expected: str | None, how: str
) -> None:
    drawdown = {"type": "static", "amount": maximum, "touch_is_breach": True}
    program = rules(100_000, {"amount": amount, "effect": effect}, drawdown=drawdown)
    event = {
        "trade": trade(0, loss),
        "low": trade(0, 0, mfe=0, mae=loss),
        "equity": equity(0, 100_000, 100_000 + loss),
    }[how]
    found = told(program, [event])
    assert (ended(found) or (None,))[0] == expected
    if expected is None:
        assert found["events"][0]["day_locked"]


def test_that_the_same_amount_ends_one_program_and_pauses_another() -> None:
    # FTMO Futures Pro terminates, Growth locks out.
    day = [trade(0, -1_000), trade(0, 200, at="16:00"), close(0)]
    assert ended(told(rules(50_000, {"amount": 1_000}), day)) == ("daily_loss", 0)
    growth = told(rules(50_000, {"amount": 1_000, "effect": "lock"}), day)
    assert [one["day_locked"] for one in growth["events"]] == [True, True, False]


def test_that_a_payout_is_no_loss_of_the_day() -> None:
    program = rules(50_000, {"amount": 1_000, "anchor": "max"})
    found = told(program, [*closes(53_000), paid(1, 1_500), equity(1, 51_500, 50_501, at="20:30")])
    assert [one["daily_floor"] for one in found["events"]] == ["49000.00", "52000.00", "50500.00", "50500.00"]
    assert found["ended"] is None
    of_anchor = told(rules(100_000, FIVERS), [*closes(102_000), paid(1, 2_000)])
    assert of_anchor["events"][-1]["daily_floor"] == "95000.00"


def test_that_an_effect_of_which_nobody_knows_is_neither_an_end_nor_a_pass() -> None:
    program = rules(50_000, {"amount": 1_000, "effect": None}, target=500)
    found = told(program, [trade(0, -1_000), trade(0, 1_600, at="16:00"), close(0)])
    assert found["events"][0]["day_locked"] is None
    assert (found["ended"], found["passed"], found["unknown"]) == (None, None, ["daily_loss"])


def test_that_a_program_without_a_limit_of_the_day_has_none() -> None:
    found = told(rules(50_000, None), days_of(-5_000))
    assert found["events"][0]["daily_floor"] is None
    assert found["events"][0]["day_locked"] is False
    assert found["ended"] is None
