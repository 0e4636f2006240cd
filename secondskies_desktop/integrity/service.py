"""Looks at the signals that changed, and again at those that run; writes what it finds and fills what it may.

One object for a running engine and for a command alike. It works in steps, so that whoever runs it decides how much
of a core it may take: what just happened goes first, then what is open and due, then what was never looked at. It
reads on a connection of its own and hands its writes to `write`, the one writer of the process; what it fills in is
joined by the pump like everything else.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from secondskies_desktop.foundation import store as foundation_store
from secondskies_desktop.foundation.audit import PROGRAM, Action
from secondskies_desktop.foundation.logs import logger
from secondskies_desktop.ingest.repair_log import store as repair_log
from secondskies_desktop.integrity import store
from secondskies_desktop.integrity.charts import Charts
from secondskies_desktop.integrity.look import Seen, judge
from secondskies_desktop.integrity.reading import (
    ARRIVALS_AT_ONCE,
    stories_of,
    with_prices,
)
from secondskies_desktop.integrity.reconcile import RULES
from secondskies_desktop.integrity.running import RUNNING, RunningSignals
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.fill_log import store as fill_log
from secondskies_desktop.signals.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.settings import IntegritySettings
    from secondskies_desktop.integrity.store import Position
    from secondskies_desktop.integrity.story import Story
    from secondskies_desktop.signals.changes import SignalRow
    from secondskies_desktop.signals.fills import Fill

    Write = Callable[[Callable[[Connection], None]], object]

EVERY_S: Final = 1.0
"""Seconds between two looks at what has changed."""
AGAIN_S: Final = 120.0
"""Seconds between two looks at what runs or waits, changed or not (domain.md §5.3)."""
_AT_ONCE: Final = 128
"""Signals of one step."""
_HARMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a rule raises over a signal that nobody thought of."""

_log = logger(__name__)


class Looked(NamedTuple):
    """What a step came to: how many signals were judged, the fills that were written, and whether more waits.

    `is_fresh` says that they had just changed, and that nobody should pause before the next step.
    """

    signals: int = 0
    fills: tuple[Fill, ...] = ()
    more: bool = False
    is_fresh: bool = False


