"""What a firm takes for a contract and side, where a file does not say it. What is not listed is unknown, not free."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec

from secondskies_desktop.trades.matching import to_cents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from secondskies_desktop.trades.matching import Trade


class Fee(msgspec.Struct, frozen=True, kw_only=True):
    """What one contract costs on one side: commission, exchange and NFA together, in dollars."""

    firm: str
    root: str
    per_side: Decimal
    source: str
    checked: str
    """The day on which the source was read, `2026-11-22`."""
    trust: str


_TOPSTEP: Final = "PyPI topstep-backtest 0.4.0, fills/fees.py (July to August 2026)"
FEES: Final = (
    Fee(
        firm="topstep",
        root="NQ",
        per_side=Decimal("0.50") + Decimal("1.38") + Decimal("0.02"),
        source=_TOPSTEP,
        checked="2026-11-22",
        trust="medium",
    ),
    Fee(
        firm="topstep",
        root="MNQ",
        per_side=Decimal("0.25") + Decimal("0.35") + Decimal("0.02"),
        source=_TOPSTEP,
        checked="2026-11-22",
        trust="medium",
    ),
)


def fee_of(firm: str, root: str, fees: Iterable[Fee] = FEES) -> Fee | None:
    """Return what a firm takes for a contract; None where it is not known."""
    return next((one for one in fees if one.firm == firm.casefold() and one.root == root), None)


def fees_of(trade: Trade, firm: str, fees: Iterable[Fee] = FEES) -> int | None:
    """Return what the closed part of a trade costs in cents: what the file says, else by the firm's table."""
    if trade.fees is not None:
        return trade.fees
    fee = fee_of(firm, trade.instrument.root, fees)
    return None if fee is None else to_cents(fee.per_side * 2 * (trade.quantity - trade.open_quantity))
