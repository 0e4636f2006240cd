"""A generated day without numbers, what was lost of it, and what the integrity room finds."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondskies_desktop.integrity.completeness import Completeness, completeness
from secondskies_desktop.integrity.minutes import open_minutes
from secondskies_desktop.integrity.slots import LISTING, SlotKind, habits_of, life_of, lost_messages, slots_of
from secondskies_desktop.signals.vocabulary import EventType
from tests.integrity.made_days import DAY_MINUTES, Alert, day_of, drawn_share, lost_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from secondskies_desktop.demo.speech import Generation
    from secondskies_desktop.integrity.slots import Life
    from secondskies_desktop.signals.event import Event

Message = tuple[str, EventType, int | None]
"""Trade id and kind; of updates the minute too, for what happens once may be told again."""
_OF_A_TRADE = frozenset(
    (
        EventType.CONFIRMED,
        EventType.ENTRY,
        EventType.MFE_UPDATE,
        EventType.BE_TRIGGERED,
        EventType.EXIT_BE,
        EventType.EXIT_SL,
    )
)
_ONCE = frozenset((EventType.ENTRY, EventType.EXIT_BE, EventType.EXIT_SL))


class Day(NamedTuple):
    """The alerts of a day that came, and those that did not."""

    came: list[Alert]
    lost: list[Alert]

    @property
    def share(self) -> float:
        """The truth that the estimate is held against."""
        return len(self.came) / (len(self.came) + len(self.lost))


def lossy_day(seed: int, generation: Generation, share: float | None = None, bars: int = DAY_MINUTES) -> Day:
    """Return a day of which 1 to 20 % of the alerts is lost, or a given share."""
    chance = np.random.default_rng(seed)
    alerts = day_of(seed, generation, bars)
    lost = lost_places(len(alerts), drawn_share(chance) if share is None else share, chance)
    return Day([one for one in alerts if one.place not in lost], [one for one in alerts if one.place in lost])


def told(alerts: Iterable[Alert]) -> tuple[list[Life], list[int]]:
    """Return the lives that alerts tell, and the minutes of those alerts that list signals."""
    events: dict[str, list[Event]] = defaultdict(list)
    lists = set()
    for alert in alerts:
        for event in alert.decoded.events:
            events[event.trade_id].append(event)
        if alert.decoded.rule in LISTING:
            lists.add(alert.bar_us)
    return [life_of(trade_id, said) for trade_id, said in events.items()], sorted(lists)


def found_lost(lives: list[Life], lists: list[int]) -> set[Message]:
    """Return the messages that are found to be lost."""
    habits = habits_of(lives, lists)
    found: set[Message] = set()
    for life in lives:
        for gap in lost_messages(life, habits, lists):
            if gap.kind is SlotKind.MFE_UPDATE:
                minutes = open_minutes(gap.span.first_us, gap.span.last_us)
                assert len(minutes) == gap.span.minutes
                found.update((life.trade_id, EventType.MFE_UPDATE, at_us) for at_us in minutes)
            else:
                found.add((life.trade_id, EventType(gap.kind), None))
    return found


def measured(day: Day) -> Completeness:
    """Return the completeness of a day, by what came of it."""
    lives, lists = told(day.came)
    return completeness(slots_of(lives, habits_of(lives, lists), lists), len(day.came))


def message_of(event: Event) -> Message:
    """Return which message an event is."""
    return event.trade_id, event.type, event.at_us if event.type is EventType.MFE_UPDATE else None


def traceable(day: Day) -> set[Message]:
    """Return the lost messages that leave a trace, by the alerts that were really sent.

    An entry or an exit with a later event of the same signal, and a minute between two events of its trade.
    """
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    known = set()
    for alert in day.came:
        for event in alert.decoded.events:
            known.add(message_of(event))
            if event.type in _OF_A_TRADE and event.at_us is not None:
                first[event.trade_id] = min(first.get(event.trade_id, event.at_us), event.at_us)
                last[event.trade_id] = max(last.get(event.trade_id, event.at_us), event.at_us)
    found = set()
    for alert in day.lost:
        for event in alert.decoded.events:
            at_us = event.at_us
            if at_us is None or event.trade_id not in last or at_us >= last[event.trade_id]:
                continue
            inside = event.type is EventType.MFE_UPDATE and first[event.trade_id] <= at_us
            if event.type in _ONCE or inside:
                found.add(message_of(event))
    return found - known


def figures(day: Day) -> Counter[str]:
    """Return how many lost messages leave a trace, how many are found, and how many were never lost."""
    lives, lists = told(day.came)
    found, expected = found_lost(lives, lists), traceable(day)
    lost = {message_of(event) for alert in day.lost for event in alert.decoded.events}
    lost -= {message_of(event) for alert in day.came for event in alert.decoded.events}
    counts = Counter({"lost": len(lost), "traceable": len(expected), "found": len(found & expected)})
    counts["listed"], counts["false"] = len(found), len(found - lost)
    for kind in (EventType.ENTRY, EventType.EXIT_BE, EventType.MFE_UPDATE):
        counts[f"{kind} traceable"] = sum(one[1] is kind for one in expected)
        counts[f"{kind} found"] = sum(one[1] is kind for one in found & expected)
    return counts
