"""An arrival that is to be read otherwise than before: which signals and bars that concerns, and who tells of them.

The fold joins and can take nothing back. What an arrival no longer says is taken out by folding its signals anew from
every arrival that speaks of them. Those are looked for a part of the inbox at a time, so that nothing waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.decoding import reading_of
from secondskies_desktop.ingest.history import store as history_store
from secondskies_desktop.signals.event import Decoded
from secondskies_desktop.signals.projection import Refold, Retold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.ingest.repair_log.store import Repair
    from secondskies_desktop.ingest.store import Stored


class Rereading:
    """One row of the log of repairs on its way into the projection; `repairs` are those in force with it."""

    def __init__(
        self, row: Repair, one: Stored, readings: Iterable[Decoded | str], repairs: Mapping[int, Repair]
    ) -> None:
        said = [one for one in readings if isinstance(one, Decoded)]
        trade_ids = tuple(dict.fromkeys(event.trade_id for one in said for event in one.events))
        bars_us = tuple(dict.fromkeys(one.bar.at_us for one in said if one.bar is not None))
        self.row = row
        self.again = Refold(one.stream, trade_ids, bars_us)
        self.retold: list[Retold] = []
        self._wanted = frozenset(trade_ids)
        self._repairs = repairs
        self._place = 0

    def search(self, connection: Connection, until: int, count: int) -> bool:
        """Look through the next part of the inbox; returns whether all up to an id is looked through."""
        if self._place < until:
            after_id, self._place = self._place, min(self._place + count, until)
            again = self.again
            found = set(
                history_store.speaking_of(
                    connection, again.stream, again.trade_ids, again.bars_us, (after_id, self._place)
                )
            )
            # What a repair makes of a body need not stand in its bytes.
            found.update(one for one in (*self._repairs, self.row.inbox_id) if after_id < one <= self._place)
            arrivals = store.arrivals_by_id(connection, sorted(found))
            for inbox_id in sorted(arrivals):
                self._take(arrivals[inbox_id])
        return self._place >= until

    def _take(self, one: Stored) -> None:
        decoded = reading_of(one, self._repairs.get(one.inbox_id))
        if one.stream != self.again.stream or not isinstance(decoded, Decoded):
            return
        events = [
            (place, event) for place, event in enumerate(decoded.events) if event.trade_id in self._wanted
        ]
        bar = decoded.bar if decoded.bar is not None and decoded.bar.at_us in self.again.bars_us else None
        if events or bar is not None:
            self.retold.append(Retold(one.inbox_id, one.received_us, events, bar))
