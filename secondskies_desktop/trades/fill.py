"""What a file of a platform says: executions, or trades that the platform has closed itself.

Prices, quantities and fees are Decimals exactly as received, times are microseconds UTC, sums of money are integer
cents of the account's currency. None is unknown, never zero.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec

from secondskies_desktop.trades.instruments import Instrument


class Side(StrEnum):
    """What an execution did."""

    BUY = "buy"
    SELL = "sell"


class Direction(StrEnum):
    """What a trade bet on."""

    LONG = "long"
    SHORT = "short"


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """One execution, or one order with its average price where a platform exports nothing finer."""

    key: str
    """Its identity on every import: the platform's own id, else a digest of what the row says (identity.py)."""
    account: str
    instrument: Instrument
    side: Side
    quantity: Decimal
    price: Decimal
    at_us: int
    fees: Decimal | None
    """What it cost; None where the file does not say."""
    order_id: str
    """Empty where there is none."""
    order_key: str = ""
    """The key that its order has in another export of the platform; empty where there is no such export."""
    rank: tuple[int, str]
    """Orders executions of one instant: by the platform's id, shorter first so that numbers rise."""
    line: int

    @property
    def signed(self) -> Decimal:
        """The quantity, negative for a sale."""
        return self.quantity if self.side is Side.BUY else -self.quantity


class ClosedTrade(msgspec.Struct, frozen=True, kw_only=True):
    """A trade as the platform paired it; its executions are not in the file."""

    key: str
    parts: tuple[str, ...]
    """Keys of the executions that it is made of, where the platform names them."""
    account: str
    instrument: Instrument
    direction: Direction
    quantity: Decimal
    entry_price: Decimal
    exit_price: Decimal
    entry_us: int
    exit_us: int
    stated: int | None
    """The profit that the platform states before fees, in cents; None where it states none, or only a net one."""
    fees: Decimal | None
    """What it cost, with swap on CFDs, which may be a gain."""
    currency: str | None
    line: int


class Refused(Exception):
    """A row, or one cell of it, that cannot be taken; the text says why."""


class Outcome(msgspec.Struct, frozen=True):
    """A row that became nothing, and why."""

    line: int
    reason: str
