"""NinjaTrader 8: the grid of executions, and the Trades display of Trade Performance.

Both follow the trader's settings: which columns there are, dates and decimal signs by the regional settings of Windows,
times by the zone set in the program. Nothing of this is in the file, so what it does not prove is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.trades.fill import ClosedTrade, Fill
from secondskies_desktop.trades.formats.format import Format, Gives, Source
from secondskies_desktop.trades.identity import known_by

if TYPE_CHECKING:
    from decimal import Decimal

    from secondskies_desktop.trades.formats.row import Row

PLATFORM = "ninjatrader"
_ACCOUNT = "account|account display name"
_ZONES = ("America/New_York", "America/Chicago")


def _read_execution(row: Row) -> Fill:
    quantity = row.quantity("quantity")
    at_us = row.instant("time")
    account = row.account(_ACCOUNT)
    number = row.text("id")
    said = [row.text(name) for name in ("instrument", "action", "quantity", "price", "time", "order id")]
    key = known_by(PLATFORM, account, number) if number else row.by.ordinals.key(PLATFORM, account, *said)
    return Fill(
        key=key,
        account=account,
        instrument=row.instrument("instrument", at_us, quantity),
        side=row.side("action"),
        quantity=quantity,
        price=row.price("price"),
        at_us=at_us,
        fees=row.money("commission"),
        order_id=row.text("order id"),
        rank=(len(number), number) if number.isdigit() else (0, key),
        line=row.line,
    )


def _read_trade(row: Row) -> ClosedTrade:
    quantity = row.quantity("qty")
    entry_us = row.instant("entry time")
    account = row.account(_ACCOUNT)
    instrument = row.instrument("instrument", entry_us, quantity)
    names = ("instrument", "market pos.", "qty", "entry price", "exit price", "entry time", "exit time")
    return ClosedTrade(
        # The number of a trade is its place in the report, which begins anew with every report.
        key=row.by.ordinals.key(PLATFORM, account, *(row.text(name) for name in names)),
        parts=(),
        account=account,
        instrument=instrument,
        direction=row.direction("market pos."),
        quantity=quantity,
        entry_price=row.price("entry price"),
        exit_price=row.price("exit price"),
        entry_us=entry_us,
        exit_us=row.instant("exit time"),
        # Profit is net or gross by a setting that the file does not tell.
        stated=None,
        fees=_fees(row),
        currency=None if instrument.spec is None else "USD",
        line=row.line,
    )


def _fees(row: Row) -> Decimal | None:
    """Return the commission, with the fees that newer versions show in columns of their own."""
    commission = row.money("commission")
    if commission is None:
        return None
    others = (row.money(name) for name in ("clearing fee", "exchange fee", "ip fee", "nfa fee"))
    return sum((fee for fee in others if fee is not None), commission)


EXECUTIONS = Format(
    key="ninjatrader-executions",
    title="NinjaTrader 8, executions",
    gives=Gives.FILLS,
    needs=("instrument", "action", "quantity", "price", "time", "e/x"),
    times=(("time", 1),),
    numbers=("price", "commission"),
    account=_ACCOUNT,
    zones=_ZONES,
    order=None,
    decimal=None,
    sources=(
        Source(
            "github qsor27/FuturesTradingLog: Archive/NinjaTrader Grid 2025-01-28 11-21 AM.csv",
            "header of 14 columns, copied accounts, `MNQ MAR25`",
        ),
        Source(
            "github nicolasgomeztoua/thetraderlog: docs/research/futures-platform-csvs/platforms/ninjatrader.csv",
            "the same header, `NQ 03-24`, several fills in one second",
        ),
    ),
    read=_read_execution,
)
TRADES = Format(
    key="ninjatrader-trades",
    title="NinjaTrader 8, Trade Performance",
    gives=Gives.TRADES,
    needs=("instrument", "market pos.", "qty", "entry price", "exit price", "entry time", "exit time"),
    times=(("entry time", 1), ("exit time", 1)),
    numbers=("entry price", "exit price", "commission"),
    account=_ACCOUNT,
    zones=_ZONES,
    order=None,
    decimal=None,
    sources=(
        Source(
            "github Richy701/FreeTradeJournal: src/utils/__fixtures__/ninjatrader-grid.csv",
            "header, losses in brackets",
        ),
        Source(
            "github hugodemenez/deltalytix: public/samples/import/ninjatrader-performance-sample.csv",
            "header with names of entry and exit",
        ),
    ),
    read=_read_trade,
)
FORMATS = (EXECUTIONS, TRADES)
