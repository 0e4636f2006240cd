"""The roadmap: every module once, and marks that only the trader makes."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.panels.main_dashboard.panel import MainDashboard
from secondskies_desktop.desktop.panels.roadmap.panel import RoadmapPanel
from secondskies_desktop.desktop.panels.roadmap.tree_model import (
    HEADS,
    Column,
    RoadmapModel,
    in_words,
)
from secondskies_desktop.desktop.remembered import Remembered
from secondskies_desktop.desktop.widgets.locked_card import LockedCard, Padlock
from secondskies_desktop.engine.desk import Desk
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.roadmap import Marked, Roadmap, levels
from tests.desktop.fake_desk import FakeDesk

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.engine.engine import Engine
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


@pytest.mark.parametrize(
    ("key", "theirs", "priority", "timeline"),
    [
        ("L1/H1.1.1", "complete", "critical", "completed Months 1-6"),
        ("L1/H1.4A", "planned", "low", "Month 12+ (if desired)"),
        ("L1/H1.6", "planned", "critical", "Months 13-15"),
        ("L1/H2.5", "deferred", "low", "deferred indefinitely"),
        ("L2C/H3.4", "deferred", "medium", "deferred"),
        ("L4B/H1.25", "deferred", "medium", "deferred until Month 26+"),
        ("L5A/H1.30", "planned", "high", "Month 11"),
        ("L5B/H2.24", "deferred", "medium", "Months 24+"),
        ("L6/H2.26", "planned", "critical", "Month 11"),
        ("L6/H3.19", "deferred", "", "Months 16+"),
        ("L8/H1.40", "planned", "medium", "Month 16"),
    ],
)
def test_that_a_module_says_what_he_wrote_of_it(key: str, theirs: str, priority: str, timeline: str) -> None:
    ((phase, module),) = [
        (phase, module)
        for level in levels()
        for phase in level.phases
        for module in phase.modules
        if module.key == key
    ]
    assert (module.theirs, phase.priority_of(module), phase.timeline_of(module)) == (
        theirs,
        priority,
        timeline,
    )


def test_that_a_priority_is_one_of_his_words() -> None:
    words = {"critical", "high", "medium", "low", ""}
    for level in levels():
        assert set(level.priority.split(", ")) <= words, level.number
        for phase in level.phases:
            assert {phase.priority_of(module) for module in phase.modules} <= words, phase.id


def test_that_module_numbers_are_given_once_but_for_module_20() -> None:
    numbers = [(module.module, module.key) for level in levels() for module in level.modules if module.module]
    assert sorted(numbers) == [
        (15, "L1/H1.1.1"),
        (16, "L1/H1.2"),
        (17, "L1/H1.3"),
        (18, "L6/H1.34"),
        (19, "L6/H1.35"),
        (20, "L1/H1.5"),
        (20, "L5A/H2.25"),
        (21, "L1/H1.6"),
        (22, "L1/H1.7"),
    ]


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


def test_that_the_engine_by_itself_marks_nothing(engine: Engine) -> None:
    desk = Desk(engine.profile, engine.bus, engine)
    try:
        assert desk.roadmap().marks == {}
        desk.mark_module("L1/H1.2", complete=True)
        assert set(desk.roadmap().marks) == {"L1/H1.2"}
    finally:
        desk.close()


def test_that_only_his_own_hand_leads_to_a_mark() -> None:
    package = Path(__file__).parents[2] / "secondskies_desktop"
    calls = {
        f"{name} in {file.relative_to(package).as_posix()}"
        for file in package.rglob("*.py")
        for name in ("write_roadmap_mark(", "mark_module(")
        if re.search(rf"(?<!def ){re.escape(name)}", file.read_text(encoding="utf-8"))
    }
    assert calls == {
        "write_roadmap_mark( in engine/desk.py",
        "mark_module( in desktop/panels/roadmap/panel.py",
    }


def test_that_space_marks_and_the_same_key_takes_it_back(
    qtbot: QtBot, panel: RoadmapPanel, desk: FakeDesk
) -> None:
    panel.show_module("L1/H1.2")
    panel.take_focus()
    panel.tree.setFocus()
    with qtbot.waitSignal(panel.loaded):
        QTest.keyClick(panel.tree, Qt.Key.Key_Space)
    assert marked(desk) == {"L1/H1.2": True}
    place = panel.model.place_of("L1/H1.2").siblingAtColumn(Column.YOURS)
    assert place.data(Qt.ItemDataRole.CheckStateRole) is Qt.CheckState.Checked
    assert panel.said.text() == "L1/H1.2 marked complete 09:40 NY"
    with qtbot.waitSignal(panel.loaded):
        QTest.keyClick(panel.tree, Qt.Key.Key_Space)
    assert marked(desk) == {"L1/H1.2": False}
    assert panel.said.text() == "The mark of L1/H1.2 taken back 09:40 NY"


def test_that_undo_takes_back_the_last_mark_that_was_written(
    qtbot: QtBot, panel: RoadmapPanel, desk: FakeDesk
) -> None:
    with qtbot.waitSignal(panel.loaded):
        panel.model.marked.emit("L1/H1.2", True)
    desk.broken = RuntimeError("the database is locked")
    panel.model.marked.emit("L8/H1.43", True)
    qtbot.waitUntil(lambda: "the database is locked" in panel.said.text())
    desk.broken = None
    with qtbot.waitSignal(panel.loaded):
        panel.undo.click()
    assert marked(desk) == {"L1/H1.2": False}


def test_that_a_mark_offers_once_to_be_taken_back(qtbot: QtBot, panel: RoadmapPanel, desk: FakeDesk) -> None:
    offered: list[Callable[[], object]] = []
    panel.undoable.connect(offered.append)
    with qtbot.waitSignal(panel.loaded):
        panel.model.marked.emit("L1/H1.2", True)
    (back,) = offered
    with qtbot.waitSignal(panel.loaded):
        back()
    assert marked(desk) == {"L1/H1.2": False}
    assert len(offered) == 1


def test_that_a_mark_waits_for_the_one_before_it(qtbot: QtBot, panel: RoadmapPanel, desk: FakeDesk) -> None:
    desk.gate = threading.Event()
    panel.model.marked.emit("L1/H1.2", True)
    panel.model.marked.emit("L1/H1.2", False)
    with qtbot.waitSignal(panel.loaded):
        desk.gate.set()
    assert marked(desk) == {"L1/H1.2": True}


def test_that_a_mark_changes_its_row_and_those_above_it(
    qtbot: QtBot, panel: RoadmapPanel, desk: FakeDesk
) -> None:
    changed: list[str] = []
    panel.model.dataChanged.connect(lambda first, _last: changed.append(first.data()))
    level = panel.model.index(1, Column.YOURS)
    assert level.data() == "0 of 32"
    with qtbot.waitSignal(panel.loaded):
        panel.model.marked.emit("L1/H1.2", True)
    assert changed == ["L1/H1.2", "Phase 1", "Level 1"]
    assert level.data() == "1 of 32"
    assert desk.calls.count("mark_module") == 1


def test_that_a_click_on_the_box_marks(qtbot: QtBot, panel: RoadmapPanel, desk: FakeDesk) -> None:
    panel.show_module("L8/H1.43")
    place = panel.model.place_of("L8/H1.43").siblingAtColumn(Column.YOURS)
    box = panel.tree.visualRect(place)
    with qtbot.waitSignal(panel.loaded):
        QTest.mouseClick(
            panel.tree.viewport(),
            Qt.MouseButton.LeftButton,
            pos=QPoint(box.left() + theme.MARK + 2, box.center().y()),
        )
    assert set(desk.marks) == {"L8/H1.43"}
    assert not panel.model.setData(place.siblingAtColumn(0), 2, Qt.ItemDataRole.CheckStateRole)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("regime classifier", {"H1.4D/H2.28", "L3/H2.16", "L5B/H2.24"}),
        ("l5a month 11", {"L5A/H1.30", "L5A/H1.31"}),
        ("l1 partly", {"L1/H1.1", "L1/H1.2", "L1/H1.4", "L1/H1.4B", "L1/H3.2"}),
        ("nothing says this", set()),
    ],
)
def test_that_a_filter_shows_what_says_it_and_escape_shows_all(
    panel: RoadmapPanel, words: str, keys: set[str]
) -> None:
    assert panel.focus_filter()
    QTest.keyClicks(panel.filter, words)
    assert shown(panel.model) == keys
    assert panel.go_back()
    assert shown(panel.model) == set(KEYS)
    assert not panel.go_back()


def test_that_the_tree_keeps_its_promises(qtmodeltester: object, panel: RoadmapPanel) -> None:
    qtmodeltester.check(panel.model)  # type: ignore[attr-defined]
    panel.model.narrow("regime")
    qtmodeltester.check(panel.model)  # type: ignore[attr-defined]
    assert panel.model.parent(QModelIndex()) == QModelIndex()


def test_that_rows_are_copied_for_a_spreadsheet(panel: RoadmapPanel) -> None:
    panel.show_module("L1/H1.1.1")
    panel.copy_rows()
    head, line = QGuiApplication.clipboard().text().split("\n")
    assert tuple(head.split("\t")) == HEADS
    assert line.split("\t")[:4] == ["L1/H1.1.1", "Homepage Command Center · Module 15", "", "● built"]


def test_that_the_keyboard_walks_the_rows_and_opens_a_level(panel: RoadmapPanel) -> None:
    assert panel.step_row(1)
    level = panel.tree.currentIndex()
    assert level.data() == "Level 0"
    before = panel.tree.isExpanded(level)
    QTest.keyClick(panel.tree, Qt.Key.Key_Return)
    assert panel.tree.isExpanded(level) is not before
    QTest.keyClick(panel.tree, Qt.Key.Key_Return)
    assert panel.tree.isExpanded(level) is before
    panel.show_module("L1/H1.2")
    assert not panel.open_row()


def test_that_a_level_says_how_far_it_has_come() -> None:
    roadmap = Roadmap(levels(), {"L1/H1.2": Marked(complete=True, at_us=0)})
    assert in_words(roadmap.progress(levels()[1])) == "9 of 32 built, 5 partly · you marked 1"
    assert in_words(roadmap.progress(levels()[10])) == "0 of 11 built · you marked 0"


def test_that_columns_stay_where_he_put_them(
    qtbot: QtBot, panel: RoadmapPanel, tmp_path: Path, desk: FakeDesk, bridge: Bridge, readers: Readers
) -> None:
    remembered = Remembered(tmp_path / "desktop.json")
    panel.tree.header().moveSection(Column.WHERE, Column.MODULE)
    panel.save_state(remembered)
    again = RoadmapPanel()
    qtbot.addWidget(again)
    again.restore_state(remembered)
    with qtbot.waitSignal(again.loaded):
        again.start(desk, bridge, readers)
    assert again.tree.header().visualIndex(Column.WHERE) == Column.MODULE


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT], ids=lambda look: look.name)
def test_that_a_locked_card_names_its_place_under_a_padlock(
    qtbot: QtBot, dressed: QApplication, look: theme.Theme
) -> None:
    theme.put_on(dressed, look)
    card = LockedCard("L4B/H1.25", "Automation engine")
    qtbot.addWidget(card)
    card.show()
    assert card.says.text() == "Locked · L4B/H1.25 of the roadmap · not built"
    (padlock,) = card.findChildren(Padlock)
    picture = padlock.grab().toImage()
    middle = picture.pixelColor(picture.width() // 2, picture.height() * 2 // 3)
    assert middle.name() == look.faint
    card.copy_table()
    assert QGuiApplication.clipboard().text().split("\n") == ["Automation engine", card.says.text()]
    theme.put_on(dressed, theme.DARK)


def test_that_every_locked_card_names_a_module_that_is_not_built(qtbot: QtBot, dressed: QApplication) -> None:
    del dressed
    built = {module.key: module.built for level in levels() for module in level.modules}
    dashboard = MainDashboard()
    qtbot.addWidget(dashboard)
    cards = dashboard.findChildren(LockedCard)
    assert [built[card.key] for card in cards] == ["no"] * len(cards)
    assert cards


def shown(model: RoadmapModel) -> set[str]:
    """Return the keys of the modules that pass the filter."""

    def below(parent: QModelIndex) -> set[str]:
        found = set()
        for row in range(model.rowCount(parent)):
            place = model.index(row, 0, parent)
            module = model.module_at(place)
            found |= below(place) if module is None else {module.key}
        return found

    return below(QModelIndex())
