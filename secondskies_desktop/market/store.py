"""Reads and writes of one-minute bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from secondskies_desktop.foundation.database.bulk import fetch, insert_new, mark
from secondskies_desktop.market.bars import Bar
from secondskies_desktop.market.tables import bars

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Connection

SNAPSHOT = "snapshot"
_FIRST_PAGE = 64
_PAGE = 2_048
_FIELDS = "at_us,open,high,low,close"


def insert_bars(connection: Connection, stream: str, rows: Sequence[tuple[Bar, int]]) -> list[Bar]:
    """Insert bars with their time of arrival (µs UTC); returns those that were new or came first after all.

    Of two bars of one minute the first received is kept, whatever order they are written in; of two that were
    received at once, the one with the smaller prices. The answer is in the order of time.
    """
    first: dict[int, tuple[int, Bar]] = {}
    for bar, arrival in rows:
        known = first.get(bar.at_us)
        if known is None or (arrival, _prices(bar)) < (known[0], _prices(known[1])):
            first[bar.at_us] = (arrival, bar)
    records = [
        (stream, at_us, *_prices(bar), SNAPSHOT, arrival) for at_us, (arrival, bar) in sorted(first.items())
    ]
    new = {row[0] for row in insert_new(connection, bars, records, ("at_us",))}
    return [
        bar
        for at_us, (arrival, bar) in sorted(first.items())
        if at_us in new or _replace_if_earlier(connection, stream, bar, arrival)
    ]


def _prices(bar: Bar) -> tuple[float, float, float, float]:
    return bar.open, bar.high, bar.low, bar.close


def _replace_if_earlier(connection: Connection, stream: str, bar: Bar, arrival: int) -> bool:
    one = mark(connection)
    values = (*_prices(bar), arrival)
    found = connection.exec_driver_sql(
        f"UPDATE bars SET open={one},high={one},low={one},close={one},arrival={one} "
        f"WHERE stream={one} AND at_us={one} "
        f"AND (arrival,open,high,low,close)>({one},{one},{one},{one},{one})",
        (*values, stream, bar.at_us, arrival, *_prices(bar)),
    )
    return found.rowcount > 0


def drop_bars(connection: Connection, stream: str, bars_us: Sequence[int]) -> None:
    """Drop the bars of some minutes of a chart."""
    connection.execute(delete(bars).where(bars.c.stream == stream, bars.c.at_us.in_(bars_us)))


def bars_from(connection: Connection, stream: str, from_us: int) -> Iterator[Bar]:
    """Yield the bars of a chart from a time on, oldest first, read page by page as they are asked for.

    Pages grow: most trades end within their first hour, and some run for days.
    """
    statement = f"SELECT {_FIELDS} FROM bars WHERE stream=? AND at_us>=? ORDER BY at_us LIMIT ?"
    limit = _FIRST_PAGE
    while True:
        page = fetch(connection, statement, (stream, from_us, limit))
        for row in page:
            yield Bar(*row)
        if len(page) < limit:
            return
        from_us = page[-1][0] + 1
        limit = min(2 * limit, _PAGE)


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
