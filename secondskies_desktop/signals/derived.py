"""What a signal's state means: status, legs, prices and excursions, each with where it came from.

Pure functions of the joined state (domain.md §1.8-1.13, §4.2, §4.3, §12). Nothing here is stored truth: it can
be derived again at any time with the identical result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.market_hours import open_seconds_between
from secondskies_desktop.foundation.sessions import session_at, trade_date
from secondskies_desktop.signals.barreading import read_legs
from secondskies_desktop.signals.fills import EVENTS, TARGETS, chosen, effective
from secondskies_desktop.signals.lifecycle import SIGNAL, SignalState, direction_of_state, entry_bar_us
from secondskies_desktop.signals.view import SignalView
from secondskies_desktop.signals.vocabulary import Direction, EventType, LegStatus, Source, Status

if TYPE_CHECKING:
    from secondskies_desktop.signals.fills import Filled
    from secondskies_desktop.signals.legreading import LegReading


def derive(state: SignalState) -> SignalView:
    """Return what is known of a signal: the one reading that every screen, answer and hash uses."""
    said, applied = effective(state)
    view = _derive(said)
    if applied:
        view = _with_fills(view, state, applied)
    if state.disputes is not None:
        view = msgspec.structs.replace(view, conflicts=_conflicts(state))
    return view


def _with_fills(view: SignalView, state: SignalState, applied: list[Filled]) -> SignalView:
    """Say of a view which of its values no message gave, and count only the events that came."""
    sources = dict(view.sources)
    inferred = list(view.inferred)
    targets = None
    for one in applied:
        field = EVENTS.get(one.field, one.field)
        if one.field == TARGETS:
            targets = None if state.fills is None else state.fills.kept[one.id].value
        elif one.field in EVENTS or getattr(view, field) is not None:
            sources[field] = one.source
        if one.source == Source.INFERRED:
            inferred.append(one.field if one.field in EVENTS and one.field not in state.kinds else field)
    return msgspec.structs.replace(
        view,
        sources=dict(sorted(sources.items())),
        inferred=tuple(dict.fromkeys(inferred)),
        event_counts=_event_counts(state),
        targets=targets,
        filled=tuple(applied),
    )


def _conflicts(state: SignalState) -> dict[str, tuple[float, ...]]:
    """Return the values that were received beside the claimed one, as long as the trader has not chosen."""
    settled = chosen(state)
    return {
        name: tuple(value for _, value in others)
        for name, others in sorted((state.disputes or {}).items())
        if name not in settled
    }


def _derive(state: SignalState) -> SignalView:
    sources: dict[str, str] = {}
    inferred: list[str] = []
    direction = direction_of_state(state)
    entry, stop = state.value("entry_price"), state.value("stop_loss")
    risk = _risk(direction, entry, stop)
    legs = read_legs(state, direction, entry, stop)
    clock_us = _signal_clock(state, sources, inferred)
    times = _times(state, legs, sources, inferred)
    _say_sources(state, legs, sources, inferred)
    status = _status(state, legs, risk)
    return SignalView(
        stream=state.stream,
        trade_id=state.trade_id,
        symbol=_symbol(state, sources),
        direction=direction,
        session=None if clock_us is None else session_at(clock_us).value,
        trade_date=None if clock_us is None else trade_date(clock_us).isoformat(),
        status=status,
        be_status=legs.be.status,
        no_be_status=legs.no_be.status,
        signal_us=state.time(SIGNAL),
        confirmed_us=state.time(EventType.CONFIRMED),
        entry_us=times["entry_at"],
        be_triggered_us=times["be_triggered_at"],
        be_exit_us=legs.be.stopped_us,
        exit_us=legs.no_be.stopped_us,
        cancelled_us=state.time(EventType.CANCELLED),
        entry_price=entry,
        entry_open=None if state.legs is None else state.legs.entry_open,
        stop_loss=stop,
        risk_points=risk,
        be_mfe=legs.be.mfe,
        no_be_mfe=legs.no_be.mfe,
        mae=legs.mae,
        bars_to_confirm=_bars_to_confirm(state, sources),
        htf=state.value("htf"),
        event_counts=_event_counts(state),
        inferred=tuple(dict.fromkeys(inferred)),
        ambiguous=bool(legs.ambiguous_because),
        ambiguous_because=legs.ambiguous_because,
        other_be=legs.other_be,
        missing_minutes=0 if state.legs is None else state.legs.missing,
        sources=dict(sorted(sources.items())),
        last_price=_last_price(state),
        last_event=state.last_kind,
        last_event_us=state.last_us,
        first_received_us=state.first_received_us,
        last_received_us=None if state.last_order is None else state.last_order[0],
        linked_to=state.linked_to,
    )


def _event_counts(state: SignalState) -> dict[str, int]:
    """Return how many distinct events of each kind came: what happens once in a life counts once."""
    counts = dict.fromkeys(state.kinds, 1)
    counts[EventType.MFE_UPDATE.value] = state.updates
    return {str(kind): count for kind, count in sorted(counts.items()) if count}


def _last_price(state: SignalState) -> float | None:
    """Return the newest of the prices that were sent with the signal and the bars of its life."""
    legs = state.legs
    if legs is not None and legs.last_us is not None and legs.last_us > (state.price_us or 0):
        return legs.last_close
    return state.price


def _risk(direction: Direction | None, entry: float | None, stop: float | None) -> float | None:
    if direction is None or entry is None or stop is None:
        return None
    return direction.sign * (entry - stop)


def _status(state: SignalState, legs: LegReading, risk: float | None) -> Status:  # noqa: PLR0911 - one a status
    if risk is not None and risk <= 0:
        return Status.INVALID
    if legs.no_be.status is LegStatus.STOPPED_SL:
        return Status.COMPLETED
    if legs.entered:
        if legs.be.status is LegStatus.STOPPED_BE:
            return Status.BE_STOPPED
        return Status.BE_PROTECTED if legs.protected else Status.ACTIVE
    if EventType.CANCELLED in state.kinds:
        return Status.CANCELLED
    if EventType.CONFIRMED in state.kinds:
        return Status.CONFIRMED
    return Status.PENDING


def _signal_clock(state: SignalState, sources: dict[str, str], inferred: list[str]) -> int | None:
    """Return the time that session and trade date are read from: the triangle bar, else the id's bar."""
    claim = state.times.get(SIGNAL)
    if claim is not None:
        sources["signal_at"] = claim[2]
        sources["session"] = sources["trade_date"] = Source.RECOMPUTED
        return claim[1]
    confirmed = state.time(EventType.CONFIRMED)
    if confirmed is not None:
        sources["session"] = sources["trade_date"] = Source.INFERRED
        inferred.extend(("session", "trade_date"))
    return confirmed


