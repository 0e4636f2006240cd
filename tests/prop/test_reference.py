"""Random days under random rules: the kernel against the slow reference, not a cent apart."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.prop import reference
from tests.prop.told import close, equity, paid, told, trade

CENTS = st.integers(-250_000, 250_000).map(lambda cents: f"{Decimal(cents).scaleb(-2)}")
# Round figures meet limits exactly far more often than random cents do.
ROUND = st.sampled_from(
    ["-2000", "-1000", "-500", "-100", "0", "100", "150", "500", "1000", "1500", "2000", "2100"]
)
PROFITS = st.one_of(ROUND, CENTS)
TOUCH = st.booleans()


@st.composite
def drawdowns(draw: st.DrawFn) -> dict[str, Any]:
    """Any drawdown of the short form whose fields are known."""
    return {
        "type": draw(st.sampled_from(["static", "eod", "intraday", "closed"])),
        "amount": draw(st.sampled_from(["1000", "2000", "2500.50", "3000"])),
        "lock_offset": draw(st.sampled_from(["-500", "0", "100"])),
        "lock_on": draw(st.sampled_from(["none", "floor_reaches", "first_payout", "target_balance"])),
        "touch_is_breach": draw(TOUCH),
        "on_payout": draw(st.sampled_from(["none", "set_to_level", "lock_keep_higher"])),
    }


@st.composite
def dailies(draw: st.DrawFn, *, trails: bool) -> dict[str, Any]:
    """Any limit of the day."""
    limits: list[dict[str, Any]] = [
        {"amount": "1000"},
        {"amount": "2000"},
        {"pct": "2.5", "pct_of": "initial"},
        {"pct": "3.33", "pct_of": "anchor"},
        {"tiers": {"basis": "session_open_profit", "steps": [[0, 1000], [1500, 1250], [2000, 2000]]}},
    ]
    if trails:
        basis = "peak_profit_share_after_lock"
        limits.append({"tiers": {"basis": basis, "before": 1200, "share_pct": 60}})
    return {
        **draw(st.sampled_from(limits)),
        "anchor": draw(st.sampled_from(["balance", "equity", "max"])),
        "effect": draw(st.sampled_from(["fail", "lock"])),
        "evaluated": draw(st.sampled_from(["realtime", "close"])),
        "touch_is_breach": draw(TOUCH),
    }


VARIANTS = ["best_day_of_net", "best_day_of_positive_days", "best_day_of_target", "best_day_since_payout"]
SHARES = st.one_of(
    st.sampled_from([20, 30, "33.3333", 40, 50, 55, 100]).map(lambda pct: {"pct": pct}),
    st.just({"pct_by_payout": [20, 50, 100]}),
)
CONSISTENCY = st.builds(
    lambda variant, shares, inclusive: (
        shares | {"variant": variant, "inclusive": inclusive, "effect": "keep_trading"}
    ),
    st.sampled_from(VARIANTS),
    SHARES,
    TOUCH,
)
PAYOUTS = st.fixed_dictionaries(
    {
        "number_done": st.integers(0, 3),
        "qualifying": st.fixed_dictionaries({"days": st.integers(0, 3), "profit": st.sampled_from([0, 150])}),
        "min_balance": st.sampled_from([0, 50_000, 52_100]),
        "retain": st.sampled_from([0, 100, 2_100]),
        "share_pct": st.sampled_from([50, 100]),
        "share_base": st.sampled_from(["balance", "total_profit", "cycle_profit"]),
        "cap_by_payout": st.sampled_from([[1_500, 1_500, 2_000], [100_000] * 9]),
        "min": st.sampled_from([0, 125]),
        "split_pct": st.sampled_from([80, 90, 100]),
        "fee": st.sampled_from([0, 30]),
        "trading_days": st.integers(0, 3),
        "new_profit_multiple": st.sampled_from([1, 2]),
        "consistency": CONSISTENCY,
    }
)


@st.composite
def programs(draw: st.DrawFn) -> dict[str, Any]:
    """Any program."""
    rules: dict[str, Any] = {"start": 50_000, "target": draw(st.sampled_from(["500", "1500", "3000"]))}
    rules["min_days"] = draw(st.integers(0, 2))
    if draw(st.integers(0, 4)):
        rules["drawdown"] = draw(drawdowns())
    if draw(st.booleans()):
        rules["daily"] = draw(dailies(trails="drawdown" in rules))
    if draw(st.booleans()):
        rules["consistency"] = draw(CONSISTENCY)
    if draw(st.booleans()):
        rules["payout"] = draw(PAYOUTS)
    return rules


@st.composite
def days(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One to five days of trades, looks, withdrawals and closes, some of them in the evening before."""
    events: list[dict[str, Any]] = []
    balance = Decimal(50_000)
    for number in range(draw(st.integers(1, 5))):
        for place in range(draw(st.integers(0, 3))):
            at = f"{14 + place}:30"
            match draw(st.sampled_from(["trade", "trade", "equity", "open", "payout"])):
                case "trade":
                    pnl = draw(PROFITS)
                    peak = draw(st.one_of(st.none(), st.integers(0, 2_500)))
                    low = draw(st.one_of(st.none(), st.integers(-2_500, 0)))
                    fees = draw(st.sampled_from(["0", "3.80", "12.40"]))
                    events.append(trade(number, pnl, at=at, mfe=peak, mae=low, fees=fees))
                    balance += Decimal(pnl) - Decimal(fees)
                case "payout":
                    gross = draw(st.sampled_from(["100", "500.50", "1500"]))
                    events.append(paid(number, gross, at=at))
                    balance -= Decimal(gross)
                case "open":
                    events.append(equity(number, str(balance), str(balance + Decimal(draw(PROFITS))), at=at))
                case _:
                    balance += Decimal(draw(PROFITS))
                    events.append(equity(number, str(balance), at=at))
        events.append(close(number))
    return events if draw(st.integers(0, 3)) else events[:-1] or events


