"""Rithmic R|Trader Pro: the section `Completed Orders` of the order history, a row an order.

The file begins with `Working Orders`, which is left out. The clock stands in the heading, `Update Time (EDT)`; CST is
not taken for Chicago, because it is also China's. What an order cost is its rate for each contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.trades.fill import Fill
from secondskies_desktop.trades.formats.format import Format, Gives, LeftOut, Source
from secondskies_desktop.trades.identity import known_by

if TYPE_CHECKING:
    from secondskies_desktop.trades.formats.row import Row

PLATFORM = "rithmic"
_TIME = "update time*"


def _read_order(row: Row) -> Fill:
    # A cancelled order may have been filled in part: the filled quantity counts, not the status.
    if not row.text("qty filled") or not row.number("qty filled"):
        raise LeftOut(f"order not filled: {row.text('status')[:40] or 'no status'}")
    quantity = row.quantity("qty filled")
    at_us = row.instant(_TIME)
    account, number = row.account("account"), row.needed("order number")
    rate = row.money("commission fill rate")
    return Fill(
        key=known_by(PLATFORM, account, number),
        account=account,
        instrument=row.instrument("symbol", at_us, quantity),
        side=row.side("buy/sell"),
        quantity=quantity,
        price=row.price("avg fill price"),
        at_us=at_us,
        fees=None if rate is None else rate * quantity,
        order_id=number,
        rank=(len(number), number),
        line=row.line,
    )


ORDERS = Format(
    key="rithmic-orders",
    title="Rithmic R|Trader Pro, Completed Orders",
    gives=Gives.ORDERS,
    needs=("account", "buy/sell", "symbol", "avg fill price", "qty filled", "order number", _TIME),
    lacks=("qty working",),
    ends=("working orders", "completed orders"),
    times=((_TIME, 1),),
    account="account",
    zone_in=_TIME,
    zones=("America/New_York", "America/Chicago"),
    sources=(
        Source(
            "github nicolasgomeztoua/thetraderlog: "
            "docs/research/futures-platform-csvs/platforms/rithmic-rtrader-full.csv",
            "both sections, the clock in the heading, rate a contract",
        ),
        Source(
            "github hugodemenez/deltalytix: public/samples/import/rithmic-orders-sample.csv",
            "the same with fewer columns and no clock",
        ),
    ),
    read=_read_order,
)
FORMATS = (ORDERS,)
