"""Reads of what told of signals, for many of them at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.foundation.database.bulk import fetch_by_keys
from secondskies_desktop.signals.vocabulary import EventType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

_UPDATE = EventType.MFE_UPDATE.value
_S_US = 1_000_000


class Updates(NamedTuple):
    """The updates of a signal: the arrivals that brought them, and their clock readings (µs UTC, to the second).

    `minutes` counts the different minutes they speak of; both times are None where no update has one.
    """

    oldest_inbox_id: int
    newest_inbox_id: int
    minutes: int
    first_us: int | None
    last_us: int | None


class Told(NamedTuple):
    """What told of a signal: the first arrival of each kind of event but updates, and the updates."""

    first: dict[str, int]
    updates: Updates | None

    @property
    def oldest_inbox_id(self) -> int | None:
        """The first arrival that told of it at all."""
        ids = [*self.first.values(), *(() if self.updates is None else (self.updates.oldest_inbox_id,))]
        return min(ids, default=None)


def told(connection: Connection, signal_ids: Sequence[int]) -> dict[int, Told]:
    """Return what told of some signals; each of them has a place in the answer."""
    kinds: dict[int, dict[str, int]] = {one: {} for one in signal_ids}
    statement = "SELECT signal_id,type,inbox_id FROM signal_events WHERE type<>? AND signal_id IN"
    for signal_id, kind, inbox_id in fetch_by_keys(connection, statement, (_UPDATE,), signal_ids):
        known = kinds[signal_id]
        known[kind] = min(inbox_id, known.get(kind, inbox_id))
    updates = _updates(connection, signal_ids)
    return {one: Told(kinds[one], updates.get(one)) for one in signal_ids}


def _updates(connection: Connection, signal_ids: Sequence[int]) -> dict[int, Updates]:
    # A key without a clock reading is below 2^31, see `update_times`.
    seconds = "CASE WHEN key>=2147483648 THEN key>>31 END"
    statement = (
        f"SELECT signal_id,min(inbox_id),max(inbox_id),count(DISTINCT ({seconds})/60),"
        f"min({seconds}),max({seconds}) FROM signal_events WHERE type=? AND signal_id IN"
    )
    found = {}
    for row in fetch_by_keys(connection, statement, (_UPDATE,), signal_ids, "GROUP BY signal_id"):
        first, last = (None if second is None else second * _S_US for second in row[4:])
        found[row[0]] = Updates(row[1], row[2], row[3], first, last)
    return found


def update_times(connection: Connection, signal_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the clock readings (µs UTC) of signals' updates to the second, rising; unknown ones are left out."""
    statement = "SELECT signal_id,key FROM signal_events WHERE type=? AND signal_id IN"
    found: dict[int, list[int]] = {one: [] for one in signal_ids}
    for signal_id, key in fetch_by_keys(connection, statement, (_UPDATE,), signal_ids):
        if key >> 31:
            found[signal_id].append((key >> 31) * _S_US)
    for times in found.values():
        times.sort()
    return found


def rules(connection: Connection, told_of: dict[int, Told]) -> dict[int, frozenset[str]]:
    """Return the generations that told of signals, by the deliveries of their newest and their oldest events."""
    wanted = {signal_id: _ends(one) for signal_id, one in told_of.items()}
    ids = sorted({inbox_id for one in wanted.values() for inbox_id in one})
    statement = "SELECT inbox_id,rule FROM deliveries WHERE rule IS NOT NULL AND inbox_id IN"
    rule_of = dict(fetch_by_keys(connection, statement, (), ids))
    return {
        signal_id: frozenset(rule_of[inbox_id] for inbox_id in one if inbox_id in rule_of)
        for signal_id, one in wanted.items()
    }


def _ends(one: Told) -> set[int]:
    updates = () if one.updates is None else (one.updates.oldest_inbox_id, one.updates.newest_inbox_id)
    return {*one.first.values(), *updates}
