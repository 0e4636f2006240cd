"""The three panels of numbers: what they say is what the tallies say, always with its target, mode and n."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.attention import Noticed
from secondskies_desktop.desktop.health import Word
from secondskies_desktop.desktop.models.basis import Basis, Span, decoded, encoded, first_of_week
from secondskies_desktop.desktop.panels.command_center.panel import CommandCenter
from secondskies_desktop.desktop.panels.main_dashboard.panel import MainDashboard
from secondskies_desktop.desktop.panels.main_dashboard.risk import exposure, warnings
from secondskies_desktop.desktop.panels.signal_statistics.panel import SignalStatistics
from secondskies_desktop.desktop.remembered import Remembered
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.section import Section
from secondskies_desktop.desktop.widgets.state_pane import PaneState
from secondskies_desktop.foundation.attention import Attention, Severity
from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.foundation.sessions import trade_date
from secondskies_desktop.signals.outcome import BeMode
from secondskies_desktop.signals.vocabulary import Direction, LegStatus, Status
from tests.desktop.fake_desk import FakeDesk
from tests.desktop.made_signals import MINUTE_US, NOW_US, a_row, a_view, made_signals

if TYPE_CHECKING:
    from datetime import date

    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.panel import Panel
    from secondskies_desktop.desktop.readers import Readers

P = TypeVar("P", bound="Panel")

TODAY = trade_date(NOW_US)
PANELS = (CommandCenter, MainDashboard, SignalStatistics)


def opened(qtbot: QtBot, panel: P, desk: FakeDesk, bridge: Bridge, readers: Readers) -> P:
    """Show a panel on a desk and wait for its first answer."""
    qtbot.addWidget(panel)
    panel.resize(1_000, 800)
    bridge.listen(desk.bus)
    with qtbot.waitSignal(panel.loaded, timeout=10_000):
        panel.show()
        panel.start(desk, bridge, readers)
    return panel


@pytest.fixture
def desk() -> FakeDesk:
    """A desk of many signals of the last days."""
    return FakeDesk(made_signals(900))


def texts(panel: Panel) -> list[str]:
    """Return every text on a panel."""
    return [label.text() for label in panel.findChildren(QLabel) if label.text()]


@pytest.mark.parametrize("kind", PANELS)
def test_that_without_signals_nothing_is_made_up(
    qtbot: QtBot, kind: type[Panel], bridge: Bridge, readers: Readers
) -> None:
    panel = opened(qtbot, kind(clock=lambda: NOW_US), FakeDesk(), bridge, readers)
    numbers = [text for text in texts(panel) if re.search(r"[1-9]\.\d\dR", text)]
    assert numbers == []
    assert not any("$" in text for text in texts(panel))


def test_that_the_dashboard_says_what_the_tallies_say(
    qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers
) -> None:
    panel = opened(qtbot, MainDashboard(clock=lambda: NOW_US), desk, bridge, readers)
    report = desk.statistics(Basis().query(TODAY))
    assert report is not None
    assert panel.outcome.sum.number.text() == formats.r_multiple(report.total.r_low)
    assert panel.outcome.sum.basis.text() == f"target 2R · No-BE · n {report.total.decided}"
    assert panel.outcome.caption.text() == "Outcome today · all signals · not traded"
    assert ["Open now", "", formats.count(report.total.open)] in panel.outcome.table.texts()
    assert "None recorded – these are signals." in texts(panel)


def test_that_another_target_or_mode_changes_every_number_and_is_remembered(
    qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers, tmp_path_factory: pytest.TempPathFactory
) -> None:
    panel = opened(qtbot, MainDashboard(clock=lambda: NOW_US), desk, bridge, readers)
    basis = Basis(5.0, BeMode.BE1, Span.ALL)
    with qtbot.waitSignal(panel.loaded):
        panel.chooser.set(basis)
        panel.chooser.changed.emit()
    report = desk.statistics(basis.query(TODAY))
    assert report is not None
    assert panel.sessions.note.text() == "All · target 5R · BE=1"
    last = panel.sessions.table.texts()[-1]
    assert last[:2] == ["All six", formats.count(report.total.decided)]
    remembered = Remembered(tmp_path_factory.mktemp("basis") / "desktop.json")
    panel.save_state(remembered)
    again = MainDashboard(clock=lambda: NOW_US)
    qtbot.addWidget(again)
    again.restore_state(remembered)
    assert again.chooser.basis == basis


def test_that_a_change_of_a_signal_reaches_the_numbers(
    qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers
) -> None:
    panel = opened(qtbot, SignalStatistics(clock=lambda: NOW_US), desk, bridge, readers)
    before = panel.totals.table.texts()[1][1]
    desk.change(a_row(9_001, a_view(), seq=desk.seq + 1))
    qtbot.waitUntil(lambda: panel.totals.table.texts()[1][1] == formats.count(int(before) + 1), timeout=5_000)


def test_that_a_hidden_panel_asks_nothing_and_asks_when_it_is_seen_again(
    qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers
) -> None:
    panel = opened(qtbot, MainDashboard(clock=lambda: NOW_US), desk, bridge, readers)
    panel.be_seen(seen=False)
    desk.calls.clear()
    desk.change(a_row(9_002, a_view(), seq=desk.seq + 1))
    qtbot.wait(1_300)
    assert "statistics" not in desk.calls
    with qtbot.waitSignal(panel.loaded):
        panel.be_seen(seen=True)
    assert "statistics" in desk.calls


def test_that_a_desk_that_fails_leaves_the_old_numbers_and_says_so(
    qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers
) -> None:
    panel = opened(qtbot, SignalStatistics(clock=lambda: NOW_US), desk, bridge, readers)
    desk.broken = OSError("the disk is gone")
    with qtbot.waitSignal(panel.loaded):
        panel.feed.ask()
    assert panel.pane.state is PaneState.CONTENT
    assert "the disk is gone" in panel.pane.ribbon.text()


def test_that_a_trade_date_of_the_calendar_is_told_and_taken(
    qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers
) -> None:
    panel = opened(qtbot, SignalStatistics(clock=lambda: NOW_US), desk, bridge, readers)
    button = next(one for one in panel.calendar.buttons if one.isEnabled() and one.day < TODAY)
    told: list[date | None] = []
    panel.day_chosen.connect(told.append)
    panel.day_chosen.connect(panel.show_day)
    with qtbot.waitSignal(panel.loaded):
        button.click()
    assert told == [button.day]
    report = desk.statistics(Basis(day=button.day).query(TODAY))
    assert report is not None
    assert panel.outcomes.mean.number.text() != ""
    assert panel.breakdown.note.text().startswith(f"{button.day:%a %d %b %Y}")
    with qtbot.waitSignal(panel.loaded):
        panel.chooser.day.click()
    assert told[-1] is None


@pytest.mark.parametrize("kind", [MainDashboard, SignalStatistics])
def test_that_a_trade_date_is_taken_away_everywhere_and_by_nothing_else(
    qtbot: QtBot,
    kind: type[MainDashboard | SignalStatistics],
    desk: FakeDesk,
    bridge: Bridge,
    readers: Readers,
) -> None:
    panel = opened(qtbot, kind(clock=lambda: NOW_US), desk, bridge, readers)
    told: list[date | None] = []
    panel.day_chosen.connect(told.append)
    panel.chooser.mode._buttons["BE=1"].click()
    assert told == []
    panel.show_day(TODAY)
    panel.chooser.day.click()
    assert told == [None]


def test_that_no_choice_and_no_column_is_cut_in_a_narrow_panel(
    qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers
) -> None:
    panel = opened(qtbot, SignalStatistics(clock=lambda: NOW_US), desk, bridge, readers)
    panel.resize(430, 700)
    table = panel.breakdown.table
    buttons = [one for one in panel.chooser.findChildren(QPushButton) if not one.isHidden()]
    qtbot.waitUntil(lambda: all(one.width() >= one.sizeHint().width() for one in buttons))
    qtbot.waitUntil(lambda: table.width() < 430)
    shown = [label for line in table._labels for label in line if label.isVisible()]
    assert all(label.geometry().right() <= table.width() for label in shown)
    assert table.texts()[0] == ["", "Signals", "n", "W · BE · L", "Mean", "MFE No-BE"]


def test_that_a_card_that_changes_its_column_keeps_its_parent(
    qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers
) -> None:
    panel = opened(qtbot, SignalStatistics(clock=lambda: NOW_US), desk, bridge, readers)
    # A new parent would have every label of the card dressed again: the greatest part of a workspace's switch.
    before = panel.excursions.parentWidget()
    panel.resize(430, 700)
    qtbot.waitUntil(lambda: panel.excursions.x() == panel.totals.x())
    assert panel.excursions.parentWidget() is before
    panel.resize(1_000, 700)
    qtbot.waitUntil(lambda: panel.excursions.x() > panel.totals.x())


def test_that_of_more_silent_signals_than_were_looked_at_there_are_at_least_so_many() -> None:
    silent = a_view(status=Status.ACTIVE, last_received_us=NOW_US - 30 * 3_600_000_000)
    rows = [a_row(number, silent) for number in range(1, 4)]
    assert exposure(rows, NOW_US, 3).silent_words == "3+"
    assert exposure(rows, NOW_US, 100).silent_words == "3"


def test_that_the_calendar_goes_through_the_months(
    qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers
) -> None:
    panel = opened(qtbot, SignalStatistics(clock=lambda: NOW_US), desk, bridge, readers)
    assert panel.calendar.title.text() == "December 2025"
    with qtbot.waitSignal(panel.loaded):
        panel.calendar.back.click()
    assert panel.calendar.title.text() == "November 2025"
    assert {one.day.month for one in panel.calendar.buttons if one.isVisible()} == {11}
    thanksgiving = next(one for one in panel.calendar.buttons if one.day.day == 27 and one.isVisible())
    assert thanksgiving.toolTip().startswith("Thu 27 Nov 2025")


def test_that_the_command_center_shows_health_attention_and_how_much_there_is(
    qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers
) -> None:
    panel = opened(qtbot, CommandCenter(clock=lambda: NOW_US), desk, bridge, readers)
    panel.show_health(
        {"Webhook": Word("5 s", Tone.GOOD, "why"), "Tunnel": Word("UNKNOWN", Tone.UNKNOWN, "?")}
    )
    assert panel.chain.table.texts() == [["● Webhook", "5 s"], ["○ Tunnel", "UNKNOWN"]]
    attention = Attention("tunnel", Severity.DANGER, "public", "The way in fails", as_datetime(NOW_US))
    panel.show_attention([Noticed(attention)])
    assert panel.attention.table.texts() == [["!! Danger", "The way in fails", formats.ny_time(NOW_US)]]
    accumulated = desk.accumulated(TODAY)
    assert accumulated is not None
    assert panel.data.rows()[0][0].startswith(
        f"Confirmed signals: {formats.count(accumulated.confirmed.count)}"
    )
    panel.show_panels([("live_signals", "Live Signals"), ("command_center", "Command Center")])
    with qtbot.waitSignal(panel.panel_wanted) as asked:
        panel.launchers.buttons["live_signals"].click()
    assert asked.args == ["live_signals"]
    assert "command_center" not in panel.launchers.buttons


def test_that_every_card_is_copied_as_a_table_and_as_a_picture(
    qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers
) -> None:
    panel = opened(qtbot, MainDashboard(clock=lambda: NOW_US), desk, bridge, readers)
    panel.sessions.copy_table()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0].startswith("Session performance\t")
    assert lines[1].split("\t") == ["Session", "n", "W · BE · L", "Win", "Sum", "Mean", "Open"]
    assert len(lines) == 9
    panel.sessions.copy_picture()
    assert not QGuiApplication.clipboard().image().isNull()


def test_that_every_number_says_why(qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers) -> None:
    panel = opened(qtbot, MainDashboard(clock=lambda: NOW_US), desk, bridge, readers)
    numbers = [
        label
        for section in panel.findChildren(Section)
        for label in section.findChildren(QLabel)
        if label.isVisible() and re.search(r"\dR$|\d %$", label.text())
    ]
    assert len(numbers) > 20
    assert [label.text() for label in numbers if not label.toolTip()] == []
    number = panel.outcome.sum.number
    place = number.mapTo(panel.outcome, QPoint(2, 2))
    assert "Why this number?" in [action.text() for action in panel.outcome.menu_at(place).actions()]


def running(number: int, minutes_ago: int, direction: Direction, status: Status = Status.ACTIVE) -> object:
    """Return a row that runs and was last heard of so long ago."""
    heard_us = NOW_US - minutes_ago * MINUTE_US
    view = a_view(
        heard_us,
        status=status,
        direction=direction,
        no_be_status=LegStatus.RUNNING,
        last_received_us=heard_us,
    )
    return a_row(number, view)


def test_that_what_was_silent_for_hours_is_unknown_and_in_no_number() -> None:
    rows = [
        running(1, 1, Direction.BULLISH),
        running(2, 2, Direction.BULLISH, Status.BE_PROTECTED),
        running(3, 3, Direction.BULLISH),
        running(4, 60 * 24, Direction.BEARISH),
    ]
    found = exposure(rows, NOW_US, 100)  # type: ignore[arg-type]
    assert (len(found.heard), found.bullish, found.bearish, found.silent) == (3, 3, 0, 1)
    assert (found.no_be_r, found.be_r) == (3, 2)
    report = FakeDesk().statistics(Basis().query(TODAY))
    assert report is not None
    listed = [(one.tone, one.text) for one in warnings(found, report, "NY AM", Basis())]
    assert listed == [(Tone.WATCH, "3 bullish at once"), (Tone.UNKNOWN, "1 silent for 6 h: UNKNOWN")]


@pytest.mark.parametrize("words", ["", "no json", '{"target":2.2}', '{"mode":"other"}', "[]"])
def test_that_a_basis_that_cannot_be_read_is_the_usual_one(words: str) -> None:
    assert decoded(words) == Basis()


def test_that_a_basis_is_remembered_without_the_one_day() -> None:
    basis = Basis(3.0, BeMode.BE1, Span.WEEK, TODAY)
    assert decoded(encoded(basis)) == Basis(3.0, BeMode.BE1, Span.WEEK)
    assert first_of_week(TODAY).weekday() == 0
    assert basis.query(TODAY).first == TODAY


def test_that_cards_stand_from_the_top_however_often_the_width_changes(
    qtbot: QtBot, desk: FakeDesk, bridge: Bridge, readers: Readers
) -> None:
    panel = opened(qtbot, MainDashboard(clock=lambda: NOW_US), desk, bridge, readers)
    for width in (1_400, 500, 1_400, 500, 1_400):
        panel.resize(width, 800)
        qtbot.wait(1)
        top = panel.active.mapTo(panel, QPoint(0, 0)).y()
        assert top < panel.chooser.geometry().bottom() + 40
    assert panel.risk.mapTo(panel, QPoint(0, 0)).y() == top
