"""Reads and writes of one-minute bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from secondskies_desktop.foundation.database.bulk import insert_new
from secondskies_desktop.market.bars import Bar
from secondskies_desktop.market.tables import bars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

SNAPSHOT = "snapshot"


def insert_bars(connection: Connection, stream: str, rows: Sequence[tuple[Bar, int]]) -> list[Bar]:
    """Insert bars with the order of their arrival; returns the ones that were new or came first after all.

    Of two bars of one minute the first received is kept, whatever order they are written in.
    """
    records = [
        (stream, bar.at_us, bar.open, bar.high, bar.low, bar.close, SNAPSHOT, arrival)
        for bar, arrival in rows
    ]
    new = {row[0] for row in insert_new(connection, bars, records, ("at_us",))}
    changed = [bar for bar, _ in rows if bar.at_us in new]
    for bar, arrival in rows:
        if bar.at_us not in new and _replace_if_earlier(connection, stream, bar, arrival):
            changed.append(bar)
    return changed


def _replace_if_earlier(connection: Connection, stream: str, bar: Bar, arrival: int) -> bool:
    found = connection.execute(
        bars.update()
        .where(bars.c.stream == stream, bars.c.at_us == bar.at_us, bars.c.arrival > arrival)
        .values(open=bar.open, high=bar.high, low=bar.low, close=bar.close, arrival=arrival)
    )
    return found.rowcount > 0


def bars_from(connection: Connection, stream: str, from_us: int) -> list[Bar]:
    """Return the bars of a chart from a time on, oldest first."""
    query = (
        select(bars.c.at_us, bars.c.open, bars.c.high, bars.c.low, bars.c.close)
        .where(bars.c.stream == stream, bars.c.at_us >= from_us)
        .order_by(bars.c.at_us)
    )
    return [Bar(*row) for row in connection.execute(query)]


def bars_between(connection: Connection, stream: str, from_us: int, to_us: int | None) -> list[Bar]:
    """Return the bars of a chart within a time span, both ends included, oldest first."""
    query = select(bars.c.at_us, bars.c.open, bars.c.high, bars.c.low, bars.c.close).where(
        bars.c.stream == stream, bars.c.at_us >= from_us
    )
    if to_us is not None:
        query = query.where(bars.c.at_us <= to_us)
    return [Bar(*row) for row in connection.execute(query.order_by(bars.c.at_us).limit(50_000))]


def list_bars(
    connection: Connection, since_us: int | None = None, until_us: int | None = None
) -> list[tuple[str, Bar, str]]:
    """Return (chart, bar, source) of all charts within a time span, oldest first."""
    query = select(
        bars.c.stream,
        bars.c.source,
        bars.c.at_us,
        bars.c.open,
        bars.c.high,
        bars.c.low,
        bars.c.close,
    )
    if since_us is not None:
        query = query.where(bars.c.at_us >= since_us)
    if until_us is not None:
        query = query.where(bars.c.at_us < until_us)
    query = query.order_by(bars.c.at_us, bars.c.stream)
    return [(row[0], Bar(*row[2:]), row[1]) for row in connection.execute(query)]


def newest_bar_us(connection: Connection, stream: str) -> int | None:
    """Return the open of a chart's newest bar, or None."""
    newest: int | None = connection.execute(
        select(func.max(bars.c.at_us)).where(bars.c.stream == stream)
    ).scalar()
    return newest


def forget_bars(connection: Connection) -> None:
    """Drop all bars that were derived from the inbox."""
    connection.execute(delete(bars).where(bars.c.source == SNAPSHOT))
