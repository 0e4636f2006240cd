"""What a body says about one signal: the typed event that the fold joins."""

from __future__ import annotations

import struct
from typing import Any
from zlib import crc32

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
    one-minute bar of a snapshot, `seq` the number of the alert within one run of the script.
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
    seq: int | None = None


class Undecodable(Exception):
    """The body cannot be decoded; the text is the dead letter's reason."""


_ABSENT = float("-inf")
_pack = struct.Struct("<dddd?").pack
_SECOND_US = 1_000_000


def event_key(event: Event) -> int:
    """Return the 64-bit identity of an event within its signal: the same for every repetition and split.

    What happens once in a life is identified by its kind alone, an update by the second of its clock and a
    checksum of its values, so that the updates of one signal lie in the order of time.
    """
    if event.type is not EventType.MFE_UPDATE:
        return 0
    stamp = event.at_us if event.stamp_us is None else event.stamp_us
    be_mfe, no_be_mfe, mae, price = event.be_mfe, event.no_be_mfe, event.mae, event.price
    values = _pack(
        _ABSENT if be_mfe is None else be_mfe,
        _ABSENT if no_be_mfe is None else no_be_mfe,
        _ABSENT if mae is None else mae,
        _ABSENT if price is None else price,
        event.be_triggered is True,
    )
    return (0 if stamp is None else stamp // _SECOND_US) << 31 | crc32(values) >> 1
