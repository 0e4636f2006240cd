"""The application: one window a profile, nothing heavy before the first picture, errors in a strip."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer

from secondskies_desktop.desktop.app import TRACE, _Uncaught, application, remembered_of
from secondskies_desktop.desktop.main_window import MainWindow
from secondskies_desktop.desktop.one_window import OneWindow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

START = Path(__file__).with_name("start_on_fake.py")
CHECKOUT = START.parents[2]


def start(home: Path, doing: str) -> subprocess.Popen[str]:
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(CHECKOUT),
        TRACE: "1",
    }
    return subprocess.Popen(
        [sys.executable, START, home, doing],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_that_nothing_heavy_is_imported_before_the_first_signals_are_painted(tmp_path: Path) -> None:
    process = start(tmp_path, "close")
    out, errors = process.communicate(timeout=50)
    assert process.returncode == 0, errors
    assert json.loads(out) == {"heavy": [], "rows": 100}
    assert re.search(r"^startup_ms=\d+$", errors, re.MULTILINE), errors


def test_that_a_second_start_raises_the_first_window_and_goes_away(tmp_path: Path) -> None:
    first = start(tmp_path, "wait")
    try:
        assert first.stdout is not None
        assert json.loads(first.stdout.readline())["rows"] == 100
        second = start(tmp_path, "wait")
        out, errors = second.communicate(timeout=50)
        assert (second.returncode, out) == (0, ""), errors
        assert first.poll() is None
    finally:
        first.send_signal(signal.SIGTERM)
    first.communicate(timeout=50)
    assert first.returncode == 0, "a signal closes the window like a click does"


def test_that_one_profile_has_one_window_and_hears_of_the_second(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = OneWindow(tmp_path), OneWindow(tmp_path)
    assert first.take()
    first.listen()
    assert not second.take()
    with qtbot.waitSignal(first.raised):
        assert second.raise_first()
    first.close()
    assert second.take()
    second.close()


def test_that_two_profiles_have_two_windows(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = OneWindow(tmp_path / "a"), OneWindow(tmp_path / "b")
    assert one.take()
    assert other.take()
    one.close()
    other.close()


@pytest.fixture
def window(qtbot: QtBot, dressed: QApplication, tmp_path: Path) -> MainWindow:
    """A window without panels."""
    del dressed
    made = MainWindow([], remembered_of(tmp_path))
    qtbot.addWidget(made)
    return made


@pytest.fixture
def errors(window: MainWindow) -> Iterator[_Uncaught]:
    """The window's own care for errors."""
    care = _Uncaught(window)
    yield care
    care.end()


def test_that_an_error_in_the_window_ends_in_a_strip(
    qtbot: QtBot, window: MainWindow, errors: _Uncaught
) -> None:
    del errors
    error = ValueError("a slot went wrong")
    QTimer.singleShot(0, lambda: sys.excepthook(ValueError, error, None))
    qtbot.waitUntil(lambda: not window.problems.isHidden())
    assert "ValueError: a slot went wrong" in window.problems.text.text()
    assert "a slot went wrong" in window.problems.trace


def test_that_an_error_on_another_thread_ends_in_the_same_strip(
    qtbot: QtBot, window: MainWindow, errors: _Uncaught
) -> None:
    del errors

    def fail() -> None:
        raise OSError("a reader went wrong")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: "a reader went wrong" in window.problems.text.text())


def test_that_the_hooks_are_given_back(window: MainWindow) -> None:
    before = sys.excepthook, threading.excepthook
    care = _Uncaught(window)
    assert sys.excepthook != before[0]
    care.end()
    assert (sys.excepthook, threading.excepthook) == before


def test_that_there_is_one_application(dressed: QApplication) -> None:
    assert application() is dressed
