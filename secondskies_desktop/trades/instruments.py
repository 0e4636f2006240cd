"""What one point of a futures contract is worth, and which contract a platform's symbol names.

Sources, each as stored on 2026-11-23:
[1] schwab.com/futures/futures-markets: MES, M2K, MYM, MNQ, MBT, MGC (multiplier and tick)
[2] schwab.com/futures/nasdaq-100-emini: NQ; [3] schwab.com/futures/futures-contract: ES, sizes of CL and GC
[4] gevatrade.com, list of futures contracts: YM, RTY; [5] indianfuturestrader.com/tick-size: ticks of GC and CL
[6] insigniafutures.com/micro-crude-oil-futures: MCL; MNQ also in cmegroup.com/activetrader/products/MicroEmini?s=MNQ
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

import msgspec

MONTHS: Final = "FGHJKMNQUVXZ"
"""The letter of each delivery month, January first."""
_NAMES: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_LONGEST: Final = 40
_ONE_DIGIT: Final = 1
_WORD: Final = re.compile(r"/?[A-Za-z0-9][A-Za-z0-9 ._:!/\\#&+^-]*\Z")
_LETTERED: Final = re.compile(rf"([A-Z0-9]{{1,5}}?)([{MONTHS}])(\d\d\d\d|\d\d|\d)\Z")
_DASHED: Final = re.compile(r"([A-Z0-9]{1,5}) (\d\d)-(\d\d)\Z")
_NAMED: Final = re.compile(rf"([A-Z0-9]{{1,5}}) ({'|'.join(_NAMES)})(\d\d)\Z")
_CONTINUOUS: Final = re.compile(r"([A-Z0-9]{1,5}?)\d!\Z")


class Spec(msgspec.Struct, frozen=True):
    """A futures contract: its tick and what a whole point of it is worth, in dollars."""

    root: str
    tick: Decimal
    point_value: Decimal
    source: str

    @property
    def tick_value(self) -> Decimal:
        """What one tick of one contract is worth, in dollars."""
        return self.tick * self.point_value


_TABLE: Final = (
    ("ES", "0.25", "50", "[3]"),
    ("MES", "0.25", "5", "[1]"),
    ("NQ", "0.25", "20", "[2]"),
    ("MNQ", "0.25", "2", "[1]"),
    ("RTY", "0.10", "50", "[4]"),
    ("M2K", "0.10", "5", "[1]"),
    ("YM", "1", "5", "[4]"),
    ("MYM", "1", "0.50", "[1]"),
    ("GC", "0.10", "100", "[3], [5]"),
    ("MGC", "0.10", "10", "[1]"),
    ("CL", "0.01", "1000", "[3], [5]"),
    ("MCL", "0.01", "100", "[6]"),
    ("MBT", "5", "0.10", "[1]"),
)
SPECS: Final = {
    root: Spec(root, Decimal(tick), Decimal(point), source) for root, tick, point, source in _TABLE
}


class Instrument(msgspec.Struct, frozen=True):
    """What was traded. `month` is the delivery month as `2026-06`; None where the symbol names none."""

    root: str
    month: str | None
    symbol: str
    """As the file writes it."""

    @property
    def contract(self) -> str:
        """The one name under which executions are matched, whatever a platform's spelling."""
        return self.root if self.month is None else f"{self.root} {self.month}"

    @property
    def spec(self) -> Spec | None:
        """What a point is worth; None where that is not known."""
        return SPECS.get(self.root)


def instrument_of(symbol: str, year: int) -> Instrument | None:
    """Return what a symbol names, traded in `year`; None where it is no symbol.

    A year of one digit is the next one from `year` on that ends with it.
    """
    if len(symbol) > _LONGEST or _WORD.match(symbol) is None:
        return None
    name = symbol.rpartition(":")[2].strip().upper().lstrip("/")
    root, month = (name, None) if name in SPECS else _root_and_month(name, year)
    return Instrument(root, month, symbol)


def _root_and_month(name: str, year: int) -> tuple[str, str | None]:
    if (found := _DASHED.match(name)) is not None and 1 <= int(found[2]) <= len(MONTHS):
        return found[1], f"20{found[3]}-{found[2]}"
    if (found := _NAMED.match(name)) is not None:
        return found[1], f"20{found[3]}-{_NAMES.index(found[2]) + 1:02}"
    if (found := _CONTINUOUS.match(name)) is not None:
        return found[1], None
    # Without a known root, a letter and digits at the end are as likely a name: a share, a CFD.
    if (found := _LETTERED.match(name)) is not None and found[1] in SPECS:
        return found[1], f"{_whole_year(found[3], year)}-{MONTHS.index(found[2]) + 1:02}"
    return name, None


def _whole_year(digits: str, traded: int) -> int:
    if len(digits) > _ONE_DIGIT:
        return int(digits) % 100 + 2_000
    return traded + (int(digits) - traded) % 10
