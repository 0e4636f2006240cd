"""From the first picture to the end: what is started when, and what happens when it cannot be opened."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.desktop.panel_registry import FIRST, LATER
from secondskies_desktop.desktop.recovery_view import RecoveryView
from secondskies_desktop.desktop.remembered import Remembered
from secondskies_desktop.desktop.window_life import WindowLife
from secondskies_desktop.foundation.attention import Attention, Severity
from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.foundation.database.failure import DatabaseDamaged
from secondskies_desktop.foundation.profile import Profile, open_profile
from tests.desktop.fake_desk import FakeDesk
from tests.desktop.made_signals import NOW_US, a_row, a_view, made_signals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from secondskies_desktop.foundation.bus import Bus


class FakeOpener:
    """Opens a desk in memory; `can_glance` and `problem` say what goes wrong."""

    def __init__(self, desk: FakeDesk) -> None:
        self.desk = desk
        self.calls: list[str] = []
        self.can_glance = True
        self.problem: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def glance(self, bus: Bus) -> FakeDesk | None:
        """Return the desk, or nothing."""
        self.calls.append("glance")
        self.desk.bus = bus
        return self.desk if self.can_glance else None

    def open(self, bus: Bus) -> FakeDesk:
        """Return the desk, or raise the problem."""
        self.calls.append("open")
        assert self.gate.wait(10)
        self.desk.bus = bus
        if self.problem is not None:
            raise self.problem
        return self.desk

    def look_on(self, bus: Bus) -> FakeDesk:
        """Return the desk as it is."""
        self.calls.append("look on")
        self.desk.bus = bus
        return self.desk

    def close(self) -> None:
        """Note it."""
        self.calls.append("close")


@pytest.fixture
def opener() -> FakeOpener:
    """Opens 150 signals."""
    return FakeOpener(FakeDesk(made_signals(150)))


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    """An empty profile."""
    return open_profile(tmp_path / "profile")


@pytest.fixture
def life(opener: FakeOpener, profile: Profile, qtbot: QtBot, dressed: object) -> Iterator[WindowLife]:
    """A life that has not begun."""
    del dressed
    remembered = Remembered(profile.home / "desktop.json")
    made = WindowLife(opener, profile, remembered)
    qtbot.addWidget(made.window)
    yield made
    opener.gate.set()
    made.window.close()
    made.close()


def role(life: WindowLife) -> str:
    return life.window.status.engine.word.text()


def test_that_the_first_signals_are_painted_before_anything_is_opened(
    qtbot: QtBot, life: WindowLife, opener: FakeOpener
) -> None:
    at_first_picture: list[list[str]] = []
    life.first_picture.connect(lambda: at_first_picture.append(list(opener.calls)))
    with qtbot.waitSignals([life.first_picture, life.opened]):
        life.start()
    assert at_first_picture == [["glance"]]
    assert opener.calls == ["glance", "open"]


def test_that_the_collector_passes_over_what_each_panel_is_made_of(
    qtbot: QtBot, life: WindowLife, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen: list[int] = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(1))
    with qtbot.waitSignals([life.first_picture, life.opened]):
        life.start()
    qtbot.waitUntil(lambda: life._are_built and life._can_answer and len(frozen) == 1)
    life.window.panels["signal_detail"].completed.emit()
    assert len(frozen) == 2


def test_that_the_window_shows_signals_while_the_engine_starts(
    qtbot: QtBot, life: WindowLife, opener: FakeOpener
) -> None:
    opener.gate.clear()
    with qtbot.waitSignal(life.first_picture):
        life.start()
    qtbot.waitUntil(lambda: role(life) == "starting")
    with qtbot.waitSignal(life.opened):
        opener.gate.set()
    qtbot.waitUntil(lambda: role(life) == "running")


def test_that_without_anything_to_look_at_the_desk_is_opened_first(
    qtbot: QtBot, life: WindowLife, opener: FakeOpener
) -> None:
    opener.can_glance = False
    with qtbot.waitSignals([life.opened, life.first_picture]):
        life.start()
    qtbot.waitUntil(lambda: all(panel.is_complete() for panel in life.window.panels.values()))
    assert opener.calls == ["glance", "open"], "and it is opened once"


def test_that_what_changed_before_the_desk_was_open_is_read(
    qtbot: QtBot, life: WindowLife, opener: FakeOpener
) -> None:
    opener.gate.clear()
    with qtbot.waitSignal(life.first_picture):
        life.start()
    opener.desk.rows[9_999] = a_row(9_999, a_view(NOW_US), seq=9_999)
    opener.gate.set()
    model = life.window.panels["live_signals"].model  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: 9_999 in model.book.signals)


def test_that_attention_raised_while_opening_is_not_missed(qtbot: QtBot, life: WindowLife) -> None:
    life.bus.publish(Attention("tunnel", Severity.WATCH, "failing", "away", as_datetime(NOW_US)))
    with qtbot.waitSignals([life.opened, life.first_picture]):
        life.start()
    qtbot.waitUntil(lambda: not life.window.attention.isHidden())


def test_that_an_engine_that_cannot_start_leaves_a_window_that_looks_on(
    qtbot: QtBot, life: WindowLife, opener: FakeOpener
) -> None:
    opener.problem = OSError("port 8787 is in use")
    with qtbot.waitSignals([life.failed, life.first_picture]):
        life.start()
    assert not life.window.problems.isHidden()
    assert "port 8787 is in use" in life.window.problems.text.text()
    qtbot.waitUntil(lambda: role(life) == "failed")
    assert life.window.panels["live_signals"].isVisible()


def test_that_a_damaged_database_leads_to_the_recovery_view_and_back(
    qtbot: QtBot, life: WindowLife, opener: FakeOpener
) -> None:
    opener.can_glance = False
    opener.problem = DatabaseDamaged("the database is damaged: file is not a database")
    with qtbot.waitSignal(life.failed):
        life.start()
    view = life.window.centralWidget()
    assert isinstance(view, RecoveryView)
    assert not life.window.panels["live_signals"].isVisible()
    opener.problem = None
    with qtbot.waitSignals([life.opened, life.first_picture]):
        view.opened_again.emit()
    assert life.window.centralWidget() is None
    assert life.window.panels["live_signals"].isVisible()


def test_that_the_end_comes_once_and_closes_what_was_opened(
    qtbot: QtBot, life: WindowLife, opener: FakeOpener
) -> None:
    with qtbot.waitSignals([life.opened, life.first_picture]):
        life.start()
    life.window.close()
    life.close()
    life.close()
    assert opener.calls == ["glance", "open", "close"]


def test_that_closing_before_the_first_picture_is_harmless(life: WindowLife, opener: FakeOpener) -> None:
    life.start()
    life.window.close()
    life.close()
    assert opener.calls[-1] == "close"


def test_that_every_announced_panel_comes_into_its_dock(
    qtbot: QtBot, life: WindowLife, opener: FakeOpener
) -> None:
    del opener
    announced = {FIRST, *(key for key, _ in LATER)}
    with qtbot.waitSignals([life.opened, life.first_picture]):
        life.start()
    qtbot.waitUntil(lambda: set(life.window.panels) == announced)
    assert announced == set(life.window.docks)
    assert all(life.window.docks[key].widget() is panel for key, panel in life.window.panels.items())
    assert [life.window.docks[key].windowTitle() for key in life.window.panels] == [
        panel.title for panel in life.window.panels.values()
    ]


def test_that_the_other_panels_wait_for_a_desk_that_answers_everything(
    qtbot: QtBot, life: WindowLife, opener: FakeOpener
) -> None:
    opener.gate.clear()
    with qtbot.waitSignal(life.first_picture):
        life.start()
    qtbot.waitUntil(lambda: len(life.window.panels) == 4)
    monitor = life.window.panels["webhook_monitor"]
    with qtbot.assertNotEmitted(monitor.loaded, wait=100):
        pass
    with qtbot.waitSignal(monitor.loaded):
        opener.gate.set()
