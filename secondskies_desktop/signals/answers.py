"""A signal as the command line answers it: cli.md's fields, ISO times in UTC, unknown as null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from secondskies_desktop.foundation.clock import as_iso

if TYPE_CHECKING:
    from secondskies_desktop.signals.view import SignalView

_TIMES = {
    "signal_at": "signal_us",
    "confirmed_at": "confirmed_us",
    "entry_at": "entry_us",
    "be_triggered_at": "be_triggered_us",
    "be_exit_at": "be_exit_us",
    "exit_at": "exit_us",
    "cancelled_at": "cancelled_us",
}
_VALUES = (
    "symbol",
    "direction",
    "session",
    "trade_date",
    "entry_price",
    "entry_open",
    "stop_loss",
    "risk_points",
    "be_mfe",
    "no_be_mfe",
    "mae",
    "bars_to_confirm",
    "htf",
)


def as_answer(view: SignalView) -> dict[str, Any]:
    """Return the row of `signals list`."""
    return {
        "trade_id": view.trade_id,
        "stream": view.stream,
        "symbol": view.symbol,
        "direction": view.direction,
        "session": view.session,
        "trade_date": view.trade_date,
        **{name: as_iso(getattr(view, field)) for name, field in _TIMES.items()},
        "status": view.status,
        "be_status": view.be_status,
        "no_be_status": view.no_be_status,
        "entry_price": view.entry_price,
        "entry_open": view.entry_open,
        "stop_loss": view.stop_loss,
        "risk_points": view.risk_points,
        "be_mfe": view.be_mfe,
        "no_be_mfe": view.no_be_mfe,
        "mae": view.mae,
        "bars_to_confirm": view.bars_to_confirm,
        "htf": view.htf,
        "event_counts": view.event_counts,
        "inferred": list(view.inferred),
        "ambiguous": view.ambiguous,
        "ambiguous_because": list(view.ambiguous_because),
        "missing_minutes": view.missing_minutes,
        "linked_to": view.linked_to,
        "quality": view.quality,
        "filled": [
            {"field": one.field, "fill": one.id, "source": one.source, "confidence": one.confidence}
            for one in view.filled
        ],
        "conflicts": {name: list(values) for name, values in view.conflicts.items()},
    }


def as_full_answer(view: SignalView) -> dict[str, Any]:
    """Return the head of `signals show`: the row with a `…_source` beside every time and value."""
    answer = as_answer(view)
    for name in (*_TIMES, *_VALUES):
        answer[f"{name}_source"] = view.sources.get(name) if answer[name] is not None else None
    answer["targets"] = view.targets
    return answer
