"""Reads and writes of job runs, of the attention log, of the roadmap's marks and of the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sqlalchemy import case, func, insert, select, text

from secondskies_desktop.foundation.attention import Episode, Severity
from secondskies_desktop.foundation.audit import GENESIS, AuditRow, hash_of
from secondskies_desktop.foundation.database.bulk import fetch
from secondskies_desktop.foundation.logs import redacted
from secondskies_desktop.foundation.roadmap import Marked
from secondskies_desktop.foundation.tables import attention_log, audit_trail, job_runs, roadmap_marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.engine import Connection

RAISED = "raised"
CLEARED = "cleared"
ACKNOWLEDGED = "acknowledged"
TAKEN_BACK = "taken back"
"""The acknowledgement was no acknowledgement."""
TOLD = "told"
"""The trader was told of it, the first time or again."""
MAX_SUBJECT = 200
MAX_DETAIL = 16_384
"""Characters of the JSON; whoever has more to say counts instead of listing."""
_PAGE = 1_000


class LoggedEdge(NamedTuple):
    """One row of the attention log without its id; severity and text stand with what was raised.

    Of what was told the text is the step, 0 the first time.
    """

    at_us: int
    edge: str
    kind: str
    key: str
    severity: str | None = None
    text: str | None = None


class Run(NamedTuple):
    """One run of a job."""

    started_us: int
    finished_us: int
    ok: bool
    detail: str


def last_run_started(connection: Connection, job: str) -> int | None:
    """Return when a job last started and ended well (µs UTC), or None."""
    started: int | None = connection.execute(
        select(func.max(job_runs.c.started_us)).where(job_runs.c.job == job, job_runs.c.ok.is_(True))
    ).scalar()
    return started


def record_run(
    connection: Connection, job: str, started_us: int, finished_us: int, *, ok: bool, detail: str
) -> None:
    """Write one run of a job down."""
    connection.execute(
        insert(job_runs).values(job=job, started_us=started_us, finished_us=finished_us, ok=ok, detail=detail)
    )


def last_run(connection: Connection, job: str, *, ok: bool | None = None) -> Run | None:
    """Return the newest finished run of a job, or the newest that ended well (`ok` True) or not (False)."""
    columns = (job_runs.c.started_us, job_runs.c.finished_us, job_runs.c.ok, job_runs.c.detail)
    query = select(*columns).where(job_runs.c.job == job, job_runs.c.finished_us.is_not(None))
    if ok is not None:
        query = query.where(job_runs.c.ok.is_(ok))
    row = connection.execute(query.order_by(job_runs.c.id.desc()).limit(1)).first()
    return None if row is None else Run(row[0], row[1], bool(row[2]), row[3] or "")


def append_edges(connection: Connection, edges: Sequence[LoggedEdge]) -> None:
    """Write edges down in their order."""
    if edges:
        connection.execute(insert(attention_log), [edge._asdict() for edge in edges])


def left_open(connection: Connection) -> list[tuple[str, str]]:
    """Return (kind, key) of what the log says was raised and never cleared."""
    newest_raised = func.max(case((attention_log.c.edge == RAISED, attention_log.c.id)))
    newest_cleared = func.max(case((attention_log.c.edge == CLEARED, attention_log.c.id)))
    query = (
        select(attention_log.c.kind, attention_log.c.key)
        .group_by(attention_log.c.kind, attention_log.c.key)
        .having(newest_raised > func.coalesce(newest_cleared, 0))
    )
    return [(kind, key) for kind, key in connection.execute(query)]


def episodes(connection: Connection, limit: int, before_id: int | None = None) -> list[Episode]:
    """Return what wanted the trader, newest first, before an id; each with the edges that followed it."""
    query = select(attention_log).where(attention_log.c.edge == RAISED)
    if before_id is not None:
        query = query.where(attention_log.c.id < before_id)
    raised = list(connection.execute(query.order_by(attention_log.c.id.desc()).limit(limit)))
    return _followed(connection, raised)


def open_episodes(connection: Connection) -> list[Episode]:
    """Return what is open by the log, oldest first: for a reader that has no board."""
    open_now = set(left_open(connection))
    if not open_now:
        return []
    newest = select(func.max(attention_log.c.id)).where(
        attention_log.c.edge == RAISED, attention_log.c.key.in_({key for _, key in open_now})
    )
    ids = connection.execute(newest.group_by(attention_log.c.kind, attention_log.c.key)).scalars().all()
    rows = connection.execute(
        select(attention_log).where(attention_log.c.id.in_(ids)).order_by(attention_log.c.id)
    )
    return _followed(connection, [row for row in rows if (row.kind, row.key) in open_now])


def _followed(connection: Connection, raised: Sequence[Any]) -> list[Episode]:
    """Return what was raised together with the edges that followed, in the order in which it is given."""
    if not raised:
        return []
    query = select(attention_log).where(
        attention_log.c.id >= min(row.id for row in raised),
        attention_log.c.key.in_({row.key for row in raised}),
    )
    begun: dict[tuple[str, str], int] = {}
    lives: dict[int, _Life] = {row.id: _Life() for row in raised}
    for row in connection.execute(query.order_by(attention_log.c.id)):
        place = (row.kind, row.key)
        if row.edge == RAISED:
            # Raised again before it was over: what stood until then ends where the new one begins.
            _take(lives, begun.get(place), LoggedEdge(row.at_us, CLEARED, *place))
            begun[place] = row.id
        else:
            _take(lives, begun.get(place), LoggedEdge(row.at_us, row.edge, *place, None, row.text))
    return [_episode(row, lives[row.id]) for row in raised]


@dataclass(slots=True)
class _Life:
    cleared_us: int | None = None
    acknowledged_us: int | None = None
    told: int = 0


def _take(lives: dict[int, _Life], episode: int | None, edge: LoggedEdge) -> None:
    if episode not in lives:
        return
    life = lives[episode]
    if edge.edge == CLEARED and life.cleared_us is None:
        life.cleared_us = edge.at_us
    elif edge.edge == ACKNOWLEDGED and life.acknowledged_us is None:
        life.acknowledged_us = edge.at_us
    elif edge.edge == TAKEN_BACK:
        life.acknowledged_us = None
    elif edge.edge == TOLD:
        life.told = int(edge.text or 0) + 1


def _episode(row: Any, life: _Life) -> Episode:
    return Episode(
        row.id,
        row.kind,
        row.key,
        Severity(row.severity),
        row.text,
        row.at_us,
        life.cleared_us,
        life.acknowledged_us,
        life.told,
    )


def write_roadmap_mark(connection: Connection, module: str, at_us: int, *, complete: bool) -> None:
    """Write down that the trader marked a module (µs UTC), or took his mark back."""
    connection.execute(insert(roadmap_marks).values(module=module, at_us=at_us, complete=complete))


def copy_roadmap_marks(source: Connection, target: Connection) -> None:
    """Copy the trader's marks, as they are and in their order, into a database that has none."""
    columns = (roadmap_marks.c.module, roadmap_marks.c.at_us, roadmap_marks.c.complete)
    rows = [dict(row) for row in source.execute(select(*columns).order_by(roadmap_marks.c.id)).mappings()]
    if rows:
        target.execute(insert(roadmap_marks), rows)


