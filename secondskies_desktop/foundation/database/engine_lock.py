"""One engine per database: an operating-system lock that a killed process cannot leave behind.

SQLite: a lock file beside the database. PostgreSQL: an advisory lock of the server, held by a connection.
"""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from filelock import FileLock, Timeout

from secondskies_desktop.foundation.database.failure import DatabaseProblem, DatabaseUnreachable, named
from secondskies_desktop.foundation.decoding import json_decoder

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.engine import URL, Connection


class EngineRunning(DatabaseProblem):
    """Another process is the engine of this database; the text names it."""


class Holder(msgspec.Struct, frozen=True):
    """The process that holds the lock, as it described itself."""

    pid: int
    host: str
    command: str


_decode_holder = json_decoder(Holder)


class EngineLock:
    """Held by the process that folds, schedules and listens.

    A server that restarts forgets it: `renew`, now and then, takes it again.
    """

    def __init__(self, url: URL, command: str) -> None:
        self._url = url
        self._me = Holder(os.getpid(), socket.gethostname(), command)
        self._file: FileLock | None = None
        self._connection: Connection | None = None
        self._held = False

    def acquire(self) -> None:
        """Take the lock at once or raise EngineRunning, which names the process that has it."""
        if self._url.get_backend_name() == "sqlite":
            self._acquire_file(Path(self._url.database or ""))
        else:
            self._acquire_advisory()
        self._held = True

    def renew(self) -> None:
        """Take the lock again where the server lost it; raises DatabaseProblem where that cannot be."""
        if not self._held or self._file is not None:
            return
        try:
            if self._connection is not None:
                self._connection.exec_driver_sql("SELECT 1")
                return
        except Exception:
            self._connection = None
        self._acquire_advisory()

    def release(self) -> None:
        """Let go of the lock."""
        self._held = False
        if self._file is not None:
            self._note_file().unlink(missing_ok=True)
            self._file.release()
            self._file = None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            connection.engine.dispose()

    def _note_file(self) -> Path:
        return Path(f"{self._url.database}.engine.json")

    def _acquire_file(self, database: Path) -> None:
        if not database.parent.is_dir():
            # The lock would make it, and a mistyped path would become a new, empty database.
            raise DatabaseUnreachable(f"the folder of the database does not exist: {database.parent}")
        lock = FileLock(f"{database}.engine.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise EngineRunning(_said(self._holder())) from None
        except OSError as error:
            raise named(error) from error
        self._file = lock
        self._note_file().write_bytes(msgspec.json.encode(self._me))

    def _holder(self) -> Holder | None:
        try:
            return _decode_holder(self._note_file().read_bytes())
        except (OSError, msgspec.MsgspecError):
            return None

    def _acquire_advisory(self) -> None:
        from sqlalchemy import create_engine, text
        from sqlalchemy.pool import NullPool

        key = int.from_bytes(hashlib.sha256(b"second skies engine").digest()[:8], "big", signed=True)
        name = f"secondskies pid {self._me.pid} on {self._me.host}"[:63]
        engine = create_engine(
            self._url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"application_name": name, "connect_timeout": 5},
        )
        try:
            connection = engine.connect()
            if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar():
                self._connection = connection
                return
            found = connection.execute(
                text(
                    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
                    "WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database() LIMIT 1"
                )
            ).scalar()
            connection.close()
        except Exception as error:
            engine.dispose()
            raise named(error) from error
        engine.dispose()
        raise EngineRunning(f"the engine of this database is already running: {found or 'unknown'}")


def _said(holder: Holder | None) -> str:
    if holder is None:
        return "the engine of this database is already running in another process"
    return (
        f"the engine of this database is already running: {holder.command}, "
        f"process {holder.pid} on {holder.host}"
    )
