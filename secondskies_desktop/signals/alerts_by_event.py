"""Generations that send one alert per event: strategy, telemetry, direct, stage (domain.md §4.1, §4.7)."""

from __future__ import annotations

from typing import Any

import msgspec

from secondskies_desktop.signals import fields
from secondskies_desktop.signals.event import Decoded, Event, Undecodable
from secondskies_desktop.signals.identity import (
    CHICAGO_UNTIL_US,
    ParsedId,
    ParsedStamp,
    bar_by_arrival,
    parse_id,
    parse_stamp,
)
from secondskies_desktop.signals.vocabulary import (
    ALIASES,
    GENERIC_ENDINGS,
    EventType,
    Source,
    direction_of,
)

BEFORE_ENTRY = (EventType.SIGNAL_CREATED, EventType.CONFIRMED, EventType.CANCELLED)
"""Their excursions are constants of the template, not measurements: no trade runs yet (domain.md §3)."""

Excursions = tuple[float | None, float | None, float | None]
"""Of the BE=1 trade, of the No-BE trade, and the worst of the No-BE trade, in R."""
_NO_EXCURSIONS: Excursions = (None, None, None)


def event_type_of(word: object, reason: str | None = None) -> EventType:
    """Return the canonical kind of event; raises Undecodable for a word that nobody has ever sent.

    A name that only says that something ended is told apart by its reason: `be_stop_loss_hit` is of the
    BE=1 leg, everything else is the original stop.
    """
    if not isinstance(word, str):
        raise Undecodable("the event type is not a text")
    kind = ALIASES.get(word)
    if kind is None:
        word = word.strip().upper()
        kind = ALIASES.get(word)
        if kind is None:
            raise Undecodable(f"unknown event type {word[:40]!r}")
    if word in GENERIC_ENDINGS and reason is not None and "be" in reason.lower().split("_"):
        return EventType.EXIT_BE
    return kind


_STRATEGY_PRICES = (
    ("entry_price", "entry_price"),
    ("stop_loss", "sl_price"),
    ("lowest_low", "lowest_low"),
    ("highest_high", "highest_high"),
)


def strategy(tree: dict[str, Any]) -> Event:
    """Decode a `type` + `signal_id` alert (November 2025): Chicago id of the confirmation bar."""
    reason = fields.text(tree, "completion_reason")
    kind = event_type_of(tree.get("type"), reason)
    trade_id = fields.trade_id(tree, "signal_id")
    id_bar_us = parse_id(trade_id).chicago_us
    stamp_us = fields.instant(tree, "timestamp")
    is_entry = kind is EventType.ENTRY
    detail: dict[str, Any] = {}
    for name, key in _STRATEGY_PRICES:
        if key in tree:
            value = fields.price(tree, key)
            if value is not None:
                detail[name] = value
    if reason is not None:
        detail["exit_reason"] = reason
    if id_bar_us is not None:
        detail["confirmed_us"] = id_bar_us
        detail["confirmed_source"] = Source.ID
    be_mfe, no_be_mfe, _ = _NO_EXCURSIONS
    if kind not in BEFORE_ENTRY:
        be_mfe = fields.mfe(tree, "be_mfe" if "be_mfe" in tree else "final_be_mfe")
        no_be_mfe = fields.mfe(tree, "no_be_mfe" if "no_be_mfe" in tree else "final_no_be_mfe")
    return Event(
        kind,
        trade_id,
        id_bar_us if is_entry else stamp_us,
        Source.ID if is_entry else Source.RECEIVED,
        stamp_us,
        direction_of(tree.get("bias")) or direction_of(tree.get("direction")),
        stamp_us if is_entry else None,
        Source.RECEIVED,
        be_mfe,
        no_be_mfe,
        None,
        fields.price(tree, "current_price"),
        fields.flag(tree, "be_hit"),
        detail or None,
    )


class Telemetry(msgspec.Struct, gc=False):
    """What telemetry says of one event: texts as they stand, numbers read and in range; None is unknown."""

    word: object
    reason: str | None
    trade_id: str
    stamp: str | None
    direction: object
    symbol: str | None
    entry_price: float | None
    stop_loss: float | None
    exit_price: float | None
    alignment: object
    excursions: Excursions
    price: float | None


