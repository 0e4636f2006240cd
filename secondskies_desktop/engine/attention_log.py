"""Writes every edge of attention down: raised, told, acknowledged, taken back, cleared.

It listens beside the board and never stands in its way: what cannot be written waits, and is written together
with the next edge or at the next look; the newest thousand are kept.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from secondskies_desktop.alerts.escalation import Told
from secondskies_desktop.foundation.attention import (
    AcknowledgementTakenBack,
    Attention,
    AttentionAcknowledged,
    AttentionCleared,
)
from secondskies_desktop.foundation.clock import as_us
from secondskies_desktop.foundation.logs import logger
from secondskies_desktop.foundation.store import (
    ACKNOWLEDGED,
    CLEARED,
    RAISED,
    TAKEN_BACK,
    TOLD,
    LoggedEdge,
    append_edges,
    left_open,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from secondskies_desktop.foundation.attention import Edge
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import Connection

    Submit = Callable[[Callable[[Connection], int]], Future[int]]

_MOST_WAITING = 1_000
_MOST_COVERED = 50
"""Of a summary of many things, the gravest are noted as told."""

_NAMES = {
    AttentionCleared: CLEARED,
    AttentionAcknowledged: ACKNOWLEDGED,
    AcknowledgementTakenBack: TAKEN_BACK,
}

_log = logger(__name__)


class AttentionLog:
    """Hears the board's edges on any thread and writes them through the engine's writer."""

    def __init__(self, bus: Bus, clock: Clock, submit: Submit) -> None:
        self._clock = clock
        self._submit = submit
        self._lock = threading.Lock()
        self._waiting: deque[LoggedEdge] = deque(maxlen=_MOST_WAITING)
        self._is_writing = False
        self._endings = [
            bus.subscribe(Attention, self._hear),
            bus.subscribe(AttentionCleared, self._hear),
            bus.subscribe(AttentionAcknowledged, self._hear),
            bus.subscribe(AcknowledgementTakenBack, self._hear),
            bus.subscribe(Told, self._hear_told),
        ]

    def begin(self) -> None:
        """Clear in the log what an engine that ended left open: nothing is open before this one has looked."""
        now_us = self._clock()

        def work(connection: Connection) -> int:
            ended = [LoggedEdge(now_us, CLEARED, kind, key) for kind, key in left_open(connection)]
            append_edges(connection, ended)
            return len(ended)

        self._submit(work).add_done_callback(_note_failure)

    def close(self) -> None:
        """Hear nothing more."""
        while self._endings:
            self._endings.pop()()

    def flush(self) -> None:
        """Write what waits, unless it is being written."""
        with self._lock:
            if self._is_writing or not self._waiting:
                return
            self._is_writing = True
            edges = list(self._waiting)
            self._waiting.clear()

        def work(connection: Connection) -> int:
            append_edges(connection, edges)
            return len(edges)

        try:
            self._submit(work).add_done_callback(lambda done: self._written(edges, done))
        except Exception:
            self._keep_again(edges)
            raise

    def _hear(self, edge: Edge) -> None:
        self._keep([_logged(edge, self._clock())])

    def _hear_told(self, told: Told) -> None:
        edge = LoggedEdge(told.at_us, TOLD, told.kind, told.key, told.severity.value, str(told.step))
        self._keep([edge._replace(kind=kind, key=key) for kind, key in told.covers[:_MOST_COVERED]])

    def _keep(self, edges: list[LoggedEdge]) -> None:
        with self._lock:
            self._waiting.extend(edges)
        self.flush()

    def _written(self, edges: list[LoggedEdge], done: Future[int]) -> None:
        if done.cancelled() or done.exception() is not None:
            self._keep_again(edges)
            _note_failure(done)
            return
        with self._lock:
            self._is_writing = False
        self.flush()

    def _keep_again(self, edges: list[LoggedEdge]) -> None:
        """Let edges that were not written wait again, before those that came meanwhile."""
        with self._lock:
            self._is_writing = False
            self._waiting = deque([*edges, *self._waiting], _MOST_WAITING)


def _logged(edge: Edge, now_us: int) -> LoggedEdge:
    if isinstance(edge, Attention):
        return LoggedEdge(as_us(edge.since), RAISED, edge.kind, edge.key, edge.severity.value, edge.text)
    return LoggedEdge(now_us, _NAMES[type(edge)], edge.kind, edge.key)


def _note_failure(done: Future[int]) -> None:
    if not done.cancelled() and done.exception() is not None:
        _log.warning("the attention log could not be written", reason=str(done.exception()))
