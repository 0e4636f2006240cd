"""The application: its entry points, one window a profile, and what happens to errors nobody caught."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from secondskies_desktop.desktop import theme

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from secondskies_desktop.desktop.main_window import MainWindow
    from secondskies_desktop.desktop.remembered import Remembered
    from secondskies_desktop.desktop.window_opener import Opener
    from secondskies_desktop.foundation.profile import Profile

TRACE = "SECONDSKIES_STARTUP_TRACE"
"""Environment variable: with "1" the time of the start goes to stderr, for the benchmark."""


def run_desktop(profile: Profile, *, workspace: str | None = None, in_tray: bool = False) -> int:
    """Show a profile's window until it is closed, or at first only its tray; returns the exit code.

    A second call for the same profile, from any process, raises the first window and returns 0. KeyError for
    a workspace that does not ship.
    """
    from secondskies_desktop.desktop.window_opener import ProfileOpener

    return run_window(ProfileOpener(profile), profile, workspace=workspace, in_tray=in_tray)


def run_demo_desktop(home: Path | None, *, speed: float | None, seconds: float | None, keep: bool) -> int:
    """Show the demo in a throwaway profile until it is closed, or for so many seconds."""
    from secondskies_desktop.desktop.window_opener import DemoOpener

    opener = DemoOpener(home, speed=speed, keep=keep)
    return run_window(opener, opener.profile, seconds=seconds)


def run_window(
    opener: Opener,
    profile: Profile,
    *,
    workspace: str | None = None,
    seconds: float | None = None,
    in_tray: bool = False,
) -> int:
    """Run one window on what the opener opens; returns the exit code."""
    from secondskies_desktop.desktop.appearance import look_of, scale
    from secondskies_desktop.desktop.preferences import Preferences

    preferences = Preferences(profile.settings_file)
    scale(preferences.now.desktop.scale_percent)
    app = application()
    from secondskies_desktop.desktop.one_window import OneWindow
    from secondskies_desktop.desktop.window_life import WindowLife

    only = OneWindow(profile.home)
    if not only.take():
        only.raise_first()
        opener.close()
        return 0
    remembered = remembered_of(profile.home)
    theme.put_on(app, look_of(preferences.now.desktop.theme))
    life = WindowLife(
        opener, profile, remembered, workspace=workspace, preferences=preferences, in_tray=in_tray
    )
    life.window.left.connect(lambda: app.exit(0))
    errors = _Uncaught(life.window)
    life.first_picture.connect(_tell_time)
    life.first_picture.connect(only.listen)
    only.raised.connect(life.window.bring_forward)
    if seconds is not None:
        QTimer.singleShot(round(seconds * 1000), life.window.leave)
    _close_on_signals(life.window.leave)
    life.start()
    try:
        return app.exec()
    finally:
        life.close()
        only.close()
        errors.end()


def application() -> QApplication:
    """Return the process's application, made on first use."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    QLocale.setDefault(QLocale.c())
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Second Skies")
    app.setApplicationDisplayName("Second Skies")
    app.setDesktopFileName("secondskies")
    return app


def remembered_of(home: Path) -> Remembered:
    """Return what the window remembers, kept in the profile; apart from the declared settings."""
    from secondskies_desktop.desktop.remembered import Remembered

    return Remembered(home / "desktop.json")


def _tell_time() -> None:
    if os.environ.get(TRACE) == "1":
        sys.stderr.write(f"startup_ms={1000 * _age_of_process():.0f}\n")
        sys.stderr.flush()


def _age_of_process() -> float:
    """Return the seconds since this process was started; since its first import where that is not known."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        started_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(time.CLOCK_BOOTTIME) - started_s
    except (OSError, AttributeError, ValueError):
        return time.perf_counter() - _imported_at


_imported_at = time.perf_counter()


def _close_on_signals(close: Callable[[], object]) -> None:
    # Python's handlers run when Qt's loop gives the interpreter a turn: the window's second does.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: close())


class _Uncaught(QObject):
    """Errors that nobody caught, on any thread, end in the log and in a strip of the window: no crash."""

    _happened = Signal(str, str)

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._before = sys.excepthook, threading.excepthook
        self._happened.connect(window.problems.say)
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error

    def end(self) -> None:
        """Leave errors to those who had them before."""
        sys.excepthook, threading.excepthook = self._before

    def _on_error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        # Imported here: a start without errors need not wait for it.
        from secondskies_desktop.foundation.logs import logger

        logger(__name__).error("uncaught in the window", trace=text)
        self._happened.emit(f"{kind.__name__}: {error}", text)

    def _on_thread_error(self, failed: Any) -> None:
        if failed.exc_value is not None:
            self._on_error(failed.exc_type, failed.exc_value, failed.exc_traceback)
