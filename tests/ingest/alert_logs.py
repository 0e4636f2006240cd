"""Alert logs as TradingView exports them: newest row first."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from secondskies_desktop.ingest.alert_log import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

TICKER = "CME_MINI:MNQ1!, 1m"
BEGIN = datetime(2025, 12, 9, 14, 0, tzinfo=UTC)

Row = tuple[str, str, str, str, str]


def log_row(body: str, second: int, alert_id: str = "2839", ticker: str = TICKER) -> Row:
    """Return one row of a log, that many seconds after its beginning."""
    at = (BEGIN + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (alert_id, ticker, "my alert", body, at)


def write_log(file: Path, oldest_first: Sequence[Row]) -> Path:
    """Write a log whose newest row comes first."""
    with file.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(COLUMNS)
        writer.writerows(reversed(oldest_first))
    return file


def real_logs() -> list[Path]:
    """Return the trader's own logs, where SECONDSKIES_ALERT_LOGS names their folder."""
    folder = os.environ.get("SECONDSKIES_ALERT_LOGS")
    return sorted(Path(folder).glob("*.csv")) if folder else []
