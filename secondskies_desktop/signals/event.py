"""What a body says about one signal: the typed event that the fold joins."""

from __future__ import annotations

from typing import Any

import msgspec

from secondskies_desktop.market.bars import Bar
from secondskies_desktop.signals.vocabulary import Direction, EventType, Source

MAX_EVENTS = 4_096
"""More than any body can bring: two lists of at most 500 items, of which none says more than three events."""


class Event(msgspec.Struct, frozen=True, gc=False):
    """One thing that one body says about one signal.

    Times are microseconds since the epoch, UTC, of bar *opens*; `signal_us` is the triangle bar. Excursions
    are in R. `detail` holds what is not said of every event (prices, alignment); None where nothing is.
    `stamp_us` is the clock that every body of this generation carries, its exits too, also where it does not
    prove the event's time. It identifies the event, so that identity never depends on the arrival; None where
    `at_us` does (batches and snapshots, whose exits come by another clock or are never announced).
    """

    type: EventType
    trade_id: str
    at_us: int | None = None
    at_source: Source = Source.RECEIVED
    stamp_us: int | None = None
    direction: Direction | None = None
    signal_us: int | None = None
    signal_source: Source = Source.RECEIVED
    be_mfe: float | None = None
    no_be_mfe: float | None = None
    mae: float | None = None
    price: float | None = None
    be_triggered: bool | None = None
    detail: dict[str, Any] | None = None


class Decoded(msgspec.Struct, frozen=True):
    """All that one body says.

    `rule` names the generation that was recognised, `repairs` the named repairs that made it JSON,
    `problems` the items that could not be read (the rest was), `notes` what is odd but harmless, `bar` the
    one-minute bar of a snapshot.
    """

    rule: str
    event_type: str
    events: list[Event]
    trade_id: str | None = None
    repairs: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    bar: Bar | None = None
    symbol: str | None = None


class Undecodable(Exception):
    """The body cannot be decoded; the text is the dead letter's reason."""


_MULTIPLIER = 0x9E37_79B9_7F4A_7C15
_MASK = 0xFFFF_FFFF_FFFF_FFFF
_SIGN = 1 << 63
_ABSENT = 0x7FFF_51E5_7A05_0FF5
_DECIMALS = 1e10
"""The indicator writes at most ten decimals: what agrees in them is the same value."""


def event_key(event: Event) -> int:
    """Return the 64-bit identity of an event within its signal: the same for every repetition and split.

    What happens once in a life is identified by its kind alone, an update by its clock and values.
    """
    if event.type is not EventType.MFE_UPDATE:
        return 0
    stamp = event.at_us if event.stamp_us is None else event.stamp_us
    key = _ABSENT if stamp is None else stamp
    for value in (event.be_mfe, event.no_be_mfe, event.mae, event.price):
        key ^= _ABSENT if value is None else int(value * _DECIMALS)
        key = key * _MULTIPLIER & _MASK
        key ^= key >> 29
    if event.be_triggered:
        key ^= 1
    return key - _SIGN
