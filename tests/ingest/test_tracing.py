"""Traces of life: written beside the fold, kept for a while, never over one another and never by a rebuild."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from secondskies_desktop.engine.rebuilding import rebuild
from secondskies_desktop.foundation.profile import Profile
from secondskies_desktop.ingest import pump as pump_module
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.ingest.tables import traces
from secondskies_desktop.ingest.tracing import store as trace_store
from secondskies_desktop.ingest.tracing.notes import TraceNotes
from secondskies_desktop.ingest.tracing.store import WHOLE, TraceRow
from secondskies_desktop.ingest.tracing.trace import SliceTrace, pack
from secondskies_desktop.signals import store as signal_store
from tests.clocks import START_US, FrozenClock
from tests.databases import arrival, locked, put, reading, writing

if TYPE_CHECKING:
    from pathlib import Path

    from secondskies_desktop.foundation.database.engine import URL, Connection
    from secondskies_desktop.ingest.tracing.trace import Trace

TEST = b'{"event_type":"SECONDSKIES_TEST","nonce":"%d"}'
HOUR_US = 3_600_000_000


def noted(url: URL) -> list[tuple[int, int]]:
    """Return first and last id of every slice that is kept."""
    with reading(url) as connection:
        query = select(traces.c.first_inbox_id, traces.c.last_inbox_id).order_by(traces.c.first_inbox_id)
        return [(first, last) for first, last in connection.execute(query)]


def trace_of(url: URL, inbox_id: int) -> Trace | None:
    """Return the way of an arrival."""
    with reading(url) as connection:
        return trace_store.trace_of(connection, inbox_id)


def late_clock() -> FrozenClock:
    """A clock a second after the arrivals of the tests."""
    return FrozenClock(START_US + 1_000_000)


def fold(url: URL, notes: TraceNotes | None, *, heard: bool = True) -> None:
    """Fold all that waits."""
    pump = Pump(url, (lambda _event: None) if heard else None, notes)
    pump.run_to_end()
    pump.finish()


def test_that_every_arrival_has_a_way_whatever_became_of_it(
    database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump_module, "REBUILD_SLICE", 2)
    put(database, TEST % 1, TEST % 1, b"no alert", TEST % 2, b"")
    fold(database, TraceNotes(late_clock(), lambda received_us: received_us - START_US + 700))
    assert noted(database) == [(1, 2), (3, 4), (5, 5)]
    for inbox_id in range(1, 6):
        trace = trace_of(database, inbox_id)
        assert trace is not None
        place = inbox_id - 1
        assert trace.received_us == START_US + place
        assert trace.steps[0].took_us == 700 + place
        assert trace.steps[1].at_us == START_US + 1_000_000
        times = [trace.received_us, *(step.at_us or 0 for step in trace.steps)]
        assert times == sorted(times)
        assert trace.whole_us == times[-1] - times[0]
    assert trace_of(database, 6) is None


def test_that_a_slice_is_noted_as_soon_as_there_is_nothing_to_fold(database: URL) -> None:
    pump = Pump(database, lambda _event: None, TraceNotes(late_clock()))
    put(database, TEST % 1)
    pump.step(0.05)
    assert noted(database) == []
    pump.step(0.05)
    assert noted(database) == [(1, 1)]
    put(database, TEST % 2)
    pump.step(0.05)
    pump.finish()
    assert noted(database) == [(1, 1), (2, 2)]


def test_that_while_there_is_more_to_fold_slices_are_noted_together(
    database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump_module, "_SMALL_SLICE", 1)
    monkeypatch.setattr(pump_module, "_LARGE_SLICE", 1)
    put(database, *(TEST % number for number in range(40)))
    pump = Pump(database, None, TraceNotes(late_clock()))
    seen = []
    while pump.step(0.05):
        seen.append(len(noted(database)))
    pump.close()
    assert seen == [0] * 32 + [32] * 8


def test_that_a_locked_database_costs_no_trace(sqlite_file_url: URL) -> None:
    pump = Pump(sqlite_file_url, None, TraceNotes(late_clock()))
    put(sqlite_file_url, TEST % 1)
    pump.step(0.05)
    with locked(sqlite_file_url):
        assert pump.step(0.05) is False
    pump.step(0.05)
    pump.close()
    assert noted(sqlite_file_url) == [(1, 1)]


def test_that_a_failing_body_leaves_the_traces_of_all_others(
    database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, *(TEST % number for number in range(5)))
    real = store.write_deliveries

    def fail(connection: Connection, rows: list[store.Delivery]) -> None:
        if any(row.inbox_id == 3 and row.state != store.DEAD for row in rows):
            raise KeyError("a fault of ours")
        real(connection, rows)

    monkeypatch.setattr(store, "write_deliveries", fail)
    fold(database, TraceNotes(late_clock()))
    assert noted(database) == [(1, 2), (3, 3), (4, 5)]


def test_that_what_a_log_brought_has_no_time_of_receipt(database: URL) -> None:
    with writing(database) as connection:
        row = arrival(TEST % 1)._replace(source="log:a.csv", log_key=b"k")
        store.append_new(connection, [row])
    fold(database, TraceNotes(late_clock(), lambda _received_us: 5), heard=False)
    trace = trace_of(database, 1)
    assert trace is not None
    assert (trace.received_us, trace.whole_us) == (None, None)
    assert [step.name for step in trace.steps if step.took_us is None] == ["stored", "taken", "published"]


def test_that_a_retry_leaves_the_first_way(database: URL) -> None:
    put(database, b"no alert", TEST % 1)
    pump = Pump(database, None, TraceNotes(late_clock()))
    pump.run_to_end()
    before = trace_of(database, 1)
    pump.retry([1])
    pump.finish()
    assert noted(database) == [(1, 2)]
    assert trace_of(database, 1) == before


def test_that_a_rebuild_neither_writes_nor_changes_a_trace(tmp_path: Path, database: URL) -> None:
    put(database, TEST % 1, TEST % 2)
    fold(database, TraceNotes(late_clock()))
    before = trace_of(database, 2)
    rebuild(Profile(tmp_path, database))
    assert trace_of(database, 2) == before
    put(database, TEST % 3)
    fold(database, TraceNotes(late_clock()))
    assert [slice_ for slice_ in noted(database) if slice_[0]] == [(1, 2), (3, 3)]


def test_that_a_rebuild_that_was_killed_is_ended_without_traces(
    tmp_path: Path, database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, TEST % 1, TEST % 2)
    fold(database, None)

    def die(*_words: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(Pump, "run_to_end", die)
    with pytest.raises(KeyboardInterrupt):
        rebuild(Profile(tmp_path, database))
    monkeypatch.undo()
    put(database, TEST % 3)
    fold(database, TraceNotes(late_clock()))
    assert trace_of(database, 2) is None
    assert [slice_ for slice_ in noted(database) if slice_[0]] == [(3, 3)]


def test_that_a_second_fold_of_the_same_arrivals_is_not_noted(database: URL) -> None:
    put(database, TEST % 1, TEST % 2)
    fold(database, TraceNotes(late_clock()))
    before = trace_of(database, 1)
    with writing(database) as connection:
        signal_store.forget_signals(connection)
        store.forget_deliveries(connection)
    put(database, TEST % 3)
    fold(database, TraceNotes(FrozenClock(START_US + 9_000_000)))
    assert noted(database) == [(1, 2), (3, 3)]
    assert trace_of(database, 1) == before


def a_slice(first: int, taken_us: int, *waited_us: int | None) -> TraceRow:
    """Return the row of a slice that took 10 µs a step."""
    count = len(waited_us)
    trace = SliceTrace(
        taken_us,
        tuple(range(first, first + count)),
        waited_us,
        tuple(None if one is None else one // 2 for one in waited_us),
        tuple(range(10, 10 * count + 1, 10)),
        1_000,
        2_000,
        3_000,
    )
    return TraceRow(first, first + count - 1, taken_us, pack(trace))


def test_that_latency_counts_by_step_and_hour_what_came_over_http(database: URL) -> None:
    begin = START_US - START_US % HOUR_US
    rows = [
        a_slice(1, begin - 1, 500),
        a_slice(2, begin, 100, 200),
        a_slice(4, begin + 100, None, 50),
        a_slice(6, begin + HOUR_US, 600),
        a_slice(7, begin + 2 * HOUR_US, 700),
    ]
    with writing(database) as connection:
        trace_store.write(connection, rows)
        trace_store.fence(connection, 99, begin)
    with reading(database) as connection:
        found = trace_store.latency(connection, begin, begin + 2 * HOUR_US)
    assert {name: one.count for name, one in found.steps.items()} == dict.fromkeys(found.steps, 4)
    assert found.steps["stored"].quantiles().max_us == 300
    assert found.steps[WHOLE].quantiles().max_us == 3_600
    assert {hour: one.count for hour, one in found.hours.items()} == {begin - HOUR_US: 2, begin: 2}


def test_that_many_slices_of_one_moment_are_all_read(database: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_store, "_AT_ONCE", 3)
    with writing(database) as connection:
        rows = [a_slice(first, START_US + first // 5, 10) for first in range(1, 20)]
        trace_store.write(connection, rows)
    with reading(database) as connection:
        assert trace_store.latency(connection, 0, 2 * START_US).steps[WHOLE].count == 19


def test_that_a_row_that_cannot_be_read_is_passed_over(database: URL) -> None:
    with writing(database) as connection:
        trace_store.write(connection, [a_slice(1, START_US, 10), a_slice(2, START_US, 10)])
        connection.execute(update(traces).where(traces.c.first_inbox_id == 1).values(steps=b"\xc1"))
    assert trace_of(database, 1) is None
    with reading(database) as connection:
        assert trace_store.latency(connection, 0, 2 * START_US).steps[WHOLE].count == 1


def test_that_a_slice_that_is_there_stays_as_it_is(database: URL) -> None:
    with writing(database) as connection:
        trace_store.write(connection, [a_slice(1, START_US, 10)])
    before = trace_of(database, 1)
    with writing(database) as connection:
        trace_store.write(connection, [a_slice(1, START_US + 5, 99)])
    assert trace_of(database, 1) == before


def test_that_the_oldest_are_forgotten_in_small_steps(database: URL) -> None:
    with writing(database) as connection:
        trace_store.write(connection, [a_slice(first, START_US + first, 10) for first in range(1, 8)])
    done: list[int] = []
    while not done or done[-1]:
        with writing(database) as connection:
            done.append(trace_store.forget_before(connection, START_US + 6, limit=2))
    assert done == [2, 2, 1, 0]
    assert noted(database) == [(6, 6), (7, 7)]
