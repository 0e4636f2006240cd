"""How long arrivals took to be on disk: remembered until the pump tells of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.database.writer import APPEND_WITHIN_S
from secondskies_desktop.ingest.changes import ArrivalsChanged

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.failure import DatabaseProblem
    from secondskies_desktop.foundation.database.writer import Append
    from secondskies_desktop.ingest.store import Arrival

_REMEMBERED = 10_000


class Acknowledgements:
    """Used on the writer's thread only: told of commits, asked by the pump's events right after."""

    def __init__(self) -> None:
        self._ms: dict[int, float] = {}

    def told(self, appends: list[Append[Arrival]], problem: DatabaseProblem | None) -> None:
        """Remember how long each stored arrival waited."""
        if problem is not None:
            return
        now = time.monotonic()
        if len(self._ms) > _REMEMBERED:
            self._ms.clear()
        for append in appends:
            waited = now - (append.give_up - APPEND_WITHIN_S)
            self._ms[append.row.received_us] = round(1000 * waited, 2)

    def complete(self, event: object) -> object:
        """Return an event of arrivals with the times that are known; any other event as it is."""
        if not isinstance(event, ArrivalsChanged):
            return event
        rows = tuple(
            msgspec.structs.replace(row, ack_ms=self._ms.pop(row.received_us))
            if row.received_us in self._ms
            else row
            for row in event.rows
        )
        return ArrivalsChanged(rows)
