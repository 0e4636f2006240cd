"""The one writer: what is told as stored is on disk, what cannot be stored is told in time, nothing is left."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import CancelledError
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from secondskies_desktop.foundation.database import writer as writer_module
from secondskies_desktop.foundation.database.engine import sqlite_url
from secondskies_desktop.foundation.database.failure import DatabaseLocked, DatabaseUnreachable
from secondskies_desktop.foundation.database.writer import APPEND_WITHIN_S, Writer
from secondskies_desktop.ingest.store import Arrival, append_arrivals
from tests.databases import arrival, bodies_of, inbox_of, locked, put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from secondskies_desktop.foundation.database.engine import URL, Connection
    from secondskies_desktop.foundation.database.failure import DatabaseProblem
    from secondskies_desktop.foundation.database.writer import Append

PATIENCE_S = 10.0
Told = tuple[list[object], "DatabaseProblem | None"]


class Watched:
    """A writer of the inbox, with everything that it tells and every group that it commits."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.told: SimpleQueue[Told] = SimpleQueue()
        self.groups: list[int] = []
        self.budgets: list[tuple[float, float]] = []
        self.append: Callable[[Connection, list[Arrival]], None] = append_arrivals
        self.writer = Writer[Arrival](url, self._append, self._tell, self._background)

    def _append(self, connection: Connection, rows: list[Arrival]) -> None:
        self.groups.append(len(rows))
        self.append(connection, rows)

    def _tell(self, appends: list[Append[Arrival]], problem: DatabaseProblem | None) -> None:
        self.told.put(([one.ticket for one in appends], problem))

    def _background(self, budget_s: float) -> bool:
        self.budgets.append((time.monotonic(), budget_s))
        return False

    def hear(self) -> Told:
        """Return the next word of the writer."""
        return self.told.get(timeout=PATIENCE_S)


@pytest.fixture
def watched(database: URL) -> Iterator[Watched]:
    """A writer that the test starts."""
    made = Watched(database)
    yield made
    if made.writer.is_alive():
        made.writer.stop()


def test_that_all_that_waits_is_one_transaction(watched: Watched) -> None:
    for number in range(100):
        watched.writer.append(arrival(b"%d" % number), number)
    watched.writer.start()
    assert watched.hear() == (list(range(100)), None)
    assert watched.groups == [100]
    assert bodies_of(watched.url) == [b"%d" % number for number in range(100)]


def test_that_a_group_is_bounded_and_the_order_is_kept(watched: Watched) -> None:
    for number in range(2_500):
        watched.writer.append(arrival(b"%d" % number), number)
    watched.writer.start()
    heard = [watched.hear() for _ in range(3)]
    assert [len(tickets) for tickets, _ in heard] == [1_024, 1_024, 452]
    assert bodies_of(watched.url) == [b"%d" % number for number in range(2_500)]


def test_that_nothing_is_told_before_it_can_be_read_by_others(database: URL) -> None:
    seen: SimpleQueue[list[bytes]] = SimpleQueue()
    writer = Writer[Arrival](
        database, append_arrivals, lambda _appends, _problem: seen.put(bodies_of(database))
    )
    writer.start()
    writer.append(arrival(b"alert"), None)
    assert seen.get(timeout=PATIENCE_S) == [b"alert"]
    writer.stop()


def test_that_a_database_locked_for_a_second_costs_nothing_but_time(watched: Watched) -> None:
    watched.writer.start()
    with locked(watched.url):
        watched.writer.append(arrival(b"alert"), 1)
        threading.Event().wait(1.0)
        assert watched.told.empty()
    assert watched.hear() == ([1], None)
    assert bodies_of(watched.url) == [b"alert"]