def _shown(amount: Any) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def agree(rules: dict[str, Any], events: list[dict[str, Any]]) -> None:
    """Hold the answer against the reference."""
    found, expected = told(rules, events), reference.tell(rules, events)
    over = [place for place, one in enumerate(events) if one["type"] == "session_close"]
    end = len(events) if expected["ended"] is None else expected["ended"][1] + 1
    for place, (mine, its) in enumerate(zip(found["events"], expected["rows"], strict=True)):
        if place >= end:
            break
        assert mine["balance"] == _shown(its["balance"]), place
        if place == end - 1 and expected["ended"] is not None:
            break
        assert (mine["floor"], mine["locked"], mine["room"]) == (
            _shown(its["floor"]),
            its["locked"],
            _shown(its["room"]),
        ), place
        assert (mine["daily_floor"], mine["day_locked"]) == (_shown(its["daily_floor"]), its["day_locked"]), (
            place
        )
        assert mine["qualifying_days"] == its["qualifying"], place
    ended = None if found["ended"] is None else (found["ended"]["rule"], found["ended"]["after"])
    assert ended == expected["ended"]
    assert found["passed"] == expected["passed"]
    if ended is not None:
        return
    assert [one["floor"] for one in found["days"]] == [
        _shown(expected["rows"][place]["floor"]) for place in over
    ]
    assert found["required_profit"] == _shown(expected["required"])
    if "consistency" in rules:
        assert found["max_profit_today"] == _shown(expected["today"])
    if isinstance(expected["payout"], list):
        assert [one for one in found["payout_blockers"] if one != "calendar_days"] == expected["payout"]
    elif expected["payout"] is not None:
        gross, net = expected["payout"]
        assert found["payout"] == {"gross": _shown(gross), "net": _shown(net)}


@given(programs(), days())
@settings(max_examples=400, deadline=None)
def test_that_the_kernel_agrees_with_the_reference(
    rules: dict[str, Any], events: list[dict[str, Any]]
) -> None:
    agree(rules, events)


@pytest.mark.torture
@pytest.mark.trust
@pytest.mark.timeout(3_600)
@given(programs(), days())
@settings(max_examples=10_000, deadline=None)
def test_that_ten_thousand_random_days_agree(rules: dict[str, Any], events: list[dict[str, Any]]) -> None:
    agree(rules, events)
