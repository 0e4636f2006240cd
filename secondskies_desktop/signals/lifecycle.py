"""The fold: events of one signal joined into its state (architecture.md §4, domain.md §4.3).

The join keeps maxima, minima, the best-proved and then earliest time of each kind, and first-received values
("first" is the smallest arrival, not the order of folding). It is commutative and idempotent, so neither order
nor repetition nor the split into bodies can matter. What the state *means* is derived in `derived.py`.
"""

from __future__ import annotations

from typing import Any, TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.market_hours import next_open
from secondskies_desktop.signals import legs as walks
from secondskies_desktop.signals.identity import MINUTE_US, parse_id
from secondskies_desktop.signals.legs import Legs
from secondskies_desktop.signals.vocabulary import SOURCE_RANK, Direction, EventType, Source

if TYPE_CHECKING:
    from secondskies_desktop.market.bars import Bar
    from secondskies_desktop.signals.event import Event
    from collections.abc import Iterable

Order = tuple[int, int]
"""Place among all arrivals: time of arrival (µs UTC), then place in the inbox."""
Claim = tuple[Order, Any]
"""Order of arrival and value: the smallest order is kept."""
TimeClaim = tuple[int, int, str]
"""Rank of the source, microseconds since the epoch, source: the smallest is kept."""

_RANK = {source: SOURCE_RANK[source] for source in Source}
_ONCE = frozenset(EventType) - {EventType.MFE_UPDATE}
_CLAIMED = (
    "symbol",
    "entry_price",
    "stop_loss",
    "bars_to_confirm",
    "htf",
    "exit_price",
    "exit_reason",
)


class SignalState(msgspec.Struct):
    """All that the messages of one signal have said, joined.

    Excursions in R, prices in points, times in microseconds UTC of bar opens; `order` numbers arrivals.
    `alive_us` is the newest bar at which a snapshot listed the signal: its No-BE leg still ran.
    """

    stream: str
    trade_id: str
    kinds: set[str] = msgspec.field(default_factory=set)
    counts: dict[str, int] = msgspec.field(default_factory=dict)
    claims: dict[str, Claim] = msgspec.field(default_factory=dict)
    times: dict[str, TimeClaim] = msgspec.field(default_factory=dict)
    be_mfe: float | None = None
    no_be_mfe: float | None = None
    mae: float | None = None
    lowest_low: float | None = None
    highest_high: float | None = None
    be_flag: bool = False
    by_bars: bool = False
    alive_us: int | None = None
    first_received_us: int | None = None
    last_received_us: int | None = None
    last: tuple[Order, str, int | None] | None = None
    price: tuple[Order, float] | None = None
    linked_to: str | None = None
    legs: Legs | None = None

    def value(self, name: str) -> Any:
        """Return the value that is claimed first for a name, or None."""
        claim = self.claims.get(name)
        return None if claim is None else claim[1]

    def time(self, name: str) -> int | None:
        """Return the time that is proved best for a name, or None."""
        claim = self.times.get(name)
        return None if claim is None else claim[1]


def fold(state: SignalState, event: Event, received_us: int, order: Order) -> None:
    """Join one event into the state. `order` is its place among all arrivals."""
    kind = event.type
    if state.first_received_us is None or received_us < state.first_received_us:
        state.first_received_us = received_us
    if state.last_received_us is None or received_us > state.last_received_us:
        state.last_received_us = received_us
    if state.last is None or order >= state.last[0]:
        state.last = (order, kind, event.at_us)
    if kind is EventType.MFE_UPDATE:
        _fold_excursions(state, event, order)
    else:
        state.kinds.add(kind)
        if event.at_us is not None:
            _claim_time(state, kind, event.at_us, event.at_source)
        if event.be_mfe is not None or event.no_be_mfe is not None or event.mae is not None:
            _fold_excursions(state, event, order)
    if event.signal_us is not None:
        _claim_time(state, "SIGNAL", event.signal_us, event.signal_source)
    if event.direction is not None:
        claim = state.claims.get("direction")
        if claim is None or order < claim[0]:
            state.claims["direction"] = (order, event.direction)
    if event.be_triggered:
        state.be_flag = True
    if event.detail is not None:
        _fold_detail(state, event.detail, order)


def _fold_excursions(state: SignalState, event: Event, order: Order) -> None:
    value = event.be_mfe
    if value is not None and (state.be_mfe is None or value > state.be_mfe):
        state.be_mfe = value
    value = event.no_be_mfe
    if value is not None and (state.no_be_mfe is None or value > state.no_be_mfe):
        state.no_be_mfe = value
    value = event.mae
    if value is not None and (state.mae is None or value < state.mae):
        state.mae = value
    value = event.price
    if value is not None and (state.price is None or order > state.price[0]):
        state.price = (order, value)
    if event.type is EventType.MFE_UPDATE:
        detail = event.detail
        if detail is not None and detail.get("by_bars") and event.at_us is not None:
            if state.alive_us is None or event.at_us > state.alive_us:
                state.alive_us = event.at_us
        else:
            state.kinds.add(event.type)


def _fold_detail(state: SignalState, detail: dict[str, Any], order: Order) -> None:
    for name in _CLAIMED:
        value = detail.get(name)
        if value is not None:
            claim = state.claims.get(name)
            if claim is None or order < claim[0]:
                state.claims[name] = (order, value)
    low, high = detail.get("lowest_low"), detail.get("highest_high")
    if low is not None and (state.lowest_low is None or low < state.lowest_low):
        state.lowest_low = low
    if high is not None and (state.highest_high is None or high > state.highest_high):
        state.highest_high = high
    confirmed_us = detail.get("confirmed_us")
    if confirmed_us is not None:
        _claim_time(state, EventType.CONFIRMED, confirmed_us, detail["confirmed_source"])
    if detail.get("by_bars"):
        state.by_bars = True


def _claim_time(state: SignalState, name: str, at_us: int, source: Source) -> None:
    rank = _RANK[source]
    claim = state.times.get(name)
    if claim is None or (rank, at_us) < claim[:2]:
        state.times[name] = (rank, at_us, source)


def direction_of_state(state: SignalState) -> Direction | None:
    """Return the direction that was received first, else the one that the id ends with."""
    word = state.value("direction")
    return parse_id(state.trade_id).direction if word is None else Direction(word)


def entry_bar_us(state: SignalState) -> int | None:
    """Return the open of the entry bar of a signal followed by bars: the first open minute after confirmation."""
    confirmed_us = state.time(EventType.CONFIRMED)
    if confirmed_us is None:
        return None
    after_us = confirmed_us + MINUTE_US
    return next_open(after_us) or after_us


def plan(state: SignalState) -> tuple[int, float, float, int] | None:
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
    planned = plan(state)
    return planned is not None and (state.legs is None or state.legs.plan != planned)


def take_bar(state: SignalState, bar: Bar) -> bool:
    """Step the legs by a newer bar; False where the signal's bars must be walked again."""
    current = state.legs
    if current is None:
        return True
    if current.last_us is not None and bar.at_us <= current.last_us:
        return False
    walks.step(current, bar)
    return True


def walk_again(state: SignalState, bars: Iterable[Bar]) -> None:
    """Walk the legs afresh over all known bars from the entry bar on, oldest first."""
    planned = plan(state)
    state.legs = None if planned is None else walks.walk(planned, bars)
