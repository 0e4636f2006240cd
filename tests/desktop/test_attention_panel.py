"""The Attention panel: open conditions on top, history below, and the last proof of the alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest

from secondskies_desktop.desktop.models.lines import when
from secondskies_desktop.desktop.panels.attention import columns
from secondskies_desktop.desktop.panels.attention.history_page import _PAGE
from secondskies_desktop.desktop.panels.attention.panel import AttentionPanel
from secondskies_desktop.desktop.widgets.state_pane import PaneState
from secondskies_desktop.engine.alarm_test import AlarmTest, AlarmTests, Stage
from secondskies_desktop.foundation.attention import Attention, Episode, Severity
from secondskies_desktop.foundation.clock import as_datetime
from tests.clocks import FrozenClock
from tests.desktop.fake_desk import FakeDesk
from tests.desktop.made_signals import NOW_US

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.readers import Readers

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US


def attention(key: str, severity: Severity, ago_s: int) -> Attention:
    return Attention("storage", severity, key, f"{key} is full", as_datetime(NOW_US - ago_s * SECOND_US))


def episode(number: int, severity: Severity = Severity.WATCH, text: str = "the backup failed") -> Episode:
    raised_us = NOW_US - (1_000 - number) * MINUTE_US
    return Episode(number, "job", "backup", severity, text, raised_us, raised_us + 90 * SECOND_US, None)


class Rig:
    """A panel on a desk in memory."""

    def __init__(self, qtbot: QtBot, bridge: Bridge, readers: Readers) -> None:
        self.qtbot, self.bridge, self.readers = qtbot, bridge, readers
        self.desk = FakeDesk()
        bridge.listen(self.desk.bus)
        self.panel = AttentionPanel(clock=FrozenClock(NOW_US))
        qtbot.addWidget(self.panel)
        self.panel.resize(1_120, 720)
        self.panel.show()

    def start(self) -> None:
        """Start it, and wait for what it reads."""
        with self.qtbot.waitSignal(self.panel.loaded):
            self.panel.start(self.desk, self.bridge, self.readers)
        self.qtbot.waitUntil(lambda: "attention_open" in self.desk.calls)
        self.qtbot.waitUntil(lambda: self.panel.open.model.rowCount() == len(self.desk.board.open()))


@pytest.fixture
def rig(qtbot: QtBot, bridge: Bridge, readers: Readers) -> Rig:
    """A panel that has not been started."""
    return Rig(qtbot, bridge, readers)


def state(rig: Rig) -> PaneState:
    return rig.panel.history.pane.state


def cells(model: QAbstractItemModel, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_that_nothing_and_an_error_are_states_of_their_own(rig: Rig) -> None:
    assert rig.panel.open.nothing.text().startswith("Not known yet")
    rig.start()
    assert state(rig) is PaneState.EMPTY
    rig.qtbot.waitUntil(lambda: rig.panel.open.nothing.text() == "✓  Nothing wants you now")
    assert not rig.panel.open.acknowledge_all.isEnabled()
    rig.desk.broken = OSError("the disk is gone")
    with rig.qtbot.waitSignal(rig.panel.loaded):
        rig.panel.history.pane.retry.emit()
    assert state(rig) is PaneState.ERROR
    rig.panel.open.read()
    unread = "Not known: what wants you could not be read. the disk is gone"
    rig.qtbot.waitUntil(lambda: rig.panel.open.nothing.text() == unread)
    rig.desk.broken = None
    rig.panel.open.read()
    rig.qtbot.waitUntil(lambda: rig.panel.open.nothing.text() == "✓  Nothing wants you now")


def test_that_the_gravest_stands_on_top_with_its_mark_and_age(rig: Rig) -> None:
    rig.desk.board.raise_(attention("inbox", Severity.INFO, 30))
    rig.desk.board.raise_(attention("disk", Severity.DANGER, 600))
    rig.start()
    model = rig.panel.open.model
    QAbstractItemModelTester(model)
    assert [cells(model, column) for column in range(5)] == [
        ["!!", "i"],
        ["Danger", "Info"],
        ["disk is full", "inbox is full"],
        ["10:32:07", "10:41:37"],
        ["10 min", "30 s"],
    ]
    rig.panel.tick(NOW_US + 31 * SECOND_US)
    assert cells(model, 4) == ["10 min", "1 min"]


def test_that_enter_acknowledges_the_chosen_and_a_button_all(rig: Rig) -> None:
    for key in ("disk", "inbox", "tunnel"):
        rig.desk.board.raise_(attention(key, Severity.DANGER, 60))
    rig.start()
    rig.panel.open.table.selectRow(1)
    QTest.keyClick(rig.panel.open.table, Qt.Key.Key_Return)
    rig.qtbot.waitUntil(lambda: cells(rig.panel.open.model, 7) == ["", "✓", ""])
    assert rig.desk.board.is_acknowledged("storage", "inbox")
    rig.panel.open.acknowledge_all.click()
    rig.qtbot.waitUntil(lambda: cells(rig.panel.open.model, 7) == ["✓", "✓", "✓"])
    rig.qtbot.waitUntil(lambda: not rig.panel.open.acknowledge_all.isEnabled())


def test_that_an_edge_is_seen_and_the_history_read_after_it(rig: Rig) -> None:
    rig.desk.history = [episode(1)]
    rig.start()
    rig.desk.history.append(episode(2))
    rig.desk.board.raise_(attention("disk", Severity.DANGER, 1))
    rig.qtbot.waitUntil(lambda: rig.panel.open.model.rowCount() == 1)
    rig.qtbot.waitUntil(lambda: rig.panel.history.model.rowCount() == 2)
    rig.desk.board.clear("storage", "disk")
    rig.qtbot.waitUntil(lambda: rig.panel.open.model.rowCount() == 0)


def test_that_a_window_that_hears_nothing_looks_again_by_itself(rig: Rig) -> None:
    rig.start()
    rig.desk.history.append(episode(1))
    for second in range(15):
        rig.panel.tick(NOW_US + second * SECOND_US)
    rig.qtbot.waitUntil(lambda: rig.panel.history.model.rowCount() == 1)


def test_that_history_is_paged_without_end_or_gap(rig: Rig) -> None:
    rig.desk.history = [episode(number) for number in range(1, 451)]
    rig.start()
    assert rig.panel.history.model.rowCount() == 200
    rig.panel.turn_to("History")
    bar = rig.panel.history.table.verticalScrollBar()
    bar.setValue(bar.maximum())
    rig.qtbot.waitUntil(lambda: rig.panel.history.model.rowCount() == 400)
    bar.setValue(bar.maximum())
    rig.qtbot.waitUntil(lambda: rig.panel.history.model.rowCount() == 450)
    assert [line.id for line in rig.panel.history.model.lines] == list(range(450, 0, -1))


def test_that_a_storm_longer_than_a_page_leaves_no_gap(rig: Rig) -> None:
    rig.desk.history = [episode(number) for number in range(3)]
    rig.start()
    rig.desk.history = [episode(number) for number in range(3 + 2 * _PAGE)]
    rig.panel.tick(NOW_US)
    with rig.qtbot.waitSignal(rig.panel.loaded):
        rig.panel.history.read()
    rig.panel.turn_to("History")
    bar, every = rig.panel.history.table.verticalScrollBar(), [one.id for one in reversed(rig.desk.history)]

    def scrolled_to_the_end() -> bool:
        bar.setValue(0)
        bar.setValue(bar.maximum())
        return [line.id for line in rig.panel.history.model.lines] == every

    rig.qtbot.waitUntil(scrolled_to_the_end)


def test_that_history_is_filtered_by_severity_and_text_and_esc_undoes_it(rig: Rig) -> None:
    rig.desk.history = [
        episode(1),
        episode(2, Severity.DANGER, "the disk is full"),
        episode(3, Severity.DANGER, "the tunnel is down"),
    ]
    rig.start()
    rig.panel.history.severities.turn_on("Danger")
    rig.panel.history.severities.chosen.emit("Danger")
    assert rig.panel.history.model.rowCount() == 2
    assert rig.panel.focus_filter()
    rig.panel.history.words.setText("TUNNEL")
    assert cells(rig.panel.history.model, 2) == ["the tunnel is down"]
    rig.panel.history.words.setText("nowhere")
    assert state(rig) is PaneState.EMPTY
    assert rig.panel.go_back()
    assert rig.panel.history.model.rowCount() == 3
    assert rig.panel.go_back(), "from there back to what is open"
    assert not rig.panel.go_back()


def test_that_chosen_rows_are_copied_for_a_spreadsheet(rig: Rig) -> None:
    rig.desk.history = [episode(1), episode(2, text="=1+1")]
    rig.start()
    rig.panel.history.table.selectAll()
    QTest.keySequence(rig.panel.history.table, "Ctrl+C")
    lines = QGuiApplication.clipboard().text().split("\n")
    assert len(lines) == 3
    assert lines[0].split("\t")[2:4] == ["What wanted you", "Raised NY"]
    assert lines[1].split("\t")[2] == "'=1+1"


def test_that_a_history_that_can_no_longer_be_read_stays_and_says_so(rig: Rig) -> None:
    rig.desk.history = [episode(1)]
    rig.start()
    rig.desk.broken = OSError("the disk is gone")
    with rig.qtbot.waitSignal(rig.panel.loaded, timeout=3_000):
        rig.bridge.attention_changed.emit([])
    assert state(rig) is PaneState.CONTENT
    assert "the disk is gone" in rig.panel.history.pane.ribbon.text()


def test_that_the_last_proof_is_told_with_its_age(rig: Rig) -> None:
    test = AlarmTest(NOW_US - 250 * SECOND_US, NOW_US - 249_200_000, (Stage("webhook", True, "x", 1.0),))
    rig.desk.alarm_tests = AlarmTests(test, test)
    rig.start()
    rig.qtbot.waitUntil(lambda: rig.panel.open.proof.text().startswith("Test alarm: last proved"))
    assert rig.panel.open.proof.text() == "Test alarm: last proved 10:37:57 NY, 4 min ago, 0.8 s"
    with rig.qtbot.waitSignal(rig.panel.test_wanted):
        rig.panel.open.test.click()
    assert not rig.panel.open.test.isEnabled()
    rig.panel.show_refusal("this window only looks on")
    assert rig.panel.open.test.isEnabled()
    assert rig.panel.open.proof.text() == "Test alarm: not run, this window only looks on"


def test_that_a_failed_proof_is_named_beside_the_last_good_one() -> None:
    good = AlarmTest(NOW_US - 600 * SECOND_US, NOW_US - 600 * SECOND_US, (Stage("webhook", True, "x"),))
    stages = (Stage("webhook", True, "x", 3.0), Stage("sound", False, "aplay: no such device"))
    bad = AlarmTest(NOW_US - 60 * SECOND_US, NOW_US - 60 * SECOND_US, stages)
    assert columns.proof_words(AlarmTests(bad, good), NOW_US) == (
        "Test alarm: failed at sound 10:41:07 NY, last proved 10:32:07 NY, 10 min ago",
        True,
    )
    assert columns.proof_words(AlarmTests(bad, None), NOW_US)[0].endswith("never proved")
    assert columns.proof_words(None, NOW_US) == ("Test alarm: never run", False)
    assert columns.proof_why(bad) == "✓ webhook: x  3.00 ms\n✗ sound: aplay: no such device"


def test_that_a_time_of_another_day_says_which() -> None:
    assert when(NOW_US, NOW_US) == "10:42:07"
    assert when(NOW_US - 86_400 * SECOND_US, NOW_US) == "09 Dec 10:42:07"
    assert when(None, NOW_US) == "–"
