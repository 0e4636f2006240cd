"""What wants the trader stays until he has acknowledged it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from secondskies_desktop.alerts.escalation import Told
from secondskies_desktop.desktop.attention import AttentionList
from secondskies_desktop.desktop.attention_strip import AttentionStrip
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.foundation.attention import (
    AcknowledgementTakenBack,
    Attention,
    AttentionCleared,
    Severity,
)
from secondskies_desktop.foundation.clock import as_us

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

SINCE = datetime(2025, 12, 10, 15, 42, 7, tzinfo=UTC)


def raised(key: str, severity: Severity = Severity.DANGER, minutes: int = 0) -> Attention:
    return Attention("storage", severity, key, f"{key} is full", SINCE + timedelta(minutes=minutes))


def over(key: str) -> AttentionCleared:
    return AttentionCleared("storage", key)


def test_that_the_newest_condition_is_shown_first() -> None:
    one = AttentionList()
    one.take([raised("disk"), raised("inbox", Severity.INFO, minutes=5)])
    newest = one.newest()
    assert newest is not None
    assert newest.attention.key == "inbox"
    assert one.waiting() == 2


def test_that_acknowledging_shows_the_next_and_leaves_both_open() -> None:
    one = AttentionList()
    one.take([raised("disk"), raised("inbox", minutes=5)])
    one.acknowledge()
    newest = one.newest()
    assert newest is not None
    assert newest.attention.key == "disk"
    one.acknowledge()
    assert one.newest() is None
    assert len(one.open()) == 2


def test_that_what_is_told_again_is_shown_first_and_counted() -> None:
    one = AttentionList()
    one.take([raised("disk"), raised("inbox", minutes=5)])
    at_us = as_us(SINCE) + 600_000_000
    place = ("storage", "disk")
    one.hear([Told(*place, Severity.DANGER, "again", 1, at_us, (place, ("storage", "long gone")))])
    newest = one.newest()
    assert newest is not None
    assert (newest.attention.key, newest.told) == ("disk", 2)


def test_that_an_acknowledgement_taken_back_lets_it_wait_again() -> None:
    one = AttentionList()
    one.take([raised("disk")])
    one.acknowledge()
    assert one.newest() is None
    one.take([AcknowledgementTakenBack("storage", "disk"), AcknowledgementTakenBack("storage", "nothing")])
    assert one.waiting() == 1


def test_that_what_is_over_still_waits_to_be_acknowledged() -> None:
    one = AttentionList()
    one.take([raised("disk"), over("disk")])
    newest = one.newest()
    assert newest is not None
    assert newest.is_over
    assert one.open() == []
    one.acknowledge()
    assert one.newest() is None


def test_that_what_was_acknowledged_goes_when_it_is_over() -> None:
    one = AttentionList()
    one.take([raised("disk")])
    one.acknowledge()
    one.take([over("disk")])
    assert one.open() == []
    one.take([raised("disk", minutes=9)])
    assert one.waiting() == 1, "raised again, it wants to be acknowledged again"


def test_that_the_end_of_something_unknown_is_nothing() -> None:
    one = AttentionList()
    one.take([over("never raised")])
    assert (one.newest(), one.open()) == (None, [])


@pytest.fixture
def strip(qtbot: QtBot, dressed: object) -> AttentionStrip:
    del dressed
    made = AttentionStrip()
    qtbot.addWidget(made)
    return made


def test_that_the_strip_is_hidden_while_nothing_waits(strip: AttentionStrip) -> None:
    assert strip.isHidden()
    strip.take([raised("disk")])
    assert not strip.isHidden()
    assert strip.text.text() == "disk is full"
    assert strip.since.text() == "since 10:42:07 NY"


def test_that_the_strip_counts_what_else_waits(strip: AttentionStrip) -> None:
    strip.take([raised("disk"), raised("inbox", minutes=1), raised("tunnel", minutes=2)])
    assert strip.button.text() == "Acknowledge (+2 more)"
    for _ in range(3):
        QTest.mouseClick(strip.button, Qt.MouseButton.LeftButton)
    assert strip.isHidden()


def test_that_the_status_bar_hears_of_the_gravest(qtbot: QtBot, strip: AttentionStrip) -> None:
    with qtbot.waitSignal(strip.changed) as heard:
        strip.take([raised("disk"), raised("inbox", Severity.WATCH, minutes=1)])
    assert heard.args == [2, Tone.DANGER]
    with qtbot.waitSignal(strip.changed) as heard:
        strip.take([over("disk"), over("inbox")])
    assert heard.args == [0, Tone.MUTED]


def test_that_what_was_acknowledged_can_be_looked_at_again(strip: AttentionStrip) -> None:
    strip.take([raised("disk")])
    strip.button.click()
    strip.show_newest()
    assert not strip.isHidden()


def test_that_the_strip_says_that_it_is_over(strip: AttentionStrip) -> None:
    strip.take([raised("disk"), over("disk")])
    assert strip.since.text().endswith(", over")
