"""Signal Detail: the journey, numbers with reasons, the event log, the chart, and live change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from secondskies_desktop.desktop.panels.signal_detail.journey_strip import stops_of
from secondskies_desktop.desktop.panels.signal_detail.panel import SignalDetail
from secondskies_desktop.desktop.widgets.state_pane import PaneState
from secondskies_desktop.engine.desk import ArrivalDetail, SignalEvent
from secondskies_desktop.ingest.changes import ArrivalRow
from secondskies_desktop.signals.fills import Filled
from secondskies_desktop.signals.vocabulary import LegStatus, Status
from tests.desktop.fake_desk import FakeDesk
from tests.desktop.made_signals import NOW_US, a_row, a_view

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.readers import Readers

MINUTE_US = 60_000_000


def an_event(minute: int, mfe: float, inbox_id: int | None = 7) -> SignalEvent:
    values: dict[str, object] = {"be_mfe": mfe, "no_be_mfe": mfe, "mae": -0.25}
    return SignalEvent(NOW_US + minute * MINUTE_US, "MFE_UPDATE", "received", inbox_id, values, NOW_US)


@pytest.fixture
def desk() -> FakeDesk:
    made = FakeDesk([a_row(1, a_view(be_mfe=1.5, no_be_mfe=1.5, mae=-0.25)), a_row(2)])
    made.events[1] = (an_event(1, 0.5), an_event(2, 1.5), an_event(3, 1.5, None))
    made.explained[1] = [("be_mfe", "1.5 — the best excursion until the BE=1 leg ended")]
    return made


@pytest.fixture
def panel(qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers) -> SignalDetail:
    made = SignalDetail()
    qtbot.addWidget(made)
    made.resize(700, 900)
    made.show()
    bridge.listen(desk.bus)
    made.start(desk, bridge, readers)
    return made


def shown(qtbot: QtBot, panel: SignalDetail, signal_id: int = 1) -> None:
    panel.show_signal(signal_id)
    qtbot.waitUntil(lambda: panel.pane.state is PaneState.CONTENT and panel.chart is not None, timeout=15_000)


def test_that_without_a_signal_it_says_how_to_choose_one(panel: SignalDetail) -> None:
    assert panel.pane.state is PaneState.EMPTY


def test_that_a_chosen_signal_is_shown_with_its_events_and_chart(qtbot: QtBot, panel: SignalDetail) -> None:
    shown(qtbot, panel)
    assert panel.events.rowCount() == 3
    assert panel.chart is not None
    qtbot.waitUntil(lambda: "MFE No-BE 1.50R" in panel.chart.readout.text())  # type: ignore[union-attr]


def test_that_the_chart_is_copied_and_has_a_tick_a_minute_at_most(qtbot: QtBot, panel: SignalDetail) -> None:
    shown(qtbot, panel)
    chart = panel.chart
    assert chart is not None
    qtbot.waitUntil(lambda: bool(chart._curves))
    chart.copy_table()
    head, first, *_ = QGuiApplication.clipboard().text().split("\n")
    assert head == "line\ttime\tR"
    assert first.split("\t")[::2] == ["MFE No-BE", "0.5"]
    assert first.split("\t")[1].endswith(" NY")
    chart.copy_picture()
    assert not QGuiApplication.clipboard().image().isNull()
    ticks = chart.plot.getAxis("bottom").tickValues(NOW_US / 1e6, NOW_US / 1e6 + 90, 400)
    assert all(at % 60 == 0 for _, places in ticks for at in places)


def test_that_times_in_events_are_those_of_new_york(
    qtbot: QtBot, panel: SignalDetail, desk: FakeDesk
) -> None:
    event = an_event(1, 0.5)
    desk.events[1] = (msgspec.structs.replace(event, values={"signal_at": "2025-12-11T12:30:00Z"}),)
    shown(qtbot, panel)
    values = panel.events.index(0, 5)
    assert values.data() == "signal_at 2025-12-11 07:30:00 NY"
    assert "07:30:00 NY" in values.data(Qt.ItemDataRole.ToolTipRole)


def test_that_a_number_opens_its_reason(qtbot: QtBot, panel: SignalDetail) -> None:
    shown(qtbot, panel)
    next(cell for cell in panel.numbers.cells if cell.number.field == "be_mfe").click()
    qtbot.waitUntil(panel.why.isVisible)
    assert "best excursion" in panel.why.text.text()
    panel.why.hide()


def test_that_an_event_shows_the_raw_body_as_plain_text(
    qtbot: QtBot, panel: SignalDetail, desk: FakeDesk
) -> None:
    row = ArrivalRow(7, NOW_US, "webhook:default", "MNQ1! 1m", 9, "done", None, None, None, (), None, None)
    desk.bodies[7] = ArrivalDetail(row, b"<h1>x</h1>", None, (), (), 1)
    shown(qtbot, panel)
    panel.table.setCurrentIndex(panel.events.index(0, 0))
    qtbot.waitUntil(lambda: "<h1>x</h1>" in panel.payload.toPlainText())
    panel.table.setCurrentIndex(panel.events.index(2, 0))
    assert "derived" in panel.payload.toPlainText()


def test_that_it_follows_its_signal_and_no_other(qtbot: QtBot, panel: SignalDetail, desk: FakeDesk) -> None:
    shown(qtbot, panel)
    desk.calls.clear()
    desk.change(a_row(2, seq=50))
    desk.events[1] = (*desk.events[1], an_event(4, 2.25))
    desk.change(a_row(1, a_view(be_mfe=2.25, no_be_mfe=2.25, mae=-0.25), seq=51))
    qtbot.waitUntil(lambda: panel.events.rowCount() == 4)
    assert desk.calls.count("signal_detail") == 1


def test_that_growing_events_keep_the_chosen_one(qtbot: QtBot, panel: SignalDetail, desk: FakeDesk) -> None:
    shown(qtbot, panel)
    resets: list[int] = []
    panel.events.modelReset.connect(lambda: resets.append(1))
    panel.table.setCurrentIndex(panel.events.index(1, 0))
    desk.events[1] = (*desk.events[1], an_event(4, 2.25))
    desk.change(a_row(1, seq=60))
    qtbot.waitUntil(lambda: panel.events.rowCount() == 4)
    assert panel.table.currentIndex().row() == 1
    assert not resets


def test_that_a_failing_database_says_so(qtbot: QtBot, panel: SignalDetail, desk: FakeDesk) -> None:
    desk.broken = RuntimeError("the database is locked")
    panel.show_signal(1)
    qtbot.waitUntil(lambda: panel.pane.state is PaneState.ERROR)


def test_that_a_break_even_stop_leaves_the_other_leg_running() -> None:
    view = a_view(
        status=Status.BE_STOPPED,
        be_status=LegStatus.STOPPED_BE,
        no_be_status=LegStatus.RUNNING,
        be_exit_us=NOW_US,
        exit_us=None,
    )
    stops = {stop.name: stop for stop in stops_of(view)}
    assert stops["BE=1 END"].reached
    assert stops["BE=1 END"].text.startswith("0R")
    assert stops["NO-BE END"].text == "running"
    assert not stops["NO-BE END"].reached


def test_that_an_inferred_stop_is_a_ring() -> None:
    view = a_view(
        status=Status.COMPLETED,
        be_status=LegStatus.STOPPED_SL,
        no_be_status=LegStatus.STOPPED_SL,
        exit_us=NOW_US,
        sources={"exit_at": "inferred"},
        inferred=("EXIT_SL", "exit_at"),
    )
    end = stops_of(view)[-1]
    assert end.reached
    assert end.inferred


def test_that_a_cancelled_signal_ends_its_journey_there() -> None:
    view = a_view(status=Status.CANCELLED, cancelled_us=NOW_US)
    assert [stop.name for stop in stops_of(view)] == ["SIGNAL", "CANCELLED"]
    assert stops_of(view)[-1].inferred
    said = a_view(status=Status.CANCELLED, cancelled_us=NOW_US, event_counts={"CANCELLED": 1})
    assert not stops_of(said)[-1].inferred


def test_that_a_time_that_was_filled_in_is_a_ring_whatever_its_source() -> None:
    fill = Filled("CONFIRMED", 1, "recomputed", 0.95)
    view = a_view(confirmed_us=NOW_US, sources={"confirmed_at": "recomputed"}, inferred=(), filled=(fill,))
    stops = {stop.name: stop for stop in stops_of(view)}
    assert stops["CONFIRMED"].reached
    assert stops["CONFIRMED"].inferred
