"""The rule engine's Python face: rules, a state and an event in; the next state and a verdict of every rule out.

Rules are compiled once (`compile_rules`), an account begins with `begin`. Nothing is stored and no clock is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from secondskies_desktop.prop import rows as r
from secondskies_desktop.prop.account import State, advance, begin
from secondskies_desktop.prop.answering import BLOCKERS
from secondskies_desktop.prop.compiling import Compiled, compile_rules
from secondskies_desktop.prop.events import Tick, Trade
from secondskies_desktop.prop.payable import payable
from secondskies_desktop.prop.per_trade import verdict_of
from secondskies_desktop.prop.rules import HeldShare, MinimumHold, Payout, StopToTarget, Without
from secondskies_desktop.prop.surroundings import Around, surrounding_verdicts
from secondskies_desktop.prop.verdicts import NOT_CHECKED, Verdict, money_verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from secondskies_desktop.prop.events import Event
    from secondskies_desktop.prop.rules import PerTrade

__all__ = [
    "Around",
    "Compiled",
    "State",
    "Verdict",
    "begin",
    "compile_rules",
    "evaluate",
    "replay",
    "verdicts",
]

_UNITS: dict[type, Literal["time", "share"]] = {
    MinimumHold: "time",
    HeldShare: "share",
    StopToTarget: "share",
}


def evaluate(
    compiled: Compiled, state: State, event: Event, around: Around | None = None
) -> tuple[State, tuple[Verdict, ...]]:
    """Return the state after an event and what every rule says of it then.

    `around` tells what the account alone cannot know; by default the position is the event's own.
    """
    following = advance(compiled, state, event)
    return following, verdicts(compiled, following, around or _around(event))


def replay(compiled: Compiled, events: Iterable[Event], state: State | None = None) -> State:
    """Return the state after many events: the same whether they come one by one, or a day at a time."""
    for event in events:
        state = advance(compiled, begin(compiled) if state is None else state, event)
    return begin(compiled) if state is None else state


def verdicts(compiled: Compiled, state: State, around: Around) -> tuple[Verdict, ...]:
    """Return what every rule says of an account now. A rule that the program does not have says nothing."""
    return (
        *money_verdicts(compiled, state),
        *_per_trade(compiled, state),
        *surrounding_verdicts(compiled, state, around),
        *_payout(compiled, state, around),
    )


def _around(event: Event) -> Around:
    if isinstance(event, Trade | Tick):
        return Around(now_us=event.at_us, minis=event.minis, micros=event.micros)
    return Around(now_us=event.at_us)


def _per_trade(compiled: Compiled, state: State) -> list[Verdict]:
    asked = compiled.rules.per_trade
    if asked is None:
        return [Verdict(rule="per_trade", verdict="UNKNOWN", reason=NOT_CHECKED)]
    return [_of_trades(rule, state, place) for place, rule in enumerate(asked)]


def _of_trades(rule: PerTrade, state: State, place: int) -> Verdict:
    outcome, measured, limit, reason = verdict_of(rule, state.conduct, place)
    # A share that must be passed, and a time that must be held, leave room above; all others below.
    above = isinstance(rule, HeldShare)
    room = None
    if measured is not None and limit is not None:
        room = measured - limit if above else limit - measured
    return Verdict(
        rule=str(rule.__struct_config__.tag),
        verdict=outcome,
        unit=_UNITS.get(type(rule), "money"),
        measured=_shown(rule, measured),
        limit=_shown(rule, limit),
        room=room,
        reason=reason,
    )


def _shown(rule: PerTrade, amount: int | None) -> int | None:
    return -amount if amount is not None and isinstance(rule, MinimumHold) else amount


def _payout(compiled: Compiled, state: State, around: Around) -> list[Verdict]:
    rule = compiled.rules.payout
    if isinstance(rule, Without):
        return []
    if not isinstance(rule, Payout):
        return [Verdict(rule="payout", verdict="UNKNOWN", is_goal=True, reason=NOT_CHECKED)]
    found = [0] * r.PAYABLE_SIZE
    payable(compiled.row, state.row, compiled.clock.date_of(around.now_us), found)
    gross = None if found[r.PAYABLE] == r.UNKNOWN else found[r.PAYABLE]
    blockers = [name for bit, name in BLOCKERS.items() if found[r.BLOCKERS] & bit]
    reason = f"not yet: {', '.join(blockers)}" if blockers else ""
    if not blockers and rule.unchecked:
        reason = f"nobody has checked: {', '.join(rule.unchecked)}"
    is_unknown = bool(rule.unchecked) or "unknown" in blockers
    return [
        Verdict(
            rule="payout",
            verdict="FAIL" if blockers and blockers != ["unknown"] else "UNKNOWN" if is_unknown else "PASS",
            is_goal=True,
            measured=gross,
            room=gross,
            reason=reason,
        )
    ]
