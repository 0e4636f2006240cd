"""The Webhook Monitor: arrivals live, the inspector, dead letters with retry, the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QAbstractItemModelTester, QTest

from secondskies_desktop.desktop.panels.webhook_monitor.arrival_columns import ArrivalFilter, after_bar
from secondskies_desktop.desktop.panels.webhook_monitor.arrivals_model import MOST, ArrivalsModel
from secondskies_desktop.desktop.panels.webhook_monitor.panel import WebhookMonitor
from secondskies_desktop.desktop.panels.webhook_monitor.repair_text import repair_text
from secondskies_desktop.desktop.remembered import Remembered
from secondskies_desktop.desktop.widgets.rows_menu import RowsMenu
from secondskies_desktop.desktop.widgets.state_pane import PaneState
from secondskies_desktop.engine.desk import ArrivalDetail
from secondskies_desktop.engine.desk import TestAlert as AlertAnswer
from secondskies_desktop.engine.repairing import Proposed
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.sessions import trade_date
from secondskies_desktop.ingest.changes import ArrivalRow
from secondskies_desktop.ingest.tracing.trace import STEPS, Step, Trace
from tests.desktop.fake_desk import FakeDesk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.readers import Readers

NOON_US = 1_765_213_200_000_000


def an_arrival(inbox_id: int, state: str = "done", **changed: object) -> ArrivalRow:
    row = ArrivalRow(
        inbox_id=inbox_id,
        received_us=NOON_US + inbox_id * 1_000_000,
        source="webhook:default",
        stream="MNQ1! 1m",
        bytes=237,
        state=state,
        event_type="MFE_UPDATE_BATCH",
        trade_id=None,
        rule="mfe-batch",
        repairs=(),
        reason="not JSON" if state == "dead" else None,
        bar_us=None,
    )
    return msgspec.structs.replace(row, **changed)


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk(
        arrivals=[an_arrival(number, "dead" if number == 3 else "done") for number in range(1, 6)]
    )


@pytest.fixture
def panel(qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers) -> WebhookMonitor:
    made = WebhookMonitor()
    qtbot.addWidget(made)
    made.resize(700, 800)
    bridge.listen(desk.bus)
    with qtbot.waitSignal(made.loaded):
        made.start(desk, bridge, readers)
    made.show()
    return made


def test_that_arrivals_stand_newest_first(panel: WebhookMonitor) -> None:
    assert [panel.model.row_at(row).inbox_id for row in range(5)] == [5, 4, 3, 2, 1]  # type: ignore[union-attr]


def test_that_a_new_arrival_is_inserted_on_top_without_a_reset(
    qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk
) -> None:
    resets: list[int] = []
    panel.model.modelReset.connect(lambda: resets.append(1))
    desk.arrive(an_arrival(6), an_arrival(7))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 7)
    assert panel.model.row_at(0).inbox_id == 7  # type: ignore[union-attr]
    assert not resets


def test_that_a_change_of_state_touches_its_cells_only(
    qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk
) -> None:
    touched: list[tuple[int, int]] = []
    panel.model.dataChanged.connect(lambda first, _last: touched.append((first.row(), first.column())))
    desk.arrive(an_arrival(3, "done"))
    qtbot.waitUntil(lambda: bool(touched))
    assert {row for row, _ in touched} == {2}


def test_that_dead_letters_can_be_tried_again(qtbot: QtBot, panel: WebhookMonitor) -> None:
    panel.states.chosen.emit("Dead")
    assert panel.retry_all.isEnabled()
    panel.retry_all.click()
    qtbot.waitUntil(lambda: not panel.retry_all.isEnabled())


def test_that_dead_letters_far_back_are_listed_and_tried_again_and_leave_no_gap(
    qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk
) -> None:
    dead = {7, 40, 900, 905}
    desk.arrival_rows = {
        number: an_arrival(number, "dead" if number in dead else "done") for number in range(1, 1_001)
    }
    with qtbot.waitSignal(panel.loaded):
        panel.pane.retry.emit()
    panel.states.turn_on("Dead")
    panel._filter()
    assert [panel.model.row_at(row).inbox_id for row in range(4)] == [905, 900, 40, 7]  # type: ignore[union-attr]
    panel.states.turn_on("All")
    panel._filter()
    shown = [panel.model.row_at(row).inbox_id for row in range(panel.model.rowCount())]  # type: ignore[union-attr]
    assert shown == list(range(1_000, 1_000 - len(shown), -1))
    panel.retry_all.click()
    qtbot.waitUntil(lambda: not any(row.state == "dead" for row in desk.arrival_rows.values()))


def test_that_paging_goes_on_without_a_gap_after_the_oldest_were_dropped(
    qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk
) -> None:
    desk.arrival_rows = {number: an_arrival(number) for number in range(1, 5_401)}
    with qtbot.waitSignal(panel.loaded):
        panel.pane.retry.emit()
    desk.arrive(*(an_arrival(number) for number in range(5_401, 10_301)))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 5_000)
    first = panel.model.row_at(4_999)
    assert first is not None
    panel.model.apply([an_arrival(10_301 + number) for number in range(300)])
    for _ in range(3):
        panel.table.scrollToBottom()
        panel._on_scroll(panel.table.verticalScrollBar().maximum())
        qtbot.waitUntil(lambda: panel._page is None)
    shown = [panel.model.row_at(row).inbox_id for row in range(panel.model.rowCount())]  # type: ignore[union-attr]
    assert shown == list(range(shown[0], shown[0] - len(shown), -1))


def test_that_a_filter_shows_only_what_matches(panel: WebhookMonitor) -> None:
    panel.words.setText("not json")
    assert panel.model.rowCount() == 1
    panel.go_back()
    assert panel.model.rowCount() == 5


def test_that_a_filter_wants_all_of_its_words(panel: WebhookMonitor) -> None:
    panel.words.setText("json #3")
    assert panel.model.rowCount() == 1
    panel.words.setText("json #4")
    assert (panel.model.rowCount(), panel.rows.state) == (0, PaneState.EMPTY)
    panel.go_back()
    assert (panel.model.rowCount(), panel.rows.state) == (5, PaneState.CONTENT)


def test_that_a_trade_date_shows_its_arrivals_only_also_those_far_back_and_is_cleared_for_every_panel(
    qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk
) -> None:
    day_us = 86_400_000_000
    earlier = {number: an_arrival(number) for number in range(1, 601)}
    early = {
        number: msgspec.structs.replace(row, received_us=row.received_us - day_us)
        for number, row in earlier.items()
    }
    desk.arrival_rows = early | {number: an_arrival(number) for number in range(601, 1_001)}
    with qtbot.waitSignal(panel.loaded):
        panel.pane.retry.emit()
    panel.show_day(trade_date(NOON_US - day_us))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 200)
    assert panel.model.row_at(0).inbox_id == 600  # type: ignore[union-attr]
    assert panel.day.isVisible()
    assert panel.states._counts == {"All": "200+", "Done": "200+", "Dead": "0", "Pending": "0"}
    panel.table.scrollToBottom()
    qtbot.waitUntil(lambda: panel.model.rowCount() == 400)
    desk.arrive(an_arrival(1_001))
    qtbot.waitUntil(lambda: 1_001 in panel.model.known)
    assert panel.model.rowCount() == 400
    with qtbot.waitSignal(panel.day_chosen) as told:
        panel.day.click()
    assert told.args == [None]
    panel.show_day(None)
    shown = [panel.model.row_at(row).inbox_id for row in range(panel.model.rowCount())]  # type: ignore[union-attr]
    assert shown == list(range(1_001, 1_001 - len(shown), -1))
    assert not panel.day.isVisible()


def test_that_a_trade_date_without_arrivals_says_so(qtbot: QtBot, panel: WebhookMonitor) -> None:
    panel.show_day(trade_date(0))
    qtbot.waitUntil(lambda: panel.rows.state is PaneState.EMPTY)


def test_that_chosen_arrivals_are_copied_for_a_spreadsheet(panel: WebhookMonitor) -> None:
    panel.table.selectRow(0)
    QTest.keySequence(panel.table, QKeySequence(QKeySequence.StandardKey.Copy))
    head, row = QGuiApplication.clipboard().text().split("\n")
    assert head.split("\t")[:3] == ["Arrived NY", "State", "Event"]
    assert row.split("\t")[:3] == ["08 Dec 12:00:05", "done", "MFE_UPDATE_BATCH"]


def test_that_a_row_says_why_by_its_menu(panel: WebhookMonitor) -> None:
    menu = panel.table.findChild(RowsMenu)
    assert menu is not None
    place = panel.table.visualRect(panel.model.index(2, 8)).center()
    names = [action.text() for action in menu.menu_at(place).actions() if action.text()]
    assert names == ["Why this value?", "Copy rows (TSV)", "Copy as picture (PNG)", "Repair"]
    menu.explain(panel.model.index(2, 8))
    assert menu._why.text.text() == "not JSON"


def test_that_the_columns_are_remembered(qtbot: QtBot, panel: WebhookMonitor, tmp_path: Path) -> None:
    remembered = Remembered(tmp_path / "desktop.json")
    panel.table.horizontalHeader().moveSection(0, 3)
    panel.save_state(remembered)
    remembered.write()
    again = WebhookMonitor()
    qtbot.addWidget(again)
    again.restore_state(Remembered(tmp_path / "desktop.json"))
    assert again.table.horizontalHeader().visualIndex(0) == 3


def test_that_the_chosen_arrival_is_shown_step_by_step(
    qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk
) -> None:
    row = desk.arrival_rows[3]
    desk.bodies[3] = ArrivalDetail(row, b'{"a": "<b>1</b>"}', None, (), (), 4)
    panel.table.setCurrentIndex(panel.model.index(2, 0))
    qtbot.waitUntil(lambda: "<b>1</b>" in panel.inspector._pages["Raw"].toPlainText())
    assert "4 times" in panel.inspector.head.text()
    assert panel.inspector.retry.isVisible()


def test_that_the_url_is_copied_and_its_secret_never_shown(qtbot: QtBot, panel: WebhookMonitor) -> None:
    qtbot.waitUntil(lambda: "alerts.example.net" in panel.card.url.text())
    panel.card.copy.click()
    qtbot.waitUntil(lambda: "Copied" in panel.card.word.text())
    assert QGuiApplication.clipboard().text().endswith("/hook/not-a-secret")
    assert "not-a-secret" not in panel.card.url.text()


@pytest.mark.parametrize(("ok", "word"), [(True, "PASS"), (False, "FAIL")])
def test_that_a_test_alert_says_what_became_of_it(
    qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk, *, ok: bool, word: str
) -> None:
    desk.test_alert = AlertAnswer(ok=ok, detail="that is how it went", took_ms=84.0)
    qtbot.waitUntil(panel.card.test.isEnabled)
    panel.card.test.click()
    qtbot.waitUntil(lambda: word in panel.card.word.text())
    assert panel.card.test.isEnabled()


def a_detail(row: ArrivalRow) -> ArrivalDetail:
    return ArrivalDetail(row, b"{}", {"rule": "x"}, (), (), 1)


def a_trace(inbox_id: int) -> Trace:
    spans = (800, 1_200, 31, None, 250, 50)
    steps = tuple(Step(name, NOON_US, took) for name, took in zip(STEPS, spans, strict=True))
    return Trace(inbox_id, NOON_US, steps, 2_700)


def test_that_the_inspector_shows_how_long_each_step_took(
    qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk
) -> None:
    desk.bodies[4] = a_detail(desk.arrival_rows[4])
    desk.traces[4] = a_trace(4)
    panel.table.setCurrentIndex(panel.model.index(1, 0))
    qtbot.waitUntil(lambda: "published" in panel.inspector.way.text())
    assert panel.inspector.way.text() == (
        "2.70 ms  =  stored 800 µs  →  taken 1.20 ms  →  decoded 31 µs  →  folded –  →  committed 250 µs"
        "  →  published 50 µs"
    )


def test_that_an_arrival_without_a_trace_says_so(qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk) -> None:
    desk.bodies[4] = a_detail(desk.arrival_rows[4])
    panel.table.setCurrentIndex(panel.model.index(1, 0))
    qtbot.waitUntil(lambda: panel.inspector.way.text() == "No times were noted")
    asked = desk.calls.count("trace")
    panel.tick(NOON_US)
    assert desk.calls.count("trace") == asked


def test_that_the_way_of_a_fresh_arrival_is_shown_as_soon_as_it_is_noted(
    qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk
) -> None:
    row = msgspec.structs.replace(an_arrival(9), received_us=system_clock())
    desk.bodies[9] = a_detail(row)
    desk.arrive(row)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 6)
    panel.table.setCurrentIndex(panel.model.index(0, 0))
    qtbot.waitUntil(lambda: panel.inspector.way.text() == "No times were noted")
    desk.traces[9] = a_trace(9)
    panel.tick(system_clock())
    qtbot.waitUntil(lambda: "stored 800 µs" in panel.inspector.way.text())


def test_that_an_empty_inbox_says_how_to_fill_it(qtbot: QtBot, bridge: Bridge, readers: Readers) -> None:
    panel = WebhookMonitor()
    qtbot.addWidget(panel)
    with qtbot.waitSignal(panel.loaded):
        panel.start(FakeDesk(), bridge, readers)
    assert panel.pane.state is PaneState.EMPTY


def test_that_a_failing_database_says_so(qtbot: QtBot, bridge: Bridge, readers: Readers) -> None:
    desk = FakeDesk()
    desk.broken = RuntimeError("the database is locked")
    panel = WebhookMonitor()
    qtbot.addWidget(panel)
    with qtbot.waitSignal(panel.loaded):
        panel.start(desk, bridge, readers)
    assert panel.pane.state is PaneState.ERROR


def test_that_the_model_keeps_qts_rules(dressed: object) -> None:
    del dressed
    model = ArrivalsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.replace_all(an_arrival(number) for number in range(10, 20))
    model.apply([an_arrival(25), an_arrival(22), an_arrival(5), an_arrival(12, "dead")])
    model.set_filter(ArrivalFilter("dead"))
    model.apply([an_arrival(30, "dead"), an_arrival(12, "done")])
    assert model.rowCount() == 1
    del tester


def test_that_the_table_is_bounded(dressed: object) -> None:
    del dressed
    model = ArrivalsModel()
    model.apply([an_arrival(number) for number in range(MOST + 50)])
    assert model.rowCount() == MOST
    assert len(model.known) == MOST


@pytest.mark.parametrize(("late_us", "text"), [(900_000, "0.9 s"), (-1_000_000, "–"), (7_200_000_000, "2 h")])
def test_that_lateness_counts_from_the_close_of_the_bar(late_us: int, text: str) -> None:
    row = an_arrival(1)
    row = msgspec.structs.replace(row, bar_us=row.received_us - 60_000_000 - late_us)
    assert after_bar(row).startswith(text)


def a_repair(inbox_id: int, **changed: object) -> Proposed:
    found = Proposed(
        inbox_id,
        b'{"event_type":"HEARTBEAT","note":"<b>x</b>",}',
        ("trailing-comma",),
        "certain",
        in_bulk=True,
        body=b'{"event_type":"HEARTBEAT","note":"<b>x</b>"}',
        event_type="HEARTBEAT",
        trade_ids=(),
        events=(),
        lost=(),
        refusal=None,
    )
    return msgspec.structs.replace(found, **changed)


def no_repair(inbox_id: int) -> Proposed:
    return a_repair(inbox_id, rules=(), body=None, event_type=None, refusal="no rule reads it")


def broken(desk: FakeDesk, *repairs: Proposed) -> None:
    """Let these arrivals be dead letters, with what the rules make of them."""
    for one in repairs:
        row = an_arrival(one.inbox_id, "dead")
        desk.arrival_rows[one.inbox_id] = row
        desk.bodies[one.inbox_id] = ArrivalDetail(row, one.before, None, (), (), 1)
        desk.repairs[one.inbox_id] = one


def test_that_a_dead_letter_shows_its_repair_and_one_click_makes_it_and_another_undoes_it(
    qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk
) -> None:
    broken(desk, a_repair(3))
    undos: list[Callable[[], object]] = []
    panel.undoable.connect(undos.append)
    panel.table.setCurrentIndex(panel.model.index(2, 0))
    qtbot.waitUntil(panel.inspector.repair.isVisible)
    said = panel.inspector._pages["Repair"].toPlainText()
    assert "trailing-comma: A comma stands behind the last entry" in said
    assert said.index("Before:") < said.index("After:")
    panel.inspector.repair.setFocus()
    QTest.keyClick(panel.inspector.repair, Qt.Key.Key_Space)
    qtbot.waitUntil(panel.inspector.undo.isVisible)
    assert not panel.inspector.repair.isVisible()
    assert desk.arrival_rows[3].state == "done"
    assert panel.word.text() == "Repaired 1, 0 left · Ctrl+Z takes it back"
    panel.inspector.undo.click()
    qtbot.waitUntil(panel.inspector.repair.isVisible)
    assert desk.arrival_rows[3].state == "dead"
    panel.inspector.repair.click()
    qtbot.waitUntil(panel.inspector.undo.isVisible)
    undos[-1]()
    qtbot.waitUntil(lambda: desk.arrival_rows[3].state == "dead")
    qtbot.waitUntil(panel.inspector.repair.isVisible)
    assert "Took 1 repair back" in panel.word.text()


def test_that_what_no_rule_reads_says_why_and_offers_nothing(
    qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk
) -> None:
    broken(desk, no_repair(3))
    panel.table.setCurrentIndex(panel.model.index(2, 0))
    qtbot.waitUntil(lambda: "no rule reads it" in panel.inspector._pages["Repair"].toPlainText())
    assert not panel.inspector.repair.isVisible()
    panel.table.setCurrentIndex(panel.model.index(0, 0))
    desk.bodies[5] = a_detail(desk.arrival_rows[5])
    panel._inspect(5)
    qtbot.waitUntil(lambda: not panel.inspector.tabs.isTabVisible(4))


def test_that_the_chosen_rows_are_repaired_and_what_is_left_is_counted(
    qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk
) -> None:
    broken(desk, a_repair(2), no_repair(3), a_repair(4, in_bulk=False))
    with qtbot.waitSignal(panel.loaded):
        panel.pane.retry.emit()
    panel.table.selectAll()
    menu = next(one for one in panel.table.children() if isinstance(one, RowsMenu)).menu_at(QPoint(5, 5))
    assert "Repair 3 dead letters" in [one.text() for one in menu.actions()]
    menu.close()
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_R)
    qtbot.waitUntil(
        lambda: panel.word.text().startswith("Repaired 1, 2 left, 1 of them to be repaired one by one")
    )
    assert [number for number, row in sorted(desk.arrival_rows.items()) if row.state == "dead"] == [3, 4]
    panel.repair_all.click()
    qtbot.waitUntil(lambda: panel.word.text().startswith("Repaired 0, 2 left"))


def test_that_dead_letters_are_repaired_from_the_palette_too(
    qtbot: QtBot, panel: WebhookMonitor, desk: FakeDesk
) -> None:
    broken(desk, a_repair(3))
    (action,) = panel.actions_offered()
    action.run()
    qtbot.waitUntil(lambda: desk.arrival_rows[3].state == "done")


def test_that_the_text_of_a_repair_shows_what_changes_and_hides_no_character() -> None:
    said = repair_text(
        a_repair(1, before=b'{"a":"\xe2\x80\xae",}', body=b'{"a":"\xe2\x80\xae"}', lost=("x \x1b[2J",))
    )
    assert "\u202e" not in said
    assert "\x1b" not in said
    assert '− {"a":"\\u202e",}' in said
    assert '+ {"a":"\\u202e"}' in said
    assert "Lost: x \\x1b[2J" in said
    held = repair_text(a_repair(1, rules=("rule-of-old",), is_repaired=True))
    assert "rule-of-old" in held
