"""Our own simulation of the trader's indicator: signals by domain.md §1, from closed one-minute bars.

It keeps what his Pine script keeps: entry is the confirmation close, and both strategies are followed
in Pine's order within a bar. What it knows in the end is the reference of the tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.demo.bias import NEUTRAL, BiasEngine, HigherBiases
from secondskies_desktop.demo.journey import (
    BULL,
    CANCELLED,
    CONFIRMED,
    SimSignal,
    follow,
)
from secondskies_desktop.demo.stops import REACH, stop_of
from secondskies_desktop.foundation.sessions import new_york, session_at
from secondskies_desktop.market.bars import Bar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WARM_UP = 30
"""Bars before the first triangle: the extremes of a history as short as that are broken at every turn."""


class BarReport(msgspec.Struct, frozen=True):
    """What happened on one closed bar; the signals stand as they are after it.

    `entered` was confirmed a bar ago and runs from this bar on. `running` holds the signals whose
    No-BE strategy runs, oldest first; `stopped` those that ended on this bar.
    """

    bar: Bar
    bias: str
    htf: dict[str, str]
    born: SimSignal | None
    cancelled: SimSignal | None
    confirmed: SimSignal | None
    entered: SimSignal | None
    triggered: tuple[SimSignal, ...]
    be_stopped: tuple[SimSignal, ...]
    stopped: tuple[SimSignal, ...]
    running: tuple[SimSignal, ...]


class Indicator:
    """Takes closed bars in order. The first `warm_up` bars make no triangle."""

    def __init__(self, warm_up: int = WARM_UP) -> None:
        self._left_to_warm = warm_up
        self._engine = BiasEngine()
        self._higher = HigherBiases()
        self._signals: list[SimSignal] = []
        self._pending: int | None = None
        self._awaiting: int | None = None
        self._running: list[int] = []
        self._bars: list[Bar] = []
        self._signal_bar = 0
        """Place of the pending signal's candle among `_bars`."""

    def truth(self) -> list[SimSignal]:
        """Return all signals in the order of their triangles, as they are after the last bar."""
        return list(self._signals)

    def born_since(self, place: int) -> list[SimSignal]:
        """Return the signals from the given one on, counted from 0, as they are after the last bar."""
        return self._signals[place:]

    @property
    def count(self) -> int:
        """How many triangles there were."""
        return len(self._signals)

    def take(self, bar: Bar) -> BarReport:
        """Take a closed bar, newer than all before it, and tell what happened on it."""
        entered = self._enter(bar)
        before = [self._signals[place] for place in self._running]
        after = [follow(signal, bar) for signal in before]
        for place, signal in zip(self._running, after, strict=True):
            self._signals[place] = signal
        self._running = [place for place in self._running if self._signals[place].no_be_stopped_us is None]
        htf = self._higher.take(bar)
        earlier = self._engine.bias
        bias = self._engine.take(bar)
        self._remember(bar)
        cancelled = self._turn(bar, earlier, bias, htf)
        born = None if self._pending is None else self._signals[self._pending]
        confirmed = self._confirm(bar)
        return BarReport(
            bar,
            bias,
            htf,
            born if born is not None and born.triangle_us == bar.at_us else None,
            cancelled,
            confirmed,
            None if entered is None else self._signals[entered],
            tuple(signal for signal in after if signal.be_triggered_us == bar.at_us),
            tuple(signal for signal in after if signal.be_stopped_us == bar.at_us),
            tuple(signal for signal in after if signal.no_be_stopped_us == bar.at_us),
            tuple(self._signals[place] for place in self._running),
        )

    def _enter(self, bar: Bar) -> int | None:
        """Open the trade that was confirmed on the bar before; returns its place."""
        place, self._awaiting = self._awaiting, None
        if place is not None:
            self._change(place, entry_us=bar.at_us, entry_open=bar.open)
            self._running.append(place)
        return place

    def _remember(self, bar: Bar) -> None:
        """Keep the bars that a stop may need: those since the pending candle, and some on its left."""
        self._bars.append(bar)
        if self._pending is None:
            del self._bars[: -REACH - 1]

    def _turn(self, bar: Bar, earlier: str, bias: str, htf: dict[str, str]) -> SimSignal | None:
        """Print a triangle where the bias turned; returns the pending signal that it cancelled.

        Bias alternates and no filter is on, so what is still pending is of the other direction. The
        first turn away from Neutral is the beginning of the history and no signal (domain.md §11.2).
        """
        self._left_to_warm -= 1
        if bias in (earlier, NEUTRAL) or earlier == NEUTRAL or self._left_to_warm >= 0:
            return None
        pending, cancelled = self._pending, None
        if pending is not None:
            cancelled = self._change(pending, status=CANCELLED, cancelled_us=bar.at_us)
        self._pending = len(self._signals)
        self._signals.append(_triangle(bar, bias.upper(), htf))
        del self._bars[: -REACH - 1]
        self._signal_bar = len(self._bars) - 1
        return cancelled

    def _confirm(self, bar: Bar) -> SimSignal | None:
        """Confirm the pending signal if the bar closes beyond its candle: strictly, and on a later bar."""
        if self._pending is None:
            return None
        signal = self._signals[self._pending]
        beyond = bar.close > signal.high if signal.direction == BULL else bar.close < signal.low
        if not beyond or signal.triangle_us == bar.at_us:
            return None
        now = len(self._bars) - 1
        self._awaiting, self._pending = self._pending, None
        return self._change(
            self._awaiting,
            status=CONFIRMED,
            confirmation_us=bar.at_us,
            bars_to_confirm=now - self._signal_bar,
            entry=bar.close,
            stop=stop_of(self._bars, self._signal_bar, now, signal.sign),
        )

    def _change(self, place: int, **changes: object) -> SimSignal:
        signal = msgspec.structs.replace(self._signals[place], **changes)
        self._signals[place] = signal
        return signal


def _triangle(bar: Bar, direction: str, htf: dict[str, str]) -> SimSignal:
    stamp = new_york(bar.at_us).strftime("%Y%m%d_%H%M%S000")
    return SimSignal(
        f"{stamp}_{direction}",
        direction,
        bar.at_us,
        session_at(bar.at_us),
        bar.high,
        bar.low,
        htf,
    )


def simulate(bars: Iterable[Bar], warm_up: int = WARM_UP) -> Iterator[tuple[BarReport, Indicator]]:
    """Yield the report of each bar with the indicator behind it."""
    indicator = Indicator(warm_up)
    for bar in bars:
        yield indicator.take(bar), indicator
