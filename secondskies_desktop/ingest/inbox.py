"""The inbox as the listener sees it: a body goes in, and the answer comes when it is on disk, or is not.

Futures of one group commit are resolved with one call into the loop, not one each. A watch on the loop answers
for a writer that hangs in the disk: whoever waits longer than two seconds hears that it failed.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from secondskies_desktop.foundation.database.failure import DatabaseProblem, DatabaseUnreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.foundation.database.writer import Append, Writer
    from secondskies_desktop.ingest.store import Arrival

ANSWER_WITHIN_S = 2.0
_WATCH_EVERY_S = 0.1


class Inbox:
    """Hands bodies to the writer; lives on one event loop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        on_health: Callable[[DatabaseProblem | None], None] = lambda _problem: None,
    ) -> None:
        self._loop = loop
        self._on_health = on_health
        self._writer: Writer[Arrival] | None = None
        self._waiting: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._watching = False
        self._healthy = True

    def use(self, writer: Writer[Arrival]) -> None:
        """Name the writer that appends; `told` must be its listener."""
        self._writer = writer

    def put(self, arrival: Arrival) -> asyncio.Future[None]:
        """Queue one arrival; the future ends when it is on disk, or raises DatabaseProblem."""
        future: asyncio.Future[None] = self._loop.create_future()
        if self._writer is None:
            future.set_exception(DatabaseUnreachable("the engine is not ready"))
            return future
        self._waiting.append((time.monotonic() + ANSWER_WITHIN_S, future))
        self._writer.append(arrival, future)
        if not self._watching:
            self._watching = True
            self._loop.call_later(_WATCH_EVERY_S, self._watch)
        return future

    def told(self, appends: list[Append[Arrival]], problem: DatabaseProblem | None) -> None:
        """Hear from the writer's thread what became of appends."""
        try:
            self._loop.call_soon_threadsafe(self._resolve, appends, problem)
        except RuntimeError:
            # The loop has closed: nobody waits any more, and what is on disk stays there.
            return

    def _resolve(self, appends: list[Append[Arrival]], problem: DatabaseProblem | None) -> None:
        for append in appends:
            future = append.ticket
            assert isinstance(future, asyncio.Future)  # noqa: S101 - put() made it
            if future.done():
                continue
            if problem is None:
                future.set_result(None)
            else:
                future.set_exception(problem)
        self._report(problem)

    def _watch(self) -> None:
        now = time.monotonic()
        waiting = self._waiting
        while waiting and (waiting[0][1].done() or waiting[0][0] <= now):
            _, future = waiting.popleft()
            if not future.done():
                problem = DatabaseUnreachable("the disk did not answer in time")
                future.set_exception(problem)
                self._report(problem)
        self._watching = bool(waiting)
        if waiting:
            self._loop.call_later(_WATCH_EVERY_S, self._watch)

    def _report(self, problem: DatabaseProblem | None) -> None:
        if problem is None and self._healthy:
            return
        self._healthy = problem is None
        self._on_health(problem)
