"""Verdicts on money and days, read off an account's row. What nobody checked or saw is UNKNOWN, never PASS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from secondskies_desktop.prop import rows as r
from secondskies_desktop.prop.kernel import best_day, consistency, consistency_base, share_by_payout
from secondskies_desktop.prop.money import dollars
from secondskies_desktop.prop.planning import best_profit_today, required_profit
from secondskies_desktop.prop.rules import BestDay, Target, Without

if TYPE_CHECKING:
    from secondskies_desktop.prop.account import State
    from secondskies_desktop.prop.compiling import Compiled

Outcome = Literal["PASS", "FAIL", "UNKNOWN"]
_OUTCOMES: dict[int, Outcome] = {r.YES: "PASS", r.NO: "FAIL", r.MAYBE: "UNKNOWN"}


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule says of an account. Money in cents, time in microseconds, the rest as counted."""

    rule: str
    verdict: Outcome
    is_goal: bool = False
    """Whether FAIL means not reached yet: a target, a number of days."""
    unit: Literal["money", "days", "contracts", "time", "share"] = "money"
    measured: int | None = None
    limit: int | None = None
    room: int | None = None
    reason: str = ""
    bound: str = ""
    """What the figures are only a bound for; empty where they are exact."""
    ends: tuple[int | None, int | None] | None = None
    """The room for both orders of a trade's peak and low, where the order decides."""


NOT_CHECKED = "nobody has checked whether there is such a rule"
_ORDER = "whether the trade's peak or its low came first decides"


def money_verdicts(compiled: Compiled, state: State) -> list[Verdict]:
    """Return the verdicts that hang on money and days alone."""
    found = [_max_loss(compiled, state), _daily_loss(compiled, state)]
    found += [_consistency(compiled, state), _target(compiled, state), _min_days(compiled, state)]
    return [one for one in found if one is not None]


def _max_loss(compiled: Compiled, state: State) -> Verdict | None:
    row = state.row
    if compiled.row[r.DRAWDOWN] == r.NONE:
        return None
    floor, equity = row[r.FLOOR], row[r.EQUITY]
    verdict: Outcome = "PASS"
    reason = bound = ""
    if row[r.ENDED] == r.MAX_LOSS:
        verdict, reason = "FAIL", f"equity {dollars(equity)} at the floor {_said(floor)}"
    elif floor == r.UNKNOWN or row[r.DOUBT] & (r.DOUBT_FLOOR | r.DOUBT_PAYOUT):
        verdict, reason = "UNKNOWN", "the floor, or whether touching it ends the account, is not known"
    elif row[r.UNSEEN] & r.UNSEEN_LOW:
        verdict, reason = "UNKNOWN", "nobody saw how low a trade was"
    if compiled.row[r.DRAWDOWN] == r.INTRADAY:
        if row[r.UNSEEN] & r.UNSEEN_PEAK:
            bound = "the floor is at least this: nobody saw the peak of a trade"
            verdict, reason = ("UNKNOWN", reason or bound) if verdict == "PASS" else (verdict, reason)
        elif row[r.UNSEEN] & r.PEAK_FROM_TRADES:
            bound = "the floor is at least this: peaks come from the best open profit of trades"
    if compiled.row[r.LOCK_IS_VAGUE] == r.YES:
        bound = "the floor is at most this: nobody knows where the trail stops"
    return _with_ends(
        Verdict(
            rule="max_loss",
            verdict=verdict,
            measured=equity,
            limit=None if floor == r.UNKNOWN else floor,
            room=_room(row, r.FLOOR),
            reason=reason,
            bound=bound,
        ),
        state,
        r.FLOOR,
    )


def _said(amount: int) -> str:
    return "–" if amount == r.UNKNOWN else dollars(amount)


def _room(row: tuple[int, ...], floor: int) -> int | None:
    return None if row[floor] == r.UNKNOWN else row[r.EQUITY] - row[floor]


def _with_ends(verdict: Verdict, state: State, floor: int) -> Verdict:
    """Return UNKNOWN with both ends where the order of a trade decides over a limit."""
    other = state.other
    if other is None or (other[r.ENDED], other[r.DAY_LOCKED]) == (
        state.row[r.ENDED],
        state.row[r.DAY_LOCKED],
    ):
        return verdict
    ends = (_room(state.row, floor), _room(other, floor))
    return msgspec.structs.replace(verdict, verdict="UNKNOWN", reason=_ORDER, ends=ends)


