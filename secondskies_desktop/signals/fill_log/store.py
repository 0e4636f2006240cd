"""Reads and writes of the log of fills: append-only truth beside the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import func, select, text

from secondskies_desktop.foundation.database.bulk import (
    fetch,
    fetch_by_keys,
    in_powers_of_two,
    insert_where_new,
)
from secondskies_desktop.signals.fills import Fill, FillKind
from secondskies_desktop.signals.tables import fills

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

_FILL = ",".join(column.name for column in fills.c)


def append(connection: Connection, rows: Sequence[Fill]) -> list[int]:
    """Append to the log of fills within the caller's transaction; returns the ids that the rows got."""
    if connection.dialect.name != "sqlite":
        # As with the inbox: whoever has folded up to an id must have seen all before it.
        connection.execute(text("LOCK TABLE fills IN SHARE ROW EXCLUSIVE MODE"))
    columns = [name for name in Fill.__struct_fields__ if name != "id"]
    one = f"({','.join('?' * len(columns))})"
    found: list[int] = []
    for chunk in in_powers_of_two(rows):
        values = [value for row in chunk for value in _values(row)[1:]]
        statement = (
            f"INSERT INTO fills ({','.join(columns)}) VALUES {','.join([one] * len(chunk))} RETURNING id"
        )
        # Ids are given in the order of the values; the order of what is returned is nobody's promise.
        found += sorted(row[0] for row in fetch(connection, statement, values))
    return found


def after(connection: Connection, fill_id: int, limit: int) -> list[Fill]:
    """Return the next rows of the log behind an id, oldest first."""
    rows = fetch(connection, f"SELECT {_FILL} FROM fills WHERE id>? ORDER BY id LIMIT ?", (fill_id, limit))
    return [_fill(row) for row in rows]


def of_signals(connection: Connection, stream: str, trade_ids: Sequence[str]) -> dict[str, list[Fill]]:
    """Return the rows of the log that concern some signals of a chart, oldest first; one without any is left out."""
    statement = f"SELECT {_FILL} FROM fills WHERE stream=? AND trade_id IN"
    found: dict[str, list[Fill]] = {}
    for row in sorted(fetch_by_keys(connection, statement, (stream,), trade_ids)):
        one = _fill(row)
        found.setdefault(one.trade_id, []).append(one)
    return found


def of_signal(connection: Connection, stream: str, trade_id: str) -> list[Fill]:
    """Return all rows of the log that concern one signal, oldest first."""
    statement = f"SELECT {_FILL} FROM fills WHERE stream=? AND trade_id=? ORDER BY id"
    return [_fill(row) for row in fetch(connection, statement, (stream, trade_id))]


def newest(connection: Connection, limit: int, before_id: int | None = None) -> list[Fill]:
    """Return rows of the log, newest first, before an id."""
    statement = f"SELECT {_FILL} FROM fills WHERE id<? ORDER BY id DESC LIMIT ?"
    return [_fill(row) for row in fetch(connection, statement, (before_id or 1 << 62, limit))]


def last_id(connection: Connection) -> int:
    """Return the newest id of the log of fills, 0 where it is empty."""
    return connection.execute(select(func.max(fills.c.id))).scalar() or 0


def by_id(connection: Connection, fill_id: int) -> Fill | None:
    """Return one row of the log."""
    found = fetch(connection, f"SELECT {_FILL} FROM fills WHERE id=?", (fill_id,))
    return _fill(found[0]) if found else None


def is_undone(connection: Connection, fill: Fill) -> bool:
    """Tell whether a row of the log was taken back by a later one."""
    rows = of_signal(connection, fill.stream, fill.trade_id)
    return any(one.kind == FillKind.UNDO and one.refers == fill.id for one in rows)


def listed(connection: Connection, limit: int, before_id: int | None = None) -> list[tuple[Fill, bool]]:
    """Return fills and choices, newest first, before an id, each with whether it was taken back."""
    statement = (
        f"SELECT {_FILL},EXISTS(SELECT 1 FROM fills u WHERE u.stream=f.stream AND u.trade_id=f.trade_id "
        "AND u.kind='undo' AND u.refers=f.id) FROM fills f WHERE kind<>'undo' AND id<? ORDER BY id DESC LIMIT ?"
    )
    rows = fetch(connection, statement, (before_id or 1 << 62, limit))
    return [(_fill(row[:-1]), bool(row[-1])) for row in rows]


def count(connection: Connection) -> int:
    """Return how many fills and choices stand in the log, also those that were taken back."""
    return int(fetch(connection, "SELECT count(*) FROM fills WHERE kind<>'undo'", ())[0][0])


def copy(connection: Connection, rows: Sequence[Fill]) -> None:
    """Write rows with their ids into another, empty log."""
    insert_where_new(connection, fills, [_values(row) for row in rows])


def _values(row: Fill) -> tuple[Any, ...]:
    named = {name: getattr(row, name) for name in row.__struct_fields__}
    named["value"] = None if row.value is None else msgspec.json.encode(row.value).decode()
    named["because"] = msgspec.json.encode(row.because).decode()
    return tuple(named.values())


def _fill(row: tuple[Any, ...]) -> Fill:
    named = dict(zip(Fill.__struct_fields__, row, strict=True))
    named["value"] = None if named["value"] is None else msgspec.json.decode(named["value"])
    named["because"] = tuple(msgspec.json.decode(named["because"]))
    return Fill(**named)
