"""How the two strategies of a signal stand: its messages, and the bars that snapshots brought.

Snapshots announce no exits; those are computed from their bars (domain.md §4.5) and marked `recomputed`. Where the
order within a bar decides, what the indicator does is shown, and the other reading is kept beside it (§4.2, §12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.signals.legreading import (
    NOT_ENTERED,
    Leg,
    LegReading,
    read_messages,
)
from secondskies_desktop.signals.lifecycle import entry_bar_us
from secondskies_desktop.signals.outcome import LegFacts
from secondskies_desktop.signals.vocabulary import Direction, EventType, LegStatus, Source

if TYPE_CHECKING:
    from secondskies_desktop.signals.legs import BeLeg, Legs
    from secondskies_desktop.signals.lifecycle import SignalState

_ENTERED = frozenset(
    (
        EventType.ENTRY,
        EventType.MFE_UPDATE,
        EventType.BE_TRIGGERED,
        EventType.EXIT_BE,
        EventType.EXIT_SL,
        EventType.EXIT_TP,
        EventType.EXIT_PARTIAL,
    )
)
_UNSEEN_END = "the end was said, and no bar shows it: what the bars show is left out"
_ROUNDED_R = 0.01
"""Snapshots send excursions with two decimals: this near, they say what the bars say."""


def read_legs(
    state: SignalState, direction: Direction | None, entry: float | None, stop: float | None
) -> LegReading:
    """Read both legs of a signal. `direction`, `entry` and `stop` are its first-received ones."""
    if not _is_entered(state):
        return NOT_ENTERED
    reading = read_messages(state)
    if state.legs is not None and state.legs.last_us is not None:
        reading = _with_bars(state, state.legs, reading)
    return _with_adverse(state, reading, direction, entry, stop)


def _is_entered(state: SignalState) -> bool:
    if not _ENTERED.isdisjoint(state.kinds):
        return True
    if state.legs is not None and state.legs.last_us is not None:
        return True
    # A snapshot lists what runs. On the confirmation bar itself the entry is still to come.
    entry_us = entry_bar_us(state)
    return state.alive_us is not None and (entry_us is None or state.alive_us >= entry_us)


def _with_bars(state: SignalState, walked: Legs, said: LegReading) -> LegReading:
    """Join what the bars show with what was received; exits that nobody announced are recomputed."""
    if _ended_unseen(said, walked):
        return said._replace(ambiguous_because=(*said.ambiguous_because, _UNSEEN_END))
    shown, other = _readings(state, walked)
    sources, inferred = dict(said.sources), list(said.inferred)
    no_be = said.no_be
    if no_be.stopped_us is None and walked.stopped_us is not None:
        if no_be.status is not LegStatus.STOPPED_SL:
            inferred.append("EXIT_SL")
        no_be = Leg(LegStatus.STOPPED_SL, no_be.mfe, walked.stopped_us)
        sources["exit_at"] = Source.RECOMPUTED
    be = _be_with_bars(state, walked, shown, said.be)
    if be.stopped_us is not None and be.stopped_us != said.be.stopped_us:
        sources["be_exit_at"] = Source.RECOMPUTED
        if be.status is LegStatus.STOPPED_BE:
            inferred.append("EXIT_BE")
    no_be_mfe, sources["no_be_mfe"] = _larger(walked.mfe, no_be.mfe, sources.get("no_be_mfe"))
    be_mfe: float | None = None
    if EventType.EXIT_BE in state.kinds and shown.stopped_us is None and be.mfe is not None:
        # It ended where no bar shows it, and the bars after that are not of its life.
        be_mfe = min(be.mfe, no_be_mfe)
    elif be.status is not LegStatus.NOT_TRACKED:
        be_mfe, sources["be_mfe"] = _larger(shown.mfe, be.mfe, sources.get("be_mfe"))
        be_mfe = min(be_mfe, no_be_mfe)
    mae = said.mae
    if mae is None or walked.mae < mae:
        mae, sources["mae"] = walked.mae, Source.RECOMPUTED
    return said._replace(
        protected=said.protected or shown.triggered_us is not None,
        triggered_us=shown.triggered_us,
        be=be._replace(mfe=be_mfe),
        no_be=no_be._replace(mfe=no_be_mfe),
        mae=mae,
        ambiguous_because=(*said.ambiguous_because, *_doubts(state, walked)),
        other_be=LegFacts(other.mfe, other.status) if walked.ambiguous else said.other_be,
        sources=sources,
        inferred=tuple(inferred),
    )


def _ended_unseen(said: LegReading, walked: Legs) -> bool:
    """Tell whether the trade is said to be over while the bars let it run on: into bars after its end."""
    if said.no_be.status is not LegStatus.STOPPED_SL:
        return False
    if walked.stopped_us is None:
        return True
    said_us = said.no_be.stopped_us if said.sources.get("exit_at") == Source.RECEIVED else None
    return said_us is not None and walked.stopped_us > said_us


def _readings(state: SignalState, walked: Legs) -> tuple[BeLeg, BeLeg]:
    """Return the reading that is shown and the other one: what the indicator does, unless it says otherwise."""
    his, canon = walked.indicator, walked.canon
    until_us = walked.last_us if his.stopped_us is None else his.stopped_us
    still_listed = state.alive_us is not None and until_us is not None and state.alive_us >= until_us
    tracked = state.be_mfe is not None and state.be_mfe > 0
    if still_listed and tracked and (state.be_mfe or 0) + _ROUNDED_R < his.mfe:
        # Its own excursion stood still while his order let the leg run on: it stopped where the rule does.
        return canon, his
    return his, canon


def _be_with_bars(state: SignalState, walked: Legs, shown: BeLeg, said: Leg) -> Leg:
    if EventType.EXIT_BE in state.kinds:
        return said
    if shown.stopped_us is not None:
        return Leg(shown.status, said.mfe, shown.stopped_us)
    if said.status is LegStatus.NOT_TRACKED and not walked.missing:
        # He did not track this leg, but every bar of it is known.
        return Leg(LegStatus.RUNNING, said.mfe, None)
    if said.status is LegStatus.STOPPED_SL and shown.triggered_us is not None:
        return Leg(LegStatus.STOPPED_BE, said.mfe, said.stopped_us)
    return said


def _doubts(state: SignalState, walked: Legs) -> list[str]:
    because = []
    if walked.ambiguous:
        because.append("break-even and the way back lie in one bar: their order is not visible")
    if walked.missing:
        because.append(f"{walked.missing} open-market minutes without a bar while it ran")
    if walked.stopped_us is not None and (state.alive_us or 0) > walked.stopped_us:
        because.append("the bars say stopped, the indicator listed it as running afterwards")
    return because


def _larger(walked: float, said: float | None, source: str | None) -> tuple[float, str]:
    if said is not None and said >= walked - _ROUNDED_R:
        return max(said, walked), source or Source.RECEIVED
    return walked, Source.RECOMPUTED


def _with_adverse(
    state: SignalState,
    reading: LegReading,
    direction: Direction | None,
    entry: float | None,
    stop: float | None,
) -> LegReading:
    """Add what the extremes of the first generation say, and what a stop means by definition."""
    mae, source = reading.mae, reading.sources.get("mae", Source.RECEIVED)
    inferred = reading.inferred
    if direction is not None and entry is not None and stop is not None:
        risk = direction.sign * (entry - stop)
        worst = state.lowest_low if direction is Direction.BULLISH else state.highest_high
        if worst is not None and risk > 0:
            seen = min(0.0, direction.sign * (worst - entry) / risk)
            if mae is None or seen < mae:
                mae, source = seen, Source.RECOMPUTED
    if reading.no_be.status is LegStatus.STOPPED_SL and (mae is None or mae > -1.0):
        # A stopped trade went to its stop; older builds left the stop bar out (domain.md §1.8).
        mae, source, inferred = -1.0, Source.INFERRED, (*inferred, "mae")
    if mae is None:
        return reading
    return reading._replace(mae=mae, sources={**reading.sources, "mae": source}, inferred=inferred)
