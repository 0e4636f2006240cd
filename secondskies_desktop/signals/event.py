"""What a body says about one signal: the typed event that the fold joins."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

import msgspec

from secondskies_desktop.market.bars import Bar
from secondskies_desktop.signals.vocabulary import Direction, EventType, Source


class Event(msgspec.Struct, frozen=True, gc=False):
    """One thing that one body says about one signal.

    Times are microseconds since the epoch, UTC, of bar *opens*; `signal_us` is the triangle bar. Excursions
    are in R. `detail` holds what is said once in a signal's life (prices, alignment); None for an update.
    `stamp_us` is the clock reading that the body itself carries, also where it does not prove the event's
    time; it identifies the event, so that identity never depends on the arrival.
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
    position: int = 0


class Decoded(msgspec.Struct, frozen=True):
    """All that one body says.

    `rule` names the generation that was recognised, `repairs` the named repairs that made it JSON,
    `problems` the items that could not be read (the rest was), `bar` the one-minute bar of a snapshot,
    `listed` the trade ids whose No-BE leg the snapshot says still runs, `notes` what is odd but harmless.
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
    listed: tuple[str, ...] | None = None


class Undecodable(Exception):
    """The body cannot be decoded; the text is the dead letter's reason."""


_MISSING = float("-inf")
_pack = struct.Struct("<qqdddd?").pack


def event_key(event: Event) -> int:
    """Return the 64-bit identity of an event within its signal: the same for every repetition and split.

    What happens once in a life is identified by its kind alone; an update by its clock and values.
    """
    if event.type is not EventType.MFE_UPDATE:
        return 0
    stamp = event.stamp_us if event.stamp_us is not None else event.at_us
    packed = _pack(
        -1 if stamp is None else stamp,
        0,
        _MISSING if event.be_mfe is None else event.be_mfe,
        _MISSING if event.no_be_mfe is None else event.no_be_mfe,
        _MISSING if event.mae is None else event.mae,
        _MISSING if event.price is None else event.price,
        bool(event.be_triggered),
    )
    digest = hashlib.blake2b(packed, digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