def roadmap_marks_of(connection: Connection) -> dict[str, Marked]:
    """Return the newest mark of each module."""
    query = select(roadmap_marks.c.module, roadmap_marks.c.complete, roadmap_marks.c.at_us)
    rows = connection.execute(query.order_by(roadmap_marks.c.id))
    return {module: Marked(complete, at_us) for module, complete, at_us in rows}


def record(
    connection: Connection, at_us: int, actor: str, action: str, subject: str, detail: Mapping[str, Any]
) -> int:
    """Write an act into the audit trail within the caller's transaction; returns the row's number.

    To be called last in a transaction: on PostgreSQL it holds the trail until the commit, so that numbers follow one
    another without a hole. What looks like a token or a password is cut out. ValueError where the detail is too long.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(text("LOCK TABLE audit_trail IN SHARE ROW EXCLUSIVE MODE"))
    words = msgspec.json.encode(_without_secrets(dict(detail)), order="deterministic").decode()
    if len(words) > MAX_DETAIL:
        raise ValueError(f"the detail of {action} is longer than {MAX_DETAIL} characters")
    rows, previous = audit_head(connection)
    values = (rows + 1, at_us, actor, str(action), _without_secrets(subject)[:MAX_SUBJECT], words, previous)
    row = AuditRow(*values, hash_of(*values))
    connection.execute(insert(audit_trail).values(row._asdict()))
    return row.id


def _without_secrets(value: Any) -> Any:
    if isinstance(value, str):
        # A file's name may hold what no database keeps as text.
        return redacted(value.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00"))
    if isinstance(value, dict):
        return {_without_secrets(key): _without_secrets(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(one) for one in value]
    return value


def audit_head(connection: Connection) -> tuple[int, bytes]:
    """Return the number of the newest row of the audit trail and its hash."""
    query = select(audit_trail.c.id, audit_trail.c.hash).order_by(audit_trail.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return (0, GENESIS) if row is None else (row[0], row[1])


def count_audit_rows(connection: Connection) -> int:
    """Return how many rows the audit trail has."""
    return connection.execute(select(func.count()).select_from(audit_trail)).scalar() or 0


def audit_rows(connection: Connection) -> Iterator[AuditRow]:
    """Yield the audit trail in its order, a page at a time; also rows that somebody damaged."""
    columns = ",".join(AuditRow._fields)
    is_sqlite = connection.dialect.name == "sqlite"
    driver: Any = connection.connection.driver_connection
    if is_sqlite:
        # Text that is not UTF-8 is a row to name, not a query that fails.
        driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        page = f"SELECT {columns} FROM audit_trail ORDER BY id LIMIT ?"
        rows = fetch(connection, page, (_PAGE,))
        page = f"SELECT {columns} FROM audit_trail WHERE id>? ORDER BY id LIMIT ?"
        while rows:
            yield from map(AuditRow._make, rows)
            rows = fetch(connection, page, (rows[-1][0], _PAGE)) if len(rows) == _PAGE else []
    finally:
        if is_sqlite:
            driver.text_factory = str


def newest_audit_rows(connection: Connection, limit: int, before_id: int | None = None) -> list[AuditRow]:
    """Return rows of the audit trail, newest first, before a number."""
    query = select(audit_trail)
    if before_id is not None:
        query = query.where(audit_trail.c.id < before_id)
    rows = connection.execute(query.order_by(audit_trail.c.id.desc()).limit(limit))
    return [AuditRow._make(row) for row in rows]
