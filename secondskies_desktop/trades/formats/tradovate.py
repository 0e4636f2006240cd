"""Tradovate's four reports: Fills, Orders, Performance and Position History.

Fills carries each time twice: `_timestamp` in UTC, and `Timestamp` by the clock of whoever exported it. The others have
only the latter, and so their zone is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.trades.fill import ClosedTrade, Direction, Fill, Refused
from secondskies_desktop.trades.formats.format import Format, Gives, LeftOut, Source
from secondskies_desktop.trades.identity import known_by

if TYPE_CHECKING:
    from secondskies_desktop.trades.formats.row import Row

PLATFORM = "tradovate"
_ZONES = ("America/Chicago", "America/New_York")
_ANALYTICS = "github hamtaro777/tradovate-analytics-test: "
_COLLECTED = "github nicolasgomeztoua/thetraderlog: docs/research/futures-platform-csvs/platforms/"


def _fill_key(number: str) -> str:
    return known_by(PLATFORM, "fill", number)


def _order_key(number: str) -> str:
    return known_by(PLATFORM, "order", number)


def _read_fill(row: Row) -> Fill:
    quantity = row.quantity("quantity")
    at_us = row.instant("_timestamp")
    number = row.needed("fill id")
    return Fill(
        key=_fill_key(number),
        account=row.account("account"),
        instrument=row.instrument("contract", at_us, quantity),
        side=row.side("b/s"),
        quantity=quantity,
        price=row.price("price"),
        at_us=at_us,
        fees=row.money("commission"),
        order_id=row.text("order id"),
        order_key=_order_key(row.text("order id")) if row.text("order id") else "",
        rank=(len(number), number),
        line=row.line,
    )


def _read_order(row: Row) -> Fill:
    # A cancelled order may have been filled in part: the filled quantity counts, not the status.
    if not row.text("filled qty") or not row.number("filled qty"):
        raise LeftOut(f"order not filled: {row.text('status')[:40] or 'no status'}")
    quantity = row.quantity("filled qty")
    at_us = row.instant("fill time")
    number = row.needed("order id")
    return Fill(
        key=_order_key(number),
        account=row.account("account"),
        instrument=row.instrument("contract", at_us, quantity),
        side=row.side("b/s"),
        quantity=quantity,
        price=row.price("avg fill price"),
        at_us=at_us,
        fees=None,
        order_id=number,
        rank=(len(number), number),
        line=row.line,
    )


def _pair(
    row: Row, *, symbol: str, columns: tuple[str, ...], key: str, money: tuple[str, str]
) -> ClosedTrade:
    """Read a buy and a sale that the platform put together; the earlier one is the entry."""
    bought_id, sold_id, qty, bought_at, sold_at = columns
    quantity = row.quantity(qty)
    bought_us, sold_us = row.instant(bought_at), row.instant(sold_at)
    bought, sold = row.needed(bought_id), row.needed(sold_id)
    if bought_us == sold_us and bought == sold:
        raise Refused("bought and sold at the same time by the same fill")
    is_long = (bought_us, len(bought), bought) < (sold_us, len(sold), sold)
    instrument = row.instrument(symbol, min(bought_us, sold_us), quantity)
    buy_price, sell_price = row.price(money[0]), row.price(money[1])
    return ClosedTrade(
        key=key,
        parts=(_fill_key(bought), _fill_key(sold)),
        account=row.account("account"),
        instrument=instrument,
        direction=Direction.LONG if is_long else Direction.SHORT,
        quantity=quantity,
        entry_price=buy_price if is_long else sell_price,
        exit_price=sell_price if is_long else buy_price,
        entry_us=min(bought_us, sold_us),
        exit_us=max(bought_us, sold_us),
        stated=_cents(row, "pnl|p/l"),
        fees=None,
        currency=row.text("currency") or (None if instrument.spec is None else "USD"),
        line=row.line,
    )


def _cents(row: Row, column: str) -> int | None:
    amount = row.money(column)
    return None if amount is None else int((amount * 100).to_integral_value())


def _read_performance(row: Row) -> ClosedTrade:
    quantity = row.text("qty")
    key = known_by(PLATFORM, "pair", row.needed("buyfillid"), row.needed("sellfillid"), quantity)
    columns = ("buyfillid", "sellfillid", "qty", "boughttimestamp", "soldtimestamp")
    return _pair(row, symbol="symbol", columns=columns, key=key, money=("buyprice", "sellprice"))


def _read_position(row: Row) -> ClosedTrade:
    # The same pair has the same key as in the Performance report, which does not know the pair's own id.
    key = known_by(
        PLATFORM, "pair", row.needed("buy fill id"), row.needed("sell fill id"), row.text("paired qty")
    )
    columns = ("buy fill id", "sell fill id", "paired qty", "bought timestamp", "sold timestamp")
    return _pair(row, symbol="contract", columns=columns, key=key, money=("buy price", "sell price"))


FILLS = Format(
    key="tradovate-fills",
    title="Tradovate, Fills",
    gives=Gives.FILLS,
    needs=("_timestamp", "fill id", "account", "b/s", "quantity", "price", "contract"),
    times=(("_timestamp", 1),),
    account="account",
    has_utc=True,
    sources=(Source(_ANALYTICS + "Fills_tradovate.csv", "header, both clocks, commission of a fill"),),
    read=_read_fill,
)
ORDERS = Format(
    key="tradovate-orders",
    title="Tradovate, Orders",
    gives=Gives.ORDERS,
    needs=("order id", "account", "b/s", "contract", "status", "fill time", "filled qty", "avg fill price"),
    times=(("fill time", 1),),
    account="account",
    zones=_ZONES,
    sources=(
        Source(_COLLECTED + "tradovate.csv", "header of 29 columns, cancelled orders"),
        Source(
            _ANALYTICS + "dashboard/sample-data/Orders_tradovate.csv", "header of 32 columns, local clock"
        ),
    ),
    read=_read_order,
)
PERFORMANCE = Format(
    key="tradovate-performance",
    title="Tradovate, Performance",
    gives=Gives.TRADES,
    needs=(
        "symbol",
        "buyfillid",
        "sellfillid",
        "qty",
        "buyprice",
        "sellprice",
        "pnl",
        "boughttimestamp",
        "soldtimestamp",
    ),
    times=(("boughttimestamp", 1), ("soldtimestamp", 1)),
    account=None,
    zones=_ZONES,
    sources=(
        Source(
            "github Richy701/FreeTradeJournal: src/utils/__fixtures__/tradovate-trades-performance.csv",
            "header, money in brackets",
        ),
        Source(_ANALYTICS + "Performance_trdovate.csv", "the same account as the Fills: local clock"),
    ),
    read=_read_performance,
)
POSITIONS = Format(
    key="tradovate-positions",
    title="Tradovate, Position History",
    gives=Gives.TRADES,
    needs=(
        "pair id",
        "buy fill id",
        "sell fill id",
        "paired qty",
        "buy price",
        "sell price",
        "p/l",
        "contract",
        "account",
        "bought timestamp",
        "sold timestamp",
    ),
    times=(("bought timestamp", 1), ("sold timestamp", 1)),
    account="account",
    zones=_ZONES,
    sources=(
        Source(_COLLECTED + "tradovate-position-history.csv", "header"),
        Source(
            "github GeneBO98/tradetally: backend/tests/fixtures/tradovate-paired-trades-sample.csv", "shorts"
        ),
    ),
    read=_read_position,
)
FORMATS = (FILLS, ORDERS, PERFORMANCE, POSITIONS)
