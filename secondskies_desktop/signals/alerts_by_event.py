"""Generations that send one alert per event: strategy, telemetry, direct, stage (domain.md §4.1, §4.7)."""

from __future__ import annotations

from typing import Any

from secondskies_desktop.signals import fields
from secondskies_desktop.signals.event import Event, Undecodable
from secondskies_desktop.signals.identity import bar_by_arrival, parse_id, parse_stamp
from secondskies_desktop.signals.vocabulary import ALIASES, EventType, Source, direction_of

_BEFORE_ENTRY = (EventType.SIGNAL_CREATED, EventType.CONFIRMED, EventType.CANCELLED)
"""Their excursions are constants of the template, not measurements: no trade runs yet (domain.md §3)."""


def event_type_of(word: object) -> EventType:
    """Return the canonical kind of event; raises Undecodable for a word that nobody has ever sent."""
    if not isinstance(word, str):
        raise Undecodable("the event type is not a text")
    kind = ALIASES.get(word.strip().upper())
    if kind is None:
        raise Undecodable(f"unknown event type {word[:40]!r}")
    return kind


def strategy(tree: dict[str, Any], arrival_us: int) -> Event:
    """Decode a `type` + `signal_id` alert (November 2025): Chicago id of the confirmation bar."""
    del arrival_us  # these bodies carry their own clock
    kind = event_type_of(tree.get("type"))
    trade_id = fields.trade_id(tree, "signal_id")
    id_bar_us = parse_id(trade_id).chicago_us
    stamp_us = fields.instant(tree, "timestamp")
    is_entry = kind is EventType.ENTRY
    detail: dict[str, Any] = {
        "entry_price": fields.price(tree, "entry_price"),
        "stop_loss": fields.price(tree, "sl_price"),
        "lowest_low": fields.price(tree, "lowest_low"),
        "highest_high": fields.price(tree, "highest_high"),
        "exit_reason": fields.text(tree, "completion_reason"),
        "confirmed_us": id_bar_us,
        "confirmed_source": Source.ID,
    }
    return Event(
        kind,
        trade_id,
        id_bar_us if is_entry else stamp_us,
        Source.ID if is_entry else Source.RECEIVED,
        stamp_us,
        direction_of(tree.get("bias")) or direction_of(tree.get("direction")),
        stamp_us if is_entry else None,
        Source.RECEIVED,
        fields.mfe(tree, "be_mfe" if "be_mfe" in tree else "final_be_mfe"),
        fields.mfe(tree, "no_be_mfe" if "no_be_mfe" in tree else "final_no_be_mfe"),
        None,
        fields.price(tree, "current_price"),
        fields.flag(tree, "be_hit"),
        _said(detail),
    )


def telemetry(tree: dict[str, Any], arrival_us: int, kind: EventType | None = None) -> Event:
    """Decode telemetry 1.0.0 and its kin, by the style of its own stamp (with or without `Z`)."""
    if kind is None:
        kind = event_type_of(tree.get("event_type"))
    trade_id = fields.trade_id(tree, "trade_id" if "trade_id" in tree else "signal_id")
    parsed = parse_id(trade_id)
    word = fields.text(tree, "event_timestamp")
    stamp = None if word is None else parse_stamp(word)
    detail: dict[str, Any] = {
        "symbol": fields.chart_symbol(fields.text(tree, "symbol")),
        "entry_price": fields.price(tree, "entry_price"),
        "stop_loss": fields.price(tree, "stop_loss"),
        "exit_price": fields.price(tree, "exit_price"),
        "exit_reason": fields.text(tree, "exit_reason"),
    }
    if stamp is not None and stamp.zulu:
        # Chicago wall time although labelled Z; the id is the confirmation bar and the triangle is not said.
        at_us, at_source, stamp_us = stamp.chicago_us, Source.RECEIVED, stamp.chicago_us
        signal_us = None
        detail |= {"confirmed_us": parsed.chicago_us, "confirmed_source": Source.ID}
    else:
        stamp_us = None if stamp is None else stamp.new_york_us
        signal_us = parsed.new_york_us
        if kind is EventType.SIGNAL_CREATED and signal_us is not None:
            at_us, at_source = signal_us, Source.ID
        else:
            at_us, at_source = bar_by_arrival(arrival_us, stamp_us or signal_us)
    be_mfe, no_be_mfe, mae = _excursions(tree, kind)
    if isinstance(tree.get("htf_alignment"), dict):
        detail["htf"] = fields.alignment(tree["htf_alignment"])
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
        _said(detail),
    )


def _excursions(tree: dict[str, Any], kind: EventType) -> tuple[float | None, float | None, float | None]:
    if kind in _BEFORE_ENTRY:
        return None, None, None
    if "mfe_R" not in tree:
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


def stage(tree: dict[str, Any], arrival_us: int) -> Event:
    """Decode the oldest shape: `automation_stage` beside `trade_id` or `signal_id`."""
    kind = event_type_of(tree.get("automation_stage"))
    if kind is EventType.EXIT_SL and "be" in str(tree.get("exit_reason", "")).lower().split("_"):
        kind = EventType.EXIT_BE
    return telemetry(tree, arrival_us, kind)


def stamp_differs_from_id(event: Event) -> bool:
    """Tell whether a creation's stamp and id disagree: worth a note, never a refusal (domain.md §4.7)."""
    return (
        event.type is EventType.SIGNAL_CREATED
        and event.stamp_us is not None
        and event.signal_us is not None
        and event.stamp_us != event.signal_us
    )


def _said(detail: dict[str, Any]) -> dict[str, Any] | None:
    said = {key: value for key, value in detail.items() if value is not None}
    return said or None
