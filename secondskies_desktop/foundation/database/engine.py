"""Engines: SQLite through pysqlite3 (its SQLite has the WAL-reset fix) and PostgreSQL through psycopg 3.

The driver module is chosen here and nowhere else: two SQLite libraries on one WAL file corrupt it.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.pool import NullPool, QueuePool

from secondskies_desktop.foundation.database.failure import DatabaseDamaged, DatabaseUnreachable, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Engine

__all__ = [
    "URL",
    "Connection",
    "bounded",
    "first_look",
    "parse_url",
    "read_engine",
    "sqlite_url",
    "sqlite_version",
    "swift_transaction",
    "write_engine",
]

READ_WAIT_MS = 5_000
_CACHED_STATEMENTS = 256
# Negative: KiB. There is one writer, and a reader for every thread of a window.
_WRITER_PAGES = -16_000
_READER_PAGES = -4_000
_STEPS_BETWEEN = 10_000
"""Instructions of SQLite's machine, about a millisecond, between two looks at the clock."""
SAFE_SQLITE = (3, 51, 3)
"""The first release without the WAL-reset bug (reliability.md §2.1)."""


def sqlite_url(file: Path) -> URL:
    """Return the URL of an SQLite file."""
    return URL.create("sqlite", database=str(file))


def parse_url(text: str) -> URL:
    """Return a URL that names a database we can use; raises DatabaseUnreachable."""
    try:
        url = make_url(text)
    except Exception as error:
        raise DatabaseUnreachable("the database URL cannot be read") from error
    backend = url.get_backend_name()
    if backend == "sqlite":
        if not url.database or url.database == ":memory:":
            raise DatabaseUnreachable("SQLite needs a file: nothing in memory would survive")
        return url.set(drivername="sqlite")
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise DatabaseUnreachable(f"not a database we know: {backend}")


def sqlite_version() -> str:
    """Return the version of the SQLite library that is really used."""
    from pysqlite3 import dbapi2

    version: str = dbapi2.sqlite_version
    return version


@contextlib.contextmanager
def first_look(url: URL) -> Iterator[None]:
    """Read a row of every table of an SQLite file that has a log; raises DatabaseProblem.

    SQLite deletes the log of an empty file, and whoever closes a file last moves the log into it, even into a
    damaged one: not before this look is over, which may not write.
    """
    file = Path(url.database or "").absolute()
    log = Path(f"{file}-wal")
    if url.get_backend_name() != "sqlite" or not log.exists() or not log.stat().st_size:
        yield
        return
    if not file.exists() or not file.stat().st_size:
        raise DatabaseDamaged(f"{file.name} is empty although its log is there; it was left as it is")
    from pysqlite3 import dbapi2

    with contextlib.ExitStack() as open_until_then:
        try:
            address = f"{file.as_uri()}?mode=ro"
            connection = dbapi2.connect(address, uri=True, timeout=READ_WAIT_MS / 1000)
            open_until_then.callback(connection.close)
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
            for (name,) in tables:
                connection.execute(f'SELECT * FROM "{name}" LIMIT 1').fetchall()
        except Exception as error:
            raise named(error) from error
        yield


def write_engine(url: URL, *, wait_ms: int = 100, durable: bool = True) -> Engine:
    """Return the engine of a writer: every transaction takes the write lock at once.

    `wait_ms` bounds one attempt to get the lock. `durable` syncs each commit to disk; without it a commit
    survives a crash of the program but not of the machine, which is enough for what can be derived again.
    """
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url,
            poolclass=QueuePool,
            pool_size=2,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "options": "-c lock_timeout=2000"},
        )
    synchronous = "FULL" if durable else "NORMAL"
    pragmas = (f"PRAGMA synchronous={synchronous}", f"PRAGMA cache_size={_WRITER_PAGES}")
    return _sqlite_engine(url, "BEGIN IMMEDIATE", wait_ms, pragmas)


def read_engine(url: URL) -> Engine:
    """Return an engine that can only read; its connections may be used from any thread, one at a time.

    One connection sees one moment from its first statement to its end, on both databases.
    """
    if url.get_backend_name() != "sqlite":
        engine = create_engine(
            url,
            pool_size=3,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
            connect_args={"connect_timeout": 5},
        )
        return engine.execution_options(postgresql_readonly=True)
    return _sqlite_engine(
        url, "BEGIN", READ_WAIT_MS, ("PRAGMA query_only=1", f"PRAGMA cache_size={_READER_PAGES}")
    )


@contextlib.contextmanager
def swift_transaction(connection: Connection) -> Iterator[Connection]:
    """Hold a write transaction as `connection.begin()` does, on SQLite without what that costs around each.

    For the appends, whose callers wait: it is a quarter of the time of a commit that holds one row.
    """
    if connection.dialect.name != "sqlite":
        with connection.begin():
            yield connection
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        driver.rollback()
        raise
    driver.commit()


@contextlib.contextmanager
def bounded(connection: Connection, seconds: float) -> Iterator[Connection]:
    """Read for so long at most: a question that takes longer is broken off, with the database's own error.

    On SQLite what is asked within counts together, on PostgreSQL each statement for itself.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, round(1_000 * seconds))}")
        yield connection
        return
    driver: Any = connection.connection.driver_connection
    give_up = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > give_up, _STEPS_BETWEEN)
    try:
        yield connection
    finally:
        driver.set_progress_handler(None, 0)


def _as_it_is(value: object) -> object:
    return value


def _sqlite_engine(url: URL, begin: str, wait_ms: int, pragmas: tuple[str, ...]) -> Engine:
    from pysqlite3 import dbapi2

    # The driver binds numbers and text at once, but asks every other value in vain for two methods that it
    # might have. A ready answer saves half the time of a row.
    dbapi2.register_adapter(bytes, bytes)
    dbapi2.register_adapter(type(None), _as_it_is)
    engine = create_engine(
        url,
        module=dbapi2,
        poolclass=NullPool if begin == "BEGIN IMMEDIATE" else QueuePool,
        connect_args={
            "check_same_thread": False,
            "isolation_level": None,
            "timeout": wait_ms / 1000,
            "cached_statements": _CACHED_STATEMENTS,
        },
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
