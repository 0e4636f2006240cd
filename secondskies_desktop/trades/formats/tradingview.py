"""TradingView paper trading: the exported order history, a row an order.

Symbols are mostly continuous (`CME_MINI:MNQ1!`) and then name no delivery month. No source says whose clock the times
are; the zone is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.trades.fill import Fill
from secondskies_desktop.trades.formats.format import Format, Gives, LeftOut, Source
from secondskies_desktop.trades.identity import known_by

if TYPE_CHECKING:
    from secondskies_desktop.trades.formats.row import Row

PLATFORM = "tradingview"
_QUANTITY = "qty|quantity"


def _read_order(row: Row) -> Fill:
    status = row.text("status")
    if status.casefold() != "filled":
        raise LeftOut(f"order not filled: {status[:40] or 'no status'}")
    quantity = row.quantity(_QUANTITY)
    at_us = row.instant("closing time")
    number = row.needed("order id")
    account = row.account()
    return Fill(
        key=known_by(PLATFORM, account, number),
        account=account,
        instrument=row.instrument("symbol", at_us, quantity),
        side=row.side("side"),
        quantity=quantity,
        price=row.price("fill price"),
        at_us=at_us,
        fees=row.money("commission"),
        order_id=number,
        rank=(len(number), number),
        line=row.line,
    )


ORDERS = Format(
    key="tradingview-orders",
    title="TradingView, paper trading order history",
    gives=Gives.ORDERS,
    needs=("symbol", "side", "type", _QUANTITY, "fill price", "status", "closing time", "order id"),
    times=(("closing time", 1),),
    account=None,
    zones=("UTC", "America/New_York"),
    order=None,
    sources=(
        Source(
            "github nicolasgomeztoua/thetraderlog: docs/research/futures-platform-csvs/raw/tradingview.csv",
            "header, cancelled and rejected orders, commissions of four places",
        ),
    ),
    read=_read_order,
)
FORMATS = (ORDERS,)
