"""What a screen may ask and do: the one surface between the engine and the desktop.

Every method blocks (database or network) and belongs on a reader thread, never on the thread of the window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.engine import alarm_test, reading, telemetry
from secondskies_desktop.engine.alarm_test import AlarmTest, AlarmTests
from secondskies_desktop.engine.alert_desk import AlertDesk
from secondskies_desktop.engine.auditing import SettingsWitness, write_now
from secondskies_desktop.engine.counting_desk import CountingDesk
from secondskies_desktop.engine.importing import import_alert_logs
from secondskies_desktop.engine.integrity_desk import IntegrityDesk
from secondskies_desktop.engine.repair_desk import RepairDesk
from secondskies_desktop.engine.retrying import note_retry
from secondskies_desktop.foundation import store as foundation_store
from secondskies_desktop.foundation.audit import TRADER, Action
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.database.engine import read_engine, sqlite_version
from secondskies_desktop.foundation.decoding import json_decoder
from secondskies_desktop.foundation.documents.table import write_csv
from secondskies_desktop.foundation.roadmap import Roadmap, levels
from secondskies_desktop.foundation.sessions import trade_date_bounds
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.alert_log import count_lines
from secondskies_desktop.ingest.changes import ArrivalRow, WayIn
from secondskies_desktop.market.bars import Bar
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.answers import as_answer
from secondskies_desktop.signals.changes import SignalRow, SignalsRebuilt
from secondskies_desktop.signals.history import HistoryEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.engine.telemetry import Latency
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.foundation.settings import Settings
    from secondskies_desktop.ingest.tracing.trace import Trace

SignalEvent = HistoryEvent
ArrivalDetail = reading.ReadArrival
RUNNING = ("ACTIVE", "BE_PROTECTED", "BE_STOPPED")
"""The states in which at least one leg of a signal is in the market."""
_KEPT_WITHIN_S = 5.0
_LOOKED_THROUGH = 50
_decode_test = json_decoder(AlarmTest)


class DeskStatus(msgspec.Struct, frozen=True):
    """How the engine, the database and the profile stand; `pending` arrivals are not folded yet."""

    role: str
    role_detail: str
    database: str
    database_ok: bool
    profile: str
    demo: bool
    pending: int


class DeskStatusChanged(msgspec.Struct, frozen=True):
    """The desk has a new status."""

    status: DeskStatus


class SignalDetail(msgspec.Struct, frozen=True):
    """One signal with its events, oldest first, and the bars of its life where snapshots brought any."""

    row: SignalRow
    events: tuple[HistoryEvent, ...]
    bars: tuple[Bar, ...]


class TestAlert(msgspec.Struct, frozen=True):
    """What became of a test alert that went out and should have come back."""

    ok: bool
    detail: str
    took_ms: float | None


class Desk(AlertDesk, CountingDesk, IntegrityDesk, RepairDesk):
    """Answers a screen from the database and hands its commands to the engine.

    `engine` is None in a viewer: another process is the engine of this database, `role_detail` names it.
    """

    def __init__(
        self, profile: Profile, bus: Bus, engine: Engine | None = None, role_detail: str = ""
    ) -> None:
        super().__init__()
        self.bus = bus
        self.profile = profile
        self._engine = engine
        self._clock = system_clock if engine is None else engine.clock
        self._role_detail = role_detail
        self._database = read_engine(profile.database)
        self._database_name = self._name_database()
        self._witness = SettingsWitness(profile, engine)
        self._end_hearing = bus.subscribe(SignalsRebuilt, lambda _event: self._statistics.forget())

    def _connect(self) -> AbstractContextManager[Connection]:
        return self._database.connect()

    def close(self) -> None:
        """Let go of the bus and of the database's connections."""
        self._end_hearing()
        self._database.dispose()

    def _name_database(self) -> str:
        name = self.profile.database_name
        if self.profile.database.get_backend_name() == "sqlite":
            return f"SQLite {sqlite_version()} · {name}"
        return f"PostgreSQL · {name}"

    def status(self) -> DeskStatus:
        """Return how everything stands; a database that cannot be read is part of the answer."""
        role = "viewer" if self._engine is None else self._engine.role
        pending, database_ok = 0, True
        try:
            with self._database.connect() as connection:
                place = inbox_store.position(connection)
                pending = inbox_store.count_after(connection, place)
        except Exception:
            database_ok = False
        return DeskStatus(
            role,
            self._role_detail,
            self._database_name,
            database_ok,
            self.profile.name,
            self.profile.demo,
            pending,
        )

    def signals(self, limit: int, before: tuple[int, str] | None = None) -> tuple[int, list[SignalRow]]:
        """Return (newest change number, signals), newest first, behind a place of that order."""
        with self._database.connect() as connection:
            rows = signal_store.newest(connection, limit, before)
            return signal_store.counters(connection)[1], rows

    def signals_since(self, seq: int) -> tuple[int, list[SignalRow]]:
        """Return (newest change number, signals that changed after one)."""
        with self._database.connect() as connection:
            rows = signal_store.changed_since(connection, seq)
            return max((row.seq for row in rows), default=seq), rows

    def running(self, limit: int) -> list[SignalRow]:
        """Return the newest signals with a leg in the market, newest first."""
        with self._database.connect() as connection:
            return signal_store.newest_in(connection, RUNNING, limit)

    def signal_detail(self, signal_id: int) -> SignalDetail | None:
        """Return one signal with its events and bars."""
        with self._database.connect() as connection:
            row = signal_store.signal_by_id(connection, signal_id)
            if row is None:
                return None
            events = tuple(reading.history(connection, row))
            return SignalDetail(row, events, tuple(reading.bars_around(connection, row)))

    def follow(self, settings: Settings) -> None:
        """Let the engine of this process follow settings that were changed, and the audit trail hear of them."""
        if self._engine is not None:
            self._engine.follow(settings)
        self._witness.note()

    def explain(self, signal_id: int, field: str | None = None) -> list[tuple[str, str]]:
        """Return (field, the chain behind its value in one sentence)."""
        with self._database.connect() as connection:
            row = signal_store.signal_by_id(connection, signal_id)
            found = [] if row is None else reading.explain_signal(connection, row)
        return [(one["field"], _sentence(one)) for one in found if field is None or one["field"] == field]

    def arrivals(
        self,
        limit: int,
        before_id: int | None = None,
        state: str | None = None,
        day: date | None = None,
    ) -> list[ArrivalRow]:
        """Return arrivals, newest first, of all or of those that came on one trade date."""
        between = None if day is None else trade_date_bounds(day)
        with self._database.connect() as connection:
            rows = inbox_store.list_inbox(connection, state, limit, before_id, between)
        return [reading.arrival_row(row) for row in rows]

    def arrival_detail(self, inbox_id: int) -> reading.ReadArrival | None:
        """Return one arrival with its bytes and what they became."""
        with self._database.connect() as connection:
            return reading.read_arrival(connection, inbox_id)

    def trace(self, inbox_id: int) -> Trace | None:
        """Return the way of an arrival through the program, None where none was noted."""
        return telemetry.trace(self._database, inbox_id)

    def latency(self, day: date) -> Latency:
        """Return how long the alerts of a trade date took."""
        return telemetry.latency(self._database, day)

    def retry(self, inbox_ids: list[int]) -> int:
        """Decode dead letters again; returns how many recovered. Raises RuntimeError in a viewer."""
        engine = self._needed()
        recovered = engine.on_pump(lambda: engine.pump.retry(inbox_ids)).result()
        if inbox_ids:
            note_retry(self.profile, inbox_ids, recovered, engine)
        return recovered

    def way_in(self) -> WayIn:
        """Return how alerts reach us from outside."""
        if self._engine is None or not self._engine.listens:
            kind = "viewer" if self._engine is None else "replay"
            return WayIn(None, None, kind, None, None, None, False, "", "")
        return self._engine.way.state()

    def copy_url(self) -> str:
        """Return the full URL for TradingView's alert and remember that its address was handed out."""
        engine = self._listening()
        public = engine.hook_url(public=True)
        if public is None:
            return engine.hook_url(public=False) or ""
        engine.way.remember_copied()
        self._witness.note()
        return public

    def send_test_alert(self) -> TestAlert:
        """Post an alert of our own through the public URL (the local one where there is none) and await it."""
        sent = alarm_test.send_alert(self._listening(), self.bus, self._body_of)
        if sent.status is None:
            return TestAlert(False, f"{sent.shown} cannot be reached: {sent.error}", None)
        if sent.status != 200:  # noqa: PLR2004 - stored
            return TestAlert(False, f"{sent.shown} answered {sent.status}", sent.back_ms)
        if sent.row is None:
            return TestAlert(
                False, f"{sent.shown} answered 200, but the alert did not come back", sent.back_ms
            )
        return TestAlert(True, f"came back in {sent.back_ms:.0f} ms through {sent.shown}", sent.back_ms)

    def _body_of(self, inbox_id: int) -> bytes | None:
        found = self.arrival_detail(inbox_id)
        return None if found is None else found.body

    def roadmap(self) -> Roadmap:
        """Return the roadmap with the trader's marks."""
        with self._database.connect() as connection:
            return Roadmap(levels(), foundation_store.roadmap_marks_of(connection))

    def mark_module(self, key: str, *, complete: bool) -> Roadmap:
        """Write down that the trader marked a module, or took his mark back; KeyError for an unknown key."""
        if all(module.key != key for level in levels() for module in level.modules):
            raise KeyError(key)
        if self.profile.replay is not None:
            raise RuntimeError("a replay is thrown away: mark modules in your own desk")
        now_us = self._clock()

        def work(connection: Connection) -> None:
            foundation_store.write_roadmap_mark(connection, key, now_us, complete=complete)
            foundation_store.record(connection, now_us, TRADER, Action.MARK, key, {"complete": complete})

        write_now(self.profile, work, self._engine)
        return self.roadmap()

    def test_alarm(self) -> AlarmTest:
        """Send a real test alert through the webhook and prove the engine's stages; then show the alarm."""
        engine = self._listening()
        started_us = self._clock()
        sent = alarm_test.send_alert(engine, self.bus, self._body_of)
        stored = self._stored_with(sent) if sent.status is not None else None
        test = AlarmTest(started_us, self._clock(), alarm_test.judged(sent, stored), stored)
        if test.ok:
            engine.board.raise_(alarm_test.shown_alarm(test.finished_us), again=True)
        return test

    def _stored_with(self, sent: alarm_test.Sent) -> int | None:
        if sent.row is not None:
            return sent.row.inbox_id
        newest = (row.inbox_id for row in self.arrivals(_LOOKED_THROUGH))
        return next((one for one in newest if self._body_of(one) == sent.body), None)

    def keep_alarm_test(self, test: AlarmTest) -> None:
        """Keep a whole run, and raise what failed in it, or clear what failed before."""
        engine = self._needed()
        broken = alarm_test.failure(test)
        if broken is None:
            engine.board.clear(alarm_test.KIND, "chain")
        else:
            engine.board.raise_(broken, again=True)
        detail = msgspec.json.encode(test).decode()

        def work(connection: Connection) -> None:
            foundation_store.record_run(
                connection, alarm_test.JOB, test.started_us, test.finished_us, ok=test.ok, detail=detail
            )

        engine.write(work).result(_KEPT_WITHIN_S)

    def last_alarm_tests(self) -> AlarmTests:
        """Return the newest run of the test alarm and the newest that proved the chain."""
        with self._database.connect() as connection:
            newest = foundation_store.last_run(connection, alarm_test.JOB)
            proved = foundation_store.last_run(connection, alarm_test.JOB, ok=True)
        return AlarmTests(_as_test(newest), _as_test(proved))

    def import_files(self, paths: list[Path], progress: Callable[[int, int], bool]) -> dict[str, int]:
        """Import alert logs; `progress(done, total)` answers False to end it."""
        total = sum(count_lines(path) for path in paths)
        return import_alert_logs(self.profile, paths, lambda done: progress(done, max(total, done)))

    def export_signals_csv(self, path: Path, ids: Sequence[int]) -> int:
        """Write signals in the given order as formula-safe CSV; returns the number of rows."""
        with self._database.connect() as connection:
            rows = [
                as_answer(row.view)
                for row in (signal_store.signal_by_id(connection, one) for one in ids)
                if row is not None
            ]
        head = list(rows[0]) if rows else ["trade_id"]
        return write_csv(path, head, [[_flat(row[name]) for name in head] for row in rows])

    def trade_dates(self) -> list[tuple[date, int]]:
        """Return (trade date, arrivals) of every date on which an alert arrived, newest first."""
        with self._database.connect() as connection:
            return reading.trade_dates(connection)

    def _listening(self) -> Engine:
        engine = self._needed()
        if not engine.listens:
            raise RuntimeError("this window plays a day again: nothing can come in here")
        return engine

    def _needed(self) -> Engine:
        if self._engine is None:
            raise RuntimeError(f"this window only looks on: {self._role_detail}")
        return self._engine


def _as_test(run: foundation_store.Run | None) -> AlarmTest | None:
    return None if run is None else _decode_test(run.detail)


def _flat(value: object) -> object:
    if isinstance(value, dict):
        return " ".join(f"{name}={one}" for name, one in value.items())
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return value


def _sentence(answer: dict[str, object]) -> str:
    chain = answer["chain"]
    text = f"{answer['value']} — {answer['words']}"
    if isinstance(chain, list) and chain:
        first = chain[0]
        text += f". From arrival #{first['inbox_id']} ({first['event']}, rule {first['rule']})"
        if len(chain) > 1:
            text += f" and {len(chain) - 1} more"
    return text
