"""The bridge: batches, one wake, nothing dropped in silence."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from secondskies_desktop.desktop.bridge import Bridge
from secondskies_desktop.engine.desk import DeskStatusChanged
from secondskies_desktop.foundation.attention import Attention, AttentionCleared, Severity
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.ingest.changes import WayInChanged
from secondskies_desktop.signals.changes import SignalsChanged, SignalsRebuilt
from tests.desktop.fake_desk import STATUS, WAY_IN
from tests.desktop.made_signals import a_row

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.usefixtures("dressed")


def off_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_that_events_of_another_thread_arrive_as_one_batch_in_order(qtbot: QtBot, bridge: Bridge) -> None:
    bus = Bus()
    batches: list[list[SignalsChanged]] = []

    def burst() -> None:
        for seq in range(1, 501):
            bus.publish(SignalsChanged(seq, (a_row(seq),)))

    bridge.listen(bus)
    bridge.signals_changed.connect(batches.append)
    with qtbot.waitSignal(bridge.signals_changed):
        off_thread(burst)
    assert [event.seq for event in batches[0]] == list(range(1, 501))
    assert len(batches) == 1


def test_that_a_batch_is_delivered_on_the_thread_of_the_window(qtbot: QtBot, bridge: Bridge) -> None:
    threads: list[int] = []
    bridge.signals_changed.connect(lambda _batch: threads.append(threading.get_ident()))
    with qtbot.waitSignal(bridge.signals_changed):
        off_thread(lambda: bridge.hear_signals(SignalsChanged(1, (a_row(1),))))
    assert threads == [threading.get_ident()]


def test_that_a_burst_wakes_the_window_once(qtbot: QtBot, bridge: Bridge) -> None:
    wakes: list[None] = []
    bridge._wake.connect(lambda: wakes.append(None))
    with qtbot.waitSignal(bridge.signals_changed):
        for seq in range(100):
            bridge.hear_signals(SignalsChanged(seq, (a_row(seq),)))
    with qtbot.waitSignal(bridge.signals_changed):
        bridge.hear_signals(SignalsChanged(101, (a_row(101),)))
    assert len(wakes) == 2


def test_that_an_idle_bridge_has_no_timer_running(bridge: Bridge) -> None:
    assert not bridge._timer.isActive()
    bridge.hear_signals(SignalsChanged(1, (a_row(1),)))
    bridge.deliver()
    assert not bridge._timer.isActive()


def test_that_an_overflow_asks_to_read_again_instead_of_dropping_rows(qtbot: QtBot) -> None:
    bridge = Bridge(capacity=10)
    topics: list[str] = []
    batches: list[object] = []
    bridge.resync.connect(topics.append)
    bridge.signals_changed.connect(batches.append)
    with qtbot.waitSignal(bridge.resync):
        for seq in range(11):
            bridge.hear_signals(SignalsChanged(seq, (a_row(seq),)))
    assert topics == ["signals"]
    assert batches == []
    with qtbot.waitSignal(bridge.signals_changed):
        bridge.hear_signals(SignalsChanged(12, (a_row(12),)))
    assert topics == ["signals"], "after the overflow, batches come as before"


def test_that_rows_count_towards_the_capacity_and_not_events(qtbot: QtBot) -> None:
    bridge = Bridge(capacity=10)
    with qtbot.waitSignal(bridge.resync):
        bridge.hear_signals(SignalsChanged(1, tuple(a_row(seq) for seq in range(11))))


def test_that_a_rebuild_drops_the_rows_before_it(qtbot: QtBot, bridge: Bridge) -> None:
    batches: list[list[SignalsChanged]] = []
    bridge.signals_changed.connect(batches.append)
    with qtbot.waitSignals([bridge.rebuilt, bridge.signals_changed]):
        bridge.hear_signals(SignalsChanged(1, (a_row(1),)))
        bridge.hear_rebuilt(SignalsRebuilt(2))
        bridge.hear_signals(SignalsChanged(3, (a_row(3),)))
    assert [[event.seq for event in batch] for batch in batches] == [[3]]


def test_that_of_states_only_the_newest_arrives(qtbot: QtBot, bridge: Bridge) -> None:
    ways: list[object] = []
    stati: list[object] = []
    bridge.way_in_changed.connect(ways.append)
    bridge.status_changed.connect(stati.append)
    newest = msgspec.structs.replace(STATUS, pending=7)
    with qtbot.waitSignals([bridge.way_in_changed, bridge.status_changed]):
        bridge.hear_way_in(WayInChanged(msgspec.structs.replace(WAY_IN, ok=False)))
        bridge.hear_way_in(WayInChanged(WAY_IN))
        bridge.hear_status(DeskStatusChanged(STATUS))
        bridge.hear_status(DeskStatusChanged(newest))
    assert ways == [WAY_IN]
    assert stati == [newest]


def test_that_of_each_condition_the_newest_word_arrives(qtbot: QtBot, bridge: Bridge) -> None:
    since = datetime(2025, 12, 10, tzinfo=UTC)
    storage = Attention("storage", Severity.DANGER, "inbox", "full", since)
    tunnel = Attention("tunnel", Severity.WATCH, "failing", "away", since)
    batches: list[list[object]] = []
    bridge.attention_changed.connect(batches.append)
    with qtbot.waitSignal(bridge.attention_changed):
        for event in (storage, tunnel, AttentionCleared("storage", "inbox")):
            bridge.hear_attention(event)
    assert batches == [[tunnel, AttentionCleared("storage", "inbox")]]


def test_that_a_closed_bridge_hears_nothing_more(qtbot: QtBot, bridge: Bridge) -> None:
    bus = Bus()
    bridge.listen(bus)
    bridge.close()
    with qtbot.assertNotEmitted(bridge.signals_changed, wait=100):
        bus.publish(SignalsChanged(1, (a_row(1),)))
