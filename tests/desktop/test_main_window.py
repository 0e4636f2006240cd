"""The main window: docks, layouts, keys, dropped files, and what survives a restart."""

# ruff: noqa: D102 - desktop/panel.py documents what a panel does

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.main_window import MainWindow
from secondskies_desktop.desktop.models.columns import Column
from secondskies_desktop.desktop.models.signal_filter import SignalFilter, Tab
from secondskies_desktop.desktop.panel import Panel
from secondskies_desktop.desktop.panels.live_signals.panel import LiveSignals
from secondskies_desktop.desktop.remembered import Remembered
from secondskies_desktop.desktop.workspaces import LIVE
from secondskies_desktop.foundation.attention import Attention, Severity
from tests.desktop.fake_desk import FakeDesk
from tests.desktop.made_signals import NOW_US, made_signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers


class Stand(Panel):
    """A panel that only remembers what it was told."""

    def __init__(self) -> None:
        super().__init__()
        QVBoxLayout(self).addWidget(QLabel(self.title))
        self.shown: list[int] = []
        self.has_focus = False

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        del desk, bridge, readers
        self.loaded.emit()

    def show_signal(self, signal_id: int) -> None:
        self.shown.append(signal_id)

    def take_focus(self) -> None:
        self.has_focus = True


class Detail(Stand):
    """Stands where Signal Detail does."""

    key = "signal_detail"
    title = "Signal Detail"


class Monitor(Stand):
    """Stands where the Webhook Monitor does."""

    key = "webhook_monitor"
    title = "Webhook Monitor"


@pytest.fixture
def open_window(qtbot: QtBot, dressed: QApplication, tmp_path: Path) -> Iterator[Callable[[], MainWindow]]:
    """Open a window of one profile, as often as the test likes; its layout is kept in between."""
    del dressed
    windows: list[MainWindow] = []

    def start() -> MainWindow:
        remembered = Remembered(tmp_path / "desktop.json")
        window = MainWindow([LiveSignals(), Detail(), Monitor()], remembered, clock=lambda: NOW_US)
        qtbot.addWidget(window)
        windows.append(window)
        window.begin()
        window.show()
        return window

    yield start
    for window in windows:
        window.close()


@pytest.fixture
def window(open_window: Callable[[], MainWindow]) -> MainWindow:
    """A window in its first layout."""
    return open_window()


def live_of(window: MainWindow) -> LiveSignals:
    panel = window.panels["live_signals"]
    assert isinstance(panel, LiveSignals)
    return panel


def stand(window: MainWindow, key: str) -> Stand:
    panel = window.panels[key]
    assert isinstance(panel, Stand)
    return panel


def test_that_the_live_workspace_has_its_panels_in_their_places(window: MainWindow) -> None:
    window.resize(1_600, 1_100)
    window.apply(LIVE)
    boxes = {key: dock.geometry() for key, dock in window.docks.items()}
    assert boxes["live_signals"].right() < boxes["signal_detail"].left()
    assert boxes["signal_detail"].bottom() < boxes["webhook_monitor"].top()
    assert boxes["live_signals"].width() > 1.7 * boxes["signal_detail"].width()


def test_that_a_low_window_has_tabs(window: MainWindow) -> None:
    window.resize(1_366, 768)
    window.apply(LIVE)
    assert window.tabifiedDockWidgets(window.docks["signal_detail"]) == [window.docks["webhook_monitor"]]
    assert window.size().toTuple() == (1_366, 768)


def test_that_a_panel_closes_and_comes_back_through_the_view_menu(window: MainWindow) -> None:
    dock = window.docks["webhook_monitor"]
    stand(window, "webhook_monitor").header.close_wanted.emit()
    assert not dock.isVisible()
    action = next(one for one in window.menus.view.actions() if one.text() == "Webhook Monitor")
    action.trigger()
    assert not dock.isHidden()


