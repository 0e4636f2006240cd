"""UNIFIED_SNAPSHOT_V1 without a new triangle exactly as the indicator sends it: its running trades checked in one step.

This is the same reading as `alerts_by_bar.snapshot`, for trades that have every field, each once, of the right kind
and in range; whatever else a body is, it goes the general way, which also knows the reason. A triangle always
does: the indicator drops a quote in each.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from secondskies_desktop.signals import fields
from secondskies_desktop.signals.alerts_by_bar import Snapshot, snapshot_of
from secondskies_desktop.signals.event import Decoded, Event, Undecodable
from secondskies_desktop.signals.fields import MAX_PRICE, MAX_R
from secondskies_desktop.signals.identity import FIRST_US, LAST_US, parse_id
from secondskies_desktop.signals.strict_json import decode_strictly
from secondskies_desktop.signals.vocabulary import USUAL_WORDS, EventType, Source, direction_of

_Excursion = Annotated[float, msgspec.Meta(ge=-MAX_R, le=MAX_R)]
_Price = Annotated[float, msgspec.Meta(gt=0.0, le=MAX_PRICE)]
_Instant = Annotated[int, msgspec.Meta(ge=FIRST_US // 1_000, lt=LAST_US // 1_000)]
_Text = Annotated[str, msgspec.Meta(max_length=200)]


class _Trade(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    trade_id: str
    triangle_time: _Instant
    confirmation_time: _Instant
    date: _Text
    direction: _Text
    session: _Text
    entry: _Price
    stop: _Price
    symbol: _Text
    be_mfe: _Excursion
    no_be_mfe: _Excursion
    mae: _Excursion
    completed: bool


_START = b'{"event_type":"UNIFIED_SNAPSHOT_V1",'
_SIGNALS = b',"signals":['
_END = b',"triangles_delta":[]}'
_QUOTES_OF_TRADE = 2 * (13 + 5)
"""Keys and texts, two quotes each: one more, and a key stands twice."""

_decode = msgspec.json.Decoder(Annotated[list[_Trade], msgspec.Meta(max_length=500)]).decode


def snapshot_as_sent(body: bytes) -> Decoded | None:
    """Return what a regular snapshot says, None for any other body."""
    if not body.startswith(_START) or not body.endswith(_END) or b"\\" in body:
        return None
    head, found, rest = body.partition(_SIGNALS)
    if not found:
        return None
    listed = b"[" + rest[: -len(_END)]
    try:
        trades = _decode(listed)
        tree, repairs = decode_strictly(head + b"}")
        if (
            repairs
            or "signals" in tree
            or "triangles_delta" in tree
            or listed.count(b'"') != _QUOTES_OF_TRADE * len(trades)
        ):
            return None
        return snapshot_of(tree, lambda told: _events(trades, told))
    except (msgspec.DecodeError, UnicodeError, Undecodable):
        return None


def _events(trades: list[_Trade], told: Snapshot) -> tuple[list[Event], tuple[str, ...]]:
    confirmed, update, received = EventType.CONFIRMED, EventType.MFE_UPDATE, Source.RECEIVED
    events: list[Event] = []
    symbols: dict[str, str | None] = {}
    at_us = told.at_us
    for trade in trades:
        if trade.completed:
            raise Undecodable("completed: left to the general way")
        word = trade.symbol
        if word not in symbols:
            symbols[word] = fields.chart_symbol(fields.printable(word))
        said: dict[str, Any] = {**told.common, "entry_price": trade.entry, "stop_loss": trade.stop}
        if symbols[word] is not None:
            said["symbol"] = symbols[word]
        if at_us is not None:
            said["alive"] = True
        trade_id, signal_us = trade.trade_id, trade.triangle_time * 1_000
        parse_id(trade_id)
        direction = USUAL_WORDS.get(trade.direction) or direction_of(trade.direction)
        events += (
            Event(
                confirmed,
                trade_id,
                trade.confirmation_time * 1_000,
                received,
                None,
                direction,
                signal_us,
                received,
            ),
            Event(
                update,
                trade_id,
                at_us,
                received,
                None,
                direction,
                signal_us,
                received,
                trade.be_mfe if trade.be_mfe > 0 else 0.0,
                trade.no_be_mfe if trade.no_be_mfe > 0 else 0.0,
                trade.mae if trade.mae < 0 else 0.0,
                None,
                None,
                said,
            ),
        )
    return events, ()
