"""Background jobs: declared in code, run by a scheduler on the engine's loop, their runs kept in the database.

A job that was missed (the machine slept, the program was closed) is caught up once, as soon as it can.

A replay has a clock of its own, which no scheduler of the machine knows: there the jobs that follow a clock run by
that one, and no others.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.foundation.logs import logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from secondskies_desktop.foundation.clock import Clock

_log = logger(__name__)

_scheduler_log = logging.getLogger(f"{__name__}.scheduler")
# A run that is still at work when its next one is due is no fault of a job that looks every second.
_scheduler_log.setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Job:
    """One job: every how many seconds, and whether its runs are worth a row of their own.

    `in_replay` says that it looks at the desk and not at the machine, so that a replay needs it as well.
    """

    name: str
    every_s: float
    run: Callable[[], Awaitable[str]]
    recorded: bool = True
    in_replay: bool = False


class Jobs:
    """Runs declared jobs; `last_started` tells when a job last ran (µs UTC), `record` writes a run down."""

    def __init__(
        self,
        clock: Clock,
        last_started: Callable[[str], Awaitable[int | None]],
        record: Callable[[str, int, int, bool, str], Awaitable[None]],
    ) -> None:
        self._clock = clock
        self._last_started = last_started
        self._record = record
        self._scheduler = AsyncIOScheduler(timezone="UTC", logger=_scheduler_log)
        self._failing: set[str] = set()

    async def start(self, jobs: list[Job]) -> None:
        """Schedule the jobs; one whose time has passed since its last run starts at once."""
        for job in jobs:
            last = await self._last_started(job.name) if job.recorded else None
            now = self._clock()
            due = now if last is None and job.recorded else (last or now) + int(job.every_s * 1e6)
            self._scheduler.add_job(
                self._run,
                IntervalTrigger(seconds=max(1, int(job.every_s)), timezone="UTC"),
                args=[job],
                id=job.name,
                next_run_time=as_datetime(max(due, now)),
                coalesce=True,
                misfire_grace_time=None,
                max_instances=1,
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Run nothing more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _run(self, job: Job) -> None:
        try:
            await self._run_and_record(job)
        except asyncio.CancelledError:
            # The engine stops. It is no failure, and the scheduler would log it as one.
            return

    async def _run_and_record(self, job: Job) -> None:
        started = self._clock()
        try:
            detail, ok = await job.run(), True
        except Exception as error:
            detail, ok = str(error)[:500], False
            _log.warning("job failed", job=job.name, reason=detail)
        changed = ok is (job.name in self._failing)
        (self._failing.discard if ok else self._failing.add)(job.name)
        if job.recorded or changed:
            await self._record(job.name, started, self._clock(), ok, detail)


class ClockedJobs:
    """Runs jobs each so many seconds of a given clock, which may hurry, stand still or jump; notes no runs."""

    LOOKS_EVERY_S = 0.25

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    async def start(self, jobs: list[Job]) -> None:
        """Run those of the jobs that belong into a replay, from now on."""
        self._task = asyncio.create_task(self._run([job for job in jobs if job.in_replay]))

    def stop(self) -> None:
        """Run nothing more."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self, jobs: list[Job]) -> None:
        last = {job.name: self._clock() for job in jobs}
        with contextlib.suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(self.LOOKS_EVERY_S)
                for job in jobs:
                    now_us = self._clock()
                    if now_us - last[job.name] >= job.every_s * 1e6:
                        last[job.name] = now_us
                        await self._run_one(job)

    @staticmethod
    async def _run_one(job: Job) -> None:
        try:
            await job.run()
        except Exception as error:
            _log.warning("job failed", job=job.name, reason=str(error)[:500])
