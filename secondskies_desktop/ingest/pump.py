"""From the inbox to signals: arrivals in order, decoded, folded and written in one transaction each slice.

Nothing is parsed before it is safe on disk (architecture.md §4). The pump runs on the writer's thread, so that
one thread alone writes; its commits need no sync of their own, because all it writes can be derived again.

No body can stop it: a slice that fails for any other reason than the database is folded again in halves, until the
one arrival that fails stands alone, and that becomes a dead letter.
"""

from __future__ import annotations

import contextlib
import gc
import time
from time import perf_counter_ns
from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.foundation.database.engine import write_engine
from secondskies_desktop.foundation.database.failure import DatabaseLocked, DatabaseProblem, named
from secondskies_desktop.foundation.logs import logger
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.changes import ArrivalRow, ArrivalsChanged
from secondskies_desktop.ingest.store import Delivery
from secondskies_desktop.ingest.tracing.notes import MANY, Way
from secondskies_desktop.signals.changes import SignalsChanged
from secondskies_desktop.signals.event import Decoded, Undecodable
from secondskies_desktop.signals.fill_log import store as fill_log
from secondskies_desktop.signals.projection import Projection, Said
from secondskies_desktop.signals.wire import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from secondskies_desktop.foundation.database.engine import URL, Connection
    from secondskies_desktop.ingest.store import Stored
    from secondskies_desktop.ingest.tracing.notes import TraceNotes
    from secondskies_desktop.signals.changes import SignalRow

_log = logger(__name__)

_SMALL_SLICE = 16
_LARGE_SLICE = 512
REBUILD_SLICE = 4_000


class _Folded(NamedTuple):
    deliveries: list[Delivery]
    signals: list[SignalRow]
    way: Way


class Pump:
    """Moves arrivals from the inbox into the projection; used by one thread at a time.

    `notes` take down how each arrival went; without them nothing is traced, as in a rebuild.
    """

    def __init__(
        self,
        url: URL,
        publish: Callable[[object], None] | None = None,
        notes: TraceNotes | None = None,
    ) -> None:
        self._url = url
        self._publish = publish
        self._notes = notes
        self._projection = Projection()
        self._connection: Connection | None = None
        self._position: int | None = None
        self.problem: DatabaseProblem | None = None
        """Why the last step could not fold, if it was not only that another held the database."""
        self._pace = 1_000.0  # arrivals a second, learned; only the size of a slice depends on it

    @property
    def seq(self) -> int:
        """The number of the newest change of a signal."""
        return self._projection.seq

    def step(self, budget_s: float) -> bool:
        """Fold for about `budget_s` seconds; returns whether arrivals are left."""
        limit = max(_SMALL_SLICE, min(_LARGE_SLICE, int(self._pace * budget_s)))
        try:
            started = time.monotonic()
            count, left = self._slice(limit)
        except Exception as error:
            self.close()
            problem = named(error)
            if not isinstance(problem, DatabaseLocked):
                if self.problem is None:
                    _log.warning("fold postponed", reason=str(problem), exc_info=True)
                self.problem = problem
            return False
        self.problem = None
        if count:
            self._pace = 0.5 * self._pace + 0.5 * count / max(time.monotonic() - started, 1e-4)
        return left

    def run_to_end(self, progress: Callable[[int], bool] = lambda _count: True) -> int:
        """Fold all that waits in large slices; returns how many arrivals. Raises DatabaseProblem."""
        total = 0
        try:
            while True:
                with _collector_paused():
                    count, left = self._slice(REBUILD_SLICE)
                total += count
                if not progress(total) or not left:
                    self._write_notes()
                    return total
        except Exception as error:
            self.close()
            raise named(error) from error

    def retry(self, inbox_ids: Sequence[int]) -> int:
        """Decode dead letters again with what the program knows now; returns how many are no longer dead."""
        connection = self._connected()
        with connection.begin():
            self._prepare(connection)
            found = store.arrivals_by_id(connection, inbox_ids)
        folded = self._fold([found[one] for one in sorted(found)], is_retry=True)
        return sum(1 for one in folded for row in one.deliveries if row.state != store.DEAD)

    def finish(self) -> None:
        """Write what is noted and close; a database that refuses costs the notes."""
        with contextlib.suppress(Exception):
            self._write_notes()
        self.close()

    def close(self) -> None:
        """Let go of the connection and of all that is kept in memory."""
        self._projection.forget()
        self._position = None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            connection.engine.dispose()

    def _write_notes(self) -> None:
        if self._notes is not None and not self._notes.is_empty:
            connection = self._connected()
            with connection.begin():
                self._notes.write(connection)

    def _prepare(self, connection: Connection) -> int:
        """Return the projection's place, read with all that belongs to it where it is not known."""
        if self._position is None:
            self._projection.prepare(connection)
            if self._notes is not None:
                self._notes.prepare(connection)
            self._position = store.position(connection)
        return self._position

    def _slice(self, limit: int) -> tuple[int, bool]:
        connection = self._connected()
        with connection.begin():
            arrivals = store.after(connection, self._prepare(connection), limit)
            if self._notes is not None:
                self._notes.write(connection, at_least=MANY if arrivals else 1)
        self._fold(arrivals, is_retry=False)
        if len(arrivals) == limit:
            return limit, True
        return len(arrivals), self._take_fills(limit)

    def _take_fills(self, limit: int) -> bool:
        """Join what stands in the log of fills, once no arrival waits; returns whether more is there."""
        connection = self._connected()
        with connection.begin():
            place = store.fill_position(connection)
            rows = fill_log.after(connection, place, limit)
            if not rows:
                return False
            if store.take_turn(connection) != self._position:
                raise DatabaseLocked("another process has folded meanwhile")
            changed = self._projection.apply_fills(connection, rows)
            store.set_fill_position(connection, rows[-1].id)
        if changed and self._publish is not None:
            self._publish(SignalsChanged(self._projection.seq, tuple(changed)))
        return len(rows) == limit

    def _fold(self, arrivals: Sequence[Stored], *, is_retry: bool) -> list[_Folded]:
        """Fold arrivals in as few transactions as they allow, and publish each after its commit."""
        if not arrivals:
            return []
        failure: Exception | None = None
        folded = _Folded([], [], Way(0))
        try:
            folded = self._fold_together(arrivals, is_retry=is_retry)
        except Exception as error:
            self._projection.forget()
            if not _is_of_the_body(error):
                raise
            failure = error
        if failure is not None:
            # Outside the except block: a failure that meets many bodies must not carry all of them in its chain.
            if len(arrivals) > 1:
                half = len(arrivals) // 2
                return [
                    *self._fold(arrivals[:half], is_retry=is_retry),
                    *self._fold(arrivals[half:], is_retry=is_retry),
                ]
            _log.warning("a body failed", inbox_id=arrivals[0].inbox_id, reason=repr(failure)[:300])
            folded = self._fold_together(arrivals, is_retry=is_retry, failure=failure)
        if not is_retry:
            self._position = arrivals[-1].inbox_id
        if self._publish is not None:
            if folded.signals:
                self._publish(SignalsChanged(self._projection.seq, tuple(folded.signals)))
            pairs = zip(arrivals, folded.deliveries, strict=True)
            self._publish(ArrivalsChanged(tuple(_row(one, delivery) for one, delivery in pairs)))
        if self._notes is not None and not is_retry:
            self._notes.end(arrivals, folded.way, published=self._publish is not None)
        return [folded]

    def _fold_together(
        self, arrivals: Sequence[Stored], *, is_retry: bool, failure: Exception | None = None
    ) -> _Folded:
        """Fold arrivals in one transaction; with a `failure`, note them as dead letters because of it."""
        connection = self._connected()
        way = Way(0) if self._notes is None else self._notes.begin(arrivals)
        said: list[Said] = []
        deliveries: list[Delivery] = []
        with connection.begin():
            if store.take_turn(connection) != self._position:
                raise DatabaseLocked("another process has folded meanwhile")
            note = store.first_ids if is_retry else store.note_bodies
            first = note(connection, arrivals)
            for one in arrivals:
                decoded = _decoded(one, failure)
                way.decoded_ns.append(perf_counter_ns())
                if isinstance(decoded, Decoded):
                    said.append(Said(one.inbox_id, one.received_us, one.stream, decoded))
                    deliveries.append(_delivery(one, decoded, is_first=one.inbox_id in first))
                else:
                    deliveries.append(_dead(one, decoded))
            changed = self._projection.apply(connection, said)
            way.folded_ns = perf_counter_ns()
            store.write_deliveries(connection, deliveries)
            if not is_retry:
                store.set_position(connection, arrivals[-1].inbox_id)
        way.committed_ns = perf_counter_ns()
        return _Folded(deliveries, changed, way)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = write_engine(self._url, wait_ms=1_000, durable=False).connect()
        return self._connection


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector out of a large slice: no cycles arise in it, and it would walk every event."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _decoded(one: Stored, failure: Exception | None) -> Decoded | str:
    """Return what an arrival says, or why it is a dead letter."""
    error: Exception
    if failure is None:
        try:
            return decode(one.body, one.received_us)
        except Undecodable as reason:
            return str(reason)
        except Exception as unforeseen:
            _log.warning("a body failed", inbox_id=one.inbox_id, exc_info=True)
            error = unforeseen
    else:
        error = failure
    return f"the program failed on this body: {type(error).__name__}: {error}"[:500]


