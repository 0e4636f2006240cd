"""MFE_UPDATE_BATCH exactly as the indicator sends it, parsed and checked in one step.

Batches are nine tenths of what is said of signals. This is the same reading as `alerts_by_bar.mfe_batch`, for
bodies that have every field, each once, of the right kind and in range; whatever else a body is, it goes the
general way, which also knows the reason.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from secondskies_desktop.signals.event import Decoded, Event, Undecodable
from secondskies_desktop.signals.fields import MAX_PRICE, MAX_R
from secondskies_desktop.signals.identity import parse_id, parse_stamp
from secondskies_desktop.signals.vocabulary import USUAL_WORDS, EventType, Source, direction_of

_Excursion = Annotated[float, msgspec.Meta(ge=-MAX_R, le=MAX_R)]
_Price = Annotated[float, msgspec.Meta(gt=0.0, le=MAX_PRICE)]


class _Item(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    trade_id: str
    direction: str
    be_mfe: _Excursion
    no_be_mfe: _Excursion
    mae_global_r: _Excursion
    current_price: _Price
    be_triggered: bool


class _Batch(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    event_type: Literal["MFE_UPDATE_BATCH"]
    timestamp: str
    signals: Annotated[list[_Item], msgspec.Meta(max_length=500)]


_START = b'{"event_type":"MFE_UPDATE_BATCH"'
_QUOTES = 2 * (3 + 2)
_QUOTES_OF_ITEM = 2 * (7 + 2)
"""Keys and texts, two quotes each: one more, and a key stands twice."""

_decode = msgspec.json.Decoder(_Batch).decode


def batch_as_sent(body: bytes) -> Decoded | None:
    """Return what a regular batch says, None for any other body."""
    if not body.startswith(_START):
        return None
    try:
        batch = _decode(body)
        quotes = _QUOTES + _QUOTES_OF_ITEM * len(batch.signals)
        if body.count(b'"') != quotes or b"\\" in body:
            return None
        events = _events(batch.signals, parse_stamp(batch.timestamp).new_york_us)
    except (msgspec.DecodeError, UnicodeError, Undecodable):
        return None
    return Decoded("mfe-batch", "MFE_UPDATE_BATCH", events)


def _events(items: list[_Item], at_us: int | None) -> list[Event]:
    update, received, by_id, directions = EventType.MFE_UPDATE, Source.RECEIVED, Source.ID, USUAL_WORDS
    return [
        Event(
            update,
            item.trade_id,
            at_us,
            received,
            None,
            directions.get(item.direction) or direction_of(item.direction),
            parse_id(item.trade_id).new_york_us,
            by_id,
            item.be_mfe if item.be_mfe > 0 else 0.0,
            item.no_be_mfe if item.no_be_mfe > 0 else 0.0,
            item.mae_global_r if item.mae_global_r < 0 else 0.0,
            item.current_price,
            item.be_triggered,
        )
        for item in items
    ]
