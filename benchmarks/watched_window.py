"""The window on a profile, telling when a new signal is painted: one line a signal, its id and the monotonic time.

Run as `python -m benchmarks.watched_window HOME`; the first line on stdout is the URL that alerts are posted to.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QModelIndex, QObject, QTimer

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.app import application, remembered_of
from secondskies_desktop.desktop.window_life import WindowLife
from secondskies_desktop.desktop.window_opener import ProfileOpener
from secondskies_desktop.foundation.profile import open_profile

if TYPE_CHECKING:
    from secondskies_desktop.desktop.panels.live_signals.panel import LiveSignals


class _Watch(QObject):
    """Notes the rows that enter the table, and tells of them after the next painting."""

    def __init__(self, panel: LiveSignals) -> None:
        super().__init__()
        self._model = panel.model
        self._entered: list[str] = []
        panel.model.rowsInserted.connect(self._on_inserted)
        panel.table.viewport().installEventFilter(self)

    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._entered += [self._model.shown_at(row).row.view.trade_id for row in range(first, last + 1)]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's spelling
        if event.type() is QEvent.Type.Paint and self._entered:
            QTimer.singleShot(0, self, self._tell)
        return super().eventFilter(watched, event)

    def _tell(self) -> None:
        entered, self._entered = self._entered, []
        now = time.monotonic()
        _say("".join(f"{trade_id} {now:.6f}\n" for trade_id in entered))


def _say(lines: str) -> None:
    sys.stdout.write(lines)
    sys.stdout.flush()


def main() -> None:
    """Show the window until SIGTERM."""
    profile = open_profile(Path(sys.argv[1]))
    app = application()
    theme.put_on(app, theme.DARK)
    life = WindowLife(ProfileOpener(profile), profile, remembered_of(profile.home))
    signal.signal(signal.SIGTERM, lambda *_: life.window.close())
    panel = cast("LiveSignals", life.window.panels["live_signals"])
    watches: list[_Watch] = []

    def begin() -> None:
        if not panel.is_complete() or life.desk.role is not None:
            QTimer.singleShot(100, begin)
            return
        watches.append(_Watch(panel))
        _say(f"{life.desk.as_desk().copy_url()}\n")

    life.opened.connect(begin)
    life.start()
    app.exec()
    life.close()


if __name__ == "__main__":
    main()