def telemetry(tree: dict[str, Any], arrival_us: int, word: object) -> Event:
    """Decode telemetry 1.0.0 and its kin; `word` names the event."""
    said = Telemetry(
        word,
        fields.text(tree, "exit_reason"),
        fields.trade_id(tree, "signal_id" if tree.get("trade_id") is None else "trade_id"),
        fields.text(tree, "event_timestamp"),
        tree.get("direction"),
        fields.text(tree, "symbol"),
        fields.price(tree, "entry_price"),
        fields.price(tree, "stop_loss"),
        fields.price(tree, "exit_price"),
        tree.get("htf_alignment"),
        excursions(
            fields.mfe(tree, "be_mfe"),
            fields.mfe(tree, "no_be_mfe"),
            fields.mae(tree, "mae_global_r"),
            fields.mfe(tree, "mfe_R"),
            fields.number(tree, "mae_R", fields.MAX_R),
        ),
        fields.price(tree, "current_price"),
    )
    return event_of_telemetry(said, arrival_us)


def event_of_telemetry(said: Telemetry, arrival_us: int) -> Event:
    """Return the event, its times read by the style of its own stamp (with or without `Z`).

    A body without any stamp is read by the day of its id. Raises Undecodable.
    """
    kind = event_type_of(said.word, said.reason)
    parsed = parse_id(said.trade_id)
    stamp = None if said.stamp is None else parse_stamp(said.stamp)
    confirmed_us = parsed.chicago_us if _is_by_chicago(parsed, stamp) else None
    signal_us = parsed.new_york_us if confirmed_us is None else None
    if stamp is not None and stamp.zulu:
        at_us, at_source, stamp_us = stamp.chicago_us, Source.RECEIVED, stamp.chicago_us
        signal_us = None
    else:
        stamp_us = None if stamp is None else stamp.new_york_us
        if kind is EventType.SIGNAL_CREATED and signal_us is not None:
            at_us, at_source = signal_us, Source.ID
        else:
            at_us, at_source = bar_by_arrival(arrival_us, stamp_us or signal_us or confirmed_us)
    be_mfe, no_be_mfe, mae = _NO_EXCURSIONS if kind in BEFORE_ENTRY else said.excursions
    return Event(
        kind,
        said.trade_id,
        at_us,
        at_source,
        stamp_us,
        direction_of(said.direction),
        signal_us,
        Source.ID,
        be_mfe,
        no_be_mfe,
        mae,
        said.price,
        None,
        _telemetry_detail(said, confirmed_us),
    )


def _telemetry_detail(said: Telemetry, confirmed_us: int | None) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    symbol = fields.chart_symbol(said.symbol)
    if symbol is not None:
        detail["symbol"] = symbol
    if said.entry_price is not None:
        detail["entry_price"] = said.entry_price
    if said.stop_loss is not None:
        detail["stop_loss"] = said.stop_loss
    if said.exit_price is not None:
        detail["exit_price"] = said.exit_price
    if said.reason is not None:
        detail["exit_reason"] = said.reason
    if type(said.alignment) is dict:
        htf = fields.alignment(said.alignment)
        if htf is not None:
            detail["htf"] = htf
    if confirmed_us is not None:
        detail["confirmed_us"] = confirmed_us
        detail["confirmed_source"] = Source.ID
    return detail


def _is_by_chicago(parsed: ParsedId, stamp: ParsedStamp | None) -> bool:
    """Tell whether an id is Chicago's wall time of the confirmation bar, not New York's of the triangle."""
    if stamp is not None:
        return stamp.zulu
    return parsed.chicago_us is not None and parsed.chicago_us < CHICAGO_UNTIL_US


def excursions(
    be_mfe: float | None,
    no_be_mfe: float | None,
    mae: float | None,
    old_mfe: float | None,
    old_mae: float | None,
) -> Excursions:
    """Return the excursions by their own names, or by those of the first telemetry.

    That put the BE=1 MFE in `mfe_R` and, where above zero, the No-BE MFE in `mae_R`; its zero is a constant
    of the template and measures nothing (domain.md §1.8).
    """
    if be_mfe is not None or no_be_mfe is not None or old_mfe is None:
        return be_mfe, no_be_mfe, mae
    if old_mae is None or old_mae == 0:
        return old_mfe, None, mae
    return (old_mfe, old_mae, mae) if old_mae > 0 else (old_mfe, None, old_mae)


def stamp_differs_from_id(event: Event) -> bool:
    """Tell whether a creation's stamp and id disagree: worth a note, never a refusal (domain.md §4.7)."""
    return (
        event.type is EventType.SIGNAL_CREATED
        and event.stamp_us is not None
        and event.signal_us is not None
        and event.stamp_us != event.signal_us
    )


def single(rule: str, event: Event) -> Decoded:
    """Return the decoded body of one event."""
    notes = ("the stamp differs from the id",) if stamp_differs_from_id(event) else ()
    return Decoded(rule, str(event.type), [event], event.trade_id, notes=notes)