def test_that_a_panel_floats_and_docks_again(window: MainWindow) -> None:
    dock = window.docks["signal_detail"]
    stand(window, "signal_detail").header.float_wanted.emit()
    assert dock.isFloating()
    stand(window, "signal_detail").header.float_wanted.emit()
    assert not dock.isFloating()


def test_that_layout_and_filter_survive_a_restart_with_ten_thousand_signals(
    qtbot: QtBot, open_window: Callable[[], MainWindow], bridge: Bridge, readers: Readers
) -> None:
    desk = FakeDesk(made_signals(10_000))
    first = open_window()
    first.start(desk, bridge, readers)
    live = live_of(first)
    qtbot.waitUntil(live.is_complete, timeout=20_000)
    wanted = SignalFilter(Tab.COMPLETED, "NY AM", "BULLISH", None, None, "2025")
    live.filter.set(wanted)
    live.table.sortByColumn(Column.NO_BE_MFE, Qt.SortOrder.DescendingOrder)
    live.table.horizontalHeader().moveSection(0, 3)
    live.table.want(Column.TRADE_ID, shown=True)
    ids = live.model.book.ids()
    assert 0 < len(ids) < 10_000
    first.docks["signal_detail"].setFloating(True)
    first.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, first.docks["live_signals"])
    first.tabifyDockWidget(first.docks["live_signals"], first.docks["webhook_monitor"])
    first.close()

    second = open_window()
    assert second.docks["signal_detail"].isFloating()
    assert second.tabifiedDockWidgets(second.docks["live_signals"]) == [second.docks["webhook_monitor"]]
    assert second.dockWidgetArea(second.docks["live_signals"]) is Qt.DockWidgetArea.RightDockWidgetArea
    second.start(desk, bridge, readers)
    again = live_of(second)
    qtbot.waitUntil(again.is_complete, timeout=20_000)
    assert again.filter.wanted() == wanted
    assert again.model.book.ids() == ids
    assert again.table.horizontalHeader().visualIndex(0) == 3
    assert not again.table.isColumnHidden(Column.TRADE_ID)


def test_that_a_closed_panel_stays_closed_over_a_restart(open_window: Callable[[], MainWindow]) -> None:
    first = open_window()
    first.docks["webhook_monitor"].close()
    first.close()
    assert open_window().docks["webhook_monitor"].isHidden()


def test_that_a_broken_layout_file_gives_the_first_layout(
    open_window: Callable[[], MainWindow], tmp_path: Path
) -> None:
    (tmp_path / "desktop.json").write_text('{"window/state": "nonsense", "window/geometry": [', "utf-8")
    window = open_window()
    assert not window.docks["live_signals"].isHidden()


def test_that_layouts_have_names_and_come_back_by_them(
    open_window: Callable[[], MainWindow],
) -> None:
    window = open_window()
    window.docks["webhook_monitor"].close()
    window.layouts.save("News / FOMC")
    window.apply(LIVE)
    assert not window.docks["webhook_monitor"].isHidden()
    window.menus.list_layouts()
    action = next(one for one in window.menus.layouts.actions() if one.text() == "News / FOMC")
    action.trigger()
    assert window.docks["webhook_monitor"].isHidden()
    window.layouts.forget("News / FOMC")
    assert window.layouts.names() == []
    assert not window.layouts.restore("News / FOMC")


def started(qtbot: QtBot, window: MainWindow, bridge: Bridge, readers: Readers) -> FakeDesk:
    desk = FakeDesk(made_signals(60))
    bridge.listen(desk.bus)
    window.start(desk, bridge, readers)
    qtbot.waitUntil(live_of(window).is_complete)
    return desk


def test_that_a_chosen_signal_reaches_the_other_panels_and_not_itself(
    qtbot: QtBot, window: MainWindow, bridge: Bridge, readers: Readers
) -> None:
    started(qtbot, window, bridge, readers)
    live = live_of(window)
    told: list[int] = []
    live.signal_chosen.connect(told.append)
    for key in ("signal_detail", "webhook_monitor"):
        stand(window, key).shown.clear()
    live.step_row(1)
    live.step_row(1)
    assert told == [live.model.book.ids()[1], live.model.book.ids()[2]]
    assert stand(window, "signal_detail").shown == told
    assert stand(window, "webhook_monitor").shown == told


