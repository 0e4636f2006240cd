"""Another program that works on an SQLite file and does not let go of it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.engine import URL

_HOLD = """
import sys
from pysqlite3 import dbapi2
connection = dbapi2.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
connection.close()
"""


class LockHolder:
    """A process that holds every writer back for as long as the context lasts."""

    def __init__(self, url: URL) -> None:
        self._command = [sys.executable, "-c", _HOLD, str(url.database)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"locked\n"
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.communicate(timeout=10)
