"""One question of a panel is asked again when signals change, and a slow answer comes all the same."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from secondskies_desktop.desktop.statistics_feed import StatisticsFeed
from tests.desktop.fake_desk import FakeDesk

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.readers import Readers


def test_that_a_slow_answer_comes_though_signals_keep_changing(
    qtbot: QtBot, bridge: Bridge, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secondskies_desktop.desktop.statistics_feed.EVERY_MS", 10)
    monkeypatch.setattr("secondskies_desktop.desktop.statistics_feed._REST", 0)
    may_answer = threading.Event()
    asked: list[int] = []

    def question(_desk: object) -> int:
        asked.append(len(asked))
        may_answer.wait(5.0)
        return asked[-1]

    feed: StatisticsFeed[int] = StatisticsFeed(question)
    answers: list[int] = []
    feed.answered.connect(answers.append)
    feed.start(FakeDesk(), bridge, readers)
    for _ in range(10):
        bridge.signals_changed.emit([])
        qtbot.wait(15)
    assert asked == [0]
    may_answer.set()
    qtbot.waitUntil(lambda: len(answers) == 2)
    qtbot.wait(50)
    assert answers == [0, 1], "what changed meanwhile is asked once, and then nothing more"
    feed.stop()


def test_that_a_question_that_keeps_taking_long_is_asked_less_often(
    qtbot: QtBot, bridge: Bridge, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secondskies_desktop.desktop.statistics_feed.EVERY_MS", 1)
    begun: list[float] = []

    def question(_desk: object) -> None:
        begun.append(time.perf_counter())
        time.sleep(0.05)

    feed: StatisticsFeed[None] = StatisticsFeed(question)
    answers: list[None] = []
    feed.answered.connect(answers.append)
    feed.start(FakeDesk(), bridge, readers)
    for count in (1, 2, 3):
        qtbot.waitUntil(lambda count=count: len(answers) == count)  # type: ignore[misc]
        bridge.signals_changed.emit([])
    feed.stop()
    assert begun[2] - begun[1] > 10 * 0.05
