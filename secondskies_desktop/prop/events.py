"""What can happen to an account, as the kernel is told it. Money is integer cents, instants are µs UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.prop import rows as r

if TYPE_CHECKING:
    from secondskies_desktop.prop.clock import FirmClock


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """A trade that was opened and closed; its profit and its open profit relative to the balance at entry."""

    at_us: int
    pnl: int
    fees: int = 0
    mfe: int | None = None
    """Its best open profit before fees; None where nobody saw it."""
    mae: int | None = None
    minis: int | None = None
    micros: int | None = None
    opened_us: int | None = None
    stop_to_target: float | None = None
    """How far the stop was away, as a multiple of the target's distance."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A look at the account: its live equity, and its closed balance where that is known."""

    at_us: int
    equity: int
    balance: int | None = None


class SessionClose(msgspec.Struct, frozen=True, kw_only=True):
    """The end of the firm's day: it closes the date of the instant just before it."""

    at_us: int


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """A withdrawal, gross."""

    at_us: int
    gross: int


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """Time that went by, and the open position as far as it is known; it moves no money."""

    at_us: int
    minis: int | None = None
    micros: int | None = None


Event = Trade | Mark | SessionClose | Paid | Tick


def date_of(event: Event, clock: FirmClock) -> int:
    """Return the ordinal of the date to which an event belongs."""
    return clock.date_of(event.at_us - 1 if isinstance(event, SessionClose) else event.at_us)


def row_of(event: Event, date: int, order: int = r.PEAK_FIRST) -> list[int]:
    """Return an event as a row of the kernel; `order` says which end of a trade came first."""
    row = [0, date, 0, 0, 0, 0, 0, 0, 0, order]
    match event:
        case Trade():
            row[r.KIND], row[r.PNL], row[r.FEES] = r.TRADE, event.pnl, event.fees
            row[r.MFE] = r.UNKNOWN if event.mfe is None else event.mfe
            row[r.MAE] = r.UNKNOWN if event.mae is None else event.mae
        case Mark():
            row[r.KIND], row[r.NEW_EQUITY] = r.MARK, event.equity
            row[r.NEW_BALANCE] = r.UNKNOWN if event.balance is None else event.balance
        case SessionClose():
            row[r.KIND] = r.CLOSE
        case Paid():
            row[r.KIND], row[r.GROSS] = r.PAYOUT, event.gross
        case Tick():
            pass
    return row
