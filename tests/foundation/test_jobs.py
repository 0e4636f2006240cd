"""Background jobs: what was missed runs once, what fails is written down, and a stop is no failure."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.foundation import store
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.jobs import ClockedJobs, Job, Jobs
from tests.clocks import START_US
from tests.databases import reading, writing

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.engine import URL
    from tests.clocks import FrozenClock

DAY_S = 86_400.0
PATIENCE_S = 5.0
Run = tuple[str, int, int, bool, str]


class Book:
    """The runs of jobs, kept in memory."""

    def __init__(self, last: int | None = None) -> None:
        self.last = last
        self.runs: list[Run] = []
        self.written = asyncio.Event()

    async def last_started(self, _job: str) -> int | None:
        """Say when a job last ran."""
        return self.last

    async def record(self, job: str, started_us: int, finished_us: int, ok: bool, detail: str) -> None:
        """Write a run down."""
        self.runs.append((job, started_us, finished_us, ok, detail))
        self.written.set()


async def done() -> str:
    """Stand for a job that goes well."""
    return "done"


async def test_that_a_job_that_never_ran_runs_at_once(clock: FrozenClock) -> None:
    book = Book()
    jobs = Jobs(clock, book.last_started, book.record)
    await jobs.start([Job("backup", DAY_S, done)])
    await asyncio.wait_for(book.written.wait(), PATIENCE_S)
    jobs.stop()
    assert book.runs == [("backup", START_US, START_US, True, "done")]


@pytest.mark.parametrize(("ago_s", "runs"), [(DAY_S + 1, True), (30 * DAY_S, True), (DAY_S - 60, False)])
async def test_that_a_missed_run_is_caught_up_once(clock: FrozenClock, ago_s: float, runs: bool) -> None:
    # The scheduler reads the wall clock.
    clock.now_us = system_clock()
    book = Book(last=clock.now_us - int(ago_s * 1e6))
    jobs = Jobs(clock, book.last_started, book.record)
    await jobs.start([Job("backup", DAY_S, done)])
    if runs:
        await asyncio.wait_for(book.written.wait(), PATIENCE_S)
    await asyncio.sleep(0.05)
    jobs.stop()
    assert len(book.runs) == runs


async def test_that_a_failure_is_written_down_with_its_reason_and_so_is_its_end(clock: FrozenClock) -> None:
    book = Book()
    jobs = Jobs(clock, book.last_started, book.record)
    outcomes = [ValueError("no space"), ValueError("no space"), None, None]

    async def work() -> str:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome
        return "well"

    job = Job("notes", 5.0, work, recorded=False)
    for _ in range(4):
        await jobs._run(job)
    assert [run[3:] for run in book.runs] == [(False, "no space"), (True, "well")]


async def test_that_a_stop_in_the_middle_of_a_job_is_no_failure(
    clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    book, begun = Book(), asyncio.Event()
    jobs = Jobs(clock, book.last_started, book.record)

    async def long() -> str:
        begun.set()
        await asyncio.Event().wait()
        return ""

    with caplog.at_level(logging.WARNING):
        await jobs.start([Job("backup", DAY_S, long)])
        await asyncio.wait_for(begun.wait(), PATIENCE_S)
        jobs.stop()
        await asyncio.sleep(0.05)
    assert book.runs == []
    assert caplog.text == ""


async def test_that_a_run_that_outlasts_its_interval_is_waited_for_without_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    runs = 0

    async def slow() -> str:
        nonlocal runs
        runs += 1
        await asyncio.sleep(1.5)
        return ""

    book = Book()
    jobs = Jobs(system_clock, book.last_started, book.record)
    await jobs.start([Job("slow", 1.0, slow, recorded=False)])
    await asyncio.sleep(2.4)
    jobs.stop()
    assert runs >= 1
    assert caplog.records == []


def test_that_only_runs_that_ended_well_count_as_runs(database: URL) -> None:
    with writing(database) as connection:
        store.record_run(connection, "backup", 1, 2, ok=True, detail="")
        store.record_run(connection, "backup", 3, 4, ok=True, detail="")
        store.record_run(connection, "backup", 5, 6, ok=False, detail="no space")
        store.record_run(connection, "other", 7, 8, ok=True, detail="")
    with reading(database) as connection:
        assert store.last_run_started(connection, "backup") == 3
        assert store.last_run_started(connection, "never") is None


async def test_that_jobs_of_a_replay_go_by_its_clock_and_others_do_not_run(clock: FrozenClock) -> None:
    ran: list[tuple[str, int]] = []
    told = asyncio.Semaphore(0)

    def noting(name: str) -> Job:
        async def work() -> str:
            ran.append((name, clock()))
            told.release()
            if len(ran) == 1:
                raise ValueError("a failure ends nothing")
            return ""

        return Job(name, 60.0, work, recorded=False, in_replay=name == "look")

    jobs = ClockedJobs(clock)
    await jobs.start([noting("backup"), noting("look")])
    await asyncio.sleep(2 * ClockedJobs.LOOKS_EVERY_S)
    assert ran == [], "while its clock stands still nothing is due"
    for count in (1, 2):
        clock.advance(3_600)
        await asyncio.wait_for(told.acquire(), PATIENCE_S)
        assert len(ran) == count
    jobs.stop()
    assert ran == [("look", START_US + 3_600_000_000), ("look", START_US + 7_200_000_000)]
