"""What the simulated indicator sends: the real shapes, field by field, with their real defects.

`UNIFIED_SNAPSHOT_V1` is what the trader's indicator sends today; the others are what it spoke before,
for tests and for logs (domain.md §4.5, §4.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from secondskies_desktop.demo import alerts_by_bar, alerts_by_event, walk
from secondskies_desktop.demo.alerts_by_contract import Sender
from secondskies_desktop.demo.alerts_by_event import Scene
from secondskies_desktop.demo.event import Defects, Kind, Manner, Telling, Told
from secondskies_desktop.demo.fields import MINUTE_US, write
from secondskies_desktop.demo.indicator import BarReport, Indicator, simulate
from secondskies_desktop.foundation.market_hours import is_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from secondskies_desktop.demo.journey import SimSignal
    from secondskies_desktop.market.bars import Bar

    Speaker = Callable[[BarReport, Indicator], Iterable[str]]

__all__ = ["Defects", "Generation", "Utterance", "speak", "speak_with_truth"]

EXPORT_SIZE = 50
_EXPORT_PAUSE = 5
"""Bars between the parts of a bulk export."""
_LIVE = -1
"""The `batch_number` of an export that is sent with its bar."""
_HEARTBEAT = 60
"""Minutes between heartbeats."""


class Generation(StrEnum):
    """Which of the indicator's languages is spoken; the last is ours, all others but the first are of the past."""

    SNAPSHOT = "snapshot"
    BATCH = "batch"
    TELEMETRY = "telemetry"
    TELEMETRY_Z = "telemetry-z"
    STRATEGY = "strategy"
    EXPORT = "export"
    ALL_SIGNALS = "all-signals"
    WRAPPED = "wrapped"
    STAGE = "stage"
    CONTRACT = "contract-2"


_FROM_ENTRY = frozenset((Kind.ENTRY, Kind.UPDATE, Kind.TRIGGERED, Kind.BREAK_EVEN))
_MANNERS = {
    Generation.BATCH: Manner((_FROM_ENTRY | {Kind.CREATED, Kind.STOP_LOSS}) - {Kind.UPDATE}),
    Generation.TELEMETRY: Manner(_FROM_ENTRY | {Kind.STOP_LOSS}, break_even_always=True),
    Generation.TELEMETRY_Z: Manner(_FROM_ENTRY, break_even_always=True),
    Generation.STRATEGY: Manner(_FROM_ENTRY, break_even_always=True),
    Generation.WRAPPED: Manner(_FROM_ENTRY | {Kind.CREATED, Kind.STOP_LOSS}, updates_both=True),
    Generation.STAGE: Manner(frozenset(Kind) - {Kind.TRIGGERED}, updates_both=True),
    Generation.CONTRACT: Manner(frozenset(Kind), updates_both=True),
}


@dataclass(frozen=True, slots=True)
class Utterance:
    """One alert: its body and the close of the bar at which it is sent (µs UTC)."""

    body: bytes
    bar_close_us: int


def speak(
    seed: int,
    start_us: int,
    bars: int | Iterable[Bar],
    generation: Generation = Generation.SNAPSHOT,
    defects: Defects | None = None,
) -> Iterator[Utterance]:
    """Yield the alerts of so many open minutes from the bar open `start_us` on, or of the bars given.

    The seed decides the market, where no bars are given, and which faults happen. A bulk export
    follows its bars.
    """
    for utterance, _ in speak_with_truth(seed, start_us, bars, generation, defects):
        yield utterance


def speak_with_truth(
    seed: int,
    start_us: int,
    bars: int | Iterable[Bar],
    generation: Generation = Generation.SNAPSHOT,
    defects: Defects | None = None,
) -> Iterator[tuple[Utterance, Indicator]]:
    """Yield each alert with the indicator that sent it, whose `truth()` is what lies behind it."""
    if isinstance(bars, int):
        bars = islice(walk.minutes(seed, start_us, is_open=is_open), bars)
    faults = Defects() if defects is None else defects
    chance = np.random.default_rng(seed + 1)
    for body, close_us, indicator in _said(bars, generation, faults, chance):
        utterance = Utterance(body.encode(), close_us)
        yield utterance, indicator
        while faults.duplicate > 0 and chance.random() < faults.duplicate:
            yield utterance, indicator


