"""Programs of the engine's tests that have some rules and no others, and verdicts by rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from secondskies_desktop.prop.engine import Around, Compiled, Verdict, begin, compile_rules, evaluate
from secondskies_desktop.prop.reading import read_events
from secondskies_desktop.prop.rules import Rules, Without

NONE = Without()
NOTHING: dict[str, Any] = dict.fromkeys(
    (
        "drawdown",
        "daily",
        "consistency",
        "target",
        "expiry",
        "inactivity",
        "contracts",
        "hours",
        "news",
        "payout",
    ),
    NONE,
) | {"per_trade": (), "min_days": 0}


def program(**parts: Any) -> Compiled:
    """Return a program that has these rules alone."""
    return compile_rules(Rules(start=Decimal(50_000), **(NOTHING | parts)))


def after(compiled: Compiled, events: list[Any], around: Around | None = None) -> dict[str, Verdict]:
    """Return the verdicts by rule after events of the short form."""
    state = begin(compiled)
    found: tuple[Verdict, ...] = ()
    for event in read_events(events):
        state, found = evaluate(compiled, state, event, around)
    return {one.rule: one for one in found}


def figures(verdict: Verdict) -> tuple[str, int | None, int | None, int | None]:
    """Return the outcome with its figures."""
    return verdict.verdict, verdict.measured, verdict.limit, verdict.room
