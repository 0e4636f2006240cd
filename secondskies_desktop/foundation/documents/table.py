"""Tables that are safe in a spreadsheet, as a CSV file or pasted: no cell becomes a formula (OWASP, CSV injection)."""

from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters that make a spreadsheet calculate, full-width forms included."""


def safe_cell(value: object) -> str | int | float:
    """Return a cell as it is written: numbers as they are, text that could be a formula behind an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(_STARTS) else text


def pasted(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as tab-separated lines for the clipboard: no cell holds a tab or a line break of its own."""
    return "\n".join("\t".join(str(safe_cell(_on_one_line(cell))) for cell in row) for row in rows)


def _on_one_line(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


def write_csv(file: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a table; the file takes its name only when it is whole. Returns the number of rows."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    count = 0
    try:
        with draft.open("w", newline="", encoding="utf-8") as handle:
            writer = csv.writer(handle)
            writer.writerow([safe_cell(name) for name in head])
            for row in rows:
                writer.writerow([safe_cell(value) for value in row])
                count += 1
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return count
