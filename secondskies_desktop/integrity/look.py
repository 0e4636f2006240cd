"""One look at some signals: what is missing of them now, what is not missing any more, and what can be filled in.

Reads on one connection, writes on another: between the two a signal may have changed, and the next look sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.integrity import store
from secondskies_desktop.integrity.gaps import gaps_of
from secondskies_desktop.integrity.reading import Charts, story_of
from secondskies_desktop.integrity.reconcile import proposals
from secondskies_desktop.integrity.store import Finding
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.fill_log import store as fill_log
from secondskies_desktop.signals.fills import Fill, FillKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.integrity.reconcile import Proposal
    from secondskies_desktop.integrity.story import Story
    from secondskies_desktop.signals.changes import SignalRow

CONFLICT = store.CONFLICT
_ENGINE = "engine"
_AT_ONCE = 500


class Seen(NamedTuple):
    """What a look at some signals found: rows to write, and values to fill in."""

    findings: list[Finding]
    fills: list[Fill]


def look(
    connection: Connection,
    rows: Sequence[SignalRow],
    charts: Charts,
    allowed: Collection[str],
    now_us: int,
) -> Seen:
    """Look at some signals as they are now (µs UTC); `allowed` are the settings of the rules that may fill."""
    seen = Seen([], [])
    for stream, group in _by_stream(rows):
        known = store.open_findings_of(connection, stream, [row.view.trade_id for row in group])
        for row in group:
            story = story_of(connection, row, charts)
            seen.findings.extend(_changes(story, known.get(row.view.trade_id, []), now_us))
            seen.fills.extend(
                _as_fill(story, one, now_us)
                for one in proposals(story, allowed)
                if not _stands_or_was_undone(connection, row, one)
            )
    return seen


def _by_stream(rows: Sequence[SignalRow]) -> Iterator[tuple[str, list[SignalRow]]]:
    groups: dict[str, list[SignalRow]] = {}
    for row in rows:
        groups.setdefault(row.view.stream, []).append(row)
    yield from groups.items()


def _changes(story: Story, known: Sequence[Finding], now_us: int) -> Iterator[Finding]:
    """Yield what has been found or is over, as rows to be written."""
    view = story.view
    found = {(store.GAP, str(gap.type), gap.since_us): gap for gap in gaps_of(story, now_us)}
    before = {(one.category, one.type, one.since_us): one for one in known if one.category == store.GAP}
    for key, gap in found.items():
        old = before.get(key)
        if old is None or (old.points, old.text) != (gap.points, gap.text):
            yield Finding(
                view.stream,
                view.trade_id,
                *key,
                view.trade_date,
                gap.points,
                gap.text,
                now_us if old is None else old.found_us,
                None,
                None,
            )
    filled = {one.field for one in view.filled}
    for key, old in before.items():
        if key not in found:
            by = "fill" if filled else "message"
            yield old._replace(closed_us=now_us, closed_by=by)
    yield from _conflicts(story, known, now_us)


def _conflicts(story: Story, known: Sequence[Finding], now_us: int) -> Iterator[Finding]:
    view = story.view
    before = {one.type: one for one in known if one.category == store.CHECK}
    now = {f"{CONFLICT}:{field}": values for field, values in view.conflicts.items()}
    for kind, values in now.items():
        if kind not in before:
            field = kind.partition(":")[2]
            shown = getattr(view, field)
            others = ", ".join(f"{value:,.2f}" for value in values)
            text = f"{field.replace('_', ' ')} {shown:,.2f} is shown; {others} was received too"
            since_us = view.entry_us or view.sort_us
            yield Finding(
                view.stream,
                view.trade_id,
                store.CHECK,
                kind,
                since_us,
                view.trade_date,
                0,
                text,
                now_us,
                None,
                None,
            )
    for kind, old in before.items():
        if kind.startswith(CONFLICT) and kind not in now:
            yield old._replace(closed_us=now_us, closed_by="choice")


def _as_fill(story: Story, one: Proposal, now_us: int) -> Fill:
    view = story.view
    return Fill(
        0,
        now_us,
        FillKind.FILL,
        view.stream,
        view.trade_id,
        str(one.field),
        one.value,
        str(one.source),
        one.confidence,
        one.reason,
        one.because,
        None,
        _ENGINE,
    )


def _stands_or_was_undone(connection: Connection, row: SignalRow, new: Proposal) -> bool:
    """Tell whether the log holds this very fill, or one of this field that was taken back: neither is made again."""
    rows = fill_log.of_signal(connection, row.view.stream, row.view.trade_id)
    undone = {one.refers for one in rows if one.kind == FillKind.UNDO}
    return any(
        one.kind == FillKind.FILL and one.field == new.field and (one.id in undone or one.value == new.value)
        for one in rows
    )


def oldest_needed(connection: Connection, rows: Sequence[SignalRow]) -> int:
    """Return the inbox id behind which charts must be read to judge these signals."""
    oldest: int | None = None
    for row in rows:
        first = min(signal_store.first_inbox_ids(connection, row.id).values(), default=None)
        newest = signal_store.newest_inbox_id(connection, row.id)
        for one in (first, newest):
            if one is not None and (oldest is None or one < oldest):
                oldest = one
    return 0 if oldest is None else max(0, oldest - 1)


def after(connection: Connection, seq: int) -> list[SignalRow]:
    """Return the next signals that changed after a change number."""
    return signal_store.changed_since(connection, seq, _AT_ONCE)
