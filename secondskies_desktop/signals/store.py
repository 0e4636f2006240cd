"""Reads and writes of the signal projection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sqlalchemy import delete, func, or_, select

from secondskies_desktop.foundation.database.bulk import fetch, fetch_by_keys, insert_where_new, upsert
from secondskies_desktop.signals.changes import SignalRow
from secondskies_desktop.signals.lifecycle import SignalState, is_stepped
from secondskies_desktop.signals.tables import STILL_STEPPED, signal_events, signal_tallies, signals
from secondskies_desktop.signals.view import SignalView
from secondskies_desktop.signals.vocabulary import EventType, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

_encode = msgspec.msgpack.Encoder().encode
_decode_state = msgspec.msgpack.Decoder(SignalState).decode
_decode_view = msgspec.msgpack.Decoder(SignalView).decode
_UPDATE = EventType.MFE_UPDATE.value

EventRow = tuple[int, str, int, int, int]
"""Signal id, kind, key, inbox id, position in the body."""


class Stored(NamedTuple):
    """A signal of the projection: its id, its joined state, the triangle and the view that its row stands for."""

    id: int
    state: SignalState
    signal_us: int | None
    direction: str | None
    view: SignalView


class OnBar(NamedTuple):
    """A signal by its triangle."""

    trade_id: str
    signal_us: int
    direction: str


class EventPlace(NamedTuple):
    """Where an event's body lies: inbox id and the event's position in it."""

    type: str
    key: int
    inbox_id: int
    position: int


_STORED = "SELECT id,state,signal_us,direction,view FROM signals WHERE "


def _stored(row: tuple[int, bytes, int | None, str | None, bytes]) -> Stored:
    return Stored(row[0], _decode_state(row[1]), row[2], row[3], _decode_view(row[4]))


def load(connection: Connection, stream: str, trade_ids: Sequence[str]) -> Iterator[Stored]:
    """Yield the signals of a chart by their ids; those that are not there are left out."""
    statement = f"{_STORED}stream=? AND trade_id IN"
    return (_stored(row) for row in fetch_by_keys(connection, statement, (stream,), trade_ids))


def stepped_from(connection: Connection, stream: str, from_us: int) -> Iterator[Stored]:
    """Yield the signals of a chart whose legs a bar at or after a time moves, or could have moved."""
    statement = f"{_STORED}stream=? AND stepped_until_us>=?"
    return (_stored(row) for row in fetch(connection, statement, (stream, from_us)))


def still_stepped(connection: Connection, stream: str) -> Iterator[Stored]:
    """Yield the signals of a chart whose legs the next bar steps."""
    return stepped_from(connection, stream, STILL_STEPPED)


def on_bars(connection: Connection, stream: str, bars_us: Sequence[int]) -> Iterator[OnBar]:
    """Yield the signals of a chart whose triangle stands on one of some bars."""
    statement = (
        "SELECT trade_id,signal_us,direction FROM signals "
        "WHERE direction IS NOT NULL AND stream=? AND signal_us IN"
    )
    return (OnBar(*row) for row in fetch_by_keys(connection, statement, (stream,), bars_us))


def write_signals(connection: Connection, rows: Iterable[tuple[int, int, SignalState, SignalView]]) -> None:
    """Write (id, seq, state, view) over what was known before."""
    upsert(
        connection,
        signals,
        [
            (
                signal_id,
                view.stream,
                view.trade_id,
                seq,
                view.sort_us,
                view.signal_us,
                None if view.direction is None else str(view.direction),
                view.session,
                view.trade_date,
                str(view.status),
                _stepped_until_us(state),
                _encode(state),
                _encode(view),
            )
            for signal_id, seq, state, view in rows
        ],
    )


def _stepped_until_us(state: SignalState) -> int | None:
    return STILL_STEPPED if is_stepped(state) else None if state.legs is None else state.legs.stopped_us


def newest_update(connection: Connection, signal_id: int) -> int | None:
    """Return the greatest key of a signal's updates, None where it has none."""
    statement = "SELECT max(key) FROM signal_events WHERE signal_id=? AND type=?"
    newest: int | None = fetch(connection, statement, (signal_id, _UPDATE))[0][0]
    return newest


def updates_between(connection: Connection, signal_id: int, first: int, last: int) -> set[int]:
    """Return the keys of a signal's updates from one to another, both included."""
    statement = "SELECT key FROM signal_events WHERE signal_id=? AND type=? AND key BETWEEN ? AND ?"
    return {row[0] for row in fetch(connection, statement, (signal_id, _UPDATE, first, last))}


