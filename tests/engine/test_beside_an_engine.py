"""What commands do to a database, with and without an engine that runs on it: the same in the end."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from secondskies_desktop.engine import rebuilding
from secondskies_desktop.engine.desk import Desk
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.engine.folding import fold_pending
from secondskies_desktop.engine.importing import import_alert_logs
from secondskies_desktop.engine.retrying import retry_dead_letters
from secondskies_desktop.foundation.database.engine_lock import EngineLock, EngineRunning
from secondskies_desktop.foundation.database.failure import DatabaseLocked
from secondskies_desktop.foundation.settings import Settings
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.changes import ArrivalsChanged
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.integrity import store as integrity_store
from secondskies_desktop.market import store as bar_store
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.fill_log import store as fill_log
from tests.databases import bodies_of, eventually, inbox_of, put, reading, writing
from tests.ingest.alert_logs import log_row, write_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile

BODIES = [file.read_text() for file in sorted((Path(__file__).parents[1] / "signals" / "bodies").iterdir())]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with every generation, a repeated body and one that is no alert, twice."""
    rows = [log_row(body, second) for second, body in enumerate([*BODIES, BODIES[0], "no alert", "no alert"])]
    return write_log(tmp_path / "log.csv", rows)


@pytest.fixture
def profile(database: URL, profile_on: Callable[[URL], Profile]) -> Profile:
    """A profile on each of the two databases."""
    return profile_on(database)


@pytest.fixture
def running(profile: Profile) -> Iterator[Engine]:
    """An engine that runs on it."""
    engine = Engine(profile, Settings(), command="the engine of a test")
    engine.start(port=0)
    yield engine
    engine.stop()


def places(profile: Profile) -> tuple[int, int]:
    """Return (newest arrival, place of the projection)."""
    with reading(profile.database) as connection:
        return store.last_arrival(connection), store.position(connection)


def dead_ids(profile: Profile) -> list[int]:
    """Return the ids of all dead letters."""
    with reading(profile.database) as connection:
        return store.dead_ids(connection)


def call_dead(profile: Profile, inbox_id: int) -> None:
    """Note an arrival as a dead letter, as a program would have that could not read it yet."""
    with writing(profile.database) as connection:
        words = "UPDATE deliveries SET state = 'dead', reason = 'of old' WHERE inbox_id = :one"
        connection.execute(text(words), {"one": inbox_id})


def has_looked_at_all(profile: Profile) -> bool:
    """Tell whether the engine has looked at every change, those of its own fills too."""
    with reading(profile.database) as connection:
        is_joined = store.fill_position(connection) == fill_log.last_id(connection)
        return is_joined and integrity_store.position(connection).seq == signal_store.counters(connection)[1]


def proof(profile: Profile) -> rebuilding.Rebuilt:
    """Return the proof of the projection, once the engine has nothing left to fill in."""
    eventually(lambda: has_looked_at_all(profile))
    return rebuilding.verify(profile)


def test_that_an_import_beside_an_engine_is_folded_by_it_and_counts_the_same(
    profile: Profile, running: Engine, log: Path
) -> None:
    heard: list[int] = []
    running.bus.subscribe(ArrivalsChanged, lambda event: heard.extend(row.inbox_id for row in event.rows))
    first = import_alert_logs(profile, [log])
    assert first == {
        "rows": len(BODIES) + 3,
        "stored": len(BODIES) + 3,
        "duplicates": 2,
        "dead_letters": len(dead_ids(profile)),
        "repaired": first["repaired"],
    }
    assert places(profile) == (first["rows"], first["rows"])
    assert heard == list(range(1, first["rows"] + 1))
    assert import_alert_logs(profile, [log]) == {
        "rows": first["rows"], "stored": 0, "duplicates": 0, "dead_letters": 0, "repaired": 0,
    }  # fmt: skip
    verified = proof(profile)
    assert verified.identical
    running.stop()
    assert rebuilding.rebuild(profile) == verified


def test_that_an_import_that_is_ended_keeps_and_folds_what_it_stored(
    profile: Profile, tmp_path: Path
) -> None:
    log = write_log(tmp_path / "long.csv", [log_row(f"body {n}", n) for n in range(2_500)])
    told: list[int] = []

    def progress(done: int) -> bool:
        told.append(done)
        return done < 2_000

    found = import_alert_logs(profile, [log], progress)
    assert told == [1_000, 2_000]
    assert (found["rows"], found["stored"]) == (2_500, 2_000)
    assert places(profile) == (2_000, 2_000)
    assert import_alert_logs(profile, [log])["stored"] == 500
    assert bodies_of(profile.database) == [f"body {n}".encode() for n in range(2_500)]


