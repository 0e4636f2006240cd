"""Lives of one signal, told event by event, and its market, minute by minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from secondskies_desktop.market.bars import Bar
from secondskies_desktop.signals.derived import derive
from secondskies_desktop.signals.event import Event
from secondskies_desktop.signals.lifecycle import SignalState, fold
from secondskies_desktop.signals.outcome import BeMode, LegFacts, Outcome, outcome
from secondskies_desktop.signals.vocabulary import Direction, EventType, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from secondskies_desktop.signals.view import SignalView

STREAM = "MNQ1! 1m"
TRADE_ID = "20251202_094200000_BULLISH"
MINUTE_US = 60_000_000
TRIANGLE_US = 1_764_686_520_000_000
"""2025-12-02 14:42 UTC, 09:42 in New York: the bar of TRADE_ID, a Tuesday."""
ENTRY, STOP = 25_500.0, 25_490.0
"""A risk of ten points, so that a point is 0.1R."""
PRICES = {"entry_price": ENTRY, "stop_loss": STOP}


def bar_us(minute: int) -> int:
    """Return the open of the bar that many minutes after the triangle."""
    return TRIANGLE_US + minute * MINUTE_US


def say(kind: EventType, minute: int | None = None, **said: Any) -> Event:
    """Return an event of a bar; `detail` and the fields of an event may be said with it."""
    return Event(kind, TRADE_ID, None if minute is None else bar_us(minute), **said)


def stamped(kind: EventType, minute: int, **said: Any) -> Event:
    """Return an event of a generation in which every message proves its own bar, exits too."""
    return say(kind, minute, stamp_us=bar_us(minute), **said)


def by_arrival(kind: EventType, minute: int, **said: Any) -> Event:
    """Return an event whose bar is known by its arrival alone."""
    return say(kind, minute, at_source=Source.ARRIVAL, **said)


CREATED = say(
    EventType.SIGNAL_CREATED, 0, direction=Direction.BULLISH, signal_us=TRIANGLE_US, signal_source=Source.ID
)
CONFIRMED = say(EventType.CONFIRMED, 3)
CANCELLED = say(EventType.CANCELLED, 2)
ENTERED = say(EventType.ENTRY, 4, detail=PRICES)
TRIGGERED = say(EventType.BE_TRIGGERED, 7)
EXIT_BE = say(EventType.EXIT_BE, 9)
EXIT_SL = say(EventType.EXIT_SL, 12)


def ran(be_mfe: float | None, no_be_mfe: float | None, mae: float | None = None, minute: int = 6) -> Event:
    """Return an update of the excursions."""
    return say(EventType.MFE_UPDATE, minute, be_mfe=be_mfe, no_be_mfe=no_be_mfe, mae=mae)


def told(events: Iterable[Event]) -> SignalState:
    """Return the state after events that arrived one after the other, a second each."""
    state = SignalState(STREAM, TRADE_ID)
    for place, event in enumerate(events):
        received_us = bar_us(60) + place * 1_000_000
        fold(state, event, received_us, (received_us, place))
    return state


def view_of(*events: Event) -> SignalView:
    """Return what is known of a signal after some events."""
    return derive(told(events))


def result(view: SignalView, target: float, mode: BeMode) -> Outcome:
    """Return what a target would have paid, over every reading of the signal."""
    if mode is BeMode.NO_BE:
        return outcome(target, mode, (LegFacts(view.no_be_mfe, view.no_be_status),))
    shown = LegFacts(view.be_mfe, view.be_status)
    return outcome(target, mode, (shown,) if view.other_be is None else (shown, view.other_be))


def bar(
    minute: int, high: float, low: float, opened: float | None = None, closed: float | None = None
) -> Bar:
    """Return the bar of a minute; it opens and closes in its middle unless said otherwise."""
    middle = (high + low) / 2
    return Bar(
        bar_us(minute),
        middle if opened is None else opened,
        high,
        low,
        middle if closed is None else closed,
    )
