"""Generations that speak of many signals at once: batches, exports, snapshots, contract 2 (domain.md §4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from secondskies_desktop.market.bars import Bar
from secondskies_desktop.signals import fields
from secondskies_desktop.signals.alerts_by_event import BEFORE_ENTRY, event_type_of
from secondskies_desktop.signals.event import Decoded, Event, Undecodable
from secondskies_desktop.signals.identity import MINUTE_US, parse_id, parse_stamp
from secondskies_desktop.signals.vocabulary import Direction, EventType, Source, direction_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Said = tuple[list[Event], tuple[str, ...]]
CONTRACT = 2
_MAX_SEQ = 1e15
"""The number of our own contract (docs/alert-contract.md)."""
_DAY_MINUTES = 1_440


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

    def read(item: dict[str, Any]) -> list[Event]:
        trade_id = fields.trade_id(item)
        return [
            Event(
                EventType.MFE_UPDATE,
                trade_id,
                at_us,
                Source.RECEIVED,
                None,
                direction_of(item.get("direction")),
                parse_id(trade_id).new_york_us,
                Source.ID,
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
        return _followed(item, None, {})

    events, problems = _each(fields.rows(tree, "signals"), "signals", read)
    return Decoded("export-v2", "INDICATOR_EXPORT_V2", events, problems=problems)


def all_signals_export(tree: dict[str, Any]) -> Decoded:
    """Decode ALL_SIGNALS_EXPORT: one row per triangle with its present state."""

    def read(item: dict[str, Any]) -> list[Event]:
        return _triangle(item, "signal_time", {})

    events, problems = _each(fields.rows(tree, "signals"), "signals", read)
    return Decoded("all-signals-export", "ALL_SIGNALS_EXPORT", events, problems=problems)


class Snapshot(NamedTuple):
    """What a snapshot says of all its signals: the open of its bar, and the details they have in common."""

    at_us: int | None
    common: dict[str, Any]


def snapshot(tree: dict[str, Any]) -> Decoded:
    """Decode UNIFIED_SNAPSHOT_V1: the bar, the running trades (at most 12) and the new triangles."""

    def read(told: Snapshot) -> Said:
        running, problems = _each(
            fields.rows(tree, "signals"),
            "signals",
            lambda item: _followed(item, told.at_us, told.common),
        )
        born, more = _each(
            fields.rows(tree, "triangles_delta"),
            "triangles_delta",
            lambda item: _triangle(item, "triangle_time", told.common),
        )
        return [*born, *running], (*problems, *more)

    return snapshot_of(tree, read)


def snapshot_of(tree: dict[str, Any], read: Callable[[Snapshot], Said]) -> Decoded:
    """Decode what stands around the signals of a snapshot, which `read` reads.

    A bar that cannot be is a problem of the body; what it says of signals is read all the same.
    """
    close_us = fields.instant(tree, "bar_ts")
    if close_us is None:
        raise Undecodable("bar_ts: missing")
    symbol = fields.chart_symbol(fields.text(tree, "symbol"))
    at_us, bar, problems = _bar_of_snapshot(tree, close_us)
    if fields.flag(tree, "debug_overflow"):
        events: list[Event] = []
        notes: tuple[str, ...] = ("overflow",)
    else:
        common: dict[str, Any] = {"by_bars": True}
        if symbol is not None:
            common["symbol"] = symbol
        notes = ()
        events, more = read(Snapshot(at_us, common))
        problems = (*problems, *more)
    return Decoded(
        "snapshot-v1",
        "UNIFIED_SNAPSHOT_V1",
        events,
        problems=problems,
        notes=notes,
        bar=bar,
        symbol=symbol,
    )


def _bar_of_snapshot(tree: dict[str, Any], close_us: int) -> tuple[int | None, Bar | None, tuple[str, ...]]:
    """Return the open of the snapshot's bar, the bar if it is a possible one-minute bar, and what is wrong."""
    try:
        timeframe = fields.text(tree, "timeframe") or "1"
        if not (timeframe.isascii() and timeframe.isdecimal() and 0 < int(timeframe[:5]) <= _DAY_MINUTES):
            raise Undecodable("timeframe: not minutes")
    except Undecodable as reason:
        return None, None, (str(reason),)
    at_us = close_us - int(timeframe) * MINUTE_US
    if timeframe != "1":
        return at_us, None, ()
    return at_us, *_bar_or_problem(tree, at_us)


def _bar_or_problem(tree: dict[str, Any], at_us: int) -> tuple[Bar | None, tuple[str, ...]]:
    try:
        return bar_of(tree, at_us), ()
    except Undecodable as reason:
        return None, (f"bar: {reason}",)


def _followed(item: dict[str, Any], at_us: int | None, common: dict[str, Any]) -> list[Event]:
    """Read a confirmed signal that the indicator follows (snapshot `signals`, export).

    `common` is what the body says of all its signals. One that is not completed was alive at the bar `at_us`.
    """
    trade_id = fields.trade_id(item)
    confirmed_us = fields.instant(item, "confirmation_time")
    direction = direction_of(item.get("direction"))
    symbol = fields.chart_symbol(fields.text(item, "symbol"))
    is_completed = bool(fields.flag(item, "completed"))
    said = common | _not_null(
        entry_price=fields.price(item, "entry"),
        stop_loss=fields.price(item, "stop"),
        symbol=symbol,
        alive=True if at_us is not None and not is_completed else None,
    )
    signal = _signal_bar(item, "triangle_time", trade_id)
    update = Event(
        EventType.MFE_UPDATE,
        trade_id,
        at_us,
        Source.RECEIVED,
        None,
        direction,
        *signal,
        fields.mfe(item, "be_mfe"),
        fields.mfe(item, "no_be_mfe"),
        fields.mae(item, "mae"),
        detail=said or None,
    )
    events = [update]
    if confirmed_us is not None:
        events.insert(0, _plain(EventType.CONFIRMED, trade_id, confirmed_us, direction, signal))
    if is_completed:
        events.append(_plain(EventType.EXIT_SL, trade_id, None, direction, signal))
    return events


