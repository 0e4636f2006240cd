"""Looks at the signals that changed, and again at those that run; writes what it finds and fills what it may.

One object for a running engine and for a command alike. It reads on a connection of its own and hands its writes to
`write`, the one writer of the process; what it fills in is joined by the pump like everything else.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.foundation import store as foundation_store
from secondskies_desktop.foundation.audit import PROGRAM, Action
from secondskies_desktop.integrity import look as looking
from secondskies_desktop.integrity import store
from secondskies_desktop.integrity.reading import RUNNING, Charts
from secondskies_desktop.integrity.reconcile import RULES
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.fill_log import store as fill_log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.settings import IntegritySettings
    from secondskies_desktop.integrity.look import Seen
    from secondskies_desktop.integrity.store import Position
    from secondskies_desktop.signals.changes import SignalRow
    from secondskies_desktop.signals.fills import Fill

EVERY_S = 1.0
"""Seconds between two looks at what has changed."""
AGAIN_S = 120.0
"""Seconds between two looks at what runs or waits, changed or not (domain.md §5.3)."""
_OPEN = (*RUNNING, "PENDING", "CONFIRMED")
_MOST_OPEN = 5_000
_AT_ONCE = 500


class Looked(NamedTuple):
    """What a look came to: how many signals, and the fills that were written."""

    signals: int
    fills: tuple[Fill, ...]


class Integrity:
    """Keeps findings and fills up to date. Used by one thread at a time."""

    def __init__(self, settings: IntegritySettings, clock: Clock) -> None:
        self.settings = settings
        self._clock = clock
        self._charts = Charts()
        self._again_us = 0

    def allowed(self) -> frozenset[str]:
        """Return the settings of the rules that may fill something in."""
        return frozenset(name for name in RULES if getattr(self.settings, name))

    def look(
        self,
        reader: Connection,
        write: Callable[[Callable[[Connection], None]], object],
        *,
        fills: bool = True,
        everything: bool = False,
    ) -> Looked:
        """Look at all that changed, and every two minutes (or `everything` now) at what is open; write what is new."""
        place = store.position(reader)
        now_us = self._clock()
        count = 0
        filled: list[Fill] = []
        looked: set[int] = set()
        allowed = self.allowed() if fills else frozenset[str]()
        while rows := looking.after(reader, place.seq):
            seen = self._seen(reader, rows, allowed, now_us)
            place = place._replace(seq=rows[-1].seq, at_us=now_us)
            write(_writing(seen, place))
            filled += seen.fills
            count += len(rows)
            looked.update(row.id for row in rows)
        if everything or now_us - self._again_us >= AGAIN_S * 1e6:
            self._again_us = now_us
            # What was written a moment ago is not seen by this reader: nothing is looked at twice.
            open_rows = [row for row in self._open(reader, everything=everything) if row.id not in looked]
            place = place._replace(at_us=now_us)
            for start in range(0, len(open_rows), _AT_ONCE):
                rows = open_rows[start : start + _AT_ONCE]
                seen = self._seen(reader, rows, allowed, now_us)
                if seen.findings or seen.fills:
                    write(_writing(seen, place))
                    filled += seen.fills
                count += len(rows)
            write(lambda connection: store.set_position(connection, place))
        return Looked(count, tuple(filled))

    def _open(self, reader: Connection, *, everything: bool) -> list[SignalRow]:
        """Return what runs or waits, and of `everything` also what is over and misses something."""
        rows = signal_store.newest_in(reader, _OPEN, _MOST_OPEN)
        if not everything:
            return rows
        known = {row.id for row in rows}
        wanted: dict[str, list[str]] = {}
        for stream, trade_id in store.points_by_signal(reader):
            wanted.setdefault(stream, []).append(trade_id)
        for stream, trade_ids in wanted.items():
            found = signal_store.signals_of(reader, stream, trade_ids)
            rows += [row for row in found if row.id not in known]
        return rows

    def proposed(self, reader: Connection) -> list[Fill]:
        """Return what would be filled in of all signals, and write nothing."""
        found: list[Fill] = []
        seq, now_us = -1, self._clock()
        while rows := looking.after(reader, seq):
            found += self._seen(reader, rows, self.allowed(), now_us).fills
            seq = rows[-1].seq
        return found

    def _seen(
        self, reader: Connection, rows: Sequence[SignalRow], allowed: frozenset[str], now_us: int
    ) -> Seen:
        self._charts.read(reader, looking.oldest_needed(reader, rows))
        return looking.look(reader, rows, self._charts, allowed, now_us)


def _writing(seen: Seen, place: Position) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        store.write_findings(connection, seen.findings)
        store.set_position(connection, place)
        if seen.fills:
            numbers = fill_log.append(connection, seen.fills)
            by_source = dict(sorted(Counter(str(one.source) for one in seen.fills).items()))
            detail = {"first": numbers[0], "last": numbers[-1], "by_source": by_source}
            what = "1 value" if len(numbers) == 1 else f"{len(numbers)} values"
            foundation_store.record(connection, place.at_us, PROGRAM, Action.FILL, what, detail)

    return work
