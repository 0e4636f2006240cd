"""The events of one signal with their values, read again from the bodies that brought them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.clock import as_iso
from secondskies_desktop.signals.vocabulary import SOURCE_RANK, Source

if TYPE_CHECKING:
    from secondskies_desktop.signals.event import Decoded, Event
    from secondskies_desktop.signals.view import SignalView

_CONFIDENCE = {
    Source.RECEIVED: "1.0",
    Source.ID: "0.9",
    Source.RECOMPUTED: "0.9",
    Source.ARRIVAL: "0.8",
    Source.INFERRED: "0.7",
    Source.REPLAYED: "unknown",
    Source.SECOND: "0.95",
}


class HistoryEvent(msgspec.Struct, frozen=True):
    """One event of a signal: bar time (µs UTC), where time and values came from, the values as said."""

    at_us: int | None
    type: str
    source: str
    inbox_id: int | None
    values: dict[str, object]
    received_us: int | None = None
    rule: str | None = None
    confidence: str = "1.0"


def from_body(event: Event, decoded: Decoded, inbox_id: int, received_us: int) -> HistoryEvent:
    """Return a decoded event with the values that its body gave."""
    values: dict[str, object] = {
        name: getattr(event, name)
        for name in ("be_mfe", "no_be_mfe", "mae", "price", "be_triggered", "direction")
        if getattr(event, name) is not None
    }
    if event.signal_us is not None:
        values["signal_at"] = as_iso(event.signal_us)
    for name, value in (event.detail or {}).items():
        if name.endswith("_us"):
            values[f"{name[:-3]}_at"] = as_iso(value)
        elif name not in ("by_bars", "confirmed_source"):
            values[name] = value
    source = "repaired" if decoded.repairs else event.at_source
    return HistoryEvent(
        event.at_us,
        event.type,
        source,
        inbox_id,
        values,
        received_us,
        decoded.rule,
        _CONFIDENCE.get(event.at_source, "1.0"),
    )


def derived_events(view: SignalView) -> list[HistoryEvent]:
    """Return the events that no message said: inferred, recomputed and filled-in ones, marked as such."""
    filled = {one.field: one for one in view.filled}
    found = []
    for kind, at_us, field in (
        ("SIGNAL_CREATED", view.signal_us, "signal_at"),
        ("CONFIRMED", view.confirmed_us, "confirmed_at"),
        ("BE_TRIGGERED", view.be_triggered_us, "be_triggered_at"),
        ("EXIT_BE", view.be_exit_us, "be_exit_at"),
        ("EXIT_SL", view.exit_us, "exit_at"),
        ("CANCELLED", view.cancelled_us, "cancelled_at"),
    ):
        fill = filled.get(kind)
        if fill is not None and kind not in view.event_counts:
            found.append(HistoryEvent(at_us, kind, fill.source, None, {}, confidence=f"{fill.confidence:g}"))
        elif kind in view.inferred:
            source = view.sources.get(field, Source.INFERRED)
            if source not in (Source.RECOMPUTED, Source.INFERRED):
                source = Source.INFERRED
            found.append(HistoryEvent(at_us, kind, source, None, {}, confidence=_CONFIDENCE[Source(source)]))
    return found


def in_order(events: list[HistoryEvent]) -> list[HistoryEvent]:
    """Sort events by bar time, then arrival; those without a time stand where they arrived."""
    return sorted(events, key=_place)


def _place(event: HistoryEvent) -> tuple[int, int, int]:
    at_us = event.at_us if event.at_us is not None else (event.received_us or 0) - 60_000_000
    rank = SOURCE_RANK.get(Source(event.source), 9) if event.source in set(Source) else 0
    return at_us, event.inbox_id or 1 << 62, rank
