"""An account under its rules: the kernel's row, and the other order of things where a trade left that open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.prop import kernel
from secondskies_desktop.prop import rows as r
from secondskies_desktop.prop.events import Event, Mark, Paid, Trade, date_of, row_of
from secondskies_desktop.prop.per_trade import NOTHING, Conduct, conducted

if TYPE_CHECKING:
    from secondskies_desktop.prop.compiling import Compiled


class Look(msgspec.Struct, frozen=True):
    """Looks at an open position: the lowest equity, and the account's floor before the first of them."""

    lowest: int
    floor: int


class State(msgspec.Struct, frozen=True):
    """Everything that is remembered of an account: a value, which an event turns into another one."""

    row: tuple[int, ...]
    other: tuple[int, ...] | None = None
    """The row if the low of a trade came before its peak; None as long as that made no difference."""
    look: Look | None = None
    """What was seen since the closed balance moved."""
    conduct: Conduct = NOTHING


def begin(compiled: Compiled) -> State:
    """Return an account on its first day."""
    row = [0] * r.STATE_SIZE
    kernel.begin(compiled.row, row)
    return State(tuple(row))


def advance(compiled: Compiled, state: State, event: Event) -> State:
    """Return the state after an event. A trade's peak comes before its low unless looks at the equity say otherwise."""
    date = date_of(event, compiled.clock)
    row = list(state.row)
    order = _order(state, event)
    kernel.step(compiled.row, row, row_of(event, date, order))
    other = _other(compiled, state, row, event, date, order)
    conduct = state.conduct
    if isinstance(event, Trade) and compiled.rules.per_trade:
        conduct = conducted(compiled.rules, compiled.row[r.START], state.row, event, conduct)
    return State(
        tuple(row),
        None if other is None else tuple(other),
        _look(state, event, row),
        conduct,
    )


def _order(state: State, event: Event) -> int:
    if not isinstance(event, Trade) or event.mae is None or state.look is None:
        return r.PEAK_FIRST
    return r.LOW_SEEN if state.look.lowest <= state.row[r.BALANCE] + event.mae else r.PEAK_FIRST


def _other(
    compiled: Compiled, state: State, row: list[int], event: Event, date: int, order: int
) -> list[int] | None:
    """Return the row for the other order: from where it begins to make a difference on."""
    if state.other is None and (order != r.PEAK_FIRST or not _is_open(compiled, state.row, row, event)):
        return None
    other = list(state.row if state.other is None else state.other)
    kernel.step(compiled.row, other, row_of(event, date, _other_order(state, event, order)))
    if state.other is None and _standing(other) == _standing(row):
        return None
    return other


def _other_order(state: State, event: Event, order: int) -> int:
    if order != r.PEAK_FIRST or not isinstance(event, Trade) or event.mae is None or state.look is None:
        return r.LOW_FIRST if order == r.PEAK_FIRST else order
    # The peak was looked at and has lifted the floor: a low before it met the floor of then.
    low = state.row[r.BALANCE] + event.mae
    return r.LOW_SEEN if low > max(state.look.floor, state.row[r.DAILY_FLOOR]) else r.LOW_FIRST


def _is_open(compiled: Compiled, before: tuple[int, ...], after: list[int], event: Event) -> bool:
    """Tell whether the order of a trade's two ends may have decided something."""
    if not isinstance(event, Trade) or event.mfe is None or event.mae is None:
        return False
    trails = compiled.row[r.DRAWDOWN] == r.INTRADAY or compiled.row[r.DAILY_ANCHOR] == r.AT_DAY_HIGH
    return trails and _standing(before) != _standing(after)


def _standing(row: tuple[int, ...] | list[int]) -> tuple[int, ...]:
    return row[r.ENDED], row[r.DAY_LOCKED], row[r.DOUBT], row[r.PAYOUT_BLOCKED]


def _look(state: State, event: Event, row: list[int]) -> Look | None:
    if isinstance(event, Mark):
        if state.look is None or row[r.BALANCE] != state.row[r.BALANCE]:
            return Look(event.equity, state.row[r.FLOOR])
        return Look(min(state.look.lowest, event.equity), state.look.floor)
    return None if isinstance(event, Trade | Paid) else state.look