def test_that_enter_brings_signal_detail_to_the_front(
    qtbot: QtBot, window: MainWindow, bridge: Bridge, readers: Readers
) -> None:
    started(qtbot, window, bridge, readers)
    window.docks["signal_detail"].close()
    live_of(window).step_row(0)
    QTest.keyClick(live_of(window).table, Qt.Key.Key_Return)
    assert not window.docks["signal_detail"].isHidden()
    assert stand(window, "signal_detail").has_focus


def test_that_the_keys_of_the_window_do_what_they_say(
    qtbot: QtBot, window: MainWindow, bridge: Bridge, readers: Readers
) -> None:
    started(qtbot, window, bridge, readers)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    live = live_of(window)
    live.take_focus()
    ids = live.model.book.ids()
    for key, row in ((Qt.Key.Key_J, 1), (Qt.Key.Key_J, 2), (Qt.Key.Key_K, 1)):
        QTest.keyClick(window, key)
        assert live.table.current_id() == ids[row]
    QTest.keyClick(window, Qt.Key.Key_Slash)
    assert live.filter.text.hasFocus()
    QTest.keyClicks(live.filter.text, "jk/")
    assert live.filter.text.text() == "jk/", "a field keeps its letters"
    qtbot.waitUntil(lambda: live.model.rowCount() == 0)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert live.filter.text.text() == ""
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert live.table.hasFocus()


def test_that_a_question_mark_shows_every_key(window: MainWindow) -> None:
    window.keys.show()
    dialog = window.findChild(QDialog)
    assert dialog is not None
    text = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Esc" in text
    assert "Ctrl+1" in text
    dialog.close()


def dropped(window: MainWindow, *files: Path) -> QDropEvent:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    event = QDropEvent(
        QPointF(9, 9),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.setAccepted(False)
    window.dropEvent(event)
    return event


def test_that_a_cleared_filter_and_a_reset_workspace_come_back_by_undo(
    qtbot: QtBot, window: MainWindow
) -> None:
    live = live_of(window)
    live.filter.set(SignalFilter(Tab.ACTIVE, session="LONDON", text="bull"))
    before = live.filter.wanted()
    window.docks["webhook_monitor"].close()
    live.filter.clear_all()
    window.reset_workspace()
    assert window.docks["webhook_monitor"].isVisible()
    window.setFocus()
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.docks["webhook_monitor"].isVisible())
    assert window.undo()
    assert live.filter.wanted() == before
    assert not window.undo()


def test_that_a_dropped_alert_log_is_imported_and_its_counts_told(
    qtbot: QtBot, window: MainWindow, bridge: Bridge, readers: Readers, tmp_path: Path
) -> None:
    desk = started(qtbot, window, bridge, readers)
    with qtbot.waitSignal(window.imports.finished) as done:
        assert dropped(window, tmp_path / "log.CSV", tmp_path / "notes.txt").isAccepted()
    assert done.args == [True]
    assert "import_files" in desk.calls
    assert "10 lines" in window.imports.text.text()
    window.imports.cancel_button.click()
    assert window.imports.isHidden()


