"""Backup and restore: an online copy, verified by opening it; the last fourteen are kept.

SQLite copies page by page through its own backup interface while others write. PostgreSQL has its own tools for
copies of a server; here the tables are copied into an SQLite file, which restores into either database.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import MetaData, func, insert, inspect, select, text

from secondskies_desktop.foundation import anchors
from secondskies_desktop.foundation.audit import Anchor, AuditRow
from secondskies_desktop.foundation.database.engine import read_engine, sqlite_url, write_engine
from secondskies_desktop.foundation.database.failure import (
    DatabaseDamaged,
    DatabaseTooNew,
    DatabaseUnreachable,
    named,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL, Connection

KEPT = 14
_PATTERN = "secondskies-*.db"
_DRAFT = ".backup-"
_DRAFT_IS_LEFT_S = 3_600.0
"""A draft that nobody has written to for so long was left by a process that was killed."""


class Backup(NamedTuple):
    """A verified copy: its file, how many arrivals it holds, and the SHA-256 of the file."""

    file: Path
    rows: int
    sha256: str


def make_backup(url: URL, target: Path) -> Backup:
    """Copy a database into a file, verify the copy, and only then give it its name; raises DatabaseProblem."""
    target = target.resolve()
    if not target.parent.is_dir():
        raise DatabaseUnreachable(f"no such folder: {target.parent}")
    if _is_part_of(url, target):
        # Whoever has it open would write on into a file without a name.
        raise DatabaseUnreachable(f"{target.name} is the database itself: a copy needs another name")
    handle, name = tempfile.mkstemp(prefix=_DRAFT, suffix=".db", dir=target.parent)
    os.close(handle)
    draft = Path(name)
    try:
        if url.get_backend_name() == "sqlite":
            _copy_sqlite(Path(url.database or ""), draft)
        else:
            _copy_tables(url, sqlite_url(draft))
        _make_one_file(draft)
        rows = verify(draft)
        digest = _sha256(draft)
        draft.replace(target)
    except Exception as error:
        raise named(error) from error
    finally:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{draft}{suffix}").unlink(missing_ok=True)
    return Backup(target, rows, digest)


def rolling_backup(url: URL, folder: Path, reason: str = "daily", now: float | None = None) -> Backup:
    """Make a backup in a folder and keep the newest fourteen."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    made = make_backup(url, folder / f"secondskies-{stamp}-{reason}.db")
    anchor_trail(url, folder, made.file, time.time() if now is None else now)
    for old in sorted(folder.glob(_PATTERN))[:-KEPT]:
        old.unlink(missing_ok=True)
    for draft in folder.glob(f"{_DRAFT}*"):
        if time.time() - draft.stat().st_mtime > _DRAFT_IS_LEFT_S:
            draft.unlink(missing_ok=True)
    return made


def anchor_trail(url: URL, folder: Path, copy: Path, now: float) -> None:
    """Note in a folder how far the audit trail of a database reached when a copy was made (seconds); OSError."""
    head = trail_head(copy)
    if head is not None:
        name = anchors.name_of(url, folder)
        anchors.note(folder, Anchor(int(now * 1e6), name, copy.name, head.id, head.hash.hex()))


def trail_head(copy: Path) -> AuditRow | None:
    """Return the newest row of the audit trail of a copy, None where it has none; raises DatabaseProblem."""
    return next(_trail(copy, "ORDER BY id DESC LIMIT 1"), None)


def trail_from(copy: Path, row_id: int) -> Iterator[AuditRow]:
    """Yield the audit trail of a copy from a row on; raises DatabaseProblem."""
    return _trail(copy, "WHERE id>=? ORDER BY id", row_id)


def _trail(copy: Path, which: str, *values: int) -> Iterator[AuditRow]:
    connection = None
    try:
        connection = _open_read_only(copy, alone=True)
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name='audit_trail'").fetchone():
            query = f"SELECT {','.join(AuditRow._fields)} FROM audit_trail {which}"
            yield from map(AuditRow._make, connection.execute(query, values))
    except Exception as error:
        raise named(error) from error
    finally:
        if connection is not None:
            connection.close()


def verify(file: Path) -> int:
    """Open a copy, check it whole, and return its number of arrivals; raises DatabaseProblem.

    Not a byte of the file changes, so that its SHA-256 stays what it was when it was made.
    """
    from secondskies_desktop.foundation.database.migrate import known_revisions

    try:
        connection = _open_read_only(file, alone=True)
        try:
            verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
            if verdict != "ok":
                raise DatabaseDamaged(f"{file.name}: {verdict}")
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            if not {"inbox", "alembic_version"} <= tables:
                raise DatabaseDamaged(f"{file.name} holds no inbox: it is not a backup of this program")
            versions = {row[0] for row in connection.execute("SELECT version_num FROM alembic_version")}
            if not versions <= set(known_revisions()):
                raise DatabaseTooNew(f"{file.name} was made by a newer program: update this one first")
            return int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])
        finally:
            connection.close()
    except Exception as error:
        raise named(error) from error


