"""A window's process whose GUI thread stops for a while: asleep, or spinning in Python.

Run as `python -m benchmarks.blocked_window HOME sleep|spin AFTER_S FOR_S`; the first line on stdout is the
engine's URL, the second how many seconds the thread was really blocked.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.foundation.settings import Settings

_TICK_MS = 50


def _block(how: str, seconds: float) -> None:
    begun = time.perf_counter()
    if how == "sleep":
        time.sleep(seconds)
    else:
        while time.perf_counter() - begun < seconds:
            pass
    _say(f"{time.perf_counter() - begun:.3f}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the window and its engine until SIGTERM."""
    home, how, after_s, for_s = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    app = QApplication(["blocked"])
    signal.signal(signal.SIGTERM, lambda *_: app.quit())
    window = QMainWindow()
    window.show()
    # Python sees a signal only between its own instructions, and an idle Qt loop runs none.
    heartbeat = QTimer()
    heartbeat.timeout.connect(lambda: None)
    heartbeat.start(_TICK_MS)
    engine = Engine(open_profile(home), Settings(), command="benchmark")
    _say(engine.start(port=0).url)
    QTimer.singleShot(int(1000 * after_s), lambda: _block(how, for_s))
    app.exec()
    engine.stop()


if __name__ == "__main__":
    main()
