"""Our own simulation of the trader's indicator: signals by domain.md §1, from closed one-minute bars.

It keeps what his Pine script keeps: entry is the confirmation close, the legs are evaluated in Pine's order within
a bar (domain.md §12), and the true open of the next bar stands beside it. What it knows is the tests' reference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from secondskies_desktop.demo.bias import NEUTRAL, BiasEngine
from secondskies_desktop.demo.stops import stop_of
from secondskies_desktop.foundation.sessions import new_york
from secondskies_desktop.market.bars import Bar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MINUTE_US = 60_000_000
_HISTORY = 600
_WARM_UP = 30
_FRAMES = {"htf_5m": 5, "htf_15m": 15, "htf_1h": 60, "htf_4h": 240, "htf_daily": 1440}


@dataclass(slots=True)
class SimSignal:
    """One signal as the simulation knows it: the truth that a test holds the program against."""

    trade_id: str
    direction: str
    triangle_us: int
    high: float
    low: float
    place: int
    htf: dict[str, str]
    status: str = "PENDING"
    confirmed_us: int | None = None
    cancelled_us: int | None = None
    entry_us: int | None = None
    entry: float | None = None
    entry_open: float | None = None
    stop: float | None = None
    bars_to_confirm: int | None = None
    be_triggered_us: int | None = None
    be_stopped_us: int | None = None
    stopped_us: int | None = None
    be_mfe: float = 0.0
    no_be_mfe: float = 0.0
    mae: float = 0.0

    @property
    def sign(self) -> int:
        """+1 for bullish, -1 for bearish."""
        return 1 if self.direction == "Bullish" else -1

    @property
    def risk(self) -> float:
        """Entry minus stop in the direction, in points; only of a confirmed signal."""
        assert self.entry is not None  # noqa: S101 - asked of confirmed signals only
        assert self.stop is not None  # noqa: S101 - the same
        return self.sign * (self.entry - self.stop)


@dataclass(frozen=True, slots=True)
class BarReport:
    """What happened on one closed bar."""

    bar: Bar
    bias: str
    born: SimSignal | None
    cancelled: SimSignal | None
    confirmed: SimSignal | None
    entered: SimSignal | None
    triggered: tuple[SimSignal, ...]
    be_stopped: tuple[SimSignal, ...]
    stopped: tuple[SimSignal, ...]
    running: tuple[SimSignal, ...]


@dataclass(slots=True)
class Indicator:
    """Takes closed bars in order; `signals` holds every signal it has ever seen."""

    signals: list[SimSignal] = field(default_factory=list)
    told: int = 0
    """How many of the signals a snapshot has announced: its watermark."""
    _bars: list[Bar] = field(default_factory=list)
    _dropped: int = 0
    _engine: BiasEngine = field(default_factory=BiasEngine)
    _frames: dict[str, tuple[BiasEngine, list[Bar]]] = field(
        default_factory=lambda: {name: (BiasEngine(), []) for name in _FRAMES}
    )
    _pending: SimSignal | None = None
    _awaiting: SimSignal | None = None
    _running: list[SimSignal] = field(default_factory=list)

    def take(self, bar: Bar) -> BarReport:
        """Take one closed bar and tell what happened on it."""
        entered, self._awaiting = self._awaiting, None
        if entered is not None:
            entered.entry_us, entered.entry_open = bar.at_us, bar.open
            entered.status = "CONFIRMED"
            self._running.append(entered)
        triggered, be_stopped, stopped = self._follow(bar)
        self._bars.append(bar)
        if len(self._bars) > _HISTORY:
            del self._bars[0]
            self._dropped += 1
        htf = self._higher(bar)
        before = self._engine.bias
        bias = self._engine.take(bar)
        born, cancelled = self._triangle(bar, before, bias, htf)
        confirmed = self._confirm(bar)
        return BarReport(
            bar,
            bias,
            born,
            cancelled,
            confirmed,
            entered,
            tuple(triggered),
            tuple(be_stopped),
            tuple(stopped),
            tuple(self._running),
        )

    def _higher(self, bar: Bar) -> dict[str, str]:
        """Feed the higher timeframes; their bars begin at 18:00 New York and close by crossing."""
        local = new_york(bar.at_us)
        minute = (local.hour * 60 + local.minute - 18 * 60) % 1440
        found = {}
        for name, frame in _FRAMES.items():
            engine, waiting = self._frames[name]
            waiting.append(bar)
            if (minute + 1) % frame == 0:
                engine.take(
                    Bar(
                        waiting[0].at_us,
                        waiting[0].open,
                        max(one.high for one in waiting),
                        min(one.low for one in waiting),
                        waiting[-1].close,
                    )
                )
                waiting.clear()
            found[name] = engine.bias
        return found

    def _triangle(
        self, bar: Bar, before: str, bias: str, htf: dict[str, str]
    ) -> tuple[SimSignal | None, SimSignal | None]:
        warm = self._dropped + len(self._bars) > _WARM_UP
        if bias == before or before == NEUTRAL or not warm:
            return None, None
        cancelled = None
        if self._pending is not None:
            if self._pending.direction == bias:
                return None, None
            cancelled = self._pending
            cancelled.status, cancelled.cancelled_us = "CANCELLED", bar.at_us
        stamp = new_york(bar.at_us).strftime("%Y%m%d_%H%M%S000")
        born = SimSignal(
            f"{stamp}_{bias.upper()}",
            bias,
            bar.at_us,
            bar.high,
            bar.low,
            self._dropped + len(self._bars) - 1,
            htf,
        )
        self._pending = born
        self.signals.append(born)
        return born, cancelled

    def _confirm(self, bar: Bar) -> SimSignal | None:
        signal = self._pending
        if signal is None or bar.at_us == signal.triangle_us:
            return None
        beyond = bar.close > signal.high if signal.sign > 0 else bar.close < signal.low
        if not beyond:
            return None
        now = len(self._bars) - 1
        signal.confirmed_us, signal.entry = bar.at_us, bar.close
        signal.bars_to_confirm = now + self._dropped - signal.place
        signal.stop = stop_of(self._bars, max(0, signal.place - self._dropped), now, signal.sign)
        self._pending, self._awaiting = None, signal
        signal.status = "CONFIRMED"
        return signal

    def _follow(
        self, bar: Bar
    ) -> tuple[list[SimSignal], list[SimSignal], list[SimSignal]]:
        """Follow the running trades in Pine's order: stop, break-even stop, extremes, break-even trigger."""
        triggered: list[SimSignal] = []
        be_stopped: list[SimSignal] = []
        stopped: list[SimSignal] = []
        for signal in self._running:
            assert signal.entry is not None  # noqa: S101 - running signals were confirmed
            assert signal.stop is not None  # noqa: S101 - the same
            sign, risk = signal.sign, signal.risk
            best, worst = (bar.high, bar.low) if sign > 0 else (bar.low, bar.high)
            if risk <= 0:
                signal.stopped_us = bar.at_us
                stopped.append(signal)
                continue
            favourable = sign * (best - signal.entry) / risk
            hit_stop = sign * (worst - signal.stop) <= 0
            was_triggered = signal.be_triggered_us is not None
            if signal.be_stopped_us is None:
                came_back = was_triggered and sign * (worst - signal.entry) <= 0
                if came_back or (hit_stop and not was_triggered):
                    signal.be_stopped_us = bar.at_us
                    be_stopped.append(signal)
                else:
                    signal.be_mfe = max(signal.be_mfe, favourable)
                    if not was_triggered and favourable >= 1 and not hit_stop:
                        signal.be_triggered_us = bar.at_us
                        triggered.append(signal)
            signal.mae = min(signal.mae, sign * (worst - signal.entry) / risk)
            if hit_stop:
                signal.stopped_us, signal.status = bar.at_us, "COMPLETED"
                stopped.append(signal)
            else:
                signal.no_be_mfe = max(signal.no_be_mfe, favourable)
        self._running = [signal for signal in self._running if signal.stopped_us is None]
        return triggered, be_stopped, stopped


def simulate(bars: Iterable[Bar]) -> Iterator[tuple[BarReport, Indicator]]:
    """Yield the report of each bar with the indicator behind it."""
    indicator = Indicator()
    for bar in bars:
        yield indicator.take(bar), indicator
