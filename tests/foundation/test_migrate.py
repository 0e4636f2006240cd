"""Opening a database: new, old, newer than the program, damaged; and the schema that the steps make."""

from __future__ import annotations

import os
import shutil
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, inspect, text

import secondskies_desktop
from secondskies_desktop.foundation.database import migrate
from secondskies_desktop.foundation.database.engine import parse_url, sqlite_url, write_engine
from secondskies_desktop.foundation.database.failure import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseTooNew,
    DatabaseUnreachable,
)
from secondskies_desktop.foundation.database.metadata import METADATA
from secondskies_desktop.foundation.database.migrate import ensure_schema, known_revisions
from secondskies_desktop.foundation.database.migrations import HEAD
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.signals import store as signal_store
from tests.databases import inbox_of, put, reading, writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Inspector

    from secondskies_desktop.foundation.database.engine import URL
    from tests.postgres import PostgresServer

PACKAGE = Path(secondskies_desktop.__file__).parent
SAMPLES = sorted((Path(__file__).parents[1] / "data").glob("schema_*.db"))
BODIES = Path(__file__).parents[1] / "signals" / "bodies"
NEXT = f"{int(HEAD) + 1:04}"


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """A database in which there is nothing at all, of each kind."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "secondskies.db")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.new_database()


def all_tables() -> None:
    """Import every tables.py, so that MetaData knows all tables."""
    for file in PACKAGE.rglob("tables.py"):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        import_module(".".join(parts))


def description(inspector: Inspector) -> dict[str, Any]:
    """Return all that a database says of its tables, in an order of its own."""
    found: dict[str, Any] = {}
    for table in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        found[table] = {
            "columns": [
                (one["name"], str(one["type"]), one["nullable"], str(one["default"]).replace(f"{table}_", ""))
                for one in inspector.get_columns(table)
            ],
            "key": inspector.get_pk_constraint(table),
            "indexes": sorted(inspector.get_indexes(table), key=lambda one: str(one["name"])),
            "unique": sorted(inspector.get_unique_constraints(table), key=lambda one: str(one["name"])),
            "foreign": inspector.get_foreign_keys(table),
            "options": inspector.get_table_options(table),
        }
    return found


def test_that_the_steps_make_exactly_the_tables_of_the_rooms(
    bare: URL, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    all_tables()
    ensure_schema(bare)
    if bare.get_backend_name() == "sqlite":
        other = sqlite_url(tmp_path / "other.db")
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        other = server.new_database()
    engine = write_engine(other)
    with engine.begin() as connection:
        METADATA.create_all(connection)
    engine.dispose()
    found = []
    for url in (bare, other):
        with reading(url) as connection:
            found.append(description(inspect(connection)))
    assert set(found[0]) == set(METADATA.tables)
    assert found[0] == found[1]


def test_that_head_is_the_newest_step() -> None:
    assert known_revisions()[-1] == HEAD
    assert known_revisions() == sorted(set(known_revisions()))


def test_that_a_second_opening_does_nothing(bare: URL) -> None:
    assert ensure_schema(bare)
    assert not ensure_schema(bare)


def test_that_a_newer_schema_is_refused_and_left_alone(bare: URL) -> None:
    ensure_schema(bare)
    with writing(bare) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match="9999, newer than this program"):
        ensure_schema(bare)
    with reading(bare) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_that_a_backup_is_taken_before_a_step(
    sqlite_file_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(sqlite_file_url, b"alert")
    seen: list[list[str]] = []
    monkeypatch.setattr(migrate, "HEAD", NEXT)
    monkeypatch.setattr(
        migrate,
        "_upgrade",
        lambda _connection: seen.append([file.name[-14:] for file in (tmp_path / "backups").iterdir()]),
    )
    assert ensure_schema(sqlite_file_url, tmp_path / "backups")
    assert seen == [[f"before-{NEXT}.db"]]


def test_that_no_step_is_made_where_the_backup_fails(
    sqlite_file_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "backups").write_text("in the way")
    monkeypatch.setattr(migrate, "HEAD", NEXT)
    monkeypatch.setattr(migrate, "_upgrade", lambda _connection: pytest.fail("there is no backup"))
    with pytest.raises(DatabaseUnreachable):
        ensure_schema(sqlite_file_url, tmp_path / "backups")


def test_that_every_released_schema_has_a_sample() -> None:
    assert [file.stem.removeprefix("schema_") for file in SAMPLES] == known_revisions()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.stem)
def test_that_a_database_of_every_released_schema_is_opened_and_goes_on(sample: Path, tmp_path: Path) -> None:
    file = tmp_path / "secondskies.db"
    shutil.copy(sample, file)
    url = sqlite_url(file)
    assert ensure_schema(url, tmp_path / "backups") == (HEAD not in sample.stem)
    with reading(url) as connection:
        before = {row.view.trade_id: row.view.status for row in signal_store.every(connection)}
        assert store.last_arrival(connection) > store.position(connection) > 0
        assert [token.name for token in store.list_tokens(connection)] == ["default"]
    put(url, (BODIES / "telemetry_z_entry.json").read_bytes())
    pump = Pump(url)
    pump.run_to_end()
    pump.close()
    with reading(url) as connection:
        after = {row.view.trade_id: row.view.status for row in signal_store.every(connection)}
        assert store.position(connection) == store.last_arrival(connection) == len(inbox_of(url))
        assert len(store.dead_ids(connection)) == 1
    assert before
    assert set(before) < set(after)


def by_text(file: Path) -> None:
    """Something that was never a database."""
    file.write_text("Dear diary, today I traded well.\n" * 200)


def by_a_lost_file(file: Path) -> None:
    """The file is empty, and its log is not."""
    file.with_name(f"{file.name}-wal").write_bytes(os.urandom(8_240))
    file.write_bytes(b"")


def by_flipped_pages(file: Path) -> None:
    """Every page but the head of the first is noise."""
    file.write_bytes(file.read_bytes()[:100] + os.urandom(file.stat().st_size - 100))


def by_zeroed_pages(file: Path) -> None:
    """Every page but the head of the first is empty."""
    file.write_bytes(file.read_bytes()[:100] + bytes(file.stat().st_size - 100))


def by_a_cut(file: Path) -> None:
    """Half of the file is gone."""
    os.truncate(file, file.stat().st_size // 2)


HARMS = [by_text, by_a_lost_file, by_flipped_pages, by_zeroed_pages, by_a_cut]


@pytest.mark.parametrize("harm", HARMS)
def test_that_a_damaged_file_is_named_and_never_written_to(
    sqlite_file_url: URL, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    file = tmp_path / "secondskies.db"
    harm(file)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    with pytest.raises(DatabaseDamaged) as raised:
        ensure_schema(sqlite_file_url, tmp_path / "backups")
    assert "\n" not in str(raised.value)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_that_a_database_that_is_not_ours_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "photos.db")
    with writing(url) as connection:
        connection.execute(text("CREATE TABLE photos (id INTEGER)"))
    with pytest.raises(DatabaseDamaged, match="not a database of this program"):
        ensure_schema(url)
    with reading(url) as connection:
        assert inspect(connection).get_table_names() == ["photos"]


def test_that_a_locked_new_database_is_said_to_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sqlite_url(tmp_path / "secondskies.db")
    real = write_engine

    def impatient(url: URL, **_wait: object) -> object:
        return real(url, wait_ms=50)

    monkeypatch.setattr(migrate, "write_engine", impatient)
    with writing(url), pytest.raises(DatabaseLocked):
        ensure_schema(url)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("sqlite://", "nothing in memory would survive"),
        ("sqlite:///:memory:", "nothing in memory would survive"),
        ("mysql://root@127.0.0.1/x", "not a database we know"),
        ("no address at all", "cannot be read"),
    ],
)
def test_that_an_address_that_is_none_is_refused_in_words(address: str, why: str) -> None:
    with pytest.raises(DatabaseUnreachable, match=why):
        parse_url(address)


def test_that_a_server_or_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="the folder of the database does not exist"):
        ensure_schema(sqlite_url(tmp_path / "nowhere" / "secondskies.db"))
    with pytest.raises(DatabaseUnreachable, match="cannot be used"):
        ensure_schema(parse_url("postgresql://nobody@127.0.0.1:1/none"))


def test_that_sqlite_has_the_wal_reset_fix_and_syncs_every_commit(sqlite_file_url: URL) -> None:
    engine = write_engine(sqlite_file_url)
    with engine.connect() as connection:
        version = str(connection.execute(text("SELECT sqlite_version()")).scalar())
        assert tuple(int(part) for part in version.split(".")) >= (3, 51, 3)
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    engine.dispose()


def test_that_a_reader_cannot_write(database: URL) -> None:
    with reading(database) as connection, pytest.raises(Exception, match=r"readonly|read-only"):
        connection.execute(text("DELETE FROM inbox"))


def test_that_a_reader_sees_one_moment(database: URL) -> None:
    with reading(database) as connection:
        assert store.last_arrival(connection) == 0
        put(database, b"meanwhile")
        assert store.last_arrival(connection) == 0


def test_that_the_standard_librarys_sqlite_is_not_used(sqlite_file_url: URL) -> None:
    engine = write_engine(sqlite_file_url)
    assert engine.dialect.dbapi is not None
    assert engine.dialect.dbapi.__name__.startswith("pysqlite3")
    engine.dispose()
    assert create_engine("sqlite://").dialect.dbapi is not engine.dialect.dbapi
