"""The pump: in order, all or nothing, told after the commit; no body and no second process can spoil it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.demo.speech import Defects, Generation, speak
from secondskies_desktop.engine.rebuilding import Fingerprint, fingerprint
from secondskies_desktop.ingest import decoding, store
from secondskies_desktop.ingest import pump as pump_module
from secondskies_desktop.ingest.changes import ArrivalsChanged
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.ingest.store import Arrival
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.changes import SignalsChanged
from secondskies_desktop.signals.projection import Projection
from secondskies_desktop.signals.wire import decode
from tests.clocks import START_US
from tests.databases import STREAM, locked, put, reading, writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.foundation.database.engine import URL, Connection
    from secondskies_desktop.signals.changes import SignalRow
    from secondskies_desktop.signals.event import Decoded
    from secondskies_desktop.signals.projection import Said

TEST = b'{"event_type":"SECONDSKIES_TEST","nonce":"%d"}'
FAULTS = Defects(duplicate=0.1, repeated_exit=0.3, missing_creation=0.1, stray_quote=0.1)


def put_alerts(url: URL, minutes: int = 60, generation: Generation = Generation.SNAPSHOT) -> int:
    """Put what the simulated indicator says in some minutes into the inbox; returns how many alerts."""
    rows = [
        Arrival(
            one.bar_close_us + place,
            "webhook:default",
            STREAM,
            hashlib.sha256(one.body).digest(),
            None,
            one.body,
        )
        for place, one in enumerate(speak(5, START_US, minutes, generation, FAULTS))
    ]
    with writing(url) as connection:
        store.append_arrivals(connection, rows)
    return len(rows)


def states(url: URL) -> list[str]:
    """Return the state of every arrival, oldest first."""
    with reading(url) as connection:
        return [row.state for row in reversed(store.list_inbox(connection, limit=100_000))]


def printed(url: URL) -> Fingerprint:
    """Return the projection in short."""
    with reading(url) as connection:
        return fingerprint(connection)


def fold_all(url: URL) -> Fingerprint:
    """Fold all that waits with a pump of its own."""
    pump = Pump(url)
    pump.run_to_end()
    pump.close()
    return printed(url)


def test_that_every_arrival_gets_its_place_and_its_state(database: URL) -> None:
    put(database, TEST % 1, TEST % 1, b"no alert", b"", TEST % 2)
    assert states(database) == ["pending"] * 5
    pump = Pump(database)
    assert pump.run_to_end() == 5
    assert states(database) == ["done", "duplicate", "dead", "dead", "done"]
    with reading(database) as connection:
        assert store.position(connection) == 5
        assert store.dead_ids(connection) == [3, 4]
    put(database, TEST % 3)
    assert pump.step(0.05) is False
    assert states(database)[-1] == "done"
    assert pump.run_to_end() == 0
    pump.close()


@pytest.mark.parametrize("generation", [Generation.SNAPSHOT, Generation.TELEMETRY_Z])
def test_that_any_cut_into_slices_gives_the_same_projection(
    sqlite_file_url: URL, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_alerts(sqlite_file_url, 150, generation)
    expected = fold_all(sqlite_file_url)
    assert expected.signals > 0
    for size in (1, 7):
        with writing(sqlite_file_url) as connection:
            signal_store.forget_signals(connection)
            store.forget_deliveries(connection)
        monkeypatch.setattr(pump_module, "REBUILD_SLICE", size)
        assert fold_all(sqlite_file_url) == expected


def test_that_both_databases_hold_the_same_projection(sqlite_file_url: URL, postgres_url: URL) -> None:
    for generation in Generation:
        for url in (sqlite_file_url, postgres_url):
            put_alerts(url, 240, generation)
    assert fold_all(sqlite_file_url) == fold_all(postgres_url)


def test_that_events_are_published_after_their_commit(database: URL) -> None:
    put_alerts(database, 30)
    seen: list[tuple[int, int]] = []
    changed: list[SignalRow] = []

    def hear(event: object) -> None:
        with reading(database) as connection:
            if isinstance(event, ArrivalsChanged):
                last = event.rows[-1]
                row = store.inbox_row(connection, last.inbox_id)
                assert row is not None
                assert row.state == last.state
                seen.append((event.rows[0].inbox_id, last.inbox_id))
            elif isinstance(event, SignalsChanged):
                assert signal_store.counters(connection)[1] == event.seq
                changed.extend(event.rows)

    pump = Pump(database, hear)
    while pump.step(0.002):
        pass
    pump.close()
    with reading(database) as connection:
        total, rows = store.last_arrival(connection), list(signal_store.every(connection))
    assert [first for first, _ in seen] == [1, *(last + 1 for _, last in seen[:-1])]
    assert seen[-1][1] == total
    newest = {row.id: row for row in changed}
    assert sorted(newest) == sorted(row.id for row in rows)
    assert all(newest[row.id] == row for row in rows)


def test_that_a_body_that_the_program_fails_on_is_a_dead_letter_and_can_be_retried(
    database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, TEST % 1, TEST % 2, TEST % 3)
    real = decode

    def fail(body: bytes, arrival_us: int) -> Decoded:
        if body == TEST % 2:
            raise ZeroDivisionError("a fault of ours")
        return real(body, arrival_us)

    monkeypatch.setattr(decoding, "decode", fail)
    pump = Pump(database)
    pump.run_to_end()
    assert states(database) == ["done", "dead", "done"]
    with reading(database) as connection:
        (dead,) = store.list_inbox(connection, "dead")
    assert dead.reason == "the program failed on this body: ZeroDivisionError: a fault of ours"
    assert pump.retry([2]) == 0
    monkeypatch.setattr(decoding, "decode", real)
    assert pump.retry([2]) == 1
    pump.close()
    assert states(database) == ["done"] * 3


def test_that_a_fold_that_fails_costs_the_one_body_and_no_other(
    database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_alerts(database, 40)
    put(database, TEST % 7)
    put_alerts(database, 40)
    expected = fold_all(database)
    with reading(database) as connection:
        (bad,) = [
            row.inbox_id for row in store.list_inbox(connection, limit=1_000) if row.bytes == len(TEST % 7)
        ]
    with writing(database) as connection:
        signal_store.forget_signals(connection)
        store.forget_deliveries(connection)
    real = Projection.apply

    def fail(self: Projection, connection: Connection, said: Sequence[Said]) -> list[SignalRow]:
        changed = real(self, connection, said)
        if any(one.inbox_id == bad for one in said):
            raise KeyError("a fault of ours")
        return changed

    monkeypatch.setattr(Projection, "apply", fail)
    assert fold_all(database) == expected
    assert [place for place, state in enumerate(states(database), 1) if state == "dead"] == [bad]


def test_that_a_transaction_that_fails_leaves_neither_rows_nor_memory(
    database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = put_alerts(database, 40)
    pump = Pump(database)
    real = store.set_position
    calls = 0

    def fail_once(connection: Connection, inbox_id: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError("the machine is out of something")
        real(connection, inbox_id)

    monkeypatch.setattr(store, "set_position", fail_once)
    monkeypatch.setattr(pump_module, "_LARGE_SLICE", 16)
    assert pump.step(1.0)
    assert pump.step(1.0) is False
    with reading(database) as connection:
        assert store.position(connection) == 16
    while pump.step(1.0):
        pass
    pump.close()
    assert "pending" not in states(database)
    assert len(states(database)) == count
    folded = printed(database)
    with writing(database) as connection:
        signal_store.forget_signals(connection)
        store.forget_deliveries(connection)
    assert fold_all(database) == folded


def test_that_a_second_folder_is_noticed_and_nothing_is_folded_twice(database: URL) -> None:
    put_alerts(database, 30)
    first, second = Pump(database), Pump(database)
    first.run_to_end()
    put_alerts(database, 60)
    second.run_to_end()
    second.close()
    expected = printed(database)
    put(database, TEST % 9)
    assert first.step(0.05) is False
    assert first.step(0.05) is False
    first.close()
    assert states(database)[-1] == "done"
    assert printed(database) == expected


def test_that_a_locked_database_postpones_the_fold(sqlite_file_url: URL) -> None:
    put(sqlite_file_url, TEST % 1)
    pump = Pump(sqlite_file_url)
    with locked(sqlite_file_url):
        assert pump.step(0.05) is False
        assert states(sqlite_file_url) == ["pending"]
    pump.step(0.05)
    pump.close()
    assert states(sqlite_file_url) == ["done"]
