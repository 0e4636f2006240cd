"""What a screen may ask and do: the one surface between the engine and the desktop.

Every method blocks (database or network) and belongs on a reader thread, never on the thread of the window.
"""

from __future__ import annotations

import queue
import secrets
import time
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.engine import reading
from secondskies_desktop.engine.importing import import_alert_logs
from secondskies_desktop.foundation.database.engine import read_engine, sqlite_version
from secondskies_desktop.foundation.documents.table import write_csv
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.changes import ArrivalRow, ArrivalsChanged, WayIn
from secondskies_desktop.market.bars import Bar
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.answers import as_answer
from secondskies_desktop.signals.changes import SignalRow, SignalsRebuilt
from secondskies_desktop.signals.history import HistoryEvent
from secondskies_desktop.signals.wire import TEST_ALERT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.engine.statistics import Accumulated, Query, Report, Statistics
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.signals.statistics import Summary

SignalEvent = HistoryEvent
ArrivalDetail = reading.ReadArrival
RUNNING = ("ACTIVE", "BE_PROTECTED", "BE_STOPPED")
"""The states in which at least one leg of a signal is in the market."""
_BACK_WITHIN_S = 8.0
_TRIED_WITHIN_S = 25.0


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


class Desk:
    """Answers a screen from the database and hands its commands to the engine.

    `engine` is None in a viewer: another process is the engine of this database, `role_detail` names it.
    """

    def __init__(
        self, profile: Profile, bus: Bus, engine: Engine | None = None, role_detail: str = ""
    ) -> None:
        self.bus = bus
        self.profile = profile
        self._engine = engine
        self._role_detail = role_detail
        self._database = read_engine(profile.database)
        self._database_name = self._name_database()
        self._end_hearing = bus.subscribe(SignalsRebuilt, lambda _event: self._statistics.forget())

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
        role = "viewer" if self._engine is None else "engine" if self._engine.alive else "stopped"
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

    def statistics(self, query: Query) -> Report | None:
        """Return what is known for a query, None as long as nothing has been counted."""
        return self._counted().report(query)

    def statistics_by_date(self, query: Query) -> dict[date, Summary] | None:
        """Return the same by trade date, oldest first."""
        return self._counted().by_date(query)

    def accumulated(self, today: date) -> Accumulated | None:
        """Return how much data there is towards its marks; `today` is the trade date of now."""
        return self._counted().accumulated(today)

    @cached_property
    def _statistics(self) -> Statistics:
        # Made at the first question: numpy, which it needs, takes as long to import as a small program to run.
        from secondskies_desktop.engine.statistics import Statistics

        return Statistics()

    def _counted(self) -> Statistics:
        with self._database.connect() as connection:
            self._statistics.take(signal_store.tallies_since(connection, self._statistics.seq))
        return self._statistics

    def explain(self, signal_id: int, field: str | None = None) -> list[tuple[str, str]]:
        """Return (field, the chain behind its value in one sentence)."""
        with self._database.connect() as connection:
            row = signal_store.signal_by_id(connection, signal_id)
            found = [] if row is None else reading.explain_signal(connection, row)
        return [(one["field"], _sentence(one)) for one in found if field is None or one["field"] == field]

    def arrivals(
        self, limit: int, before_id: int | None = None, state: str | None = None
    ) -> list[ArrivalRow]:
        """Return arrivals, newest first."""
        with self._database.connect() as connection:
            rows = inbox_store.list_inbox(connection, state, limit, before_id)
        return [reading.arrival_row(row) for row in rows]

    def arrival_detail(self, inbox_id: int) -> reading.ReadArrival | None:
        """Return one arrival with its bytes and what they became."""
        with self._database.connect() as connection:
            return reading.read_arrival(connection, inbox_id)

    def retry(self, inbox_ids: list[int]) -> int:
        """Decode dead letters again; returns how many recovered. Raises RuntimeError in a viewer."""
        engine = self._needed()
        return engine.on_pump(lambda: engine.pump.retry(inbox_ids)).result()

    def way_in(self) -> WayIn:
        """Return how alerts reach us from outside."""
        if self._engine is None:
            return WayIn(None, None, "viewer", None, None, None, False, "", "")
        return self._engine.way.state()

    def copy_url(self) -> str:
        """Return the full URL for TradingView's alert and remember that its address was handed out."""
        engine = self._needed()
        public = engine.hook_url(public=True)
        if public is None:
            return engine.hook_url(public=False) or ""
        engine.way.remember_copied()
        return public

    def send_test_alert(self) -> TestAlert:
        """Post an alert of our own through the public URL (the local one where there is none) and await it."""
        from secondskies_desktop.ingest.tunnel import post_alert

        engine = self._needed()
        if engine.way.base_url() is not None and not engine.way.state().ok:
            # Whoever tests may have mended what was wrong: a tunnel that has given up tries again first.
            engine.run_on_loop(engine.way.test()).result(_TRIED_WITHIN_S)
        url = engine.hook_url(public=True) or engine.hook_url(public=False) or ""
        shown = url.partition("/hook/")[0]
        nonce = secrets.token_hex(8)
        body = msgspec.json.encode({"event_type": TEST_ALERT, "nonce": nonce})
        back: queue.SimpleQueue[int] = queue.SimpleQueue()

        def hear(event: ArrivalsChanged) -> None:
            for row in event.rows:
                if row.event_type == TEST_ALERT and row.bytes == len(body):
                    back.put(row.inbox_id)

        unsubscribe = self.bus.subscribe(ArrivalsChanged, hear)
        started = time.monotonic()
        try:
            status = engine.run_on_loop(post_alert(url, body)).result(_BACK_WITHIN_S)
            came = self._came_back(back, body, started + _BACK_WITHIN_S)
        except Exception as error:
            return TestAlert(False, f"{shown} cannot be reached: {type(error).__name__}", None)
        finally:
            unsubscribe()
        took_ms = round(1000 * (time.monotonic() - started), 1)
        if status != 200:  # noqa: PLR2004 - stored
            return TestAlert(False, f"{shown} answered {status}", took_ms)
        if not came:
            return TestAlert(False, f"{shown} answered 200, but the alert did not come back", took_ms)
        return TestAlert(True, f"came back in {took_ms:.0f} ms through {shown}", took_ms)

    def _came_back(self, back: queue.SimpleQueue[int], body: bytes, give_up: float) -> bool:
        """Tell whether this very body came: somebody else's test alert is as long."""
        while True:
            try:
                inbox_id = back.get(timeout=max(0.0, give_up - time.monotonic()))
            except queue.Empty:
                return False
            found = self.arrival_detail(inbox_id)
            if found is not None and found.body == body:
                return True

    def import_files(self, paths: list[Path], progress: Callable[[int, int], bool]) -> dict[str, int]:
        """Import alert logs; `progress(done, total)` answers False to end it."""
        total = 0
        for path in paths:
            with path.open("rb") as handle:
                total += sum(1 for _ in handle)
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

    def _needed(self) -> Engine:
        if self._engine is None:
            raise RuntimeError(f"this window only looks on: {self._role_detail}")
        return self._engine


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
