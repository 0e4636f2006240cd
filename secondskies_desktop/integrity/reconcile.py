"""What can be filled in where nothing was received, from where, and how sure that is (domain.md §5.4-5.6).

Pure: the story of a signal in, proposals out. Each names its source, its confidence and the arrivals it rests on, so
that a reader can judge it and the trader can undo it. A received value is never proposed against.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from secondskies_desktop.integrity.story import MINUTE_US, Story
from secondskies_desktop.signals.fills import TARGETS
from secondskies_desktop.signals.vocabulary import EventType, LegStatus, Source, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

SURE: Final = 0.9
"""From this confidence on a fill claims to be right; below it is marked as a guess."""
TARGET_COUNT: Final = 20
_TOLERANCE_R: Final = 1e-6
_ROUNDED_R: Final = 0.01


class Proposal(NamedTuple):
    """One value that could be filled in. `value` as in fills.py; `because` are inbox ids."""

    field: str
    value: Any
    source: Source
    confidence: float
    reason: str
    because: tuple[int, ...]


def proposals(story: Story, allowed: Collection[str]) -> list[Proposal]:
    """Return what could be filled in of one signal by the rules that the trader allows, surest first of a field."""
    found: dict[str, Proposal] = {}
    for name, rule in RULES.items():
        if name not in allowed:
            continue
        for one in rule(story):
            known = found.get(one.field)
            if known is None or one.confidence > known.confidence:
                found[one.field] = one
    done = {one.field for one in story.view.filled}
    return [one for one in found.values() if one.field not in done]


def _targets(story: Story) -> Iterator[Proposal]:
    view = story.view
    entry, stop, direction = view.entry_price, view.stop_loss, view.direction
    if view.targets is not None or entry is None or stop is None or direction is None:
        return
    risk = direction.sign * (entry - stop)
    if risk <= 0:
        return
    prices = {f"target_{k}R": round(entry + direction.sign * k * risk, 2) for k in range(1, TARGET_COUNT + 1)}
    reason = "entry and stop give every target: entry plus so many times the risk"
    yield Proposal(TARGETS, prices, Source.RECOMPUTED, 1.0, reason, ())


def _confirmation(story: Story) -> Iterator[Proposal]:
    view = story.view
    if view.confirmed_us is not None or view.entry_us is None or EventType.ENTRY not in view.event_counts:
        return
    because = _arrivals(story, EventType.ENTRY)
    if "contract-2" in story.rules:
        at_us = view.entry_us - MINUTE_US
        reason = "the entry is the open of the bar after the confirmation"
        yield Proposal(EventType.CONFIRMED, at_us, Source.RECOMPUTED, 0.95, reason, because)
        return
    reason = "this generation sends ENTRY at the close of the confirmation bar"
    sure = view.sources.get("entry_at") != Source.REPLAYED
    yield Proposal(
        EventType.CONFIRMED, view.entry_us, Source.RECOMPUTED, 0.95 if sure else 0.5, reason, because
    )


def _trigger(story: Story) -> Iterator[Proposal]:
    view = story.view
    reached = max(view.be_mfe or 0.0, view.no_be_mfe or 0.0) >= 1 - _TOLERANCE_R
    if not story.is_entered or not reached or EventType.BE_TRIGGERED in view.event_counts:
        return
    if view.be_status is LegStatus.NOT_TRACKED or view.be_triggered_us is not None:
        return
    first = next((one for one in story.updates if _best(one) >= 1 - _TOLERANCE_R), None)
    if first is None:
        reason = "the MFE is 1R or more, so +1R printed; when is not known"
        yield Proposal(EventType.BE_TRIGGERED, None, Source.INFERRED, 0.98, reason, ())
        return
    before = next((one for one in story.updates if one.at_us == first.at_us - MINUTE_US), None)
    reason = "the MFE is 1R or more, so +1R printed: this is the first update that says so"
    confidence = 0.97 if before is not None else 0.8
    yield Proposal(
        EventType.BE_TRIGGERED, first.at_us, Source.INFERRED, confidence, reason, (first.inbox_id,)
    )


def _best(update: Any) -> float:
    return max(update.be_mfe or 0.0, update.no_be_mfe or 0.0)


def _be_exit(story: Story) -> Iterator[Proposal]:
    view = story.view
    if view.be_status is not LegStatus.RUNNING or EventType.EXIT_BE in view.event_counts:
        return
    for one in story.updates:
        be_mfe, no_be_mfe = one.be_mfe, one.no_be_mfe
        if be_mfe is not None and no_be_mfe is not None and 1 <= be_mfe < no_be_mfe - _ROUNDED_R:
            reason = "both MFEs are equal until the BE=1 trade ends: its own stands still, the other grew"
            yield Proposal(EventType.EXIT_BE, None, Source.INFERRED, 0.97, reason, (one.inbox_id,))
            return


def _missed_exit(story: Story) -> Iterator[Proposal]:
    view = story.view
    entry, stop, direction = view.entry_price, view.stop_loss, view.direction
    if not story.is_running or entry is None or stop is None or direction is None:
        return
    sign = direction.sign
    protected = view.be_status is LegStatus.RUNNING and max(view.be_mfe or 0.0, 0.0) >= 1 - _TOLERANCE_R
    for price in story.prices:
        worst = price.low if sign > 0 else price.high
        if protected and sign * (worst - entry) <= 0:
            protected = False
            how = "a bar" if price.is_bar else "a price"
            reason = f"{how} of the chart is back at the entry after +1R, so the BE=1 trade had ended by then"
            yield Proposal(EventType.EXIT_BE, price.at_us, Source.INFERRED, 0.93, reason, (price.inbox_id,))
        if sign * (worst - stop) <= 0:
            how = "a bar" if price.is_bar else "a price"
            reason = f"{how} of the chart lies at or beyond the stop, so the trade had ended by then"
            source = Source.RECOMPUTED if price.is_bar else Source.INFERRED
            confidence = 0.97 if price.is_bar else 0.95
            yield Proposal(EventType.EXIT_SL, price.at_us, source, confidence, reason, (price.inbox_id,))
            return


def _cancellation(story: Story) -> Iterator[Proposal]:
    view, following = story.view, story.next_triangle
    if view.status is not Status.PENDING or story.is_entered or following is None or view.direction is None:
        return
    if following.direction == view.direction:
        return
    reason = f"the opposite triangle {following.trade_id} came before it was confirmed"
    yield Proposal(EventType.CANCELLED, following.at_us, Source.INFERRED, 0.95, reason, (following.inbox_id,))


def _second_sources(story: Story) -> Iterator[Proposal]:
    """Take what another id of the same triangle says: entry, stop and the higher timeframes."""
    view = story.view
    for field in ("entry_price", "stop_loss", "htf"):
        if getattr(view, field) is not None:
            continue
        for other in story.linked:
            value = getattr(other, field)
            if value is not None and other.sources.get(field) == Source.RECEIVED:
                reason = f"{other.trade_id} is the same triangle, and says so"
                yield Proposal(field, value, Source.SECOND, 0.95, reason, ())
                break


def _arrivals(story: Story, kind: str) -> tuple[int, ...]:
    return (story.inbox_ids[kind],) if kind in story.inbox_ids else ()


RULES: Final[dict[str, Callable[[Story], Iterator[Proposal]]]] = {
    "fill_cancellation": _cancellation,
    "fill_be_exit": _be_exit,
    "fill_trigger": _trigger,
    "fill_exit": _missed_exit,
    "fill_confirmation": _confirmation,
    "fill_targets": _targets,
    "fill_numbers": _second_sources,
}
"""By the setting that allows each."""
