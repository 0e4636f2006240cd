"""Reads and writes of the ingest tables."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, func, insert, or_, select, text
from sqlalchemy.exc import DataError, IntegrityError

from secondskies_desktop.foundation.database.bulk import fetch, fetch_by_keys, insert_where_new, mark, upsert
from secondskies_desktop.ingest.tables import bodies, deliveries, inbox, pump_position, tokens
from secondskies_desktop.ingest.tokens import DEFAULT, Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Connection

PENDING = "pending"
DONE = "done"
DUPLICATE = "duplicate"
DEAD = "dead"


class Arrival(NamedTuple):
    """One body as it arrived, before it has a place in the inbox."""

    received_us: int
    source: str
    stream: str
    sha256: bytes
    log_key: bytes | None
    body: bytes


class Stored(NamedTuple):
    """One arrival in the inbox."""

    inbox_id: int
    received_us: int
    source: str
    stream: str
    sha256: bytes
    body: bytes


class Delivery(NamedTuple):
    """What became of an arrival: its row of the deliveries table."""

    inbox_id: int
    state: str
    event_type: str | None
    trade_id: str | None
    rule: str | None
    repairs: str | None
    reason: str | None
    bar_us: int | None
    seq: int | None


class InboxRow(NamedTuple):
    """An arrival with what became of it, without its bytes."""

    inbox_id: int
    received_us: int
    source: str
    stream: str
    bytes: int
    state: str
    event_type: str | None
    trade_id: str | None
    rule: str | None
    repairs: str | None
    reason: str | None
    bar_us: int | None


_APPEND = "INSERT INTO inbox (received_us, source, stream, sha256, log_key, body) VALUES "
_AT_ONCE = 64
_APPEND_SQLITE = tuple(_APPEND + ",".join(["(?,?,?,?,?,?)"] * rows) for rows in range(_AT_ONCE + 1))
_APPEND_POSTGRES = _APPEND + "(%s,%s,%s,%s,%s,%s)"
_STORED = f"SELECT {','.join(('id', *Stored._fields[1:]))} FROM inbox WHERE "


def append_arrivals(connection: Connection, arrivals: Sequence[Arrival]) -> None:
    """Append arrivals to the inbox within the caller's transaction, without the cost of Core.

    SQLite's driver gives up the interpreter's lock around each row of an executemany, and has to wait for the
    loop to get it back; a statement for many rows does so once.
    """
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        for start in range(0, len(arrivals), _AT_ONCE):
            rows = arrivals[start : start + _AT_ONCE]
            driver.execute(_APPEND_SQLITE[len(rows)], tuple(chain.from_iterable(rows)))
        return
    serialise_appends(connection)
    connection.exec_driver_sql(_APPEND_POSTGRES, list(arrivals))


def serialise_appends(connection: Connection) -> None:
    """Let one transaction append at a time, so that ids become visible in their order (PostgreSQL).

    Without it a reader that has passed id 7 would miss an id 6 that commits later. SQLite has one writer.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(text("LOCK TABLE inbox IN SHARE ROW EXCLUSIVE MODE"))


def append_new(connection: Connection, arrivals: Sequence[Arrival]) -> list[int]:
    """Append the arrivals of a log that are not there yet; returns the ids of the new ones."""
    serialise_appends(connection)
    marks = ",".join([mark(connection)] * 6)
    statement = f"{_APPEND}({marks}) ON CONFLICT (log_key) DO NOTHING RETURNING id"
    found: list[int] = []
    for arrival in arrivals:
        row = connection.exec_driver_sql(statement, tuple(arrival)).first()
        if row is not None:
            found.append(row[0])
    return found


def after(connection: Connection, inbox_id: int, limit: int) -> list[Stored]:
    """Return the next arrivals behind a place of the inbox, oldest first."""
    rows = fetch(connection, f"{_STORED}id>? ORDER BY id LIMIT ?", (inbox_id, limit))
    return [Stored._make(row) for row in rows]


def between(connection: Connection, after_id: int, until_id: int) -> list[Stored]:
    """Return the arrivals behind one id up to another, oldest first."""
    rows = fetch(connection, f"{_STORED}id>? AND id<=? ORDER BY id", (after_id, until_id))
    return [Stored._make(row) for row in rows]


def arrivals_by_id(connection: Connection, ids: Sequence[int]) -> dict[int, Stored]:
    """Return arrivals by their ids."""
    return {row[0]: Stored._make(row) for row in fetch_by_keys(connection, f"{_STORED}id IN", (), ids)}


def last_arrival(connection: Connection) -> int:
    """Return the newest inbox id, 0 where there is none."""
    return connection.execute(select(func.max(inbox.c.id))).scalar() or 0


def count_after(connection: Connection, inbox_id: int) -> int:
    """Return how many arrivals stand behind a place of the inbox."""
    query = select(func.count()).select_from(inbox).where(inbox.c.id > inbox_id)
    return connection.execute(query).scalar() or 0


