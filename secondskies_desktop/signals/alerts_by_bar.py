"""Generations that speak of many signals at once: batches, exports, snapshots, contract 2 (domain.md §4.5)."""

from __future__ import annotations

from typing import Any, TYPE_CHECKING

from secondskies_desktop.market.bars import Bar
from secondskies_desktop.signals import fields
from secondskies_desktop.signals.alerts_by_event import event_type_of
from secondskies_desktop.signals.event import Decoded, Event, Undecodable
from secondskies_desktop.signals.identity import MINUTE_US, parse_id, parse_stamp
from secondskies_desktop.signals.vocabulary import EventType, Source, direction_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Said = tuple[list[Event], tuple[str, ...]]


def _each(items: Iterable[Any], label: str, read: Callable[[dict[str, Any]], list[Event]]) -> Said:
    """Read the items one by one; what cannot be read becomes a problem and costs no other item."""
    events: list[Event] = []
    problems: list[str] = []
    for index, item in enumerate(items):
        try:
            if not isinstance(item, dict):
                raise Undecodable("not an object")
            events.extend(read(item))
        except Undecodable as reason:
            problems.append(f"{label}[{index}]: {reason}")
    return events, tuple(problems)


def mfe_batch(tree: dict[str, Any]) -> Decoded:
    """Decode MFE_UPDATE_BATCH: one alert a bar, New York wall time of the bar's open."""
    stamp = fields.text(tree, "timestamp")
    at_us = None if stamp is None else parse_stamp(stamp).new_york_us
    update = EventType.MFE_UPDATE
    received, by_id = Source.RECEIVED, Source.ID

    def read(item: dict[str, Any]) -> list[Event]:
        trade_id = fields.trade_id(item)
        return [
            Event(
                update,
                trade_id,
                at_us,
                received,
                at_us,
                direction_of(item.get("direction")),
                parse_id(trade_id).new_york_us,
                by_id,
                fields.mfe(item, "be_mfe"),
                fields.mfe(item, "no_be_mfe"),
                fields.mae(item, "mae_global_r"),
                fields.price(item, "current_price"),
                fields.flag(item, "be_triggered"),
            )
        ]

    events, problems = _each(fields.rows(tree, "signals"), "signals", read)
    return Decoded("mfe-batch", "MFE_UPDATE_BATCH", events, problems=problems)


def export(tree: dict[str, Any]) -> Decoded:
    """Decode INDICATOR_EXPORT_V2: confirmed signals with their excursions, times in UTC milliseconds."""

    def read(item: dict[str, Any]) -> list[Event]:
        return _followed(item, None)

    events, problems = _each(fields.rows(tree, "signals"), "signals", read)
    return Decoded("export-v2", "INDICATOR_EXPORT_V2", events, problems=problems)


def all_signals_export(tree: dict[str, Any]) -> Decoded:
    """Decode ALL_SIGNALS_EXPORT: one row per triangle with its present state."""
    events, problems = _each(
        fields.rows(tree, "signals"), "signals", lambda item: _triangle(item, "signal_time")
    )
    return Decoded("all-signals-export", "ALL_SIGNALS_EXPORT", events, problems=problems)


def snapshot(tree: dict[str, Any]) -> Decoded:
    """Decode UNIFIED_SNAPSHOT_V1: the bar, the running trades (at most 12) and the new triangles."""
    timeframe = fields.text(tree, "timeframe") or "1"
    if not timeframe.isdecimal() or not 0 < int(timeframe) <= 1440:
        raise Undecodable("timeframe: not minutes")
    close_us = fields.instant(tree, "bar_ts")
    if close_us is None:
        raise Undecodable("bar_ts: missing")
    at_us = close_us - int(timeframe) * MINUTE_US
    symbol = fields.chart_symbol(fields.text(tree, "symbol"))
    bar = bar_of(tree, at_us) if timeframe == "1" else None
    if fields.flag(tree, "debug_overflow"):
        return Decoded("snapshot-v1", "UNIFIED_SNAPSHOT_V1", [], bar=bar, symbol=symbol, notes=("overflow",))
    running, problems = _each(fields.rows(tree, "signals"), "signals", lambda item: _followed(item, at_us))
    born, more = _each(
        fields.rows(tree, "triangles_delta"),
        "triangles_delta",
        lambda item: _triangle(item, "triangle_time"),
    )
    listed = tuple(event.trade_id for event in running if event.type is EventType.MFE_UPDATE)
    return Decoded(
        "snapshot-v1",
        "UNIFIED_SNAPSHOT_V1",
        [*born, *running],
        problems=(*problems, *more),
        bar=bar,
        symbol=symbol,
        listed=listed,
    )