def _times(
    state: SignalState, legs: LegReading, sources: dict[str, str], inferred: list[str]
) -> dict[str, int | None]:
    times: dict[str, int | None] = {}
    for name, kind in (("entry_at", EventType.ENTRY), ("be_triggered_at", EventType.BE_TRIGGERED)):
        claim = state.times.get(kind)
        times[name] = None if claim is None else claim[1]
        if claim is not None:
            sources[name] = claim[2]
    if times["entry_at"] is None and state.by_bars and legs.entered:
        times["entry_at"] = entry_bar_us(state)
        sources["entry_at"] = Source.RECOMPUTED
        inferred.append("entry_at")
    if times["be_triggered_at"] is None and legs.triggered_us is not None:
        times["be_triggered_at"] = legs.triggered_us
        sources["be_triggered_at"] = Source.RECOMPUTED
        if EventType.BE_TRIGGERED not in state.kinds:
            inferred.append("BE_TRIGGERED")
    for name, kind in (
        ("confirmed_at", EventType.CONFIRMED),
        ("cancelled_at", EventType.CANCELLED),
    ):
        claim = state.times.get(kind)
        if claim is not None:
            sources[name] = claim[2]
    return times


def _say_sources(state: SignalState, legs: LegReading, sources: dict[str, str], inferred: list[str]) -> None:
    if EventType.SIGNAL_CREATED not in state.kinds:
        inferred.append("SIGNAL_CREATED")
    for name in ("entry_price", "stop_loss"):
        if state.value(name) is not None:
            sources[name] = Source.RECEIVED
    if state.value("entry_price") is not None and state.value("stop_loss") is not None:
        sources["risk_points"] = Source.RECOMPUTED
    if state.legs is not None and state.legs.entry_open is not None:
        sources["entry_open"] = Source.RECEIVED
    if "direction" in state.claims or direction_of_state(state) is not None:
        sources["direction"] = Source.RECEIVED if "direction" in state.claims else Source.ID
    if state.value("htf") is not None:
        sources["htf"] = Source.RECEIVED
    sources.update(legs.sources)
    inferred.extend(legs.inferred)


def _symbol(state: SignalState, sources: dict[str, str]) -> str | None:
    symbol: str | None = state.value("symbol")
    if symbol is not None:
        sources["symbol"] = Source.RECEIVED
        return symbol
    sources["symbol"] = Source.CHART
    return state.stream.partition(" ")[0] or None


def _bars_to_confirm(state: SignalState, sources: dict[str, str]) -> int | None:
    said = state.value("bars_to_confirm")
    if said is not None:
        sources["bars_to_confirm"] = Source.RECEIVED
        return int(said)
    signal_us, confirmed_us = state.time(SIGNAL), state.time(EventType.CONFIRMED)
    if signal_us is None or confirmed_us is None or confirmed_us < signal_us:
        return None
    seconds = open_seconds_between(signal_us, confirmed_us)
    if seconds is None:
        return None
    sources["bars_to_confirm"] = Source.RECOMPUTED
    return seconds // 60
