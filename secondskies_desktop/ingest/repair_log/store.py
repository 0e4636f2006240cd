"""Reads and writes of the log of repairs. The bytes in the inbox are never changed: a row says how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, insert, select, text

from secondskies_desktop.foundation.database.bulk import fetch, fetch_by_keys
from secondskies_desktop.ingest.tables import pump_position, repairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.engine import Connection

REPAIR = "repair"
UNDO = "undo"


class Repair(NamedTuple):
    """One row of the log. `rules` are names with commas between them, `lost` says what could not be kept.

    An undo has no body and refers to the repair that it takes back; rules and losses are those of the repair.
    """

    id: int
    at_us: int
    kind: str
    inbox_id: int
    rules: str
    body: bytes | None
    lost: str
    refers: int | None
    actor: str


_REPAIR = ",".join(Repair._fields)


def serialise(connection: Connection) -> None:
    """Let one transaction append at a time: whoever has folded up to an id must have seen all before it."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("LOCK TABLE repairs IN SHARE ROW EXCLUSIVE MODE"))


def append(connection: Connection, rows: Iterable[Repair]) -> None:
    """Append to the log within the caller's transaction, which has called `serialise`; ids are given here."""
    for row in rows:
        values = row._asdict()
        del values["id"]
        connection.execute(insert(repairs).values(**values))


def after(connection: Connection, repair_id: int, limit: int) -> list[Repair]:
    """Return the next rows of the log behind an id, oldest first."""
    rows = fetch(
        connection, f"SELECT {_REPAIR} FROM repairs WHERE id>? ORDER BY id LIMIT ?", (repair_id, limit)
    )
    return [Repair._make(row) for row in rows]


def newest_of(connection: Connection, inbox_ids: Sequence[int]) -> dict[int, Repair]:
    """Return the newest row of each of some arrivals, also one that nobody has read by yet."""
    return _holding(
        fetch_by_keys(connection, f"SELECT {_REPAIR} FROM repairs WHERE inbox_id IN", (), inbox_ids)
    )


def read_by(connection: Connection, inbox_ids: Sequence[int]) -> dict[int, Repair]:
    """Return the repairs that the projection reads some arrivals by."""
    known = position(connection)
    statement = f"SELECT {_REPAIR} FROM repairs WHERE id<=? AND inbox_id IN"
    return _repairs_only(_holding(fetch_by_keys(connection, statement, (known,), inbox_ids)))


def in_force(connection: Connection, until_id: int) -> dict[int, Repair]:
    """Return every repair that holds when the log is read up to an id, by arrival."""
    rows = fetch(connection, f"SELECT {_REPAIR} FROM repairs WHERE id<=? ORDER BY id", (until_id,))
    return _repairs_only(_holding(rows))


def _holding(rows: Iterable[tuple[Any, ...]]) -> dict[int, Repair]:
    return {row.inbox_id: row for row in sorted(map(Repair._make, rows))}


def _repairs_only(rows: dict[int, Repair]) -> dict[int, Repair]:
    return {inbox_id: row for inbox_id, row in rows.items() if row.kind == REPAIR}


def last_id(connection: Connection) -> int:
    """Return the newest id of the log, 0 where it is empty."""
    return connection.execute(select(func.max(repairs.c.id))).scalar() or 0


def position(connection: Connection) -> int:
    """Return the id of the log up to which the projection stands."""
    return connection.execute(select(pump_position.c.last_repair_id)).scalar() or 0


def set_position(connection: Connection, repair_id: int) -> None:
    """Move the projection's place in the log."""
    changed = connection.execute(pump_position.update().values(last_repair_id=repair_id))
    if not changed.rowcount:
        connection.execute(insert(pump_position).values(id=1, last_inbox_id=0, last_repair_id=repair_id))


def copy(connection: Connection, rows: Iterable[Repair]) -> None:
    """Write rows with their ids into another, empty log."""
    for row in rows:
        connection.execute(insert(repairs).values(**row._asdict()))
