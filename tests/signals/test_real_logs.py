"""What must hold for every signal of the trader's own logs, where SECONDSKIES_ALERT_LOGS names their folder."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import pytest

from secondskies_desktop.engine.importing import import_alert_logs
from secondskies_desktop.engine.reading import explain_signal, history
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.foundation.sessions import NEW_YORK
from secondskies_desktop.ingest.alert_log import read_alert_log
from secondskies_desktop.signals import store
from secondskies_desktop.signals.answers import as_full_answer
from secondskies_desktop.signals.history import in_order
from secondskies_desktop.signals.outcome import BeMode, OutcomeState
from secondskies_desktop.signals.vocabulary import EventType, LegStatus, Source, Status
from secondskies_desktop.signals.wire import decode
from tests.databases import reading
from tests.ingest.alert_logs import real_logs
from tests.signals.told import result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.signals.changes import SignalRow
    from secondskies_desktop.signals.event import Event
    from secondskies_desktop.signals.view import SignalView

LOGS = real_logs()
pytestmark = pytest.mark.skipif(not LOGS, reason="SECONDSKIES_ALERT_LOGS names no folder of alert logs")

# First minutes of New York's day as domain.md §2.1 prints them, latest first.
MINUTE_TABLE = (
    ("20:00", "ASIA"),
    ("16:00", "AFTER_HOURS"),
    ("13:00", "NY PM"),
    ("12:00", "NY LUNCH"),
    ("08:30", "NY AM"),
    ("06:00", "NY PRE"),
    ("00:00", "LONDON"),
)
EXITS = (EventType.EXIT_BE, EventType.EXIT_SL)


class Imported(NamedTuple):
    """All logs in one profile: what the import counted, the signals, and an open connection to them."""

    counted: dict[str, int]
    rows: list[SignalRow]
    connection: Connection

    @property
    def views(self) -> list[SignalView]:
        """What is known of each signal."""
        return [row.view for row in self.rows]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    """Import every log once."""
    profile = open_profile(tmp_path_factory.mktemp("real") / "home")
    ensure_schema(profile.database)
    counted = import_alert_logs(profile, LOGS)
    with reading(profile.database) as connection:
        yield Imported(counted, list(store.every(connection)), connection)


@pytest.fixture(scope="module")
def said() -> dict[str, list[Event]]:
    """All events of the logs by signal, as often as they came."""
    found: dict[str, list[Event]] = {}
    for log in LOGS:
        for arrival in read_alert_log(log):
            for event in decode(arrival.body, arrival.received_us).events:
                found.setdefault(event.trade_id, []).append(event)
    return found


def test_that_every_row_is_understood(imported: Imported) -> None:
    assert imported.counted["rows"] >= imported.counted["stored"] > 0
    assert imported.counted["dead_letters"] == 0


def test_that_every_signal_of_the_logs_is_listed_and_no_other(
    imported: Imported, said: dict[str, list[Event]]
) -> None:
    assert {view.trade_id for view in imported.views} == set(said)


def test_that_excursions_keep_their_laws(imported: Imported) -> None:
    measured = 0
    for view in imported.views:
        assert view.mae is None or view.mae <= 0
        assert view.no_be_status is not LegStatus.STOPPED_SL or (view.mae is not None and view.mae <= -1)
        if view.be_mfe is not None and view.no_be_mfe is not None:
            measured += 1
            assert 0 <= view.be_mfe <= view.no_be_mfe
    assert measured > len(imported.rows) // 2


def test_that_the_session_is_the_minute_tables_and_never_the_payloads(imported: Imported) -> None:
    for view in imported.views:
        clock_us = view.confirmed_us if view.signal_us is None else view.signal_us
        assert clock_us is not None
        at = f"{datetime.fromtimestamp(clock_us // 1_000_000, tz=NEW_YORK):%H:%M}"
        assert view.session == next(word for first, word in MINUTE_TABLE if at >= first)
        known = Source.INFERRED if view.signal_us is None else Source.RECOMPUTED
        assert view.sources["session"] == known


def test_that_nothing_runs_in_a_completed_signal(imported: Imported) -> None:
    completed = [view for view in imported.views if view.status is Status.COMPLETED]
    assert completed
    for view in completed:
        assert view.no_be_status is LegStatus.STOPPED_SL
        assert view.be_status not in (LegStatus.RUNNING, LegStatus.NOT_STARTED)
    for view in imported.views:
        assert (view.status is Status.BE_STOPPED) <= (view.no_be_status is LegStatus.RUNNING)


def test_that_an_exit_counts_once_however_often_it_came(
    imported: Imported, said: dict[str, list[Event]]
) -> None:
    often = 0
    for view in imported.views:
        came = Counter(event.type for event in said[view.trade_id])
        for kind in EXITS:
            assert view.event_counts.get(kind, 0) == min(1, came[kind])
            often = max(often, came[kind])
    assert often > 1


def test_that_an_exit_at_break_even_is_a_scratch_only_where_one_r_printed(
    imported: Imported, said: dict[str, list[Event]]
) -> None:
    scratched = died = 0
    for view in imported.views:
        events = said[view.trade_id]
        kinds = {event.type for event in events}
        if EventType.EXIT_BE not in kinds:
            continue
        printed = [event.be_mfe for event in events if event.be_mfe is not None]
        untracked = [event.no_be_mfe for event in events if event.no_be_mfe is not None]
        best = max(printed, default=0) or max(untracked, default=0)
        if best >= 1:
            scratched += 1
            assert view.be_status is LegStatus.STOPPED_BE
        elif EventType.BE_TRIGGERED not in kinds:
            died += 1
            assert (view.be_status, view.no_be_status) == (LegStatus.STOPPED_SL, LegStatus.STOPPED_SL)
            assert result(view, 3, BeMode.BE1).state is OutcomeState.LOSS
    assert scratched
    assert died


def test_that_history_and_reasons_can_be_asked_for_everything(imported: Imported) -> None:
    for row in imported.rows:
        events = history(imported.connection, row)
        assert events == in_order(events)
        brought = Counter(event.type for event in events if event.inbox_id is not None)
        assert {str(kind): count for kind, count in brought.items()} == row.view.event_counts
        answer = as_full_answer(row.view)
        reasons = {one["field"]: one for one in explain_signal(imported.connection, row)}
        for name in [name.removesuffix("_source") for name in answer if name.endswith("_source")]:
            assert (name in reasons) == (answer[name] is not None), name
        assert {"status", "be_status", "no_be_status"} <= set(reasons)
        for one in reasons.values():
            assert one["words"]
            assert one["source"] in {None, *Source}


def test_that_what_is_said_to_be_received_was_received(
    imported: Imported, said: dict[str, list[Event]]
) -> None:
    for view in imported.views:
        events = said[view.trade_id]
        for field in ("be_mfe", "no_be_mfe", "mae"):
            if view.sources.get(field) == Source.RECEIVED:
                assert getattr(view, field) in {getattr(event, field) for event in events}
        for field in ("entry_price", "stop_loss"):
            received = {(event.detail or {}).get(field) for event in events} - {None}
            value = getattr(view, field)
            assert value in received if received else value is None