def _said(
    bars: Iterable[Bar], generation: Generation, defects: Defects, chance: np.random.Generator
) -> Iterator[tuple[str, int, Indicator]]:
    """Yield body, bar close and indicator, before any duplicates."""
    speaker = _speaker(generation, defects, chance)
    close_us, indicator = 0, Indicator()
    for report, indicator in simulate(bars):
        close_us = report.bar.at_us + MINUTE_US
        for body in speaker(report, indicator):
            yield body, close_us, indicator
    for part, body in enumerate(_bulk(generation, indicator, close_us), start=1):
        yield body, close_us + part * _EXPORT_PAUSE * MINUTE_US, indicator


def _speaker(generation: Generation, defects: Defects, chance: np.random.Generator) -> Speaker:
    if generation is Generation.SNAPSHOT:
        snapshots = alerts_by_bar.Snapshots(lost_quote=defects.lost_quote)
        return lambda report, indicator: [snapshots.of_bar(report, indicator)]
    if generation is Generation.EXPORT:
        return _live_export
    if generation is Generation.ALL_SIGNALS:
        return lambda _report, _indicator: []
    if generation is Generation.CONTRACT:
        telling, sender = Telling(_MANNERS[generation], defects, chance), Sender()
        return lambda report, _indicator: sender.of_bar(report.bar, telling.of_bar(report))
    events = _Events(_MANNERS[generation], defects, chance, _writer(generation, defects, chance))
    if generation is not Generation.BATCH:
        return events.of_bar
    return lambda report, indicator: [*events.of_bar(report, indicator), *_batch(report, indicator)]


class _Events:
    """Speaks an alert per event."""

    def __init__(
        self,
        manner: Manner,
        defects: Defects,
        chance: np.random.Generator,
        words: Callable[[Told, Scene], str],
    ) -> None:
        self._telling = Telling(manner, defects, chance)
        self._words = words
        self._newest: SimSignal | None = None
        self._newest_risk: float | None = None

    def of_bar(self, report: BarReport, _indicator: Indicator) -> Iterator[str]:
        """Yield the alerts of a bar."""
        if report.born is not None:
            self._newest = report.born
        if report.confirmed is not None:
            self._newest_risk = report.confirmed.risk
        for told in self._telling.of_bar(report):
            scene = Scene(report, self._newest or told.signal, self._newest_risk)
            yield self._words(told, scene)


def _writer(
    generation: Generation, defects: Defects, chance: np.random.Generator
) -> Callable[[Told, Scene], str]:
    """Return what writes an event in a generation's words."""
    first = partial(alerts_by_event.first_telemetry, no_be_in_mae=defects.no_be_in_mae)

    def strategy(told: Told, scene: Scene) -> str:
        stray = defects.stray_quote > 0 and chance.random() < defects.stray_quote
        return alerts_by_event.strategy(told, scene, stray_quote=stray)

    writers: dict[Generation, Callable[[Told, Scene], str]] = {
        Generation.BATCH: lambda told, scene: write(alerts_by_event.telemetry(told, scene)),
        Generation.TELEMETRY: lambda told, scene: write(first(told, scene, zulu=False)),
        Generation.TELEMETRY_Z: lambda told, scene: write(first(told, scene, zulu=True)),
        Generation.STRATEGY: strategy,
        Generation.WRAPPED: lambda told, scene: write(alerts_by_event.wrapped(told, scene)),
        Generation.STAGE: lambda told, scene: write(alerts_by_event.stage(told, scene)),
    }
    return writers[generation]


def _batch(report: BarReport, indicator: Indicator) -> Iterator[str]:
    if report.running:
        yield alerts_by_bar.mfe_batch(report)
    if report.bar.at_us // MINUTE_US % _HEARTBEAT == 0:
        yield alerts_by_bar.heartbeat(report, indicator.count)


def _live_export(report: BarReport, indicator: Indicator) -> Iterator[str]:
    if report.confirmed is not None:
        now_us = report.bar.at_us + MINUTE_US
        yield alerts_by_bar.export([report.confirmed], _LIVE, indicator.count, now_us)


def _bulk(generation: Generation, indicator: Indicator, now_us: int) -> Iterator[str]:
    """Yield the parts of a bulk export, or nothing in a generation that has none."""
    signals = indicator.truth()
    if generation is Generation.EXPORT:
        signals = [signal for signal in signals if signal.confirmation_us is not None]
        words = partial(alerts_by_bar.export, total=len(signals), now_us=now_us)
    elif generation is Generation.ALL_SIGNALS:
        words = partial(alerts_by_bar.all_signals_export, total=len(signals))
    else:
        return
    for part, begin in enumerate(range(0, len(signals), EXPORT_SIZE)):
        yield words(signals[begin : begin + EXPORT_SIZE], part)
