"""The counts in memory while the projection writes: read when first needed, written with what changed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.signals import store
from secondskies_desktop.signals.tally import VERSION, counted, pack, unpack

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.signals.tally import Counted

_ROOM = 64
"""Rows that are kept between transactions; the days of the signals that still run are far fewer."""
MARK = ("", "")
"""Trade date and chart of the row that says how everything was counted; no signal has an empty chart."""


class Tallies:
    """Adds and takes away what signals count for; every change belongs to the transaction of its signal."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], dict[int, int]] = {}
        self._changed: dict[tuple[str, str], int] = {}

    def prepare(self, connection: Connection) -> None:
        """Count every stored signal, unless that was done as this program does it."""
        mark = store.tally_row(connection, *MARK)
        if mark is not None and unpack(mark.counts) == {0: VERSION}:
            return
        store.forget_tallies(connection)
        for row in store.every(connection):
            self.count(connection, None, counted(row.view), row.seq)
        self._rows[MARK] = {0: VERSION}
        self._changed[MARK] = 0
        self.write(connection)

    def count(
        self, connection: Connection, before: Counted | None, now: Counted | None, seq: int
    ) -> Counted | None:
        """Count a signal as it is `now` in place of what it counted for `before`; returns `now`."""
        if before != now:
            for one, sign in ((before, -1), (now, 1)):
                if one is None:
                    continue
                row = self._row(connection, one.trade_date, one.stream)
                for code, number in one.counts:
                    left = row.get(code, 0) + sign * number
                    if left:
                        row[code] = left
                    else:
                        row.pop(code, None)
                self._changed[one.trade_date, one.stream] = seq
        return now

    def write(self, connection: Connection) -> None:
        """Write the rows that changed."""
        rows = [store.TallyRow(*place, seq, pack(self._rows[place])) for place, seq in self._changed.items()]
        if rows:
            store.write_tallies(connection, rows)
            self._changed = {}
        if len(self._rows) > _ROOM:
            self._rows = {}

    def _row(self, connection: Connection, trade_date: str, stream: str) -> dict[int, int]:
        place = (trade_date, stream)
        row = self._rows.get(place)
        if row is None:
            stored = store.tally_row(connection, *place)
            row = self._rows[place] = {} if stored is None else unpack(stored.counts)
        return row
