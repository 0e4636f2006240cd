"""The values of the library, typed a second time from the research (prop_rules.md §7 and §10)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from secondskies_desktop.prop.library import shipped

SPOTS: list[tuple[str, str, object]] = [
    ("topstep/combine/combine/50000/2026-10-02", "target.amount", 3000),
    ("topstep/combine/combine/50000/2026-10-02", "drawdown.amount", 2000),
    ("topstep/combine/combine/50000/2026-10-02", "consistency.pct", 55),
    ("topstep/combine/combine/50000/2026-10-02", "daily.type", "none"),
    ("topstep/combine/combine-dll/150000/2026-08", "daily.amount", 3000),
    ("topstep/combine/combine/100000/2026-08", "contracts.cap.max_minis", 10),
    ("topstep/combine/combine/150000/2026-08", "drawdown.amount", 4500),
    ("topstep/combine/xfa-standard/50000/2026-10-02", "payout.cap", 2000),
    ("topstep/combine/xfa-standard-dll/50000/2026-10-02", "payout.cap", 4000),
    ("topstep/combine/xfa-consistency/50000/2026-10-02", "payout.cap", 3000),
    ("topstep/combine/xfa-consistency-dll/50000/2026-10-02", "payout.cap", 6000),
    ("topstep/combine/xfa-consistency/50000/2026-10-02", "payout.consistency.pct", 40),
    ("topstep/combine/xfa-standard/50000/2026-10-02", "payout.fee", 30),
    ("topstep/combine/xfa-standard/50000/2026-10-02", "payout.min", 125),
    ("topstep/combine/xfa-standard/50000/2026-10-02", "start", 0),
    ("topstep/combine/xfa-standard/50000/2026-10-02", "contracts.cap.steps", [[0, 2], [1500, 3], [2000, 5]]),
    ("topstep/combine/xfa-standard/100000/2026-08", "payout.cap", None),
    ("apex/apex-4-eod/evaluation/25000/2026-03-01", "target.amount", 1500),
    ("apex/apex-4-eod/evaluation/25000/2026-03-01", "daily.amount", 500),
    ("apex/apex-4-eod/evaluation/150000/2026-03-01", "daily.amount", 2000),
    ("apex/apex-4-eod/evaluation/100000/2026-03-01", "contracts.cap.max_minis", 8),
    ("apex/apex-4-eod/pa/50000/2026-03-01", "daily.steps", [[0, 1000], [3000, 2000], [6000, 3000]]),
    ("apex/apex-4-eod/pa/50000/2026-03-01", "payout.cap_by_payout", [1500, 1500, 2000, 2500, 2500, 3000]),
    ("apex/apex-4-eod/pa/100000/2026-03-01", "payout.cap_by_payout", [2000, 2500, 2500, 3000, 4000, 4000]),
    ("apex/apex-4-eod/pa/150000/2026-03-01", "payout.cap_by_payout", [2500, 3000, 3000, 3000, 4000, 5000]),
    ("apex/apex-4-eod/pa/25000/2026-03-01", "payout.qualifying.profit", 100),
    ("apex/apex-4-eod/pa/150000/2026-03-01", "payout.qualifying.profit", 350),
    ("apex/apex-4-eod/pa/50000/2026-03-01", "payout.min_balance", 52600),
    ("apex/apex-4-eod/pa/50000/2026-03-01", "drawdown.lock.level_offset", 100),
    ("apex/apex-4-intraday/evaluation/150000/2026-03-01-rithmic", "drawdown.lock.trigger", "target_balance"),
    ("apex/apex-4-intraday/evaluation/150000/2026-03-01-tradovate", "drawdown.lock.trigger", "none"),
    (
        "apex/apex-4-intraday/pa/50000/2026-03-01",
        "payout.cap_by_payout",
        [1500, 2000, 2500, 2500, 3000, 3000],
    ),
    ("apex/apex-4-intraday/pa/100000/2026-03-01", "payout.qualifying.profit", 250),
    ("apex/apex-legacy/evaluation/150000/legacy", "drawdown.amount", 5000),
    ("apex/apex-legacy/evaluation/300000/legacy", "contracts.cap.max_minis", 35),
    ("apex/apex-legacy/evaluation/250000/legacy", "target.amount", 15000),
    ("apex/apex-legacy/pa/250000/legacy", "payout.min_balance", 256600),
    ("apex/apex-legacy/pa/50000/legacy", "contracts.cap.steps", [[0, 5], [2600, 10]]),
    ("take-profit-trader/test/test/75000/2026-08", "drawdown.amount", 2500),
    ("take-profit-trader/test/test/150000/2026-08", "contracts.cap.max_minis", 15),
    ("take-profit-trader/test/pro/50000/2026-09", "drawdown.type", "intraday"),
    ("take-profit-trader/test/pro/50000/2026-09", "payout.min_balance", 52000),
    ("my-funded-futures/rapid/evaluation/100000/2026-08", "target.amount", 6000),
    ("my-funded-futures/rapid/funded/50000/2026-09", "payout.retain", 2100),
    ("my-funded-futures/pro/funded/100000/2026-08", "payout.retain", 3100),
    ("my-funded-futures/pro/funded/50000/2026-09-23", "payout.calendar_days", 14),
    ("my-funded-futures/pro/funded/50000/2026-09-23", "payout.lifetime", 100000),
    ("my-funded-futures/pro/funded/50000/2026-09-23", "drawdown.lock.trigger", "first_payout"),
    ("my-funded-futures/builder/evaluation/50000/2026-09", "daily.amount", 1000),
    ("tradeify/growth/evaluation/50000/2026-09", "daily.steps", [[0, 1250], [3000, 2000]]),
    ("tradeify/growth/evaluation/150000/2026-08", "daily.amount", 3750),
    ("tradeify/growth/funded/100000/2026-08", "drawdown.amount", 3500),
    ("tradeify/growth/funded/50000/2026-09", "payout.consistency.pct", 35),
    ("tradeify/select/evaluation/150000/2026-09-20", "drawdown.amount", 4500),
    ("tradeify/select/flex/50000/2026-09-20", "payout.cap", 2500),
    ("tradeify/select/flex/50000/before-2026-09-01", "payout.cap", 3000),
    ("tradeify/select/daily/50000/2026-09-20", "payout.cap", 1250),
    ("tradeify/select/daily/50000/before-2026-09-01", "payout.cap", 1000),
    ("tradeify/lightning/funded/150000/2026-08", "drawdown.amount", 5250),
    ("tradeify/lightning/funded/50000/2026-09", "payout.consistency.pct_by_payout", [20, 25, 30]),
    ("lucid/flex/evaluation/25000/2026-08", "target.amount", 1250),
    ("lucid/flex/evaluation/150000/2026-08", "contracts.cap.max_minis", 10),
    ("lucid/pro/evaluation/50000/2026-09", "daily.share_pct", 60),
    ("lucid/pro/evaluation/150000/2026-08", "daily.before", 2700),
    ("lucid/direct/funded/100000/2026-08", "drawdown.amount", 3500),
    ("lucid/direct/funded/50000/2026-09", "payout.cap_by_payout", [2000, 2000, 2000, 2500, 2500]),
    ("tradeday/eod/evaluation/150000/2026-02", "drawdown.amount", 4000),
    ("tradeday/static/evaluation/50000/2026-02", "drawdown.amount", None),
    ("tradeday/eod/evaluation/50000/2026-02", "target.amount", None),
    ("fundednext-futures/legacy/evaluation/25000/2026-09-14", "target.amount", 1250),
    ("fundednext-futures/legacy/funded/50000/2026-09-14", "contracts.cap.max_minis", 5),
    ("fundednext-futures/rapid-daily/funded/50000/2026-09", "payout.cap", 1200),
    ("fundednext-futures/flex/funded/50000/2026-09-14", "payout.split_pct", 95),
    ("alpha-futures/standard/evaluation/150000/2026", "drawdown.amount", 6000),
    ("alpha-futures/standard/qualified/100000/2026", "daily.amount", 2000),
    ("alpha-futures/advanced/evaluation/100000/2026-08", "drawdown.amount", 3500),
    ("alpha-futures/advanced/evaluation/150000/2026-08", "target.amount", 12000),
    ("alpha-futures/zero/qualified/50000/2026-09", "payout.cap", 1500),
    ("e8-futures/signature/evaluation/100000/2026-03", "contracts.cap.max_minis", 8),
    ("ftmo-futures/growth/funded/50000/2026-09-21", "daily.effect", "lock"),
    ("ftmo-futures/growth/funded/50000/2026-09-21", "payout.new_profit_multiple", 2),
    ("ftmo-futures/pro/funded/50000/2026-09-21", "daily.effect", "fail"),
    ("ftmo-futures/pro/evaluation/50000/2026-09-21", "drawdown.amount", 3000),
    ("bulenox/option-1/evaluation/250000/2026", "drawdown.type", "intraday"),
    ("bulenox/option-2/evaluation/100000/2026", "daily.amount", 2200),
    ("bulenox/option-2/funded/50000/2026", "drawdown.amount", 2500),
    ("earn2trade/tcp/evaluation/100000/2025-12-16", "daily.amount", 2200),
    ("earn2trade/tcp/evaluation/25000/2025-12-16", "target.amount", 1750),
    ("earn2trade/gauntlet-mini/evaluation/50000/2026", "drawdown.amount", 2000),
    ("phidias/50k/evaluation/50000/2025-12-16", "drawdown.amount", 2500),
    ("for-traders-futures/futures/evaluation/100000/2026", "drawdown.amount", 2500),
    ("for-traders-futures/futures/evaluation/50000/2026", "drawdown.type", "static"),
    ("ftmo/2-step/step-2/100000/2026-10-04", "target.amount", 5000),
    ("ftmo/2-step/step-1/100000/2026-10-04", "min_days", 4),
    ("ftmo/1-step/evaluation/100000/2026-10-04", "daily.pct", 3),
    ("ftmo/1-step/evaluation/100000/2026-10-04", "consistency.of", "positive_days"),
    ("the5ers/high-stakes/step-1/100000/2026-10-04", "daily.anchor", "max"),
    ("the5ers/summer-1-step/evaluation/100000/2026-09-04", "drawdown.amount", 6000),
    ("fundednext/stellar-lite/step-2/100000/2026-09-04", "target.amount", 4000),
    ("fundednext/stellar-instant/funded/100000/2026-09-04", "drawdown.type", "eod"),
    ("e8/e8-one/evaluation/100000/2026-10-04", "drawdown.type", "closed"),
    ("fundingpips/2-step/step-1/100000/2026-10-04", "daily.pct", 5),
    ("alpha-capital/pro-8/evaluation/100000/2026-10-04", "drawdown.amount", 8000),
]


@pytest.mark.parametrize(("address", "path", "expected"), SPOTS)
def test_that_the_library_says_what_the_research_says(address: str, path: str, expected: object) -> None:
    place = shipped().at(address)
    assert place is not None, address
    value: Any = msgspec.to_builtins(place.version.rules, str_keys=True)
    for name in path.split("."):
        value = value.get(name)
    assert _numbers(value) == expected


def test_that_every_firm_is_spot_checked() -> None:
    assert {address.split("/")[0] for address, _, _ in SPOTS} == {firm.key for firm in shipped().firms}


def _numbers(value: Any) -> Any:
    """Read amounts, which are written as text, as numbers."""
    if isinstance(value, list | tuple):
        return [_numbers(one) for one in value]
    if isinstance(value, str) and value.replace(".", "").isdigit():
        return Decimal(value)
    return value
