"""How fast a file of executions becomes a preview: recognised, read, checked against what is known, matched."""

from __future__ import annotations

import random
import statistics
import time
from typing import TYPE_CHECKING, Final

from benchmarks.rows import Line, at_most
from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.trades.preview import preview
from secondskies_desktop.trades.reading import Answers, read_file
from secondskies_desktop.trades.times import DateOrder

if TYPE_CHECKING:
    from collections.abc import Iterator

IMPORT: Final = "import"
_FILLS: Final = 10_000
_START_US: Final = 1_767_621_600_000_000
"""2026-01-05 14:00 UTC, a Monday."""
_STEP_US: Final = 45_000_000
_FILLS_HEADER: Final = (
    "_id,_orderId,_contractId,_timestamp,_tradeDate,_action,_qty,_price,_active,_accountId,Fill ID,Order ID,"
    "Timestamp,Date,Account,B/S,Quantity,Price,_priceFormat,_priceFormatType,_tickSize,Contract,Product,"
    "Product Description,commission"
)
_GRID_HEADER: Final = (
    "Instrument,Action,Quantity,Price,Time,ID,E/X,Position,Order ID,Name,Commission,Rate,Account,Connection,"
)


def ten_thousand_fills(*, quick: bool) -> Iterator[Line]:
    """10,000 executions of three accounts in both ways of writing them, and the same file once more."""
    for what, content, answers in (
        ("Tradovate fills", _tradovate(), Answers()),
        (
            "NinjaTrader grid",
            _ninjatrader(),
            Answers(zone="America/New_York", date_order=DateOrder.MONTH_FIRST),
        ),
    ):
        first: list[float] = []
        again: list[float] = []
        for _ in range(2 if quick else 7):
            started = time.perf_counter()
            found = preview(read_file(content, answers), {})
            first.append(time.perf_counter() - started)
            assert len(found.fills) == _FILLS
            assert found.trades
            started = time.perf_counter()
            repeated = preview(read_file(content, answers), found.keys, found.fills)
            again.append(time.perf_counter() - started)
            assert not repeated.fills
            assert len(repeated.duplicates) == _FILLS
        label = f"preview of {_FILLS:,} executions, {what}"
        yield at_most(IMPORT, label, 3, figure=statistics.median(first), unit="s")
        yield at_most(IMPORT, "  the same file again", 3, figure=statistics.median(again), unit="s")


def _executions() -> Iterator[tuple[int, int, int, str, float, str]]:
    """Yield time, number, quantity, side, price and account, in no order."""
    chance = random.Random(5)
    rows = []
    price = 84_000
    for number in range(_FILLS):
        price += chance.randint(-20, 20)
        side = chance.choice(("Buy", "Sell"))
        at_us = _START_US + _STEP_US * number
        rows.append((at_us, number, chance.randint(1, 3), side, price / 4, f"ACCOUNT{number % 3}"))
    chance.shuffle(rows)
    yield from rows


def _tradovate() -> bytes:
    lines = [_FILLS_HEADER]
    for at_us, number, quantity, side, price, account in _executions():
        at = as_datetime(at_us)
        lines.append(
            f"{number},{number},77,{at:%Y-%m-%d %H:%M:%S}.250Z,{at:%Y-%m-%d},0,{quantity},{price},true,9,{number},"
            f"{number},{at:%m/%d/%Y %H:%M:%S},{at:%m/%d/%y},{account}, {side},{quantity},{price},-2,0,0.25,MNQH6,MNQ,"
            f"Micro E-mini NASDAQ-100,{quantity * 0.39:.2f}"
        )
    return "\n".join(lines).encode()


def _ninjatrader() -> bytes:
    lines = [_GRID_HEADER]
    for at_us, number, quantity, side, price, account in _executions():
        at = as_datetime(at_us)
        lines.append(
            f"MNQ MAR26,{side},{quantity},{price},{at:%m/%d/%Y %I:%M:%S %p},{number:08x},Entry,-,o{number},Entry,"
            f"${quantity * 0.39:.2f},1,{account},Playback,"
        )
    return "\n".join(lines).encode()
