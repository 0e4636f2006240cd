"""Copies of a database in use: whole, verified, kept in number, and never put over what is there."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from secondskies_desktop.foundation import store as foundation_store
from secondskies_desktop.foundation.database import backup
from secondskies_desktop.foundation.database.backup import (
    KEPT,
    make_backup,
    restore_backup,
    rolling_backup,
    verify,
)
from secondskies_desktop.foundation.database.engine import sqlite_url
from secondskies_desktop.foundation.database.failure import (
    DatabaseDamaged,
    DatabaseProblem,
    DatabaseTooNew,
    DatabaseUnreachable,
)
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.pump import Pump
from tests.databases import arrival, bodies_of, inbox_of, put, reading, writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.foundation.database.engine import URL

BODIES = [b"", b"alert", b"\x00\xff binary", b'{"a": 1}', b"alert"]


def fingerprint(file: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def folded(url: URL) -> None:
    """Fold all that waits, so that the projection's tables are not empty."""
    pump = Pump(url)
    pump.run_to_end()
    pump.close()


@pytest.fixture
def made(database: URL, tmp_path: Path) -> Path:
    """A backup of a database with a few arrivals."""
    put(database, *BODIES)
    folded(database)
    return make_backup(database, tmp_path / "copy.db").file


def test_that_a_backup_holds_every_arrival_and_says_so(database: URL, tmp_path: Path) -> None:
    put(database, *BODIES)
    folded(database)
    copy = make_backup(database, tmp_path / "copy.db")
    assert copy.rows == len(BODIES)
    assert copy.sha256 == fingerprint(copy.file)
    assert inbox_of(sqlite_url(Path(shutil.copy(copy.file, tmp_path / "opened.db")))) == inbox_of(database)


def test_that_verifying_a_backup_changes_no_byte_of_it(made: Path) -> None:
    before = fingerprint(made)
    made.chmod(0o400)
    assert verify(made) == len(BODIES)
    assert fingerprint(made) == before
    assert [file.name for file in made.parent.iterdir() if file.name.startswith(made.name)] == [made.name]


def test_that_a_restored_database_is_the_same(made: Path, database: URL, tmp_path: Path) -> None:
    target = sqlite_url(tmp_path / "restored" / "secondskies.db")
    (tmp_path / "restored").mkdir()
    assert restore_backup(made, target).rows == len(BODIES)
    assert not ensure_schema(target)
    assert inbox_of(target) == inbox_of(database)
    with reading(target) as connection:
        assert store.position(connection) == len(BODIES)


def test_that_a_backup_goes_into_postgresql_and_goes_on_there(
    sqlite_file_url: URL, postgres_url: URL, tmp_path: Path
) -> None:
    put(sqlite_file_url, *BODIES)
    folded(sqlite_file_url)
    copy = make_backup(sqlite_file_url, tmp_path / "copy.db")
    assert restore_backup(copy.file, postgres_url).rows == len(BODIES)
    put(postgres_url, b"the next alert")
    assert bodies_of(postgres_url) == [*BODIES, b"the next alert"]
    assert [one.inbox_id for one in inbox_of(postgres_url)] == [1, 2, 3, 4, 5, 6]


def test_that_every_table_goes_on_counting_after_a_restore_into_postgresql(
    sqlite_file_url: URL, postgres_url: URL, tmp_path: Path
) -> None:
    edge = foundation_store.LoggedEdge(1, "raised", "job", "backup", "WATCH", "it failed")

    def add(url: URL) -> None:
        with writing(url) as connection:
            foundation_store.append_edges(connection, [edge])
            foundation_store.write_roadmap_mark(connection, "L1/H1.2", 1, complete=True)
            foundation_store.record_run(connection, "backup", 1, 2, ok=True, detail="")

    add(sqlite_file_url)
    restore_backup(make_backup(sqlite_file_url, tmp_path / "copy.db").file, postgres_url)
    add(postgres_url)
    with reading(postgres_url) as connection:
        assert [one.id for one in foundation_store.episodes(connection, 9)] == [2, 1]


def test_that_a_database_with_arrivals_is_never_overwritten(made: Path, database: URL) -> None:
    before = inbox_of(database)
    with pytest.raises(DatabaseUnreachable, match="not overwritten"):
        restore_backup(made, database)
    assert inbox_of(database) == before


def test_that_a_database_without_arrivals_is_replaced(made: Path, tmp_path: Path, made_sqlite: Path) -> None:
    target = tmp_path / "empty.db"
    shutil.copy(made_sqlite, target)
    restore_backup(made, sqlite_url(target))
    assert bodies_of(sqlite_url(target)) == BODIES


@pytest.mark.parametrize("there", [b"no database, but somebody's text", b""])
def test_that_a_damaged_database_is_not_overwritten_by_a_restore(
    made: Path, tmp_path: Path, there: bytes
) -> None:
    target, log = tmp_path / "damaged.db", tmp_path / "damaged.db-wal"
    target.write_bytes(there)
    log.write_bytes(b"what was in the log")
    with pytest.raises(DatabaseDamaged):
        restore_backup(made, sqlite_url(target))
    assert (target.read_bytes(), log.read_bytes()) == (there, b"what was in the log")