def _daily_loss(compiled: Compiled, state: State) -> Verdict | None:
    row = state.row
    if compiled.row[r.DAILY] == r.NONE:
        return None
    floor = row[r.DAILY_FLOOR]
    verdict: Outcome = "PASS"
    reason = ""
    if compiled.row[r.DAILY] == r.UNKNOWN:
        verdict, reason = "UNKNOWN", NOT_CHECKED
    elif row[r.ENDED] == r.DAILY_LOSS or row[r.DAY_LOCKED] == r.YES or row[r.PAYOUT_BLOCKED] == r.YES:
        verdict, reason = "FAIL", f"equity came to the day's floor {_said(floor)}"
    elif floor == r.UNKNOWN or row[r.DAY_LOCKED] == r.MAYBE or row[r.DOUBT] & r.DOUBT_DAILY:
        verdict, reason = "UNKNOWN", "the day's floor, or what it means to touch it, is not known"
    elif row[r.UNSEEN] & r.UNSEEN_LOW_TODAY and compiled.row[r.DAILY_WHEN] == r.REALTIME:
        verdict, reason = "UNKNOWN", "nobody saw how low a trade was today"
    found = Verdict(
        rule="daily_loss",
        verdict=verdict,
        measured=row[r.EQUITY],
        limit=None if floor == r.UNKNOWN else floor,
        room=_room(row, r.DAILY_FLOOR),
        reason=reason,
    )
    return _with_ends(found, state, r.DAILY_FLOOR)


def _consistency(compiled: Compiled, state: State) -> Verdict | None:
    if isinstance(compiled.rules.consistency, Without):
        return None
    if not isinstance(compiled.rules.consistency, BestDay):
        return Verdict(rule="consistency", verdict="UNKNOWN", reason=NOT_CHECKED)
    rule, row = compiled.row, state.row
    kind = rule[r.CONSISTENCY]
    share = share_by_payout(rule, r.CONSISTENCY_SHARES, row[r.PAYOUTS])
    kept = consistency(rule, row, kind, share, rule[r.CONSISTENCY_INCLUSIVE])
    base = r.UNKNOWN if kind == r.UNKNOWN else consistency_base(rule, row, kind)
    most, needed = best_profit_today(rule, row), required_profit(rule, row)
    reason = ""
    if kept == r.NO:
        reason = "the best day is too large a share" + (f": it takes {dollars(needed)}" if needed else "")
    elif kept == r.MAYBE:
        reason = "the share, what it is of, or whether exactly the limit passes is not known"
    return Verdict(
        rule="consistency",
        verdict=_OUTCOMES[kept],
        measured=None if kind == r.UNKNOWN else best_day(row, kind),
        limit=None if r.UNKNOWN in (base, share) else base * share // r.WHOLE,
        room=None if most is None else most - (row[r.BALANCE] - row[r.DAY_BASE]),
        reason=reason,
    )


def _target(compiled: Compiled, state: State) -> Verdict | None:
    if isinstance(compiled.rules.target, Without):
        return None
    row, target = state.row, compiled.row[r.TARGET]
    if not isinstance(compiled.rules.target, Target) or target == r.UNKNOWN:
        return Verdict(rule="target", verdict="UNKNOWN", is_goal=True, reason=NOT_CHECKED)
    needed = required_profit(compiled.row, row)
    limit = target if needed is None else needed
    profit = row[r.BALANCE] - compiled.row[r.START]
    passed = row[r.PASSED] if row[r.PASSED] in _OUTCOMES else r.NO
    return Verdict(
        rule="target",
        verdict=_OUTCOMES[passed],
        is_goal=True,
        measured=profit,
        limit=limit,
        room=limit - profit,
        reason="" if passed == r.YES else "decided at a session's close",
    )


def _min_days(compiled: Compiled, state: State) -> Verdict | None:
    asked, days = compiled.rules.min_days, state.row[r.TRADING_DAYS]
    if asked is None:
        return Verdict(rule="min_days", verdict="UNKNOWN", is_goal=True, unit="days", reason=NOT_CHECKED)
    if asked == 0:
        return None
    return Verdict(
        rule="min_days",
        verdict="PASS" if days >= asked else "FAIL",
        is_goal=True,
        unit="days",
        measured=days,
        limit=asked,
        room=asked - days,
    )
