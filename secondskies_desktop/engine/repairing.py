"""Repairs of a profile: what the rules would read, a repair as a row of its own, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from secondskies_desktop.engine.auditing import write_now
from secondskies_desktop.engine.folding import fold_pending
from secondskies_desktop.foundation import store as foundation_store
from secondskies_desktop.foundation.audit import TRADER, Action
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.database.engine import read_engine
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.decoding import reading_of
from secondskies_desktop.ingest.repair_log import store as repair_log
from secondskies_desktop.ingest.repair_log.store import Repair
from secondskies_desktop.integrity import store as integrity_store
from secondskies_desktop.integrity.repairs import RULES, Proposal, propose
from secondskies_desktop.signals import store as signal_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.ingest.store import Stored

_AT_ONCE = 200
_NAMED = 100
_GONE = "undo"
_ALREADY = "it is repaired already: undo that first"


class Proposed(msgspec.Struct, frozen=True):
    """One arrival with what the rules make of it; `body` is None where none reads it, and `refusal` says why."""

    inbox_id: int
    before: bytes
    rules: tuple[str, ...]
    hazard: str
    in_bulk: bool
    body: bytes | None
    event_type: str | None
    trade_ids: tuple[str, ...]
    events: tuple[dict[str, Any], ...]
    lost: tuple[str, ...]
    refusal: str | None
    is_repaired: bool = False
    """It is read so already."""


class Repaired(NamedTuple):
    """What a repair came to: what was repaired, and what was not and why."""

    repaired: tuple[Proposed, ...]
    left: tuple[Proposed, ...]


class NotRepaired(Exception):
    """It cannot be done; the text says why."""


def propose_one(connection: Connection, inbox_id: int, rule: str | None = None) -> Proposed | None:
    """Return what the rules make of one arrival, None where there is none."""
    one = inbox_store.arrivals_by_id(connection, [inbox_id]).get(inbox_id)
    if one is None:
        return None
    held = repair_log.newest_of(connection, [inbox_id]).get(inbox_id)
    if held is None or held.kind != repair_log.REPAIR:
        return _proposed(one, propose(one.body, one.received_us, rule))
    said = reading_of(one, held)
    lost = (held.lost,) if held.lost else ()
    decoded = None if isinstance(said, str) else said
    found = Proposal(tuple(held.rules.split(",")), held.body, decoded, lost, _ALREADY)
    return msgspec.structs.replace(_proposed(one, found), is_repaired=True)


def shown_of(connection: Connection, inbox_id: int) -> Proposed | None:
    """Return what the rules make of a dead letter, or made of a repaired arrival; None where neither is asked."""
    row = inbox_store.inbox_row(connection, inbox_id)
    if row is None or (row.state != inbox_store.DEAD and not repair_log.read_by(connection, [inbox_id])):
        return None
    return propose_one(connection, inbox_id)


def _proposed(one: Stored, found: Proposal) -> Proposed:
    decoded = found.decoded
    events = () if decoded is None else tuple(_said(event) for event in decoded.events)
    return Proposed(
        one.inbox_id,
        one.body,
        found.rules,
        found.hazard.name.lower(),
        found.in_bulk,
        found.body,
        None if decoded is None else decoded.event_type,
        () if decoded is None else tuple(dict.fromkeys(event.trade_id for event in decoded.events)),
        events,
        found.lost,
        found.refusal,
    )


def _said(event: msgspec.Struct) -> dict[str, Any]:
    said = msgspec.to_builtins(event)
    return {name: value for name, value in said.items() if value is not None}


def proposed(
    profile: Profile, ids: Sequence[int] | None = None, rule: str | None = None
) -> Iterator[Proposed]:
    """Yield what the rules make of all dead letters, or of the given arrivals, and change nothing."""
    fold_pending(profile)
    reader = read_engine(profile.database)
    try:
        with reader.connect() as connection:
            wanted = inbox_store.dead_ids(connection) if ids is None else sorted(set(ids))
            for inbox_id in wanted:
                found = propose_one(connection, inbox_id, rule)
                if found is not None:
                    yield found
    finally:
        reader.dispose()


def repair(
    profile: Profile,
    ids: Sequence[int] | None = None,
    rule: str | None = None,
    engine: Engine | None = None,
    *,
    in_bulk: bool | None = None,
) -> Repaired:
    """Repair all dead letters, or the given arrivals; raises DatabaseProblem.

    `in_bulk` leaves what is to be looked at one by one, as by itself where no ids are given. Returns when the
    projection reads them so. Where another process is the engine, it is waited for.
    """
    in_bulk = ids is None if in_bulk is None else in_bulk
    done: list[Proposed] = []
    left: list[Proposed] = []
    waiting: list[Proposed] = []
    for one in proposed(profile, ids, rule):
        if one.body is None or one.is_repaired or (in_bulk and not one.in_bulk):
            left.append(one)
            continue
        waiting.append(one)
        if len(waiting) == _AT_ONCE:
            done += _append(profile, waiting, engine)
            waiting = []
    if waiting:
        done += _append(profile, waiting, engine)
    if done:
        _fold(profile, engine)
    repaired = {one.inbox_id for one in done}
    return Repaired(tuple(done), tuple(one for one in left if one.inbox_id not in repaired))


def _append(profile: Profile, wanted: Sequence[Proposed], engine: Engine | None) -> list[Proposed]:
    """Write repairs down with their line in the audit trail; what was repaired meanwhile is left out."""
    now_us = system_clock() if engine is None else engine.clock()

    def work(connection: Connection) -> list[Proposed]:
        repair_log.serialise(connection)
        held = repair_log.newest_of(connection, [one.inbox_id for one in wanted])
        free = [one for one in wanted if not _is_repaired(held.get(one.inbox_id))]
        repair_log.append(connection, [_row(one, now_us) for one in free])
        if free:
            foundation_store.record(connection, now_us, TRADER, Action.REPAIR, _subject(free), _detail(free))
        return free

    return write_now(profile, work, engine)


def _is_repaired(row: Repair | None) -> bool:
    return row is not None and row.kind == repair_log.REPAIR


def _row(one: Proposed, now_us: int) -> Repair:
    lost = "; ".join(one.lost)[:500]
    return Repair(
        0, now_us, repair_log.REPAIR, one.inbox_id, ",".join(one.rules), one.body, lost, None, TRADER
    )


def _subject(repaired: Sequence[Proposed]) -> str:
    return f"{len(repaired)} arrivals" if len(repaired) > 1 else f"inbox:{repaired[0].inbox_id}"


def _detail(repaired: Sequence[Proposed]) -> dict[str, Any]:
    return {
        "repaired": len(repaired),
        "ids": [one.inbox_id for one in repaired[:_NAMED]],
        "rules": sorted({name for one in repaired for name in one.rules}),
        "lost": sum(1 for one in repaired if one.lost),
    }


def undo(profile: Profile, inbox_id: int, engine: Engine | None = None) -> Repair:
    """Take the repair of an arrival back; returns it. Raises NotRepaired where there is none, DatabaseProblem."""
    now_us = system_clock() if engine is None else engine.clock()

    def work(connection: Connection) -> Repair:
        repair_log.serialise(connection)
        held = repair_log.newest_of(connection, [inbox_id]).get(inbox_id)
        if held is None or held.kind != repair_log.REPAIR:
            raise NotRepaired(f"arrival {inbox_id} is not repaired")
        row = held._replace(id=0, at_us=now_us, kind=repair_log.UNDO, body=None, refers=held.id, actor=TRADER)
        repair_log.append(connection, [row])
        detail = {"repair": held.id, "rules": held.rules.split(",")}
        foundation_store.record(connection, now_us, TRADER, Action.UNDO, f"inbox:{inbox_id}", detail)
        return held

    held = write_now(profile, work, engine)
    _fold(profile, engine)
    _close_findings(profile, held, engine)
    return held


def _fold(profile: Profile, engine: Engine | None) -> None:
    if engine is None:
        fold_pending(profile)
    else:
        engine.fold_all()


def _close_findings(profile: Profile, held: Repair, engine: Engine | None) -> None:
    """Close what was found of signals that are no more, now that nothing tells of them."""
    now_us = system_clock() if engine is None else engine.clock()

    def work(connection: Connection) -> None:
        one = inbox_store.arrivals_by_id(connection, [held.inbox_id])[held.inbox_id]
        said = reading_of(one, held)
        trade_ids = [] if isinstance(said, str) else list({event.trade_id for event in said.events})
        stay = {row.view.trade_id for row in signal_store.signals_of(connection, one.stream, trade_ids)}
        gone = [trade_id for trade_id in trade_ids if trade_id not in stay]
        found = integrity_store.open_findings_of(connection, one.stream, gone)
        over = [finding for group in found.values() for finding in group]
        integrity_store.write_findings(
            connection, [finding._replace(closed_us=now_us, closed_by=_GONE) for finding in over]
        )

    write_now(profile, work, engine)


def rule_answers() -> list[dict[str, Any]]:
    """Return the rules as `integrity rules` lists them."""
    return [
        {
            "name": rule.name,
            "means": rule.means,
            "hazard": rule.hazard.name.lower(),
            "in_bulk": rule.in_bulk,
            "before": rule.before.decode("utf-8", "backslashreplace"),
            "after": rule.after.decode(),
        }
        for rule in RULES
    ]


def answer(one: Proposed) -> dict[str, Any]:
    """Return one arrival with what the rules make of it, as it is answered."""
    return {
        "id": one.inbox_id,
        "rules": list(one.rules),
        "hazard": one.hazard if one.rules else None,
        "in_bulk": one.in_bulk if one.rules else None,
        "event_type": one.event_type,
        "trade_id": one.trade_ids[0] if len(one.trade_ids) == 1 else None,
        "trade_ids": list(one.trade_ids),
        "fields": list(one.events),
        "lost": list(one.lost),
        "before": one.before.decode("utf-8", "replace"),
        "after": None if one.body is None else one.body.decode("utf-8", "replace"),
        "repaired": one.is_repaired,
        "refusal": one.refusal,
    }