def insert_events(connection: Connection, rows: Sequence[EventRow]) -> None:
    """Write events. One that stands there already keeps the place of its first body."""
    insert_where_new(connection, signal_events, rows)


def counters(connection: Connection) -> tuple[int, int]:
    """Return the highest signal id and the highest change number, 0 where there are none."""
    # Two questions in one: of both maxima at once SQLite reads the whole table, of each alone the end of an index.
    newest = (select(func.max(column)).scalar_subquery() for column in (signals.c.id, signals.c.seq))
    row = connection.execute(select(*newest)).one()
    return row[0] or 0, row[1] or 0


def _rows() -> Select[tuple[int, int, bytes]]:
    return select(signals.c.id, signals.c.seq, signals.c.view)


def _row(row: Sequence[object]) -> SignalRow:
    return SignalRow(row[0], row[1], _decode_view(row[2]))  # type: ignore[arg-type]


def newest(connection: Connection, limit: int, before: tuple[int, str] | None = None) -> list[SignalRow]:
    """Return signals, newest first by (sort time, trade id), optionally behind a place of that order."""
    query = _rows()
    if before is not None:
        sort_us, trade_id = before
        query = query.where(
            or_(
                signals.c.sort_us < sort_us,
                (signals.c.sort_us == sort_us) & (signals.c.trade_id < trade_id),
            )
        )
    query = query.order_by(signals.c.sort_us.desc(), signals.c.trade_id.desc()).limit(limit)
    return [_row(row) for row in connection.execute(query)]


def newest_in(connection: Connection, statuses: Sequence[str], limit: int) -> list[SignalRow]:
    """Return the newest signals that stand in one of some states, newest first."""
    statement = (
        "SELECT sort_us,trade_id,id,seq,view FROM signals WHERE status=? ORDER BY sort_us DESC LIMIT ?"
    )
    found = [row for status in statuses for row in fetch(connection, statement, (status, limit))]
    found.sort(key=lambda row: row[:2], reverse=True)
    return [_row(row[2:]) for row in found[:limit]]


def changed_since(connection: Connection, seq: int, limit: int = 5_000) -> list[SignalRow]:
    """Return the signals that changed after a change number, in the order of their change."""
    query = _rows().where(signals.c.seq > seq).order_by(signals.c.seq).limit(limit)
    return [_row(row) for row in connection.execute(query)]


def every(connection: Connection) -> Iterator[SignalRow]:
    """Yield all signals, oldest first; the same data give the same order."""
    query = _rows().order_by(signals.c.sort_us, signals.c.trade_id, signals.c.stream)
    # An option of the connection would outlast this query, and take the first row from `fetch`.
    for row in connection.execute(query.execution_options(yield_per=1_000)):
        yield _row(row)


def signal_by_id(connection: Connection, signal_id: int) -> SignalRow | None:
    """Return one signal by its id in the projection."""
    row = connection.execute(_rows().where(signals.c.id == signal_id)).first()
    return None if row is None else _row(row)


def signals_by_trade_id(connection: Connection, trade_id: str) -> list[SignalRow]:
    """Return the signals that carry an id, one per chart."""
    query = _rows().where(signals.c.trade_id == trade_id).order_by(signals.c.stream)
    return [_row(row) for row in connection.execute(query)]


def signals_of(connection: Connection, stream: str, trade_ids: Sequence[str]) -> list[SignalRow]:
    """Return the signals of a chart by their ids; those that are not there are left out."""
    statement = "SELECT id,seq,view FROM signals WHERE stream=? AND trade_id IN"
    return [_row(row) for row in fetch_by_keys(connection, statement, (stream,), trade_ids)]


def events_of(connection: Connection, signal_id: int) -> list[EventPlace]:
    """Return where the events of one signal lie, in inbox order."""
    query = (
        select(
            signal_events.c.type,
            signal_events.c.key,
            signal_events.c.inbox_id,
            signal_events.c.position,
        )
        .where(signal_events.c.signal_id == signal_id)
        .order_by(signal_events.c.inbox_id, signal_events.c.position)
    )
    return [EventPlace(*row) for row in connection.execute(query)]


def count_events(connection: Connection) -> int:
    """Return how many distinct events the projection holds."""
    return connection.execute(select(func.count()).select_from(signal_events)).scalar() or 0


