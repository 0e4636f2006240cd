"""The four designed states, and the parts that panels are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.chips import Chip
from secondskies_desktop.desktop.widgets.choice import Choice
from secondskies_desktop.desktop.widgets.labels import Card, Elided
from secondskies_desktop.desktop.widgets.segments import Segments
from secondskies_desktop.desktop.widgets.state_pane import PaneState, StatePane

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.usefixtures("dressed")


@pytest.fixture
def pane(qtbot: QtBot) -> StatePane:
    made = StatePane(QLabel("the content"))
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


def visible_text(pane: StatePane) -> str:
    return " | ".join(label.text() for label in pane.findChildren(QLabel) if label.isVisible())


def test_that_a_pane_begins_by_loading(pane: StatePane) -> None:
    assert pane.state is PaneState.LOADING
    assert "Loading" in visible_text(pane)


def test_that_each_state_shows_its_own_words_and_no_others(pane: StatePane) -> None:
    pane.show_empty("No signals yet", "They appear with the first alert.")
    assert "No signals yet" in visible_text(pane)
    assert "They appear with the first alert." in visible_text(pane)
    pane.show_error("disk unreadable")
    assert "disk unreadable" in visible_text(pane)
    assert "No signals" not in visible_text(pane)
    pane.show_content()
    assert visible_text(pane) == "the content"


def test_that_an_error_can_be_tried_again(qtbot: QtBot, pane: StatePane) -> None:
    pane.show_error("disk unreadable")
    button = next(one for one in pane.findChildren(QPushButton) if one.isVisible())
    with qtbot.waitSignal(pane.retry):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_stale_content_stays_visible_under_its_ribbon(pane: StatePane) -> None:
    pane.show_content()
    pane.set_stale("Old since 14:31:07 NY")
    assert visible_text(pane) == "Old since 14:31:07 NY | the content"
    pane.set_stale(None)
    assert visible_text(pane) == "the content"


def test_that_long_words_of_a_state_wrap_in_a_narrow_panel(pane: StatePane) -> None:
    pane.resize(theme.PANEL_MIN_WIDTH, 300)
    pane.show_empty("No alert has arrived yet", "Copy the URL above into your TradingView alert, " * 3)
    how = next(one for one in pane.findChildren(QLabel) if one.text().startswith("Copy"))
    pane.repaint()
    assert how.height() >= how.heightForWidth(how.width()) > 2 * how.fontMetrics().height()
    assert how.width() <= pane.width()


def test_that_a_card_has_label_number_and_basis(qtbot: QtBot) -> None:
    card = Card("Confirmed")
    qtbot.addWidget(card)
    card.say("65", "56 % of triangles")
    assert (card.caption.text(), card.number.text(), card.basis.text()) == (
        "Confirmed",
        "65",
        "56 % of triangles",
    )


def test_that_cut_text_can_be_read_whole_in_its_tooltip(qtbot: QtBot) -> None:
    label = Elided("a rather long address that does not fit")
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    assert label.toolTip() == "a rather long address that does not fit"
    label.resize(600, 20)
    assert label.toolTip() == ""


def test_that_unknown_is_hatched(qtbot: QtBot) -> None:
    chip = Chip("UNKNOWN", Tone.UNKNOWN)
    qtbot.addWidget(chip)
    chip.resize(chip.sizeHint())
    plain = Chip("UNKNOWN", Tone.MUTED)
    qtbot.addWidget(plain)
    plain.resize(chip.size())

    def colours(one: Chip) -> int:
        row = one.grab().toImage()
        return len({row.pixelColor(x, one.height() // 4).name() for x in range(4, one.width() - 4)})

    assert colours(chip) > colours(plain)


def test_that_a_choice_says_what_was_chosen(qtbot: QtBot) -> None:
    choice = Choice("Session", lambda: [("NY AM", "NY AM"), ("AFTER_HOURS", "AFTER HRS")])
    qtbot.addWidget(choice)
    assert choice.text() == "Session ▾"
    with qtbot.waitSignal(choice.changed):
        choice.choose("AFTER_HOURS")
    assert choice.text() == "AFTER HRS ▾"
    with qtbot.assertNotEmitted(choice.changed):
        choice.choose("AFTER_HOURS")
    actions = choice.menu_of_options().actions()
    assert [action.text() for action in actions if action.isChecked()] == ["AFTER HRS"]
    actions[0].trigger()
    assert choice.value is None


def test_that_of_segments_exactly_one_is_on(qtbot: QtBot) -> None:
    segments = Segments(["All", "Active"])
    qtbot.addWidget(segments)
    segments.say({"All": 1_240, "Active": 7})
    buttons = segments.findChildren(QPushButton)
    assert [one.text() for one in buttons] == ["All  1,240", "Active  7"]
    with qtbot.waitSignal(segments.chosen) as heard:
        QTest.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert heard.args == ["Active"]
    assert [one.isChecked() for one in buttons] == [False, True]
