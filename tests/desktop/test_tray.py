"""The tray says how the desk stands; closing may keep it running there, and without one the strip is enough."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSystemTrayIcon

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.alarm import Alarm
from secondskies_desktop.desktop.main_window import MainWindow
from secondskies_desktop.desktop.remembered import Remembered
from secondskies_desktop.desktop.sounds import Played, Sounds
from secondskies_desktop.desktop.tray import Tray
from secondskies_desktop.desktop.tray_icon import MOST_SAID, TrayState, icon_of, sentence, state_of
from secondskies_desktop.foundation.attention import Attention, Severity
from secondskies_desktop.foundation.clock import as_datetime, system_clock
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.foundation.settings import (
    AlertsSettings,
    AttentionSettings,
    DesktopSettings,
    Settings,
)
from tests.clocks import FrozenClock
from tests.desktop.fake_desk import FakeDesk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.readers import Readers

OPEN_US = int(datetime(2025, 12, 9, 15, 0, tzinfo=UTC).timestamp()) * 1_000_000
WEEKEND_US = int(datetime(2025, 12, 6, 15, 0, tzinfo=UTC).timestamp()) * 1_000_000
UNKNOWN_US = int(datetime(2015, 1, 6, 15, 0, tzinfo=UTC).timestamp()) * 1_000_000


def attention(severity: Severity, text: str = "words") -> Attention:
    return Attention("a kind", severity, text, text, as_datetime(OPEN_US))


@pytest.mark.parametrize(
    ("severities", "now_us", "demo", "state"),
    [
        ([], OPEN_US, False, TrayState.OK),
        ([], WEEKEND_US, False, TrayState.SHUT),
        ([], UNKNOWN_US, False, TrayState.OK),
        ([], OPEN_US, True, TrayState.DEMO),
        ([Severity.INFO], OPEN_US, False, TrayState.OK),
        ([Severity.WATCH], WEEKEND_US, False, TrayState.WATCH),
        ([Severity.WATCH, Severity.DANGER], OPEN_US, True, TrayState.DANGER),
    ],
)
def test_that_the_gravest_decides_the_state(
    severities: list[Severity], now_us: int, demo: bool, state: TrayState
) -> None:
    assert state_of([attention(one) for one in severities], now_us, demo=demo) is state


def test_that_the_tooltip_is_one_sentence() -> None:
    assert sentence([], OPEN_US, demo=False, profile="main") == (
        "Second Skies, main: nothing wants you, the market is open until 17:00 NY"
    )
    assert sentence([], WEEKEND_US, demo=True, profile="x") == (
        "Second Skies, DEMO: nothing wants you, the market is closed, weekend until 18:00 NY"
    )
    both = [attention(Severity.WATCH, "dead letters"), attention(Severity.DANGER, "the disk is full")]
    assert sentence(both, OPEN_US, demo=False, profile="main") == (
        "Second Skies, main: the disk is full, and 1 more"
    )
    assert "UNKNOWN" in sentence([], UNKNOWN_US, demo=False, profile="main")


def test_that_what_leaves_the_window_is_short_and_no_markup(
    qtbot: QtBot, dressed: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    del qtbot, dressed
    said: list[str] = []
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", lambda *_: True)
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda _icon, _title, text, *_: said.append(text))
    monkeypatch.setattr(QSystemTrayIcon, "setToolTip", lambda _icon, text: said.append(text))
    tray = Tray(demo=False, profile="main", available=True)
    text = '<a href="https://evil.example">click</a> ' + "x" * 5_000
    tray.show_message(text, Severity.WATCH)
    tray.say([attention(Severity.DANGER, text)], OPEN_US)
    assert len(said) == 2
    assert all(len(one) == MOST_SAID and "<" not in one and one.endswith("x…") for one in said)
    tray.close()


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_that_every_state_has_a_picture_of_its_own_even_without_colour(
    look: theme.Theme, dressed: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    del dressed
    monkeypatch.setattr(theme, "_on", [look])
    shapes = [_shape(icon_of(state).pixmap(32, 32).toImage(), look) for state in TrayState]
    assert len(set(shapes)) == len(TrayState)


def _shape(image: QImage, look: theme.Theme) -> tuple[bool, ...]:
    """Return where a picture has the colour of the ground."""
    ground = QColor(look.ground).rgb()
    return tuple(
        image.pixel(across, down) == ground
        for down in range(image.height())
        for across in range(image.width())
    )


@pytest.mark.parametrize(("available", "expected"), [(False, (None, "no tray here"))])
def test_that_without_a_tray_nothing_fails(
    qtbot: QtBot, dressed: object, available: bool, expected: tuple[bool | None, str]
) -> None:
    del qtbot, dressed
    tray = Tray(demo=False, profile="main", available=available)
    tray.say([attention(Severity.DANGER)], OPEN_US)
    tray.dress()
    assert not tray.exists
    assert tray.show_message("words", Severity.INFO) == expected
    tray.close()


class Quiet(Sounds):
    """Plays nothing, at once."""

    def __init__(self) -> None:
        super().__init__(platform="none")

    def play(self, severity: Severity) -> None:
        """Say it was played."""
        self.played.emit(Played(True, f"{severity} noted", 1.0))


class Rig:
    """A window with its alarm on a desk in memory."""

    def __init__(
        self, qtbot: QtBot, bridge: Bridge, readers: Readers, home: Path, *, available: bool
    ) -> None:
        self.desk = FakeDesk()
        bridge.listen(self.desk.bus)
        self.clock = FrozenClock(OPEN_US)
        remembered = Remembered(home / "desktop.json")
        self.window = MainWindow([], remembered, clock=self.clock)
        qtbot.addWidget(self.window)
        self.window.start(self.desk, bridge, readers)
        self.alarm = Alarm(
            self.window,
            self.desk,
            bridge,
            readers,
            open_profile(home / "profile"),
            sounds=Quiet(),
            tray_available=available,
            clock=self.clock,
        )
        self.window.show()

    def end(self) -> None:
        """Close all."""
        self.alarm.close()
        self.window.leave()


@pytest.fixture
def rig(qtbot: QtBot, bridge: Bridge, readers: Readers, tmp_path: Path) -> Iterator[Callable[[bool], Rig]]:
    """Make a window on a system with a tray, or without one."""
    made: list[Rig] = []

    def make(available: bool) -> Rig:
        made.append(Rig(qtbot, bridge, readers, tmp_path, available=available))
        return made[-1]

    yield make
    for one in made:
        one.end()


STAYS = Settings(desktop=DesktopSettings(close_to_tray=True))


@pytest.mark.parametrize(
    ("available", "settings", "stays"),
    [(True, STAYS, True), (True, Settings(), False), (False, STAYS, False), (False, Settings(), False)],
)
def test_that_closing_keeps_it_running_only_with_a_tray_and_where_it_is_wanted(
    rig: Callable[[bool], Rig], available: bool, settings: Settings, stays: bool
) -> None:
    one = rig(available)
    one.alarm.take_settings(settings)
    assert one.window.close() is not stays
    assert one.window.isHidden()
    assert one.window._seconds.isActive() is stays, "it goes on only where it is kept"


def test_that_the_tray_hides_the_window_and_brings_it_back(rig: Callable[[bool], Rig]) -> None:
    one = rig(True)
    one.alarm.take_settings(STAYS)
    assert one.alarm.tray.show_action.text() == "Hide Second Skies"
    one.alarm.tray.show_action.trigger()
    assert one.window.isHidden()
    assert one.alarm.tray.show_action.text() == "Show Second Skies"
    one.alarm.tray.show_action.trigger()
    assert one.window.isVisible()


def test_that_quitting_from_the_tray_ends_a_hidden_window(qtbot: QtBot, rig: Callable[[bool], Rig]) -> None:
    one = rig(True)
    one.alarm.take_settings(STAYS)
    one.window.close()
    with qtbot.waitSignal(one.window.left):
        one.alarm.tray.quit_action.trigger()
    assert not one.window._seconds.isActive()


@pytest.mark.parametrize("available", [True, False])
def test_that_what_is_raised_stands_in_the_strip_with_or_without_a_tray(
    qtbot: QtBot, rig: Callable[[bool], Rig], available: bool
) -> None:
    one = rig(available)
    one.desk.board.raise_(attention(Severity.DANGER, "the disk is full"))
    qtbot.waitUntil(lambda: not one.window.attention.isHidden())
    assert one.window.attention.text.text() == "the disk is full"
    assert one.alarm.tray.state is (TrayState.DANGER if available else None)
    one.window.attention.button.click()
    qtbot.waitUntil(lambda: one.desk.board.is_acknowledged("a kind", "the disk is full"))


def test_that_what_is_not_acknowledged_is_heard_again_louder_and_the_strip_says_how_often(
    qtbot: QtBot, rig: Callable[[bool], Rig]
) -> None:
    one = rig(False)
    with qtbot.waitSignal(one.alarm.announcer.announced, timeout=2_000) as first:
        one.desk.board.raise_(attention(Severity.WATCH, "the backup failed"))
    assert [told.severity for told in first.args[0]] == [Severity.WATCH]
    one.desk.alerts.settings = AlertsSettings(escalate_after_minutes=1)
    monotonous = system_clock() + 61_000_000
    with qtbot.waitSignal(one.alarm.announcer.announced, timeout=2_000) as again:
        for told in one.desk.alerts._escalation.tick(monotonous):
            one.desk.bus.publish(told)
    assert [told.severity for told in again.args[0]] == [Severity.DANGER]
    qtbot.waitUntil(lambda: one.window.attention.since.text().endswith(", told 2 times"))


def test_that_sounds_are_muted_for_an_hour_from_the_menu(rig: Callable[[bool], Rig]) -> None:
    one = rig(True)
    one.alarm.tray.mute_action.trigger()
    assert one.alarm.announcer.muted_until_us == OPEN_US + 3_600_000_000
    one.window.tick()
    assert one.alarm.tray.mute_action.isChecked()
    one.clock.advance(3_601)
    one.window.tick()
    assert not one.alarm.tray.mute_action.isChecked()


def test_that_the_settings_reach_what_they_are_about(rig: Callable[[bool], Rig]) -> None:
    one = rig(False)
    attention_settings = AttentionSettings(sounds="none", test_at_session_start=False)
    one.alarm.take_settings(Settings(attention=attention_settings))
    assert one.alarm.announcer.settings is attention_settings
    assert one.alarm.chain.at_session_start is False
