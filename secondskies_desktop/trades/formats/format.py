"""What a format is: how it is recognised, whose clock it uses, where its columns are documented, how a row is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from secondskies_desktop.trades.fill import ClosedTrade, Fill
from secondskies_desktop.trades.formats.row import Header, Row
from secondskies_desktop.trades.table import TableRow
from secondskies_desktop.trades.times import DateOrder


class Gives(StrEnum):
    """What a row of a format is."""

    FILLS = "fills"
    ORDERS = "orders"
    """Executions put together by order, at the average price."""
    TRADES = "trades"


class LeftOut(Exception):
    """A row that is no execution, such as a cancelled order; the text says what it is."""


class Source(msgspec.Struct, frozen=True):
    """Where the columns can be seen: an address, or a repository and a path in it."""

    place: str
    shows: str


Reads = Callable[[Row], Fill | ClosedTrade]
"""Reads a row; raises LeftOut for what is no execution and Refused for what cannot be read."""


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of file. Column names are written as `heading` writes them."""

    key: str
    title: str
    gives: Gives
    needs: tuple[str, ...]
    """Columns without which it is not this format."""
    lacks: tuple[str, ...] = ()
    """Columns with which it is another one."""
    ends: tuple[str, ...] = ()
    """Titles of the sections that follow the table; what stands below them is left out."""
    times: tuple[tuple[str, int], ...]
    """The columns that hold times, and which of those called so."""
    numbers: tuple[str, ...] = ()
    """The columns that prove the decimal sign, where `decimal` is None."""
    account: str | None
    """The column that names the account; None where the trader has to."""
    has_utc: bool = False
    """Its times are UTC and say so."""
    zone_in: str | None = None
    """The column whose name says the zone."""
    zones: tuple[str, ...] = ()
    """What it mostly is, offered where the zone has to be asked for."""
    order: DateOrder | None = DateOrder.MONTH_FIRST
    """None: the file has to prove whether the day or the month comes first."""
    decimal: str | None = "."
    """None: the file has to prove its decimal sign."""
    sources: tuple[Source, ...]
    read: Reads
    currency: Callable[[Sequence[TableRow]], str | None] | None = None
    """Finds the account's currency in what stands above the table."""

    @property
    def verified(self) -> bool:
        """Return whether a public source shows its columns; without one it always goes through the preview."""
        return bool(self.sources)

    def is_header(self, header: Header) -> bool:
        """Return whether a row names the columns of this format."""
        return all(_has(header, column) for column in self.needs) and not any(
            _has(header, column) for column in self.lacks
        )


def _has(header: Header, column: str) -> bool:
    name, _, nth = column.partition("#")
    return header.place(name, int(nth or 1)) is not None
