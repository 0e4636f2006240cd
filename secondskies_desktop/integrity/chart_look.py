"""Looks at every chart as a whole: numbers that never came, signs of life, alternation, silent hours, anomalies.

What a chart said is read forward from the inbox, a part at a time; a process begins anew with the newest arrivals. A
gap of a chart costs no signal anything: it belongs to none. An anomaly is a fact of an instant: it is written once, by
the process that heard it, and is over after a day.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from secondskies_desktop.foundation.sessions import trade_date
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.decoding import read
from secondskies_desktop.ingest.history import store as history_store
from secondskies_desktop.ingest.repair_log import store as repair_log
from secondskies_desktop.integrity import store
from secondskies_desktop.integrity.anomalies import Watch
from secondskies_desktop.integrity.chart_gaps import (
    HOUR_US,
    ChartGapKind,
    Triangle,
    broken_alternation,
    missing_heartbeats,
    silent_hours,
)
from secondskies_desktop.integrity.sequences import MINUTE_US, Heard, hear, missing_numbers
from secondskies_desktop.integrity.store import Finding
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.event import Undecodable
from secondskies_desktop.signals.vocabulary import Direction, EventType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.ingest.history.store import Spoken
    from secondskies_desktop.integrity.anomalies import Anomaly

    Write = Callable[[Callable[[Connection], None]], object]

DEEPEST: Final = 50_000
"""Arrivals behind the newest one that a process begins with."""
WINDOW_US: Final = 21 * 24 * HOUR_US
"""So far back signs of life, alternation and hours are judged."""
NO_NUMBER: Final = "no_number"
"""The type of the finding of alerts whose numbers never came."""
_SILENT_S: Final = 900.0
"""After so long a script of contract 2 breaks its silence (docs/alert-contract.md)."""
_PLACES_AT_ONCE: Final = 5_000
_BODIES_AT_ONCE: Final = 500
_WARM: Final = 5_000
"""Arrivals that were judged before and are noticed again, so that the next ones have a past."""
_AGAIN_US: Final = MINUTE_US
_DAY_US: Final = 24 * HOUR_US


class _Spoken:
    """What one chart said, as far as a process has read it."""

    def __init__(self, stream: str, *, is_cut: bool) -> None:
        # Before the first number that is kept there may have been others.
        self.numbers = Heard(stream, forgotten=(0, 0) if is_cut else None)
        self.beats: list[int] = []
        self.alerts: list[int] = []
        self.hours: Counter[int] = Counter()
        self.first_us: int | None = None
        self.watch = Watch(stream)

    def take(self, one: Spoken) -> bool:
        """Take one arrival; returns whether it may show that something is missing."""
        at_us = one.received_us
        self.first_us = at_us if self.first_us is None else min(self.first_us, at_us)
        self.hours[at_us // HOUR_US * HOUR_US] += 1
        if one.event_type == "HEARTBEAT":
            self.beats.append(at_us)
        if one.seq is None or one.bar_us is None or one.seq < 1:
            return one.event_type == EventType.SIGNAL_CREATED
        self.alerts.append(at_us)
        newest = self.numbers.numbers[-1][1] if self.numbers.numbers else 0
        hear(self.numbers, one.bar_us, one.seq)
        return one.seq != newest + 1

    def forget_before(self, at_us: int) -> None:
        """Forget what is not judged any more."""
        self.beats = sorted(one for one in self.beats if one >= at_us)
        self.alerts = sorted(one for one in self.alerts if one >= at_us)
        self.hours = Counter({hour: count for hour, count in self.hours.items() if hour >= at_us})


class ChartGap(NamedTuple):
    """Something missing of a chart, as a finding says it."""

    type: str
    since_us: int
    text: str


class ChartLook:
    """Keeps what is known of all charts. Used by one thread at a time."""

    def __init__(self) -> None:
        self._charts: dict[str, _Spoken] = {}
        self._until: int | None = None
        self._watched = 0
        self._repaired = 0
        self._judged_us = 0
        self._is_urgent = True

    def step(self, reader: Connection, write: Write, now_us: int) -> bool:
        """Do the next bit of work; returns whether there is more to do now."""
        repaired, last = repair_log.position(reader), inbox_store.position(reader)
        if self._until is None or repaired != self._repaired or last < self._until:
            self._begin(store.position(reader).inbox_id, last)
            self._repaired = repaired
        until = self._until or 0
        if until < last:
            self._until = min(last, until + _PLACES_AT_ONCE)
            for one in history_store.spoken(reader, until, self._until):
                if self._of(one.stream).take(one):
                    self._is_urgent = True
            return True
        if self._watched < last:
            self._notice(reader, write, min(last, self._watched + _BODIES_AT_ONCE), now_us)
            return True
        if self._is_urgent or now_us - self._judged_us >= _AGAIN_US:
            self._is_urgent, self._judged_us = False, now_us
            self._judge(reader, write, now_us)
        return False

    def _begin(self, noticed: int, last: int) -> None:
        self._charts = {}
        self._until = max(0, last - DEEPEST)
        self._watched = max(self._until, min(noticed, last) - _WARM)
        self._is_urgent = True
        self._is_cut = self._until > 0

    def _of(self, stream: str) -> _Spoken:
        found = self._charts.get(stream)
        if found is None:
            found = self._charts[stream] = _Spoken(stream, is_cut=self._is_cut)
        return found

    def _notice(self, reader: Connection, write: Write, until: int, now_us: int) -> None:
        noticed = store.position(reader).inbox_id
        rows = inbox_store.between(reader, self._watched, until)
        repaired = repair_log.read_by(reader, [one.inbox_id for one in rows])
        found: list[Finding] = []
        for one in rows:
            try:
                decoded = read(one, repaired.get(one.inbox_id))
            except Undecodable:
                continue
            anomalies = self._of(one.stream).watch.notice(decoded, one.received_us, one.sha256)
            if one.inbox_id > noticed:
                found += [_as_finding(anomaly, now_us) for anomaly in anomalies]
        self._watched = until
        if until > noticed:
            write(lambda connection: _keep(connection, found, until))

    def _judge(self, reader: Connection, write: Write, now_us: int) -> None:
        since_us = now_us - WINDOW_US
        rows: list[Finding] = []
        known = store.chart_findings(reader)
        for stream, chart in self._charts.items():
            chart.forget_before(since_us)
            found = {(one.type, one.since_us): one for one in _gaps_of(reader, stream, chart, now_us)}
            before = {(one.type, one.since_us): one for one in known if one.stream == stream}
            for key, gap in found.items():
                old = before.get(key)
                if old is None or old.text != gap.text:
                    found_us = now_us if old is None else old.found_us
                    rows.append(_gap(stream, gap, found_us))
            rows += [
                old._replace(closed_us=now_us, closed_by="message")
                for key, old in before.items()
                if key not in found and _is_judged(old, chart, since_us)
            ]
        rows += [
            old._replace(closed_us=now_us, closed_by="time")
            for old in store.open_anomalies(reader, now_us - _DAY_US)
        ]
        if rows:
            write(lambda connection: store.write_findings(connection, rows))


def _keep(connection: Connection, rows: list[Finding], until: int) -> None:
    store.write_findings(connection, rows)
    store.set_noticed(connection, until)


def _gaps_of(reader: Connection, stream: str, chart: _Spoken, now_us: int) -> Iterator[ChartGap]:
    since_us = now_us - WINDOW_US
    missing: dict[int, list[tuple[int, int]]] = {}
    for one in missing_numbers(chart.numbers):
        missing.setdefault(one.before_us, []).append((one.first, one.last))
    for before_us, spans in missing.items():
        yield ChartGap(NO_NUMBER, before_us, _numbers(spans))
    beats = missing_heartbeats(chart.beats, now_us)
    if chart.alerts:
        beats += missing_heartbeats(chart.alerts, now_us, _SILENT_S)
    # A silence that is over is told by the hours; one that lasts has to be told now.
    found = [one for one in beats if one.until_us is None]
    triangles = [
        Triangle(at_us, Direction(direction), announced)
        for at_us, direction, announced in signal_store.triangles_since(reader, stream, since_us)
    ]
    found += broken_alternation(triangles)
    if chart.first_us is not None:
        found += silent_hours(chart.hours, max(chart.first_us, since_us), now_us)
    for gap in found:
        yield ChartGap(str(gap.kind), gap.since_us, gap.text)


def _numbers(spans: list[tuple[int, int]]) -> str:
    said = [f"{first}" if first == last else f"{first} to {last}" for first, last in spans]
    count = sum(last - first + 1 for first, last in spans)
    what = f"Alert {said[0]}" if count == 1 else f"Alerts {', '.join(said)}"
    return f"{what} of this chart's script never came."


def _is_judged(old: Finding, chart: _Spoken, since_us: int) -> bool:
    """Tell whether what was found would be found again if it were so still."""
    if old.type == NO_NUMBER:
        return bool(chart.numbers.numbers) and old.since_us > chart.numbers.numbers[0][0]
    return old.type == ChartGapKind.NO_HEARTBEAT or old.since_us >= since_us


def _gap(stream: str, gap: ChartGap, found_us: int) -> Finding:
    day = trade_date(gap.since_us).isoformat()
    return Finding(stream, "", store.GAP, gap.type, gap.since_us, day, 0, gap.text, found_us, None, None)


def _as_finding(one: Anomaly, now_us: int) -> Finding:
    day = trade_date(one.since_us).isoformat()
    return Finding(
        one.stream,
        one.trade_id,
        store.ANOMALY,
        str(one.kind),
        one.since_us,
        day,
        0,
        one.text,
        now_us,
        None,
        None,
    )
