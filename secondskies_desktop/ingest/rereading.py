"""An arrival that is to be read otherwise than before: which signals and bars that concerns, and who tells of them.

The fold joins and can take nothing back. What an arrival no longer says is taken out by folding its signals anew from
every arrival that speaks of them. Those are looked for a part of the inbox at a time, so that nothing waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.ingest import store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.ingest.repair_log.store import Repair
    from secondskies_desktop.signals.event import Decoded

_WINDOW = 4_000


class Rereading:
    """One row of the log of repairs on its way into the projection."""

    def __init__(self, row: Repair, stream: str, readings: Iterable[Decoded | str]) -> None:
        said = [one for one in readings if not isinstance(one, str)]
        self.row = row
        self.stream = stream
        self.trade_ids = tuple(dict.fromkeys(event.trade_id for one in said for event in one.events))
        self.bars_us = tuple(dict.fromkeys(one.bar.at_us for one in said if one.bar is not None))
        self.found: set[int] = {row.inbox_id}
        self._place = 0

    def search(self, connection: Connection, until: int) -> bool:
        """Look through the next part of the inbox; returns whether all up to an id is looked through."""
        if self._place < until:
            last = min(self._place + _WINDOW, until)
            self.found.update(
                store.speaking_of(connection, self.stream, self.trade_ids, self.bars_us, (self._place, last))
            )
            self._place = last
        return self._place >= until
