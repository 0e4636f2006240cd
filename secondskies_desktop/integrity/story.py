"""What the rules of this room are told of one signal, beside what every screen shows of it."""

from __future__ import annotations

from typing import Final

import msgspec

from secondskies_desktop.signals.view import SignalView

MINUTE_US: Final = 60_000_000
EVERY_BAR: Final = frozenset(("mfe-batch", "snapshot-v1"))
"""The generations that list what runs at every bar; the others tell of one trade at a time (domain.md §4.5)."""
CREATION_SAID: Final = frozenset(("telemetry", "direct", "contract-2"))
"""The generations that announce a triangle before it is confirmed."""
LISTED_AT_MOST: Final = 12
"""So many of the newest running signals a batch or a snapshot lists for certain (domain.md §4.5)."""


class Update(msgspec.Struct, frozen=True, gc=False):
    """One update of a signal: bar open (µs UTC), excursions in R, price in points, and the arrival it came with."""

    at_us: int
    be_mfe: float | None
    no_be_mfe: float | None
    mae: float | None
    price: float | None
    inbox_id: int


class Price(msgspec.Struct, frozen=True, gc=False):
    """What a minute of the chart is known to have seen: low and high in points, and the arrival that says so.

    A bar knows its extremes; a single price is both of them, and less than the whole minute.
    """

    at_us: int
    low: float
    high: float
    inbox_id: int
    is_bar: bool


class Triangle(msgspec.Struct, frozen=True, gc=False):
    """A triangle of the chart: its signal, bar open (µs UTC), direction and the arrival that told of it first."""

    trade_id: str
    at_us: int
    direction: str
    inbox_id: int


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """One signal with what surrounds it on its chart.

    `rules` are the generations that told of it. `updates` are in the order of time. `holes` are the ranges of bars
    (first and last, µs UTC) inside its life at which an update should have come and did not; before `judged_from_us`
    nobody can say. `prices` are those of the chart after the last word of the signal. `newer` counts the running
    signals of the chart that are newer. `creations_told` says whether this chart announces triangles.
    """

    view: SignalView
    rules: frozenset[str] = frozenset()
    updates: tuple[Update, ...] = ()
    holes: tuple[tuple[int, int], ...] = ()
    judged_from_us: int = 0
    prices: tuple[Price, ...] = ()
    next_triangle: Triangle | None = None
    linked: tuple[SignalView, ...] = ()
    newer: int = 0
    creations_told: bool = False
    inbox_ids: dict[str, int] = msgspec.field(default_factory=dict)
    """The first arrival of each kind of event."""

    @property
    def is_entered(self) -> bool:
        """Whether the signal became a trade, however that is known."""
        return self.view.no_be_status != "NOT_STARTED"

    @property
    def is_running(self) -> bool:
        """Whether the No-BE trade runs on, as far as is known."""
        return self.view.no_be_status == "RUNNING"

    @property
    def last_word_us(self) -> int | None:
        """The newest bar that a message of this signal speaks of."""
        times = [self.updates[-1].at_us] if self.updates else []
        view = self.view
        times += [
            at_us
            for at_us in (view.entry_us, view.be_triggered_us, view.be_exit_us, view.exit_us, view.signal_us)
            if at_us is not None
        ]
        return max(times, default=view.last_event_us)
