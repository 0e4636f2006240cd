"""What the rules make of a body, as the inspector says it: rules, losses, what comes out, before and after; no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.models.body_text import body_text, visible
from secondskies_desktop.integrity.repairs import BY_NAME

if TYPE_CHECKING:
    from secondskies_desktop.engine.repairing import Proposed

_HAZARDS = {
    "certain": "it can be meant in no other way",
    "likely": "it could be meant otherwise, but hardly is",
    "loses": "something that was sent is left out",
}
_AROUND = 24
_MOST_EVENTS = 20
_COMPARED = 5_000


def repair_text(one: Proposed) -> str:
    """Return a proposal, or a repair that was made, in lines."""
    if one.body is None:
        return f"No repair: {visible(one.refusal or '')}"
    lines = [f"{name}: {BY_NAME[name].means if name in BY_NAME else ''}" for name in one.rules]
    lines.append(f"Hazard: {one.hazard}, {_HAZARDS.get(one.hazard, '')}")
    lines += [f"Lost: {visible(loss)}" for loss in one.lost]
    if not one.in_bulk:
        lines.append("Only one by one: it is left when many are repaired at once")
    lines += ["", *(["Changes:", *_changes(one.before, one.body)])]
    lines += [
        "",
        f"Comes out: {one.event_type}, {'1 event' if len(one.events) == 1 else f'{len(one.events)} events'}",
    ]
    lines += [visible(_event_line(event)) for event in one.events[:_MOST_EVENTS]]
    if len(one.events) > _MOST_EVENTS:
        lines.append(f"… {len(one.events) - _MOST_EVENTS} more")
    lines += ["", "Before:", visible(one.before[:_COMPARED].decode("utf-8", "replace"))]
    lines += ["", "After:", body_text(one.body)]
    return "\n".join(lines)


def _changes(before: bytes, after: bytes) -> list[str]:
    """Return the places that a repair changes, each with a little of what stands around it."""
    old, new = (raw[:_COMPARED].decode("utf-8", "replace") for raw in (before, after))
    first = next(
        (n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    start = max(0, first - _AROUND)
    return [
        f"  − {_piece(old, start, len(old) - last + _AROUND)}",
        f"  + {_piece(new, start, len(new) - last + _AROUND)}",
    ]


def _piece(text: str, start: int, end: int) -> str:
    piece = visible(text[start:end]).replace("\n", "\\n")
    shown = piece if len(piece) <= 4 * _AROUND else f"{piece[: 2 * _AROUND]} … {piece[-2 * _AROUND :]}"
    return f"{'…' if start else ''}{shown}{'…' if end < len(text) else ''}"


def _event_line(event: dict[str, object]) -> str:
    detail = event.get("detail")
    values = {**event, **(detail if isinstance(detail, dict) else {})}
    at_us = values.pop("at_us", None)
    words = [
        f"{name}={value}"
        for name, value in values.items()
        if name in _SHOWN and not isinstance(value, dict | list)
    ]
    at = formats.ny_stamp(at_us if isinstance(at_us, int) else None)
    return f"  {at}  {event.get('type', '')}  {event.get('trade_id', '')}  {'  '.join(words)}"


_SHOWN = frozenset(
    (
        "direction",
        "be_mfe",
        "no_be_mfe",
        "mae",
        "price",
        "entry_price",
        "stop_loss",
        "exit_price",
        "be_triggered",
    )
)
