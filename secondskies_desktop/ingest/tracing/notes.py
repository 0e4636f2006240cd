"""What the pump notes of the way of arrivals while it folds them.

When a slice was committed and published is known only after its transaction. Its row therefore waits here, and is
written in one of the pump's next looks into the inbox, a transaction that there is anyway: in the first that finds
nothing to fold, within half a second, and else with 32 others. A killed program loses what waits, and nothing else.

A trace tells how an arrival went the first time. What is folded once more, by a rebuild that a later start ends, was
traced or fenced off before and is not noted again.
"""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING

from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.ingest.tracing import store
from secondskies_desktop.ingest.tracing.trace import SliceTrace, pack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.ingest.store import Stored

_LIVE = "webhook:"
MANY = 32
"""Slices that are written together while there is more to fold: each alone would cost a hundredth of its fold."""


class Way:
    """The times of one slice while it is folded: ns of a clock that nobody can set."""

    __slots__ = ("committed_ns", "decoded_ns", "folded_ns", "stored_us", "taken_ns", "taken_us", "waited_us")

    def __init__(self, taken_us: int) -> None:
        self.taken_us = taken_us
        self.waited_us: list[int | None] = []
        self.stored_us: list[int | None] = []
        self.taken_ns = perf_counter_ns()
        self.decoded_ns: list[int] = []
        self.folded_ns = self.committed_ns = 0


class TraceNotes:
    """Used on the pump's thread only; `waited` knows how long a body of an arrival time waited for the disk (µs)."""

    def __init__(
        self, clock: Clock = system_clock, waited: Callable[[int], int | None] = lambda _received_us: None
    ) -> None:
        self._clock = clock
        self._waited = waited
        self._rows: list[store.TraceRow] = []
        self._traced_to = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits to be written."""
        return not self._rows

    def prepare(self, connection: Connection) -> None:
        """Learn up to which inbox id traces are known."""
        waiting = self._rows[-1].last_inbox_id if self._rows else 0
        self._traced_to = max(waiting, store.traced_to(connection))

    def begin(self, arrivals: Sequence[Stored]) -> Way:
        """Note that a slice was taken up. How long it waited for the disk is forgotten once it is published."""
        way = Way(self._clock())
        for one in arrivals:
            # The time of a log's row is the log's: only what came over HTTP was received by us.
            is_live = one.source.startswith(_LIVE)
            way.waited_us.append(way.taken_us - one.received_us if is_live else None)
            way.stored_us.append(self._waited(one.received_us) if is_live else None)
        return way

    def end(self, arrivals: Sequence[Stored], way: Way, *, published: bool) -> None:
        """Note that a slice is through: folded, committed and, where anybody listens, published."""
        now_ns = perf_counter_ns()
        skip = sum(one.inbox_id <= self._traced_to for one in arrivals)
        arrivals = arrivals[skip:]
        if not arrivals:
            return
        taken_us, taken_ns = way.taken_us, way.taken_ns
        trace = SliceTrace(
            taken_us,
            tuple([one.inbox_id for one in arrivals]),
            tuple(way.waited_us[skip:]),
            tuple(way.stored_us[skip:]),
            tuple([(one - taken_ns) // 1_000 for one in way.decoded_ns[skip:]]),
            (way.folded_ns - taken_ns) // 1_000,
            (way.committed_ns - taken_ns) // 1_000,
            (now_ns - taken_ns) // 1_000 if published else None,
        )
        self._traced_to = trace.ids[-1]
        self._rows.append(store.TraceRow(trace.ids[0], trace.ids[-1], taken_us, pack(trace)))

    def write(self, connection: Connection, *, at_least: int = 1) -> None:
        """Write what waits, if it is so much. Should the transaction fail, it is lost: no trace is worth a fold."""
        if len(self._rows) >= at_least:
            rows, self._rows = self._rows, []
            store.write(connection, rows)
