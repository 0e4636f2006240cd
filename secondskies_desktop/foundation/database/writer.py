"""The one writer: a thread that owns the write connection and commits what waits in groups.

Appends come first: all that wait are written and synced in one transaction, and only then are their callers
told. Jobs are whole transactions of their own. The background step (the pump) runs once no append has come
for a moment, and in short slices while they keep coming, so that no acknowledgement waits long for a fold.

Whatever goes wrong in what it calls, the thread goes on: without it nothing would be stored any more.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

from secondskies_desktop.foundation.database.engine import swift_transaction, write_engine
from secondskies_desktop.foundation.database.failure import (
    DatabaseLocked,
    DatabaseProblem,
    named,
)
from secondskies_desktop.foundation.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import URL, Connection

_log = logger(__name__)

Row = TypeVar("Row")
Result = TypeVar("Result")

APPEND_WITHIN_S = 1.8
"""How long an append may wait for the disk before its caller is told that it failed."""
_MAX_BATCH = 1_024
_IDLE_POLL_S = 0.5
_FREE_SLICE_S = 0.03
_SHORT_SLICE_S = 0.008


class Append(Generic[Row]):
    """One row on its way to disk. `give_up` is the monotonic second after which nobody waits for it."""

    __slots__ = ("give_up", "row", "ticket")

    def __init__(self, row: Row, give_up: float, ticket: object) -> None:
        self.row = row
        self.give_up = give_up
        self.ticket = ticket


class _Traffic:
    """When the background step may run and how long, by the appends of the last tenth of a second.

    In the gap between two groups of a storm (more than 500 a second) it would hold up the next group, and
    through it every sender: there a gap must be longer to count, and a slice comes once a second.
    """

    _STORM = 50
    _WINDOW_S = 0.1
    GAP_S = 0.002
    _STORM_GAP_S = 0.03
    _WAIT_S = 0.03
    _STORM_WAIT_S = 1.0

    def __init__(self) -> None:
        self._groups: deque[tuple[float, int]] = deque()
        self._count = 0
        self._work_since: float | None = None

    def note(self, now: float, count: int) -> None:
        """Note a group of appends, which is work for the background."""
        self._groups.append((now, count))
        self._count += count
        if self._work_since is None:
            self._work_since = now

    def budget(self, now: float) -> float:
        """Return for how many seconds the background may run now; 0 is not yet."""
        groups = self._groups
        while groups and now - groups[0][0] > self._WINDOW_S:
            self._count -= groups.popleft()[1]
        is_storm = self._count > self._STORM
        if not groups:
            return _FREE_SLICE_S
        waited = 0.0 if self._work_since is None else now - self._work_since
        is_gap = now - groups[-1][0] >= (self._STORM_GAP_S if is_storm else self.GAP_S)
        is_due = waited >= (self._STORM_WAIT_S if is_storm else self._WAIT_S)
        return _SHORT_SLICE_S if is_gap or is_due else 0.0

    def slice_over(self, now: float, *, more: bool) -> None:
        """Note that the background has run and whether it left work."""
        self._work_since = now if more else None


class _Job:
    __slots__ = ("future", "work")

    def __init__(self, work: Callable[[Connection], object], future: Future[object]) -> None:
        self.work = work
        self.future = future


class _Call:
    __slots__ = ("future", "work")

    def __init__(self, work: Callable[[], object], future: Future[object]) -> None:
        self.work = work
        self.future = future

    def run(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            self.future.set_result(self.work())
        except Exception as error:
            self.future.set_exception(error)


class Writer(threading.Thread, Generic[Row]):
    """Owns the write connection of one database.

    `append` writes rows within a transaction; `told` hears, on this thread, which appends are on disk
    (problem None) or not; `background` gets a time budget in seconds and says whether more is left to do.
    """

    def __init__(
        self,
        url: URL,
        append: Callable[[Connection, list[Row]], None],
        told: Callable[[list[Append[Row]], DatabaseProblem | None], None],
        background: Callable[[float], bool] = lambda _budget: False,
    ) -> None:
        super().__init__(name="writer", daemon=False)
        self._url = url
        self._append_rows = append
        self._told = told
        self._background = background
        self._queue: queue.SimpleQueue[Append[Row] | _Job | _Call | None] = queue.SimpleQueue()
        self._connection: Connection | None = None
        self._traffic = _Traffic()
        self._more = True

    def append(self, row: Row, ticket: object) -> None:
        """Queue one row; `told` will hear its ticket. Callable from any thread."""
        self._queue.put(Append(row, time.monotonic() + APPEND_WITHIN_S, ticket))

    def submit(self, work: Callable[[Connection], Result]) -> Future[Result]:
        """Run a whole transaction on the writer's connection; its result or problem comes as a future."""
        future: Future[Result] = Future()
        self._queue.put(_Job(work, future))  # type: ignore[arg-type]
        return future

    def call(self, work: Callable[[], Result]) -> Future[Result]:
        """Run something on the writer's thread outside its transaction; it has one of its own."""
        future: Future[Result] = Future()
        self._queue.put(_Call(work, future))  # type: ignore[arg-type]
        return future

    def stop(self, timeout: float = 10.0) -> None:
        """Write all that waits, finish, and join the thread."""
        self._queue.put(None)
        self.join(timeout)

    def run(self) -> None:
        """Serve until stopped; what was queued before the stop is still written."""
        stopping = False
        while not stopping:
            appends, jobs, stopping = self._collect()
            if appends:
                self._commit(appends)
            for job in jobs:
                if isinstance(job, _Call):
                    job.run()
                else:
                    self._run_job(job)
            self._step_background()
        self._disconnect()

    def _collect(self) -> tuple[list[Append[Row]], list[_Job | _Call], bool]:
        appends: list[Append[Row]] = []
        jobs: list[_Job | _Call] = []
        try:
            item = self._queue.get(timeout=_Traffic.GAP_S if self._more else _IDLE_POLL_S)
            while True:
                if item is None:
                    return appends, jobs, True
                if isinstance(item, Append):
                    appends.append(item)
                    if len(appends) == _MAX_BATCH:
                        break
                else:
                    jobs.append(item)
                item = self._queue.get_nowait()
        except queue.Empty:
            pass
        return appends, jobs, False

    def _commit(self, appends: list[Append[Row]]) -> None:
        problem: DatabaseProblem | None = None
        while appends:
            now = time.monotonic()
            late = [one for one in appends if one.give_up <= now]
            if late:
                self._tell(late, problem or DatabaseLocked("the database was locked too long"))
                appends = [one for one in appends if one.give_up > now]
                if not appends:
                    return
            try:
                with swift_transaction(self._connected()) as connection:
                    self._append_rows(connection, [one.row for one in appends])
            except Exception as error:
                problem = named(error)
                self._disconnect()
                if isinstance(problem, DatabaseLocked):
                    continue
                self._tell(appends, problem)
                return
            self._tell(appends, None)
            self._traffic.note(time.monotonic(), len(appends))
            self._more = True
            return

    def _tell(self, appends: list[Append[Row]], problem: DatabaseProblem | None) -> None:
        try:
            self._told(appends, problem)
        except Exception:
            _log.exception("a listener of the writer failed")

    def _run_job(self, job: _Job) -> None:
        # From here on nobody can cancel it: an answer to a cancelled future would end this thread.
        if not job.future.set_running_or_notify_cancel():
            return
        give_up = time.monotonic() + APPEND_WITHIN_S
        while True:
            try:
                with self._connected().begin():
                    result = job.work(self._connected())
            except Exception as error:
                self._disconnect()
                problem = named(error) if _is_database_error(error) else error
                if isinstance(problem, DatabaseLocked) and time.monotonic() < give_up:
                    continue
                job.future.set_exception(problem)
            else:
                job.future.set_result(result)
            return

    def _step_background(self) -> None:
        budget = self._traffic.budget(time.monotonic())
        if not budget:
            return
        try:
            self._more = self._background(budget)
        except Exception:
            _log.exception("the background step failed")
            self._more = False
        self._traffic.slice_over(time.monotonic(), more=self._more)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = write_engine(self._url).connect()
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with contextlib.suppress(Exception):
            connection.close()
            connection.engine.dispose()


def _is_database_error(error: BaseException) -> bool:
    return isinstance(error, DatabaseProblem) or type(error).__module__.startswith(
        ("sqlalchemy", "pysqlite3", "psycopg")
    )