def test_that_a_database_locked_for_longer_is_told_in_time(watched: Watched) -> None:
    watched.writer.start()
    with locked(watched.url):
        begun = time.monotonic()
        watched.writer.append(arrival(b"refused"), 1)
        tickets, problem = watched.hear()
        took = time.monotonic() - begun
    assert tickets == [1]
    assert isinstance(problem, DatabaseLocked)
    assert took < APPEND_WITHIN_S + 0.7
    watched.writer.append(arrival(b"again"), 2)
    assert watched.hear() == ([2], None)
    assert bodies_of(watched.url) == [b"again"]


def test_that_those_who_came_later_are_not_given_up_with_the_first(
    sqlite_file_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "APPEND_WITHIN_S", 0.6)
    watched = Watched(sqlite_file_url)
    watched.writer.start()
    with locked(watched.url):
        watched.writer.append(arrival(b"first"), 1)
        threading.Event().wait(0.3)
        watched.writer.append(arrival(b"second"), 2)
        assert watched.hear()[0] == [1]
    assert watched.hear() == ([2], None)
    watched.writer.stop()
    assert bodies_of(watched.url) == [b"second"]


def test_that_a_commit_that_fails_is_told_at_once_and_the_next_succeeds(watched: Watched) -> None:
    def fail(_connection: Connection, _rows: list[Arrival]) -> None:
        raise OperationalError("insert", {}, OSError("disk I/O error"))

    watched.append = fail
    watched.writer.start()
    watched.writer.append(arrival(b"refused"), 1)
    tickets, problem = watched.hear()
    assert (tickets, type(problem)) == ([1], DatabaseUnreachable)
    watched.append = append_arrivals
    watched.writer.append(arrival(b"stored"), 2)
    assert watched.hear() == ([2], None)
    assert bodies_of(watched.url) == [b"stored"]


def test_that_half_a_group_is_never_stored(watched: Watched) -> None:
    def write_half(connection: Connection, rows: list[Arrival]) -> None:
        append_arrivals(connection, rows[:1])
        raise OperationalError("insert", {}, OSError("disk I/O error"))

    watched.append = write_half
    watched.writer.append(arrival(b"one"), 1)
    watched.writer.append(arrival(b"two"), 2)
    watched.writer.start()
    tickets, problem = watched.hear()
    assert tickets == [1, 2]
    assert problem is not None
    assert inbox_of(watched.url) == []


def test_that_a_database_that_is_not_there_is_told_and_found_again(tmp_path: Path, made_sqlite: Path) -> None:
    watched = Watched(sqlite_url(tmp_path / "later" / "secondskies.db"))
    watched.writer.start()
    watched.writer.append(arrival(b"refused"), 1)
    assert isinstance(watched.hear()[1], DatabaseUnreachable)
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "secondskies.db").write_bytes(made_sqlite.read_bytes())
    watched.writer.append(arrival(b"stored"), 2)
    assert watched.hear() == ([2], None)
    watched.writer.stop()


def test_that_a_job_is_a_transaction_with_a_result(watched: Watched) -> None:
    watched.writer.start()

    def work(connection: Connection) -> int:
        append_arrivals(connection, [arrival(b"by a job")])
        return 42

    assert watched.writer.submit(work).result(PATIENCE_S) == 42
    assert bodies_of(watched.url) == [b"by a job"]


def test_that_a_job_that_fails_leaves_nothing_and_says_why(watched: Watched) -> None:
    watched.writer.start()

    def work(connection: Connection) -> None:
        append_arrivals(connection, [arrival(b"half")])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        watched.writer.submit(work).result(PATIENCE_S)
    with pytest.raises(DatabaseUnreachable):
        watched.writer.submit(lambda connection: connection.execute(text("SELECT nothing"))).result(
            PATIENCE_S
        )
    assert inbox_of(watched.url) == []


