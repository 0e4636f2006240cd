"""Any CSV of executions whose columns the trader has named himself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from secondskies_desktop.trades.fill import Fill, Refused, Side
from secondskies_desktop.trades.formats.format import Format, Gives
from secondskies_desktop.trades.formats.row import heading
from secondskies_desktop.trades.identity import known_by

if TYPE_CHECKING:
    from decimal import Decimal

    from secondskies_desktop.trades.formats.format import Reads
    from secondskies_desktop.trades.formats.row import Row

KEY: Final = "mapped"
PLATFORM: Final = "mapped"


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Which column holds what. Without `side` the sign of the quantity says it: a sale is negative."""

    symbol: str
    quantity: str
    price: str
    time: str
    side: str | None = None
    account: str | None = None
    fees: str | None = None
    execution_id: str | None = None
    order_id: str | None = None


def mapped(columns: Columns) -> Format:
    """Return the format that the trader described; it has no source and always goes through the preview."""
    named = {field: heading(name) for field, name in msgspec.structs.asdict(columns).items() if name}
    numbers = ("quantity", "price", "fees")
    return Format(
        key=KEY,
        title="CSV with columns named by hand",
        gives=Gives.FILLS,
        needs=tuple(dict.fromkeys(named.values())),
        times=((named["time"], 1),),
        numbers=tuple(named[field] for field in numbers if field in named),
        account=named.get("account"),
        zones=("America/New_York", "America/Chicago", "UTC"),
        order=None,
        decimal=None,
        sources=(),
        read=_reader(named),
    )


def _reader(named: dict[str, str]) -> Reads:
    def read(row: Row) -> Fill:
        side, quantity = _side_and_quantity(row, named)
        at_us = row.instant(named["time"])
        account = row.account(named.get("account"))
        number = row.text(named["execution_id"]) if "execution_id" in named else ""
        said = [row.text(name) for field, name in named.items() if field not in {"account", "fees"}]
        key = known_by(PLATFORM, account, number) if number else row.by.ordinals.key(PLATFORM, account, *said)
        return Fill(
            key=key,
            account=account,
            instrument=row.instrument(named["symbol"], at_us, quantity),
            side=side,
            quantity=quantity,
            price=row.price(named["price"]),
            at_us=at_us,
            fees=row.money(named["fees"]) if "fees" in named else None,
            order_id=row.text(named["order_id"]) if "order_id" in named else "",
            rank=(len(number), number) if number.isdigit() else (0, key),
            line=row.line,
        )

    return read


def _side_and_quantity(row: Row, named: dict[str, str]) -> tuple[Side, Decimal]:
    if "side" in named:
        return row.side(named["side"]), row.quantity(named["quantity"])
    signed = row.number(named["quantity"])
    if not signed:
        raise Refused("the quantity is zero")
    return (Side.BUY if signed > 0 else Side.SELL), abs(signed)
