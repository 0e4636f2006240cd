"""What happened while the trader was away is counted from real changes, and its line goes again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from secondskies_desktop.desktop.away import Changes, changes_since, marks_of, sentence
from secondskies_desktop.desktop.away_strip import AwayStrip, AwayWatch
from secondskies_desktop.signals.vocabulary import LegStatus, Status
from tests.clocks import START_US, FrozenClock
from tests.desktop.fake_desk import FakeDesk
from tests.desktop.made_signals import a_row, a_view

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.readers import Readers

MINUTE_US = 60_000_000
RUNNING = {
    "status": Status.ACTIVE,
    "be_status": LegStatus.RUNNING,
    "no_be_status": LegStatus.RUNNING,
    "entry_us": START_US,
}
PROTECTED = RUNNING | {"status": Status.BE_PROTECTED, "be_triggered_us": START_US + MINUTE_US}
BE_STOPPED = PROTECTED | {"status": Status.BE_STOPPED, "be_status": LegStatus.STOPPED_BE}
STOPPED = RUNNING | {
    "status": Status.COMPLETED,
    "be_status": LegStatus.STOPPED_SL,
    "no_be_status": LegStatus.STOPPED_SL,
    "exit_us": START_US + MINUTE_US,
}
CANCELLED = {"status": Status.CANCELLED, "cancelled_us": START_US}
UNTRACKED = STOPPED | {"be_status": LegStatus.NOT_TRACKED}


@pytest.mark.parametrize(
    ("was", "now", "counted"),
    [
        (None, {}, Changes(new=1)),
        (None, STOPPED, Changes(new=1, stopped=1, missed=1)),
        (None, CANCELLED, Changes(new=1)),
        ({}, RUNNING, Changes()),
        (RUNNING, PROTECTED, Changes(protected=1)),
        (RUNNING, BE_STOPPED, Changes(protected=1, stopped=1)),
        (PROTECTED, BE_STOPPED, Changes(stopped=1)),
        (RUNNING, STOPPED, Changes(stopped=1)),
        (BE_STOPPED, STOPPED | PROTECTED | {"no_be_status": LegStatus.STOPPED_SL}, Changes()),
        ({}, STOPPED, Changes(stopped=1, missed=1)),
        ({}, UNTRACKED, Changes(stopped=1, missed=1)),
        ({}, BE_STOPPED, Changes(protected=1, stopped=1)),
        ({}, CANCELLED, Changes()),
        (STOPPED, STOPPED, Changes()),
    ],
)
def test_that_a_change_is_counted_by_what_the_signal_was(
    was: dict[str, object] | None, now: dict[str, object], counted: Changes
) -> None:
    before = {} if was is None else marks_of([a_row(1, a_view(START_US, **was))])
    later = a_row(1, a_view(START_US, **now), seq=9)
    assert changes_since(before, [later], START_US) == counted


def test_that_an_old_signal_that_nobody_remembers_counts_nowhere() -> None:
    imported = a_row(1, a_view(START_US, **(STOPPED | {"first_received_us": START_US - MINUTE_US})))
    assert changes_since({}, [imported], START_US) == Changes()


def test_that_a_signal_that_changed_twice_is_counted_as_it_is_now() -> None:
    before = marks_of([a_row(1, a_view(START_US, **RUNNING))])
    rows = [a_row(1, a_view(START_US, **PROTECTED), 2), a_row(1, a_view(START_US, **BE_STOPPED), 3)]
    assert changes_since(before, rows, START_US) == Changes(protected=1, stopped=1)


def test_that_the_line_has_all_four_numbers_or_is_not_there() -> None:
    assert sentence(Changes(3, 1, 1, 0), 14 * 60) == (
        "While you were away (14 min): 3 new, 1 protected, 1 stopped, 0 missed"
    )
    assert sentence(Changes(), 14 * 60) == ""


class Absence:
    """A desk with one running signal, and a trader who goes and comes."""

    def __init__(self, qtbot: QtBot, bridge: Bridge, readers: Readers) -> None:
        self.qtbot = qtbot
        self.clock = FrozenClock(START_US + 2 * MINUTE_US)
        self.desk = FakeDesk([a_row(1, a_view(START_US, **RUNNING))])
        self.watch = AwayWatch(self.desk, bridge, readers, self.clock)
        self.told: list[str] = []
        self.watch.told.connect(self.told.append)

    def leave(self) -> None:
        """Look elsewhere, and wait until what is there was noted."""
        self.watch.on_state(Qt.ApplicationState.ApplicationInactive)
        self.qtbot.waitUntil(lambda: self.watch._before is not None)

    def come_back(self, after_s: float) -> None:
        """Look here again after so many seconds."""
        self.clock.advance(after_s)
        self.watch.on_state(Qt.ApplicationState.ApplicationActive)


@pytest.fixture
def absence(qtbot: QtBot, bridge: Bridge, readers: Readers) -> Absence:
    """A trader at his desk."""
    return Absence(qtbot, bridge, readers)


def test_that_what_changed_is_told_after_a_minute(qtbot: QtBot, absence: Absence) -> None:
    absence.leave()
    absence.desk.change(a_row(1, a_view(START_US, **BE_STOPPED), 2))
    fresh = {"first_received_us": absence.clock() + MINUTE_US}
    absence.desk.change(*(a_row(number, a_view(START_US, **fresh), number) for number in range(3, 103)))
    absence.come_back(14 * 60)
    qtbot.waitUntil(lambda: bool(absence.told))
    assert absence.told == ["While you were away (14 min): 100 new, 1 protected, 1 stopped, 0 missed"]


def test_that_a_glance_elsewhere_is_no_absence(qtbot: QtBot, absence: Absence) -> None:
    absence.leave()
    absence.desk.change(a_row(1, a_view(START_US, **BE_STOPPED), 2))
    absence.come_back(59)
    qtbot.wait(100)
    assert absence.told == []


def test_that_a_rebuild_meanwhile_cannot_be_compared(qtbot: QtBot, absence: Absence, bridge: Bridge) -> None:
    absence.leave()
    bridge.rebuilt.emit()
    absence.desk.change(a_row(1, a_view(START_US, **BE_STOPPED), 2))
    absence.come_back(600)
    qtbot.wait(100)
    assert absence.told == []


def test_that_the_line_goes_when_it_was_read(qtbot: QtBot, dressed: object) -> None:
    del dressed
    strip = AwayStrip()
    qtbot.addWidget(strip)
    assert strip.isHidden()
    assert not strip.dismiss()
    strip.say("While you were away (14 min): 3 new")
    assert not strip.isHidden()
    QTest.mouseClick(strip.button, Qt.MouseButton.LeftButton)
    assert strip.isHidden()
