"""What is to be told is told once a batch, the gravest first, as loudly as the settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from secondskies_desktop.alerts.escalation import Told
from secondskies_desktop.desktop.announcer import Announcer, announcement
from secondskies_desktop.desktop.sounds import Played, Sounds
from secondskies_desktop.foundation.attention import Severity
from secondskies_desktop.foundation.settings import AttentionSettings
from tests.clocks import START_US, FrozenClock

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Level = Literal["all", "watch", "danger", "none"]
INFO, WATCH, DANGER = Severity.INFO, Severity.WATCH, Severity.DANGER


def told(*severities: Severity) -> list[Told]:
    return [
        Told(
            "a kind", str(place), one, f"{one.value} {place}", 0, START_US + place, (("a kind", str(place)),)
        )
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
    said = announcement(told(*batch), settings, 0, START_US)
    assert said is not None
    assert (None if said.message is None else said.message[0]) == message
    assert said.sound is sound
    assert bool(said.no_message) is (message is None)
    assert bool(said.no_sound) is (sound is None)


def test_that_an_empty_batch_says_nothing() -> None:
    assert announcement([], AttentionSettings(), 0, START_US) is None


def test_that_a_muted_desk_still_shows_and_says_until_when() -> None:
    said = announcement(told(DANGER), AttentionSettings(), START_US + 1, START_US)
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
        announcer.take(told(INFO, WATCH))
    assert (messages, sounds.notes) == (["WATCH 1 (+1 more)"], [WATCH])
    announcer.mute(on=True)
    assert muted(announcer) == START_US + 3_600_000_000
    announcer.take(told(DANGER))
    assert sounds.notes == [WATCH]
    clock.advance(3_600)
    assert muted(announcer) is None
    announcer.take(told(DANGER))
    assert sounds.notes == [WATCH, DANGER]
