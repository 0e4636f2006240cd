"""Generations that send one alert per event: strategy, telemetry, direct, stage (domain.md §4.1, §4.7)."""

from __future__ import annotations

from typing import Any

from secondskies_desktop.signals import fields
from secondskies_desktop.signals.event import Event, Undecodable
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


def strategy(tree: dict[str, Any]) -> Event:
    """Decode a `type` + `signal_id` alert (November 2025): Chicago id of the confirmation bar."""
    reason = fields.text(tree, "completion_reason")
    kind = event_type_of(tree.get("type"), reason)
    trade_id = fields.trade_id(tree, "signal_id")
    id_bar_us = parse_id(trade_id).chicago_us
    stamp_us = fields.instant(tree, "timestamp")
    is_entry = kind is EventType.ENTRY
    detail: dict[str, Any] = {
        "entry_price": fields.price(tree, "entry_price"),
        "stop_loss": fields.price(tree, "sl_price"),
        "lowest_low": fields.price(tree, "lowest_low"),
        "highest_high": fields.price(tree, "highest_high"),
        "exit_reason": reason,
    }
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
        _said(detail, id_bar_us),
    )


def telemetry(tree: dict[str, Any], arrival_us: int, word: object) -> Event:
    """Decode telemetry 1.0.0 and its kin, by the style of its own stamp (with or without `Z`).

    `word` names the event. A body without any stamp is read by the day of its id.
    """
    reason = fields.text(tree, "exit_reason")
    kind = event_type_of(word, reason)
    trade_id = fields.trade_id(tree, "signal_id" if tree.get("trade_id") is None else "trade_id")
    parsed = parse_id(trade_id)
    stamp_word = fields.text(tree, "event_timestamp")
    stamp = None if stamp_word is None else parse_stamp(stamp_word)
    detail: dict[str, Any] = {
        "symbol": fields.chart_symbol(fields.text(tree, "symbol")),
        "entry_price": fields.price(tree, "entry_price"),
        "stop_loss": fields.price(tree, "stop_loss"),
        "exit_price": fields.price(tree, "exit_price"),
        "exit_reason": reason,
    }
    alignment = tree.get("htf_alignment")
    if type(alignment) is dict:
        detail["htf"] = fields.alignment(alignment)
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
    be_mfe, no_be_mfe, mae = _NO_EXCURSIONS if kind in BEFORE_ENTRY else _excursions(tree)
    return Event(
        kind,
        trade_id,
        at_us,
        at_source,
        stamp_us,
        direction_of(tree.get("direction")),
        signal_us,
        Source.ID,
        be_mfe,
        no_be_mfe,
        mae,
        fields.price(tree, "current_price"),
        None,
        _said(detail, confirmed_us),
    )


def _is_by_chicago(parsed: ParsedId, stamp: ParsedStamp | None) -> bool:
    """Tell whether an id is Chicago's wall time of the confirmation bar, not New York's of the triangle."""
    if stamp is not None:
        return stamp.zulu
    return parsed.chicago_us is not None and parsed.chicago_us < CHICAGO_UNTIL_US


def _excursions(tree: dict[str, Any]) -> Excursions:
    if tree.get("be_mfe") is not None or tree.get("no_be_mfe") is not None or "mfe_R" not in tree:
        return (
            fields.mfe(tree, "be_mfe"),
            fields.mfe(tree, "no_be_mfe"),
            fields.mae(tree, "mae_global_r"),
        )
    # The first telemetry put the BE=1 MFE in mfe_R and, where above zero, the No-BE MFE in mae_R;
    # its zero is a constant of the template and measures nothing (domain.md §1.8).
    legacy = fields.number(tree, "mae_R", fields.MAX_R)
    return (
        fields.mfe(tree, "mfe_R"),
        legacy if legacy is not None and legacy > 0 else None,
        legacy if legacy is not None and legacy < 0 else None,
    )


def stamp_differs_from_id(event: Event) -> bool:
    """Tell whether a creation's stamp and id disagree: worth a note, never a refusal (domain.md §4.7)."""
    return (
        event.type is EventType.SIGNAL_CREATED
        and event.stamp_us is not None
        and event.signal_us is not None
        and event.stamp_us != event.signal_us
    )


def _said(detail: dict[str, Any], confirmed_us: int | None) -> dict[str, Any] | None:
    said = {key: value for key, value in detail.items() if value is not None}
    if confirmed_us is not None:
        said["confirmed_us"] = confirmed_us
        said["confirmed_source"] = Source.ID
    return said or None
