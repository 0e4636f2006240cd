"""Ids of one chart that mean the same triangle: shown as one, linked, never merged silently (domain.md §4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.signals import store
from secondskies_desktop.signals.lifecycle import triangle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.signals.kept import Kept, KeptSignals

_Triangle = tuple[int, str]


def link(connection: Connection, signals: KeptSignals, touched: Iterable[Kept]) -> list[Kept]:
    """Link the signals whose triangle came or changed; returns every signal whose link changed.

    Of several on one triangle the smallest id is the one that is shown, and the others name it.
    """
    moved: dict[str, dict[str, tuple[Kept, _Triangle | None]]] = {}
    for kept in touched:
        now = triangle(kept.state)
        if now != kept.triangle:
            moved.setdefault(kept.state.stream, {})[kept.state.trade_id] = (kept, kept.triangle)
            kept.triangle = now
    changed: list[Kept] = []
    for stream, group in moved.items():
        changed += _link_chart(connection, signals, stream, group)
    return changed


def _link_chart(
    connection: Connection,
    signals: KeptSignals,
    stream: str,
    moved: dict[str, tuple[Kept, _Triangle | None]],
) -> list[Kept]:
    members: dict[_Triangle, set[str]] = {}
    left: set[_Triangle] = set()
    changed = []
    for trade_id, (kept, before) in moved.items():
        if before is not None:
            left.add(before)
            members.setdefault(before, set())
        if kept.triangle is None:
            changed += _name(kept, None)
        else:
            members.setdefault(kept.triangle, set()).add(trade_id)
    for row in store.on_bars(connection, stream, sorted({bar_us for bar_us, _ in members})):
        place = (row.signal_us, row.direction)
        if place in members and row.trade_id not in moved:
            members[place].add(row.trade_id)
    for place, ids in members.items():
        # Alone on its triangle and not left by anybody: there is nothing to link and nothing to undo.
        if len(ids) > 1 or place in left:
            group = signals.bring(connection, stream, ids)
            for trade_id in sorted(ids):
                changed += _name(group[trade_id], None if trade_id == min(ids) else min(ids))
        else:
            changed += _name(moved[next(iter(ids))][0], None)
    return changed


def _name(kept: Kept, target: str | None) -> list[Kept]:
    if kept.state.linked_to == target:
        return []
    kept.state.linked_to = target
    return [kept]
