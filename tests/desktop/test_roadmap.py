"""The roadmap: every module once, and marks that only the trader makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from secondskies_desktop.desktop.panels.roadmap.panel import RoadmapPanel
from secondskies_desktop.engine.desk import Desk
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.roadmap import Roadmap, levels
from tests.desktop.fake_desk import FakeDesk

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile

KEYS = [module.key for level in levels() for module in level.modules]


@pytest.fixture
def desk() -> FakeDesk:
    """A desk without a mark."""
    return FakeDesk()


@pytest.fixture
def panel(qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers) -> RoadmapPanel:
    """The panel, with the roadmap in it."""
    made = RoadmapPanel()
    qtbot.addWidget(made)
    made.resize(1_000, 700)
    made.show()
    made.activateWindow()
    with qtbot.waitSignal(made.loaded):
        made.start(desk, bridge, readers)
    return made


def marked(desk: FakeDesk) -> dict[str, bool]:
    return {key: mark.complete for key, mark in desk.marks.items()}


def test_that_every_level_is_there_and_ids_used_twice_have_keys_of_their_own() -> None:
    assert [level.number for level in levels()] == list(range(11))
    assert len(set(KEYS)) == len(KEYS)
    assert {"L2A/H1.7", "L1/H1.7", "L6/H2.26", "H1.4D/H2.26", "L3/H2.16", "L8/H2.40"} <= set(KEYS)


def test_that_what_is_built_says_where_and_what_is_not_says_nothing() -> None:
    for level in levels():
        for module in level.modules:
            assert bool(module.where) is (module.built != "no"), module.key


def test_that_nothing_is_marked_before_he_marks_it() -> None:
    roadmap = Roadmap(levels(), {})
    assert not any(roadmap.is_marked(key) for key in KEYS)
    assert all(roadmap.progress(level)[3] == 0 for level in levels())


def test_that_marks_are_kept_on_both_databases_and_can_be_taken_back(
    database: URL, profile_on: Callable[[URL], Profile]
) -> None:
    ensure_schema(database)
    desk = Desk(profile_on(database), Bus())
    try:
        assert desk.roadmap().marks == {}
        assert desk.mark_module("L1/H1.2", complete=True).is_marked("L1/H1.2")
        assert not desk.mark_module("L1/H1.2", complete=False).is_marked("L1/H1.2")
        assert set(desk.roadmap().marks) == {"L1/H1.2"}
        with pytest.raises(KeyError):
            desk.mark_module("L1/H9.9", complete=True)
    finally:
        desk.close()


def test_that_space_marks_and_undo_takes_it_back(qtbot: QtBot, panel: RoadmapPanel, desk: FakeDesk) -> None:
    panel.show_module("L1/H1.2")
    panel.take_focus()
    panel.tree.setFocus()
    with qtbot.waitSignal(panel.loaded):
        QTest.keyClick(panel.tree, Qt.Key.Key_Space)
    assert marked(desk) == {"L1/H1.2": True}
    place = panel.model.place_of("L1/H1.2").siblingAtColumn(1)
    assert place.data(Qt.ItemDataRole.CheckStateRole) is Qt.CheckState.Checked
    assert panel.said.text() == "L1/H1.2 marked complete"
    with qtbot.waitSignal(panel.loaded):
        panel.undo.click()
    assert marked(desk) == {"L1/H1.2": False}
    assert panel.said.text() == "The mark of L1/H1.2 is taken back"


def test_that_a_click_on_the_box_marks(qtbot: QtBot, panel: RoadmapPanel, desk: FakeDesk) -> None:
    place = panel.model.place_of("L8/H1.43").siblingAtColumn(1)
    with qtbot.waitSignal(panel.loaded):
        assert panel.model.setData(place, Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
    assert set(desk.marks) == {"L8/H1.43"}
    assert not panel.model.setData(place.siblingAtColumn(0), 2, Qt.ItemDataRole.CheckStateRole)


def test_that_a_filter_shows_what_says_it_and_escape_shows_all(panel: RoadmapPanel) -> None:
    assert panel.focus_filter()
    QTest.keyClicks(panel.filter, "regime classifier")
    shown = [
        panel.model.index(row, 0, panel.model.index(level, 0)).data()
        for level in range(panel.model.rowCount())
        for row in range(panel.model.rowCount(panel.model.index(level, 0)))
    ]
    assert len(shown) == 3
    assert all("Regime Classifier" in text for text in shown)
    assert panel.go_back()
    assert panel.model.rowCount() == 11


def test_that_the_tree_keeps_its_promises(qtmodeltester: object, panel: RoadmapPanel) -> None:
    qtmodeltester.check(panel.model)  # type: ignore[attr-defined]
    assert panel.model.parent(QModelIndex()) == QModelIndex()


def test_that_rows_are_copied_for_a_spreadsheet(panel: RoadmapPanel) -> None:
    panel.show_module("L1/H1.1")
    panel.copy_rows()
    head, line = QGuiApplication.clipboard().text().split("\n")
    assert head.split("\t")[:3] == ["Module", "Yours", "Built"]
    assert line.split("\t")[0] == "L1/H1.1  Core Platform Foundation · Module 15"