def test_that_folding_waits_for_an_engine_and_says_when_it_waited_in_vain(profile: Profile) -> None:
    put(profile.database, b"alert", b"alert")
    lock = EngineLock(profile.database, "an engine that does nothing")
    lock.acquire()
    try:
        with pytest.raises(DatabaseLocked, match="2 arrivals"):
            fold_pending(profile, wait_s=0.1)
    finally:
        lock.release()
    fold_pending(profile)
    assert places(profile) == (2, 2)


def test_that_folding_waits_for_nothing_that_came_after_it_was_asked(profile: Profile) -> None:
    put(profile.database, b"alert")
    lock = EngineLock(profile.database, "an engine under load")
    lock.acquire()
    over = threading.Event()

    def fold() -> None:
        fold_pending(profile, wait_s=20.0)
        over.set()

    waiting = threading.Thread(target=fold)
    waiting.start()
    try:
        assert not over.wait(0.5)
        put(profile.database, b"another")
        pump = Pump(profile.database)
        pump._slice(1)
        pump.close()
        assert over.wait(5.0)
        assert places(profile) == (2, 1)
    finally:
        lock.release()
        waiting.join()


def test_that_a_rebuild_beside_an_engine_is_refused_and_a_proof_is_not(
    profile: Profile, running: Engine, log: Path
) -> None:
    import_alert_logs(profile, [log])
    before = proof(profile)
    with pytest.raises(EngineRunning):
        rebuilding.rebuild(profile)
    assert rebuilding.verify(profile) == before
    assert before.identical
    assert running.alive


def test_that_a_rebuild_that_was_killed_is_gone_on_with(profile: Profile, log: Path) -> None:
    import_alert_logs(profile, [log])
    before = rebuilding.verify(profile)
    stood = inbox_of(profile.database)
    with writing(profile.database) as connection:
        signal_store.forget_signals(connection)
        bar_store.forget_bars(connection)
        store.forget_deliveries(connection)
    assert not rebuilding.verify(profile).signals
    pump = Pump(profile.database)
    pump._slice(7)
    pump.close()
    fold_pending(profile)
    assert rebuilding.verify(profile) == before
    assert inbox_of(profile.database) == stood


@pytest.mark.parametrize("table", ["signals", "signal_events", "bars"])
def test_that_a_proof_sees_what_is_missing_and_a_rebuild_brings_it_back(
    profile: Profile, log: Path, table: str
) -> None:
    import_alert_logs(profile, [log])
    before = rebuilding.verify(profile)
    with writing(profile.database) as connection:
        column = {"signals": "id", "signal_events": "inbox_id", "bars": "at_us"}[table]
        connection.execute(text(f"DELETE FROM {table} WHERE {column} = (SELECT max({column}) FROM {table})"))
    assert not rebuilding.verify(profile).identical
    rebuilt = rebuilding.rebuild(profile)
    assert (rebuilt.identical, rebuilt.hash) == (False, before.hash)
    assert rebuilding.verify(profile) == before


def test_that_a_dead_letter_that_can_now_be_read_recovers_without_an_engine(
    profile: Profile, log: Path
) -> None:
    import_alert_logs(profile, [log])
    before, dead = rebuilding.verify(profile), dead_ids(profile)
    readable = next(one.inbox_id for one in inbox_of(profile.database) if one.inbox_id not in dead)
    call_dead(profile, readable)
    assert retry_dead_letters(profile, [10**9]) == {"retried": 0, "recovered": 0, "dead": len(dead) + 1}
    assert retry_dead_letters(profile) == {
        "retried": len(dead) + 1, "recovered": 1, "dead": len(dead),
    }  # fmt: skip
    assert dead_ids(profile) == dead
    assert rebuilding.verify(profile) == before


def test_that_dead_letters_are_the_engines_while_one_runs(
    profile: Profile, running: Engine, log: Path
) -> None:
    import_alert_logs(profile, [log])
    dead = dead_ids(profile)
    call_dead(profile, 1)
    with pytest.raises(EngineRunning, match="running"):
        retry_dead_letters(profile)
    heard: list[str] = []
    running.bus.subscribe(ArrivalsChanged, lambda event: heard.extend(row.state for row in event.rows))
    desk = Desk(profile, running.bus, running)
    try:
        assert desk.retry([1, dead[0]]) == 1
    finally:
        desk.close()
    assert sorted(heard) == ["dead", "done"]
    assert dead_ids(profile) == dead
    assert rebuilding.verify(profile).identical
