"""What was filled in where nothing was received, undone, or chosen: joined into the state beside the messages.

Fills are rows of an append-only log (architecture.md §4, law 5). The join keeps every one by its id, so that order
and repetition cannot matter; which of them counts is derived: of one field the surest, then the first, that is not
undone. A received value always wins, and a fill that later messages contradict has no effect (domain.md §4.3).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from secondskies_desktop.signals.vocabulary import SOURCE_RANK, EventType, Source

if TYPE_CHECKING:
    from secondskies_desktop.signals.lifecycle import SignalState

TARGETS = "targets"
_CENT = 0.01
_LAST = (1 << 62, 0)
"""Behind every arrival."""
EVENTS = {
    EventType.CANCELLED.value: "cancelled_at",
    EventType.CONFIRMED.value: "confirmed_at",
    EventType.BE_TRIGGERED.value: "be_triggered_at",
    EventType.EXIT_BE.value: "be_exit_at",
    EventType.EXIT_SL.value: "exit_at",
}
"""Kinds of event that can be filled in, and the time of a signal that each gives."""
_CLAIMS = frozenset(("entry_price", "stop_loss", "htf", "direction"))
_EXCURSIONS = {"be_mfe": "be_climb", "no_be_mfe": "no_be_climb", "mae": "mae_climb"}
FIELDS = frozenset((*EVENTS, *_CLAIMS, *_EXCURSIONS, TARGETS))
_ENTERED = frozenset(
    (
        EventType.ENTRY,
        EventType.MFE_UPDATE,
        EventType.BE_TRIGGERED,
        EventType.EXIT_BE,
        EventType.EXIT_SL,
    )
)


class FillKind(StrEnum):
    """What a row of the log does."""

    FILL = "fill"
    UNDO = "undo"
    CHOICE = "choice"


class Fill(msgspec.Struct, frozen=True):
    """One row of the log. `value` is of the field's kind: µs UTC of an event, points, R, or a table of names.

    `confidence` is 0 to 1, `because` names the arrivals it came from, `refers` the fill that is taken back.
    """

    id: int
    at_us: int
    kind: str
    stream: str
    trade_id: str
    field: str
    value: Any
    source: str | None
    confidence: float | None
    reason: str
    because: tuple[int, ...]
    refers: int | None
    actor: str


class Kept(msgspec.Struct, frozen=True):
    """A fill as the state keeps it."""

    field: str
    value: Any
    source: str
    confidence: float


class Filled(msgspec.Struct, frozen=True):
    """A field that has its value from a fill: the fill's id, its source and its confidence (0 to 1)."""

    field: str
    id: int
    source: str
    confidence: float


class Fills(msgspec.Struct):
    """All fills of one signal, joined."""

    kept: dict[int, Kept] = msgspec.field(default_factory=dict)
    undone: set[int] = msgspec.field(default_factory=set)
    choices: dict[int, Kept] = msgspec.field(default_factory=dict)


def join(state: SignalState, fill: Fill) -> None:
    """Join one row of the log into the state of its signal. A row of a kind that is not ours changes nothing."""
    fills = state.fills
    if fills is None:
        fills = state.fills = Fills()
    if fill.kind == FillKind.UNDO:
        if fill.refers is not None:
            fills.undone.add(fill.refers)
        return
    if fill.field not in FIELDS:
        return
    row = Kept(fill.field, fill.value, fill.source or Source.INFERRED, fill.confidence or 0.0)
    if fill.kind == FillKind.FILL:
        fills.kept[fill.id] = row
    elif fill.kind == FillKind.CHOICE:
        fills.choices[fill.id] = row


def ranked(state: SignalState) -> dict[str, list[tuple[int, Kept]]]:
    """Return by field the fills that are not undone: the surest first, of equals the one that was made first."""
    fills = state.fills
    found: dict[str, list[tuple[int, Kept]]] = {}
    for number, one in sorted(fills.kept.items()) if fills is not None else ():
        if fills is not None and number not in fills.undone:
            found.setdefault(one.field, []).append((number, one))
    for rows in found.values():
        rows.sort(key=lambda row: -row[1].confidence)
    return found


def chosen(state: SignalState) -> dict[str, tuple[int, Kept]]:
    """Return by field what the trader chose last of the values that were received."""
    fills = state.fills
    if fills is None:
        return {}
    return {
        fills.choices[number].field: (number, fills.choices[number])
        for number in sorted(fills.choices)
        if number not in fills.undone
    }


def effective(state: SignalState) -> tuple[SignalState, list[Filled]]:
    """Return the state as if its fills had been said, and which of them have an effect."""
    if state.fills is None:
        return state, []
    changed: SignalState = msgspec.structs.replace(
        state, kinds=set(state.kinds), times=dict(state.times), claims=dict(state.claims)
    )
    applied = []
    for field, (_, choice) in chosen(state).items():
        if field in changed.claims:
            changed.claims[field] = (changed.claims[field][0], choice.value)
    # Targets last: they are worth what the entry and the stop are that they were computed from.
    for field, rows in sorted(ranked(state).items(), key=lambda one: one[0] == TARGETS):
        for number, fill in rows:
            # One that later messages contradict has no effect; the next that was made since may have.
            if _apply(state, changed, field, fill):
                applied.append(Filled(field, number, fill.source, fill.confidence))
                break
    return changed, applied


def _apply(state: SignalState, changed: SignalState, field: str, fill: Kept) -> bool:
    if field in EVENTS:
        return _apply_event(state, changed, field, fill)
    if field in _CLAIMS:
        if field in state.claims:
            return False
        changed.claims[field] = (_LAST, fill.value)
        return True
    if field in _EXCURSIONS:
        if getattr(state, field) is not None or getattr(state, _EXCURSIONS[field]):
            return False
        setattr(changed, field, fill.value)
        return True
    return field == TARGETS and _fits(changed, fill.value)


def _fits(state: SignalState, targets: Any) -> bool:
    """Tell whether targets are those of the entry and the stop that count now: another value may have been chosen."""
    entry: float | None = state.value("entry_price")
    stop: float | None = state.value("stop_loss")
    first = targets.get("target_1R") if isinstance(targets, dict) else None
    if entry is None or stop is None or not isinstance(first, int | float):
        return False
    return abs(2 * entry - stop - first) < _CENT


def _apply_event(state: SignalState, changed: SignalState, kind: str, fill: Kept) -> bool:
    at_us: int | None = fill.value
    if kind == EventType.CANCELLED and not _ENTERED.isdisjoint(state.kinds):
        return False
    if kind in state.kinds:
        if kind in state.times or at_us is None:
            return False
    elif at_us is not None and _is_contradicted(state, kind, at_us):
        return False
    changed.kinds.add(kind)
    if at_us is not None and kind not in state.times:
        source = Source(fill.source)
        changed.times[kind] = (SOURCE_RANK[source], at_us, source)
    return True


def _is_contradicted(state: SignalState, kind: str, at_us: int) -> bool:
    """Tell whether a leg that is said to have ended was alive on a later bar."""
    if kind == EventType.EXIT_SL:
        return max(state.price_us or 0, state.alive_us or 0) > at_us
    if kind == EventType.EXIT_BE:
        # Its excursion stands still from its end on; both legs' do as long as they make no new one.
        return max(state.be_mfe_us or 0, state.be_climb[-1][0] if state.be_climb else 0) > at_us
    return False
