"""The pages of the Alert Centre: told again and taken back, what was sent, rules with their settings, channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from secondskies_desktop.alerts.channels import Channel, Outcome
from secondskies_desktop.alerts.rules import RULES
from secondskies_desktop.alerts.store import Send
from secondskies_desktop.desktop.panels.attention import columns, rule_columns
from secondskies_desktop.desktop.panels.attention.channel_dialog import ChannelDialog
from secondskies_desktop.desktop.panels.attention.panel import AttentionPanel
from secondskies_desktop.desktop.preferences import Preferences
from secondskies_desktop.desktop.remembered import Remembered
from secondskies_desktop.desktop.settings_row import NumberField
from secondskies_desktop.desktop.widgets.state_pane import PaneState
from secondskies_desktop.foundation.attention import Attention, Episode, OpenAttention, Severity
from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.foundation.settings import AlertsSettings, Settings
from tests.clocks import FrozenClock
from tests.desktop.fake_desk import FakeDesk
from tests.desktop.made_signals import NOW_US

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.readers import Readers

SECOND_US = 1_000_000
CANARY = "c4n4ry-of-the-address"


class Rig:
    """A started panel on a desk in memory."""

    def __init__(self, qtbot: QtBot, bridge: Bridge, readers: Readers) -> None:
        self.qtbot, self.bridge, self.readers = qtbot, bridge, readers
        self.desk = FakeDesk()
        bridge.listen(self.desk.bus)
        self.preferences = Preferences()
        self.panel = AttentionPanel(clock=FrozenClock(NOW_US))
        self.panel.use_preferences(self.preferences)
        qtbot.addWidget(self.panel)
        self.panel.resize(1_120, 720)
        self.panel.show()

    def start(self) -> None:
        """Start it, and wait for what it reads."""
        with self.qtbot.waitSignal(self.panel.loaded):
            self.panel.start(self.desk, self.bridge, self.readers)
        self.qtbot.waitUntil(lambda: {"channels", "rules_fired", "attention_open"} <= set(self.desk.calls))
        self.qtbot.waitUntil(lambda: self.panel.open.model.rowCount() == len(self.desk.board.open()))
        self.qtbot.waitUntil(lambda: self.panel.rules.model.rowCount() > 0)
        self.qtbot.waitUntil(lambda: self.panel.channels.pane.state is not PaneState.LOADING)


@pytest.fixture
def rig(qtbot: QtBot, bridge: Bridge, readers: Readers) -> Rig:
    """Not started yet."""
    return Rig(qtbot, bridge, readers)


def cells(model: QAbstractItemModel, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def disk(severity: Severity = Severity.DANGER) -> Attention:
    return Attention("disk", severity, "profile", "the disk is full", as_datetime(NOW_US - 60 * SECOND_US))


@pytest.mark.parametrize(
    ("one", "told", "again"),
    [
        (OpenAttention(disk(), False, 1, NOW_US + 299 * SECOND_US), "1", "in 04:59"),
        (OpenAttention(disk(), False, 3, NOW_US - 1), "3", "now"),
        (OpenAttention(disk(), True, 3), "3", "–"),
        (OpenAttention(disk(Severity.INFO), False, 1), "1", "–"),
        (OpenAttention(disk(Severity.WATCH), False, 0, NOW_US + 3_600 * SECOND_US, True), "–", "11:42 NY"),
        (OpenAttention(disk(), False), "–", "–"),
    ],
    ids=["in five minutes", "overdue", "acknowledged", "told once", "quiet hours", "a viewer of an old log"],
)
def test_that_a_row_says_how_often_it_was_told_and_when_again(
    one: OpenAttention, told: str, again: str
) -> None:
    line = columns.open_line(one, NOW_US)
    assert (line.cells[5], line.cells[6]) == (told, again)


def test_that_an_acknowledgement_is_taken_back_by_key_and_button(rig: Rig) -> None:
    rig.desk.board.raise_(disk())
    rig.start()
    page = rig.panel.open
    assert not page.undo.isVisible()
    page.acknowledge_all.click()
    rig.qtbot.waitUntil(page.undo.isVisible)
    page.undo.click()
    rig.qtbot.waitUntil(lambda: not rig.desk.board.is_acknowledged("disk", "profile"))
    rig.qtbot.waitUntil(lambda: not page.undo.isVisible())
    rig.qtbot.waitUntil(page.acknowledge_all.isEnabled)
    page.acknowledge_all.click()
    rig.qtbot.waitUntil(page.undo.isVisible)
    page.table.setFocus()
    QTest.keySequence(page.table, "Ctrl+Z")
    rig.qtbot.waitUntil(lambda: not rig.desk.board.is_acknowledged("disk", "profile"))


def test_that_an_event_that_is_over_by_its_acknowledgement_is_not_offered_back(rig: Rig) -> None:
    entry = Attention("entry", Severity.INFO, "1", "ENTRY", as_datetime(NOW_US), 600.0)
    rig.desk.board.raise_(entry)
    rig.start()
    rig.panel.open.acknowledge_all.click()
    rig.qtbot.waitUntil(lambda: rig.panel.open.model.rowCount() == 0)
    rig.qtbot.wait(30)
    assert not rig.panel.open.undo.isVisible()


def test_that_a_refusal_is_said_where_the_trader_looks(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.desk.board.raise_(disk())
    rig.start()

    def refuse(_kind: str, _key: str) -> bool:
        raise RuntimeError("this window only looks on")

    monkeypatch.setattr(rig.desk, "acknowledge", refuse)
    rig.panel.open.acknowledge_all.click()
    rig.qtbot.waitUntil(lambda: "only looks on" in rig.panel.open.proof.text())


def test_that_the_history_says_what_was_sent_and_whether_it_arrived(rig: Rig) -> None:
    raised_us = NOW_US - 600 * SECOND_US
    rig.desk.history = [
        Episode(number, "disk", "profile", Severity.DANGER, "full", raised_us, None, None, 4)
        for number in (1, 2, 3)
    ]
    at_us = raised_us + 2 * SECOND_US
    rig.desk.sends = {
        2: [
            Send(at_us, "disk", "profile", 0, "phone", ok, "the service answered 503") for ok in (False, True)
        ],
        3: [Send(at_us, "disk", "profile", 0, name, name == "mail", "said") for name in ("phone", "mail")],
    }
    rig.start()
    assert cells(rig.panel.history.model, 7) == ["4", "4", "4"]
    assert cells(rig.panel.history.model, 8) == ["✗ 1 of 2", "✓ 1", "–"]
    tip = rig.panel.history.model.index(1, 8).data(Qt.ItemDataRole.ToolTipRole)
    assert "✗ phone 10:32:09: the service answered 503" in tip


def test_that_every_rule_stands_in_the_list_with_what_it_means_and_when_it_fired(rig: Rig) -> None:
    rig.desk.fired = {("disk", ""): NOW_US - 60 * SECOND_US, ("clock", "sleep"): NOW_US - 86_400 * SECOND_US}
    rig.start()
    rig.panel.turn_to("Rules")
    model = rig.panel.rules.model
    QAbstractItemModelTester(model)
    assert cells(model, 2) == ["Told again", "Quiet hours", *(one.title for one in RULES)]
    fired = dict(zip(cells(model, 2), cells(model, 4), strict=True))
    rig.qtbot.waitUntil(lambda: cells(model, 4)[8] != "–")
    fired = dict(zip(cells(model, 2), cells(model, 4), strict=True))
    assert (fired["Disk nearly full"], fired["Machine slept"], fired["Clock set"]) == (
        "10:41:07",
        "09 Dec 10:42:07",
        "–",
    )
    for row, entry in enumerate(rule_columns.ENTRIES):
        rig.panel.rules.table.selectRow(row)
        assert rig.panel.rules.title.text() == entry.title
        assert rig.panel.rules.means.text() == entry.means
        shown = [name for name, made in rig.panel.rules.rows.items() if made.isVisible()]
        assert shown == list(entry.settings)


def test_that_a_threshold_is_changed_in_place_and_for_the_whole_program(rig: Rig) -> None:
    rig.start()
    rig.panel.turn_to("Rules")
    place = next(row for row, one in enumerate(rule_columns.ENTRIES) if one.title == "Silence")
    rig.panel.rules.table.selectRow(place)
    QTest.keyClick(rig.panel.rules.table, Qt.Key.Key_Return)
    editor = rig.panel.rules.rows["attention.silence_minutes"].editor
    assert isinstance(editor, NumberField)
    editor.setValue(20)
    assert rig.preferences.now.attention.silence_minutes == 20
    assert cells(rig.panel.rules.model, 3)[place] == "20 min"
    rig.preferences.undo()
    assert (editor.value(), cells(rig.panel.rules.model, 3)[place]) == (15, "15 min")


def test_that_quiet_hours_that_are_no_time_are_refused_in_place(rig: Rig) -> None:
    rig.start()
    rig.panel.turn_to("Rules")
    rig.panel.rules.table.selectRow(1)
    made = rig.panel.rules.rows["alerts.quiet_from"]
    assert isinstance(made.editor, QLineEdit)
    made.editor.setText("10 pm")
    made.editor.editingFinished.emit()
    assert made.refusal.isVisible()
    assert rig.preferences.now.alerts.quiet_from == ""


@pytest.mark.parametrize(
    ("alerts", "quiet", "again"),
    [
        (AlertsSettings(), "off", "after 5 min"),
        (AlertsSettings(quiet_from="22:00"), "off", "after 5 min"),
        (
            AlertsSettings(quiet_from="22:00", quiet_until="07:30", escalate_after_minutes=0),
            "22:00–07:30",
            "never",
        ),
    ],
)
def test_that_what_holds_for_all_rules_is_said_in_a_few_words(
    alerts: AlertsSettings, quiet: str, again: str
) -> None:
    said = [rule_columns.threshold(one, Settings(alerts=alerts)) for one in rule_columns.ENTRIES[:2]]
    assert said == [again, quiet]
    assert all(rule_columns.threshold(one, Settings(alerts=alerts)) for one in rule_columns.ENTRIES)


def test_that_without_a_channel_the_page_says_so_and_offers_one(rig: Rig) -> None:
    rig.start()
    page = rig.panel.channels
    rig.qtbot.waitUntil(lambda: page.pane.state is PaneState.EMPTY)
    assert page.add.isEnabled()
    assert not page.test.isEnabled()
    assert page.goes.text() == "Nothing leaves this machine; a test does."
    page.send_out.activated.emit(1)
    assert rig.preferences.now.alerts.send_out == "danger"
    assert page.goes.text().startswith("Dangers")


def test_that_a_channel_is_added_without_ever_showing_its_address(rig: Rig) -> None:
    rig.start()
    rig.panel.turn_to("Channels")
    rig.panel.channels.add.click()
    dialog = rig.panel.channels.findChild(ChannelDialog)
    assert isinstance(dialog, ChannelDialog)
    dialog.name.setText("phone")
    dialog.address.setText(CANARY)
    dialog.keep.click()
    rig.qtbot.waitUntil(dialog.problem.isVisible)
    assert dialog.keep.isEnabled()
    dialog.address.setText(f"tgram://{CANARY}")
    assert CANARY not in dialog.address.displayText()
    with rig.qtbot.waitSignal(dialog.accepted):
        QTest.keyClick(dialog.address, Qt.Key.Key_Return)
    rig.qtbot.waitUntil(lambda: cells(rig.panel.channels.model, 1) == ["phone"])
    shown = [label.text() + label.toolTip() for label in rig.panel.findChildren(QLabel)]
    shown += [cell for row in rig.panel.channels.model.lines for cell in row.cells]
    assert not [text for text in shown if CANARY in text]
    assert cells(rig.panel.channels.model, 2) == ["Telegram · tgram://***"]


def test_that_a_channel_is_tried_by_enter_and_says_what_came_of_it(rig: Rig) -> None:
    rig.desk.channel_rows = {"phone": (Channel("phone", "Telegram", "tgram://***", False, "keyring"), None)}
    rig.start()
    rig.panel.turn_to("Channels")
    page = rig.panel.channels
    assert cells(page.model, 5) == ["nothing sent yet"]
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    rig.qtbot.waitUntil(lambda: cells(page.model, 0) == ["✓"])
    assert page.said.text() == "phone: taken by the service"
    rig.desk.channel_outcome = Outcome(False, "the service answered 403")
    rig.qtbot.waitUntil(page.test.isEnabled)
    page.test.click()
    rig.qtbot.waitUntil(lambda: cells(page.model, 0) == ["✗"])
    assert cells(page.model, 5) == ["the service answered 403"]


def test_that_removing_asks_once_more(rig: Rig) -> None:
    rig.desk.channel_rows = {"phone": (Channel("phone", "Telegram", "tgram://***", False, "keyring"), None)}
    rig.start()
    page = rig.panel.channels
    rig.qtbot.waitUntil(page.remove.isEnabled)
    page.remove.click()
    assert page.remove.text() == "Really remove phone?"
    page._sure.timeout.emit()
    assert page.remove.text() == "Remove"
    assert "remove_channel" not in rig.desk.calls
    page.remove.click()
    page.remove.click()
    rig.qtbot.waitUntil(lambda: page.pane.state is PaneState.EMPTY)


def test_that_channels_that_cannot_be_read_are_said(rig: Rig) -> None:
    rig.start()
    rig.desk.broken = OSError("channels.json cannot be read")
    rig.panel.turn_to("Channels")
    rig.qtbot.waitUntil(lambda: rig.panel.channels.pane.state is PaneState.ERROR)


def test_that_the_page_comes_back_and_the_palette_opens_each(rig: Rig, tmp_path: Path) -> None:
    rig.start()
    kept = Remembered(tmp_path / "desktop.json")
    with rig.qtbot.waitSignal(rig.panel.panel_wanted):
        next(one for one in rig.panel.actions_offered() if one.title == "Alert Centre: Rules").run()
    rig.panel.save_state(kept)
    rig.panel.turn_to("Open")
    rig.panel.restore_state(kept)
    assert rig.panel.tabs.on() == "Rules"
    kept.keep("page", "a page of a newer version")
    rig.panel.restore_state(kept)
    assert rig.panel.tabs.on() == "Rules"


@pytest.mark.parametrize("width", [320, 425, 820, 1_120, 2_000])
def test_that_no_page_is_wider_than_its_panel(rig: Rig, width: int) -> None:
    rig.desk.channel_rows = {"phone": (Channel("phone", "Telegram", "tgram://***", False, "keyring"), None)}
    rig.desk.board.raise_(disk())
    rig.desk.history = [Episode(1, "disk", "profile", Severity.DANGER, "full", NOW_US, None, None, 4)]
    rig.start()
    rig.panel.resize(width, 600)
    for name, page in rig.panel.pages.items():
        rig.panel.turn_to(name)
        rig.qtbot.wait(10)
        assert rig.panel.width() == width, f"{name} makes the panel wider"
        assert page.table.horizontalScrollBar().maximum() == 0, f"{name} is cut off"
        assert page.table.columnWidth(2) >= 100, f"{name} leaves no room for its text"