def position(connection: Connection) -> int:
    """Return the inbox id up to which the projection stands."""
    return connection.execute(select(pump_position.c.last_inbox_id)).scalar() or 0


def set_position(connection: Connection, inbox_id: int) -> None:
    """Move the projection's place in the inbox."""
    changed = connection.execute(pump_position.update().values(last_inbox_id=inbox_id))
    if not changed.rowcount:
        connection.execute(insert(pump_position).values(id=1, last_inbox_id=inbox_id))


def fill_position(connection: Connection) -> int:
    """Return the id of the log of fills up to which the projection stands."""
    return connection.execute(select(pump_position.c.last_fill_id)).scalar() or 0


def set_fill_position(connection: Connection, fill_id: int) -> None:
    """Move the projection's place in the log of fills."""
    changed = connection.execute(pump_position.update().values(last_fill_id=fill_id))
    if not changed.rowcount:
        connection.execute(insert(pump_position).values(id=1, last_inbox_id=0, last_fill_id=fill_id))


def take_turn(connection: Connection) -> int:
    """Return the projection's place, and hold every other process back from moving it in this transaction."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("LOCK TABLE pump_position IN EXCLUSIVE MODE"))
    return position(connection)


def note_bodies(connection: Connection, arrivals: Sequence[Stored]) -> set[int]:
    """Note the bodies of arrivals; returns the ids of those whose bytes had never come on their stream."""
    first: dict[tuple[str, bytes], int] = {}
    for one in arrivals:
        first.setdefault((one.stream, one.sha256), one.inbox_id)
    ids = set(first.values())
    rows = [(stream, digest, inbox_id) for (stream, digest), inbox_id in first.items()]
    if insert_where_new(connection, bodies, rows) == len(rows):
        return ids
    known: set[int] = set()
    for stream in {stream for stream, _ in first}:
        digests = [digest for of, digest in first if of == stream]
        statement = "SELECT first_inbox_id FROM bodies WHERE stream=? AND sha256 IN"
        known |= {row[0] for row in fetch_by_keys(connection, statement, (stream,), digests)}
    return ids & known


def first_ids(connection: Connection, arrivals: Sequence[Stored]) -> set[int]:
    """Return the ids of those arrivals whose bytes came with them for the first time on their stream."""
    statement = "SELECT first_inbox_id FROM bodies WHERE first_inbox_id=? AND stream=? AND sha256=?"
    return {
        one.inbox_id
        for one in arrivals
        if fetch(connection, statement, (one.inbox_id, one.stream, one.sha256))
    }


def write_deliveries(connection: Connection, rows: Sequence[Delivery]) -> None:
    """Write what became of arrivals, over what was known before."""
    upsert(connection, deliveries, rows)


def is_refused_value(error: BaseException) -> bool:
    """Tell whether a database refused what was to be written, as it would at every further attempt."""
    return isinstance(error, DataError | IntegrityError)


def forget_deliveries(connection: Connection) -> None:
    """Drop what was derived from the inbox; the inbox itself stays."""
    for table in (deliveries, bodies, pump_position):
        connection.execute(delete(table))


_LISTED = (
    inbox.c.id,
    inbox.c.received_us,
    inbox.c.source,
    inbox.c.stream,
    func.length(inbox.c.body),
    func.coalesce(deliveries.c.state, PENDING),
    deliveries.c.event_type,
    deliveries.c.trade_id,
    deliveries.c.rule,
    deliveries.c.repairs,
    deliveries.c.reason,
    deliveries.c.bar_us,
)


def list_inbox(
    connection: Connection,
    state: str | None = None,
    limit: int = 100,
    before: int | None = None,
    between: tuple[int, int] | None = None,
) -> list[InboxRow]:
    """Return arrivals, newest first, optionally of one state, before an id, or from one time to under another.

    Times (µs UTC) do not rise with the ids: a log brings old ones late. The search for them ends with a full
    page, or looks through the whole inbox.
    """
    query = select(*_LISTED).select_from(inbox.outerjoin(deliveries, deliveries.c.inbox_id == inbox.c.id))
    if state == PENDING:
        query = query.where(inbox.c.id > position(connection))
    elif state is not None:
        query = query.where(deliveries.c.state == state)
    if before is not None:
        query = query.where(inbox.c.id < before)
    if between is not None:
        query = query.where(inbox.c.received_us >= between[0], inbox.c.received_us < between[1])
    query = query.order_by(inbox.c.id.desc()).limit(limit)
    return [InboxRow._make(row) for row in connection.execute(query)]


def inbox_row(connection: Connection, inbox_id: int) -> InboxRow | None:
    """Return one arrival with what became of it."""
    query = (
        select(*_LISTED)
        .select_from(inbox.outerjoin(deliveries, deliveries.c.inbox_id == inbox.c.id))
        .where(inbox.c.id == inbox_id)
    )
    row = connection.execute(query).first()
    return None if row is None else InboxRow._make(row)


def times_seen(connection: Connection, stream: str, sha256: bytes, inbox_id: int) -> int:
    """Return how often the bytes of an arrival came on their chart, itself included.

    Only an arrival whose bytes came before can have company, and then the inbox is searched for it.
    """
    first = connection.execute(
        select(bodies.c.first_inbox_id).where(bodies.c.stream == stream, bodies.c.sha256 == sha256)
    ).scalar()
    if first is None:
        return 1
    query = (
        select(func.count())
        .select_from(inbox)
        .where(inbox.c.id.between(first, max(first, inbox_id) + _LOOK_AHEAD))
        .where(inbox.c.stream == stream, inbox.c.sha256 == sha256)
    )
    return connection.execute(query).scalar() or 1


_LOOK_AHEAD = 5_000
"""Repetitions come within minutes; a count over all that came later would read the whole inbox."""


def last_webhook_arrival(
    connection: Connection, behind: int, but: str, unread_until_us: int
) -> tuple[int, int] | None:
    """Return (id, µs UTC) of the newest arrival over HTTP behind a place, passing over one kind of event.

    What has not been read yet may be of that kind: it counts once it has waited since `unread_until_us`.
    """
    is_read = deliveries.c.inbox_id.is_not(None)
    query = (
        select(inbox.c.id, inbox.c.received_us)
        .select_from(inbox.outerjoin(deliveries, deliveries.c.inbox_id == inbox.c.id))
        .where(inbox.c.id > behind, inbox.c.source.like("webhook%"))
        .where(func.coalesce(deliveries.c.event_type, "") != but)
        .where(or_(is_read, inbox.c.received_us <= unread_until_us))
        .order_by(inbox.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else (row[0], row[1])


def count_dead(connection: Connection) -> int:
    """Return how many dead letters there are."""
    query = select(func.count()).select_from(deliveries).where(deliveries.c.state == DEAD)
    return connection.execute(query).scalar() or 0


def dead_ids(connection: Connection) -> list[int]:
    """Return the ids of all dead letters, oldest first."""
    query = select(deliveries.c.inbox_id).where(deliveries.c.state == DEAD).order_by(deliveries.c.inbox_id)
    return [row[0] for row in connection.execute(query)]


def count_states(connection: Connection, ids: Sequence[int]) -> dict[str, int]:
    """Return how many of the given folded arrivals are done, dead, duplicate and `repaired`.

    A dead letter whose bytes had come before is a duplicate too.
    """
    counts: dict[str, int] = {}
    for start in range(0, len(ids), 500):
        query = (
            select(deliveries.c.state, deliveries.c.repairs, func.count())
            .where(deliveries.c.inbox_id.in_(ids[start : start + 500]))
            .group_by(deliveries.c.state, deliveries.c.repairs)
        )
        for state, repairs, count in connection.execute(query):
            counts[state] = counts.get(state, 0) + count
            if repairs and state != DEAD:
                counts["repaired"] = counts.get("repaired", 0) + count
        again = (
            select(func.count())
            .select_from(deliveries.join(inbox, inbox.c.id == deliveries.c.inbox_id))
            .join(bodies, (bodies.c.stream == inbox.c.stream) & (bodies.c.sha256 == inbox.c.sha256))
            .where(deliveries.c.inbox_id.in_(ids[start : start + 500]), deliveries.c.state == DEAD)
            .where(bodies.c.first_inbox_id != inbox.c.id)
        )
        counts[DUPLICATE] = counts.get(DUPLICATE, 0) + (connection.execute(again).scalar() or 0)
    return counts


def all_arrivals(connection: Connection, until: int, chunk: int = 2_000) -> Iterator[list[Stored]]:
    """Yield the whole inbox up to an id in chunks, oldest first."""
    place = 0
    while True:
        rows = [row for row in after(connection, place, chunk) if row.inbox_id <= until]
        if not rows:
            return
        yield rows
        place = rows[-1].inbox_id


def list_tokens(connection: Connection) -> list[Token]:
    """Return all tokens, the default one first, then by name."""
    rows = [Token(*row) for row in connection.execute(select(*tokens.c).order_by(tokens.c.name))]
    return sorted(rows, key=lambda token: (token.name != DEFAULT, token.name))


def write_token(connection: Connection, token: Token) -> None:
    """Write a token over one of the same name."""
    connection.execute(delete(tokens).where(tokens.c.name == token.name))
    connection.execute(
        insert(tokens).values(**{name: getattr(token, name) for name in token.__struct_fields__})
    )


def note_token_use(connection: Connection, used: dict[str, int]) -> None:
    """Note when tokens were last used (µs UTC)."""
    for name, at_us in used.items():
        connection.execute(tokens.update().where(tokens.c.name == name).values(last_used_us=at_us))


def copy_arrivals(connection: Connection, arrivals: Sequence[Stored]) -> None:
    """Write arrivals with their ids into another, empty inbox."""
    connection.exec_driver_sql(
        "INSERT INTO inbox (id, received_us, source, stream, sha256, body) VALUES (?,?,?,?,?,?)",
        [tuple(one) for one in arrivals],
    )
