"""One engine a database: the second is told who has it, and a killed one leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from secondskies_desktop.foundation.database.engine import parse_url, sqlite_url
from secondskies_desktop.foundation.database.engine_lock import EngineLock, EngineRunning
from secondskies_desktop.foundation.database.failure import DatabaseUnreachable
from tests.databases import writing
from tests.programs import ROOT, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from secondskies_desktop.foundation.database.engine import URL

HOLD = """
import sys
from secondskies_desktop.foundation.database.engine import parse_url
from secondskies_desktop.foundation.database.engine_lock import EngineLock
lock = EngineLock(parse_url(sys.argv[1]), "secondskies listen")
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(database: URL) -> Iterator[subprocess.Popen[str]]:
    """Another process that is the engine of the database."""
    address = database.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=surroundings(),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_that_a_killed_engine_frees_the_database_at_once(
    database: URL, holder: subprocess.Popen[str]
) -> None:
    lock = EngineLock(database, "secondskies desktop")
    with pytest.raises(EngineRunning) as raised:
        lock.acquire()
    assert str(holder.pid) in str(raised.value)
    assert "\n" not in str(raised.value)
    if database.get_backend_name() == "sqlite":
        assert "secondskies listen" in str(raised.value)
    holder.kill()
    holder.wait()
    lock.acquire()
    lock.release()


def test_that_a_second_engine_in_one_process_is_refused_too(database: URL) -> None:
    first, second = EngineLock(database, "first"), EngineLock(database, "second")
    first.acquire()
    with pytest.raises(EngineRunning, match=str(os.getpid())):
        second.acquire()
    first.release()
    second.acquire()
    second.renew()
    second.release()
    second.release()


def test_that_two_databases_have_two_engines(tmp_path: Path, postgres_url: URL) -> None:
    locks = [
        EngineLock(url, "one of many")
        for url in (postgres_url, sqlite_url(tmp_path / "a.db"), sqlite_url(tmp_path / "b.db"))
    ]
    for lock in locks:
        lock.acquire()
    for lock in locks:
        lock.release()


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"pid":"x"}'])
def test_that_an_engine_whose_note_is_unreadable_is_still_seen(tmp_path: Path, note: bytes) -> None:
    url = sqlite_url(tmp_path / "secondskies.db")
    lock = EngineLock(url, "first")
    lock.acquire()
    (tmp_path / "secondskies.db.engine.json").write_bytes(note)
    with pytest.raises(EngineRunning, match="already running in another process"):
        EngineLock(url, "second").acquire()
    lock.release()


def test_that_a_folder_that_is_not_there_is_named_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="folder of the database does not exist"):
        EngineLock(sqlite_url(tmp_path / "nowhere" / "x.db"), "test").acquire()
    assert not (tmp_path / "nowhere").exists()


def test_that_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(DatabaseUnreachable):
        EngineLock(parse_url("postgresql://nobody@127.0.0.1:1/none"), "test").acquire()


def lose_connections(url: URL) -> None:
    """Cut every other connection to a PostgreSQL database, as its restart would."""
    with writing(url) as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def test_that_a_lock_that_the_server_lost_is_taken_again(postgres_url: URL) -> None:
    lock, other = EngineLock(postgres_url, "first"), EngineLock(postgres_url, "second")
    lock.acquire()
    lose_connections(postgres_url)
    lock.renew()
    with pytest.raises(EngineRunning):
        other.acquire()
    lose_connections(postgres_url)
    other.acquire()
    with pytest.raises(EngineRunning):
        lock.renew()
    other.release()
    lock.renew()
    with pytest.raises(EngineRunning):
        other.acquire()
    lock.release()
    lock.renew()
    other.acquire()
    other.release()