def forget_signals(connection: Connection) -> None:
    """Drop the projection; the inbox can bring it back."""
    connection.execute(delete(signal_tallies))
    connection.execute(delete(signal_events))
    connection.execute(delete(signals))


def drop_events(connection: Connection, signal_ids: Sequence[int]) -> None:
    """Drop the events of some signals."""
    for one in signal_ids:
        connection.execute(delete(signal_events).where(signal_events.c.signal_id == one))


def drop_signals(connection: Connection, signal_ids: Sequence[int]) -> None:
    """Drop signals that nothing tells of any more; their events are dropped before."""
    for one in signal_ids:
        connection.execute(delete(signals).where(signals.c.id == one))


def count_statuses(connection: Connection) -> dict[str, int]:
    """Return how many signals stand in each status."""
    query = select(signals.c.status, func.count()).group_by(signals.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}


class TallyRow(NamedTuple):
    """The packed counts of one trade date ("" where it is not known) and chart; see tally.py."""

    trade_date: str
    stream: str
    seq: int
    counts: bytes


def tally_row(connection: Connection, trade_date: str, stream: str) -> TallyRow | None:
    """Return the counts of one trade date and chart, None where nothing was counted."""
    statement = "SELECT trade_date,stream,seq,counts FROM signal_tallies WHERE trade_date=? AND stream=?"
    found = fetch(connection, statement, (trade_date, stream))
    return TallyRow(*found[0]) if found else None


def tallies_since(connection: Connection, seq: int) -> list[TallyRow]:
    """Return the counts that changed after a change number, in the order of dates."""
    statement = (
        "SELECT trade_date,stream,seq,counts FROM signal_tallies WHERE seq>? ORDER BY trade_date,stream"
    )
    return [TallyRow(*row) for row in fetch(connection, statement, (seq,))]


def write_tallies(connection: Connection, rows: Iterable[TallyRow]) -> None:
    """Write counts over what was known."""
    upsert(connection, signal_tallies, rows, keys=2)


def forget_tallies(connection: Connection) -> None:
    """Drop all counts; the signals can bring them back."""
    connection.execute(delete(signal_tallies))


def next_on_chart(connection: Connection, stream: str, after_us: int) -> tuple[int, OnBar] | None:
    """Return the next signal of a chart by its triangle, with its id in the projection, behind a time (µs UTC)."""
    statement = (
        "SELECT id,trade_id,signal_us,direction FROM signals "
        "WHERE stream=? AND signal_us>? AND direction IS NOT NULL ORDER BY signal_us LIMIT 1"
    )
    rows = fetch(connection, statement, (stream, after_us))
    return (rows[0][0], OnBar(*rows[0][1:])) if rows else None


def waiting_before(connection: Connection, stream: str, bar_us: int) -> list[SignalRow]:
    """Return the signals of a chart's last triangle before a bar that wait for their confirmation."""
    statement = (
        "SELECT id,seq,view FROM signals WHERE stream=? AND status=? AND signal_us="
        "(SELECT max(signal_us) FROM signals WHERE stream=? AND signal_us<?)"
    )
    return [_row(row) for row in fetch(connection, statement, (stream, str(Status.PENDING), stream, bar_us))]


def places_in(connection: Connection, statuses: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield (id, change number, chart, sort time) of the signals that stand in one of some states."""
    statement = "SELECT id,seq,stream,sort_us FROM signals WHERE status IN"
    return fetch_by_keys(connection, statement, (), statuses)


def rows_by_id(connection: Connection, signal_ids: Sequence[int]) -> list[SignalRow]:
    """Return signals by their ids in the projection; those that are not there are left out."""
    return [
        _row(row)
        for row in fetch_by_keys(connection, "SELECT id,seq,view FROM signals WHERE id IN", (), signal_ids)
    ]


def around_on_chart(connection: Connection, stream: str, at_us: int, within_us: int) -> list[SignalRow]:
    """Return a few signals of a chart on both sides of a time, nearest first on each side."""
    columns = "SELECT id,seq,view FROM signals WHERE stream=? AND signal_us"
    rows = [
        *fetch(
            connection,
            f"{columns}<? AND signal_us>=? ORDER BY signal_us DESC LIMIT 5",
            (stream, at_us, at_us - within_us),
        ),
        *fetch(
            connection,
            f"{columns}>? AND signal_us<=? ORDER BY signal_us LIMIT 5",
            (stream, at_us, at_us + within_us),
        ),
    ]
    return [_row(row) for row in rows]
