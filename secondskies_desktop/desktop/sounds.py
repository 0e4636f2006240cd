"""One short sound for each severity, by whatever player the machine has; never waits and never raises.

Qt's own player lies in another package; every system has one of these. Where there is none, the system beeps.
"""

from __future__ import annotations

import shutil
import sys
import time
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QProcess, QTimer, Signal
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from secondskies_desktop.foundation.attention import Severity

_PLAYERS = {
    "linux": (("pw-play",), ("paplay",), ("aplay", "-q")),
    "darwin": (("afplay",),),
}
_ENDS_WITHIN_MS = 5_000
_KILLED_WITHIN_MS = 500


class Played(NamedTuple):
    """What became of a sound: `ok` is None where the machine has no player to prove it."""

    ok: bool | None
    detail: str
    took_ms: float | None


def player_for(platform: str, find: Callable[[str], str | None] = shutil.which) -> tuple[str, ...]:
    """Return the program and its options that play a file here; empty where there is none."""
    for program, *options in _PLAYERS.get(platform, ()):
        found = find(program)
        if found is not None:
            return (found, *options)
    return ()


class Sounds(QObject):
    """Plays on the thread of the window, in a process of its own."""

    played = Signal(object)
    """Played: once a sound has ended, or could not be played."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        platform: str = sys.platform,
        find: Callable[[str], str | None] = shutil.which,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._folder = folder
        self._platform = platform
        self._player = player_for(platform, find)
        self._process = QProcess(self)
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._not_started)
        self._is_playing = False
        self._started = 0.0
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.setInterval(_ENDS_WITHIN_MS)
        self._limit.timeout.connect(self._too_long)

    def play(self, severity: Severity) -> None:
        """Play a severity's sound; one that still plays gives way."""
        self.close()
        self._started = time.monotonic()
        try:
            file = self._file(severity)
            if self._platform == "win32":
                self._play_on_windows(file)
            elif self._player:
                self._run(file)
            else:
                self._beep()
        except Exception as error:
            self.played.emit(Played(False, f"{type(error).__name__}: {error}", None))

    def close(self) -> None:
        """End what still plays."""
        self._limit.stop()
        self._is_playing = False
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(_KILLED_WITHIN_MS)

    def _file(self, severity: Severity) -> Path:
        name = f"{severity.value.lower()}.wav"
        if self._folder is not None:
            return self._folder / name
        with as_file(files("secondskies_desktop.resources").joinpath("sounds", name)) as file:
            return file

    def _run(self, file: Path) -> None:
        self._is_playing = True
        self._limit.start()
        program, *options = self._player
        self._process.start(program, [*options, str(file)])

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        if not self._is_playing:
            return
        self._over()
        said = bytes(self._process.readAllStandardError().data()).decode(errors="replace").strip()
        if code or status is QProcess.ExitStatus.CrashExit:
            reason = said.splitlines()[-1][:200] if said else f"ended with {code}"
            self.played.emit(Played(False, f"{self._name()}: {reason}", None))
        else:
            took_ms = round(1_000 * (time.monotonic() - self._started), 1)
            self.played.emit(Played(True, f"played by {self._name()}", took_ms))

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if self._is_playing and error is QProcess.ProcessError.FailedToStart:
            self._over()
            self.played.emit(Played(False, f"{self._name()} did not start", None))

    def _too_long(self) -> None:
        self.close()
        self.played.emit(Played(False, f"{self._name()} did not end within 5 s", None))

    def _over(self) -> None:
        self._is_playing = False
        self._limit.stop()

    def _name(self) -> str:
        return self._player[0].rpartition("/")[2]

    def _beep(self) -> None:
        QApplication.beep()
        tried = ", ".join(program for program, *_ in _PLAYERS.get(self._platform, ()))
        self.played.emit(
            Played(None, f"no player ({tried or 'none is known here'}): the system's beep", None)
        )

    def _play_on_windows(self, file: Path) -> None:
        import winsound

        flags = winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT  # type: ignore[attr-defined]
        winsound.PlaySound(str(file), flags)  # type: ignore[attr-defined]
        took_ms = round(1_000 * (time.monotonic() - self._started), 1)
        self.played.emit(Played(True, "handed to Windows", took_ms))
