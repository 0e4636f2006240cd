"""Reads and writes of the traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, select

from secondskies_desktop.foundation.database.bulk import insert_where_new, upsert
from secondskies_desktop.foundation.logs import logger
from secondskies_desktop.ingest.tables import traces
from secondskies_desktop.ingest.tracing.histogram import Histogram
from secondskies_desktop.ingest.tracing.trace import (
    STEPS,
    SliceTrace,
    Trace,
    UnreadableTrace,
    span,
    times_of,
    unpack,
    way_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Connection

_log = logger(__name__)

WHOLE = "whole"
_HOUR_US = 3_600_000_000
_AT_ONCE = 200
_FENCE = 0
"""The first id of the one row that holds no times: up to its last id nothing may be traced any more."""


class TraceRow(NamedTuple):
    """A row of the table."""

    first_inbox_id: int
    last_inbox_id: int
    at_us: int
    steps: bytes


class Latency(NamedTuple):
    """How long the steps of arrivals took: by step, and from received to published by hour (µs UTC)."""

    steps: dict[str, Histogram]
    hours: dict[int, Histogram]


def write(connection: Connection, rows: Sequence[TraceRow]) -> None:
    """Write slices; one that is there stays as it is."""
    insert_where_new(connection, traces, rows)


def traced_to(connection: Connection) -> int:
    """Return the inbox id up to which arrivals are traced or fenced off, 0 where none are."""
    newest = select(traces.c.last_inbox_id).order_by(traces.c.first_inbox_id.desc()).limit(1)
    fenced = select(traces.c.last_inbox_id).where(traces.c.first_inbox_id == _FENCE)
    return max(connection.execute(query).scalar() or 0 for query in (newest, fenced))


def fence(connection: Connection, inbox_id: int, now_us: int) -> None:
    """Keep arrivals up to an id from being traced: they are about to be folded once more."""
    upsert(connection, traces, [TraceRow(_FENCE, inbox_id, now_us, b"")])


def trace_of(connection: Connection, inbox_id: int) -> Trace | None:
    """Return the way of an arrival, None where none was noted, or what was noted cannot be read."""
    query = (
        select(traces)
        .where(traces.c.first_inbox_id <= inbox_id)
        .order_by(traces.c.first_inbox_id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None or row.last_inbox_id < inbox_id or row.first_inbox_id == _FENCE:
        return None
    trace = _read(row)
    return None if trace is None else way_of(trace, inbox_id)


def _read(row: Any) -> SliceTrace | None:
    try:
        return unpack(row.first_inbox_id, row.at_us, row.steps)
    except UnreadableTrace as error:
        _log.warning("a trace cannot be read", first_inbox_id=row.first_inbox_id, reason=str(error))
        return None


def latency(connection: Connection, since_us: int, until_us: int) -> Latency:
    """Return how long arrivals took that were taken up in a span of time (µs UTC, its end left out).

    Only what came over HTTP counts: the rows of a log wait for one another, and no person for them.
    """
    found = Latency({name: Histogram() for name in (*STEPS, WHOLE)}, {})
    for trace in _slices(connection, since_us, until_us):
        _count(
            found, [times_of(trace, place) for place, one in enumerate(trace.waited_us) if one is not None]
        )
    return found


def _count(found: Latency, ways: list[tuple[int | None, ...]]) -> None:
    """Count the ways of one slice; each begins with the time of receipt."""
    for place, name in enumerate(STEPS):
        spans = [span(way[place], way[place + 1]) for way in ways]
        found.steps[name].add_all([one for one in spans if one is not None])
    for way in ways:
        received_us, whole_us = way[0], span(way[0], way[-1])
        if received_us is not None and whole_us is not None:
            found.steps[WHOLE].add(whole_us)
            found.hours.setdefault(received_us - received_us % _HOUR_US, Histogram()).add(whole_us)


def _slices(connection: Connection, since_us: int, until_us: int) -> Iterator[SliceTrace]:
    """Yield the slices of a span of time in chunks, by the index over their time."""
    place = (since_us, -1)
    while True:
        later = (traces.c.at_us > place[0]) | (
            (traces.c.at_us == place[0]) & (traces.c.first_inbox_id > place[1])
        )
        query = (
            select(traces)
            .where(traces.c.at_us >= place[0], traces.c.at_us < until_us, later)
            .where(traces.c.first_inbox_id != _FENCE)
            .order_by(traces.c.at_us, traces.c.first_inbox_id)
            .limit(_AT_ONCE)
        )
        rows = connection.execute(query).all()
        yield from (trace for trace in map(_read, rows) if trace is not None)
        if len(rows) < _AT_ONCE:
            return
        place = (rows[-1].at_us, rows[-1].first_inbox_id)


def forget_before(connection: Connection, before_us: int, limit: int = _AT_ONCE) -> int:
    """Delete some of the oldest slices from before a time; returns how many."""
    oldest = select(traces.c.first_inbox_id).where(traces.c.at_us < before_us).order_by(traces.c.at_us)
    done = connection.execute(delete(traces).where(traces.c.first_inbox_id.in_(oldest.limit(limit))))
    return done.rowcount
