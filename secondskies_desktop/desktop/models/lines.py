"""Rows and columns of a table of texts: what a panel makes and `widgets/lines_table.py` shows; pure, no Qt."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.desktop import formats, theme

if TYPE_CHECKING:
    from secondskies_desktop.desktop.theme import Tone


class Ink(StrEnum):
    """How a column is written."""

    MARK = "mark"
    """A mark in the middle, in the tone of its row."""
    TONED = "toned"
    """In the tone of its row."""
    LEAD = "lead"
    """What the row says: in full, until it is past."""
    QUIET = "quiet"


class TextColumn(NamedTuple):
    """Head, width in characters (0 takes what is left), whether it stands right, and what it says.

    It is shown from a width of the table on (`from_px`): first of all the text needs room.
    """

    head: str
    characters: int
    numeric: bool
    why: str
    from_px: int = 0
    ink: Ink = Ink.QUIET


class Line(NamedTuple):
    """One row: what identifies it, the tone of its mark, its cells, whether it is to be read as past, and its text.

    `whys` are tooltips of single cells, by column; `group` is what a filter goes by.
    """

    id: tuple[str, ...] | int | str
    tone: Tone
    cells: tuple[str, ...]
    quiet: bool
    text: str
    whys: tuple[tuple[int, str], ...] = ()
    group: str = ""


MEDIUM = 60 * theme.GRID
ROOMY = 2 * theme.PANEL_MIN_WIDTH + 10 * theme.GRID
WIDE = 125 * theme.GRID


def when(instant_us: int | None, now_us: int) -> str:
    """Return a time of today as "14:31:07", of another day as "02 Dec 14:31:07"."""
    clock = formats.ny_clock(instant_us)
    if instant_us is None or formats.ny_day(instant_us) == formats.ny_day(now_us):
        return clock
    return f"{formats.ny_day(instant_us)} {clock}"
