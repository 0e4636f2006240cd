"""A row of a file under its header, read by the conventions that hold for the whole file."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.trades.fill import Direction, Refused, Side
from secondskies_desktop.trades.identity import Ordinals
from secondskies_desktop.trades.instruments import Instrument, instrument_of
from secondskies_desktop.trades.numbers import NotANumber, number_of
from secondskies_desktop.trades.times import DateOrder, Zone, instant_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

_LONGEST_NAME: Final = 80
_TURNS: Final = timedelta(hours=14)
_YEAR_DIGITS: Final = 4
_YEARS_AHEAD: Final = 5
"""No further contract is traded by anyone whose files these are; a digit of a year says no more."""
_SIDES: Final = {
    "buy": Side.BUY,
    "b": Side.BUY,
    "bot": Side.BUY,
    "buy to cover": Side.BUY,
    "buytocover": Side.BUY,
    "sell": Side.SELL,
    "s": Side.SELL,
    "sld": Side.SELL,
    "sell short": Side.SELL,
    "sellshort": Side.SELL,
}
_DIRECTIONS: Final = {
    "long": Direction.LONG,
    "buy": Direction.LONG,
    "short": Direction.SHORT,
    "sell": Direction.SHORT,
}


def heading(cell: str) -> str:
    """Return the name of a column without case, marks and doubled blanks, so that `S / L` is `s/l`."""
    return " ".join(cell.replace("\ufeff", "").split()).casefold().replace(" / ", "/")


class Header:
    """The row that names the columns. `qty|quantity` asks for either, `update time*` for what begins so."""

    def __init__(self, cells: Sequence[str]) -> None:
        self.names = [heading(cell) for cell in cells]
        self._places: dict[tuple[str, int], int | None] = {}
        self.width = max((place + 1 for place, name in enumerate(self.names) if name), default=0)

    def place(self, column: str, nth: int = 1) -> int | None:
        """Return where the nth column of a name stands; None where there is none."""
        key = column, nth
        if key not in self._places:
            self._places[key] = self._search(column, nth)
        return self._places[key]

    def _search(self, column: str, nth: int) -> int | None:
        for name in (column, *column.split("|")):
            found = [place for place, own in enumerate(self.names) if _is_called(own, name)]
            if len(found) >= nth:
                return found[nth - 1]
        return None


def _is_called(own: str, name: str) -> bool:
    return own == name or (name.endswith("*") and own.startswith(name[:-1]))


class Conventions:
    """What holds for every row of one file: its account, clock, order of dates and decimal sign, and rows counted."""

    def __init__(self, account: str | None, zone: Zone | None, order: DateOrder, decimal: str) -> None:
        self.account = account
        self.zone = zone
        self.order = order
        self.decimal = decimal
        self.ordinals = Ordinals()
        self.currency: str | None = None


class Row:
    """One row. What is missing or cannot be read raises Refused, which names the column and what stood there."""

    def __init__(self, line: int, cells: Sequence[str], header: Header, by: Conventions) -> None:
        self.line = line
        self.by = by
        self._cells = cells
        self._header = header

    def text(self, column: str, nth: int = 1) -> str:
        """Return a cell without blanks around it; empty where the column or the cell is missing."""
        place = self._header.place(column, nth)
        return self._cells[place].strip() if place is not None and place < len(self._cells) else ""

    def needed(self, column: str, nth: int = 1) -> str:
        """Return a cell that must hold something."""
        found = self.text(column, nth)
        if not found:
            raise Refused(f"{_said(column)} is empty")
        return found

    def number(self, column: str, nth: int = 1) -> Decimal:
        """Return a number that must be there."""
        found = self.needed(column, nth)
        try:
            return number_of(found, self.by.decimal)
        except NotANumber:
            raise Refused(f"{_said(column)} is not a number: {found[:40]!r}") from None

    def money(self, column: str, nth: int = 1) -> Decimal | None:
        """Return an amount; None where the cell is empty: unknown, not zero."""
        return self.number(column, nth) if self.text(column, nth) else None

    def price(self, column: str, nth: int = 1) -> Decimal:
        """Return a price: any number but zero, for crude oil has traded below."""
        found = self.number(column, nth)
        if not found:
            raise Refused(f"{_said(column)} is zero")
        return found

    def quantity(self, column: str) -> Decimal:
        """Return how much was traded: above zero."""
        found = self.number(column)
        if found <= 0:
            raise Refused(f"{_said(column)} is not above zero: {self.text(column)[:40]!r}")
        return found

    def instant(self, column: str, nth: int = 1, zone: Zone | None = None) -> int:
        """Return when it was (µs UTC)."""
        found = self.needed(column, nth)
        try:
            return instant_of(found, self.by.order, zone or self.by.zone)
        except Refused as error:
            raise Refused(f"{_said(column)}: {error}") from None

    def side(self, column: str) -> Side:
        """Return whether it bought or sold."""
        found = self.needed(column)
        side = _SIDES.get(found.casefold())
        if side is None:
            raise Refused(f"{_said(column)} is neither buy nor sell: {found[:40]!r}")
        return side

    def direction(self, column: str) -> Direction:
        """Return what the trade bet on."""
        found = self.needed(column)
        direction = _DIRECTIONS.get(found.casefold())
        if direction is None:
            raise Refused(f"{_said(column)} is neither long nor short: {found[:40]!r}")
        return direction

    def instrument(self, column: str, at_us: int, quantity: Decimal) -> Instrument:
        """Return what was traded; of a known futures contract only whole ones can be."""
        found = self.needed(column)
        # At a turn of the year or month, the earlier one leaves a contract alive on its last day everywhere.
        traded = as_datetime(at_us) - _TURNS
        instrument = instrument_of(found, traded.year)
        if instrument is None:
            raise Refused(f"{_said(column)} is no symbol: {found[:40]!r}")
        if instrument.spec is not None and quantity != quantity.to_integral_value():
            raise Refused(f"{quantity} is no whole number of {instrument.root} contracts")
        if instrument.month is not None:
            years = int(instrument.month[:_YEAR_DIGITS]) - traded.year
            if instrument.month < f"{traded:%Y-%m}" or years > _YEARS_AHEAD:
                raise Refused(
                    f"{found} would be the contract of {instrument.month}, traded in {traded:%Y-%m}"
                )
        return instrument

    def account(self, column: str | None = None) -> str:
        """Return the account that the row names, else the one that the trader named for the file."""
        found = (self.text(column) if column else "") or self.by.account
        if not found:
            raise Refused("no account")
        if len(found) > _LONGEST_NAME or not found.isprintable():
            raise Refused(f"not the name of an account: {found[:40]!r}")
        return found


def _said(column: str) -> str:
    return column.partition("|")[0].rstrip("*").strip().capitalize()