class Integrity:
    """Keeps findings and fills up to date. Used by one thread at a time."""

    def __init__(self, settings: IntegritySettings, clock: Clock) -> None:
        self.settings = settings
        self._clock = clock
        self._again_us = 0
        self._everything = False
        self._heads: tuple[int, ...] | None = None
        self._more = True
        self._forget()

    def follow(self, settings: IntegritySettings) -> None:
        """Take settings that were changed; a rule that may fill now looks at what is over, too."""
        before, self.settings = self.allowed(), settings
        self._everything = self._everything or not self.allowed() <= before

    def _forget(self) -> None:
        """Begin anew: signals were folded otherwise than before, or change numbers began anew."""
        self._charts = Charts()
        self._running = RunningSignals()
        self._due: list[int] = []
        self._reached: set[int] = set()
        self._repaired: int | None = None
        # What changed behind `_from` up to `_live` was looked at as it happened; what lies before, down to the stored
        # position, is looked at when there is time.
        self._from = self._live = -1
        # All that had not changed since was judged by whoever ran before.
        self._settled = -1

    def allowed(self) -> frozenset[str]:
        """Return the settings of the rules that may fill something in."""
        return frozenset(name for name in RULES if getattr(self.settings, name))

    def step(
        self, reader: Connection, write: Write, *, fills: bool = True, everything: bool = False
    ) -> Looked:
        """Do the next bit of work; `everything` looks also at what is over and misses something."""
        now_us, heads = self._clock(), store.heads(reader)
        is_due = everything or self._everything or now_us - self._again_us >= AGAIN_S * 1e6
        if heads == self._heads and not is_due and not self._more:
            return Looked()
        found = self._step(reader, write, now_us, fills=fills, everything=everything)
        self._heads, self._more = heads, found.more
        return found

    def _step(
        self, reader: Connection, write: Write, now_us: int, *, fills: bool, everything: bool
    ) -> Looked:
        place = store.position(reader)
        allowed = self.allowed() if fills else frozenset[str]()
        newest = signal_store.counters(reader)[1]
        self._follow(reader, place, newest)
        if not self._charts.read_on(reader, ARRIVALS_AT_ONCE):
            return Looked(more=True)
        self._reached.update(self._just_reached())
        rows = signal_store.changed_since(reader, self._live, _AT_ONCE + 1)
        if len(rows) > _AT_ONCE:
            # More than what happens in a second: it is worked off like what was never looked at.
            self._from = self._live = newest
            rows = []
        if rows or self._reached:
            return self._look_at_changes(reader, write, place, rows, allowed, now_us)
        everything = everything or self._everything
        if everything:
            self._settled = -1
        if everything or now_us - self._again_us >= AGAIN_S * 1e6:
            self._again_us, self._everything = now_us, False
            self._due = self._all_due(reader, everything=everything)
            write(lambda connection: store.set_position(connection, place._replace(at_us=now_us)))
        if self._due:
            return self._look_again(reader, write, allowed, now_us)
        if place.seq < self._from:
            return self._look_back(reader, write, place, allowed, now_us)
        return Looked()

    def _follow(self, reader: Connection, place: Position, newest: int) -> None:
        repaired = repair_log.position(reader)
        is_first = self._live < 0
        if is_first or newest < self._live or repaired != self._repaired:
            self._forget()
            self._repaired = repaired
            self._from = self._live = newest
            self._settled = newest if is_first and place.seq == newest else -1
            self._again_us = 0

    def _just_reached(self) -> Iterator[int]:
        """Yield the running signals that prices have reached since this was asked last."""
        for stream, chart in self._charts:
            prices = chart.fresh()
            if prices is not None:
                yield from self._running.reached_on(stream, *prices)

    def _look_at_changes(
        self,
        reader: Connection,
        write: Write,
        place: Position,
        rows: list[SignalRow],
        allowed: frozenset[str],
        now_us: int,
    ) -> Looked:
        self._running.note(rows)
        stories = self._stories(reader, [*rows, *self._followed(reader, rows)], allowed)
        if stories is None:
            return Looked(more=True)
        stories += self._priced(self._reached.difference(row.id for row in rows))
        self._reached.clear()
        if rows:
            self._live = rows[-1].seq
            if place.seq >= self._from:
                place = place._replace(seq=self._live)
        seen = self._judged(reader, stories, allowed, now_us)
        if rows or seen.findings or seen.fills:
            write(_writing(seen, place._replace(at_us=now_us)))
        return Looked(len(rows), tuple(seen.fills), more=True, is_fresh=True)

    def _followed(self, reader: Connection, rows: Sequence[SignalRow]) -> Iterator[SignalRow]:
        """Yield the signals that wait for a confirmation, and that a triangle of these follows next."""
        known = {row.id for row in rows}
        bars = {(row.view.stream, row.view.signal_us) for row in rows if row.view.signal_us is not None}
        for stream, bar_us in bars:
            for row in signal_store.waiting_before(reader, stream, bar_us):
                if row.id not in known:
                    known.add(row.id)
                    yield row

    def _look_back(
        self, reader: Connection, write: Write, place: Position, allowed: frozenset[str], now_us: int
    ) -> Looked:
        rows = signal_store.changed_since(reader, place.seq, _AT_ONCE)
        stories = self._stories(reader, rows, allowed)
        if stories is None:
            return Looked(more=True)
        seq = max(place.seq, rows[-1].seq) if rows else self._from
        place = place._replace(seq=self._live if seq >= self._from else seq, at_us=now_us)
        seen = self._judged(reader, stories, allowed, now_us)
        write(_writing(seen, place))
        return Looked(len(rows), tuple(seen.fills), more=True)

    def _all_due(self, reader: Connection, *, everything: bool) -> list[int]:
        self._running.replace(signal_store.places_in(reader, RUNNING))
        due = dict.fromkeys(self._running.all_ids())
        if everything:
            due.update((place[0], None) for place in signal_store.places_in(reader, (str(Status.PENDING),)))
            due.update(dict.fromkeys(store.signals_with_gaps(reader)))
        return list(due)

    def _look_again(self, reader: Connection, write: Write, allowed: frozenset[str], now_us: int) -> Looked:
        due, self._due = self._due[:_AT_ONCE], self._due[_AT_ONCE:]
        unknown = [one for one in due if not self._is_known(one)]
        stories = self._priced(due)
        if unknown:
            found = self._stories(reader, signal_store.rows_by_id(reader, unknown), allowed)
            if found is None:
                self._due = [*due, *self._due]
                return Looked(more=True)
            stories += found
        seen = self._judged(reader, stories, allowed, now_us)
        if seen.findings or seen.fills:
            write(_writing(seen, store.position(reader)._replace(at_us=now_us)))
        return Looked(len(due), tuple(seen.fills), more=True)

    def _is_known(self, signal_id: int) -> bool:
        known = self._running.known(signal_id)
        return known is not None and known.revised == self._charts.of(known.row.view.stream).revised

    def _priced(self, signal_ids: Iterable[int]) -> list[Story]:
        """Return the stories that are known, with the prices of now."""
        found = []
        for signal_id in signal_ids:
            known = self._running.known(signal_id)
            if known is not None and self._is_known(signal_id):
                found.append(with_prices(known.story, self._charts.of(known.row.view.stream), self._running))
        return found

    def _stories(
        self, reader: Connection, rows: Sequence[SignalRow], allowed: frozenset[str]
    ) -> list[Story] | None:
        try:
            found = stories_of(reader, rows, self._charts, self._running, allowed, self._settled)
        except _HARMED:
            if len(rows) == 1:
                _log.exception("a signal cannot be looked at, and is passed over", signal_id=rows[0].id)
                return []
            parts = [self._stories(reader, [row], allowed) for row in rows]
            return None if None in parts else [story for part in parts for story in part or ()]
        if found is not None:
            for row, story in zip(rows, found, strict=True):
                self._running.remember(row, self._charts.of(row.view.stream).revised, story)
        return found

    def _judged(
        self, reader: Connection, stories: Sequence[Story], allowed: frozenset[str], now_us: int
    ) -> Seen:
        try:
            return judge(reader, stories, allowed, now_us)
        except _HARMED:
            if len(stories) == 1:
                _log.exception(
                    "a signal cannot be judged, and is passed over", trade_id=stories[0].view.trade_id
                )
                return Seen([], [])
        parts = [self._judged(reader, [story], allowed, now_us) for story in stories]
        return Seen(
            [finding for part in parts for finding in part.findings],
            [fill for part in parts for fill in part.fills],
        )

    def proposed(self, reader: Connection) -> list[Fill]:
        """Return what would be filled in of all signals, and write nothing."""
        found: list[Fill] = []
        seq, now_us, allowed = -1, self._clock(), self.allowed()
        self._running.replace(signal_store.places_in(reader, RUNNING))
        while rows := signal_store.changed_since(reader, seq, _AT_ONCE):
            stories = self._stories(reader, rows, allowed)
            if stories is not None:
                found += self._judged(reader, stories, allowed, now_us).fills
                seq = rows[-1].seq
        return found


def _writing(seen: Seen, place: Position) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        store.write_findings(connection, seen.findings)
        store.set_position(connection, place)
        if seen.fills:
            numbers = fill_log.append(connection, seen.fills)
            by_source = dict(sorted(Counter(str(one.source) for one in seen.fills).items()))
            detail = {"first": numbers[0], "last": numbers[-1], "by_source": by_source}
            what = "1 value" if len(numbers) == 1 else f"{len(numbers)} values"
            foundation_store.record(connection, seen.fills[0].at_us, PROGRAM, Action.FILL, what, detail)

    return work
