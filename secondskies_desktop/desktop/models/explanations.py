"""What stands behind a cell of the table, for its tooltip: basis, source, and what is missing; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.models.columns import Column
from secondskies_desktop.desktop.models.shown_signal import FRAME_NAMES, RUNNING, Bias
from secondskies_desktop.signals.vocabulary import LegStatus

if TYPE_CHECKING:
    from secondskies_desktop.desktop.models.shown_signal import Shown
    from secondskies_desktop.signals.view import SignalView

_SOURCES = {
    "received": "received",
    "id": "read off the trade id",
    "recomputed": "recomputed from the bars or from received values",
    "second source": "from another message of the same triangle",
    "chart": "from the chart that the stream stands for",
    "inferred": "inferred from the signal's own messages",
    "arrival": "from the arrival: the message has no clock of its own",
    "replayed": "from a replay: delivered long after it happened",
}
_BIAS_WORDS = {
    Bias.UNKNOWN: "not known",
    Bias.NEUTRAL: "neutral",
    Bias.AGAINST: "against the signal",
    Bias.WITH: "with the signal",
}
_VALUES = {
    Column.NO_BE_MFE: ("no_be_mfe", "MFE, No-BE"),
    Column.BE_MFE: ("be_mfe", "MFE, BE=1"),
    Column.MAE: ("mae", "MAE"),
    Column.ENTRY: ("entry_price", "Entry price"),
    Column.STOP: ("stop_loss", "Stop loss"),
    Column.RISK: ("risk_points", "Risk (1R)"),
}
_MISSING = {Column.ENTRY: "entry", Column.STOP: "stop", Column.RISK: "risk"}


def explanation(one: Shown, column: Column, now_us: int) -> str:
    """Return the tooltip of a cell at a time (µs UTC); empty where the cell says it all."""
    if column is Column.HTF:
        return _htf(one)
    if column is Column.LATEST:
        return _latest(one.row.view, now_us)
    if column in _VALUES:
        return _value(one, column)
    return _WORDS[column](one.row.view)


def _source(view: SignalView, field: str) -> str:
    said = view.sources.get(field)
    return "" if said is None else f" · {_SOURCES.get(said, said)}"


def _signal_time(view: SignalView) -> str:
    if view.signal_us is None:
        return formats.missing("signal_at")
    return f"Signal bar {formats.ny_stamp(view.signal_us)}{_source(view, 'signal_at')}"


def _session(view: SignalView) -> str:
    if view.session is None:
        return formats.missing("session")
    traded = "" if view.session != "AFTER_HOURS" else "; recorded, not traded"
    return f"Session of the signal bar{traded} · trade date {view.trade_date}"


def _status(view: SignalView) -> str:
    return (
        f"BE=1: {formats.state_name(view.be_status).lower()} · "
        f"No-BE: {formats.state_name(view.no_be_status).lower()}"
    )


def _now(view: SignalView) -> str:
    if view.status not in RUNNING:
        return ""
    if view.now_r is None:
        return formats.missing("now_r")
    return f"Last price {formats.price(view.last_price)} against entry {formats.price(view.entry_price)}"


def _htf(one: Shown) -> str:
    if one.row.view.htf is None:
        return formats.missing("htf")
    return "\n".join(f"{name}: {_BIAS_WORDS[bias]}" for name, bias in zip(FRAME_NAMES, one.htf, strict=True))


def _latest(view: SignalView, now_us: int) -> str:
    if view.last_event_us is None:
        return formats.missing("latest")
    return f"Bar {formats.ny_stamp(view.last_event_us)}, {formats.age(view.last_event_us, now_us)} ago"


def _marks(view: SignalView) -> str:
    lines = []
    if view.ambiguous:
        because = "; ".join(view.ambiguous_because)
        lines.append(f"Ambiguous: {because or 'the order within one bar decides the BE=1 result'}")
    if view.inferred:
        names = ", ".join(name.replace("_", " ").lower() for name in view.inferred)
        lines.append(f"Inferred, no message says it: {names}")
    replayed = [name for name, source in view.sources.items() if source == "replayed"]
    if replayed:
        lines.append(f"Times from a replay: {', '.join(replayed)}")
    return "\n".join(lines)


def _value(one: Shown, column: Column) -> str:
    view = one.row.view
    field, name = _VALUES[column]
    if getattr(view, field) is not None:
        return f"{name} {one.texts[column]}{_source(view, field)}"
    if column is Column.BE_MFE and view.be_status is LegStatus.NOT_TRACKED:
        return formats.missing("be_not_tracked")
    return formats.missing(_MISSING.get(column, field))


def _direction(view: SignalView) -> str:
    return formats.missing("direction") if view.direction is None else view.direction.capitalize()


def _trade_id(view: SignalView) -> str:
    return f"{view.trade_id}\n{view.stream}"


_WORDS = {
    Column.DIRECTION: _direction,
    Column.SIGNAL: _signal_time,
    Column.SESSION: _session,
    Column.STATUS: _status,
    Column.NOW: _now,
    Column.MARKS: _marks,
    Column.TRADE_ID: _trade_id,
}
