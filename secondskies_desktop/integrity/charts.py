"""The minutes of all charts, read from the inbox a part at a time, as far back as somebody asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.decoding import read
from secondskies_desktop.ingest.repair_log import store as repair_log
from secondskies_desktop.integrity.chart import Chart
from secondskies_desktop.signals.event import Undecodable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.ingest.repair_log.store import Repair

DEEPEST: Final = 100_000
"""Arrivals behind the newest one that are read at most: more than two months of one chart that speaks every minute."""
_PRICED = frozenset(("mfe-batch", "strategy", "snapshot-v1", "contract-2"))


class Charts:
    """What is known of every chart's minutes.

    `read_from_us` is the first minute from which everything is known, 0 where nothing lies behind what was read.
    """

    def __init__(self) -> None:
        self._charts: dict[str, Chart] = {}
        self._first: int | None = None
        self._until = 0
        self.read_from_us = 0

    def begin(self, connection: Connection) -> None:
        """Take what comes from now on, where nobody asked for anything yet."""
        if self._first is None:
            self._first = self._until = inbox_store.position(connection)

    def read(self, connection: Connection, from_id: int, at_most: int) -> bool:
        """Read arrivals behind an id that were not read yet; returns whether all are read now."""
        last = inbox_store.position(connection)
        deepest = max(0, last - DEEPEST)
        if self._first is None:
            self._first = self._until = max(from_id, deepest)
            self._note_beginning(connection, is_cut=deepest > from_id)
        if from_id < self._first and self._first > deepest:
            begin = max(from_id, deepest, self._first - at_most)
            self._take(connection, begin, self._first)
            self._first = begin
            self._note_beginning(connection, is_cut=begin == deepest > 0)
            if begin > max(from_id, deepest):
                return False
        return self.read_on(connection, at_most)

    def read_on(self, connection: Connection, at_most: int) -> bool:
        """Read what came since, where anybody asked for anything yet; returns whether all is read now."""
        last = inbox_store.position(connection)
        if self._first is not None and self._until < last:
            end = min(last, self._until + at_most)
            self._take(connection, self._until, end)
            self._until = end
        return self._first is None or self._until >= last

    def _note_beginning(self, connection: Connection, *, is_cut: bool) -> None:
        if is_cut and self._first is not None:
            rows = inbox_store.after(connection, self._first, 1)
            self.read_from_us = rows[0].received_us if rows else 0

    def _take(self, connection: Connection, after_id: int, until_id: int) -> None:
        rows = inbox_store.between(connection, after_id, until_id)
        repaired = repair_log.read_by(connection, [one.inbox_id for one in rows])
        for one in rows:
            self._take_one(one, repaired.get(one.inbox_id))

    def _take_one(self, one: inbox_store.Stored, repair: Repair | None) -> None:
        try:
            decoded = read(one, repair)
        except Undecodable:
            return
        if decoded.rule in _PRICED:
            self.of(one.stream).take(decoded, one.inbox_id)

    def of(self, stream: str) -> Chart:
        """Return one chart."""
        chart = self._charts.get(stream)
        if chart is None:
            chart = self._charts[stream] = Chart()
        return chart

    def __iter__(self) -> Iterator[tuple[str, Chart]]:
        yield from self._charts.items()
