"""What an import would do, before it does anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from secondskies_desktop.trades.fill import ClosedTrade, Fill, Outcome
from secondskies_desktop.trades.identity import digest
from secondskies_desktop.trades.matching import Trade, given_by_prices, in_order, match, taken_over

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from secondskies_desktop.trades.reading import Reading

PART: Final = ""
"""Stands for the fingerprint of what is known only through another export: an execution as a part of the platform's
trade, an order by its executions."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What would be added, what is there already, what is left out, and why."""

    format_key: str
    title: str
    verified: bool
    zone: str
    fills: tuple[Fill, ...]
    """Executions that would be added."""
    closed: tuple[ClosedTrade, ...]
    """Trades of the platform that would be added."""
    trades: tuple[Trade, ...]
    """The trades that come of it, with stored executions of the same account and contract; open ones too."""
    duplicates: tuple[Outcome, ...]
    """Rows that are in already."""
    refused: tuple[Outcome, ...]
    left_out: tuple[Outcome, ...]
    notes: tuple[str, ...]
    """What is worth a look although it is taken."""
    keys: Mapping[str, str]
    """What an import has to remember: the key of everything added, with its fingerprint."""


def fingerprint(one: Fill | ClosedTrade) -> str:
    """Return a digest of what may not change under one key. Fees may: platforms add them later."""
    said = [one.account, one.instrument.contract, str(one.quantity.normalize())]
    if isinstance(one, Fill):
        return digest("fill", *said, one.side, str(one.price.normalize()), str(one.at_us))
    prices = [str(one.entry_price.normalize()), str(one.exit_price.normalize())]
    return digest("trade", *said, one.direction, *prices, str(one.entry_us), str(one.exit_us))


def preview(reading: Reading, known: Mapping[str, str], stored: Iterable[Fill] = ()) -> Preview:
    """Return what an import would do.

    `known` holds the keys of what is stored with their fingerprints, `stored` the executions of the accounts concerned.
    """
    sorting = _Sorting(known)
    fills = [one for one in reading.fills if sorting.takes(one)]
    closed = [one for one in reading.trades if sorting.takes(one)]
    books = {(one.account, one.instrument.contract) for one in fills}
    beside = [one for one in stored if (one.account, one.instrument.contract) in books]
    trades = _touched(match([*beside, *fills]), fills)
    return Preview(
        format_key=reading.format_key,
        title=reading.title,
        verified=reading.verified,
        zone=reading.zone,
        fills=tuple(fills),
        closed=tuple(closed),
        trades=(*trades, *(taken_over(one) for one in closed)),
        duplicates=tuple(sorting.duplicates),
        refused=tuple(sorted((*reading.refused, *sorting.refused), key=lambda one: one.line)),
        left_out=reading.left_out,
        notes=tuple(_notes(fills, closed)),
        keys=sorting.added,
    )


class _Sorting:
    """Tells what is new from what is there, within the file too."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self.added: dict[str, str] = {}
        self.duplicates: list[Outcome] = []
        self.refused: list[Outcome] = []

    def takes(self, one: Fill | ClosedTrade) -> bool:
        """Return whether it is new; else it is named among the duplicates or the refused."""
        print_ = fingerprint(one)
        before = self._known.get(one.key, self.added.get(one.key))
        if before == PART:
            self.duplicates.append(Outcome(one.line, "in already, by another export of the platform"))
        elif before == print_:
            self.duplicates.append(Outcome(one.line, "in already"))
        elif before is not None:
            self.refused.append(Outcome(one.line, "in already under the same id, with other values"))
        elif isinstance(one, ClosedTrade) and (parts := self._stored(one.parts)):
            self._named_by_parts(one, parts)
        elif isinstance(one, Fill) and one.order_key and self._stored((one.order_key,)):
            self.duplicates.append(Outcome(one.line, "in already, by its order"))
        else:
            self.added[one.key] = print_
            beside = one.parts if isinstance(one, ClosedTrade) else (one.order_key,)
            self.added |= {key: PART for key in beside if key and key not in self.added}
            return True
        return False

    def _stored(self, keys: Iterable[str]) -> int:
        """Return how many of these were stored for themselves."""
        return sum(self._known.get(key, PART) != PART for key in keys)

    def _named_by_parts(self, one: ClosedTrade, parts: int) -> None:
        if parts == len(one.parts):
            self.duplicates.append(Outcome(one.line, "in already, by its executions"))
        else:
            self.refused.append(Outcome(one.line, "one of its executions is in already, the other is not"))


def _touched(trades: Sequence[Trade], fills: Sequence[Fill]) -> list[Trade]:
    """Return the trades in which something new takes part."""
    new = {fill.key for fill in fills}
    first: dict[tuple[str, str], int] = {}
    for fill in fills:
        book = fill.account, fill.instrument.contract
        first[book] = min(first.get(book, fill.at_us), fill.at_us)
    return [
        trade
        for trade in trades
        if trade.key in new
        or any(one.entry in new or one.exit in new for one in trade.matches)
        or trade.is_open
        or trade.entry_us >= first[trade.account, trade.instrument.contract]
    ]


def _notes(fills: Sequence[Fill], closed: Sequence[ClosedTrade]) -> Iterable[str]:
    named = [one.instrument for one in fills] + [one.instrument for one in closed]
    unknown = sorted({one.root for one in named if one.spec is None})
    if unknown:
        shown = ", ".join(unknown[:10]) + (" …" if len(unknown) > 10 else "")  # noqa: PLR2004 - a line of them
        yield f"what a point is worth is not known: {shown}"
    ties = _ties(fills)
    if ties:
        yield f"bought and sold in the same instant, in the order of their ids: {ties}"
    for one in closed:
        given = given_by_prices(one)
        if one.stated is not None and given is not None and given != one.stated:
            yield (
                f"line {one.line}: the file says {one.stated / 100:,.2f}, "
                f"its prices give {given / 100:,.2f}; the file's counts"
            )


def _ties(fills: Sequence[Fill]) -> int:
    sides: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for fill in sorted(fills, key=in_order):
        sides[fill.account, fill.instrument.contract, fill.at_us].add(fill.side)
    return sum(len(one) > 1 for one in sides.values())
