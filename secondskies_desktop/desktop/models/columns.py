"""The columns of the table of signals; their numbers are kept in saved layouts and only ever grow."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from secondskies_desktop.desktop import theme


class Column(IntEnum):
    """A column of Live Signals, in the order that ships."""

    DIRECTION = 0
    SIGNAL = 1
    SESSION = 2
    STATUS = 3
    NO_BE_MFE = 4
    BE_MFE = 5
    MAE = 6
    NOW = 7
    HTF = 8
    ENTRY = 9
    STOP = 10
    RISK = 11
    LATEST = 12
    MARKS = 13
    TRADE_ID = 14


class ColumnFacts(NamedTuple):
    """Head, its explanation, the name in a copy, the text that the width is made for, and the rank.

    Where the panel is too narrow for all, columns of the highest rank step aside first; rank 0 always stays.
    """

    head: str
    why: str
    copied: str
    widest: str
    extra: int
    """Pixels beside the text: bars, marks, ages."""
    numeric: bool
    rank: int


COLUMNS: dict[Column, ColumnFacts] = {
    Column.DIRECTION: ColumnFacts("", "▲ bullish, ▼ bearish", "direction", "▲", 0, False, 0),
    Column.SIGNAL: ColumnFacts(
        "Signal NY",
        "Open of the triangle's bar, New York; ~ where only a later time is known",
        "signal_ny",
        "00 Mmm 00:00",
        0,
        False,
        0,
    ),
    Column.SESSION: ColumnFacts(
        "Session",
        "Session of the signal bar; after hours is untraded",
        "session",
        "AFTER HRS",
        0,
        False,
        2,
    ),
    Column.STATUS: ColumnFacts(
        "Status", "Where the signal stands", "status", "BE protected", 2 * theme.MARK, False, 0
    ),
    Column.NO_BE_MFE: ColumnFacts(
        "MFE No-BE",
        "Best excursion in R of the trade whose stop never moves; full bar 3R, tick at 1R",
        "mfe_no_be_r",
        "00.00R",
        theme.BAR_TRACK,
        True,
        0,
    ),
    Column.BE_MFE: ColumnFacts(
        "MFE BE=1",
        "Best excursion in R of the trade whose stop goes to entry at +1R; full bar 3R, tick at 1R",
        "mfe_be_1_r",
        "00.00R",
        theme.BAR_TRACK,
        True,
        0,
    ),
    Column.MAE: ColumnFacts(
        "MAE",
        "How far it went against the trade, in R; full bar −1R",
        "mae_r",
        "−0.00R",
        theme.MAE_TRACK,
        True,
        1,
    ),
    Column.NOW: ColumnFacts(
        "Now", "Last price in R from the entry, while a trade runs", "now_r", "+00.00R", 0, True, 1
    ),
    Column.HTF: ColumnFacts(
        "HTF",
        "Daily, 4 h, 1 h, 15 min, 5 min, 1 min: ● with the signal, ○ against it, – neutral, · not known",
        "htf",
        "",
        6 * theme.HTF_STEP,
        False,
        1,
    ),
    Column.ENTRY: ColumnFacts("Entry", "Entry price, points", "entry_price", "00,000.00", 0, True, 5),
    Column.STOP: ColumnFacts("Stop", "Stop loss, points", "stop_loss", "00,000.00", 0, True, 6),
    Column.RISK: ColumnFacts("Risk", "Entry to stop in points: 1R", "risk_points", "000.00", 0, True, 7),
    Column.LATEST: ColumnFacts(
        "Latest", "Newest event and how long ago", "latest_event", "BE triggered", theme.AGE_WIDTH, False, 3
    ),
    Column.MARKS: ColumnFacts(
        "Marks",
        "A ambiguous bar · I something inferred · R times from a replay",
        "marks",
        "",
        3 * theme.MARK_STEP,
        False,
        4,
    ),
    Column.TRADE_ID: ColumnFacts(
        "Trade id", "As received", "trade_id", "20250000_000000000_BEARISH", 0, False, 8
    ),
}
COLUMN_COUNT = len(COLUMNS)
