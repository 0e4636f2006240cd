"""Reads of the inbox by the time of arrival, which an imported log does not share with its place, and by content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from secondskies_desktop.foundation.database.bulk import fetch
from secondskies_desktop.ingest.store import Stored
from secondskies_desktop.ingest.tables import inbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Connection

_HOUR_US = 3_600_000_000


def moments_between(connection: Connection, since_us: int, until_us: int) -> list[int]:
    """Return when arrivals came (µs UTC), from one instant to before another, oldest first."""
    query = select(inbox.c.received_us).where(inbox.c.received_us >= since_us, inbox.c.received_us < until_us)
    return list(connection.execute(query.order_by(inbox.c.received_us)).scalars())


def count_by_hour(connection: Connection) -> list[tuple[int, int]]:
    """Return (first µs UTC, arrivals) of every hour in which anything arrived, newest first."""
    hour = (inbox.c.received_us - inbox.c.received_us % _HOUR_US).label("hour")
    query = select(hour, func.count()).group_by(hour).order_by(hour.desc())
    return [(row[0], row[1]) for row in connection.execute(query)]


def count_by_hour_of(connection: Connection, after_id: int, last_id: int) -> list[tuple[int, int]]:
    """Return (first µs UTC, arrivals) of the hours in which arrivals came, of those behind one id up to another."""
    hour = (inbox.c.received_us - inbox.c.received_us % _HOUR_US).label("hour")
    query = select(hour, func.count()).where(inbox.c.id > after_id, inbox.c.id <= last_id).group_by(hour)
    return [(row[0], row[1]) for row in connection.execute(query)]


def as_they_came(
    connection: Connection, since_us: int, until_us: int, last_id: int, chunk: int = 2_000
) -> Iterator[list[Stored]]:
    """Yield arrivals of a span of time in chunks, in the order of their coming; none behind an id.

    An imported log stands behind what came before it was imported: its ids do not tell when its rows arrived.
    """
    query = (
        select(*(inbox.c[name] for name in ("id", *Stored._fields[1:])))
        .where(inbox.c.received_us >= since_us, inbox.c.received_us < until_us, inbox.c.id <= last_id)
        .order_by(inbox.c.received_us, inbox.c.id)
    )
    for rows in connection.execution_options(yield_per=chunk).execute(query).partitions():
        yield [Stored._make(row) for row in rows]


def speaking_of(
    connection: Connection,
    stream: str,
    trade_ids: Sequence[str],
    bars_us: Sequence[int],
    between: tuple[int, int],
) -> list[int]:
    """Return the arrivals of a chart, behind one id up to another, that may tell of some signals or bars.

    A body with an escape may spell an id otherwise, so each is among them.
    """
    after_id, last_id = between
    is_sqlite = connection.dialect.name == "sqlite"
    holds = "instr(i.body, v.column1)>0" if is_sqlite else "position(v.column1 IN i.body)>0"
    words = [b"\\", *(one.encode("utf-8", "surrogatepass") for one in trade_ids)]
    marks = ",".join(["(?)"] * len(words))
    statement = (
        "SELECT i.id FROM inbox i LEFT JOIN deliveries d ON d.inbox_id=i.id "
        "WHERE i.id>? AND i.id<=? AND i.stream=? "
        f"AND (EXISTS (SELECT 1 FROM (VALUES {marks}) AS v WHERE {holds})"
    )
    if bars_us:
        statement += f" OR d.bar_us IN ({','.join('?' * len(bars_us))})"
    rows = fetch(connection, f"{statement})", (after_id, last_id, stream, *words, *bars_us))
    return [row[0] for row in rows]
