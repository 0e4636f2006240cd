"""Executions matched first in, first out into trades, per account and contract.

A trade runs from flat to flat. Its matches pair what was bought with what was sold, each with the time of its exit, so
that a position closed over two trade dates is earned on both. The order of the rows does not count: executions are
sorted by time, and within one instant by the platform's id. A position that is open at the end stays an open trade.

Money is exact: tick values are whole cents. Where a platform states only the average price of an order, cents are
rounded once for the whole trade, and shared so that the parts add up to it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import msgspec

from secondskies_desktop.trades.fill import ClosedTrade, Direction, Fill, Side
from secondskies_desktop.trades.instruments import Instrument

if TYPE_CHECKING:
    from collections.abc import Iterable

_ZERO: Final = Decimal(0)
_PRECISION: Final = 60
"""Digits: enough for every sum of products of what numbers.py lets through."""
_AVERAGE: Final = Decimal("1e-8")


class Match(msgspec.Struct, frozen=True):
    """So much that was opened by one execution and closed by another."""

    entry: str
    exit: str
    quantity: Decimal
    entry_price: Decimal
    exit_price: Decimal
    entry_us: int
    exit_us: int
    gross: int | None
    """Cents before fees; None where the worth of a point is unknown."""
    fees: int | None
    """The share of both executions' fees in cents; None where one of them is unknown."""


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """A position from flat to flat, or one that is still open."""

    key: str
    """The execution that opened it, or the platform's trade."""
    account: str
    instrument: Instrument
    direction: Direction
    quantity: Decimal
    """All that was opened, however often it was added."""
    open_quantity: Decimal
    """What is still open."""
    entry_us: int
    exit_us: int | None
    """The last exit; None while nothing was closed."""
    entry_price: Decimal
    """The average of all entries."""
    exit_price: Decimal | None
    """The average of all exits."""
    gross: int | None
    """Cents before fees of what was closed."""
    fees: int | None
    """Cents of what was closed."""
    currency: str | None
    executions: int
    """How many took part; 0 where the platform closed the trade and does not tell."""
    matches: tuple[Match, ...]

    @property
    def is_open(self) -> bool:
        """True while the position is not flat."""
        return self.open_quantity > 0

    @property
    def net(self) -> int | None:
        """Cents after fees of what was closed; None where one of the two is unknown."""
        return None if self.gross is None or self.fees is None else self.gross - self.fees


def match(fills: Iterable[Fill]) -> tuple[Trade, ...]:
    """Return the trades that the executions make, by entry; the same execution twice counts once."""
    books: dict[tuple[str, str], list[Fill]] = defaultdict(list)
    for fill in {fill.key: fill for fill in fills}.values():
        books[fill.account, fill.instrument.contract].append(fill)
    with localcontext(prec=_PRECISION):
        trades = [trade for book in books.values() for trade in _match_book(book)]
    return tuple(sorted(trades, key=lambda trade: (trade.entry_us, trade.account, trade.key)))


def in_order(fill: Fill) -> tuple[int, tuple[int, str], str]:
    """Return what executions are sorted by: time, then the platform's id."""
    return fill.at_us, fill.rank, fill.key


def taken_over(closed: ClosedTrade) -> Trade:
    """Return a trade that the platform closed; its profit is the stated one, else what the prices give."""
    return Trade(
        key=closed.key,
        account=closed.account,
        instrument=closed.instrument,
        direction=closed.direction,
        quantity=closed.quantity,
        open_quantity=_ZERO,
        entry_us=closed.entry_us,
        exit_us=closed.exit_us,
        entry_price=closed.entry_price,
        exit_price=closed.exit_price,
        gross=given_by_prices(closed) if closed.stated is None else closed.stated,
        fees=None if closed.fees is None else to_cents(closed.fees),
        currency=closed.currency,
        executions=0,
        matches=(),
    )


def given_by_prices(closed: ClosedTrade) -> int | None:
    """Return what a closed trade earned by its prices, in cents; None where the worth of a point is unknown."""
    spec = closed.instrument.spec
    if spec is None:
        return None
    signed = closed.quantity if closed.direction is Direction.LONG else -closed.quantity
    with localcontext(prec=_PRECISION):
        return to_cents((closed.exit_price - closed.entry_price) * signed * spec.point_value)


