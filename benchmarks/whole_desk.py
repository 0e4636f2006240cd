"""The whole desk on a profile, every panel open: how busy it is, how much memory it holds, how long it ever stands.

Run as `python -m benchmarks.whole_desk HOME SECONDS`; answers one JSON object on stdout.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from itertools import takewhile
from pathlib import Path
from urllib.request import Request, urlopen

import msgspec
from PySide6.QtCore import QEventLoop, QTimer

from benchmarks import stored
from benchmarks.busy_table import Storm
from benchmarks.rows import Whole
from secondskies_desktop.demo.speech import Generation
from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.app import application, remembered_of
from secondskies_desktop.desktop.window_life import WindowLife
from secondskies_desktop.desktop.window_opener import ProfileOpener
from secondskies_desktop.desktop.workspaces import HOME, LIVE
from secondskies_desktop.foundation.profile import open_profile

_SIZE = (2_560, 1_440)
_SETTLE_S = 15.0
"""So long a start goes on in the background: what charts said is read again with a fifth of a core."""
_RATE = 1_000
_BEAT_MS = 4
_DAY_US = 24 * 3_600 * 1_000_000
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4_096


class Pulse:
    """Beats on the thread of the window; `longest` is the most that a beat came too late, in ms."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def restart(self) -> None:
        """Forget what was."""
        self.longest, self._last = 0.0, time.perf_counter()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, 1_000 * (now - self._last) - _BEAT_MS)
        self._last = now


def main() -> None:
    """Open everything, measure it at rest, in a storm, switching, and over a day of alerts."""
    home, seconds = Path(sys.argv[1]), float(sys.argv[2])
    profile = open_profile(home)
    theme.put_on(application(), theme.DARK)
    life = WindowLife(ProfileOpener(profile), profile, remembered_of(home))
    window = life.window
    life.start()
    _until(lambda: life.desk.role is None and len(window.panels) == len(window.docks))
    _until(lambda: all(panel.is_complete() for panel in window.panels.values()))
    window.resize(*_SIZE)
    switches = _switches(life)
    for dock in window.docks.values():
        dock.show()
    _, newest = life.desk.as_desk().signals(1)
    window.panels["signal_detail"].show_signal(newest[0].id)
    _spin(_SETTLE_S)
    idle = _share(seconds)
    resident = _resident_mb()
    _, rows = life.desk.as_desk().signals(20_000)
    storm = Storm(life.bus, rows, _RATE, seconds)
    storm.start()
    busy = _share(seconds)
    url, day = life.desk.as_desk().copy_url(), _day_of_alerts()
    pulse = Pulse()
    _spin(1.0)
    pulse.restart()
    _post(url, day)
    answer = Whole(idle, busy, resident, switches, pulse.longest, len(day), len(rows), len(window.panels))
    sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
    sys.stdout.flush()
    window.close()
    life.close()


def _switches(life: WindowLife) -> list[float]:
    """Go from one workspace to the other and back; returns the ms until each was painted."""
    found = []
    for workspace in (HOME, LIVE) * 5:
        begun = time.perf_counter()
        life.window.go(workspace)
        application().processEvents()
        found.append(1_000 * (time.perf_counter() - begun))
        _spin(0.3)
    return found


def _day_of_alerts() -> list[bytes]:
    told = stored.told_days(Generation.BATCH)
    return [one.body for one in takewhile(lambda one: one.at_us < told[0].at_us + _DAY_US, told)]


def _post(url: str, day: list[bytes]) -> None:
    """Post a day of alerts, a day in a minute, while the window lives."""
    done = threading.Event()

    def post() -> None:
        for body in day:
            request = Request(url, body, method="POST")  # noqa: S310 - our own listener
            with urlopen(request, timeout=10):  # noqa: S310 - the same
                time.sleep(60 / len(day))
        done.set()

    threading.Thread(target=post, daemon=True).start()
    _until(done.is_set)


def _share(seconds: float) -> float:
    begun, spent = time.monotonic(), time.process_time()
    _spin(seconds)
    return (time.process_time() - spent) / (time.monotonic() - begun)


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * _PAGE / 1e6


def _spin(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(1_000 * seconds), loop.quit)
    loop.exec()


def _until(holds: object) -> None:
    while not holds():  # type: ignore[operator]
        _spin(0.1)


if __name__ == "__main__":
    main()
