"""TradingView's alert-log export: CSV rows, newest first, read as arrivals, oldest first."""

from __future__ import annotations

import csv
import hashlib
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from secondskies_desktop.foundation.clock import as_us
from secondskies_desktop.ingest.store import Arrival
from secondskies_desktop.signals.wire import MAX_BODY_BYTES

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("Alert ID", "Ticker", "Name", "Description", "Time")
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
MAX_FILE_BYTES = 512 * 1024 * 1024
_BLOCK = 1024 * 1024


class UnreadableLog(Exception):
    """The file is not an alert log; the text names file, line and field."""


def count_lines(file: Path) -> int:
    """Return how many lines a file has, as a measure of the work; raises UnreadableLog before it reads too much."""
    try:
        _refuse_endless(file)
        with file.open("rb") as handle:
            return sum(block.count(b"\n") for block in iter(lambda: handle.read(_BLOCK), b""))
    except OSError as error:
        raise UnreadableLog(f"{file.name}: {error.strerror}") from error


def _refuse_endless(file: Path) -> None:
    """Raise UnreadableLog for what has no end or does not answer: a device, a pipe, a file of any size."""
    found = file.stat()
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableLog(f"{file.name}: not a file")
    if found.st_size > MAX_FILE_BYTES:
        raise UnreadableLog(f"{file.name}: larger than {MAX_FILE_BYTES // 1024 // 1024} MB")


def read_alert_log(file: Path) -> list[Arrival]:
    """Return the arrivals of an alert log, oldest first; raises UnreadableLog and reads nothing by halves."""
    try:
        _refuse_endless(file)
        with file.open(newline="", encoding="utf-8-sig") as handle:
            rows = csv.DictReader(handle, strict=True)
            try:
                return _read(file, rows)
            except csv.Error as error:
                raise UnreadableLog(f"{file.name}: line {rows.reader.line_num}: {error}") from error
    except OSError as error:
        raise UnreadableLog(f"{file.name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableLog(f"{file.name}: not UTF-8 text (byte {error.start})") from error


def _read(file: Path, rows: csv.DictReader[str]) -> list[Arrival]:
    csv.field_size_limit(MAX_BODY_BYTES)
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise UnreadableLog(f"{file.name}: line 1: no column {missing[0]!r}")
    # A name of a file may be bytes that are no text.
    source = f"log:{file.name}"[:200].encode("utf-8", "replace").decode()
    arrivals = []
    for row in rows:
        place = f"{file.name}: line {rows.line_num}"
        if any(row[name] is None for name in COLUMNS):
            raise UnreadableLog(f"{place}: the row ends before {COLUMNS[-1]!r}")
        if None in row:
            raise UnreadableLog(f"{place}: the row goes on behind {COLUMNS[-1]!r}")
        stream = stream_of_ticker(row["Ticker"])
        if stream is None:
            raise UnreadableLog(f"{place}: Ticker: not a chart: {row['Ticker'][:60]!r}")
        body = row["Description"].encode()
        digest = hashlib.sha256(body).digest()
        received_us = _time(place, row["Time"])
        key = hashlib.sha256(b"\x00".join((row["Alert ID"].encode(), row["Time"].encode(), digest))).digest()
        arrivals.append(Arrival(received_us, source, stream, digest, key, body))
    arrivals.reverse()
    arrivals.sort(key=lambda one: one.received_us)
    return arrivals


def _time(place: str, word: str) -> int:
    try:
        moment = datetime.fromisoformat(word.strip())
    except ValueError:
        raise UnreadableLog(f"{place}: Time: not a time: {word[:40]!r}") from None
    if moment.tzinfo is None:
        raise UnreadableLog(f"{place}: Time: no time zone: {word[:40]!r}")
    if not _FIRST <= moment < _LAST:
        raise UnreadableLog(f"{place}: Time: not in this century: {word[:40]!r}")
    return as_us(moment)


def stream_of_ticker(ticker: str) -> str | None:
    """Return the chart that a ticker column names: `CME_MINI:MNQ1!, 1m` is `MNQ1! 1m`; None if none."""
    symbol, comma, timeframe = ticker.partition(",")
    return stream_name(symbol, timeframe) if comma else None


def stream_name(symbol: str, timeframe: str) -> str | None:
    """Return the name of a chart by symbol (with or without exchange) and timeframe; None if it is none."""
    name, frame = symbol.rpartition(":")[2].strip(), timeframe.strip()
    if not name or not frame or len(name) > 40 or len(frame) > 10 or " " in name or " " in frame:  # noqa: PLR2004 - longer is no symbol, and no timeframe
        return None
    if not (name + frame).isprintable():
        return None
    return f"{name} {frame}"
