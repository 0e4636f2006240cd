"""What was raised is told once a batch, the gravest first, as loudly as the settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from secondskies_desktop.desktop.announcer import Announcer, announcement
from secondskies_desktop.desktop.sounds import Played, Sounds
from secondskies_desktop.engine.alarm_test import KIND
from secondskies_desktop.foundation.attention import Attention, AttentionCleared, Severity
from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.foundation.settings import AttentionSettings
from tests.clocks import START_US, FrozenClock

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Level = Literal["all", "watch", "danger", "none"]
INFO, WATCH, DANGER = Severity.INFO, Severity.WATCH, Severity.DANGER


def raised(*severities: Severity) -> list[Attention]:
    return [
        Attention("a kind", one, str(place), f"{one.value} {place}", as_datetime(START_US + place))
        for place, one in enumerate(severities)
    ]


@pytest.mark.parametrize(
    ("level", "batch", "message", "sound"),
    [
        ("all", [INFO], "INFO 0", INFO),
        ("all", [INFO, DANGER, WATCH], "DANGER 1 (+2 more)", DANGER),
        ("all", [INFO, INFO], "INFO 1 (+1 more)", INFO),
        ("watch", [INFO], None, None),
        ("watch", [INFO, WATCH], "WATCH 1", WATCH),
        ("danger", [WATCH], None, None),
        ("none", [DANGER], None, None),
    ],
)
def test_that_a_batch_is_told_by_severity(
    level: Level, batch: list[Severity], message: str | None, sound: Severity | None
) -> None:
    settings = AttentionSettings(notifications=level, sounds=level)
    said = announcement(raised(*batch), settings, 0, START_US)
    assert said is not None
    assert (None if said.message is None else said.message[0]) == message
    assert said.sound is sound
    assert bool(said.no_message) is (message is None)
    assert bool(said.no_sound) is (sound is None)


def test_that_nothing_raised_is_nothing_told() -> None:
    assert announcement([], AttentionSettings(), 0, START_US) is None


def test_that_a_muted_desk_still_shows_and_says_until_when() -> None:
    said = announcement(raised(DANGER), AttentionSettings(), START_US + 1, START_US)
    assert said is not None
    assert said.message is not None
    assert said.sound is None
    assert said.no_sound == "muted until 09:40:00 NY"


class Quiet(Sounds):
    """Notes what it would play."""

    def __init__(self) -> None:
        super().__init__(platform="none")
        self.notes: list[Severity] = []

    def play(self, severity: Severity) -> None:
        """Note it, as played."""
        self.notes.append(severity)
        self.played.emit(Played(True, "noted", 1.0))


def muted(announcer: Announcer) -> int | None:
    return announcer.muted_until_us


def test_that_a_batch_is_one_message_and_one_sound(qtbot: QtBot) -> None:
    sounds, clock = Quiet(), FrozenClock()
    messages: list[str] = []

    def show(text: str, _severity: Severity) -> tuple[bool | None, str]:
        messages.append(text)
        return True, "shown"

    announcer = Announcer(AttentionSettings(), sounds, show, clock)
    with qtbot.waitSignals([announcer.announced, announcer.sounded]):
        announcer.take([*raised(INFO, WATCH), AttentionCleared("a kind", "9")])
    assert (messages, sounds.notes) == (["WATCH 1 (+1 more)"], [WATCH])
    announcer.mute(on=True)
    assert muted(announcer) == START_US + 3_600_000_000
    announcer.take(raised(DANGER))
    assert sounds.notes == [WATCH]
    clock.advance(3_600)
    assert muted(announcer) is None
    announcer.take(raised(DANGER))
    assert sounds.notes == [WATCH, DANGER]


@pytest.fixture
def storm(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Storm:
    """An announcer whose pause is short."""
    del qtbot
    monkeypatch.setattr("secondskies_desktop.desktop.announcer.PAUSE_MS", 40)
    return Storm()


class Storm:
    """What an announcer has told: messages and sounds."""

    def __init__(self) -> None:
        self.sounds, self.clock = Quiet(), FrozenClock()
        self.messages: list[str] = []
        self.announcer = Announcer(AttentionSettings(), self.sounds, self.show, self.clock)

    def show(self, text: str, _severity: Severity) -> tuple[bool | None, str]:
        """Note a message."""
        self.messages.append(text)
        return True, "shown"


def test_that_a_storm_is_told_once_and_then_together(qtbot: QtBot, storm: Storm) -> None:
    for _ in range(200):
        storm.announcer.take(raised(INFO))
    assert (storm.messages, storm.sounds.notes) == (["INFO 0"], [INFO])
    qtbot.waitUntil(lambda: len(storm.messages) > 1)
    assert storm.messages == ["INFO 0", "INFO 0 (+198 more)"]
    assert storm.sounds.notes == [INFO, INFO]


def test_that_what_is_graver_is_told_at_once_with_what_waited(storm: Storm) -> None:
    for batch in ([INFO], [INFO], [DANGER], [DANGER], [WATCH]):
        storm.announcer.take(raised(*batch))
    assert storm.messages == ["INFO 0", "DANGER 0 (+1 more)"]
    assert storm.sounds.notes == [INFO, DANGER]


def test_that_the_test_alarm_waits_for_nobody(storm: Storm) -> None:
    storm.announcer.take(raised(DANGER))
    test = Attention(KIND, INFO, "test", "Test alarm", as_datetime(START_US))
    storm.announcer.take([test])
    assert storm.messages == ["DANGER 0", "Test alarm"]
    assert storm.sounds.notes == [DANGER, INFO]
