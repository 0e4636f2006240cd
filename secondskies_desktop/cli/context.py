"""What every command shares: the profile that was asked for, and how an answer is printed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from secondskies_desktop.foundation.profile import Profile

JSON = typer.Option("--json", help="One JSON document on stdout and nothing else.")


@dataclass(slots=True)
class Asked:
    """The common options as they were given."""

    home: Path | None = None
    database: str | None = None


asked = Asked()


def profile() -> Profile:
    """Return the profile that was asked for, its database at the program's schema."""
    from secondskies_desktop.foundation.database.migrate import ensure_schema

    found = bare_profile()
    ensure_schema(found.database, found.backups)
    return found


def bare_profile() -> Profile:
    """Return the profile that was asked for, its database not yet opened."""
    from secondskies_desktop.foundation.profile import open_profile

    return open_profile(asked.home, asked.database)


def say(answer: Any, table: Callable[[], Iterable[Sequence[object]]], *, as_json: bool) -> None:
    """Print an answer: as one JSON document, or as the rows of a table, its head first."""
    if as_json:
        say_line(answer)
        return
    rows = [[_cell(value) for value in row] for row in table()]
    if not rows:
        return
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")


def say_line(answer: Any) -> None:
    """Print one JSON document on a line of its own, at once."""
    sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
    sys.stdout.flush()


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, dict | list | tuple):
        value = msgspec.json.encode(value).decode()
    text = str(value)
    if text.isprintable():
        return text
    # A terminal would obey what an alert may hold.
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def progress(label: str, total: int | None = None) -> Callable[[int], bool]:
    """Return a callback that shows progress on a terminal and always says to go on."""
    if not sys.stderr.isatty():
        return lambda _done: True

    def show(done: int) -> bool:
        share = f" of {total}" if total else ""
        sys.stderr.write(f"\r{label}: {done}{share}")
        sys.stderr.flush()
        return True

    return show
