"""The panel Live Signals on a desk in memory."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from secondskies_desktop.desktop.models.columns import COLUMNS, Column
from secondskies_desktop.desktop.models.signal_filter import SignalFilter, Tab
from secondskies_desktop.desktop.panels.live_signals.feed import AT_ONCE, FIRST_PAGE
from secondskies_desktop.desktop.panels.live_signals.panel import LiveSignals
from secondskies_desktop.desktop.widgets.state_pane import PaneState
from secondskies_desktop.engine.desk import DeskStatusChanged
from secondskies_desktop.signals.changes import SignalsChanged, SignalsRebuilt
from secondskies_desktop.signals.vocabulary import Status
from tests.desktop.fake_desk import SINCE_AT_ONCE, STATUS, FakeDesk
from tests.desktop.made_signals import NOW_US, a_row, a_view, made_signals

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.signals.view import SignalView


def standing(panel: LiveSignals) -> PaneState:
    """How the panel stands now."""
    return panel.pane.state


@pytest.fixture
def begin(qtbot: QtBot, bridge: Bridge, readers: Readers) -> Callable[[FakeDesk], LiveSignals]:
    """Show the panel on a desk and wait until everything is read."""

    def start(desk: FakeDesk) -> LiveSignals:
        panel = LiveSignals()
        qtbot.addWidget(panel)
        panel.resize(1_200, 700)
        panel.show()
        panel.tick(NOW_US)
        bridge.listen(desk.bus)
        bridge.listen_to_status(desk.bus)
        panel.start(desk, bridge, readers)
        qtbot.waitUntil(lambda: panel.is_complete() or panel.pane.state is PaneState.ERROR)
        return panel

    return start


@pytest.fixture
def panel(begin: Callable[[FakeDesk], LiveSignals]) -> LiveSignals:
    """The panel on 700 signals: more than the first page."""
    return begin(FakeDesk(made_signals(700)))


def test_that_the_first_page_is_shown_before_the_rest_is_read(
    qtbot: QtBot, bridge: Bridge, readers: Readers
) -> None:
    desk = FakeDesk(made_signals(700))
    panel = LiveSignals()
    qtbot.addWidget(panel)
    rows: list[int] = []
    panel.loaded.connect(lambda: rows.append(panel.model.rowCount()))
    panel.start(desk, bridge, readers)
    qtbot.waitUntil(panel.is_complete)
    assert rows == [FIRST_PAGE]
    assert panel.model.rowCount() == 700
    assert len(set(panel.model.book.ids())) == 700


def test_that_loading_is_shown_while_the_desk_is_asked(
    qtbot: QtBot, bridge: Bridge, readers: Readers
) -> None:
    desk = FakeDesk(made_signals(3))
    desk.gate = threading.Event()
    panel = LiveSignals()
    qtbot.addWidget(panel)
    panel.start(desk, bridge, readers)
    assert standing(panel) is PaneState.LOADING
    with qtbot.waitSignal(panel.loaded):
        desk.gate.set()
    assert standing(panel) is PaneState.CONTENT


def test_that_an_empty_desk_says_what_will_appear_and_how(begin: Callable[[FakeDesk], LiveSignals]) -> None:
    panel = begin(FakeDesk())
    assert standing(panel) is PaneState.EMPTY
    assert not panel.export_button.isEnabled()


def test_that_an_error_is_shown_and_can_be_tried_again(
    qtbot: QtBot, begin: Callable[[FakeDesk], LiveSignals]
) -> None:
    desk = FakeDesk(made_signals(5))
    desk.broken = OSError("disk gone")
    panel = begin(desk)
    assert standing(panel) is PaneState.ERROR
    desk.broken = None
    panel.pane.retry.emit()
    qtbot.waitUntil(panel.is_complete)
    assert standing(panel) is PaneState.CONTENT


def test_that_the_counts_are_those_of_the_rows(panel: LiveSignals) -> None:
    texts = [button.text() for button in panel.filter.tabs._buttons.values()]
    tabs = panel.model.counts().tabs
    assert texts == [f"{tab.value}  {tabs[tab]:,}" for tab in Tab]
    assert tabs[Tab.ALL] == 700
    panel.filter.tabs.chosen.emit("Cancelled")
    panel.filter.tabs.turn_on("Cancelled")
    panel.filter.changed.emit()
    assert panel.strip.cards["CANCELLED"].number.text() == f"{panel.model.rowCount():,}"
    assert panel.strip.cards["ENTRY"].number.text() == "0"


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        (SignalFilter(session="NY AM"), lambda view: view.session == "NY AM"),
        (SignalFilter(direction="BEARISH"), lambda view: view.direction == "BEARISH"),
        (SignalFilter(state="COMPLETED"), lambda view: view.status is Status.COMPLETED),
        (SignalFilter(day="today"), lambda view: view.trade_date == "2025-12-10"),
        (SignalFilter(text="bull 20251210"), lambda view: "20251210" in view.trade_id),
    ],
)
def test_that_a_filter_shows_what_it_asks_for(
    panel: LiveSignals, wanted: SignalFilter, holds: Callable[[SignalView], bool]
) -> None:
    panel.filter.set(wanted)
    rows = [panel.model.shown_at(row).row.view for row in range(panel.model.rowCount())]
    assert 0 < len(rows) < 700
    assert all(holds(view) for view in rows)
    assert panel.filter.clear.isVisible()


def test_that_typing_filters_after_a_pause(qtbot: QtBot, panel: LiveSignals) -> None:
    assert panel.focus_filter()
    QTest.keyClicks(panel.filter.text, "bearish")
    qtbot.waitUntil(lambda: panel.model.rowCount() < 700)
    assert panel.model.book.filter.text == "bearish"


def test_that_a_filter_that_nothing_passes_says_so(panel: LiveSignals) -> None:
    panel.filter.set(SignalFilter(text="nothing has this"))
    assert standing(panel) is PaneState.EMPTY
    assert panel.go_back()
    assert standing(panel) is PaneState.CONTENT
    assert not panel.go_back()


def test_that_a_new_signal_and_a_change_appear_by_themselves(
    qtbot: QtBot, begin: Callable[[FakeDesk], LiveSignals]
) -> None:
    desk = FakeDesk(made_signals(50))
    panel = begin(desk)
    newest = a_row(999, a_view(NOW_US), seq=desk.seq + 1)
    desk.change(newest)
    qtbot.waitUntil(lambda: panel.model.shown_at(0).id == 999)
    view = msgspec.structs.replace(newest.view, status=Status.CONFIRMED)
    desk.change(msgspec.structs.replace(newest, seq=desk.seq + 1, view=view))
    qtbot.waitUntil(lambda: panel.model.shown_at(0).status is Status.CONFIRMED)


def test_that_after_an_overflow_only_what_changed_is_read(
    qtbot: QtBot, bridge: Bridge, begin: Callable[[FakeDesk], LiveSignals]
) -> None:
    desk = FakeDesk(made_signals(50))
    panel = begin(desk)
    resets: list[None] = []
    panel.model.modelReset.connect(lambda: resets.append(None))
    desk.calls.clear()
    late = [a_row(900 + number, a_view(NOW_US), seq=desk.seq + 1 + number) for number in range(150)]
    assert len(late) > 2 * SINCE_AT_ONCE
    desk.rows |= {row.id: row for row in late}
    bridge.resync.emit("signals")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 200)
    assert set(desk.calls) == {"signals_since"}
    assert resets == []
    desk.calls.clear()
    bridge.resync.emit("arrivals")
    assert desk.calls == []


def test_that_a_rebuild_is_read_whole(qtbot: QtBot, begin: Callable[[FakeDesk], LiveSignals]) -> None:
    desk = FakeDesk(made_signals(700))
    panel = begin(desk)
    desk.rows = {row.id: row for row in made_signals(30, seed=2)}
    desk.bus.publish(SignalsRebuilt(99))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 30 and not panel._catching_up)


def test_that_more_than_a_picture_can_take_is_shown_in_parts_and_whole(
    qtbot: QtBot, begin: Callable[[FakeDesk], LiveSignals]
) -> None:
    desk = FakeDesk(made_signals(20))
    panel = begin(desk)
    steps: list[int] = []
    panel.model.rowsInserted.connect(lambda _parent, first, last: steps.append(last - first + 1))
    panel.model.layoutChanged.connect(lambda: steps.append(panel.model.rowCount()))
    desk.change(*(a_row(9_000 + number, a_view(NOW_US), seq=desk.seq + 1 + number) for number in range(900)))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 920)
    assert len(steps) >= 900 // AT_ONCE


def test_that_a_stopped_engine_makes_the_rows_stale_and_keeps_them(
    qtbot: QtBot, begin: Callable[[FakeDesk], LiveSignals]
) -> None:
    desk = FakeDesk(made_signals(5))
    panel = begin(desk)
    desk.bus.publish(DeskStatusChanged(msgspec.structs.replace(STATUS, role="stopped")))
    qtbot.waitUntil(panel.pane.ribbon.isVisible)
    assert standing(panel) is PaneState.CONTENT
    desk.bus.publish(DeskStatusChanged(STATUS))
    qtbot.waitUntil(lambda: not panel.pane.ribbon.isVisible())


def test_that_rows_are_walked_by_keyboard(qtbot: QtBot, panel: LiveSignals) -> None:
    panel.take_focus()
    chosen: list[int] = []
    panel.signal_chosen.connect(chosen.append)
    ids = panel.model.book.ids()
    assert panel.step_row(1)
    assert panel.step_row(1)
    assert panel.step_row(-1)
    assert chosen == [ids[1], ids[2], ids[1]]
    with qtbot.waitSignal(panel.detail_wanted) as heard:
        QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert heard.args == [ids[1]]


def test_that_another_panels_signal_is_chosen_without_telling_it_again(panel: LiveSignals) -> None:
    wanted = panel.model.book.ids()[40]
    panel.show_signal(wanted)
    assert panel.table.current_id() == wanted
    panel.show_signal(123_456)
    assert panel.table.current_id() == wanted


def test_that_chosen_rows_are_copied_as_a_spreadsheet_reads_them(panel: LiveSignals) -> None:
    hostile = a_row(9_999, a_view(NOW_US, trade_id="=cmd|' /C calc'!A0"), seq=9_999)
    panel.feed._on_changed([SignalsChanged(9_999, (hostile,))])
    panel.table.choose(9_999)
    panel.table.want(Column.TRADE_ID, shown=True)
    QTest.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    head, row = QGuiApplication.clipboard().text().split("\n")
    cells = dict(zip(head.split("\t"), row.split("\t"), strict=True))
    assert cells["trade_id"] == "'=cmd|' /C calc'!A0"
    assert cells["direction"] == "BULLISH"
    assert cells["mfe_no_be_r"] == ""


def test_that_what_is_shown_is_exported_in_its_order(
    qtbot: QtBot, tmp_path: Path, begin: Callable[[FakeDesk], LiveSignals]
) -> None:
    desk = FakeDesk(made_signals(50))
    panel = begin(desk)
    panel.filter.set(SignalFilter(direction="BULLISH"))
    panel.export(tmp_path / "signals.csv")
    qtbot.waitUntil(lambda: "signals in signals.csv" in panel.said.text())
    assert desk.exported == (tmp_path / "signals.csv", panel.model.book.ids())


def test_that_columns_step_aside_in_a_narrow_panel_and_come_back(panel: LiveSignals) -> None:
    def hidden() -> set[Column]:
        return {one for one in Column if panel.table.isColumnHidden(one)}

    panel.resize(1_900, 700)
    assert hidden() == set()
    panel.resize(760, 700)
    narrow = hidden()
    assert Column.TRADE_ID in narrow
    assert all(COLUMNS[one].rank > 0 for one in narrow)
    panel.table.want(Column.TRADE_ID, shown=True)
    assert Column.TRADE_ID not in hidden()
    panel.table.forget_columns()
    assert hidden() == narrow


def test_that_a_click_on_a_head_sorts_and_another_turns_it_round(panel: LiveSignals) -> None:
    head = panel.table.horizontalHeader()
    for _ in range(2):
        middle = head.sectionViewportPosition(Column.NO_BE_MFE) + head.sectionSize(Column.NO_BE_MFE) // 2
        spot = head.viewport().rect().topLeft()
        spot.setX(middle)
        spot.setY(head.height() // 2)
        QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    best = [panel.model.shown_at(row).row.view.no_be_mfe for row in range(30)]
    known = [one for one in best if one is not None]
    assert panel.model.book.column is Column.NO_BE_MFE
    assert known in (sorted(known), sorted(known, reverse=True))


@pytest.mark.usefixtures("dressed")
def test_that_painting_a_row_makes_no_pen_and_formats_nothing(
    panel: LiveSignals, monkeypatch: pytest.MonkeyPatch
) -> None:
    from secondskies_desktop.desktop import formats
    from secondskies_desktop.desktop.panels.live_signals import cell_painter, inks

    panel.table.viewport().grab()

    def refuse(*_args: object) -> None:
        raise AssertionError("made while painting")

    for name in ("price", "r_multiple", "excursion", "ny_day", "event_name"):
        monkeypatch.setattr(formats, name, refuse)
    for name in ("QPen", "QBrush", "QColor"):
        monkeypatch.setattr(inks, name, refuse)
    monkeypatch.setattr(cell_painter, "QFontMetrics", refuse)
    panel.table.viewport().grab()


def test_that_the_row_that_the_keyboard_comes_to_is_marked(qtbot: QtBot, panel: LiveSignals) -> None:
    panel.activateWindow()
    panel.setFocus()
    panel.table.setFocus()
    qtbot.waitUntil(lambda: panel.table.current_id() is not None)
    assert panel.table.selected_ids() == [panel.table.current_id()]


def test_that_the_cards_above_say_why_and_are_copied(panel: LiveSignals) -> None:
    strip = panel.strip
    menu = strip.menu_at(strip.cards["ENTRY"].geometry().center())
    assert menu.actions()[0].text() == "Why this number?"
    strip.copy_table()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert [line.split("\t")[0] for line in lines][:3] == ["Triangles", "Confirmed", "Entries"]


def test_that_the_rows_have_a_menu_with_the_reason(panel: LiveSignals) -> None:
    index = panel.model.index(0, Column.SESSION)
    place = panel.table.visualRect(index).center()
    assert panel.table.menu.menu_at(place).actions()[0].text() == "Why this value?"
