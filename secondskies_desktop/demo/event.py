"""Which events a generation tells of a bar, and which of the indicator's faults happen on the way.

Sources: domain.md §1.13, §4.4, §4.7, measured on the logs: exits repeated bar after bar, exits before
their trigger, creations and entries that never came, stops that were told as break-even.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from secondskies_desktop.demo.indicator import BarReport
    from secondskies_desktop.demo.journey import SimSignal

_REPEATS = (12, 41)
"""How many bars a looping exit is told again: from, and below (domain.md §1.13)."""


class Kind(StrEnum):
    """The indicator's names of events."""

    CREATED = "SIGNAL_CREATED"
    CANCELLED = "CANCELLED"
    CONFIRMED = "CONFIRMED"
    ENTRY = "ENTRY"
    UPDATE = "MFE_UPDATE"
    TRIGGERED = "BE_TRIGGERED"
    BREAK_EVEN = "EXIT_BREAK_EVEN"
    STOP_LOSS = "EXIT_STOP_LOSS"


ENDS = frozenset((Kind.BREAK_EVEN, Kind.STOP_LOSS))


@dataclass(frozen=True, slots=True)
class Defects:
    """How often the real indicator's faults happen, as shares of 1, or whether they do."""

    lost_quote: bool = True
    """A snapshot's triangles lack the quote behind htf_1h."""
    duplicate: float = 0.0
    """Share of all bodies that repeat the one before them, byte for byte."""
    repeated_exit: float = 0.0
    """An exit is told again on dozens of the bars that follow."""
    exit_first: float = 0.0
    """BE_TRIGGERED comes behind the exit, or never."""
    missing_creation: float = 0.0
    missing_entry: float = 0.0
    stray_quote: float = 0.0
    """An ENTRY of the strategy generation has a quote behind its numbers."""
    untriggered_as_break_even: bool = False
    """A stop before +1R is told as EXIT_BREAK_EVEN alone."""
    no_be_in_mae: bool = False
    """`mae_R` of the first telemetry carries the excursion of the No-BE strategy instead of zero."""


@dataclass(frozen=True, slots=True)
class Manner:
    """Which kinds of event a generation tells.

    `break_even_always`: the end of the BE=1 strategy is an EXIT_BREAK_EVEN, also at the original stop.
    `updates_both`: updates go on after the BE=1 strategy has ended.
    """

    kinds: frozenset[Kind]
    break_even_always: bool = False
    updates_both: bool = False


class Told(NamedTuple):
    """One event of one signal, as the signal is after the bar."""

    kind: Kind
    signal: SimSignal


@dataclass(slots=True)
class _Looping:
    told: Told
    left: int


class Telling:
    """Turns the reports of bars into events, bar by bar; the same `chance` gives the same faults."""

    def __init__(self, manner: Manner, defects: Defects, chance: np.random.Generator) -> None:
        self._manner = manner
        self._defects = defects
        self._chance = chance
        self._withheld: set[str] = set()
        self._looping: list[_Looping] = []

    def of_bar(self, report: BarReport) -> Iterator[Told]:
        """Yield what is told at the close of a bar, the exits that are told once more first."""
        yield from self._again(report)
        for told in self._happened(report):
            if told.kind not in self._manner.kinds or self._is_lost(told.kind):
                continue
            trade_id = told.signal.trade_id
            if told.kind is Kind.TRIGGERED and self._happens(self._defects.exit_first):
                self._withheld.add(trade_id)
                continue
            yield told
            if told.kind not in ENDS:
                continue
            if trade_id in self._withheld:
                self._withheld.remove(trade_id)
                yield Told(Kind.TRIGGERED, told.signal)
            if self._happens(self._defects.repeated_exit):
                self._looping.append(_Looping(told, int(self._chance.integers(*_REPEATS))))

    def _happened(self, report: BarReport) -> Iterator[Told]:
        entered = report.entered if Kind.CONFIRMED in self._manner.kinds else report.confirmed
        for kind, signal in (
            (Kind.CREATED, report.born),
            (Kind.CANCELLED, report.cancelled),
            (Kind.CONFIRMED, report.confirmed),
            (Kind.ENTRY, entered),
        ):
            if signal is not None:
                yield Told(kind, signal)
        yield from (Told(Kind.TRIGGERED, signal) for signal in report.triggered)
        yield from self._ends(report)
        for signal in report.running:
            if self._manner.updates_both or signal.be_stopped_us is None:
                yield Told(Kind.UPDATE, signal)

    def _ends(self, report: BarReport) -> Iterator[Told]:
        instead = self._defects.untriggered_as_break_even
        for signal in report.be_stopped:
            if not signal.died_unprotected or self._manner.break_even_always or instead:
                yield Told(Kind.BREAK_EVEN, signal)
        for signal in report.stopped:
            if not (signal.died_unprotected and instead):
                yield Told(Kind.STOP_LOSS, signal)

    def _again(self, report: BarReport) -> Iterator[Told]:
        now = {signal.trade_id: signal for signal in (*report.running, *report.stopped)}
        for one in self._looping:
            one.left -= 1
            kind, signal = one.told
            yield Told(kind, now.get(signal.trade_id, signal))
        self._looping = [one for one in self._looping if one.left > 0]

    def _is_lost(self, kind: Kind) -> bool:
        if kind is Kind.CREATED:
            return self._happens(self._defects.missing_creation)
        return kind is Kind.ENTRY and self._happens(self._defects.missing_entry)

    def _happens(self, share: float) -> bool:
        return share > 0 and bool(self._chance.random() < share)
