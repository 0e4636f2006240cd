"""The sample files of every format, and what has to be answered to read each."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from secondskies_desktop.trades.formats.mapped import Columns
from secondskies_desktop.trades.reading import Answers, Reading, read_file

FILES: Final = Path(__file__).parent / "files"
NEW_YORK: Final = "America/New_York"
SERVER: Final = "America/New_York+7"
COLUMNS: Final = Columns(
    symbol="What", quantity="How many", price="At", time="When", fees="Cost", account="Book"
)
ANSWERS: Final = {
    "tradovate-fills.csv": Answers(),
    "tradovate-orders.csv": Answers(zone=NEW_YORK),
    "tradovate-performance.csv": Answers(zone=NEW_YORK, account="DEMO1"),
    "tradovate-positions.csv": Answers(zone=NEW_YORK),
    "ninjatrader-executions.csv": Answers(zone=NEW_YORK),
    "ninjatrader-executions-german.csv": Answers(zone="Europe/Berlin"),
    "ninjatrader-trades.csv": Answers(zone=NEW_YORK),
    "topstepx-trades.csv": Answers(account="50K"),
    "rithmic-orders.csv": Answers(),
    "tradingview-orders.csv": Answers(zone="UTC", account="paper"),
    "mt5-positions.html": Answers(zone=SERVER, account="FTMO 1"),
    "mt5-positions-utf16.html": Answers(zone=SERVER, account="FTMO 1"),
    "ftmo-journal.csv": Answers(zone=SERVER, account="FTMO 1"),
    "mapped.csv": Answers(format_key="mapped", columns=COLUMNS, zone=NEW_YORK),
}


def content(name: str) -> bytes:
    """Return the bytes of a sample."""
    return (FILES / name).read_bytes()


def read(name: str) -> Reading:
    """Return a sample read with its answers."""
    return read_file(content(name), ANSWERS[name])
