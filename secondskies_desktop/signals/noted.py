"""Which events of a transaction are new: each is counted once and its first body remembered, however often it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.signals import store
from secondskies_desktop.signals.event import MAX_EVENTS, event_key
from secondskies_desktop.signals.kept import NO_KEY
from secondskies_desktop.signals.vocabulary import EventType

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.signals.event import Event
    from secondskies_desktop.signals.kept import Kept
    from secondskies_desktop.signals.store import EventRow

_UPDATE = EventType.MFE_UPDATE
_UPDATE_WORD = str(_UPDATE)
Place = int
"""Inbox id times MAX_EVENTS, plus the position in the body."""


class Noted:
    """The events of one transaction, noted before they are folded and written at its end."""

    def __init__(self) -> None:
        self._updates: dict[Kept, dict[int, Place]] = {}
        self._rows: list[EventRow] = []

    def note(self, kept: Kept, event: Event, place: Place) -> None:
        """Note an event before it is folded: what happens once in a life is new if its kind is."""
        kind = event.type
        if kind is not _UPDATE:
            if kind not in kept.state.kinds:
                self._rows.append((kept.id, str(kind), event_key(event), *divmod(place, MAX_EVENTS)))
            return
        places = self._updates.get(kept)
        if places is None:
            places = self._updates[kept] = {}
        key = event_key(event)
        if key not in places:
            places[key] = place

    def write(self, connection: Connection) -> None:
        """Write what is new and count the updates in the signals' states."""
        rows = self._rows
        for kept, places in self._updates.items():
            _leave_out_known(connection, kept, places)
            kept.state.updates += len(places)
            signal_id = kept.id
            rows += [
                (signal_id, _UPDATE_WORD, key, place // MAX_EVENTS, place % MAX_EVENTS)
                for key, place in places.items()
            ]
        rows.sort()
        store.insert_events(connection, rows)


def _leave_out_known(connection: Connection, kept: Kept, places: dict[int, Place]) -> None:
    """Drop the updates that stand in the store. Keys rise with time, so mostly none has to be looked for."""
    newest = kept.newest_key
    if newest is None:
        stored = store.newest_update(connection, kept.id)
        newest = NO_KEY if stored is None else stored
    first, last = min(places), max(places)
    if first <= newest:
        for key in store.updates_between(connection, kept.id, first, last):
            places.pop(key, None)
    kept.newest_key = max(newest, last)