def test_that_a_floating_panel_takes_a_dropped_alert_log_too(
    qtbot: QtBot, window: MainWindow, bridge: Bridge, readers: Readers, tmp_path: Path
) -> None:
    desk = FakeDesk()
    window.start(desk, bridge, readers)
    dock = window.docks["webhook_monitor"]
    dock.setFloating(True)
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(tmp_path / "alerts.csv"))])
    how = (Qt.DropAction.CopyAction, files, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    entering, drop = QDragEnterEvent(QPoint(5, 5), *how), QDropEvent(QPointF(5, 5), *how)
    QCoreApplication.sendEvent(dock, entering)
    assert entering.isAccepted()
    QCoreApplication.sendEvent(dock, drop)
    assert drop.isAccepted()
    qtbot.waitUntil(lambda: "import_files" in desk.calls)


def test_that_what_is_no_alert_log_is_not_taken(
    qtbot: QtBot, window: MainWindow, bridge: Bridge, readers: Readers, tmp_path: Path
) -> None:
    desk = started(qtbot, window, bridge, readers)
    assert not dropped(window, tmp_path / "notes.txt").isAccepted()
    assert "import_files" not in desk.calls


def test_that_an_import_can_be_ended(
    qtbot: QtBot, window: MainWindow, bridge: Bridge, readers: Readers, tmp_path: Path
) -> None:
    desk = started(qtbot, window, bridge, readers)
    desk.gate = threading.Event()
    assert window.import_logs([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert not window.import_logs([tmp_path / "c.csv"]), "one at a time"
    window.imports.cancel_button.click()
    with qtbot.waitSignal(window.imports.finished) as done:
        desk.gate.set()
    assert done.args == [False]
    assert window.imports.text.text().startswith("Import ended early")


def test_that_a_failed_import_says_why(
    qtbot: QtBot, window: MainWindow, bridge: Bridge, readers: Readers, tmp_path: Path
) -> None:
    desk = started(qtbot, window, bridge, readers)
    desk.broken = ValueError("log.csv: no column Description")
    with qtbot.waitSignal(window.imports.finished):
        window.import_logs([tmp_path / "log.csv"])
    assert "no column Description" in window.imports.text.text()


def test_that_the_demo_says_so_in_the_title_and_on_every_panel(window: MainWindow) -> None:
    window.set_badge("DEMO", "x")
    assert "DEMO" in window.windowTitle()
    assert {panel.header.badge.text() for panel in window.panels.values()} == {"DEMO"}
    assert all(not panel.header.badge.isHidden() for panel in window.panels.values())
    window.set_badge("", "live")
    assert window.windowTitle() == "Second Skies · live"
    assert all(panel.header.badge.isHidden() for panel in window.panels.values())


def test_that_attention_reaches_strip_and_status_bar(
    qtbot: QtBot, window: MainWindow, bridge: Bridge, readers: Readers
) -> None:
    desk = started(qtbot, window, bridge, readers)
    since = datetime(2025, 12, 10, 15, 40, tzinfo=UTC)
    desk.bus.publish(Attention("storage", Severity.DANGER, "inbox", "Alerts cannot be stored", since))
    qtbot.waitUntil(lambda: not window.attention.isHidden())
    assert window.status.attention.word.text() == "1"
    window.attention.button.click()
    assert window.attention.isHidden()
    assert window.status.attention.word.text() == "1"


def test_that_the_status_bar_tells_time_session_and_links(
    qtbot: QtBot, window: MainWindow, bridge: Bridge, readers: Readers
) -> None:
    started(qtbot, window, bridge, readers)
    bar = window.status
    qtbot.waitUntil(lambda: bar.engine.word.text() == "running")
    qtbot.waitUntil(lambda: bar.tunnel.word.text() == "public")
    assert bar.clock.word.text() == "10:42:07 NY"
    assert bar.session.word.text() == "NY AM"
    assert bar.next.word.text() == "NY LUNCH in 1:17:53"
    assert bar.market.word.text() == "Open until 17:00"
    assert bar.webhook.word.text() == "no alert yet"
    assert bar.database.word.text() == "SQLite"


def test_that_the_theme_changes_at_once_and_is_remembered(window: MainWindow) -> None:
    window.action_list.run("view.theme.light")
    assert theme.look() is theme.LIGHT
    assert window.preferences.now.desktop.theme == "light"
    window.action_list.run("view.theme.dark")


def test_that_one_widget_can_stand_in_for_all_panels(window: MainWindow) -> None:
    window.show_instead(QLabel("recovery"))
    assert all(dock.isHidden() for dock in window.docks.values())
    window.show_panels()
    assert not window.docks["live_signals"].isHidden()
