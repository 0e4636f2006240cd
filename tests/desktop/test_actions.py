"""Everything the desk can do, by keyboard alone: through the palette, and by its own keys."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QDeadlineTimer, QRect, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QTabBar

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.actions import Action, Actions
from secondskies_desktop.desktop.bridge import Bridge
from secondskies_desktop.desktop.main_window import MainWindow
from secondskies_desktop.desktop.models.matching import ranked, score
from secondskies_desktop.desktop.on_screen import reachable
from secondskies_desktop.desktop.panel_registry import first_panel, later_panels
from secondskies_desktop.desktop.readers import Readers
from secondskies_desktop.desktop.remembered import Remembered
from secondskies_desktop.desktop.workspaces import HOME, LIVE
from tests.desktop.fake_desk import FakeDesk
from tests.desktop.made_signals import NOW_US, made_signals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture(scope="module")
def shared(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """A window with every panel that ships, on a desk of signals: made once, because that takes seconds."""
    theme.put_on(qapp, theme.DARK)
    remembered = Remembered(tmp_path_factory.mktemp("window") / "desktop.json")
    made = MainWindow([first_panel(), *later_panels()], remembered, clock=lambda: NOW_US)
    bridge, readers = Bridge(), Readers()
    made.begin()
    made.show()
    made.start(FakeDesk(made_signals(120)), bridge, readers)
    deadline = QDeadlineTimer(10_000)
    while not all(panel.is_complete() for panel in made.panels.values()):
        assert not deadline.hasExpired()
        qapp.processEvents()
    yield made
    made.close()
    bridge.close()
    readers.close()
    made.deleteLater()
    theme.put_on(qapp, theme.DARK)


@pytest.fixture
def window(qtbot: QtBot, shared: MainWindow) -> Iterator[MainWindow]:
    """That window as it was at first, whatever the test before did to it."""
    least, size = shared.minimumSize(), shared.size()
    shared.show()
    shared.activateWindow()
    qtbot.waitUntil(shared.isVisible)
    yield shared
    for dialog in shared.findChildren(QDialog):
        dialog.close()
    shared.palette_.close_up()
    for name in shared.remembered.names():
        shared.remembered.forget(name)
    shared.preferences.set("desktop", "theme", "dark")
    shared.show_day(None)
    for panel in shared.panels.values():
        panel.go_back()
    shared.setMinimumSize(least)
    shared.resize(size)
    shared.apply(LIVE)
    qtbot.wait(1)


def type_in(window: MainWindow, words: str) -> None:
    """Open the palette and type."""
    window.open_palette()
    QTest.keyClicks(window.palette_.field, words)


def test_that_every_action_is_reached_by_the_palette_and_runs(qtbot: QtBot, window: MainWindow) -> None:
    for one in [one for one in window.action_list if one.id != "file.quit"]:
        done: list[str] = []
        window.action_list.done.connect(done.append)
        type_in(window, one.title.rstrip("…"))
        assert window.palette_.titles()[0] == one.title
        QTest.keyClick(window.palette_.field, Qt.Key.Key_Return)
        assert done == [one.id]
        window.action_list.done.disconnect(done.append)
        for dialog in window.findChildren(QDialog):
            dialog.close()
        if not window.palette_.isHidden():
            QTest.keyClick(window.palette_.field, Qt.Key.Key_Escape)
        qtbot.wait(1)


def test_that_every_shortcut_does_its_action(qtbot: QtBot, window: MainWindow) -> None:
    for one in [one for one in window.action_list if one.shortcut and one.id != "file.quit"]:
        with qtbot.waitSignal(window.action_list.done) as told:
            QTest.keySequence(window, QKeySequence(one.shortcut))
        assert told.args == [one.id]
        for dialog in window.findChildren(QDialog):
            dialog.close()
        window.palette_.close_up()


def test_that_no_two_actions_share_a_key_a_name_or_an_id(window: MainWindow) -> None:
    for part in (
        [one.shortcut for one in window.action_list if one.shortcut],
        [one.title for one in window.action_list],
        [one.id for one in window.action_list],
    ):
        assert [what for what, times in Counter(part).items() if times > 1] == []


def test_that_a_taken_id_or_key_is_refused(window: MainWindow) -> None:
    actions = Actions(window)
    actions.add(Action("one", "One", "File", lambda: None, "Ctrl+9"))
    for again in (
        Action("one", "Other", "File", lambda: None),
        Action("two", "Two", "File", lambda: None, "Ctrl+9"),
    ):
        with pytest.raises(ValueError, match="taken"):
            actions.add(again)


def test_that_every_entry_of_the_menus_is_in_the_palette(window: MainWindow) -> None:
    titles = {one.title for one in window.action_list} | {
        dock.windowTitle() for dock in window.docks.values()
    }
    for menu in (window.menus.file, window.menus.view, window.menus.attention, window.menus.help):
        for action in menu.actions():
            if not action.isSeparator() and not isinstance(action.menu(), QMenu):
                assert action.text() in titles


def test_that_all_keys_are_on_the_card(window: MainWindow) -> None:
    shown = dict(window.keys.lines())
    assert shown["Ctrl+K"] == "Command palette"
    assert shown["Ctrl+0"] == "Home workspace"
    assert {one.shortcut for one in window.action_list if one.shortcut} <= shown.keys()


def test_that_escape_gives_the_keyboard_back(window: MainWindow) -> None:
    table = window.panels["live_signals"]
    table.take_focus()
    before = window.focusWidget()
    type_in(window, "theme")
    assert window.focusWidget() is window.palette_.field
    QTest.keyClick(window.palette_.field, Qt.Key.Key_Escape)
    assert window.palette_.isHidden()
    assert window.focusWidget() is before


def test_that_a_signal_is_found_by_its_id_and_opened(window: MainWindow) -> None:
    wanted = made_signals(120)[5]
    type_in(window, wanted.view.trade_id)
    assert window.palette_.titles()[0] == wanted.view.trade_id
    chosen: list[int] = []
    window.panels["live_signals"].detail_wanted.connect(chosen.append)
    QTest.keyClick(window.palette_.field, Qt.Key.Key_Return)
    assert len(chosen) == 1


def test_that_what_was_used_last_comes_first(window: MainWindow) -> None:
    type_in(window, "All keys")
    QTest.keyClick(window.palette_.field, Qt.Key.Key_Return)
    for dialog in window.findChildren(QDialog):
        dialog.close()
    window.open_palette()
    assert window.palette_.titles()[0] == "All keys"


def test_that_a_workspace_comes_back_as_it_was_left_and_can_be_reset(window: MainWindow) -> None:
    window.go(HOME)
    assert window.docks["command_center"].isVisible()
    assert window.docks["live_signals"].isHidden()
    window.docks["main_dashboard"].close()
    window.go(LIVE)
    assert window.docks["live_signals"].isVisible()
    assert window.docks["command_center"].isHidden()
    window.go(HOME)
    assert window.docks["main_dashboard"].isHidden()
    window.reset_workspace()
    assert window.docks["main_dashboard"].isVisible()


def test_that_a_saved_layout_is_in_the_palette(window: MainWindow) -> None:
    window.layouts.save("My morning")
    window.docks["live_signals"].close()
    type_in(window, "morning")
    QTest.keyClick(window.palette_.field, Qt.Key.Key_Return)
    assert window.docks["live_signals"].isVisible()


SCREEN = QRect(0, 0, 1_920, 1_080)


@pytest.mark.parametrize(
    ("window_", "expected"),
    [
        (QRect(100, 100, 800, 600), QRect(100, 100, 800, 600)),
        (QRect(3_000, 100, 800, 600), QRect(1_120, 100, 800, 600)),
        (QRect(-5_000, -900, 800, 600), QRect(0, 0, 800, 600)),
        (QRect(100, -300, 800, 600), QRect(100, 0, 800, 600)),
        (QRect(2_500, 1_500, 3_000, 2_000), QRect(0, 0, 1_920, 1_080)),
        (QRect(1_850, 100, 800, 600), QRect(1_120, 100, 800, 600)),
    ],
)
def test_that_a_window_of_a_screen_that_is_gone_comes_back(window_: QRect, expected: QRect) -> None:
    assert reachable(window_, [SCREEN]) == expected
    assert reachable(window_, []) == window_


@given(st.integers(-9_000, 9_000), st.integers(-9_000, 9_000), st.integers(50, 4_000), st.integers(50, 4_000))
def test_that_a_window_is_always_reachable_and_stays_so(left: int, top: int, width: int, height: int) -> None:
    screens = [SCREEN, QRect(1_920, 0, 1_280, 1_024)]
    once = reachable(QRect(left, top, width, height), screens)
    assert reachable(once, screens) == once
    assert any(screen.intersects(once) for screen in screens)


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("live", "Live workspace", "Show Live Signals"),
        ("sig", "Show Signal Detail", "Resigned"),
        ("th", "Theme", "Show"),
    ],
)
def test_that_the_start_of_a_title_or_of_a_word_is_meant_first(typed: str, better: str, worse: str) -> None:
    assert score(typed, better) > score(typed, worse)


def test_that_every_typed_word_must_be_found_and_letters_may_have_gaps() -> None:
    titles = ["Import alert logs…", "Settings…", "Dark theme"]
    assert [titles[place] for place in ranked("logs import", titles)] == ["Import alert logs…"]
    assert [titles[place] for place in ranked("stgs", titles)] == ["Settings…"]
    assert ranked("xyz", titles) == []
    assert ranked("", titles, ["Dark theme"]) == [2, 0, 1]


def test_that_a_narrow_window_shows_one_panel_at_a_time(window: MainWindow) -> None:
    window.setMinimumSize(1, 1)
    window.resize(900, 700)
    window.apply(LIVE)
    tabbed = window.tabifiedDockWidgets(window.docks["live_signals"])
    assert {dock.objectName() for dock in tabbed} >= {"signal_detail", "webhook_monitor"}
    window.resize(2_560, 1_440)
    window.apply(HOME)
    left, right = window.docks["command_center"].geometry(), window.docks["main_dashboard"].geometry()
    assert left.right() < right.left()


def test_that_a_narrow_status_bar_keeps_what_is_not_well(qtbot: QtBot, window: MainWindow) -> None:
    window.setMinimumSize(1, 1)
    for width in (2_000, 700):
        window.resize(width, 700)
        qtbot.wait(1)
        bar = window.status
        shown = [item for item in bar.findChildren(type(bar.clock)) if item.isVisible()]
        assert bar.clock in shown
        assert bar.attention in shown
        assert all(bar.rect().contains(item.geometry()) for item in shown)
    assert bar.market.isHidden()


def tab_bars(window: MainWindow) -> list[QTabBar]:
    """Return the tabs of docks that are seen."""
    bars = window.findChildren(QTabBar)
    return [
        one for one in bars if one.isVisible() and "Webhook Monitor" in map(one.tabText, range(one.count()))
    ]


def test_that_enter_brings_signal_detail_before_another_tab_that_was_clicked(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.resize(1_366, 768)
    window.apply(LIVE)
    live, detail = window.panels["live_signals"], window.panels["signal_detail"]
    for _ in range(2):
        qtbot.waitUntil(lambda: bool(tab_bars(window)))
        bar = tab_bars(window)[0]
        other = next(place for place in range(bar.count()) if bar.tabText(place) == "Webhook Monitor")
        bar.setCurrentIndex(other)
        qtbot.waitUntil(lambda: detail.visibleRegion().isEmpty())
        live.take_focus()
        assert live.open_row()
        qtbot.waitUntil(lambda: not detail.visibleRegion().isEmpty())


def test_that_a_panel_behind_another_tab_knows_that_nobody_sees_it(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(1_366, 768)
    window.apply(HOME)
    statistics, dashboard = window.panels["signal_statistics"], window.panels["main_dashboard"]
    seen: list[tuple[str, bool]] = []
    for panel in (statistics, dashboard):
        name = panel.key
        window.docks[name].visibilityChanged.connect(lambda on, name=name: seen.append((name, on)))
    window.show_panel("signal_statistics")
    qtbot.waitUntil(lambda: ("signal_statistics", True) in seen and ("main_dashboard", False) in seen)
    assert dashboard.visibleRegion().isEmpty()


def test_that_a_narrow_window_opens_with_its_first_panel_in_front(
    qtbot: QtBot, dressed: QApplication, tmp_path: Path
) -> None:
    del dressed
    remembered = Remembered(tmp_path / "narrow.json")
    made = MainWindow([first_panel(), *later_panels()], remembered, clock=lambda: NOW_US)
    qtbot.addWidget(made)
    made.setMinimumSize(1, 1)
    made.resize(800, 700)
    made.apply(LIVE)
    made.show()
    qtbot.waitUntil(lambda: not made.panels["live_signals"].visibleRegion().isEmpty())
    made.close()
