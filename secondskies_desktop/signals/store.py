"""Reads and writes of the signal projection."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
from sqlalchemy import delete, func, or_, select, tuple_

from secondskies_desktop.foundation.database.bulk import insert_new
from secondskies_desktop.signals.changes import SignalRow
from secondskies_desktop.signals.lifecycle import SignalState
from secondskies_desktop.signals.tables import signal_events, signals
from secondskies_desktop.signals.view import SignalView

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

_encode = msgspec.msgpack.Encoder().encode
_decode_state = msgspec.msgpack.Decoder(SignalState).decode
_decode_view = msgspec.msgpack.Decoder(SignalView).decode
_COLUMNS = [column.name for column in signals.columns]


class Kept(NamedTuple):
    """A signal of the projection with the state that the fold goes on from."""

    id: int
    state: SignalState


class EventPlace(NamedTuple):
    """Where an event's body lies: inbox id and the event's position in it."""

    type: str
    key: int
    inbox_id: int
    position: int


def load_states(connection: Connection, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Kept]:
    """Return the states of signals by (stream, trade id); those that are not there are left out."""
    found: dict[tuple[str, str], Kept] = {}
    for start in range(0, len(wanted), 200):
        query = select(signals.c.stream, signals.c.trade_id, signals.c.id, signals.c.state).where(
            tuple_(signals.c.stream, signals.c.trade_id).in_(wanted[start : start + 200])
        )
        for stream, trade_id, signal_id, state in connection.execute(query):
            found[stream, trade_id] = Kept(signal_id, _decode_state(state))
    return found


def followed_by_bars(connection: Connection) -> list[Kept]:
    """Return the signals whose legs the next bar has to step."""
    query = select(signals.c.id, signals.c.state).where(signals.c.follows_bars.is_(True))
    return [Kept(row[0], _decode_state(row[1])) for row in connection.execute(query)]


def born_before(connection: Connection, stream: str, at_us: int) -> list[Kept]:
    """Return the signals of a chart that a late bar may concern, in the order of their birth."""
    query = (
        select(signals.c.id, signals.c.state)
        .where(signals.c.stream == stream, signals.c.signal_us <= at_us)
        .order_by(signals.c.signal_us)
    )
    kept = (Kept(row[0], _decode_state(row[1])) for row in connection.execute(query))
    return [one for one in kept if one.state.by_bars]


def write_signals(connection: Connection, rows: Sequence[tuple[int, int, SignalState, SignalView]]) -> None:
    """Write (id, seq, state, view) over what was known before."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    updates = ",".join(f"{name}=excluded.{name}" for name in _COLUMNS[1:])
    records = [
        (
            signal_id,
            view.stream,
            view.trade_id,
            seq,
            view.sort_us,
            view.signal_us,
            view.direction,
            view.session,
            view.trade_date,
            view.status,
            state.by_bars and view.exit_us is None and view.status != "INVALID",
            _encode(state),
            _encode(view),
        )
        for signal_id, seq, state, view in rows
    ]
    if records:
        connection.exec_driver_sql(
            f"INSERT INTO signals ({','.join(_COLUMNS)}) VALUES ({','.join([mark] * len(_COLUMNS))}) "
            f"ON CONFLICT (id) DO UPDATE SET {updates}",
            records,
        )


def note_events(
    connection: Connection, rows: Sequence[tuple[int, str, int, int, int]]
) -> list[tuple[int, str]]:
    """Note (signal id, type, key, inbox id, position); returns (signal id, type) of each that was new."""
    found = insert_new(connection, signal_events, rows, ("signal_id", "type"))
    return [(row[0], row[1]) for row in found]


def counters(connection: Connection) -> tuple[int, int]:
    """Return the highest signal id and the highest change number, 0 where there are none."""
    row = connection.execute(select(func.max(signals.c.id), func.max(signals.c.seq))).one()
    return row[0] or 0, row[1] or 0


def same_bar(connection: Connection, stream: str, signal_us: int) -> list[SignalRow]:
    """Return the signals of a chart whose triangle stands on one bar."""
    query = _rows().where(signals.c.stream == stream, signals.c.signal_us == signal_us)
    return [_row(row) for row in connection.execute(query)]


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


def changed_since(connection: Connection, seq: int, limit: int = 5_000) -> list[SignalRow]:
    """Return the signals that changed after a change number, in the order of their change."""
    query = _rows().where(signals.c.seq > seq).order_by(signals.c.seq).limit(limit)
    return [_row(row) for row in connection.execute(query)]


def every(connection: Connection) -> Iterator[SignalRow]:
    """Yield all signals, oldest first; the same data give the same order."""
    query = _rows().order_by(signals.c.sort_us, signals.c.trade_id, signals.c.stream)
    for row in connection.execution_options(yield_per=1_000).execute(query):
        yield _row(row)


def signal_by_id(connection: Connection, signal_id: int) -> SignalRow | None:
    """Return one signal by its id in the projection."""
    row = connection.execute(_rows().where(signals.c.id == signal_id)).first()
    return None if row is None else _row(row)


def signals_by_trade_id(connection: Connection, trade_id: str) -> list[SignalRow]:
    """Return the signals that carry an id, one per chart."""
    query = _rows().where(signals.c.trade_id == trade_id).order_by(signals.c.stream)
    return [_row(row) for row in connection.execute(query)]


def state_of(connection: Connection, signal_id: int) -> SignalState | None:
    """Return the joined state of one signal."""
    row = connection.execute(select(signals.c.state).where(signals.c.id == signal_id)).first()
    return None if row is None else _decode_state(row[0])


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


def signals_of_arrival(connection: Connection, stream: str, trade_ids: Sequence[str]) -> list[SignalRow]:
    """Return the signals of a chart by their ids."""
    query = _rows().where(signals.c.stream == stream, signals.c.trade_id.in_(list(trade_ids)))
    return [_row(row) for row in connection.execute(query)]


def count_events(connection: Connection) -> int:
    """Return how many distinct events the projection holds."""
    return connection.execute(select(func.count()).select_from(signal_events)).scalar() or 0


def forget_signals(connection: Connection) -> None:
    """Drop the projection; the inbox can bring it back."""
    connection.execute(delete(signal_events))
    connection.execute(delete(signals))


def count_statuses(connection: Connection) -> dict[str, int]:
    """Return how many signals stand in each status."""
    query = select(signals.c.status, func.count()).group_by(signals.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}
