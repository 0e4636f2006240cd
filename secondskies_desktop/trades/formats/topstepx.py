"""TopstepX and other platforms of ProjectX: the export of the Trades tab, a row a closed trade of one account.

`PnL` is before fees; `Fees` is of the whole trade, and so is `Commissions`, a column that older files lack. A time says
its own distance from UTC; files that do not are asked for their zone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.trades.fill import ClosedTrade
from secondskies_desktop.trades.formats.format import Format, Gives, Source
from secondskies_desktop.trades.identity import known_by

if TYPE_CHECKING:
    from decimal import Decimal

    from secondskies_desktop.trades.formats.row import Row

PLATFORM = "topstepx"


def _read_trade(row: Row) -> ClosedTrade:
    quantity = row.quantity("size")
    entry_us = row.instant("enteredat")
    profit = row.money("pnl")
    account = row.account()
    return ClosedTrade(
        # Every firm on ProjectX counts for itself, and the file does not name the firm.
        key=known_by(PLATFORM, account, row.needed("id")),
        parts=(),
        account=account,
        instrument=row.instrument("contractname", entry_us, quantity),
        direction=row.direction("type"),
        quantity=quantity,
        entry_price=row.price("entryprice"),
        exit_price=row.price("exitprice"),
        entry_us=entry_us,
        exit_us=row.instant("exitedat"),
        stated=None if profit is None else int((profit * 100).to_integral_value()),
        fees=_fees(row),
        currency="USD",
        line=row.line,
    )


def _fees(row: Row) -> Decimal | None:
    fees, commissions = row.money("fees"), row.money("commissions")
    return fees if fees is None or commissions is None else fees + commissions


TRADES = Format(
    key="topstepx-trades",
    title="TopstepX / ProjectX, Trades",
    gives=Gives.TRADES,
    needs=(
        "id",
        "contractname",
        "enteredat",
        "exitedat",
        "entryprice",
        "exitprice",
        "fees",
        "pnl",
        "size",
        "type",
    ),
    times=(("enteredat", 1), ("exitedat", 1)),
    account=None,
    zones=("America/Chicago", "America/New_York"),
    sources=(
        Source(
            "github Richy701/FreeTradeJournal: src/utils/__fixtures__/topstep-trades.csv",
            "header of ten columns, times without a zone",
        ),
        Source(
            "github hugodemenez/deltalytix: public/samples/import/topstep-sample.csv",
            "times with their distance from UTC",
        ),
        Source(
            "github.com/rosasurfer/mt4-mql-framework/issues/88",
            "an export of a practice account: TradeDay, TradeDuration and Commissions behind",
        ),
    ),
    read=_read_trade,
)
FORMATS = (TRADES,)
