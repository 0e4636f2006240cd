"""What the desktop asks of the engine; engine.desk.Desk answers it, and so does a fake in the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from secondskies_desktop.alerts.channels import Channel, Outcome
    from secondskies_desktop.alerts.store import Send
    from secondskies_desktop.engine.alarm_test import AlarmTest, AlarmTests
    from secondskies_desktop.engine.desk import ArrivalDetail, DeskStatus, SignalDetail, TestAlert
    from secondskies_desktop.engine.integrity_desk import (
        Conflict,
        Coverage,
        Diagnosis,
        Entry,
        FindingsPage,
        HealthNow,
    )
    from secondskies_desktop.engine.repairing import Proposed, Repaired
    from secondskies_desktop.engine.statistics import Accumulated, Query, Report
    from secondskies_desktop.engine.telemetry import Latency
    from secondskies_desktop.foundation.attention import Episode, OpenAttention
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.roadmap import Roadmap
    from secondskies_desktop.foundation.settings import Settings
    from secondskies_desktop.ingest.changes import ArrivalRow, WayIn
    from secondskies_desktop.ingest.tracing.trace import Trace
    from secondskies_desktop.integrity.listing.store import Wanted
    from secondskies_desktop.integrity.store import Sample
    from secondskies_desktop.signals.changes import SignalRow
    from secondskies_desktop.signals.statistics import Summary


class Desk(Protocol):
    """Every method blocks and belongs on a reader thread (readers.py)."""

    bus: Bus

    def status(self) -> DeskStatus:
        """Return how engine, database and profile stand."""

    def signals(self, limit: int, before: tuple[int, str] | None = None) -> tuple[int, list[SignalRow]]:
        """Return (sequence number, rows), newest first, behind a place (sort_us, trade_id)."""

    def signals_since(self, seq: int) -> tuple[int, list[SignalRow]]:
        """Return (sequence number, what changed after one)."""

    def running(self, limit: int) -> list[SignalRow]:
        """Return the newest signals with a leg in the market, newest first."""

    def signal_detail(self, signal_id: int) -> SignalDetail | None:
        """Return one signal with events and bars."""

    def follow(self, settings: Settings) -> None:
        """Follow settings that were changed while the engine runs."""

    def roadmap(self) -> Roadmap:
        """Return the roadmap with the trader's marks."""

    def mark_module(self, key: str, *, complete: bool) -> Roadmap:
        """Write down that the trader marked a module, or took his mark back."""

    def statistics(self, query: Query) -> Report | None:
        """Return what is known for a query, None as long as nothing has been counted."""

    def statistics_by_date(self, query: Query) -> dict[date, Summary] | None:
        """Return the same by trade date, oldest first."""

    def accumulated(self, today: date) -> Accumulated | None:
        """Return how much data there is towards its marks."""

    def explain(self, signal_id: int, field: str | None = None) -> list[tuple[str, str]]:
        """Return (field, chain in a sentence)."""

    def arrivals(
        self,
        limit: int,
        before_id: int | None = None,
        state: str | None = None,
        day: date | None = None,
    ) -> list[ArrivalRow]:
        """Return arrivals, newest first, of all or of those that came on one trade date."""

    def arrival_detail(self, inbox_id: int) -> ArrivalDetail | None:
        """Return one arrival with its bytes and what they became."""

    def trace(self, inbox_id: int) -> Trace | None:
        """Return the way of an arrival through the program, None where none was noted."""

    def latency(self, day: date) -> Latency:
        """Return how long the alerts of a trade date took."""

    def retry(self, inbox_ids: list[int]) -> int:
        """Decode dead letters again; returns how many recovered."""

    def repair_of(self, inbox_id: int) -> Proposed | None:
        """Return what the rules make of a dead letter, or made of a repaired arrival; None for others."""

    def repair(self, inbox_ids: Sequence[int] | None, *, in_bulk: bool) -> Repaired:
        """Repair arrivals, or all dead letters; `in_bulk` only by rules that may be applied to many at once."""

    def undo_repair(self, inbox_ids: Sequence[int]) -> int:
        """Take repairs back; returns how many."""

    def trade_dates(self) -> list[tuple[date, int]]:
        """Return (trade date, arrivals) of every date on which an alert arrived, newest first."""

    def way_in(self) -> WayIn:
        """Return how alerts reach us."""

    def copy_url(self) -> str:
        """Return the URL for TradingView and remember that it was handed out."""

    def send_test_alert(self) -> TestAlert:
        """Send an alert out through the public way and await it."""

    def attention_open(self) -> list[OpenAttention]:
        """Return what is open, oldest first."""

    def attention_history(self, limit: int, before_id: int | None = None) -> list[Episode]:
        """Return what wanted the trader and when it was over, newest first, before an id."""

    def alert_sends(self, found: Sequence[Episode]) -> dict[int, list[Send]]:
        """Return what was sent out of these episodes, by their ids, oldest first."""

    def acknowledge(self, kind: str, key: str) -> bool:
        """Note that the trader has seen what is open; returns whether it was news."""

    def take_back(self, kind: str, key: str) -> bool:
        """Note that he has not seen it after all; returns whether that was news."""

    def rules_fired(self) -> dict[tuple[str, str], int]:
        """Return when each rule last fired, by kind and key."""

    def channels(self) -> list[tuple[Channel, Send | None]]:
        """Return the channels by name, each with its newest attempt."""

    def add_channel(self, name: str, url: str, *, private: bool) -> Channel:
        """Add a channel, or give it another address."""

    def remove_channel(self, name: str) -> bool:
        """Forget a channel and its secret; returns whether there was one."""

    def test_channel(self, name: str) -> Outcome:
        """Send a test to a channel, and return what came of it."""

    def test_alarm(self) -> AlarmTest:
        """Send a real test alert through the webhook and prove the engine's stages; then show the alarm."""

    def keep_alarm_test(self, test: AlarmTest) -> None:
        """Keep a whole run, and raise what failed in it, or clear what failed before."""

    def last_alarm_tests(self) -> AlarmTests:
        """Return the newest run of the test alarm and the newest that proved the chain."""

    def health_now(self) -> HealthNow:
        """Return how complete the data is."""

    def health_since(self, since_us: int) -> list[Sample]:
        """Return health as it went since a time, oldest first."""

    def open_findings(self, wanted: Wanted, limit: int) -> FindingsPage:
        """Return what is open and passes, in the order that is wanted."""

    def conflicts(self) -> list[Conflict]:
        """Return what waits for a choice, the newest found first."""

    def fills(self, limit: int, before_id: int | None = None) -> list[Entry]:
        """Return what was filled in and chosen, newest first, before an id."""

    def coverage(self, last: date | None, days: int) -> Coverage:
        """Return so many trade dates with their hours, up to one; None is the newest that says something."""

    def diagnosis(self, signal_id: int) -> Diagnosis | None:
        """Return what is known of the quality of one signal."""

    def signal_id_of(self, stream: str, trade_id: str) -> int | None:
        """Return the id of a signal by its chart and trade id."""

    def undo_fill(self, fill_id: int) -> bool:
        """Take a fill or a choice back; False where it does not stand any more."""

    def put_back_fill(self, fill_id: int) -> bool:
        """Let what was taken back count again; False where it stands."""

    def choose_value(self, conflict: Conflict, inbox_id: int) -> int:
        """Let the value that an arrival brought count; returns the row of the log."""

    def import_files(self, paths: list[Path], progress: Callable[[int, int], bool]) -> dict[str, int]:
        """Import alert logs; `progress(done, total)` answers False to end it."""

    def export_signals_csv(self, path: Path, ids: list[int]) -> int:
        """Write these signals in this order; returns the number of rows."""
