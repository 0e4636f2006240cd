"""MetaTrader 5's Trade History Report (table Positions, HTML or CSV), and the CSV of FTMO's trading journal.

Volumes are lots, symbols are the broker's own, and what a point is worth is unknown here: the profit is the platform's.
Times are the server's clock, which is the broker's choice and not in the file. FTMO's servers change between GMT+2 and
GMT+3 with New York, at 9:00 server time, 02:00 there (ftmo.com/en/trading-updates/trading-update-09-mar-2023): that
clock is `America/New_York+7`. Commission and swap are signed amounts added to the profit; a fee is what they take.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from secondskies_desktop.trades.fill import ClosedTrade, Refused
from secondskies_desktop.trades.formats.format import Format, Gives, LeftOut, Source
from secondskies_desktop.trades.identity import known_by

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from secondskies_desktop.trades.formats.row import Row
    from secondskies_desktop.trades.table import TableRow

PLATFORM = "metatrader"
_ZONES = ("America/New_York+7", "Europe/Prague", "UTC")
_ACCOUNT_LINE = re.compile(r"\d+ \(([A-Z]{3}),")


def _closed(row: Row, *, ticket: str, opened: str, closed: tuple[str, int], commission: str) -> ClosedTrade:
    if row.text("type").casefold() in {"balance", "credit"}:
        raise LeftOut(f"not a trade: {row.text('type')}")
    profit = row.money("profit")
    if profit is None:
        raise Refused("Profit is empty")
    quantity = row.quantity("volume")
    entry_us = row.instant(opened)
    account = row.account()
    return ClosedTrade(
        key=known_by(PLATFORM, account, row.needed(ticket)),
        parts=(),
        account=account,
        instrument=row.instrument("symbol", entry_us, quantity),
        direction=row.direction("type"),
        quantity=quantity,
        entry_price=row.price("price", 1),
        exit_price=row.price("price", 2),
        entry_us=entry_us,
        exit_us=row.instant(*closed),
        stated=int((profit * 100).to_integral_value()),
        fees=_cost(row, commission),
        currency=row.by.currency,
        line=row.line,
    )


def _cost(row: Row, commission: str) -> Decimal | None:
    amounts = [row.money(commission), row.money("swap")]
    known = [amount for amount in amounts if amount is not None]
    return -sum(known[1:], known[0]) if len(known) == len(amounts) else None


def _read_position(row: Row) -> ClosedTrade:
    return _closed(row, ticket="position", opened="time", closed=("time", 2), commission="commission")


def _read_journal(row: Row) -> ClosedTrade:
    return _closed(row, ticket="ticket", opened="open", closed=("close", 1), commission="commissions")


def _currency(above: Sequence[TableRow]) -> str | None:
    """Return the currency in `Account: 52603751 (USD, Server, demo)`."""
    for row in above:
        if row.cells[0].strip().casefold() == "account:":
            found = next((match for cell in row.cells if (match := _ACCOUNT_LINE.match(cell.strip()))), None)
            return found[1] if found else None
    return None


POSITIONS = Format(
    key="mt5-positions",
    title="MetaTrader 5, Trade History Report",
    gives=Gives.TRADES,
    needs=("time#2", "position", "symbol", "type", "volume", "price#2", "commission", "swap", "profit"),
    lacks=("deal",),
    ends=("orders", "deals", "open positions", "working orders", "results"),
    times=(("time", 1), ("time", 2)),
    numbers=("price", "commission", "swap", "profit"),
    account=None,
    zones=_ZONES,
    order=None,
    sources=(
        Source(
            "github LuxAlgo/prop-firm-sim: packages/core/tests/fixtures/import/mt5-history.html",
            "sections and columns of the HTML report, its hidden cells",
        ),
    ),
    read=_read_position,
    currency=_currency,
)
JOURNAL = Format(
    key="ftmo-journal",
    title="FTMO, trading journal",
    gives=Gives.TRADES,
    needs=("ticket", "open", "type", "volume", "symbol", "price#2", "close", "swap", "commissions", "profit"),
    times=(("open", 1), ("close", 1)),
    numbers=("price", "swap", "commissions", "profit"),
    account=None,
    zones=_ZONES,
    order=None,
    decimal=None,
    sources=(
        Source(
            "github hugodemenez/deltalytix: public/samples/import/ftmo-sample.csv",
            "header, semicolons, commission as a negative amount",
        ),
    ),
    read=_read_journal,
)
FORMATS = (POSITIONS, JOURNAL)
