"""Signal Diagnosis in Signal Detail: the score, what it lost, what contradicts itself, what was filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from secondskies_desktop.desktop.panels.signal_detail.panel import SignalDetail
from secondskies_desktop.desktop.preferences import Preferences
from secondskies_desktop.desktop.widgets.state_pane import PaneState
from secondskies_desktop.engine.integrity_desk import Diagnosis
from tests.desktop.fake_desk import FakeDesk
from tests.desktop.made_findings import a_conflict, a_fill, a_finding
from tests.desktop.made_signals import a_row

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.readers import Readers

GAP = a_finding(1, "no_stop_loss", 15)
CHECK = a_finding(2, "mae_positive", 0, "check")


@pytest.fixture
def desk() -> FakeDesk:
    made = FakeDesk([a_row(1), a_row(2)])
    log = (a_fill(4), a_fill(5, undone=True), a_fill(6, kind="choice", source="received"))
    made.entries = list(log)
    made.diagnoses[1] = Diagnosis(1, 85, (GAP,), (CHECK,), (a_conflict(),), log)
    made.diagnoses[2] = Diagnosis(2, 100, (), (), (), ())
    return made


@pytest.fixture
def panel(qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers) -> SignalDetail:
    made = SignalDetail()
    made.use_preferences(Preferences())
    qtbot.addWidget(made)
    made.resize(700, 900)
    made.show()
    bridge.listen(desk.bus)
    made.start(desk, bridge, readers)
    return made


def shown(qtbot: QtBot, panel: SignalDetail, signal_id: int) -> None:
    with qtbot.waitSignal(panel.diagnosis.shown):
        panel.show_signal(signal_id)


def cells(model: QAbstractItemModel, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_that_what_wants_him_stands_above_what_was_filled_in(qtbot: QtBot, panel: SignalDetail) -> None:
    shown(qtbot, panel, 1)
    found = panel.diagnosis
    assert cells(found.model, 0) == ["!", "!", "i", "◆", "✓", "↶"]
    assert cells(found.model, 1)[:3] == ["Entry price", "No stop", "Mae positive"]
    assert cells(found.model, 2)[:3] == ["25,010.00, 25,012.50", "−15 points", "costs nothing"]
    assert cells(found.model, 3)[4].startswith("second source 0.95 · another id says so")
    assert (found.score.text(), found.score.property("tone")) == ("Quality 85", "watch")
    assert found.note.text() == "of 100 · 15 points lost"
    assert panel.tabs.tabText(2) == "Diagnosis  3"


def test_that_a_whole_signal_says_that_nothing_is_missing(qtbot: QtBot, panel: SignalDetail) -> None:
    shown(qtbot, panel, 2)
    assert panel.diagnosis.pane.state is PaneState.EMPTY
    assert panel.diagnosis.pane._empty.title.text() == "Nothing is missing"
    assert panel.diagnosis.score.text() == "Quality 100"
    assert panel.tabs.tabText(2) == "Diagnosis"


def test_that_where_nobody_looked_the_score_is_unknown(
    qtbot: QtBot, panel: SignalDetail, desk: FakeDesk
) -> None:
    desk.diagnoses.clear()
    shown(qtbot, panel, 2)
    assert panel.diagnosis.score.text() == "Quality unknown"
    assert panel.diagnosis.pane._empty.title.text() == "Nothing has looked at it yet"


def test_that_a_fill_is_taken_back_and_put_back_from_here(
    qtbot: QtBot, panel: SignalDetail, desk: FakeDesk
) -> None:
    shown(qtbot, panel, 1)
    panel.tabs.setCurrentWidget(panel.diagnosis)
    found = panel.diagnosis
    assert not found.back.isVisible()
    found.table.selectRow(4)
    assert found.back.isVisible()
    undos: list[Callable[[], object]] = []
    panel.undoable.connect(undos.append)
    with qtbot.waitSignal(found.shown):
        QTest.keyClick(found.table, Qt.Key.Key_Delete)
    assert [one.undone for one in desk.entries] == [True, True, False]
    assert found.note.text() == "1 value taken back · Ctrl+Z"
    with qtbot.waitSignal(found.shown):
        undos[0]()
    assert [one.undone for one in desk.entries] == [False, True, False]


def test_that_a_conflict_is_decided_from_here(qtbot: QtBot, panel: SignalDetail, desk: FakeDesk) -> None:
    shown(qtbot, panel, 1)
    panel.tabs.setCurrentWidget(panel.diagnosis)
    found = panel.diagnosis
    found.table.selectRow(1)
    QTest.keyClick(found.table, Qt.Key.Key_Return)
    assert not found.findChildren(QMenu), "a gap offers no choice"
    found.table.selectRow(0)
    QTest.keyClick(found.table, Qt.Key.Key_Return)
    assert found.menu is not None
    with qtbot.waitSignal(found.shown):
        QTest.keyClick(found.menu, Qt.Key.Key_Return)
    assert desk.chosen == [(a_conflict(), 2)]


def test_that_it_is_read_again_when_the_signal_changes(
    qtbot: QtBot, panel: SignalDetail, desk: FakeDesk
) -> None:
    shown(qtbot, panel, 1)
    desk.diagnoses[1] = Diagnosis(1, 100, (), (), (), ())
    with qtbot.waitSignal(panel.diagnosis.shown):
        desk.change(a_row(1, seq=99))
    assert panel.tabs.tabText(2) == "Diagnosis"
