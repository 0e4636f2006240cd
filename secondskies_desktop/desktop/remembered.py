"""What the window remembers between starts: layouts, filters, widths of columns; plain JSON in the profile.

Not QSettings: what it reads from a file may be any Python object, and reading one runs the code that made it. Here a
value is a text, a list of texts, or bytes with their checksum, because Qt ends the program over a damaged layout. A
file that is something else is as good as none. No Qt.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.decoding import json_decoder
from secondskies_desktop.foundation.logs import logger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MAX_FILE_BYTES = 4 * 1024 * 1024
"""A hundred layouts take a tenth of it."""

_log = logger(__name__)


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bytes that mean something to Qt alone, and their checksum."""

    data: bytes
    sha256: str


Value = str | list[str] | Sealed
_decode = json_decoder(dict[str, Value])


class Remembered:
    """Values by name; a slash in a name goes into a part. `write` puts all of them down."""

    def __init__(self, file: Path, prefix: str = "", values: dict[str, Value] | None = None) -> None:
        """Read a file, unless its `values` are there already."""
        self._file = file
        self._prefix = prefix
        self._values = _read(file) if values is None else values

    def part(self, name: str) -> Remembered:
        """Return the same, of which only what is below a name is seen."""
        return Remembered(self._file, f"{self._prefix}{name}/", self._values)

    def text(self, name: str) -> str:
        """Return a text, empty where there is none."""
        found = self._values.get(self._prefix + name)
        return found if isinstance(found, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return a list of texts, empty where there is none."""
        found = self._values.get(self._prefix + name)
        return list(found) if isinstance(found, list) else []

    def data(self, name: str) -> bytes | None:
        """Return bytes as they were kept; None where there are none, or where they are damaged."""
        found = self._values.get(self._prefix + name)
        is_whole = isinstance(found, Sealed) and hashlib.sha256(found.data).hexdigest() == found.sha256
        return found.data if isinstance(found, Sealed) and is_whole else None

    def keep(self, name: str, value: str | Sequence[str] | bytes) -> None:
        """Keep a value in place of an older one."""
        if isinstance(value, bytes):
            self._values[self._prefix + name] = Sealed(value, hashlib.sha256(value).hexdigest())
        else:
            self._values[self._prefix + name] = value if isinstance(value, str) else list(value)

    def forget(self, name: str) -> None:
        """Forget a value."""
        self._values.pop(self._prefix + name, None)

    def names(self) -> list[str]:
        """Return the names of what is kept here."""
        return [name.removeprefix(self._prefix) for name in self._values if name.startswith(self._prefix)]

    def write(self) -> None:
        """Put everything down; what cannot be written is worth no more than a line in the log."""
        draft = self._file.with_suffix(".new")
        try:
            draft.write_bytes(msgspec.json.format(msgspec.json.encode(self._values), indent=1))
            draft.replace(self._file)
        except (OSError, UnicodeEncodeError) as error:
            _log.warning("the window's layout could not be written", reason=str(error))


def _read(file: Path) -> dict[str, Value]:
    try:
        if not file.is_file() or file.stat().st_size > MAX_FILE_BYTES:
            return {}
        return _decode(file.read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        _log.warning("the window's layout could not be read", reason=str(error))
        return {}
