"""A desk in memory: it answers like the engine's, at once, and publishes what a test changes."""

# ruff: noqa: D102 - desktop/desk.py documents what a desk answers

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.alerts.channels import Channel, ChannelProblem, Outcome
from secondskies_desktop.alerts.service import AlertService
from secondskies_desktop.alerts.store import Send
from secondskies_desktop.engine.alarm_test import AlarmTest, AlarmTests, shown_alarm
from secondskies_desktop.engine.desk import RUNNING, ArrivalDetail, DeskStatus, SignalDetail, TestAlert
from secondskies_desktop.engine.repairing import Proposed, Repaired
from secondskies_desktop.engine.telemetry import Latency
from secondskies_desktop.foundation.attention import Attention, AttentionBoard, Episode, OpenAttention
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.roadmap import Marked, Roadmap, levels
from secondskies_desktop.foundation.sessions import trade_date
from secondskies_desktop.foundation.settings import AlertsSettings
from secondskies_desktop.ingest.changes import ArrivalRow, ArrivalsChanged, WayIn
from secondskies_desktop.signals.changes import SignalRow, SignalsChanged
from secondskies_desktop.signals.store import TallyRow
from secondskies_desktop.signals.tallies import MARK
from secondskies_desktop.signals.tally import VERSION, counted, pack
from tests.clocks import START_US
from tests.desktop.fake_integrity import FakeIntegrity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from secondskies_desktop.engine.desk import SignalEvent
    from secondskies_desktop.engine.statistics import Accumulated, Query, Report, Statistics
    from secondskies_desktop.foundation.settings import Settings
    from secondskies_desktop.ingest.tracing.trace import Trace
    from secondskies_desktop.market.bars import Bar
    from secondskies_desktop.signals.statistics import Summary

STATUS = DeskStatus(
    role="engine",
    role_detail="",
    database="SQLite 3.53.4 · secondskies.db",
    database_ok=True,
    profile="test",
    demo=False,
    pending=0,
)
WAY_IN = WayIn(
    local_url="http://127.0.0.1:8787",
    public_url="https://alerts.example.net",
    kind="own",
    ok=True,
    checked_us=None,
    failing_since_us=None,
    changed_since_alerts_were_made=False,
    detail="",
    secret_store="keyring",  # noqa: S106 - the name of a place
)

SINCE_AT_ONCE = 60
"""The real desk answers 5,000 at most."""


