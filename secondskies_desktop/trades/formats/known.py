"""Every format that is recognised by itself, and the search for the one that a file is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from secondskies_desktop.trades import table
from secondskies_desktop.trades.formats import (
    metatrader,
    ninjatrader,
    rithmic,
    topstepx,
    tradingview,
    tradovate,
)
from secondskies_desktop.trades.formats.row import Header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.trades.formats.format import Format
    from secondskies_desktop.trades.table import TableRow

FORMATS: Final[tuple[Format, ...]] = (
    *tradovate.FORMATS,
    *ninjatrader.FORMATS,
    *topstepx.FORMATS,
    *rithmic.FORMATS,
    *tradingview.FORMATS,
    *metatrader.FORMATS,
)
BY_KEY: Final = {one.key: one for one in FORMATS}
_LOOK: Final = 60
"""The header stands within so many rows that are not blank; reports have a page of their own above it."""


class Found(NamedTuple):
    """A format and where its header stands."""

    format: Format
    delimiter: str | None
    """None for a page of HTML."""
    header_at: int
    """The place of the header among the rows that are not blank."""


def find(text: str, formats: Sequence[Format]) -> list[Found]:
    """Return every format whose header the text holds; where it is more than one, nobody may choose."""
    if table.is_html(text):
        return _found(table.html_rows(text)[:_LOOK], None, formats)
    found: list[Found] = []
    for delimiter in table.DELIMITERS:
        found += _found(table.head_of(text, delimiter, _LOOK), delimiter, formats)
    return found


def _found(rows: Sequence[TableRow], delimiter: str | None, formats: Sequence[Format]) -> list[Found]:
    headers = [Header(row.cells) for row in rows]
    found = []
    for one in formats:
        place = next((place for place, header in enumerate(headers) if one.is_header(header)), None)
        if place is not None:
            found.append(Found(one, delimiter, place))
    return found
