"""The answer of `prop evaluate` (prop_rules.md §12): what a program makes of a file of events."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from secondskies_desktop.foundation.clock import as_iso
from secondskies_desktop.prop import rows as r
from secondskies_desktop.prop.account import State, advance, begin
from secondskies_desktop.prop.events import SessionClose, date_of
from secondskies_desktop.prop.money import dollars
from secondskies_desktop.prop.payable import payable
from secondskies_desktop.prop.planning import best_profit_today, net_payout, required_profit, sizes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.prop.compiling import Compiled
    from secondskies_desktop.prop.events import Event

ENDS = {r.MAX_LOSS: "max_loss", r.DAILY_LOSS: "daily_loss", r.INCONSISTENT: "consistency"}
BLOCKERS = {
    r.FEW_QUALIFYING: "qualifying_days",
    r.LOW_BALANCE: "min_balance",
    r.NOT_CONSISTENT: "consistency",
    r.TOO_EARLY: "calendar_days",
    r.FEW_TRADING_DAYS: "trading_days",
    r.NO_MORE_PAYOUTS: "max_payouts",
    r.BELOW_MINIMUM: "min_payout",
    r.IS_ENDED: "ended",
    r.IS_BLOCKED: "daily_loss",
    r.DAY_IS_LOCKED: "day_locked",
    r.IS_OPEN: "open_positions",
    r.NOT_KNOWN: "unknown",
}
_DOUBTS = {r.DOUBT_FLOOR: "max_loss", r.DOUBT_DAILY: "daily_loss", r.DOUBT_PAYOUT: "floor_after_payout"}


def answer(compiled: Compiled, events: Sequence[Event]) -> dict[str, Any]:
    """Return the answer over events in their order; money as decimal strings, what is not known as None."""
    state = begin(compiled)
    days: list[dict[str, Any]] = []
    after: list[dict[str, Any]] = []
    ended: dict[str, Any] | None = None
    day = None
    for place, event in enumerate(events):
        state = advance(compiled, state, event)
        day = date_of(event, compiled.clock)
        row = state.row
        if ended is None and row[r.ENDED] != 0:
            ended = {"rule": ENDS[row[r.ENDED]], "after": place, "at": as_iso(event.at_us)}
        after.append(_standing(compiled, row, place, day))
        if isinstance(event, SessionClose):
            days.append({name: after[-1][name] for name in ("trade_date", "balance", "floor", "locked")})
    gross, blockers = _payout(compiled, state, day)
    return {
        "days": days,
        "events": after,
        "ended": ended,
        "passed": _passed(compiled, state),
        "required_profit": _money(required_profit(compiled.row, state.row)),
        "max_profit_today": _money(best_profit_today(compiled.row, state.row)),
        "payout": gross,
        "payout_blockers": blockers,
        "order_matters": state.other is not None,
        "unknown": [name for bit, name in _DOUBTS.items() if state.row[r.DOUBT] & bit],
    }


def _standing(compiled: Compiled, row: tuple[int, ...], place: int, day: int) -> dict[str, Any]:
    equity, floor, daily = row[r.EQUITY], row[r.FLOOR], row[r.DAILY_FLOOR]
    minis, micros = sizes(compiled, row)
    return {
        "after": place,
        "trade_date": date.fromordinal(day).isoformat(),
        "balance": dollars(row[r.BALANCE]),
        "floor": _money(floor),
        "locked": _flag(row[r.LOCKED]),
        "room": None if floor == r.UNKNOWN else dollars(equity - floor),
        "daily_floor": _money(daily),
        "daily_room": None if daily == r.UNKNOWN else dollars(equity - daily),
        "day_locked": _flag(row[r.DAY_LOCKED]),
        "qualifying_days": row[r.QUALIFYING],
        "max_minis": minis,
        "max_micros": micros,
    }


def _money(amount: int | None) -> str | None:
    return None if amount is None or amount == r.UNKNOWN else dollars(amount)


def _flag(value: int) -> bool | None:
    return None if value == r.MAYBE else value == r.YES


def _passed(compiled: Compiled, state: State) -> bool | None:
    row = state.row
    if compiled.row[r.TARGET] == r.UNKNOWN or row[r.PASSED] == r.MAYBE:
        return None
    return row[r.PASSED] == r.YES


def _payout(
    compiled: Compiled, state: State, day: int | None
) -> tuple[dict[str, str | None] | None, list[str]]:
    if not compiled.pays:
        return None, []
    found = [0] * r.PAYABLE_SIZE
    payable(compiled.row, state.row, r.UNKNOWN if day is None else day, found)
    blockers = [name for bit, name in BLOCKERS.items() if found[r.BLOCKERS] & bit]
    if blockers:
        return None, blockers
    gross = found[r.PAYABLE]
    return {"gross": dollars(gross), "net": dollars(net_payout(compiled, gross))}, []
