"""How the two strategies of a signal stand, read from messages and, where there are any, from bars.

The reading of exits is domain.md §1.13 to the letter: an EXIT_BREAK_EVEN that was never triggered died at the
original stop, -1R on both legs, and is never a scratch.
"""

from __future__ import annotations

from typing import NamedTuple, TYPE_CHECKING

from secondskies_desktop.signals.outcome import LegFacts
from secondskies_desktop.signals.vocabulary import Direction, EventType, LegStatus, Source

if TYPE_CHECKING:
    from secondskies_desktop.signals.lifecycle import SignalState
    from secondskies_desktop.signals.legs import Legs

_ENTERED = {
    EventType.ENTRY,
    EventType.MFE_UPDATE,
    EventType.BE_TRIGGERED,
    EventType.EXIT_BE,
    EventType.EXIT_SL,
    EventType.EXIT_TP,
    EventType.EXIT_PARTIAL,
}
_TOLERANCE_R = 1e-6
"""Excursions are sent with at most ten decimals; anything below this is the same number."""


class Leg(NamedTuple):
    """One strategy: how it stands, its best excursion in R, and the bar on which it ended."""

    status: LegStatus
    mfe: float | None
    stopped_us: int | None


class LegReading(NamedTuple):
    """Both strategies, the adverse excursion of the No-BE trade, and how all of it is known."""

    entered: bool
    protected: bool
    triggered_us: int | None
    be: Leg
    no_be: Leg
    mae: float | None
    ambiguous_because: tuple[str, ...]
    other_be: LegFacts | None
    sources: dict[str, str]
    inferred: tuple[str, ...]


def read_legs(
    state: SignalState, direction: Direction | None, entry: float | None, stop: float | None
) -> LegReading:
    """Read both legs of a signal. `direction`, `entry` and `stop` are its first-received ones."""
    entered = not _ENTERED.isdisjoint(state.kinds)
    walked = state.legs
    if walked is not None and walked.last_us is not None:
        entered = True
    if not entered:
        idle = Leg(LegStatus.NOT_STARTED, None, None)
        return LegReading(False, False, None, idle, idle, None, (), None, {}, ())
    said = _by_messages(state)
    reading = said if walked is None else _with_bars(state, walked, said)
    mae, mae_source = _adverse(state, walked, direction, entry, stop)
    sources = dict(reading.sources)
    inferred = reading.inferred
    if reading.no_be.status is LegStatus.STOPPED_SL and (mae is None or mae > -1.0):
        # A stopped trade went to its stop by definition; older builds left the stop bar out (domain.md §1.8).
        mae, mae_source, inferred = -1.0, Source.INFERRED, (*inferred, "mae")
    if mae is not None:
        sources["mae"] = mae_source
    return reading._replace(mae=mae, sources=sources, inferred=inferred)


def _by_messages(state: SignalState) -> LegReading:
    """Read the legs from what was received (domain.md §1.13, §12)."""
    be_mfe, no_be_mfe = state.be_mfe, state.no_be_mfe
    untracked = be_mfe is not None and be_mfe <= 0 and (no_be_mfe or 0) >= 1
    best = max((value for value in (be_mfe, no_be_mfe) if value is not None), default=None)
    told = state.be_flag or EventType.BE_TRIGGERED in state.kinds
    reached = best is not None and best >= 1 - _TOLERANCE_R
    triggered = reached or (told and best is None)
    exit_be, exit_sl = EventType.EXIT_BE in state.kinds, EventType.EXIT_SL in state.kinds
    inferred: list[str] = []
    sources: dict[str, str] = {}
    be_us, sl_us = state.time(EventType.EXIT_BE), state.time(EventType.EXIT_SL)
    be_source, sl_source = (
        _time_source(state, EventType.EXIT_BE),
        _time_source(state, EventType.EXIT_SL),
    )
    stopped = exit_sl
    if exit_be and not triggered and not exit_sl:
        stopped, sl_us, sl_source = True, be_us, Source.INFERRED
        inferred.append("EXIT_SL")
    be_status = LegStatus.RUNNING
    if exit_be or stopped:
        be_status = LegStatus.STOPPED_BE if triggered else LegStatus.STOPPED_SL
        if not exit_be:
            be_us, be_source = sl_us, sl_source
            if triggered:
                # Through entry and stop in one bar: the BE=1 leg ended first, though nobody said so.
                be_source = Source.INFERRED
                inferred.append("EXIT_BE")
    if untracked and not exit_be:
        be_status, be_us = LegStatus.NOT_TRACKED, None
    because: tuple[str, ...] = ()
    other: LegFacts | None = None
    if told and not triggered and be_status is LegStatus.STOPPED_SL:
        because = ("+1R and the stop lie in one bar: the indicator took the stop first",)
        other = LegFacts(be_mfe, LegStatus.STOPPED_BE)
    if no_be_mfe is None and be_mfe is not None:
        no_be_mfe, sources["no_be_mfe"] = be_mfe, Source.INFERRED
        inferred.append("no_be_mfe")
    elif no_be_mfe is not None:
        sources["no_be_mfe"] = Source.RECEIVED
        if be_mfe is not None and be_mfe > no_be_mfe:
            no_be_mfe, sources["no_be_mfe"] = be_mfe, Source.INFERRED
    if untracked:
        be_mfe = None
    if be_mfe is not None:
        sources["be_mfe"] = Source.RECEIVED
    _note_times(sources, inferred, be_us, be_source, sl_us if stopped else None, sl_source)
    no_be_status = LegStatus.STOPPED_SL if stopped else LegStatus.RUNNING
    return LegReading(
        True,
        triggered or told,
        None,
        Leg(be_status, be_mfe, be_us),
        Leg(no_be_status, no_be_mfe, sl_us if stopped else None),
        None,
        because,
        other,
        sources,
        tuple(inferred),
    )