_STATES = {
    "CONFIRMED": EventType.CONFIRMED,
    "CANCELLED": EventType.CANCELLED,
    "COMPLETED": EventType.EXIT_SL,
}


def _triangle(item: dict[str, Any], time_key: str, common: dict[str, Any]) -> list[Event]:
    """Read a row per triangle (snapshot `triangles_delta`, full export): its birth and what followed."""
    trade_id = fields.trade_id(item)
    confirmed_us = fields.instant(item, "confirmation_time")
    direction = direction_of(item.get("direction"))
    said = common | _not_null(
        entry_price=fields.price(item, "entry"),
        stop_loss=fields.price(item, "stop"),
        bars_to_confirm=fields.number(item, "bars_to_confirm", 1_000_000),
        htf=fields.alignment(item),
    )
    signal = _signal_bar(item, time_key, trade_id)
    events = [
        Event(EventType.SIGNAL_CREATED, trade_id, *signal, None, direction, *signal, detail=said or None)
    ]
    if confirmed_us is not None:
        events.append(_plain(EventType.CONFIRMED, trade_id, confirmed_us, direction, signal))
    state = _STATES.get((fields.text(item, "status") or "").upper())
    if state is not None and (state is not EventType.CONFIRMED or confirmed_us is None):
        events.append(_plain(state, trade_id, None, direction, signal))
    return events


def _signal_bar(item: dict[str, Any], key: str, trade_id: str) -> tuple[int | None, Source]:
    """Return the triangle bar and its source: the item's own time, else the id's."""
    said_us = fields.instant(item, key)
    parsed = parse_id(trade_id)
    return (parsed.new_york_us, Source.ID) if said_us is None else (said_us, Source.RECEIVED)


def _plain(
    kind: EventType,
    trade_id: str,
    at_us: int | None,
    direction: Direction | None,
    signal: tuple[int | None, Source],
) -> Event:
    return Event(kind, trade_id, at_us, Source.RECEIVED, None, direction, *signal)


def _not_null(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def bar_of(tree: dict[str, Any], at_us: int) -> Bar | None:
    """Return the one-minute bar of a body, None where a price is missing; raises Undecodable if impossible."""
    opened, high, low, closed = (fields.price(tree, key) for key in ("open", "high", "low", "close"))
    if opened is None or high is None or low is None or closed is None:
        return None
    if high < max(opened, closed) or low > min(opened, closed):
        raise Undecodable("the high or low lies inside the body")
    return Bar(at_us, opened, high, low, closed)


def contract_two(tree: dict[str, Any]) -> Decoded:
    """Decode our own contract 2 (docs/alert-contract.md): exits announced, times in UTC milliseconds."""
    bar_us = fields.instant(tree, "bar")
    if bar_us is None:
        raise Undecodable("bar: missing")
    symbol = fields.chart_symbol(fields.text(tree, "symbol"))
    common: dict[str, Any] = {} if symbol is None else {"symbol": symbol}
    bar: Bar | None = None
    wrong: tuple[str, ...] = ()
    if fields.text(tree, "timeframe") == "1":
        bar, wrong = _bar_or_problem(tree, bar_us)

    def read(item: dict[str, Any]) -> list[Event]:
        at_us = fields.instant(item, "at")
        # An event that had to wait for a later alert did not see that alert's price.
        price = None if bar is None or at_us not in (None, bar_us) else bar.close
        return [_of_contract_two(item, bar_us if at_us is None else at_us, price, common)]

    events, problems = _each(fields.rows(tree, "events"), "events", read)
    seq, unread = _seq_or_problem(tree)
    return Decoded(
        "contract-2",
        "CONTRACT_2",
        events,
        problems=(*wrong, *unread, *problems),
        bar=bar,
        symbol=symbol,
        seq=seq,
    )


def _seq_or_problem(tree: dict[str, Any]) -> tuple[int | None, tuple[str, ...]]:
    """Return the number of an alert; one that cannot be read costs none of its events."""
    try:
        seq = fields.number(tree, "seq", _MAX_SEQ)
    except Undecodable as problem:
        return None, (str(problem),)
    return (None if seq is None or seq < 1 else int(seq)), ()


def _of_contract_two(item: dict[str, Any], at_us: int, price: float | None, common: dict[str, Any]) -> Event:
    kind = event_type_of(item.get("type"))
    trade_id = fields.trade_id(item)
    measured = kind not in BEFORE_ENTRY
    alignment = item.get("htf")
    said = common | _not_null(
        entry_price=fields.price(item, "entry_price"),
        stop_loss=fields.price(item, "stop_loss"),
        exit_price=fields.price(item, "exit_price"),
        htf=fields.alignment(alignment) if isinstance(alignment, dict) else None,
    )
    return Event(
        kind,
        trade_id,
        at_us,
        Source.RECEIVED,
        at_us,
        direction_of(item.get("direction")),
        *_signal_bar(item, "signal_at", trade_id),
        fields.mfe(item, "be_mfe") if measured else None,
        fields.mfe(item, "no_be_mfe") if measured else None,
        fields.mae(item, "mae") if measured else None,
        price,
        fields.flag(item, "be_triggered"),
        said or None,
    )