def restore_backup(file: Path, url: URL) -> Backup:
    """Put a verified backup in the place of a database that holds no arrivals; raises DatabaseProblem.

    A database with arrivals is never overwritten: move it away first.
    """
    from secondskies_desktop.foundation.database.migrate import check_file

    if not file.is_file():
        raise DatabaseUnreachable(f"no such file: {file}")
    rows = verify(file)
    if url.get_backend_name() == "sqlite":
        target = Path(url.database or "").resolve()
        if not check_file(url) and _holds_arrivals(url):
            raise DatabaseUnreachable(
                f"{target.name} holds arrivals and is not overwritten: move it away first"
            )
        for suffix in ("-wal", "-shm"):
            Path(f"{target}{suffix}").unlink(missing_ok=True)
        return make_backup(sqlite_url(file), target)._replace(rows=rows)
    if _holds_arrivals(url):
        raise DatabaseUnreachable("the database holds arrivals and is not overwritten: use an empty one")
    _copy_tables(sqlite_url(file), url)
    return Backup(file, rows, _sha256(file))


def _is_part_of(url: URL, file: Path) -> bool:
    """Tell whether a file is an SQLite database or its log."""
    if url.get_backend_name() != "sqlite":
        return False
    parts = [Path(f"{url.database}{suffix}") for suffix in ("", "-wal", "-shm")]
    return any(
        file == part.resolve() or (file.exists() and part.exists() and file.samefile(part)) for part in parts
    )


def _holds_arrivals(url: URL) -> bool:
    engine = read_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("inbox"):
                return False
            return connection.execute(text("SELECT 1 FROM inbox LIMIT 1")).first() is not None
    except Exception as error:
        raise named(error) from error
    finally:
        engine.dispose()


def _copy_sqlite(source: Path, target: Path) -> None:
    from pysqlite3 import dbapi2

    origin = _open_read_only(source)
    copy = dbapi2.connect(str(target))
    try:
        # Without a read transaction that holds the source still, the copy begins again at every commit of
        # others, and never ends while alerts come in.
        origin.execute("BEGIN")
        origin.execute("SELECT count(*) FROM sqlite_master").fetchone()
        origin.backup(copy, pages=2_000, sleep=0.001)
    finally:
        copy.close()
        origin.close()


def _make_one_file(file: Path) -> None:
    """Leave write-ahead logging, so that the copy is one file and can be read where nothing may be written."""
    from pysqlite3 import dbapi2

    connection = dbapi2.connect(str(file))
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
    finally:
        connection.close()


def _open_read_only(file: Path, *, alone: bool = False) -> Any:
    from pysqlite3 import dbapi2

    still = "&immutable=1" if alone and not Path(f"{file}-wal").exists() else ""
    return dbapi2.connect(f"{file.resolve().as_uri()}?mode=ro{still}", uri=True)


def _copy_tables(source: URL, target: URL) -> None:
    from secondskies_desktop.foundation.database.migrate import create_schema, current_version

    reader, writer = read_engine(source), write_engine(target, wait_ms=5_000)
    found = MetaData()
    try:
        with reader.connect() as rows:
            create_schema(target, current_version(rows) or "head")
        with reader.connect() as rows, writer.begin() as sink:
            found.reflect(sink)
            for table in found.sorted_tables:
                if table.name == "alembic_version":
                    continue
                if sink.execute(select(func.count()).select_from(table)).scalar():
                    sink.execute(table.delete())
                query = select(table).execution_options(yield_per=1_000)
                for chunk in rows.execute(query).partitions():
                    sink.execute(insert(table), [dict(row._mapping) for row in chunk])  # noqa: SLF001 - SQLAlchemy's documented way to a row as a mapping
            if sink.dialect.name == "postgresql":
                _go_on_counting(sink, found)
    finally:
        reader.dispose()
        writer.dispose()


def _go_on_counting(sink: Connection, tables: MetaData) -> None:
    """Let PostgreSQL number the next row of each table behind the copied ones."""
    for table in tables.sorted_tables:
        if "id" in table.columns:
            place = sink.execute(text(f"SELECT pg_get_serial_sequence('{table.name}', 'id')")).scalar()
            if place is not None:
                newest = f"coalesce((SELECT max(id) FROM {table.name}), 0)"
                sink.execute(text(f"SELECT setval('{place}', {newest} + 1, false)"))


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
