"""What the Integrity panel and Signal Diagnosis ask and do: health, findings, fills, conflicts, coverage.

A part of the desk; its methods block, and belong on a reader thread.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from secondskies_desktop.engine import integrity_acts
from secondskies_desktop.engine.integrity_acts import Received, received
from secondskies_desktop.foundation.sessions import trade_date
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.history import store as history_store
from secondskies_desktop.integrity import store
from secondskies_desktop.integrity.coverage import CoveredDay, covered
from secondskies_desktop.integrity.listing import store as listing
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.fill_log import store as fill_log
from secondskies_desktop.signals.fills import Fill, FillKind, chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import AbstractContextManager
    from datetime import date

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.integrity.listing.store import Wanted
    from secondskies_desktop.integrity.store import Finding, Health, Sample
    from secondskies_desktop.signals.changes import SignalRow
    from secondskies_desktop.signals.lifecycle import SignalState

Result = TypeVar("Result")
_MINUTE_US = 60_000_000
_HOUR_US = 60 * _MINUTE_US
_MOST_CONFLICTS = 500
_COUNTED_AT_ONCE = 50_000


class HealthNow(NamedTuple):
    """How complete the data is; `looked_us` is None where nothing has looked yet, and then nothing is known."""

    looked_us: int | None
    health: Health
    sample: Sample | None
    found_hour: int
    filled_hour: int
    arrivals: int
    filled: dict[str, int]
    heartbeat_us: int | None
    kinds: dict[tuple[str, str], int]
    fills: int

    @property
    def conflicts(self) -> int:
        """How many conflicts wait for a choice."""
        return sum(count for (_, kind), count in self.kinds.items() if kind.startswith(store.CONFLICT))

    @property
    def open(self) -> int:
        """How many findings are open, conflicts among them."""
        return sum(self.kinds.values())


class FindingsPage(NamedTuple):
    """Some open findings, how many pass in all, and how many there are of each category and type."""

    rows: list[Finding]
    total: int
    kinds: dict[tuple[str, str], int]


class Conflict(NamedTuple):
    """A field of which several values were received; `shown` is the one that counts as long as nobody chooses."""

    signal_id: int
    stream: str
    trade_id: str
    field: str
    shown: float
    options: tuple[Received, ...]


class Entry(NamedTuple):
    """A fill or a choice as it stands in the log; `counts` is whether its value is the one of its signal now."""

    fill: Fill
    undone: bool
    counts: bool = True


class Coverage(NamedTuple):
    """Trade dates with their hours, the newest first, and between which dates anything arrived."""

    days: tuple[CoveredDay, ...]
    first: date | None
    last: date | None


class Diagnosis(NamedTuple):
    """What is known of the quality of one signal; `score` is None where nobody has looked since it changed."""

    signal_id: int
    score: int | None
    gaps: tuple[Finding, ...]
    checks: tuple[Finding, ...]
    conflicts: tuple[Conflict, ...]
    log: tuple[Entry, ...]


class _Counted:
    """Arrivals by hour, counted once: the inbox only grows, and later questions read what is new."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_id = 0
        self._by_hour: dict[int, int] = {}

    def read(self, connection: Connection) -> dict[int, int]:
        with self._lock:
            until = inbox_store.last_arrival(connection)
            while self._last_id < until:
                last_id = min(until, self._last_id + _COUNTED_AT_ONCE)
                for hour, count in history_store.count_by_hour_of(connection, self._last_id, last_id):
                    self._by_hour[hour] = self._by_hour.get(hour, 0) + count
                self._last_id = last_id
            return dict(self._by_hour)


class _Weighed(NamedTuple):
    """What takes long to count where much is missing."""

    health: Health
    found_hour: int
    filled_hour: int
    filled: dict[str, int]
    kinds: dict[tuple[str, str], int]
    fills: int


