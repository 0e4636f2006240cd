"""Reads and writes of job runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from secondskies_desktop.foundation.tables import job_runs

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def last_run_started(connection: Connection, job: str) -> int | None:
    """Return when a job last started and ended well (µs UTC), or None."""
    started: int | None = connection.execute(
        select(func.max(job_runs.c.started_us)).where(job_runs.c.job == job, job_runs.c.ok.is_(True))
    ).scalar()
    return started


def record_run(
    connection: Connection, job: str, started_us: int, finished_us: int, *, ok: bool, detail: str
) -> None:
    """Write one run of a job down."""
    connection.execute(
        insert(job_runs).values(job=job, started_us=started_us, finished_us=finished_us, ok=ok, detail=detail)
    )