def _is_of_the_body(error: Exception) -> bool:
    """Tell whether a failure would meet the same body again: not so for the database or the machine."""
    if store.is_refused_value(error):
        return True
    if isinstance(error, DatabaseProblem | OSError | MemoryError):
        return False
    return not type(error).__module__.startswith(("sqlalchemy", "pysqlite3", "psycopg"))


def _dead(one: Stored, reason: str) -> Delivery:
    return Delivery(one.inbox_id, store.DEAD, None, None, None, None, reason, None, None)


def _delivery(one: Stored, decoded: Decoded, *, is_first: bool) -> Delivery:
    reason = None
    state = store.DONE if is_first else store.DUPLICATE
    if decoded.problems:
        state = store.DEAD
        reason = f"{len(decoded.problems)} items could not be read: {'; '.join(decoded.problems)}"[:500]
    elif decoded.notes:
        reason = "; ".join(decoded.notes)[:500]
    return Delivery(
        one.inbox_id,
        state,
        decoded.event_type,
        decoded.trade_id,
        decoded.rule,
        ",".join(decoded.repairs) or None,
        reason,
        _bar_us(decoded),
        decoded.seq,
    )


def _bar_us(decoded: Decoded) -> int | None:
    if decoded.bar is not None:
        return decoded.bar.at_us
    for event in decoded.events:
        if event.at_us is not None and event.at_source in ("received", "id"):
            return event.at_us
    return None


def _row(one: Stored, delivery: Delivery) -> ArrivalRow:
    return ArrivalRow(
        one.inbox_id,
        one.received_us,
        one.source,
        one.stream,
        len(one.body),
        delivery.state,
        delivery.event_type,
        delivery.trade_id,
        delivery.rule,
        tuple((delivery.repairs or "").split(",")) if delivery.repairs else (),
        delivery.reason,
        delivery.bar_us,
    )
