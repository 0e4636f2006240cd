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
from itertools import takewhile
from time import perf_counter_ns
from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.foundation.database.engine import write_engine
from secondskies_desktop.foundation.database.failure import DatabaseLocked, DatabaseProblem, named
from secondskies_desktop.foundation.logs import logger
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.changes import ArrivalsChanged
from secondskies_desktop.ingest.decoding import delivery_of, reading_of, row_of
from secondskies_desktop.ingest.repair_log import store as repair_log
from secondskies_desktop.ingest.rereading import Rereading
from secondskies_desktop.ingest.tracing.notes import MANY, Way
from secondskies_desktop.signals.changes import SignalsChanged, SignalsRebuilt
from secondskies_desktop.signals.event import Decoded
from secondskies_desktop.signals.fill_log import store as fill_log
from secondskies_desktop.signals.projection import Projection, Said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from secondskies_desktop.foundation.database.engine import URL, Connection
    from secondskies_desktop.ingest.repair_log.store import Repair
    from secondskies_desktop.ingest.store import Delivery, Stored
    from secondskies_desktop.ingest.tracing.notes import TraceNotes
    from secondskies_desktop.signals.changes import SignalRow

_log = logger(__name__)

_SMALL_SLICE = 16
_LARGE_SLICE = 512
REBUILD_SLICE = 4_000
_SEARCHED = 4
"""To look through an arrival takes this part of the time in which one is folded."""


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
        self._repairs: dict[int, Repair] = {}
        self._rereading: Rereading | None = None
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
        self._rereading = None
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
            until = repair_log.position(connection)
            if self._position == 0 and until != repair_log.last_id(connection):
                # Nothing is folded yet: every arrival is read at once as it is to be read now.
                until = repair_log.last_id(connection)
                repair_log.set_position(connection, until)
            self._repairs = repair_log.in_force(connection, until)
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
        left = self._take_repairs(limit)
        return len(arrivals), self._take_fills(limit) or left

    def _take_repairs(self, limit: int) -> bool:
        """Go by what stands in the log of repairs, once no arrival waits; returns whether more is there."""
        connection = self._connected()
        with connection.begin():
            rows = repair_log.after(connection, repair_log.position(connection), limit)
            if not rows:
                return False
            found = store.arrivals_by_id(connection, [row.inbox_id for row in rows])
        fresh = list(takewhile(lambda row: self._adds_only(row, found[row.inbox_id]), rows))
        if not fresh:
            return self._reread(rows[0], found[rows[0].inbox_id], limit)
        self._repairs.update((row.inbox_id, row) for row in fresh)
        self._fold([found[one] for one in sorted(row.inbox_id for row in fresh)], is_retry=True)
        with connection.begin():
            repair_log.set_position(connection, fresh[-1].id)
        return True

    def _adds_only(self, row: Repair, one: Stored) -> bool:
        """Tell whether a row takes nothing back: it repairs what could not be read at all, so it can be joined."""
        return row.kind == repair_log.REPAIR and isinstance(
            reading_of(one, self._repairs.get(one.inbox_id)), str
        )

    def _reread(self, row: Repair, one: Stored, limit: int) -> bool:
        """Fold anew what one arrival says differently from now on; returns whether it, or what follows it, waits."""
        connection = self._connected()
        repairs = {number: held for number, held in self._repairs.items() if number != one.inbox_id}
        if row.kind == repair_log.REPAIR:
            repairs[one.inbox_id] = row
        decoded = reading_of(one, repairs.get(one.inbox_id))
        work = self._rereading
        if work is None or work.row.id != row.id:
            before = reading_of(one, self._repairs.get(one.inbox_id))
            work = self._rereading = Rereading(row, one, (before, decoded), repairs)
        with connection.begin():
            place = store.take_turn(connection)
            if place != self._position:
                raise DatabaseLocked("another process has folded meanwhile")
            if not work.search(connection, place, _SEARCHED * limit):
                return True
            joined = store.fill_position(connection)
            fills = [
                fill
                for trade_id in work.again.trade_ids
                for fill in fill_log.of_signal(connection, one.stream, trade_id)
                if fill.id <= joined
            ]
            refolded = self._projection.refold(connection, work.again, work.retold, fills)
            delivery = delivery_of(one, decoded, store.first_ids(connection, [one]))
            store.write_deliveries(connection, [delivery])
            repair_log.set_position(connection, row.id)
        self._repairs = repairs
        self._rereading = None
        if self._publish is not None:
            if refolded.changed:
                self._publish(SignalsChanged(self._projection.seq, tuple(refolded.changed)))
            if refolded.gone:
                self._publish(SignalsRebuilt(self._projection.seq))
            self._publish(ArrivalsChanged((row_of(one, delivery),)))
        return True

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
            self._publish(ArrivalsChanged(tuple(row_of(one, delivery) for one, delivery in pairs)))
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
                decoded = reading_of(one, self._repairs.get(one.inbox_id), failure)
                way.decoded_ns.append(perf_counter_ns())
                if isinstance(decoded, Decoded):
                    said.append(Said(one.inbox_id, one.received_us, one.stream, decoded))
                deliveries.append(delivery_of(one, decoded, first))
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


def _is_of_the_body(error: Exception) -> bool:
    """Tell whether a failure would meet the same body again: not so for the database or the machine."""
    if store.is_refused_value(error):
        return True
    if isinstance(error, DatabaseProblem | OSError | MemoryError):
        return False
    return not type(error).__module__.startswith(("sqlalchemy", "pysqlite3", "psycopg"))
