"""Reads and writes of the alerts room: signs of life, what was sent out, when each rule last fired. Times µs UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, insert, select

from secondskies_desktop.alerts.tables import alert_sends
from secondskies_desktop.foundation.store import RAISED
from secondskies_desktop.foundation.tables import attention_log
from secondskies_desktop.ingest.tables import deliveries, inbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.engine import Connection

    from secondskies_desktop.foundation.attention import Episode

_BEATS = ("HEARTBEAT", "CONTRACT_2")
_NOTHING_SAID = b'"events":[]'
"""What makes an alert of contract 2 a sign of life and no more."""
_AT_ONCE = 500


class Beat(NamedTuple):
    """One heartbeat: its place in the inbox, its chart, when it was received."""

    inbox_id: int
    stream: str
    received_us: int


class Send(NamedTuple):
    """One attempt to send something out; `step` 0 is the first word, `detail` says what came of it."""

    at_us: int
    kind: str
    key: str
    step: int
    channel: str
    ok: bool
    detail: str


def folded_until(connection: Connection) -> int:
    """Return the newest arrival that was decoded, 0 where none was."""
    return connection.execute(select(func.max(deliveries.c.inbox_id))).scalar() or 0


def beats(connection: Connection, behind: int) -> list[Beat]:
    """Return the heartbeats over HTTP behind a place of the inbox, oldest first; the newest 500 at most."""
    query = (
        select(inbox.c.id, inbox.c.stream, inbox.c.received_us, deliveries.c.event_type, inbox.c.body)
        .select_from(deliveries.join(inbox, inbox.c.id == deliveries.c.inbox_id))
        .where(deliveries.c.inbox_id > behind, deliveries.c.event_type.in_(_BEATS))
        .where(deliveries.c.state == "done", inbox.c.source.like("webhook%"))
        .order_by(deliveries.c.inbox_id.desc())
        .limit(_AT_ONCE)
    )
    found = [
        Beat(row.id, row.stream, row.received_us)
        for row in connection.execute(query)
        if row.event_type == _BEATS[0] or _NOTHING_SAID in bytes(row.body)
    ]
    return found[::-1]


def last_signs(connection: Connection, behind: int, streams: Iterable[str], but: str) -> dict[str, int]:
    """Return when each of these charts sent anything over HTTP, as far as behind a place; `but` one kind."""
    query = (
        select(inbox.c.stream, func.max(inbox.c.received_us))
        .select_from(inbox.outerjoin(deliveries, deliveries.c.inbox_id == inbox.c.id))
        .where(inbox.c.id > behind, inbox.c.stream.in_(list(streams)), inbox.c.source.like("webhook%"))
        .where(func.coalesce(deliveries.c.event_type, "") != but)
        .group_by(inbox.c.stream)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def append_sends(connection: Connection, sends: Sequence[Send]) -> None:
    """Write attempts down in their order."""
    if sends:
        connection.execute(insert(alert_sends), [one._asdict() for one in sends])


_SENT = tuple(alert_sends.c[name] for name in Send._fields)


def sends_of(connection: Connection, found: Sequence[Episode]) -> dict[int, list[Send]]:
    """Return what was sent out of each of these episodes, by their ids, oldest first."""
    if not found:
        return {}
    query = (
        select(*_SENT)
        .where(alert_sends.c.at_us >= min(one.raised_us for one in found))
        .where(alert_sends.c.key.in_({one.key for one in found}))
        .order_by(alert_sends.c.id)
    )
    begun: dict[tuple[str, str], list[Episode]] = {}
    for one in sorted(found, key=lambda one: one.raised_us):
        begun.setdefault((one.kind, one.key), []).append(one)
    sent: dict[int, list[Send]] = {}
    for row in connection.execute(query):
        send = Send._make(row)
        before = [one for one in begun.get((send.kind, send.key), ()) if one.raised_us <= send.at_us]
        if before:
            sent.setdefault(before[-1].id, []).append(send)
    return sent


def last_sends(connection: Connection) -> dict[str, Send]:
    """Return the newest attempt of each channel."""
    newest = select(func.max(alert_sends.c.id)).group_by(alert_sends.c.channel)
    rows = connection.execute(select(*_SENT).where(alert_sends.c.id.in_(newest)))
    return {row.channel: Send._make(row) for row in rows}


def last_fired(connection: Connection, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return when each rule last fired, by its kind and key; a key of "" stands for every key of its kind."""
    wanted = set(places)
    query = (
        select(attention_log.c.kind, attention_log.c.key, func.max(attention_log.c.at_us))
        .where(attention_log.c.edge == RAISED)
        .group_by(attention_log.c.kind, attention_log.c.key)
    )
    fired: dict[tuple[str, str], int] = {}
    for kind, key, at_us in connection.execute(query):
        place = (kind, key) if (kind, key) in wanted else (kind, "")
        fired[place] = max(at_us, fired.get(place, 0))
    return fired
