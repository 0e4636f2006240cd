"""Both strategies of one signal, walked over one-minute bars (domain.md §1.7-1.9).

The walk is a pure function of entry, stop and the set of bars: a bar in order steps it, a bar out of order is
answered by walking the signal's bars again. Within one bar the truth is not visible, so the BE=1 leg is walked
in two orders at once: `canon` (trigger first, domain.md §1.7) and `indicator` (stop first, as his Pine script
evaluates, domain.md §12). Where they disagree the bar was ambiguous and both results are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.market_hours import open_seconds_between
from secondskies_desktop.signals.identity import MINUTE_US
from secondskies_desktop.signals.vocabulary import LegStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from secondskies_desktop.market.bars import Bar

Plan = tuple[int, float, float, int]
"""Sign of the direction, entry, stop and the open of the entry bar (µs UTC)."""


class BeLeg(msgspec.Struct, gc=False):
    """The BE=1 strategy under one intrabar order; excursion in R, times are bar opens."""

    triggered_us: int | None = None
    stopped_us: int | None = None
    status: LegStatus = LegStatus.RUNNING
    mfe: float = 0.0


class Legs(msgspec.Struct):
    """Where the walk stands. `missing` counts open-market minutes without a bar while the No-BE leg ran."""

    sign: int
    entry: float
    stop: float
    entry_us: int
    canon: BeLeg
    indicator: BeLeg
    last_us: int | None = None
    last_close: float | None = None
    missing: int = 0
    entry_open: float | None = None
    mfe: float = 0.0
    mae: float = 0.0
    stopped_us: int | None = None

    @property
    def plan(self) -> Plan:
        """What is walked."""
        return self.sign, self.entry, self.stop, self.entry_us

    @property
    def ambiguous(self) -> bool:
        """Whether the two intrabar orders tell different stories."""
        mine, his = self.canon, self.indicator
        return (mine.status, mine.stopped_us) != (his.status, his.stopped_us)


def start(plan: Plan) -> Legs:
    """Return the state before the first bar. Risk `sign * (entry - stop)` must be above zero."""
    return Legs(*plan, BeLeg(), BeLeg())


def walk(plan: Plan, bars: Iterable[Bar]) -> Legs:
    """Walk the bars of a trade, oldest first, up to its stop; bars before the entry are passed over."""
    legs = start(plan)
    for bar in bars:
        step(legs, bar)
        if legs.stopped_us is not None:
            break
    return legs


def step(legs: Legs, bar: Bar) -> None:
    """Take one bar in order: newer than all before it."""
    at_us, last_us = bar.at_us, legs.last_us
    if at_us < legs.entry_us or legs.stopped_us is not None:
        return
    if last_us is None or at_us != last_us + MINUTE_US:
        legs.missing += _missing_minutes(legs, at_us)
    if last_us is None and at_us == legs.entry_us:
        legs.entry_open = bar.open
    legs.last_us, legs.last_close = at_us, bar.close
    sign, entry, stop = legs.sign, legs.entry, legs.stop
    risk = sign * (entry - stop)
    best, worst = (bar.high, bar.low) if sign > 0 else (bar.low, bar.high)
    ran, fell = sign * (best - entry), sign * (worst - entry)
    favourable, adverse = ran / risk, fell / risk
    hit_stop = sign * (worst - stop) <= 0
    canon, indicator = legs.canon, legs.indicator
    if canon.stopped_us is None:
        _step_canon(canon, at_us, favourable, hit_stop, fell <= 0, ran >= risk)
    if indicator.stopped_us is None:
        _step_indicator(indicator, at_us, favourable, hit_stop, fell <= 0, ran >= risk)
    # The stop bar counts for the adverse excursion and not for the favourable one (domain.md §12, row 4).
    legs.mae = min(legs.mae, adverse)
    if hit_stop:
        legs.stopped_us = at_us
    elif favourable > legs.mfe:
        legs.mfe = favourable


def _step_canon(
    leg: BeLeg, at_us: int, favourable: float, hit_stop: bool, hit_entry: bool, hit_trigger: bool
) -> None:
    if leg.triggered_us is None and hit_trigger:
        leg.triggered_us = at_us
    if leg.triggered_us is not None and hit_entry:
        leg.stopped_us, leg.status = at_us, LegStatus.STOPPED_BE
    elif hit_stop:
        leg.stopped_us, leg.status = at_us, LegStatus.STOPPED_SL
    else:
        leg.mfe = max(leg.mfe, favourable)


def _step_indicator(
    leg: BeLeg, at_us: int, favourable: float, hit_stop: bool, hit_entry: bool, hit_trigger: bool
) -> None:
    if leg.triggered_us is not None and hit_entry:
        leg.stopped_us, leg.status = at_us, LegStatus.STOPPED_BE
    elif hit_stop:
        leg.stopped_us, leg.status = at_us, LegStatus.STOPPED_SL
    else:
        leg.mfe = max(leg.mfe, favourable)
        if leg.triggered_us is None and hit_trigger:
            leg.triggered_us = at_us


def _missing_minutes(legs: Legs, at_us: int) -> int:
    expected_us = legs.entry_us if legs.last_us is None else legs.last_us + MINUTE_US
    if at_us <= expected_us:
        return 0
    seconds = open_seconds_between(expected_us, at_us)
    # Beyond the calendar nobody knows whether the market was open: every minute may be missing.
    return (at_us - expected_us) // MINUTE_US if seconds is None else seconds // 60
