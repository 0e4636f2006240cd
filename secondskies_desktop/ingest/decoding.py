"""What an arrival says, by its own bytes or by the repair that says how they are to be read, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.logs import logger
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.changes import ArrivalRow
from secondskies_desktop.ingest.store import Delivery
from secondskies_desktop.signals.event import Decoded, Undecodable
from secondskies_desktop.signals.wire import decode

if TYPE_CHECKING:
    from collections.abc import Collection

    from secondskies_desktop.ingest.repair_log.store import Repair
    from secondskies_desktop.ingest.store import Stored

_log = logger(__name__)


def read(one: Stored, repair: Repair | None) -> Decoded:
    """Decode an arrival; raises Undecodable, also where the program fails on it: whoever reads many goes on.

    The rules of its repair stand before the repairs that decoding needed.
    """
    mended = None if repair is None else repair.body
    try:
        found = decode(one.body if mended is None else mended, one.received_us)
    except Undecodable:
        raise
    except Exception as unforeseen:
        raise Undecodable(_failed(unforeseen)) from unforeseen
    if repair is None or mended is None:
        return found
    notes = (repair.lost, *found.notes) if repair.lost else found.notes
    return msgspec.structs.replace(found, repairs=(*repair.rules.split(","), *found.repairs), notes=notes)


def reading_of(one: Stored, repair: Repair | None, failure: Exception | None = None) -> Decoded | str:
    """Return what an arrival says, read by its repair if it has one, or why it is a dead letter."""
    if failure is not None:
        return _failed(failure)
    try:
        return read(one, repair)
    except Undecodable as reason:
        if reason.__cause__ is not None:
            _log.warning("a body failed", inbox_id=one.inbox_id, exc_info=True)
        return str(reason)


def _failed(error: Exception) -> str:
    return f"the program failed on this body: {type(error).__name__}: {error}"[:500]


def delivery_of(one: Stored, decoded: Decoded | str, first: Collection[int]) -> Delivery:
    """Return what became of an arrival; `first` are the ids of those whose bytes had never come before."""
    if isinstance(decoded, str):
        return Delivery(one.inbox_id, store.DEAD, None, None, None, None, decoded, None, None)
    reason = None
    state = store.DONE if one.inbox_id in first else store.DUPLICATE
    if decoded.problems:
        state = store.DEAD
        reason = f"{len(decoded.problems)} items could not be read: {'; '.join(decoded.problems)}"[:500]
    elif decoded.notes:
        reason = "; ".join(decoded.notes)[:500]
    return Delivery(
        one.inbox_id,
        state,
        decoded.event_type,
        decoded.trade_id,
        decoded.rule,
        ",".join(decoded.repairs) or None,
        reason,
        _bar_us(decoded),
        decoded.seq,
    )


def _bar_us(decoded: Decoded) -> int | None:
    if decoded.bar is not None:
        return decoded.bar.at_us
    for event in decoded.events:
        if event.at_us is not None and event.at_source in ("received", "id"):
            return event.at_us
    return None


def row_of(one: Stored, delivery: Delivery) -> ArrivalRow:
    """Return an arrival as the screens show it."""
    return ArrivalRow(
        one.inbox_id,
        one.received_us,
        one.source,
        one.stream,
        len(one.body),
        delivery.state,
        delivery.event_type,
        delivery.trade_id,
        delivery.rule,
        tuple((delivery.repairs or "").split(",")) if delivery.repairs else (),
        delivery.reason,
        delivery.bar_us,
    )
