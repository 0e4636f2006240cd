"""The table of signals under a storm of updates, in the window on a profile; answers one JSON object on stdout.

Run as `python -m benchmarks.busy_table HOME UPDATES_PER_S SECONDS`. The updates go the way of every update: over
the bus, through the bridge, into the model and onto the screen.
"""

from __future__ import annotations

import sys
import threading
import time
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec
from PySide6.QtCore import QTimer

from benchmarks.rows import Busy
from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.app import application, remembered_of
from secondskies_desktop.desktop.window_life import WindowLife
from secondskies_desktop.desktop.window_opener import ProfileOpener
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.signals.changes import SignalRow, SignalsChanged

if TYPE_CHECKING:
    from secondskies_desktop.desktop.panels.live_signals.panel import LiveSignals
    from secondskies_desktop.foundation.bus import Bus

_BATCH_S = 0.05
_SETTLE_MS = 1_500
_CHOSEN = 9_000


class Storm(threading.Thread):
    """Publishes updates of one signal after the other at an even pace: each ran a little further."""

    def __init__(self, bus: Bus, rows: list[SignalRow], rate: int, seconds: float) -> None:
        super().__init__(daemon=True)
        self._bus = bus
        self._rows = cycle(rows)
        self._batch = round(rate * _BATCH_S)
        self._rounds = round(seconds / _BATCH_S)
        self._seq = max(row.seq for row in rows)

    def run(self) -> None:
        """Publish until the time is over."""
        due = time.monotonic()
        for number in range(1, self._rounds + 1):
            rows = tuple(self._changed(row, number) for row in islice(self._rows, self._batch))
            self._bus.publish(SignalsChanged(self._seq, rows))
            due += _BATCH_S
            time.sleep(max(0.0, due - time.monotonic()))

    def _changed(self, row: SignalRow, number: int) -> SignalRow:
        self._seq += 1
        ran = (row.view.no_be_mfe or 0.0) + 0.01 * number
        view = msgspec.structs.replace(row.view, no_be_mfe=ran, be_mfe=ran, mae=-ran)
        return SignalRow(row.id, self._seq, view)


def main() -> None:
    """Show the window, let the storm pass, and tell how busy its thread was."""
    home, rate, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    profile = open_profile(home)
    app = application()
    theme.put_on(app, theme.DARK)
    life = WindowLife(ProfileOpener(profile), profile, remembered_of(home))
    panel = cast("LiveSignals", life.window.panels["live_signals"])
    model, table = panel.model, panel.table
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))

    def begin() -> None:
        if not panel.is_complete():
            QTimer.singleShot(100, begin)
            return
        table.selectRow(_CHOSEN)
        table.verticalScrollBar().setValue(_CHOSEN - 5)
        QTimer.singleShot(_SETTLE_MS, measure)

    def measure() -> None:
        rows = [model.shown_at(row).row for row in range(model.rowCount())]
        before = model.rowCount(), table.selected_ids(), _top(panel)
        storm = Storm(life.bus, rows, rate, seconds)
        resets.clear()
        started, spent = time.monotonic(), time.thread_time()
        storm.start()

        def end() -> None:
            share = (time.thread_time() - spent) / (time.monotonic() - started)
            kept = before == (model.rowCount(), table.selected_ids(), _top(panel))
            answer = Busy(share, model.rowCount(), not resets, kept)
            sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
            sys.stdout.flush()
            life.window.close()

        QTimer.singleShot(round(1_000 * seconds), end)

    life.opened.connect(begin)
    life.start()
    app.exec()
    life.close()


def _top(panel: LiveSignals) -> int:
    """Return the id of the first signal on screen."""
    return panel.model.shown_at(panel.table.rowAt(0)).id


if __name__ == "__main__":
    main()