def test_that_a_job_waits_for_a_lock_as_long_as_an_append(
    sqlite_file_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "APPEND_WITHIN_S", 0.4)
    watched = Watched(sqlite_file_url)
    watched.writer.start()

    def work(connection: Connection) -> None:
        append_arrivals(connection, [arrival(b"by a job")])

    with locked(watched.url):
        begun = time.monotonic()
        with pytest.raises(DatabaseLocked):
            watched.writer.submit(work).result(PATIENCE_S)
    assert 0.4 <= time.monotonic() - begun < 2.0
    watched.writer.submit(work).result(PATIENCE_S)
    watched.writer.stop()
    assert bodies_of(watched.url) == [b"by a job"]


def test_that_whoever_no_longer_waits_for_a_job_does_not_end_the_writer(watched: Watched) -> None:
    unwanted = watched.writer.submit(lambda _connection: None)
    unheard = watched.writer.call(lambda: None)
    assert unwanted.cancel()
    assert unheard.cancel()
    watched.writer.start()
    watched.writer.append(arrival(b"alert"), 1)
    assert watched.hear() == ([1], None)
    with pytest.raises(CancelledError):
        unwanted.result(0)


def test_that_a_call_runs_on_the_writers_thread(watched: Watched) -> None:
    watched.writer.start()
    assert watched.writer.call(threading.get_ident).result(PATIENCE_S) == watched.writer.ident
    with pytest.raises(ZeroDivisionError):
        watched.writer.call(lambda: 1 // 0).result(PATIENCE_S)


def test_that_what_was_queued_before_the_stop_is_written(watched: Watched) -> None:
    for number in range(3_000):
        watched.writer.append(arrival(b"%d" % number), number)
    watched.writer.start()
    watched.writer.stop()
    assert not watched.writer.is_alive()
    assert len(inbox_of(watched.url)) == 3_000


def test_that_the_background_step_gets_short_turns_while_appends_keep_coming(
    sqlite_file_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module._Traffic, "_STORM_WAIT_S", 0.2)
    watched = Watched(sqlite_file_url)
    watched.writer.start()
    watched.writer.call(lambda: None).result(PATIENCE_S)
    watched.writer.call(lambda: None)
    idle = {budget for _, budget in watched.budgets}
    watched.budgets.clear()
    begun = time.monotonic()
    while time.monotonic() - begun < 0.6:
        for number in range(200):
            watched.writer.append(arrival(b"x"), number)
        watched.hear()
    busy = list(watched.budgets)
    watched.writer.stop()
    assert idle == {0.03}
    short = [at for at, budget in busy if budget == 0.008]
    assert short
    assert all(later - at > 0.15 for at, later in itertools.pairwise(short))


def test_that_neither_a_listener_nor_a_background_step_that_fails_ends_the_thread(
    sqlite_file_url: URL,
) -> None:
    told: SimpleQueue[object] = SimpleQueue()
    stepped = threading.Event()

    def tell(appends: list[Append[Arrival]], _problem: DatabaseProblem | None) -> None:
        told.put(appends[0].ticket)
        raise RuntimeError("a fault of the listener")

    def step(_budget_s: float) -> bool:
        stepped.set()
        raise RuntimeError("a fault of the step")

    writer = Writer[Arrival](sqlite_file_url, append_arrivals, tell, step)
    writer.start()
    for number in range(3):
        writer.append(arrival(b"%d" % number), number)
        assert told.get(timeout=PATIENCE_S) == number
        assert stepped.wait(PATIENCE_S)
        stepped.clear()
    writer.stop()
    assert len(inbox_of(sqlite_file_url)) == 3


def test_that_the_background_step_runs_while_nothing_is_to_be_done(sqlite_file_url: URL) -> None:
    put(sqlite_file_url, b"by another process")
    looked = threading.Event()

    def look(_budget_s: float) -> bool:
        looked.set()
        return False

    writer = Writer[Arrival](sqlite_file_url, append_arrivals, lambda _appends, _problem: None, look)
    writer.start()
    for _ in range(2):
        assert looked.wait(PATIENCE_S)
        looked.clear()
    writer.stop()
