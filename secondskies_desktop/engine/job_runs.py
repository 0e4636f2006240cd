"""The rows that background jobs leave, and what is said of a run that failed."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

from secondskies_desktop.alerts.rules import JOB
from secondskies_desktop.foundation import store
from secondskies_desktop.foundation.attention import Attention, Severity
from secondskies_desktop.foundation.clock import as_datetime

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from secondskies_desktop.foundation.attention import AttentionBoard
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import Connection

    Submit = Callable[[Callable[[Connection], Any]], Future[Any]]


class JobRuns:
    """Reads and writes through the engine's writer; a run that cannot be written down is still told."""

    def __init__(self, board: AttentionBoard, clock: Clock, submit: Submit) -> None:
        self._board = board
        self._clock = clock
        self._submit = submit

    async def last_started(self, job: str) -> int | None:
        """Return when a job last began (µs UTC), None where it never did."""
        return await asyncio.wrap_future(self._submit(partial(store.last_run_started, job=job)))

    async def record(self, job: str, started_us: int, finished_us: int, ok: bool, detail: str) -> None:
        """Write a run down, and raise or clear what is said of the job."""
        with contextlib.suppress(Exception):
            await asyncio.wrap_future(
                self._submit(
                    lambda connection: store.record_run(
                        connection, job, started_us, finished_us, ok=ok, detail=detail
                    )
                )
            )
        if ok:
            self._board.clear(JOB, job)
            return
        text = f"The {job} failed: {detail}"
        self._board.raise_(Attention(JOB, Severity.WATCH, job, text, as_datetime(self._clock())))
