"""Heads of the audit trail, noted beside the backups: a small file that only grows, one JSON document a line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.audit import Anchor
from secondskies_desktop.foundation.decoding import json_decoder

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.engine import URL

FILE = "audit-anchors.jsonl"

_decode = json_decoder(Anchor)


class UnreadableAnchors(Exception):
    """A line of the file is none that the program wrote; the text names it."""


def name_of(url: URL, folder: Path) -> str:
    """Return how a database is called in the file: its place beside the folder, or its address without password."""
    if url.get_backend_name() != "sqlite":
        return url.render_as_string(hide_password=True)
    file = Path(url.database or "").resolve()
    home = folder.resolve().parent
    return file.relative_to(home).as_posix() if file.is_relative_to(home) else file.as_posix()


def note(folder: Path, anchor: Anchor) -> None:
    """Append an anchor and sync it; a trail without rows needs none. Raises OSError."""
    if not anchor.rows:
        return
    folder.mkdir(parents=True, exist_ok=True)
    line = msgspec.json.encode(anchor) + b"\n"
    with (folder / FILE).open("ab+") as handle:
        # What was torn by a loss of power stays a line of its own.
        if handle.tell() and not _ends_a_line(handle.fileno()):
            line = b"\n" + line
        handle.write(line)
        handle.flush()
        os.fsync(handle.fileno())


def _ends_a_line(descriptor: int) -> bool:
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1) == b"\n"


def read(folder: Path) -> list[Anchor]:
    """Return the anchors of all databases that have any in a folder, oldest first.

    A line that a loss of power tore says nothing; it is known by being only the beginning of one. Raises
    UnreadableAnchors and OSError.
    """
    file = folder / FILE
    if not file.exists():
        return []
    found: list[Anchor] = []
    for number, line in enumerate(file.read_bytes().split(b"\n"), 1):
        try:
            anchor = _decode(line) if line else None
        except (msgspec.MsgspecError, UnicodeError) as error:
            if line.startswith(b'{"at_us":') and not line.endswith(b"}"):
                continue
            raise UnreadableAnchors(f"line {number} of {FILE} cannot be read") from error
        if anchor is not None:
            found.append(anchor)
    return found