class FakeDesk(FakeIntegrity):
    """Holds rows in dictionaries. `broken` makes every question raise it; a `gate` is awaited first."""

    def __init__(self, rows: list[SignalRow] | None = None, arrivals: list[ArrivalRow] | None = None) -> None:
        super().__init__()
        self.bus = Bus()
        self.history: list[Episode] = []
        self.sends: dict[int, list[Send]] = {}
        self.fired: dict[tuple[str, str], int] = {}
        self.channel_rows: dict[str, tuple[Channel, Send | None]] = {}
        self.channel_outcome = Outcome(True, "taken by the service")
        self.engine_proof = AlarmTest(0, 0, ())
        self.alarm_tests = AlarmTests(None, None)
        self.rows = {row.id: row for row in rows or ()}
        self.arrival_rows = {row.inbox_id: row for row in arrivals or ()}
        self.events: dict[int, tuple[SignalEvent, ...]] = {}
        self.bars: dict[int, tuple[Bar, ...]] = {}
        self.bodies: dict[int, ArrivalDetail] = {}
        self.traces: dict[int, Trace] = {}
        self.repairs: dict[int, Proposed] = {}
        self.explained: dict[int, list[tuple[str, str]]] = {}
        self.now_status = STATUS
        self.now_way_in = WAY_IN
        self.test_alert = TestAlert(ok=True, detail="came back in 84 ms", took_ms=84.0)
        self.broken: Exception | None = None
        self.gate: threading.Event | None = None
        self.calls: list[str] = []
        self.exported: tuple[Path, list[int]] | None = None
        self.lock = threading.Lock()
        self.followed: Settings | None = None
        self.marks: dict[str, Marked] = {}

    def _asked(self, question: str) -> None:
        self.calls.append(question)
        if self.gate is not None:
            assert self.gate.wait(10), "nobody opened the gate"
        if self.broken is not None:
            raise self.broken

    @property
    def bus(self) -> Bus:
        """Where it publishes; with another bus it has another board."""
        return self._bus

    @bus.setter
    def bus(self, bus: Bus) -> None:
        self._bus = bus
        self.board = AttentionBoard(bus)
        self.alerts = AlertService(AlertsSettings(), self.board, bus, system_clock)

    @property
    def seq(self) -> int:
        """The newest change number."""
        return max((row.seq for row in self.rows.values()), default=0)

    def change(self, *rows: SignalRow) -> None:
        """Store and publish signals as one commit of the engine would; any thread."""
        with self.lock:
            self.rows |= {row.id: row for row in rows}
            seq = self.seq
        self.bus.publish(SignalsChanged(seq, rows))

    def arrive(self, *rows: ArrivalRow) -> None:
        """Store and publish arrivals; any thread."""
        with self.lock:
            self.arrival_rows |= {row.inbox_id: row for row in rows}
        self.bus.publish(ArrivalsChanged(rows))

    def status(self) -> DeskStatus:
        self._asked("status")
        return self.now_status

    def signals(self, limit: int, before: tuple[int, str] | None = None) -> tuple[int, list[SignalRow]]:
        self._asked("signals")
        with self.lock:
            ordered = sorted(self.rows.values(), key=_place, reverse=True)
            seq = self.seq
        if before is not None:
            ordered = [row for row in ordered if _place(row) < before]
        return seq, ordered[:limit]

    def signals_since(self, seq: int) -> tuple[int, list[SignalRow]]:
        self._asked("signals_since")
        with self.lock:
            rows = sorted((row for row in self.rows.values() if row.seq > seq), key=lambda row: row.seq)
        rows = rows[:SINCE_AT_ONCE]
        return (rows[-1].seq if rows else seq), rows

    def running(self, limit: int) -> list[SignalRow]:
        self._asked("running")
        found = [row for row in self.rows.values() if row.view.status in RUNNING]
        return sorted(found, key=lambda row: row.view.sort_us, reverse=True)[:limit]

    def signal_detail(self, signal_id: int) -> SignalDetail | None:
        self._asked("signal_detail")
        row = self.rows.get(signal_id)
        if row is None:
            return None
        return SignalDetail(row, self.events.get(signal_id, ()), self.bars.get(signal_id, ()))

    def follow(self, settings: Settings) -> None:
        self._asked("follow")
        self.followed = settings

    def roadmap(self) -> Roadmap:
        self._asked("roadmap")
        return Roadmap(levels(), dict(self.marks))

    def mark_module(self, key: str, *, complete: bool) -> Roadmap:
        self._asked("mark_module")
        self.marks[key] = Marked(complete, START_US)
        return Roadmap(levels(), dict(self.marks))

    def statistics(self, query: Query) -> Report | None:
        self._asked("statistics")
        return self._counted().report(query)

    def statistics_by_date(self, query: Query) -> dict[date, Summary] | None:
        self._asked("statistics_by_date")
        return self._counted().by_date(query)

    def accumulated(self, today: date) -> Accumulated | None:
        self._asked("accumulated")
        return self._counted().accumulated(today)

    def _counted(self) -> Statistics:
        counts: dict[tuple[str, str], dict[int, int]] = {MARK: {0: VERSION}}
        for row in self.rows.values():
            one = counted(row.view)
            cell = counts.setdefault((one.trade_date, one.stream), {})
            for code, number in one.counts:
                cell[code] = cell.get(code, 0) + number
        from secondskies_desktop.engine.statistics import Statistics

        statistics = Statistics()
        statistics.take(TallyRow(*place, self.seq, pack(cell)) for place, cell in counts.items())
        return statistics

    def explain(self, signal_id: int, field: str | None = None) -> list[tuple[str, str]]:
        self._asked("explain")
        return [one for one in self.explained.get(signal_id, []) if field in (None, one[0])]

    def arrivals(
        self,
        limit: int,
        before_id: int | None = None,
        state: str | None = None,
        day: date | None = None,
    ) -> list[ArrivalRow]:
        self._asked("arrivals")
        with self.lock:
            ordered = sorted(self.arrival_rows.values(), key=lambda row: row.inbox_id, reverse=True)
        return [
            row
            for row in ordered
            if (before_id is None or row.inbox_id < before_id)
            and state in (None, row.state)
            and day in (None, trade_date(row.received_us))
        ][:limit]

    def arrival_detail(self, inbox_id: int) -> ArrivalDetail | None:
        self._asked("arrival_detail")
        return self.bodies.get(inbox_id)

    def trace(self, inbox_id: int) -> Trace | None:
        self._asked("trace")
        return self.traces.get(inbox_id)

    def latency(self, day: date) -> Latency:
        self._asked("latency")
        return Latency(day, {}, {})

    def retry(self, inbox_ids: list[int]) -> int:
        self._asked("retry")
        waiting = [self.arrival_rows[one] for one in inbox_ids if self.arrival_rows[one].state == "dead"]
        self.arrive(*(msgspec.structs.replace(row, state="done", reason=None) for row in waiting))
        return len(waiting)

    def repair_of(self, inbox_id: int) -> Proposed | None:
        self._asked("repair_of")
        return self.repairs.get(inbox_id)

    def repair(self, inbox_ids: Sequence[int] | None, *, in_bulk: bool) -> Repaired:
        self._asked("repair")
        with self.lock:
            dead = [row.inbox_id for row in self.arrival_rows.values() if row.state == "dead"]
        wanted = [
            self.repairs[one] for one in (dead if inbox_ids is None else inbox_ids) if one in self.repairs
        ]
        can = [one for one in wanted if one.body is not None and not (in_bulk and not one.in_bulk)]
        for one in can:
            self.repairs[one.inbox_id] = msgspec.structs.replace(one, is_repaired=True)
            row = self.arrival_rows[one.inbox_id]
            self.arrive(msgspec.structs.replace(row, state="done", reason=None, repairs=one.rules))
        return Repaired(tuple(can), tuple(one for one in wanted if one not in can))

    def undo_repair(self, inbox_ids: Sequence[int]) -> int:
        self._asked("undo_repair")
        for one in inbox_ids:
            self.repairs[one] = msgspec.structs.replace(self.repairs[one], is_repaired=False)
            row = self.arrival_rows[one]
            self.arrive(msgspec.structs.replace(row, state="dead", reason="not JSON", repairs=()))
        return len(inbox_ids)

    def trade_dates(self) -> list[tuple[date, int]]:
        self._asked("trade_dates")
        counts: dict[date, int] = {}
        for row in self.arrival_rows.values():
            day = trade_date(row.received_us)
            counts[day] = counts.get(day, 0) + 1
        return sorted(counts.items(), reverse=True)

    def way_in(self) -> WayIn:
        self._asked("way_in")
        return self.now_way_in

    def copy_url(self) -> str:
        self._asked("copy_url")
        return f"{self.now_way_in.public_url}/hook/not-a-secret"

    def send_test_alert(self) -> TestAlert:
        self._asked("send_test_alert")
        return self.test_alert

    def attention_open(self) -> list[OpenAttention]:
        self._asked("attention_open")
        return [
            OpenAttention(one, self.board.is_acknowledged(one.kind, one.key), *self._standing(one))
            for one in self.board.open()
        ]

    def attention_history(self, limit: int, before_id: int | None = None) -> list[Episode]:
        self._asked("attention_history")
        ordered = sorted(self.history, key=lambda one: one.id, reverse=True)
        return [one for one in ordered if before_id is None or one.id < before_id][:limit]

    def _standing(self, one: Attention) -> tuple[int, int | None, bool]:
        standing = self.alerts.standing(one.kind, one.key)
        return (0, None, False) if standing is None else (standing.told, standing.next_us, standing.is_held)

    def alert_sends(self, found: Sequence[Episode]) -> dict[int, list[Send]]:
        self._asked("alert_sends")
        return {one.id: self.sends[one.id] for one in found if one.id in self.sends}

    def take_back(self, kind: str, key: str) -> bool:
        self._asked("take_back")
        return self.board.take_back(kind, key)

    def rules_fired(self) -> dict[tuple[str, str], int]:
        self._asked("rules_fired")
        return self.fired

    def channels(self) -> list[tuple[Channel, Send | None]]:
        self._asked("channels")
        return list(self.channel_rows.values())

    def add_channel(self, name: str, url: str, *, private: bool) -> Channel:
        self._asked("add_channel")
        if "://" not in url:
            raise ChannelProblem("an address begins with the service")
        made = Channel(name, "Telegram", "tgram://***", private, "keyring")
        self.channel_rows[name] = (made, None)
        return made

    def remove_channel(self, name: str) -> bool:
        self._asked("remove_channel")
        return self.channel_rows.pop(name, None) is not None

    def test_channel(self, name: str) -> Outcome:
        self._asked("test_channel")
        outcome = self.channel_outcome
        row = Send(START_US, "test alarm", "channel", 0, name, outcome.ok, outcome.detail)
        self.channel_rows[name] = (self.channel_rows[name][0], row)
        return outcome

    def acknowledge(self, kind: str, key: str) -> bool:
        self._asked("acknowledge")
        return self.board.acknowledge(kind, key)

    def test_alarm(self) -> AlarmTest:
        self._asked("test_alarm")
        if self.engine_proof.ok:
            self.board.raise_(shown_alarm(self.engine_proof.finished_us), again=True)
        return self.engine_proof

    def keep_alarm_test(self, test: AlarmTest) -> None:
        self._asked("keep_alarm_test")
        self.alarm_tests = AlarmTests(test, test if test.ok else self.alarm_tests.proved)

    def last_alarm_tests(self) -> AlarmTests:
        self._asked("last_alarm_tests")
        return self.alarm_tests

    def import_files(self, paths: list[Path], progress: Callable[[int, int], bool]) -> dict[str, int]:
        self._asked("import_files")
        total = len(paths) * 10
        for done in range(1, total + 1):
            if not progress(done, total):
                return {"rows": total, "stored": done, "duplicates": 0, "dead_letters": 0, "repaired": 0}
        return {"rows": total, "stored": total, "duplicates": 0, "dead_letters": 0, "repaired": 0}

    def export_signals_csv(self, path: Path, ids: list[int]) -> int:
        self._asked("export_signals_csv")
        self.exported = path, ids
        return len(ids)


def _place(row: SignalRow) -> tuple[int, str]:
    return row.view.sort_us, row.view.trade_id
