"""How much of what was sent came, over the newest trade dates: weighed a date of a chart at a time, from the inbox.

A date is weighed anew when anything new of it arrives, also from an imported log; only its counts are kept. The date
that still grows is weighed once a minute at most.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from secondskies_desktop.foundation.sessions import trade_date
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.decoding import read
from secondskies_desktop.ingest.history import store as history_store
from secondskies_desktop.ingest.repair_log import store as repair_log
from secondskies_desktop.integrity.completeness import Completeness, Recapture, completeness, recapture
from secondskies_desktop.integrity.minutes import MINUTE_US
from secondskies_desktop.integrity.sequences import Heard, heard_of, runs_of
from secondskies_desktop.integrity.slots import HOUR_US, LISTING, Slots, habits_of, life_of, slots_of
from secondskies_desktop.integrity.store import DATES
from secondskies_desktop.signals.event import Undecodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.ingest.store import Stored
    from secondskies_desktop.signals.event import Decoded, Event

DEEPEST: Final = 50_000
"""Arrivals behind the newest one that are weighed at most: more than a month of a chart that speaks every minute."""
_PLACES_AT_ONCE: Final = 5_000
_MOST_A_DATE: Final = 20_000
_AGAIN_US: Final = MINUTE_US
_WEBHOOK: Final = "webhook"


class Lists(NamedTuple):
    """Alerts that came by the webhook, that stand in imported logs, and that do both."""

    webhook: int
    logs: int
    both: int


class Estimate(NamedTuple):
    """What is known of the newest trade dates; `by_lists` only where a date has both lists."""

    dates: int
    share: Completeness
    lists: Lists | None
    by_lists: Recapture | None


class Weighed(NamedTuple):
    """The counts of one trade date of one chart."""

    slots: list[Slots]
    alerts: int
    lists: Lists


class _Date:
    """Where the arrivals of a trade date of a chart lie, and what they weighed."""

    def __init__(self) -> None:
        self.ids = array("q")
        self.counted = 0
        self.weighed_us = 0
        self.weighed = Weighed([], 0, Lists(0, 0, 0))


class Estimates:
    """Keeps the counts of the newest trade dates. Used by one thread at a time."""

    def __init__(self) -> None:
        self._dates: dict[tuple[str, date], _Date] = {}
        self._until: int | None = None
        self._repaired = 0

    def step(self, connection: Connection, now_us: int) -> bool:
        """Read some places, or weigh one date; returns whether there is more to do now."""
        repaired, last = repair_log.position(connection), inbox_store.position(connection)
        if self._until is None or repaired != self._repaired or last < self._until:
            self._dates, self._repaired = {}, repaired
            self._until = max(0, last - DEEPEST)
        if self._until < last:
            until = min(last, self._until + _PLACES_AT_ONCE)
            for inbox_id, stream, received_us in history_store.places(connection, self._until, until):
                self._dates.setdefault((stream, trade_date(received_us)), _Date()).ids.append(inbox_id)
            self._until = until
            self._forget_old(trade_date(now_us))
            return True
        for one in self._dates.values():
            if one.counted < len(one.ids) and now_us - one.weighed_us >= _AGAIN_US:
                one.counted, one.weighed_us = len(one.ids), now_us
                one.weighed = _weigh(connection, one.ids)
                return True
        return False

    def _forget_old(self, today: date) -> None:
        dates = sorted({day for _, day in self._dates if day <= today})[-DATES:]
        self._dates = {key: one for key, one in self._dates.items() if key[1] in dates}

    def estimate(self) -> Estimate:
        """Return how much came, as far as it was weighed."""
        weighed = [one.weighed for one in self._dates.values() if one.counted]
        slots = [slot for one in weighed for slot in one.slots]
        share = completeness(slots, sum(one.alerts for one in weighed))
        twice = [one.lists for one in weighed if one.lists.both]
        dates = len({day for (_, day), one in self._dates.items() if one.counted})
        if not twice:
            return Estimate(dates, share, None, None)
        lists = Lists(*(sum(counts) for counts in zip(*twice, strict=True)))
        return Estimate(dates, share, lists, recapture(*lists))


def _weigh(connection: Connection, ids: Sequence[int]) -> Weighed:
    arrivals = inbox_store.arrivals_by_id(connection, ids[-_MOST_A_DATE:])
    repaired = repair_log.read_by(connection, list(arrivals))
    came: dict[tuple[bytes, int], set[bool]] = defaultdict(set)
    said: list[Decoded] = []
    for inbox_id in sorted(arrivals):
        one = arrivals[inbox_id]
        try:
            decoded = read(one, repaired.get(inbox_id))
        except Undecodable:
            continue
        if decoded.events or decoded.seq is not None:
            alert = came[_alert_of(one)]
            if not alert:
                said.append(decoded)
            alert.add(one.source.startswith(_WEBHOOK))
    webhook, logs = (sum(way in ways for ways in came.values()) for way in (True, False))
    lists = Lists(webhook, logs, webhook + logs - len(came))
    return Weighed(slots_by(said), len(said), lists)


def _alert_of(one: Stored) -> tuple[bytes, int]:
    """Return what makes two arrivals one alert: the same bytes in the same minute. One generation carries no clock."""
    return one.sha256, one.received_us // MINUTE_US


def slots_by(said: Iterable[Decoded]) -> list[Slots]:
    """Return the alerts that must have been sent for what some alerts of one chart said, by hour; see slots.py.

    Where alerts are numbered, the numbers say it.
    """
    events: dict[str, list[Event]] = defaultdict(list)
    lists, numbers = set(), []
    for decoded in said:
        bar_us = _bar_of(decoded)
        if decoded.seq is not None and bar_us is not None:
            numbers.append((bar_us, decoded.seq))
        if decoded.rule in LISTING and bar_us is not None:
            lists.add(bar_us)
        for event in decoded.events:
            events[event.trade_id].append(event)
    if numbers:
        # What the numbers before the first one of a date were is the business of the date before.
        return _numbered(heard_of("", numbers))
    times = [event.at_us for one in events.values() for event in one if event.at_us is not None]
    lives = [life_of(trade_id, told) for trade_id, told in events.items()]
    listed = sorted(lists)
    return slots_of(lives, habits_of(lives, listed, min(times, default=None)), listed)


def _bar_of(decoded: Decoded) -> int | None:
    if decoded.bar is not None:
        return decoded.bar.at_us
    return next((event.at_us for event in decoded.events if event.at_us is not None), None)


def _numbered(heard: Heard) -> list[Slots]:
    hours: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for bar_us, _ in heard.numbers:
        hour = hours[bar_us // HOUR_US * HOUR_US]
        hour[0] += 1
        hour[1] += 1
    for place, run in enumerate(runs_of(heard)):
        for one in run.missing:
            if place or not one.is_head:
                hours[one.before_us // HOUR_US * HOUR_US][0] += one.count
    return [Slots(hour_us, *hours[hour_us]) for hour_us in sorted(hours)]
