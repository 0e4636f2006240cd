"""Reads that join rooms: a signal with the bodies behind it, an arrival with what it became."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from secondskies_desktop.foundation.clock import as_iso
from secondskies_desktop.foundation.sessions import trade_date
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.changes import ArrivalRow
from secondskies_desktop.ingest.decoding import read
from secondskies_desktop.ingest.history import store as history_store
from secondskies_desktop.ingest.repair_log import store as repair_log
from secondskies_desktop.integrity import store as integrity_store
from secondskies_desktop.market import store as bar_store
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.answers import as_full_answer
from secondskies_desktop.signals.event import Undecodable
from secondskies_desktop.signals.explain import explain
from secondskies_desktop.signals.fill_log import store as fill_log
from secondskies_desktop.signals.history import HistoryEvent, derived_events, from_body, in_order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.ingest.store import InboxRow
    from secondskies_desktop.signals.changes import SignalRow


def history(connection: Connection, row: SignalRow) -> list[HistoryEvent]:
    """Return the events of a signal, oldest first, values read again from the raw bodies."""
    places = signal_store.events_of(connection, row.id)
    bodies = inbox_store.arrivals_by_id(connection, sorted({place.inbox_id for place in places}))
    repaired = repair_log.read_by(connection, list(bodies))
    events: list[HistoryEvent] = []
    for place in places:
        stored = bodies.get(place.inbox_id)
        if stored is None:
            continue
        try:
            decoded = read(stored, repaired.get(stored.inbox_id))
        except Undecodable:
            continue
        if place.position < len(decoded.events):
            event = decoded.events[place.position]
            events.append(from_body(event, decoded, stored.inbox_id, stored.received_us))
    return in_order([*events, *derived_events(row.view)])


def event_answer(event: HistoryEvent) -> dict[str, Any]:
    """Return an event as `signals show` lists it."""
    return {
        "at": as_iso(event.at_us),
        "type": event.type,
        "source": event.source,
        "inbox_id": event.inbox_id,
        "rule": event.rule,
        "received_at": as_iso(event.received_us),
        "confidence": event.confidence,
        "values": event.values,
    }


def signal_answers(connection: Connection, trade_id: str) -> list[dict[str, Any]]:
    """Return the signals that carry an id, one a chart, with sources and events as `signals show` answers them."""
    return [
        {
            **as_full_answer(row.view),
            "quality": integrity_store.quality_of(connection, row.view.stream, row.view.trade_id, row.seq),
            "events": [event_answer(event) for event in history(connection, row)],
        }
        for row in signal_store.signals_by_trade_id(connection, trade_id)
    ]


def arrival_row(row: InboxRow) -> ArrivalRow:
    """Return an inbox row as the screens show it."""
    return ArrivalRow(
        row.inbox_id,
        row.received_us,
        row.source,
        row.stream,
        row.bytes,
        row.state,
        row.event_type,
        row.trade_id,
        row.rule,
        tuple(row.repairs.split(",")) if row.repairs else (),
        row.reason,
        row.bar_us,
    )


class ReadArrival(msgspec.Struct, frozen=True):
    """One arrival: its bytes, what they decode to, the events and the signals that they speak of."""

    row: ArrivalRow
    body: bytes
    decoded: dict[str, Any] | None
    events: tuple[HistoryEvent, ...]
    signals: tuple[str, ...]
    seen: int


def read_arrival(connection: Connection, inbox_id: int) -> ReadArrival | None:
    """Return one arrival with all that is known of it, None where there is none."""
    row = inbox_store.inbox_row(connection, inbox_id)
    if row is None:
        return None
    stored = inbox_store.arrivals_by_id(connection, [inbox_id])[inbox_id]
    seen = inbox_store.times_seen(connection, stored.stream, stored.sha256, inbox_id)
    repair = repair_log.read_by(connection, [inbox_id]).get(inbox_id)
    try:
        decoded = read(stored, repair)
    except Undecodable:
        return ReadArrival(arrival_row(row), stored.body, None, (), (), seen)
    events = tuple(from_body(event, decoded, inbox_id, stored.received_us) for event in decoded.events)
    ids = tuple(dict.fromkeys(event.trade_id for event in decoded.events))
    summary = {
        "rule": decoded.rule,
        "event_type": decoded.event_type,
        "repairs": list(decoded.repairs),
        "problems": list(decoded.problems),
        "notes": list(decoded.notes),
        "bar": None if decoded.bar is None else msgspec.to_builtins(decoded.bar),
        "symbol": decoded.symbol,
        "events": len(decoded.events),
    }
    return ReadArrival(arrival_row(row), stored.body, summary, events, ids, seen)


def bars_around(connection: Connection, row: SignalRow) -> Sequence[Any]:
    """Return the bars of a signal's life, none where no snapshot brought any."""
    view = row.view
    if view.signal_us is None:
        return ()
    bars = bar_store.bars_between(connection, view.stream, view.signal_us, view.exit_us)
    return tuple(bars)


def explain_signal(connection: Connection, row: SignalRow) -> list[dict[str, Any]]:
    """Return the chain behind every known value of a signal: bytes, event, rule, value, words."""
    events = history(connection, row)
    links = {
        event.inbox_id: _link(event.inbox_id, event.received_us, event.rule, event.type, event.values)
        for event in events
        if event.inbox_id is not None
    }
    log = fill_log.of_signal(connection, row.view.stream, row.view.trade_id)
    answers = []
    for reason in explain(row.view, events, log):
        chain = [links.get(inbox_id) or _link_to(connection, inbox_id) for inbox_id in reason.inbox_ids]
        answers.append(
            {
                "trade_id": row.view.trade_id,
                "stream": row.view.stream,
                "field": reason.field,
                "value": reason.value,
                "source": reason.source,
                "words": reason.words,
                "chain": [link for link in chain if link is not None],
            }
        )
    return answers


def _link(
    inbox_id: int, received_us: int | None, rule: str | None, event: str | None, values: dict[str, object]
) -> dict[str, Any]:
    return {
        "inbox_id": inbox_id,
        "received_at": as_iso(received_us),
        "rule": rule,
        "event": event,
        "values": values,
    }


def _link_to(connection: Connection, inbox_id: int) -> dict[str, Any] | None:
    """Return the link to an arrival that tells of other signals of the chart, as a fill may rest on."""
    one = inbox_store.inbox_row(connection, inbox_id)
    return None if one is None else _link(inbox_id, one.received_us, one.rule, one.event_type, {})


def trade_dates(connection: Connection) -> list[tuple[date, int]]:
    """Return (trade date, arrivals) of every date on which anything arrived, newest first."""
    found: dict[date, int] = {}
    # 18:00 New York is the beginning of an hour in UTC too.
    for hour_us, count in history_store.count_by_hour(connection):
        day = trade_date(hour_us)
        found[day] = found.get(day, 0) + count
    return sorted(found.items(), reverse=True)
