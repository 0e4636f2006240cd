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
        self._s: dict[int, float] = {}

    def told(self, appends: list[Append[Arrival]], problem: DatabaseProblem | None) -> None:
        """Remember how long each stored arrival waited."""
        if problem is not None:
            return
        begun = time.monotonic() + APPEND_WITHIN_S
        if len(self._s) > _REMEMBERED:
            self._s.clear()
        for append in appends:
            self._s[append.row.received_us] = begun - append.give_up

    def waited_us(self, received_us: int) -> int | None:
        """Return how long an arrival of a time waited for the disk (µs), None where it is not known."""
        seconds = self._s.get(received_us)
        return None if seconds is None else round(seconds * 1e6)

    def complete(self, event: object) -> object:
        """Return an event of arrivals with the times that are known; any other event as it is."""
        if not isinstance(event, ArrivalsChanged):
            return event
        rows = tuple(
            msgspec.structs.replace(row, ack_ms=round(1000 * self._s.pop(row.received_us), 2))
            if row.received_us in self._s
            else row
            for row in event.rows
        )
        return ArrivalsChanged(rows)
