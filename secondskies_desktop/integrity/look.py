"""Judges some signals: what is missing of them now, what is not missing any more, and what can be filled in.

Reads on one connection, writes on another: between the two a signal may have changed, and the next look sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from secondskies_desktop.integrity import store
from secondskies_desktop.integrity.gaps import GapType, gaps_of
from secondskies_desktop.integrity.reconcile import proposals
from secondskies_desktop.integrity.store import Finding
from secondskies_desktop.signals.fill_log import store as fill_log
from secondskies_desktop.signals.fills import Fill, FillKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.integrity.reconcile import Proposal
    from secondskies_desktop.integrity.story import Story

CONFLICT = store.CONFLICT
_ENGINE = "engine"
_FILLED_BY: Final[dict[str, str]] = {
    GapType.NO_ENTRY_PRICE: "entry_price",
    GapType.NO_STOP_LOSS: "stop_loss",
    GapType.NO_HTF_ALIGNMENT: "htf",
    GapType.NO_TARGETS: "targets",
    GapType.NO_CONFIRMATION_TIME: "CONFIRMED",
    GapType.NO_TRIGGER: "BE_TRIGGERED",
    GapType.NO_BE_EXIT: "EXIT_BE",
    GapType.NO_MFE_UPDATE: "EXIT_SL",
    GapType.NO_MAE: "EXIT_SL",
}
"""The field whose fill ends a gap; every other gap ends by a message."""


class Seen(NamedTuple):
    """What a look at some signals found: rows to write, and values to fill in."""

    findings: list[Finding]
    fills: list[Fill]


def judge(connection: Connection, stories: Sequence[Story], allowed: Collection[str], now_us: int) -> Seen:
    """Judge some signals as they are now (µs UTC); `allowed` are the settings of the rules that may fill."""
    seen = Seen([], [])
    for stream, group in _by_stream(stories):
        known = store.open_findings_of(connection, stream, [one.view.trade_id for one in group])
        proposed: list[tuple[Story, list[Proposal]]] = []
        for story in group:
            seen.findings.extend(_changes(story, known.get(story.view.trade_id, []), now_us))
            found = proposals(story, allowed)
            if found:
                proposed.append((story, found))
        log = fill_log.of_signals(connection, stream, [story.view.trade_id for story, _ in proposed])
        for story, found in proposed:
            rows = log.get(story.view.trade_id, [])
            seen.fills.extend(
                _as_fill(story, one, now_us) for one in found if not _stands_or_was_undone(rows, one)
            )
    return seen


def _by_stream(stories: Sequence[Story]) -> Iterator[tuple[str, list[Story]]]:
    groups: dict[str, list[Story]] = {}
    for story in stories:
        groups.setdefault(story.view.stream, []).append(story)
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
    filled = {str(one.field) for one in view.filled}
    for key, old in before.items():
        is_judged = old.type != GapType.LOST_UPDATE or old.since_us >= story.judged_from_us
        if key not in found and is_judged:
            by = "fill" if _FILLED_BY.get(old.type) in filled else "message"
            yield old._replace(closed_us=now_us, closed_by=by)
    yield from _conflicts(story, known, now_us)


def _conflicts(story: Story, findings: Sequence[Finding], now_us: int) -> Iterator[Finding]:
    view = story.view
    before = {one.type: one for one in findings if one.category == store.CHECK}
    now = {f"{CONFLICT}:{field}": values for field, values in view.conflicts.items()}
    for kind, values in now.items():
        field = kind.partition(":")[2]
        shown = getattr(view, field)
        others = ", ".join(f"{value:,.2f}" for value in values)
        text = f"{field.replace('_', ' ')} {shown:,.2f} is shown; {others} was received too"
        known = before.get(kind)
        if known is not None and known.text != text:
            yield known._replace(text=text)
        if known is None:
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


def _stands_or_was_undone(rows: Sequence[Fill], new: Proposal) -> bool:
    """Tell whether the log holds this very fill, or one of this field that was taken back: neither is made again."""
    undone = {one.refers for one in rows if one.kind == FillKind.UNDO}
    return any(
        one.kind == FillKind.FILL and one.field == new.field and (one.id in undone or one.value == new.value)
        for one in rows
    )