def _followed(item: dict[str, Any], at_us: int | None) -> list[Event]:
    """Read a confirmed signal that the indicator follows (snapshot `signals`, export)."""
    trade_id = fields.trade_id(item)
    parsed = parse_id(trade_id)
    signal_us = fields.instant(item, "triangle_time")
    confirmed_us = fields.instant(item, "confirmation_time")
    direction = direction_of(item.get("direction"))
    detail: dict[str, Any] = {
        "entry_price": fields.price(item, "entry"),
        "stop_loss": fields.price(item, "stop"),
        "symbol": fields.chart_symbol(fields.text(item, "symbol")),
        "by_bars": at_us is not None,
    }
    said = {key: value for key, value in detail.items() if value is not None}
    signal = (parsed.new_york_us, Source.ID) if signal_us is None else (signal_us, Source.RECEIVED)
    events = [
        Event(
            EventType.MFE_UPDATE,
            trade_id,
            at_us,
            Source.RECEIVED,
            at_us,
            direction,
            *signal,
            fields.mfe(item, "be_mfe"),
            fields.mfe(item, "no_be_mfe"),
            fields.mae(item, "mae"),
            None,
            None,
            said,
        )
    ]
    if confirmed_us is not None:
        events.insert(
            0,
            Event(
                EventType.CONFIRMED,
                trade_id,
                confirmed_us,
                Source.RECEIVED,
                None,
                direction,
                *signal,
            ),
        )
    if fields.flag(item, "completed"):
        events.append(Event(EventType.EXIT_SL, trade_id, None, Source.RECEIVED, None, direction, *signal))
    return events


_ENDINGS = {"CANCELLED": EventType.CANCELLED, "COMPLETED": EventType.EXIT_SL}


def _triangle(item: dict[str, Any], time_key: str) -> list[Event]:
    """Read a row per triangle (snapshot `triangles_delta`, full export): its birth and what followed."""
    trade_id = fields.trade_id(item)
    parsed = parse_id(trade_id)
    signal_us = fields.instant(item, time_key)
    signal = (parsed.new_york_us, Source.ID) if signal_us is None else (signal_us, Source.RECEIVED)
    confirmed_us = fields.instant(item, "confirmation_time")
    direction = direction_of(item.get("direction"))
    detail: dict[str, Any] = {
        "entry_price": fields.price(item, "entry"),
        "stop_loss": fields.price(item, "stop"),
        "bars_to_confirm": fields.number(item, "bars_to_confirm", 1_000_000),
        "htf": fields.alignment(item),
        "by_bars": time_key == "triangle_time",
    }
    said = {key: value for key, value in detail.items() if value is not None}
    created = Event(EventType.SIGNAL_CREATED, trade_id, *signal, None, direction, *signal, detail=said)
    events = [created]
    if confirmed_us is not None:
        events.append(
            Event(
                EventType.CONFIRMED,
                trade_id,
                confirmed_us,
                Source.RECEIVED,
                None,
                direction,
                *signal,
            )
        )
    ending = _ENDINGS.get((fields.text(item, "status") or "").upper())
    if ending is not None:
        events.append(Event(ending, trade_id, None, Source.RECEIVED, None, direction, *signal))
    return events


def bar_of(tree: dict[str, Any], at_us: int) -> Bar | None:
    """Return the one-minute bar of a body, None where a price is missing; raises Undecodable if impossible."""
    prices = [fields.price(tree, key) for key in ("open", "high", "low", "close")]
    if any(value is None for value in prices):
        return None
    opened, high, low, closed = (float(value) for value in prices if value is not None)
    if high < max(opened, closed) or low > min(opened, closed):
        raise Undecodable("the bar's high or low lies inside its body")
    return Bar(at_us, opened, high, low, closed)


def contract_two(tree: dict[str, Any]) -> Decoded:
    """Decode our own contract 2 (docs/alert-contract.md): exits announced, times in UTC milliseconds."""
    at_us = fields.instant(tree, "bar")
    if at_us is None:
        raise Undecodable("bar: missing")
    symbol = fields.chart_symbol(fields.text(tree, "symbol"))
    bar = bar_of(tree, at_us) if fields.text(tree, "timeframe") == "1" else None

    def read(item: dict[str, Any]) -> list[Event]:
        kind = event_type_of(item.get("type"))
        trade_id = fields.trade_id(item)
        own_us = fields.instant(item, "at")
        signal_us = fields.instant(item, "signal_at")
        detail: dict[str, Any] = {
            "entry_price": fields.price(item, "entry_price"),
            "stop_loss": fields.price(item, "stop_loss"),
            "exit_price": fields.price(item, "exit_price"),
            "htf": fields.alignment(item["htf"]) if isinstance(item.get("htf"), dict) else None,
        }
        said = {key: value for key, value in detail.items() if value is not None}
        event_us = at_us if own_us is None else own_us
        return [
            Event(
                kind,
                trade_id,
                event_us,
                Source.RECEIVED,
                event_us,
                direction_of(item.get("direction")),
                parse_id(trade_id).new_york_us if signal_us is None else signal_us,
                Source.ID if signal_us is None else Source.RECEIVED,
                fields.mfe(item, "be_mfe"),
                fields.mfe(item, "no_be_mfe"),
                fields.mae(item, "mae"),
                None if bar is None else bar.close,
                fields.flag(item, "be_triggered"),
                said or None,
            )
        ]

    events, problems = _each(fields.rows(tree, "events"), "events", read)
    return Decoded("contract-2", "CONTRACT_2", events, problems=problems, bar=bar, symbol=symbol)
