"""The fold: events of one signal joined into its state (architecture.md §4, domain.md §4.3).

The join keeps maxima, minima, the best-proved and then earliest time of each kind, and first-received values
("first" is the smallest arrival, not the order of folding). It is commutative and idempotent, so neither order
nor repetition nor the split into bodies can matter. What the state *means* is derived in `derived.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from secondskies_desktop.foundation.market_hours import next_open
from secondskies_desktop.signals import legs as walks
from secondskies_desktop.signals.climb import Climb, climb
from secondskies_desktop.signals.fills import Fills
from secondskies_desktop.signals.identity import MINUTE_US, parse_id
from secondskies_desktop.signals.legs import Legs, Plan
from secondskies_desktop.signals.vocabulary import SOURCE_RANK, Direction, EventType, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from secondskies_desktop.market.bars import Bar
    from secondskies_desktop.signals.event import Event

Order = tuple[int, int]
"""Place among all arrivals: time of arrival (µs UTC), then place in the inbox."""
Claim = tuple[Order, Any]
"""Order of arrival and value: the smallest order is kept."""
TimeClaim = tuple[int, int, str]
"""Rank of the source, microseconds since the epoch, source: the smallest is kept."""

SIGNAL = "SIGNAL"
"""Name of the triangle bar among the times; the others are kinds of event."""
_UPDATE = EventType.MFE_UPDATE
_RECEIVED = Source.RECEIVED
_DISPUTED = frozenset(("entry_price", "stop_loss"))
_MAX_DISPUTED = 8
_CLAIMED = frozenset(
    ("symbol", "entry_price", "stop_loss", "bars_to_confirm", "htf", "exit_price", "exit_reason")
)


class SignalState(msgspec.Struct):
    """All that the messages of one signal have said, joined.

    Excursions in R, prices in points, times in microseconds UTC of bar opens. Excursions whose message proves
    its own bar, in a generation whose exits do so too, are kept as climbs (`mae` with its sign turned), all
    others as plain extremes. `updates` counts distinct MFE updates; the projection that knows them keeps it.
    `alive_us` is the newest bar at which a snapshot listed the signal: its No-BE leg still ran. The last event
    is that of the latest arrival; the price is that of the newest bar, and of its prices the first received.
    `be_mfe_us` is the first bar that is said to have had `be_mfe`, None where one that says it proves no bar.
    `disputes` keeps the values that were received beside the claimed one, each with its first arrival.
    """

    stream: str
    trade_id: str
    kinds: set[str] = msgspec.field(default_factory=set)
    updates: int = 0
    claims: dict[str, Claim] = msgspec.field(default_factory=dict)
    times: dict[str, TimeClaim] = msgspec.field(default_factory=dict)
    be_mfe: float | None = None
    no_be_mfe: float | None = None
    mae: float | None = None
    be_climb: Climb = msgspec.field(default_factory=list)
    no_be_climb: Climb = msgspec.field(default_factory=list)
    mae_climb: Climb = msgspec.field(default_factory=list)
    lowest_low: float | None = None
    highest_high: float | None = None
    be_flag: bool = False
    by_bars: bool = False
    alive_us: int | None = None
    first_received_us: int | None = None
    last_order: Order | None = None
    last_kind: str | None = None
    last_us: int | None = None
    price: float | None = None
    price_us: int | None = None
    price_order: Order | None = None
    linked_to: str | None = None
    legs: Legs | None = None
    disputes: dict[str, list[Claim]] | None = None
    fills: Fills | None = None
    be_mfe_us: int | None = None

    def value(self, name: str) -> Any:
        """Return the value that is claimed first for a name, or None."""
        claim = self.claims.get(name)
        return None if claim is None else claim[1]

    def time(self, name: str) -> int | None:
        """Return the time that is proved best for a name, or None."""
        claim = self.times.get(name)
        return None if claim is None else claim[1]

    def proved(self, name: str) -> int | None:
        """Return the time that a message itself proves for a name, or None."""
        claim = self.times.get(name)
        return claim[1] if claim is not None and claim[2] == _RECEIVED else None


def fold(state: SignalState, event: Event, received_us: int, order: Order) -> None:  # noqa: C901, PLR0912 - one branch a field; a call each would cost more than the field
    """Join one event into the state. `order` is its place among all arrivals, whose first is `received_us`."""
    kind, detail = event.type, event.detail
    if state.last_order is None or order > state.last_order:
        state.last_order, state.last_kind, state.last_us = order, kind, event.at_us
    if state.first_received_us is None or received_us < state.first_received_us:
        state.first_received_us = received_us
    if kind is not _UPDATE:
        state.kinds.add(kind)
        at_us = event.at_us
        if at_us is not None:
            known = state.times.get(kind)
            if known is None or known[1] != at_us or known[2] != event.at_source:
                _claim_time(state.times, kind, at_us, event.at_source)
    elif detail is None or "by_bars" not in detail:
        state.kinds.add(kind)
    signal_us = event.signal_us
    if signal_us is not None:
        known = state.times.get(SIGNAL)
        if known is None or known[1] != signal_us or known[2] != event.signal_source:
            _claim_time(state.times, SIGNAL, signal_us, event.signal_source)
    if event.direction is not None:
        claim = state.claims.get("direction")
        if claim is None or order < claim[0]:
            state.claims["direction"] = (order, event.direction)
    if event.stamp_us is not None and event.at_us is not None and event.at_source is _RECEIVED:
        _climb(state, event, event.at_us)
    elif event.no_be_mfe is not None or event.be_mfe is not None or event.mae is not None:
        _stretch(state, event)
    if event.price is not None:
        _fold_price(state, event, event.price, order)
    if event.be_triggered:
        state.be_flag = True
    if detail is not None:
        _fold_detail(state, event, detail, order)


def _climb(state: SignalState, event: Event, at_us: int) -> None:
    if event.be_mfe is not None:
        climb(state.be_climb, at_us, event.be_mfe)
    if event.no_be_mfe is not None:
        climb(state.no_be_climb, at_us, event.no_be_mfe)
    if event.mae is not None:
        climb(state.mae_climb, at_us, -event.mae)


def _stretch(state: SignalState, event: Event) -> None:
    value = event.be_mfe
    if value is not None and (state.be_mfe is None or value >= state.be_mfe):
        at_us = event.at_us if event.at_source is _RECEIVED else None
        if value != state.be_mfe:
            state.be_mfe, state.be_mfe_us = value, at_us
        elif at_us is None or (state.be_mfe_us is not None and at_us < state.be_mfe_us):
            state.be_mfe_us = at_us
    value = event.no_be_mfe
    if value is not None and (state.no_be_mfe is None or value > state.no_be_mfe):
        state.no_be_mfe = value
    value = event.mae
    if value is not None and (state.mae is None or value < state.mae):
        state.mae = value


def _fold_price(state: SignalState, event: Event, price: float, order: Order) -> None:
    at_us = event.at_us if event.stamp_us is None or event.at_source is _RECEIVED else event.stamp_us
    if at_us is None:
        at_us = order[0]
    if state.price_us is None or state.price_order is None or at_us > state.price_us:
        is_newer = True
    else:
        is_newer = at_us == state.price_us and order < state.price_order
    if is_newer:
        state.price, state.price_us, state.price_order = price, at_us, order


def _fold_detail(state: SignalState, event: Event, detail: dict[str, Any], order: Order) -> None:  # noqa: C901 - the same
    claims = state.claims
    for name, value in detail.items():
        if name in _CLAIMED:
            claim = claims.get(name)
            if claim is None:
                claims[name] = (order, value)
                continue
            other = (order, value)
            if order < claim[0]:
                claims[name], other = other, claim
            if other[1] != claims[name][1] and name in _DISPUTED:
                _dispute(state, name, other)
        elif name == "confirmed_us":
            _claim_time(state.times, EventType.CONFIRMED, value, detail["confirmed_source"])
        elif name == "by_bars":
            state.by_bars = True
        elif name == "alive":
            at_us = event.at_us
            if at_us is not None and (state.alive_us is None or at_us > state.alive_us):
                state.alive_us = at_us
        elif name == "lowest_low":
            if state.lowest_low is None or value < state.lowest_low:
                state.lowest_low = value
        elif name == "highest_high" and (state.highest_high is None or value > state.highest_high):
            state.highest_high = value


def _dispute(state: SignalState, name: str, other: Claim) -> None:
    """Keep a value that differs from the claimed one, with its first arrival."""
    if state.disputes is None:
        state.disputes = {}
    first: dict[Any, Order] = {}
    for order, value in (*state.disputes.get(name, ()), other):
        if value != state.claims[name][1] and (value not in first or order < first[value]):
            first[value] = order
    kept = sorted((order, value) for value, order in first.items())
    state.disputes[name] = kept[:_MAX_DISPUTED]


def _claim_time(times: dict[str, TimeClaim], name: str, at_us: int, source: Source) -> None:
    known = times.get(name)
    if known is None:
        times[name] = (SOURCE_RANK[source], at_us, source)
        return
    rank = SOURCE_RANK[source]
    if rank < known[0] or (rank == known[0] and at_us < known[1]):
        times[name] = (rank, at_us, source)


def direction_of_state(state: SignalState) -> Direction | None:
    """Return the direction that was received first, else the one that the id ends with."""
    word = state.value("direction")
    return parse_id(state.trade_id).direction if word is None else Direction(word)


def triangle(state: SignalState) -> tuple[int, Direction] | None:
    """Return the triangle bar and direction that a signal stands for, None while either is unknown."""
    signal_us, direction = state.time(SIGNAL), direction_of_state(state)
    return None if signal_us is None or direction is None else (signal_us, direction)


def entry_bar_us(state: SignalState) -> int | None:
    """Return the open of the entry bar of a signal followed by bars: the first open minute after confirmation."""
    confirmed_us = state.time(EventType.CONFIRMED)
    if confirmed_us is None:
        return None
    after_us = confirmed_us + MINUTE_US
    return next_open(after_us) or after_us


def plan(state: SignalState) -> Plan | None:
    """Return (sign, entry, stop, entry bar) of a walk over bars, None where it cannot be walked."""
    if not state.by_bars:
        return None
    direction = direction_of_state(state)
    entry, stop = state.value("entry_price"), state.value("stop_loss")
    entry_us = entry_bar_us(state)
    if direction is None or entry is None or stop is None or entry_us is None:
        return None
    if direction.sign * (entry - stop) <= 0:
        return None
    return direction.sign, entry, stop, entry_us


def needs_walk(state: SignalState) -> bool:
    """Tell whether the legs no longer stand for what is known: entry, stop or confirmation came or changed."""
    legs = state.legs
    return plan(state) != (None if legs is None else legs.plan)


def is_stepped(state: SignalState) -> bool:
    """Tell whether the next bar moves this signal's legs."""
    return state.legs is not None and state.legs.stopped_us is None


def take_bar(state: SignalState, bar: Bar) -> None:
    """Step the legs by a bar that is newer than all before."""
    if state.legs is not None:
        walks.step(state.legs, bar)


def walk_again(state: SignalState, bars: Iterable[Bar]) -> None:
    """Walk the legs afresh over all known bars from the entry bar on, oldest first."""
    planned = plan(state)
    state.legs = None if planned is None else walks.walk(planned, bars)