def to_cents(dollars: Decimal | Fraction) -> int:
    """Return dollars as cents, to the nearest and half a cent to the even one."""
    return round(dollars * 100)


class _Lot:
    """What is left of an execution, and what it cost up to here."""

    def __init__(self, fill: Fill, quantity: Decimal) -> None:
        self.fill = fill
        self.left = quantity

    def take(self, quantity: Decimal) -> Fraction | None:
        """Take so much away; return its share of the fees, exact also where three contracts share a cent."""
        self.left -= quantity
        fees = self.fill.fees
        return None if fees is None else Fraction(fees) * Fraction(quantity) / Fraction(self.fill.quantity)


class _Running:
    """The trade that is being built: cents of the whole are rounded, and the parts are what they grow by."""

    def __init__(self, opening: Fill) -> None:
        self.opening = opening
        self.lots: deque[_Lot] = deque()
        self.matches: list[Match] = []
        self.entered = self.exited = _ZERO
        self.paid = self.received = _ZERO
        self.keys: set[str] = set()
        self._gross = _ZERO
        self._fees = Fraction(0)
        self._knows_fees = True

    @property
    def open_quantity(self) -> Decimal:
        """What is not closed yet."""
        return self.entered - self.exited

    def add(self, fill: Fill, quantity: Decimal) -> None:
        """Open so much more."""
        self.keys.add(fill.key)
        self.entered += quantity
        self.paid += quantity * fill.price
        self.lots.append(_Lot(fill, quantity))

    def reduce(self, closing: _Lot) -> None:
        """Close what the execution can close, oldest lot first."""
        fill = closing.fill
        self.keys.add(fill.key)
        while self.lots and closing.left:
            lot = self.lots[0]
            quantity = min(lot.left, closing.left)
            self.exited += quantity
            self.received += quantity * fill.price
            self.matches.append(self._match(lot, closing, quantity))
            if not lot.left:
                self.lots.popleft()

    def _match(self, lot: _Lot, closing: _Lot, quantity: Decimal) -> Match:
        entry, exit_ = lot.fill, closing.fill
        spec = entry.instrument.spec
        gross = None
        if spec is not None:
            signed = quantity if entry.side is Side.BUY else -quantity
            before = to_cents(self._gross)
            self._gross += (exit_.price - entry.price) * signed * spec.point_value
            gross = to_cents(self._gross) - before
        shares = lot.take(quantity), closing.take(quantity)
        fees = None
        if shares[0] is None or shares[1] is None:
            self._knows_fees = False
        else:
            before = to_cents(self._fees)
            self._fees += shares[0] + shares[1]
            fees = to_cents(self._fees) - before
        times = entry.at_us, exit_.at_us
        return Match(entry.key, exit_.key, quantity, entry.price, exit_.price, *times, gross, fees)

    def trade(self) -> Trade:
        """Return what it has come to."""
        opening = self.opening
        is_known = opening.instrument.spec is not None
        return Trade(
            key=opening.key,
            account=opening.account,
            instrument=opening.instrument,
            direction=Direction.LONG if opening.side is Side.BUY else Direction.SHORT,
            quantity=self.entered,
            open_quantity=self.open_quantity,
            entry_us=opening.at_us,
            exit_us=self.matches[-1].exit_us if self.matches else None,
            entry_price=_average(self.paid, self.entered),
            exit_price=_average(self.received, self.exited) if self.exited else None,
            gross=to_cents(self._gross) if is_known else None,
            fees=to_cents(self._fees) if self._knows_fees else None,
            currency="USD" if is_known else None,
            executions=len(self.keys),
            matches=tuple(self.matches),
        )


def _average(total: Decimal, quantity: Decimal) -> Decimal:
    return (total / quantity).quantize(_AVERAGE)


def _match_book(fills: list[Fill]) -> list[Trade]:
    trades: list[Trade] = []
    running: _Running | None = None
    for fill in sorted(fills, key=in_order):
        left = fill.quantity
        if running is not None and fill.side is not running.opening.side:
            closing = _Lot(fill, fill.quantity)
            running.reduce(closing)
            left = closing.left
            if not running.open_quantity:
                trades.append(running.trade())
                running = None
        if left:
            running = running or _Running(fill)
            running.add(fill, left)
    if running is not None:
        trades.append(running.trade())
    return trades
