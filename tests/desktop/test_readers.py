"""The readers: work off the thread of the window, answers on it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.desktop.readers import Readers, assert_gui_thread, on_gui_thread

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_that_work_runs_elsewhere_and_its_answer_arrives_here(qtbot: QtBot, readers: Readers) -> None:
    answers: list[tuple[bool, bool]] = []
    readers.run(on_gui_thread, lambda there: answers.append((there, on_gui_thread())))
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [(False, True)]


def test_that_an_error_is_delivered_to_who_asked(qtbot: QtBot, readers: Readers) -> None:
    errors: list[Exception] = []
    readers.run(lambda: 1 // 0, lambda _: None, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], ZeroDivisionError)


def test_that_an_error_nobody_asked_for_is_raised_here(qtbot: QtBot, readers: Readers) -> None:
    with qtbot.captureExceptions() as caught:
        readers.run(lambda: 1 // 0)
        qtbot.waitUntil(lambda: bool(caught))
    assert caught[0][0] is ZeroDivisionError


def test_that_a_cancelled_question_has_no_answer(qtbot: QtBot, readers: Readers) -> None:
    gate = threading.Event()
    answers: list[object] = []
    first = readers.run(gate.wait, answers.append)
    first.cancel()
    gate.set()
    readers.run(lambda: "second", answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == ["second"]


def test_that_closed_readers_take_nothing_new(qtbot: QtBot, readers: Readers) -> None:
    readers.close()
    answers: list[object] = []
    readers.run(lambda: "late", answers.append)
    qtbot.wait(50)
    assert answers == []


@pytest.mark.usefixtures("dressed")
def test_that_touching_the_window_from_elsewhere_is_refused() -> None:
    refused: list[str] = []

    def touch() -> None:
        try:
            assert_gui_thread()
        except AssertionError as error:
            refused.append(str(error))

    thread = threading.Thread(target=touch, name="reader-9")
    thread.start()
    thread.join()
    assert_gui_thread()
    assert refused == ["reader-9 is not the thread of the window"]
