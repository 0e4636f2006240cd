"""The stories of signals, read from the projection and the inbox; what is costly is read only where a rule asks."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.market_hours import is_open
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.decoding import read
from secondskies_desktop.ingest.repair_log import store as repair_log
from secondskies_desktop.integrity.chart import Chart, holes
from secondskies_desktop.integrity.story import (
    EVERY_BAR,
    MINUTE_US,
    Price,
    Story,
    Triangle,
    Update,
)
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.event import Undecodable
from secondskies_desktop.signals.vocabulary import EventType, LegStatus, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.ingest.repair_log.store import Repair
    from secondskies_desktop.signals.changes import SignalRow
    from secondskies_desktop.signals.view import SignalView

RUNNING = ("ACTIVE", "BE_PROTECTED", "BE_STOPPED")
_DAY_US = 86_400_000_000
_MAX_LIFE_MINUTES = 20_000
"""Two open weeks: of a life that is longer only the newest part is looked through for lost updates."""
_CHUNK = 2_000
_PRICED = frozenset(("mfe-batch", "strategy", "snapshot-v1", "contract-2"))


class Charts:
    """What is known of every chart's minutes, read forward from the inbox as far as somebody asked."""

    def __init__(self) -> None:
        self._charts: dict[str, Chart] = {}
        self._until: int | None = None
        self._first = 0
        self._repaired = 0

    def read(self, connection: Connection, from_id: int) -> None:
        """Read all arrivals behind an id that were not read yet."""
        going_by = repair_log.position(connection)
        if self._until is None or from_id < self._first or going_by != self._repaired:
            # An arrival that is read otherwise than before may have told of any minute.
            self._repaired = going_by
            self._charts, self._until, self._first = {}, from_id, from_id
        last = inbox_store.position(connection)
        while self._until < last:
            rows = inbox_store.after(connection, self._until, _CHUNK)
            if not rows:
                return
            repaired = repair_log.read_by(connection, [one.inbox_id for one in rows])
            for one in rows:
                self._take(one, repaired.get(one.inbox_id))
            self._until = rows[-1].inbox_id

    def _take(self, one: inbox_store.Stored, repair: Repair | None) -> None:
        try:
            decoded = read(one, repair)
        except Undecodable:
            return
        if decoded.rule in _PRICED:
            self.of(one.stream).take(decoded, one.inbox_id)

    def of(self, stream: str) -> Chart:
        """Return one chart."""
        chart = self._charts.get(stream)
        if chart is None:
            chart = self._charts[stream] = Chart()
        return chart


def story_of(connection: Connection, row: SignalRow, charts: Charts) -> Story:
    """Return the story of one signal. The charts must have been read as far back as its life."""
    view = row.view
    rules = signal_store.rules_of(connection, row.id)
    chart = charts.of(view.stream)
    minutes = _minutes(connection, row) if not rules.isdisjoint(EVERY_BAR) else []
    story = Story(
        view=view,
        rules=rules,
        inbox_ids=signal_store.first_inbox_ids(connection, row.id),
        holes=tuple(holes(minutes, _expected(minutes), chart)),
        updates=tuple(_updates(connection, row)) if _wants_updates(view) else _last_update(minutes),
        newer=_newer(connection, view),
        creations_told=_creations_told(connection, view),
        next_triangle=_next_triangle(connection, view),
        linked=tuple(_linked(connection, view)),
    )
    return story if not story.is_running else _with_prices(story, chart)


def _with_prices(story: Story, chart: Chart) -> Story:
    view, after_us = story.view, story.last_word_us
    if view.direction is None or after_us is None:
        return story
    sign, found = view.direction.sign, dict[int, Price]()
    for level in (view.entry_price, view.stop_loss):
        price = None if level is None else chart.first_at(after_us, sign, level)
        if price is not None:
            found[price.at_us] = price
    return msgspec.structs.replace(story, prices=tuple(found[at_us] for at_us in sorted(found)))


def _minutes(connection: Connection, row: SignalRow) -> list[int]:
    times = signal_store.update_times(connection, row.id)
    return sorted({at_us // MINUTE_US * MINUTE_US for at_us in times if at_us > 0})[-_MAX_LIFE_MINUTES:]


def _expected(minutes: list[int]) -> Iterator[int]:
    """Yield the bars of an open market between the first and the last update of a life."""
    for known, following in pairwise(minutes):
        if following - known <= MINUTE_US:
            continue
        for at_us in range(known + MINUTE_US, following, MINUTE_US):
            if is_open(at_us):
                yield at_us


def _last_update(minutes: list[int]) -> tuple[Update, ...]:
    return (Update(minutes[-1], None, None, None, None, 0),) if minutes else ()


def _wants_updates(view: SignalView) -> bool:
    """Tell whether a rule asks for the values of the updates: when +1R printed, and when the BE=1 trade fell behind."""
    best = max(view.be_mfe or 0.0, view.no_be_mfe or 0.0)
    if best < 1 or view.be_status is LegStatus.NOT_TRACKED:
        return False
    is_behind = view.be_status is LegStatus.RUNNING and (view.be_mfe or 0.0) < (view.no_be_mfe or 0.0)
    return view.be_triggered_us is None or is_behind


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
            events = read(stored, repaired.get(stored.inbox_id)).events
        except Undecodable:
            continue
        if place.position < len(events):
            said = events[place.position]
            at_us = (place.key >> 31) * 1_000_000 // MINUTE_US * MINUTE_US
            found.append(Update(at_us, said.be_mfe, said.no_be_mfe, said.mae, said.price, place.inbox_id))
    return sorted(found, key=lambda one: (one.at_us, one.inbox_id))


def _newer(connection: Connection, view: SignalView) -> int:
    if view.no_be_status is not LegStatus.RUNNING:
        return 0
    return signal_store.count_running(connection, view.stream, view.sort_us, RUNNING)


def _creations_told(connection: Connection, view: SignalView) -> bool:
    """Tell whether most signals around this one announced their triangle."""
    if EventType.SIGNAL_CREATED in view.event_counts or view.signal_us is None:
        return False
    around = signal_store.around_on_chart(connection, view.stream, view.signal_us, _DAY_US)
    told = sum(1 for row in around if EventType.SIGNAL_CREATED in row.view.event_counts)
    return told * 2 > len(around)


def _next_triangle(connection: Connection, view: SignalView) -> Triangle | None:
    if view.status is not Status.PENDING or view.signal_us is None:
        return None
    for one in signal_store.next_on_chart(connection, view.stream, view.signal_us):
        for row in signal_store.signals_by_trade_id(connection, one.trade_id):
            if row.view.stream == view.stream:
                inbox_ids = signal_store.first_inbox_ids(connection, row.id)
                return Triangle(
                    one.trade_id, one.signal_us, one.direction, min(inbox_ids.values(), default=0)
                )
    return None


def _linked(connection: Connection, view: SignalView) -> Iterator[SignalView]:
    if view.signal_us is None or (view.entry_price and view.stop_loss and view.htf):
        return
    for one in signal_store.on_bars(connection, view.stream, [view.signal_us]):
        if one.trade_id != view.trade_id and one.direction == view.direction:
            for row in signal_store.signals_by_trade_id(connection, one.trade_id):
                if row.view.stream == view.stream:
                    yield row.view
