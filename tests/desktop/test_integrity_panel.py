"""The Integrity panel: health and its honest unknowns, findings, conflicts, fills, coverage, and keys for all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QAbstractItemModel, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest

from secondskies_desktop.desktop.models import integrity_words as words
from secondskies_desktop.desktop.models.health_history import MOST, runs, thinned
from secondskies_desktop.desktop.panels.integrity.panel import (
    CONFLICTS,
    COVERAGE,
    FILLS,
    FINDINGS,
    HEALTH,
    IntegrityPanel,
)
from secondskies_desktop.desktop.preferences import Preferences
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.state_pane import PaneState
from secondskies_desktop.integrity.coverage import HOUR_US, Cover
from tests.clocks import START_US, FrozenClock
from tests.desktop.fake_desk import FakeDesk
from tests.desktop.made_findings import STREAM, a_conflict, a_fill, a_finding, a_sample, health_of
from tests.desktop.made_signals import NOW_US, a_row

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.readers import Readers


class Rig:
    """A panel on a desk in memory."""

    def __init__(self, qtbot: QtBot, bridge: Bridge, readers: Readers) -> None:
        self.qtbot, self.bridge, self.readers = qtbot, bridge, readers
        self.desk = FakeDesk()
        bridge.listen(self.desk.bus)
        self.panel = IntegrityPanel(clock=FrozenClock(NOW_US))
        self.preferences = Preferences()
        self.panel.use_preferences(self.preferences)
        self.undos: list[Callable[[], object]] = []
        self.panel.undoable.connect(self.undos.append)
        qtbot.addWidget(self.panel)
        self.panel.resize(1_120, 720)
        self.panel.show()

    def start(self, page: str = HEALTH) -> None:
        """Start it and turn to a page, and wait for what that reads."""
        with self.qtbot.waitSignal(self.panel.health.loaded):
            self.panel.start(self.desk, self.bridge, self.readers)
        if page != HEALTH:
            with self.qtbot.waitSignal(self.panel.pages[page].loaded):
                self.panel.turn_to(page)

    def headline(self) -> tuple[str, str, str]:
        """Return the number, its basis and its tone."""
        number = self.panel.health.health.number
        return number.number.text(), number.basis.text(), number.number.property("tone")


@pytest.fixture
def rig(qtbot: QtBot, bridge: Bridge, readers: Readers) -> Rig:
    """A panel that has not been started."""
    return Rig(qtbot, bridge, readers)


def cells(model: QAbstractItemModel, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_that_health_is_unknown_and_says_why_where_nothing_looked(rig: Rig) -> None:
    rig.start()
    assert rig.headline() == ("unknown", "nothing has looked for gaps yet", "unknown")
    assert rig.panel.health.hour.table.texts()[0] == ["Gaps found", "–"]
    assert rig.panel.health.completeness.number.number.text() == "not estimated yet"
    assert rig.panel.health.history.nothing.isVisible()


def test_that_health_without_a_signal_is_unknown_and_not_a_hundred(rig: Rig) -> None:
    rig.desk.health = health_of(health=None)
    rig.start()
    assert rig.headline()[:2] == ("unknown", "no signal has been received")


def test_that_health_stands_beside_its_target_and_turns_to_watch_below_it(rig: Rig) -> None:
    rig.desk.health = health_of([a_finding(1)], 89.99)
    rig.start()
    assert rig.headline() == ("89.9", "of 100 · ! below the target of 90", "watch")
    rig.preferences.set("integrity", "quality_watch", 80)
    assert rig.headline() == ("89.9", "of 100 · at or above the target of 80", "good")
    assert rig.panel.health.health.table.texts()[0] == ["Signals without a gap", "30 of 40 · 75 %"]


def test_that_completeness_stands_beside_health_with_its_interval(rig: Rig) -> None:
    sample = a_sample(1)._replace(completeness=0.981, completeness_low=0.972, completeness_high=0.988)
    rig.desk.health = health_of(sample=sample)
    rig.start()
    number = rig.panel.health.completeness.number
    assert (number.number.text(), number.basis.text()) == ("98.1 %", "of alerts came, 97.2 to 98.8 % at 90 %")
    assert rig.headline()[0] == "93.2"


def test_that_sources_and_the_last_hour_are_counted(rig: Rig) -> None:
    rig.desk.health = health_of([a_finding(1), a_finding(2, "no_stop_loss", 15)])
    rig.start()
    rows = [[row[0], row[-1]] for row in rig.panel.health.sources.table.texts()]
    assert rows == [["Received", "1,234"], ["Recomputed", "5"], ["Inferred", "3"], ["Second source", "0"]]
    assert [row[1] for row in rig.panel.health.hour.table.texts()[:2]] == ["4", "2"]
    assert rig.panel.health.open.table.texts() == [["No MAE", "gap", "1"], ["No stop", "gap", "1"]]


def test_that_health_over_time_is_drawn_with_the_pauses_left_open(rig: Rig) -> None:
    rig.desk.samples = [a_sample(minutes, 90.0 + minutes % 3) for minutes in (600, 599, 598, 20, 19)]
    rig.desk.health = health_of()
    rig.start()
    history = rig.panel.health.history
    rig.qtbot.waitUntil(lambda: history.chart is not None, timeout=15_000)
    assert history.chart is not None
    assert len(history.chart.plot.getPlotItem().listDataItems()) == 2
    assert "health 91.0" in history.chart.readout.text()
    assert len(history.rows()) == 6
    with rig.qtbot.waitSignal(rig.panel.health.loaded):
        history.spans._buttons["Day"].click()


def test_that_a_dip_is_never_thinned_away() -> None:
    samples = [a_sample(5_000 - place, 95.0) for place in range(5_000)]
    samples[3_333] = samples[3_333]._replace(health=12.0)
    samples[17] = samples[17]._replace(health=None)
    found = thinned(samples)
    assert len(found) <= MOST
    assert min(one.health or 0 for one in found) == 12.0
    assert len(runs([a_sample(300), a_sample(299), a_sample(10)])) == 2


def test_that_an_error_leaves_what_was_shown_and_says_that_it_is_old(rig: Rig) -> None:
    rig.desk.health = health_of()
    rig.start()
    rig.desk.broken = OSError("the disk is gone")
    rig.panel.health.feed.ask()
    rig.qtbot.waitUntil(rig.panel.health.pane.ribbon.isVisible)
    assert rig.headline()[0] == "93.2"
    assert rig.panel.health.pane.state is PaneState.CONTENT


def test_that_only_the_page_that_is_seen_is_asked_for(rig: Rig) -> None:
    rig.start()
    assert "open_findings" not in rig.desk.calls
    rig.panel.be_seen(seen=False)
    rig.panel.turn_to(FINDINGS)
    assert "open_findings" not in rig.desk.calls
    with rig.qtbot.waitSignal(rig.panel.findings.loaded):
        rig.panel.be_seen(seen=True)
    asked = rig.desk.calls.count("health_since")
    with rig.qtbot.waitSignal(rig.panel.findings.loaded):
        rig.desk.change(a_row(1))
    assert rig.desk.calls.count("health_since") == asked


def test_that_every_five_seconds_it_is_asked_again(rig: Rig) -> None:
    rig.start()
    for _ in range(4):
        rig.panel.tick(NOW_US)
    with rig.qtbot.waitSignal(rig.panel.health.loaded):
        rig.panel.tick(NOW_US)


def test_that_findings_are_narrowed_by_category_type_and_words(rig: Rig) -> None:
    rig.desk.findings = [
        a_finding(1, "no_mae", 10),
        a_finding(2, "no_stop_loss", 15),
        a_finding(3, "mae_positive", 0, "check"),
        a_finding(4, "jump", 0, "anomaly"),
    ]
    rig.start(FINDINGS)
    page = rig.panel.findings
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert cells(page.model, 1) == ["−15", "−10", "0", "0"]
    assert cells(page.model, 6) == ["Gap", "Gap", "Check", "Anomaly"]
    assert [text for _, text in page.category._options()] == ["Anomaly  1", "Check  1", "Gap  2"]
    with rig.qtbot.waitSignal(page.loaded):
        page.category.choose("gap")
    assert page.count.text() == "2 of 4 open"
    assert [kind for kind, _ in page.type._options()] == ["no_mae", "no_stop_loss"]
    with rig.qtbot.waitSignal(page.loaded):
        page.type.choose("no_mae")
    assert cells(page.model, 2) == ["No MAE"]
    assert rig.panel.focus_filter()
    with rig.qtbot.waitSignal(page.loaded):
        page.words.setText("nowhere")
    assert page.pane.state is PaneState.EMPTY
    with rig.qtbot.waitSignal(page.loaded):
        assert rig.panel.go_back()
    assert page.model.rowCount() == 4
    assert rig.panel.go_back()
    assert rig.panel.tabs.on() == HEALTH
    assert not rig.panel.go_back()


def test_that_a_head_sorts_and_once_more_turns_the_order_round(rig: Rig) -> None:
    rig.desk.findings = [
        a_finding(1, "no_mae", 10),
        a_finding(2, "lost_update", 3),
        a_finding(3, "no_entry", 5),
    ]
    rig.start(FINDINGS)
    page = rig.panel.findings
    head = page.table.horizontalHeader()
    assert page.model.headerData(1, Qt.Orientation.Horizontal) == "Points ▾"
    for mark in "▴▾":
        with rig.qtbot.waitSignal(page.loaded):
            head.sectionClicked.emit(2)
        assert page.model.headerData(2, Qt.Orientation.Horizontal) == f"Type {mark}"
    assert [(one.order, one.down) for one in rig.desk.wanted[-2:]] == [("type", False), ("type", True)]
    asked = len(rig.desk.wanted)
    head.sectionClicked.emit(3)
    assert len(rig.desk.wanted) == asked, "there is no order by sentence"


def test_that_enter_opens_the_signal_of_a_finding(rig: Rig) -> None:
    rig.desk.findings = [a_finding(1)]
    rig.desk.signal_ids[STREAM, "signal-1"] = 42
    rig.start(FINDINGS)
    assert rig.panel.step_row(1)
    with rig.qtbot.waitSignal(rig.panel.detail_wanted) as wanted:
        QTest.keyClick(rig.panel.findings.table, Qt.Key.Key_Return)
    assert wanted.args == [42]


def test_that_no_finding_is_praised_only_where_somebody_looked(rig: Rig) -> None:
    rig.start(FINDINGS)
    title = rig.panel.findings.pane._empty.title
    assert title.text() == "Nothing has looked for gaps yet"
    rig.desk.health = health_of()
    with rig.qtbot.waitSignal(rig.panel.findings.loaded):
        rig.panel.findings.feed.ask()
    assert title.text() == "Nothing is missing"


def test_that_a_conflict_is_chosen_by_keyboard_and_the_choice_taken_back(rig: Rig) -> None:
    conflict = a_conflict()
    rig.desk.conflict_rows = [conflict]
    rig.desk.health = health_of([a_finding(1, "conflict:entry_price", 0, "check")])
    rig.start(CONFLICTS)
    page = rig.panel.conflicts
    assert cells(page.model, 3) == ["25,010.00 (#2)   25,012.50 (#3)"]
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    menu = page.menu
    assert menu is not None
    first, second = [one for one in menu.actions() if not one.isSeparator()]
    assert "shown now" in first.text()
    assert second.text().startswith("25,012.50")
    assert menu.activeAction() is first
    QTest.keyClick(menu, Qt.Key.Key_Down)
    with rig.qtbot.waitSignal(page.loaded):
        QTest.keyClick(menu, Qt.Key.Key_Return)
    assert rig.desk.chosen == [(conflict, 3)]
    assert page.pane.state is PaneState.EMPTY
    assert page.note.text() == "Chosen · Ctrl+Z"
    (undo,) = rig.undos
    undo()
    rig.qtbot.waitUntil(lambda: page.note.text() == "Choice taken back")
    assert rig.desk.calls.count("undo_fill") == 1


def test_that_del_takes_fills_back_and_ctrl_z_puts_them_back(rig: Rig) -> None:
    rig.desk.entries = [a_fill(1), a_fill(2), a_fill(3, undone=True)]
    rig.start(FILLS)
    page = rig.panel.fills
    assert cells(page.model, 0) == ["↶", "✓", "✓"]
    assert not page.back.isEnabled()
    page.table.selectAll()
    assert page.back.isEnabled()
    with rig.qtbot.waitSignal(page.loaded):
        QTest.keyClick(page.table, Qt.Key.Key_Delete)
    assert cells(page.model, 0) == ["↶", "↶", "↶"]
    assert page.note.text() == "2 values taken back · Ctrl+Z"
    (undo,) = rig.undos
    with rig.qtbot.waitSignal(page.loaded):
        undo()
    assert cells(page.model, 0) == ["↶", "✓", "✓"]
    assert page.note.text() == "2 values put back"


def test_that_a_refused_act_says_so_and_changes_nothing(rig: Rig) -> None:
    rig.desk.entries = [a_fill(1)]
    rig.start(FILLS)
    page = rig.panel.fills
    page.table.selectRow(0)
    rig.desk.broken = RuntimeError("a replay is thrown away")
    page.take_back()
    rig.qtbot.waitUntil(lambda: page.note.text() == "Not done: a replay is thrown away")
    assert rig.undos == []
    assert cells(page.model, 0) == ["✓"]


def test_that_older_fills_come_by_scrolling(rig: Rig) -> None:
    rig.desk.entries = [a_fill(number) for number in range(1, 251)]
    rig.start(FILLS)
    page = rig.panel.fills
    assert page.model.rowCount() == 200
    bar = page.table.verticalScrollBar()
    with rig.qtbot.waitSignal(page.loaded):
        bar.setValue(bar.maximum())
    assert page.model.rowCount() == 250
    assert page.table.copy() != ""


def test_that_the_calendar_names_silent_hours_by_mark_and_number(rig: Rig) -> None:
    # Friday 10:00 NY and this Monday 09:00 NY.
    rig.desk.moments = [START_US - 3 * 24 * HOUR_US, *([START_US] * 7)]
    rig.start(COVERAGE)
    page = rig.panel.coverage
    assert page.pane.state is PaneState.CONTENT
    grid = page.card.grid
    monday = page.card.rows()[1]
    assert monday[0] == "2025-12-01"
    assert (monday[1 + 15], monday[1], monday[1 + 23]) == ("7", "silent", "shut")
    assert "open hours without any" in page.card.sum.text()
    place = grid._place(0, 15).center()
    found = grid.at(place)
    assert found is not None
    assert found[1].cover is Cover.HEARD
    said = grid.words(*found)
    assert said.startswith("Mon 01 Dec 2025, 09:00 to 10:00 NY\n7 alerts · market open 60 min")
    assert grid.at(QPoint(1, 1)) is None
    with rig.qtbot.waitSignal(page.loaded):
        page.turn(-1)
    assert page.card.after.isEnabled()
    with rig.qtbot.waitSignal(page.loaded):
        page.turn(1)
    assert not page.card.after.isEnabled()
    page.card.copy_table()
    assert QGuiApplication.clipboard().text().count("\n") == 21


def test_that_without_an_alert_the_calendar_claims_no_silence(rig: Rig) -> None:
    rig.start(COVERAGE)
    assert rig.panel.coverage.pane.state is PaneState.EMPTY


def test_that_the_tabs_count_what_waits(rig: Rig) -> None:
    rig.desk.health = health_of([a_finding(1), a_finding(2, "conflict:stop_loss", 0, "check")])
    rig.start()
    rig.qtbot.waitUntil(lambda: rig.panel.tabs._counts == {FINDINGS: "2", CONFLICTS: "1", FILLS: "8"})


def test_that_every_page_is_an_action_of_its_own(rig: Rig) -> None:
    rig.start()
    actions = {one.title: one for one in rig.panel.actions_offered()}
    with rig.qtbot.waitSignal(rig.panel.panel_wanted) as wanted:
        actions["Integrity: Coverage"].run()
    assert (wanted.args, rig.panel.tabs.on()) == (["integrity"], COVERAGE)


@pytest.mark.parametrize("size", [(860, 620), (1_200, 900), (500, 600)])
def test_that_no_table_is_cut_off(rig: Rig, size: tuple[int, int]) -> None:
    rig.desk.findings, rig.desk.conflict_rows, rig.desk.entries = [a_finding(1)], [a_conflict()], [a_fill(1)]
    rig.panel.resize(*size)
    rig.start()
    for name, table in (
        (FINDINGS, rig.panel.findings.table),
        (CONFLICTS, rig.panel.conflicts.table),
        (FILLS, rig.panel.fills.table),
    ):
        with rig.qtbot.waitSignal(rig.panel.pages[name].loaded):
            rig.panel.turn_to(name)
        rig.qtbot.waitUntil(lambda table=table: table.isVisible())  # type: ignore[misc]
        assert table.horizontalScrollBar().maximum() == 0, f"{name} is cut off"


def test_that_values_are_written_by_their_field() -> None:
    assert words.fill_value("CANCELLED", NOW_US) == "10 Dec 10:42 NY"
    assert words.fill_value("EXIT_BE", None) == "time not known"
    assert words.fill_value("targets", {"target_1R": 25_020.0, "target_2R": 25_030.0}) == "2, from 25,020.00"
    assert words.fill_value("htf", {"daily": "Bullish"}) == "1 timeframe"
    assert words.fill_value("mae", -0.25) == "−0.25R"
    assert words.fill_value("direction", "BULLISH") == "BULLISH"
    assert words.type_name("conflict:stop_loss") == "Conflict: stop"
    assert words.type_name("quite_new") == "Quite new"


def test_that_a_fill_without_effect_is_no_tick() -> None:
    line = words.entry_line(a_fill(1)._replace(counts=False), NOW_US)
    assert line.cells[0] == "–"
    assert line.cells[5] == "without effect, messages say otherwise · another id says so"
    assert words.entry_line(a_fill(1), NOW_US).cells[0] == "✓"


def test_that_health_that_nobody_looked_at_lately_is_never_good() -> None:
    now = health_of([], 100.0)
    assert words.health_word(now, 90, NOW_US).tone is Tone.GOOD
    old = words.health_word(now, 90, NOW_US + 10 * 60_000_000)
    assert (old.text, old.tone) == ("100.0", Tone.WATCH)
    assert old.basis == "of 100 · ! as it was 10 min ago: nothing has looked since"
