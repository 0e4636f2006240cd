"""Reads and writes of the integrity room's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.foundation.database.bulk import fetch, fetch_by_keys, upsert
from secondskies_desktop.integrity.tables import findings, integrity_position, integrity_samples
from secondskies_desktop.signals.tally import CODE_MASK, What, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy.engine import Connection

GAP = "gap"
CHECK = "check"
ANOMALY = "anomaly"
CONFLICT = "conflict"
"""How the type of a check begins that lists received values which contradict one another."""
DATES = 30
"""The newest trade dates over which health is taken."""


class Finding(NamedTuple):
    """One row of the findings: something that is missing or looks wrong, times in µs UTC."""

    stream: str
    trade_id: str
    category: str
    type: str
    since_us: int
    trade_date: str | None
    points: int
    text: str
    found_us: int
    closed_us: int | None
    closed_by: str | None


class Position(NamedTuple):
    """How far everything was looked through, and when (µs UTC)."""

    seq: int
    inbox_id: int
    at_us: int


class Sample(NamedTuple):
    """Health at a look: None where it could not be told."""

    at_us: int
    health: float | None
    signals: int
    complete: int
    gaps: int
    completeness: float | None
    completeness_low: float | None
    completeness_high: float | None


_FINDING = "SELECT stream,trade_id,category,type,since_us,trade_date,points,text,found_us,closed_us,closed_by"


def position(connection: Connection) -> Position:
    """Return how far everything was looked through, zeros where nobody has looked yet."""
    rows = fetch(connection, "SELECT seq,inbox_id,at_us FROM integrity_position", ())
    return Position(*rows[0]) if rows else Position(0, 0, 0)


def set_position(connection: Connection, place: Position) -> None:
    """Remember how far everything was looked through."""
    upsert(connection, integrity_position, [(1, *place)])


def heads(connection: Connection) -> tuple[int, ...]:
    """Return what moves with every change of a signal, with every arrival and repair that was read, and position."""
    # One question of one row: it is asked every second, also where nothing happens.
    statement = (
        "SELECT (SELECT max(seq) FROM signals),(SELECT last_inbox_id FROM pump_position),"
        "(SELECT last_repair_id FROM pump_position),(SELECT seq FROM integrity_position)"
    )
    return tuple(one or 0 for one in fetch(connection, statement, ())[0])


def open_findings_of(
    connection: Connection, stream: str, trade_ids: Sequence[str]
) -> dict[str, list[Finding]]:
    """Return the open findings of some signals of a chart."""
    statement = f"{_FINDING} FROM findings WHERE closed_us IS NULL AND stream=? AND trade_id IN"
    found: dict[str, list[Finding]] = {}
    for row in fetch_by_keys(connection, statement, (stream,), trade_ids):
        found.setdefault(row[1], []).append(Finding(*row))
    return found


def findings_of(connection: Connection, stream: str, trade_id: str) -> list[Finding]:
    """Return all findings of one signal, also those that are over, oldest first."""
    statement = f"{_FINDING} FROM findings WHERE stream=? AND trade_id=? ORDER BY since_us,category,type"
    return [Finding(*row) for row in fetch(connection, statement, (stream, trade_id))]


def open_findings(connection: Connection, limit: int = 100_000) -> list[Finding]:
    """Return what is open, the newest found first."""
    statement = f"{_FINDING} FROM findings WHERE closed_us IS NULL ORDER BY found_us DESC LIMIT ?"
    return [Finding(*row) for row in fetch(connection, statement, (limit,))]


def newest_findings(connection: Connection, limit: int) -> list[Finding]:
    """Return what was found last, open or over."""
    return [
        Finding(*row)
        for row in fetch(connection, f"{_FINDING} FROM findings ORDER BY found_us DESC LIMIT ?", (limit,))
    ]


def write_findings(connection: Connection, rows: Iterable[Finding]) -> None:
    """Write findings over what was known of them."""
    upsert(connection, findings, rows, keys=5)


def counts_since(connection: Connection, since_us: int) -> tuple[int, int]:
    """Return how many gaps were found, and how many were filled, since a time (µs UTC)."""
    found = fetch(
        connection, "SELECT count(*) FROM findings WHERE category=? AND found_us>=?", (GAP, since_us)
    )
    filled = fetch(connection, "SELECT count(*) FROM fills WHERE kind='fill' AND at_us>=?", (since_us,))
    return found[0][0], filled[0][0]


def points_by_signal(connection: Connection) -> dict[tuple[str, str], int]:
    """Return what the open gaps of each signal cost it; a signal without any is left out."""
    statement = (
        "SELECT stream,trade_id,sum(points) FROM findings "
        "WHERE closed_us IS NULL AND category=? GROUP BY stream,trade_id"
    )
    return {(row[0], row[1]): int(row[2]) for row in fetch(connection, statement, (GAP,))}


def signals_with_gaps(connection: Connection) -> list[int]:
    """Return the ids in the projection of the signals that miss something."""
    statement = (
        "SELECT DISTINCT s.id FROM findings f JOIN signals s ON s.stream=f.stream AND s.trade_id=f.trade_id "
        "WHERE f.closed_us IS NULL AND f.category=? ORDER BY s.id"
    )
    return [row[0] for row in fetch(connection, statement, (GAP,))]


def qualities(connection: Connection) -> Callable[[str, str, int], int | None]:
    """Return what tells the quality of a signal by chart, id and change number: None where nobody has looked since."""
    points, seq = points_by_signal(connection), position(connection).seq

    def quality(stream: str, trade_id: str, change: int) -> int | None:
        return None if change > seq else max(0, 100 - points.get((stream, trade_id), 0))

    return quality


def quality_of(connection: Connection, stream: str, trade_id: str, change: int) -> int | None:
    """Return the quality of one signal as it stands at a change: None where nobody has looked since."""
    if change > position(connection).seq:
        return None
    found = open_findings_of(connection, stream, [trade_id]).get(trade_id, ())
    return max(0, 100 - sum(one.points for one in found if one.category == GAP))


class Health(NamedTuple):
    """The mean quality over the signals of the newest trade dates, None without a signal."""

    health: float | None
    signals: int
    complete: int
    gaps: int


def health(connection: Connection) -> Health:
    """Return the health over the signals of the newest trade dates, linked ones and those without a date left out."""
    dates = fetch(
        connection,
        "SELECT DISTINCT trade_date FROM signal_tallies WHERE trade_date>'0' ORDER BY trade_date DESC LIMIT ?",
        (DATES,),
    )
    if not dates:
        return Health(None, 0, 0, 0)
    oldest = dates[-1][0]
    tallies = fetch(connection, "SELECT counts FROM signal_tallies WHERE trade_date>=?", (oldest,))
    # Every signal but the linked ones counts once by its status.
    signals = sum(
        number
        for (counts,) in tallies
        for code, number in unpack(counts).items()
        if code & CODE_MASK < What.KIND
    )
    rows = fetch(
        connection,
        "SELECT sum(points),count(*) FROM findings WHERE closed_us IS NULL AND category=? "
        "AND trade_id<>'' AND trade_date>=? GROUP BY stream,trade_id",
        (GAP, oldest),
    )
    lost = sum(min(100, int(row[0])) for row in rows)
    if not signals:
        return Health(None, 0, 0, 0)
    complete = signals - len(rows)
    return Health(
        round((100.0 * signals - lost) / signals, 2), signals, complete, sum(row[1] for row in rows)
    )


def fills_by_source(connection: Connection) -> dict[str, int]:
    """Return how many values were filled in, by source, those that were undone left out."""
    statement = (
        "SELECT source,count(*) FROM fills WHERE kind='fill' AND id NOT IN "
        "(SELECT refers FROM fills WHERE kind='undo' AND refers IS NOT NULL) GROUP BY source ORDER BY source"
    )
    return {row[0]: row[1] for row in fetch(connection, statement, ())}


def last_heartbeat(connection: Connection) -> int | None:
    """Return when the newest heartbeat arrived (µs UTC), None where none ever did."""
    statement = (
        "SELECT i.received_us FROM deliveries d JOIN inbox i ON i.id=d.inbox_id "
        "WHERE d.event_type='HEARTBEAT' ORDER BY d.inbox_id DESC LIMIT 1"
    )
    rows = fetch(connection, statement, ())
    return rows[0][0] if rows else None


def write_sample(connection: Connection, sample: Sample) -> None:
    """Write health as it is now."""
    upsert(connection, integrity_samples, [tuple(sample)])


def samples_since(connection: Connection, since_us: int) -> list[Sample]:
    """Return health as it went since a time (µs UTC), oldest first."""
    columns = ",".join(Sample._fields)
    statement = f"SELECT {columns} FROM integrity_samples WHERE at_us>=? ORDER BY at_us"
    return [Sample(*row) for row in fetch(connection, statement, (since_us,))]


def forget_position(connection: Connection) -> None:
    """Let everything be looked through again, because change numbers began anew."""
    connection.execute(integrity_position.delete())
