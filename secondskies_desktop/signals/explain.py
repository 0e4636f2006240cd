"""The chain behind a value in words: which message, read by which rule, gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.foundation.clock import as_iso
from secondskies_desktop.signals.fills import EVENTS, TARGETS, FillKind
from secondskies_desktop.signals.vocabulary import EventType, LegStatus, Source, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.signals.fills import Fill
    from secondskies_desktop.signals.history import HistoryEvent
    from secondskies_desktop.signals.view import SignalView


class Reason(NamedTuple):
    """Why a field has its value: the rule in words, and the arrivals that it rests on."""

    field: str
    value: object
    source: str | None
    words: str
    inbox_ids: tuple[int, ...]


_MOST_NAMED = 20
_TIMES = {
    "entry_at": ("entry_us", EventType.ENTRY),
    "be_triggered_at": ("be_triggered_us", EventType.BE_TRIGGERED),
    "be_exit_at": ("be_exit_us", EventType.EXIT_BE),
    "exit_at": ("exit_us", EventType.EXIT_SL),
    "cancelled_at": ("cancelled_us", EventType.CANCELLED),
    "confirmed_at": ("confirmed_us", EventType.CONFIRMED),
}
_SOURCE_WORDS = {
    Source.RECEIVED: "received",
    Source.ID: "read from the trade id by its generation",
    Source.RECOMPUTED: "computed from the one-minute bars and prices that were received",
    Source.CHART: "the chart that the token or the log stands for",
    Source.INFERRED: "follows from the signal's own messages, none of them says it",
    Source.ARRIVAL: "arrival minus one minute: the body has no clock of its own",
    Source.SECOND: "another message of the same triangle says so",
    Source.REPLAYED: "arrival of a replay, long after it happened: not when it happened",
}


def explain(view: SignalView, events: Sequence[HistoryEvent], log: Sequence[Fill] = ()) -> list[Reason]:
    """Return the reasons for every field of a signal that is known, in the order of its life.

    `log` are the rows of its log of fills: a value that was filled in, or chosen, has its reason from there.
    """
    filled = _filled(view, log)
    reasons = [filled.get(reason.field, reason) for reason in _all_of(view, events)]
    reasons = [_end_by_fill(view, reason, filled) for reason in reasons]
    if view.targets is not None and TARGETS in filled:
        reasons.append(filled[TARGETS]._replace(value=view.targets))
    return reasons


def _filled(view: SignalView, log: Sequence[Fill]) -> dict[str, Reason]:
    """Return the reasons of the values that were filled in or chosen, by their fields."""
    rows = {row.id: row for row in log}
    found: dict[str, Reason] = {}
    for one in view.filled:
        row = rows.get(one.id)
        if row is None:
            continue
        field = EVENTS.get(one.field, one.field)
        value = getattr(view, _TIMES[field][0]) if field in _TIMES else getattr(view, field)
        value = as_iso(value) if field in _TIMES else value
        words = f"filled in, {one.confidence * 100:.0f} % sure: {row.reason}"
        found[field] = Reason(field, value, one.source, words, row.because[:_MOST_NAMED])
    undone = {row.refers for row in log if row.kind == FillKind.UNDO}
    for row in log:
        if row.kind == FillKind.CHOICE and row.id not in undone and row.field not in found:
            value, source = getattr(view, row.field, None), view.sources.get(row.field)
            words = "chosen by you among the values that were received"
            found[row.field] = Reason(row.field, value, source, words, row.because[:_MOST_NAMED])
    return found


_ENDED_BY = (
    ("status", Status.CANCELLED, EventType.CANCELLED, ""),
    ("be_status", LegStatus.STOPPED_BE, EventType.EXIT_BE, "0R: "),
    ("be_status", LegStatus.STOPPED_SL, EventType.EXIT_SL, "−1R: "),
    ("no_be_status", LegStatus.STOPPED_SL, EventType.EXIT_SL, "−1R: "),
)


def _end_by_fill(view: SignalView, reason: Reason, filled: dict[str, Reason]) -> Reason:
    """Return the reason of a leg or signal that no message ended but a fill; every other as it is."""
    for field, status, kind, result in _ENDED_BY:
        end = filled.get(EVENTS[kind])
        if (field, status) != (reason.field, reason.value) or end is None or kind in view.event_counts:
            continue
        if field != "be_status" or EventType.EXIT_BE not in view.event_counts:
            return reason._replace(words=f"{result}{end.words}", inbox_ids=end.inbox_ids)
    return reason


def _all_of(view: SignalView, events: Sequence[HistoryEvent]) -> list[Reason]:
    """Return the reasons as far as messages and bars give them."""
    reasons = [_status(view, events), _be_leg(view, events), _no_be_leg(view, events)]
    reasons.append(_signal_at(view, events))
    for field, (attribute, kind) in _TIMES.items():
        value = getattr(view, attribute)
        if value is not None:
            words = _SOURCE_WORDS.get(Source(view.sources.get(field, "received")), "received")
            reasons.append(_reason(view, field, as_iso(value), f"{kind}: {words}", _of(events, kind)))
    if view.session is not None:
        words = "the minute table of New York applied to the signal bar; the payload's word is never used"
        if view.sources.get("session") == Source.INFERRED:
            words = "the minute table applied to the id's bar, because no message says the signal bar"
        reasons.append(_reason(view, "session", view.session, words, ()))
    if view.trade_date is not None:
        words = "the day in New York of the bar that gives the session, rolled at 18:00"
        reasons.append(_reason(view, "trade_date", view.trade_date, words, ()))
    for field in ("symbol", "entry_price", "stop_loss", "direction", "htf", "bars_to_confirm"):
        value = getattr(view, field)
        if value is not None:
            reasons.append(_reason(view, field, value, *_said_first(view, events, field)))
    if view.entry_open is not None:
        words = "the open of the entry bar, beside the received entry price on which R stands"
        reasons.append(_reason(view, "entry_open", view.entry_open, words, ()))
    if view.risk_points is not None:
        reasons.append(
            _reason(view, "risk_points", view.risk_points, "entry minus stop, in the direction", ())
        )
    reasons.extend(_excursion(view, events, field) for field in ("be_mfe", "no_be_mfe", "mae"))
    return [reason for reason in reasons if reason.value is not None]


def _reason(view: SignalView, field: str, value: object, words: str, inbox_ids: Sequence[int]) -> Reason:
    return Reason(field, value, view.sources.get(field), words, tuple(inbox_ids)[:_MOST_NAMED])


def _of(events: Sequence[HistoryEvent], kind: str) -> list[int]:
    return [event.inbox_id for event in events if event.type == kind and event.inbox_id is not None]


def _said_first(view: SignalView, events: Sequence[HistoryEvent], field: str) -> tuple[str, tuple[int, ...]]:
    source = Source(view.sources.get(field, "received"))
    if source is not Source.RECEIVED:
        words = "open-market minutes from the triangle to the confirmation bar"
        return words if field == "bars_to_confirm" else _SOURCE_WORDS[source], ()
    value = getattr(view, field)
    found = [
        (event.received_us or 0, event.inbox_id)
        for event in events
        if event.inbox_id is not None and event.values.get(field) == value
    ]
    return "the first received value that says it", tuple(inbox_id for _, inbox_id in sorted(found)[:1])


def _signal_at(view: SignalView, events: Sequence[HistoryEvent]) -> Reason:
    source = Source(view.sources.get("signal_at", "received"))
    words = f"open of the triangle bar: {_SOURCE_WORDS[source]}"
    first = [event.inbox_id for event in events[:1] if event.inbox_id is not None]
    return _reason(view, "signal_at", as_iso(view.signal_us), words, first)


def _status(view: SignalView, events: Sequence[HistoryEvent]) -> Reason:
    words = {
        Status.INVALID: "entry and stop give no risk above zero in the direction: not a trade",
        Status.COMPLETED: "the No-BE leg has ended at the original stop",
        Status.BE_STOPPED: "the BE=1 leg ended at entry, the No-BE leg still runs",
        Status.BE_PROTECTED: "+1R has printed: the BE=1 stop stands at entry",
        Status.ACTIVE: "a message says the trade runs, +1R has not printed",
        Status.CONFIRMED: "confirmed, and no message yet of the entry bar or later",
        Status.CANCELLED: "cancelled before any entry",
        Status.PENDING: "the triangle is known and nothing after it",
    }[view.status]
    return _reason(view, "status", view.status, words, [event.inbox_id or 0 for event in events[-1:]])


def _be_leg(view: SignalView, events: Sequence[HistoryEvent]) -> Reason:
    exits = _of(events, EventType.EXIT_BE)
    status = view.be_status
    if status is LegStatus.STOPPED_BE:
        words = "0R: break-even was triggered and price came back to entry"
        if "EXIT_BE" in view.inferred and not exits:
            words += "; nobody announced it"
    elif status is LegStatus.STOPPED_SL:
        words = "−1R: the original stop before +1R"
        if exits:
            words = "−1R: EXIT_BREAK_EVEN without trigger (the MFE never reached 1R): died at the stop"
        else:
            exits = _of(events, EventType.EXIT_SL)
    elif status is LegStatus.NOT_TRACKED:
        words = "BE MFE is 0 while No-BE reached 1R: the indicator did not track this leg"
    elif status is LegStatus.RUNNING:
        words = "no exit of this leg is known"
    else:
        words = "no message says that the trade was entered"
    if view.ambiguous_because:
        words += f"; ambiguous: {'; '.join(view.ambiguous_because)}"
    return _reason(view, "be_status", status, words, exits)


def _no_be_leg(view: SignalView, events: Sequence[HistoryEvent]) -> Reason:
    exits = _of(events, EventType.EXIT_SL)
    status = view.no_be_status
    if status is LegStatus.STOPPED_SL:
        words = "−1R: EXIT_STOP_LOSS was received"
        if not exits:
            words = "−1R: the BE=1 leg died untriggered at the same stop on the same bar"
            exits = _of(events, EventType.EXIT_BE)
            if view.sources.get("exit_at") == Source.RECOMPUTED:
                words = "−1R: a bar touched the original stop; snapshots do not announce exits"
    elif status is LegStatus.RUNNING:
        words = "no stop of this leg is known"
    else:
        words = "no message says that the trade was entered"
    return _reason(view, "no_be_status", status, words, exits)


def _excursion(view: SignalView, events: Sequence[HistoryEvent], field: str) -> Reason:
    value = getattr(view, field)
    holders = [
        event.inbox_id for event in events if event.inbox_id is not None and event.values.get(field) == value
    ]
    source = Source(view.sources.get(field, "received"))
    words = {
        "be_mfe": "the best excursion until the BE=1 leg ended",
        "no_be_mfe": "the best excursion until the original stop, the stop bar left out",
        "mae": "the worst excursion of the No-BE trade",
    }[field]
    if field == "mae" and source is Source.INFERRED:
        words += "; a stopped trade went to −1R by definition, the indicator left the stop bar out"
    elif field == "no_be_mfe" and source is Source.INFERRED:
        words += "; at least the BE=1 excursion, which is all that was sent"
    elif source is Source.RECOMPUTED:
        words += "; computed from received prices"
    return _reason(view, field, value, words, holders[:1])
