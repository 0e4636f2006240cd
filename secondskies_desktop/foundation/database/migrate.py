"""Opening a database: is it ours, is it whole, is it as new as the program, and what it needs.

Alembic is imported only when a step is due; a backup is taken first.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from secondskies_desktop.foundation.database import backup
from secondskies_desktop.foundation.database.engine import first_look, write_engine
from secondskies_desktop.foundation.database.failure import (
    DatabaseDamaged,
    DatabaseTooNew,
    DatabaseUnreachable,
    named,
)
from secondskies_desktop.foundation.database.migrations import HEAD

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection

_VERSION_TABLE = "alembic_version"


def ensure_schema(url: URL, backups: Path | None = None) -> bool:
    """Bring a database to the schema of this program; returns whether anything was done.

    Raises DatabaseProblem: damaged, too new, locked or out of reach. A damaged file is never written to.
    """
    fresh = check_file(url)
    try:
        with first_look(url):
            return _bring_up(url, backups, fresh=fresh)
    except Exception as error:
        raise named(error) from error


def _bring_up(url: URL, backups: Path | None, *, fresh: bool) -> bool:
    if not fresh and _version_by_read(url) == HEAD:
        return False
    engine = write_engine(url, wait_ms=5_000)
    try:
        with engine.connect() as connection:
            version = current_version(connection)
            of_others = version is None and _is_of_others(connection)
            connection.rollback()
            if version == HEAD:
                return False
            if of_others:
                raise DatabaseDamaged("this is not a database of this program; nothing was added to it")
            if version is not None and backups is not None:
                backup.rolling_backup(url, backups, reason=f"before-{HEAD}")
            _upgrade(connection)
    finally:
        engine.dispose()
    return True


def check_file(url: URL) -> bool:
    """Look at an SQLite file before opening it for writing; returns whether it is new or empty."""
    if url.get_backend_name() != "sqlite":
        return False
    file = Path(url.database or "")
    if not file.parent.is_dir():
        raise DatabaseUnreachable(f"the folder of the database does not exist: {file.parent}")
    if not file.exists():
        return True
    try:
        with file.open("rb") as handle:
            head = handle.read(16)
    except OSError as error:
        raise DatabaseUnreachable(f"the database file cannot be read: {error.strerror}") from error
    if head and head != b"SQLite format 3\x00":
        raise DatabaseDamaged(f"{file.name} is not an SQLite database; it was left as it is")
    if not head and file.with_name(f"{file.name}-wal").exists():
        raise DatabaseDamaged(f"{file.name} is empty although its log is there; it was left as it is")
    return not head


def _version_by_read(url: URL) -> str | None:
    engine = write_engine(url, wait_ms=5_000)
    try:
        with engine.connect() as connection:
            return current_version(connection)
    finally:
        engine.dispose()


def current_version(connection: Connection) -> str | None:
    """Return the revision of a database, None where it has none; raises DatabaseTooNew for an unknown one."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    version: str | None = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()
    if version is not None and version not in known_revisions():
        raise DatabaseTooNew(
            f"the database has schema {version}, newer than this program (schema {HEAD}): update the program"
        )
    return version


def _is_of_others(connection: Connection) -> bool:
    """Tell whether an SQLite file without our version table holds tables; a server's database may."""
    return connection.dialect.name == "sqlite" and bool(inspect(connection).get_table_names())


def known_revisions() -> list[str]:
    """Return the revisions that this program has steps for, oldest first."""
    folder = resources.files("secondskies_desktop.foundation.database.migrations.versions")
    names = (entry.name for entry in folder.iterdir())
    return sorted(name[1:5] for name in names if name.startswith("v") and name.endswith(".py"))


def create_schema(url: URL, revision: str) -> None:
    """Create the schema of a revision in a database that has none yet."""
    engine = write_engine(url, wait_ms=5_000)
    try:
        with engine.connect() as connection:
            if current_version(connection) is None:
                connection.rollback()
                _upgrade(connection, revision)
    finally:
        engine.dispose()


def _upgrade(connection: Connection, revision: str = "head") -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    with connection.begin():
        command.upgrade(config, revision)