def damage_page(file: Path) -> None:
    """Overwrite a page of the inbox."""
    with file.open("r+b") as handle:
        size = handle.seek(0, os.SEEK_END)
        handle.seek(size // 2 // 4096 * 4096)
        handle.write(os.urandom(4096))


def cut(file: Path) -> None:
    """Cut the file in half."""
    os.truncate(file, file.stat().st_size // 2)


def replace_by_text(file: Path) -> None:
    """Write something else in its place."""
    file.write_text("not a database")


def drop_inbox(file: Path) -> None:
    """Leave a database that is not ours."""
    with writing(sqlite_url(file)) as connection:
        connection.execute(text("DROP TABLE inbox"))


@pytest.mark.parametrize("harm", [damage_page, cut, replace_by_text, drop_inbox])
def test_that_a_corrupted_backup_is_refused(
    sqlite_file_url: URL, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    put(sqlite_file_url, *(b"%d" % number * 200 for number in range(400)))
    copy = make_backup(sqlite_file_url, tmp_path / "copy.db").file
    harm(copy)
    target = tmp_path / "target.db"
    with pytest.raises(DatabaseProblem):
        verify(copy)
    with pytest.raises(DatabaseProblem):
        restore_backup(copy, sqlite_url(target))
    assert not target.exists()


def test_that_a_backup_of_a_newer_program_is_refused(sqlite_file_url: URL, tmp_path: Path) -> None:
    copy = make_backup(sqlite_file_url, tmp_path / "copy.db").file
    with writing(sqlite_url(copy)) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew):
        restore_backup(copy, sqlite_url(tmp_path / "target.db"))


def test_that_a_damaged_database_gives_no_backup(sqlite_file_url: URL, tmp_path: Path) -> None:
    put(sqlite_file_url, *(b"%d" % number * 200 for number in range(400)))
    damage_page(tmp_path / "secondskies.db")
    with pytest.raises(DatabaseDamaged):
        make_backup(sqlite_file_url, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
    assert not list(tmp_path.glob(".backup-*"))


def test_that_the_newest_fourteen_are_kept(sqlite_file_url: URL, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    made = [rolling_backup(sqlite_file_url, folder, now=86_400.0 * day).file for day in range(KEPT + 3)]
    assert KEPT == 14
    assert sorted(folder.iterdir()) == made[3:]


def test_that_a_copy_that_was_killed_is_cleared_away(sqlite_file_url: URL, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    left = folder / ".backup-left.db"
    left.write_bytes(b"half a copy")
    os.utime(left, (0, 0))
    made = rolling_backup(sqlite_file_url, folder).file
    assert list(folder.iterdir()) == [made]


def test_that_a_backup_ends_while_alerts_keep_coming(sqlite_file_url: URL, tmp_path: Path) -> None:
    put(sqlite_file_url, *(os.urandom(1_000) for _ in range(12_000)))
    over = threading.Event()

    def keep_writing() -> None:
        number = 0
        while not over.is_set():
            put(sqlite_file_url, b"%d" % number)
            number += 1

    thread = threading.Thread(target=keep_writing)
    thread.start()
    try:
        before = len(inbox_of(sqlite_file_url))
        copy = make_backup(sqlite_file_url, tmp_path / "copy.db")
        after = len(inbox_of(sqlite_file_url))
    finally:
        over.set()
        thread.join()
    assert before <= copy.rows <= after
    assert after > before


def test_that_a_backup_of_postgresql_is_of_one_moment(
    postgres_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(postgres_url, b"before")
    folded(postgres_url)
    from sqlalchemy import insert as real

    def insert_late(table: object) -> object:
        if getattr(table, "name", "") == "inbox":
            put(postgres_url, b"meanwhile")
            folded(postgres_url)
        return real(table)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "insert", insert_late)
    copy = make_backup(postgres_url, tmp_path / "copy.db")
    with reading(sqlite_url(copy.file)) as connection:
        assert store.position(connection) == store.last_arrival(connection) == 1


def test_that_a_profile_folder_may_have_any_name(tmp_path: Path, made_sqlite: Path) -> None:
    folder = tmp_path / "a%41 b?c#d"
    folder.mkdir()
    source = sqlite_url(folder / "secondskies.db")
    shutil.copy(made_sqlite, folder / "secondskies.db")
    put(source, b"alert")
    copy = make_backup(source, folder / "copy.db")
    assert copy.rows == 1
    restore_backup(copy.file, sqlite_url(folder / "restored.db"))
    assert bodies_of(sqlite_url(folder / "restored.db")) == [b"alert"]


def test_that_a_folder_that_is_not_there_is_named(sqlite_file_url: URL, tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="no such folder"):
        make_backup(sqlite_file_url, tmp_path / "nowhere" / "copy.db")
    with pytest.raises(DatabaseUnreachable, match="no such file"):
        restore_backup(tmp_path / "nothing.db", sqlite_file_url)


def test_that_an_open_database_is_left_as_it_was(sqlite_file_url: URL, tmp_path: Path) -> None:
    with writing(sqlite_file_url) as connection:
        store.append_arrivals(connection, [arrival(b"not committed yet")])
        assert make_backup(sqlite_file_url, tmp_path / "copy.db").rows == 0
    assert bodies_of(sqlite_file_url) == [b"not committed yet"]


def test_that_a_backup_is_one_file_that_can_be_read_where_nothing_may_be_written(made: Path) -> None:
    assert made.read_bytes()[18:20] == b"\x01\x01"