def _with_bars(state: SignalState, walked: Legs, said: LegReading) -> LegReading:
    """Join what the bars show with what was received; exits that nobody announced are recomputed."""
    his = walked.ambiguous and (state.be_mfe or 0) > walked.canon.mfe + _TOLERANCE_R
    shown, other = (walked.indicator, walked.canon) if his else (walked.canon, walked.indicator)
    sources, inferred = dict(said.sources), list(said.inferred)
    be, no_be = said.be, said.no_be
    if no_be.stopped_us is None and walked.stopped_us is not None:
        # Also where the stop was told without its time: the bars know the minute.
        if no_be.status is not LegStatus.STOPPED_SL:
            inferred.append("EXIT_SL")
        no_be = no_be._replace(status=LegStatus.STOPPED_SL, stopped_us=walked.stopped_us)
        sources["exit_at"] = Source.RECOMPUTED
    if EventType.EXIT_BE not in state.kinds:
        if shown.stopped_us is not None:
            be = be._replace(status=shown.status, stopped_us=shown.stopped_us)
            sources["be_exit_at"] = Source.RECOMPUTED
            if shown.status is LegStatus.STOPPED_BE:
                inferred.append("EXIT_BE")
        elif be.status is LegStatus.NOT_TRACKED:
            be = be._replace(status=LegStatus.RUNNING)
    no_be_mfe, no_source = _larger(walked.mfe, no_be.mfe, sources.get("no_be_mfe"))
    be_mfe, be_source = _larger(shown.mfe, be.mfe, sources.get("be_mfe"))
    sources["no_be_mfe"], sources["be_mfe"] = no_source, be_source
    because = list(said.ambiguous_because)
    if walked.ambiguous:
        because.append("break-even and the way back lie in one bar: their order is not visible")
    if walked.missing:
        because.append(f"{walked.missing} open-market minutes without a bar while it ran")
    if walked.stopped_us is not None and (state.alive_us or 0) > walked.stopped_us:
        because.append("the bars say stopped, the indicator listed it as running afterwards")
    other_be = LegFacts(max(other.mfe, 0.0), other.status) if walked.ambiguous else said.other_be
    return said._replace(
        protected=said.protected or shown.triggered_us is not None,
        triggered_us=shown.triggered_us,
        be=be._replace(mfe=min(be_mfe, no_be_mfe)),
        no_be=no_be._replace(mfe=no_be_mfe),
        ambiguous_because=tuple(because),
        other_be=other_be,
        sources=sources,
        inferred=tuple(inferred),
    )


def _larger(walked: float, said: float | None, source: str | None) -> tuple[float, str]:
    if said is not None and said >= walked - 0.01:  # the indicator rounds what it sends
        return max(said, walked), source or Source.RECEIVED
    return walked, Source.RECOMPUTED


def _adverse(
    state: SignalState,
    walked: Legs | None,
    direction: Direction | None,
    entry: float | None,
    stop: float | None,
) -> tuple[float | None, str]:
    mae, source = state.mae, Source.RECEIVED
    if walked is not None and walked.last_us is not None and (mae is None or walked.mae < mae):
        mae, source = walked.mae, Source.RECOMPUTED
    if direction is None or entry is None or stop is None or direction.sign * (entry - stop) <= 0:
        return mae, source
    worst = state.lowest_low if direction is Direction.BULLISH else state.highest_high
    if worst is not None:
        seen = min(0.0, direction.sign * (worst - entry) / (direction.sign * (entry - stop)))
        if mae is None or seen < mae:
            mae, source = seen, Source.RECOMPUTED
    return mae, source


def _time_source(state: SignalState, kind: EventType) -> str:
    claim = state.times.get(kind)
    return Source.RECEIVED if claim is None else claim[2]


def _note_times(
    sources: dict[str, str],
    inferred: list[str],
    be_us: int | None,
    be_source: str,
    sl_us: int | None,
    sl_source: str,
) -> None:
    if be_us is not None:
        sources["be_exit_at"] = be_source
    if sl_us is not None:
        sources["exit_at"] = sl_source
        if sl_source == Source.INFERRED:
            inferred.append("exit_at")
