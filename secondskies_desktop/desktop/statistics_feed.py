"""Keeps a panel's statistics true: asked again when signals change, and only while seen.

At most once a second, and a question that keeps taking long is asked less often: it rests for ten times as long.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers, Reading

Answer = TypeVar("Answer")
EVERY_MS = 1_000
_REST = 10
_REST_AT_MOST_MS = 5_000


class StatisticsFeed(QObject, Generic[Answer]):
    """Asks the desk one question; `answered` carries its answer, `failed` the reason in words."""

    answered = Signal(object)
    failed = Signal(str)

    def __init__(self, question: Callable[[Desk], Answer], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._question = question
        self._desk: Desk | None = None
        self._readers: Readers | None = None
        self._asked: Reading | None = None
        self._is_old = True
        self._is_seen = True
        self._begun = self._took = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask_if_old)

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        """Ask for the first time and follow the bridge."""
        self._desk, self._readers = desk, readers
        bridge.signals_changed.connect(self.grow_old)
        bridge.rebuilt.connect(self.grow_old)
        bridge.resync.connect(self.grow_old)
        self.ask()

    def stop(self) -> None:
        """Want no more answers."""
        self._timer.stop()
        if self._asked is not None:
            self._asked.cancel()
        self._readers = None

    def ask(self) -> None:
        """Ask now, whatever was asked before."""
        desk, readers = self._desk, self._readers
        if desk is None or readers is None:
            return
        if self._asked is not None:
            self._asked.cancel()
        self._is_old = False
        self._asked = readers.run(lambda: self._question(desk), self._on_answer, self._on_failure)
        self._begun = time.perf_counter()
        self._timer.start(EVERY_MS)

    def be_seen(self, *, seen: bool) -> None:
        """Ask what was missed, or ask nothing while nobody looks."""
        self._is_seen = seen
        if seen and self._is_old:
            self.ask()

    def grow_old(self, *_what: object) -> None:
        """Ask again as soon as it is time and somebody looks."""
        self._is_old = True
        if not self._timer.isActive():
            self._ask_if_old()

    def _ask_if_old(self) -> None:
        # An answer on its way is awaited: dropped for a newer question each time, a slow one would never come.
        if self._is_old and self._is_seen and self._asked is None:
            self.ask()

    def _on_answer(self, answer: Answer) -> None:
        self._asked = None
        # One slow answer is the machine's, two are the question's.
        before, self._took = self._took, time.perf_counter() - self._begun
        rest = min(_REST_AT_MOST_MS, round(_REST * 1_000 * min(before, self._took)))
        if rest > EVERY_MS:
            self._timer.start(rest)
        self.answered.emit(answer)
        if not self._timer.isActive():
            self._ask_if_old()

    def _on_failure(self, error: Exception) -> None:
        self._asked = None
        self._is_old = True
        self.failed.emit(f"{type(error).__name__}: {error}")
