"""The stories of signals, many at a time, from the projection and the inbox; what is costly is read only if asked."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.decoding import read
from secondskies_desktop.ingest.repair_log import store as repair_log
from secondskies_desktop.integrity.chart import holes
from secondskies_desktop.integrity.minutes import open_minutes
from secondskies_desktop.integrity.story import (
    CREATION_SAID,
    EVERY_BAR,
    MINUTE_US,
    Price,
    Story,
    Triangle,
    Update,
)
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.event import Undecodable
from secondskies_desktop.signals.events import store as events
from secondskies_desktop.signals.vocabulary import EventType, LegStatus, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.integrity.chart import Chart
    from secondskies_desktop.integrity.charts import Charts
    from secondskies_desktop.integrity.running import RunningSignals
    from secondskies_desktop.signals.changes import SignalRow
    from secondskies_desktop.signals.events.store import Told
    from secondskies_desktop.signals.view import SignalView

ARRIVALS_AT_ONCE: Final = 500
"""So many arrivals are read for the charts before somebody else may go on."""
_DAY_US = 86_400_000_000
_NEVER = 1 << 62
_MAX_LIFE_MINUTES = 20_000
"""Two open weeks: of a life that is longer only the newest part is looked through for lost updates."""
_MAX_LIFE_US = 21 * _DAY_US
"""No more than those take by the clock, so that one update with a far time does not make minutes without end."""


class _Material(NamedTuple):
    """What the projection holds of some signals, by their ids; `minutes` only where some are missing.

    `settled` is the change up to which everything was judged before.
    """

    told: dict[int, Told]
    rules: dict[int, frozenset[str]]
    minutes: dict[int, list[int]]
    linked: dict[int, tuple[SignalView, ...]]
    settled: int


def stories_of(
    connection: Connection,
    rows: Sequence[SignalRow],
    charts: Charts,
    running: RunningSignals,
    allowed: Collection[str],
    settled: int = -1,
) -> list[Story] | None:
    """Return the stories of some signals, None where the charts are not read far enough yet: then ask again.

    `allowed` are the settings of the rules that may fill something in; what only another would ask for is not read.
    Of a signal that has not changed since `settled`, when all of it was judged, only what goes on is told: the lists
    of its past are not read again, and what was found missing there stands.
    """
    told = events.told(connection, [row.id for row in rows])
    rules = events.rules(connection, told)
    changed = [row for row in rows if row.seq > settled]
    holey = [
        row.id for row in changed if not rules[row.id].isdisjoint(EVERY_BAR) and _has_holes(told[row.id])
    ]
    asking = {*holey, *(row.id for row in changed if row.view.no_be_status is LegStatus.RUNNING)}
    oldest = [one for one in (told[signal_id].oldest_inbox_id for signal_id in asking) if one is not None]
    if len(changed) < len(rows):
        charts.begin(connection)
    if oldest and not charts.read(connection, min(oldest) - 1, ARRIVALS_AT_ONCE):
        return None
    times = events.update_times(connection, holey)
    minutes = {one: sorted({at_us // MINUTE_US * MINUTE_US for at_us in times[one]}) for one in holey}
    material = _Material(told, rules, minutes, _linked(connection, changed), settled)
    return [_story(connection, row, material, charts, running, allowed) for row in rows]


def _story(
    connection: Connection,
    row: SignalRow,
    material: _Material,
    charts: Charts,
    running: RunningSignals,
    allowed: Collection[str],
) -> Story:
    view, chart = row.view, charts.of(row.view.stream)
    told, rules = material.told[row.id], material.rules[row.id]
    minutes = _newest(material.minutes.get(row.id, []))
    is_settled = row.seq <= material.settled
    wants_updates = not is_settled and _wants_updates(view, allowed)
    updates = tuple(_updates(connection, row)) if wants_updates else ()
    story = Story(
        view=view,
        rules=rules,
        inbox_ids=told.first,
        holes=tuple(holes(minutes, _expected(minutes), chart, charts.read_from_us)),
        judged_from_us=_NEVER if is_settled else charts.read_from_us,
        updates=updates or _last_update(told),
        creations_told=_creations_told(connection, view, rules),
        linked=material.linked.get(row.id, ()),
    )
    if view.status is Status.PENDING:
        return msgspec.structs.replace(story, next_triangle=_next_triangle(connection, view))
    return with_prices(story, chart, running)


def with_prices(story: Story, chart: Chart, running: RunningSignals) -> Story:
    """Return the story of a running signal with the prices of now, and how many newer ones run."""
    if not story.is_running:
        return story
    return msgspec.structs.replace(story, newer=running.newer(story.view), prices=_prices(story, chart))


def _prices(story: Story, chart: Chart) -> tuple[Price, ...]:
    view, after_us = story.view, story.last_word_us
    if view.direction is None or after_us is None:
        return ()
    sign, found = view.direction.sign, dict[int, Price]()
    for level in (view.entry_price, view.stop_loss):
        price = None if level is None else chart.first_at(after_us, sign, level)
        if price is not None:
            found[price.at_us] = price
    return tuple(found[at_us] for at_us in sorted(found))


def _has_holes(told: Told) -> bool:
    updates = told.updates
    if updates is None or updates.first_us is None or updates.last_us is None:
        return False
    return updates.last_us // MINUTE_US - updates.first_us // MINUTE_US + 1 > updates.minutes


def _newest(minutes: list[int]) -> list[int]:
    """Return the part of a life that is looked through."""
    minutes = minutes[-_MAX_LIFE_MINUTES:]
    return minutes[bisect_left(minutes, minutes[-1] - _MAX_LIFE_US) :] if minutes else minutes


def _expected(minutes: list[int]) -> Iterator[int]:
    """Yield the bars of an open market between the first and the last update of a life."""
    for known, following in pairwise(minutes):
        if following - known > MINUTE_US:
            yield from open_minutes(known + MINUTE_US, following - MINUTE_US)


def _last_update(told: Told) -> tuple[Update, ...]:
    updates = told.updates
    if updates is None or updates.last_us is None:
        return ()
    at_us = updates.last_us // MINUTE_US * MINUTE_US
    return (Update(at_us, None, None, None, None, updates.newest_inbox_id),)


def _wants_updates(view: SignalView, allowed: Collection[str]) -> bool:
    """Tell whether a rule asks for the values of the updates: when +1R printed, and when the BE=1 trade fell behind."""
    best = max(view.be_mfe or 0.0, view.no_be_mfe or 0.0)
    if best < 1 or view.be_status is LegStatus.NOT_TRACKED:
        return False
    filled = {one.field for one in view.filled}
    is_behind = view.be_status is LegStatus.RUNNING and (view.be_mfe or 0.0) < (view.no_be_mfe or 0.0)
    untold = view.be_triggered_us is None and EventType.BE_TRIGGERED not in filled
    return (untold and "fill_trigger" in allowed) or (is_behind and "fill_be_exit" in allowed)


def _updates(connection: Connection, row: SignalRow) -> list[Update]:
    places = [
        one
        for one in signal_store.events_of(connection, row.id)
        if one.type == EventType.MFE_UPDATE and one.key >> 31
    ]
    bodies = inbox_store.arrivals_by_id(connection, sorted({one.inbox_id for one in places}))
    repaired = repair_log.read_by(connection, list(bodies))
    found = []
    for place in places:
        stored = bodies.get(place.inbox_id)
        if stored is None:
            continue
        try:
            told = read(stored, repaired.get(stored.inbox_id)).events
        except Undecodable:
            continue
        if place.position < len(told):
            said = told[place.position]
            at_us = (place.key >> 31) * 1_000_000 // MINUTE_US * MINUTE_US
            found.append(Update(at_us, said.be_mfe, said.no_be_mfe, said.mae, said.price, place.inbox_id))
    return sorted(found, key=lambda one: (one.at_us, one.inbox_id))


def _creations_told(connection: Connection, view: SignalView, rules: frozenset[str]) -> bool:
    """Tell whether most signals around this one announced their triangle."""
    if (
        EventType.SIGNAL_CREATED in view.event_counts
        or view.signal_us is None
        or rules.isdisjoint(CREATION_SAID)
    ):
        return False
    around = signal_store.around_on_chart(connection, view.stream, view.signal_us, _DAY_US)
    told = sum(1 for row in around if EventType.SIGNAL_CREATED in row.view.event_counts)
    return told * 2 > len(around)


def _next_triangle(connection: Connection, view: SignalView) -> Triangle | None:
    if view.signal_us is None:
        return None
    found = signal_store.next_on_chart(connection, view.stream, view.signal_us)
    if found is None:
        return None
    signal_id, one = found
    told = events.told(connection, [signal_id])[signal_id]
    return Triangle(one.trade_id, one.signal_us, one.direction, told.oldest_inbox_id or 0)


def _linked(connection: Connection, rows: Sequence[SignalRow]) -> dict[int, tuple[SignalView, ...]]:
    """Return the signals of the same triangle, for those that miss a number."""
    wanting = [
        row
        for row in rows
        if row.view.signal_us is not None
        and not (row.view.entry_price and row.view.stop_loss and row.view.htf)
    ]
    found: dict[int, tuple[SignalView, ...]] = {}
    for stream in {row.view.stream for row in wanting}:
        here = [row for row in wanting if row.view.stream == stream]
        bars = sorted({row.view.signal_us for row in here if row.view.signal_us is not None})
        beside: dict[tuple[int, str], list[str]] = {}
        for one in signal_store.on_bars(connection, stream, bars):
            beside.setdefault((one.signal_us, one.direction), []).append(one.trade_id)
        others = sorted({one for ids in beside.values() if len(ids) > 1 for one in ids})
        views = {one.view.trade_id: one.view for one in signal_store.signals_of(connection, stream, others)}
        for row in here:
            ids = beside.get((row.view.signal_us or 0, str(row.view.direction)), [])
            found[row.id] = tuple(views[one] for one in ids if one != row.view.trade_id and one in views)
    return found
