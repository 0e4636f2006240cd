"""From the inbox to signals: arrivals in order, decoded, folded and written in one transaction each slice.

Nothing is parsed before it is safe on disk (architecture.md §4). The pump runs on the writer's thread, so that
one thread alone writes; its commits need no sync of their own, because all it writes can be derived again.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from secondskies_desktop.foundation.database.engine import write_engine
from secondskies_desktop.foundation.database.failure import DatabaseLocked, named
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.changes import ArrivalRow, ArrivalsChanged
from secondskies_desktop.ingest.store import Delivery
from secondskies_desktop.signals.changes import SignalsChanged
from secondskies_desktop.signals.event import Decoded, Undecodable
from secondskies_desktop.signals.projection import Projection, Said
from secondskies_desktop.signals.wire import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from secondskies_desktop.foundation.database.engine import URL, Connection
    from secondskies_desktop.ingest.store import Stored
    from secondskies_desktop.signals.changes import SignalRow

_log = structlog.get_logger(__name__)

_SMALL_SLICE = 16
_LARGE_SLICE = 512
REBUILD_SLICE = 4_000


class Pump:
    """Moves arrivals from the inbox into the projection; used by one thread at a time."""

    def __init__(self, url: URL, publish: Callable[[object], None] = lambda _event: None) -> None:
        self._url = url
        self._publish = publish
        self._projection = Projection()
        self._connection: Connection | None = None
        self._position: int | None = None
        self._retry: list[int] = []
        self._pace = 4_000.0  # arrivals a second, learned; only the size of a slice depends on it

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
                _log.warning("fold postponed", reason=str(problem), exc_info=True)
            return False
        if count:
            self._pace = 0.5 * self._pace + 0.5 * count / max(time.monotonic() - started, 1e-4)
        return left

    def run_to_end(self, progress: Callable[[int], bool] = lambda _count: True) -> int:
        """Fold all that waits in large slices; returns how many arrivals. Raises DatabaseProblem."""
        total = 0
        try:
            while True:
                count, left = self._slice(REBUILD_SLICE)
                total += count
                if not progress(total) or not left:
                    return total
        except Exception as error:
            self.close()
            raise named(error) from error

    def retry(self, inbox_ids: Sequence[int]) -> int:
        """Decode dead letters again with what the program knows now; returns how many are no longer dead."""
        connection = self._connected()
        with connection.begin():
            found = store.arrivals_by_id(connection, inbox_ids)
            arrivals = [found[one] for one in sorted(found)]
            rows, changed = self._fold(connection, arrivals, set())
        self._tell(rows, changed)
        return sum(1 for row in rows if row.state != store.DEAD)

    def close(self) -> None:
        """Let go of the connection and of all that is kept in memory."""
        self._projection.forget()
        self._position = None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            connection.engine.dispose()

    def _slice(self, limit: int) -> tuple[int, bool]:
        connection = self._connected()
        if self._position is None:
            with connection.begin():
                self._position = store.position(connection)
        with connection.begin():
            arrivals = store.after(connection, self._position, limit)
            if not arrivals:
                return 0, False
            new = store.note_bodies(connection, arrivals)
            rows, changed = self._fold(connection, arrivals, new)
            place = arrivals[-1].inbox_id
            store.set_position(connection, place)
        self._position = place
        self._tell(rows, changed)
        return len(arrivals), len(arrivals) == limit

    def _fold(
        self, connection: Connection, arrivals: Sequence[Stored], new: set[int]
    ) -> tuple[list[ArrivalRow], list[SignalRow]]:
        said: list[Said] = []
        deliveries: list[Delivery] = []
        for one in arrivals:
            try:
                decoded = decode(one.body, one.received_us)
            except Undecodable as reason:
                deliveries.append(
                    Delivery(one.inbox_id, store.DEAD, None, None, None, None, str(reason), None)
                )
                continue
            said.append(Said(one.inbox_id, one.received_us, one.stream, decoded))
            deliveries.append(_delivery(one, decoded, is_new=not new or one.inbox_id in new))
        changed = self._projection.apply(connection, said)
        store.write_deliveries(connection, deliveries)
        rows = [_row(one, delivery) for one, delivery in zip(arrivals, deliveries, strict=True)]
        return rows, changed

    def _tell(self, rows: list[ArrivalRow], changed: list[SignalRow]) -> None:
        if changed:
            self._publish(SignalsChanged(self._projection.seq, tuple(changed)))
        if rows:
            self._publish(ArrivalsChanged(tuple(rows)))

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = write_engine(self._url, wait_ms=1_000, durable=False).connect()
        return self._connection


def _delivery(one: Stored, decoded: Decoded, *, is_new: bool) -> Delivery:
    reason = None
    state = store.DONE if is_new else store.DUPLICATE
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
