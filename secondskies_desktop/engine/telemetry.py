"""How long alerts took through the program, by trade date; and the end of traces that are too old."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from secondskies_desktop.foundation.clock import as_iso
from secondskies_desktop.foundation.sessions import NEW_YORK, wall_to_utc_us
from secondskies_desktop.ingest.tracing import store
from secondskies_desktop.ingest.tracing.histogram import Quantiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.ingest.tracing.trace import Trace

KEPT_DAYS = 30
_DAY_US = 86_400_000_000
_ROLLS = 18
"""The hour of New York at which the trade date rolls."""


class Readable(Protocol):
    """A database that can be read: an engine of SQLAlchemy."""

    def connect(self) -> Connection:
        """Open a connection, which is a context."""


class Latency(msgspec.Struct, frozen=True):
    """How long the alerts of a trade date took: by step, and from received to published by hour (µs UTC)."""

    day: date
    steps: dict[str, Quantiles]
    hours: dict[int, Quantiles]

    @property
    def whole(self) -> Quantiles:
        """From received to published."""
        return self.steps[store.WHOLE]


def trace(database: Readable, inbox_id: int) -> Trace | None:
    """Return the way of an arrival, None where none was noted."""
    with database.connect() as connection:
        return store.trace_of(connection, inbox_id)


def latency(database: Readable, day: date) -> Latency:
    """Return `latency_of` a trade date, on a connection of its own."""
    with database.connect() as connection:
        return latency_of(connection, day)


def latency_of(connection: Connection, day: date) -> Latency:
    """Return how long the alerts took that came over HTTP on a trade date; OverflowError beyond the calendar."""
    found = store.latency(connection, _begin_us(day), _begin_us(day + timedelta(days=1)))
    steps = {name: one.quantiles() for name, one in found.steps.items()}
    return Latency(day, steps, {hour: found.hours[hour].quantiles() for hour in sorted(found.hours)})


def latency_answer(found: Latency) -> dict[str, Any]:
    """Return a latency as the API answers it."""
    return {
        "trade_date": found.day.isoformat(),
        "steps": [{"step": name, **one._asdict()} for name, one in found.steps.items()],
        "hours": [{"hour": as_iso(hour), **one._asdict()} for hour, one in found.hours.items()],
    }


async def forget_old_traces(write: Callable[[Callable[[Connection], int]], Future[int]], now_us: int) -> str:
    """Delete traces older than 30 days, in transactions so small that no alert waits for one."""
    before_us = now_us - KEPT_DAYS * _DAY_US
    total = 0
    while done := await asyncio.wrap_future(
        write(lambda connection: store.forget_before(connection, before_us))
    ):
        total += done
    return f"{total} slices forgotten"


def _begin_us(day: date) -> int:
    eve = day - timedelta(days=1)
    begin = wall_to_utc_us(eve.year, eve.month, eve.day, _ROLLS, 0, 0, NEW_YORK)
    assert begin is not None  # noqa: S101 - clocks change in the night from Saturday to Sunday
    return begin.utc_us
