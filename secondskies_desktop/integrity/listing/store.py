"""Reads of findings and samples as a screen lists them: filtered, sorted and cut in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from secondskies_desktop.foundation.database.bulk import fetch
from secondskies_desktop.integrity.store import CHECK, Finding, Sample

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_FINDING = ",".join(Finding._fields)
_ORDERS: Final = {
    "found": "found_us",
    "since": "since_us",
    "points": "points",
    "type": "type",
    "category": "category",
    "signal": "trade_id",
}


class Wanted(NamedTuple):
    """Which open findings, and in which order: one of found, since, points, type, category and signal."""

    category: str | None = None
    type: str | None = None
    words: str = ""
    order: str = "found"
    down: bool = True


def open_page(connection: Connection, wanted: Wanted, limit: int) -> list[Finding]:
    """Return open findings that pass, in their order; KeyError for an unknown one."""
    where, values = _where(wanted)
    way = "DESC" if wanted.down else "ASC"
    statement = (
        f"SELECT {_FINDING} FROM findings WHERE {where} "
        f"ORDER BY {_ORDERS[wanted.order]} {way},found_us DESC,stream,trade_id,type,since_us LIMIT ?"
    )
    return [Finding(*row) for row in fetch(connection, statement, (*values, limit))]


def count_open(connection: Connection, wanted: Wanted) -> int:
    """Return how many open findings pass."""
    where, values = _where(wanted)
    return int(fetch(connection, f"SELECT count(*) FROM findings WHERE {where}", values)[0][0])


def open_kinds(connection: Connection) -> dict[tuple[str, str], int]:
    """Return how many findings of each category and type are open."""
    statement = (
        "SELECT category,type,count(*) FROM findings WHERE closed_us IS NULL "
        "GROUP BY category,type ORDER BY category,type"
    )
    return {(row[0], row[1]): row[2] for row in fetch(connection, statement, ())}


def open_conflicts(connection: Connection, kind: str, limit: int) -> list[Finding]:
    """Return what contradicts itself, the newest found first; its types begin with `kind` and a colon."""
    statement = (
        f"SELECT {_FINDING} FROM findings WHERE closed_us IS NULL AND category=? AND type LIKE ? "
        "ORDER BY found_us DESC,stream,trade_id,type LIMIT ?"
    )
    return [Finding(*row) for row in fetch(connection, statement, (CHECK, f"{kind}:%", limit))]


def newest_sample(connection: Connection) -> Sample | None:
    """Return health as it was told last, None where it never was."""
    columns = ",".join(Sample._fields)
    rows = fetch(connection, f"SELECT {columns} FROM integrity_samples ORDER BY at_us DESC LIMIT 1", ())
    return Sample(*rows[0]) if rows else None


def _where(wanted: Wanted) -> tuple[str, tuple[Any, ...]]:
    parts, values = ["closed_us IS NULL"], list[Any]()
    for name in ("category", "type"):
        value = getattr(wanted, name)
        if value is not None:
            parts.append(f"{name}=?")
            values.append(value)
    for word in wanted.words.lower().split():
        safe = word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        parts.append("lower(trade_id || ' ' || stream || ' ' || type || ' ' || text) LIKE ? ESCAPE '!'")
        values.append(f"%{safe}%")
    return " AND ".join(parts), tuple(values)