class _Scales:
    """Weighs once what several panels ask, and again only when something was looked at or filled in since."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: object = None
        self._known: _Weighed | None = None

    def read(self, connection: Connection, now_us: int) -> _Weighed:
        key = (store.position(connection), fill_log.last_id(connection), now_us // _MINUTE_US)
        with self._lock:
            if self._known is None or key != self._key:
                found, filled = store.counts_since(connection, now_us - _HOUR_US)
                self._known = _Weighed(
                    store.health(connection),
                    found,
                    filled,
                    store.fills_by_source(connection),
                    listing.open_kinds(connection),
                    fill_log.count(connection),
                )
                self._key = key
            return self._known


class IntegrityDesk:
    """Stands on what the desk has: the profile, its database, and the engine where this process runs it."""

    profile: Profile
    _engine: Engine | None
    _clock: Clock

    def __init__(self) -> None:
        self._counted_arrivals = _Counted()
        self._scales = _Scales()

    def _connect(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError

    def health_now(self) -> HealthNow:
        """Return how complete the data is."""
        with self._connect() as connection:
            weighed = self._scales.read(connection, self._clock())
            return HealthNow(
                store.position(connection).at_us or None,
                weighed.health,
                listing.newest_sample(connection),
                weighed.found_hour,
                weighed.filled_hour,
                inbox_store.last_arrival(connection),
                weighed.filled,
                store.last_heartbeat(connection),
                weighed.kinds,
                weighed.fills,
            )

    def health_since(self, since_us: int) -> list[Sample]:
        """Return health as it went since a time, oldest first."""
        with self._connect() as connection:
            return store.samples_since(connection, since_us)

    def open_findings(self, wanted: Wanted, limit: int) -> FindingsPage:
        """Return what is open and passes, in the order that is wanted."""
        with self._connect() as connection:
            rows = listing.open_page(connection, wanted, limit)
            total = len(rows) if len(rows) < limit else listing.count_open(connection, wanted)
            return FindingsPage(rows, total, listing.open_kinds(connection))

    def conflicts(self) -> list[Conflict]:
        """Return what waits for a choice, the newest found first."""
        with self._connect() as connection:
            found: list[Conflict] = []
            for one in listing.open_conflicts(connection, store.CONFLICT, _MOST_CONFLICTS):
                rows = signal_store.signals_of(connection, one.stream, [one.trade_id])
                for row in rows:
                    field = one.type.partition(":")[2]
                    found += [each for each in _conflicts(connection, row) if each.field == field]
            return found

    def fills(self, limit: int, before_id: int | None = None) -> list[Entry]:
        """Return what was filled in and chosen, newest first, before an id."""
        with self._connect() as connection:
            rows = fill_log.listed(connection, limit, before_id)
            by_stream: dict[str, set[str]] = {}
            for fill, _ in rows:
                by_stream.setdefault(fill.stream, set()).add(fill.trade_id)
            views = [
                row.view
                for stream, ids in by_stream.items()
                for row in signal_store.signals_of(connection, stream, sorted(ids))
            ]
            used = {one.id for view in views for one in view.filled}
            return [Entry(fill, undone, _counts(fill, used)) for fill, undone in rows]

    def coverage(self, last: date | None, days: int) -> Coverage:
        """Return so many trade dates up to one; None is today, or the newest with an alert where that is long ago."""
        with self._connect() as connection:
            by_hour = self._counted_arrivals.read(connection)
        now_us = self._clock()
        newest = trade_date(max(by_hour)) if by_hour else None
        oldest = trade_date(min(by_hour)) if by_hour else None
        today = trade_date(now_us)
        if last is None:
            last = today if newest is None or (today - newest).days <= days else newest
        return Coverage(covered(by_hour, last, days, now_us), oldest, newest)

    def diagnosis(self, signal_id: int) -> Diagnosis | None:
        """Return what is known of the quality of one signal, None where it is gone."""
        with self._connect() as connection:
            row = signal_store.signal_by_id(connection, signal_id)
            if row is None:
                return None
            stream, trade_id = row.view.stream, row.view.trade_id
            findings = store.open_findings_of(connection, stream, [trade_id]).get(trade_id, [])
            gaps = tuple(one for one in findings if one.category == store.GAP)
            checks = tuple(
                one
                for one in findings
                if one.category != store.GAP and not one.type.startswith(store.CONFLICT)
            )
            looked = store.position(connection).seq >= row.seq
            score = max(0, 100 - sum(one.points for one in gaps)) if looked else None
            log = fill_log.of_signal(connection, stream, trade_id)
            undone = {one.refers for one in log if one.kind == FillKind.UNDO}
            used = {one.id for one in row.view.filled}
            entries = tuple(
                Entry(one, one.id in undone, _counts(one, used)) for one in log if one.kind != FillKind.UNDO
            )
            return Diagnosis(signal_id, score, gaps, checks, tuple(_conflicts(connection, row)), entries)

    def signal_id_of(self, stream: str, trade_id: str) -> int | None:
        """Return the id in the projection of a signal, None where there is none."""
        with self._connect() as connection:
            rows = signal_store.signals_of(connection, stream, [trade_id])
            return rows[0].id if rows else None

    def undo_fill(self, fill_id: int) -> bool:
        """Take a fill or a choice back; False where it does not stand any more."""
        return (
            self._act(lambda: integrity_acts.undo(self.profile, fill_id, self._clock(), self._engine))
            is not None
        )

    def put_back_fill(self, fill_id: int) -> bool:
        """Let what was taken back count again; False where it stands."""
        return (
            self._act(lambda: integrity_acts.put_back(self.profile, fill_id, self._clock(), self._engine))
            is not None
        )

    def choose_value(self, conflict: Conflict, inbox_id: int) -> int:
        """Let the value that an arrival brought count; returns the row's id. Raises NoChoice."""
        made = self._act(
            lambda: integrity_acts.choose(
                self.profile,
                conflict.stream,
                conflict.trade_id,
                conflict.field,
                f"#{inbox_id}",
                self._clock(),
                self._engine,
            )
        )
        return made.id

    def _act(self, work: Callable[[], Result]) -> Result:
        if self.profile.replay is not None:
            raise RuntimeError("a replay is thrown away: decide in your own desk")
        return work()


def _counts(one: Fill, used: Collection[int]) -> bool:
    """Tell whether a row has an effect: a fill that was received since, or contradicted, has none."""
    return one.kind != FillKind.FILL or one.id in used


def _conflicts(connection: Connection, row: SignalRow) -> list[Conflict]:
    if not row.view.conflicts:
        return []
    view = row.view
    state: SignalState = next(signal_store.load(connection, view.stream, [view.trade_id])).state
    settled = chosen(state)
    return [
        Conflict(
            row.id, view.stream, view.trade_id, field, getattr(view, field), tuple(received(state, field))
        )
        for field in view.conflicts
        if field not in settled
    ]
