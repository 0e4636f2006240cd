"""What is done about dead letters: tried again, repaired by rules, and taken back; off the thread of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction

from secondskies_desktop.desktop.panels.webhook_monitor.inbox_pages import PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QMenu

    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.engine.repairing import Repaired

DEAD = "dead"


class DeadLetters(QObject):
    """Does it, and says what came of it; `chosen` tells which dead letters are chosen in the table."""

    done = Signal(str)
    """What came of it, in words; what is shown of the arrivals may have changed."""
    undoable = Signal(object)
    """What takes the last repair back."""
    failed = Signal(object)
    """The exception."""

    def __init__(self, parent: QObject, chosen: Callable[[], list[int]]) -> None:
        super().__init__(parent)
        self._chosen = chosen
        self.repair_chosen = QAction("Repair", self)
        self.repair_chosen.setShortcut("R")
        self.repair_chosen.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.repair_chosen.triggered.connect(lambda: self.repair(chosen()))
        self._desk: Desk | None = None
        self._readers: Readers | None = None

    def start(self, desk: Desk, readers: Readers) -> None:
        """Go by this desk."""
        self._desk, self._readers = desk, readers

    def offer(self, menu: QMenu) -> None:
        """Add the repair of the chosen ones to a menu."""
        count = len(self._chosen())
        self.repair_chosen.setText(f"Repair {count} dead letters" if count > 1 else "Repair")
        menu.addSeparator()
        menu.addAction(self.repair_chosen)
        self.repair_chosen.setEnabled(count > 0)
        menu.aboutToHide.connect(lambda: self.repair_chosen.setEnabled(True))

    def retry(self, ids: list[int]) -> None:
        """Decode these again."""
        if self._desk is not None and self._readers is not None and ids:
            desk = self._desk
            self._readers.run(lambda: (desk.retry(ids), len(ids)), self._retried, self.failed.emit)

    def retry_all(self) -> None:
        """Decode all again, page by page: each once, also those that were never on screen."""
        if self._desk is None or self._readers is None:
            return
        desk = self._desk

        def work() -> tuple[int, int]:
            recovered = tried = 0
            before: int | None = None
            while rows := desk.arrivals(PAGE, before, DEAD):
                recovered += desk.retry([row.inbox_id for row in rows])
                tried += len(rows)
                before = rows[-1].inbox_id
            return recovered, tried

        self._readers.run(work, self._retried, self.failed.emit)

    def _retried(self, result: tuple[int, int]) -> None:
        recovered, tried = result
        self.done.emit(f"Retried {tried}: {recovered} recovered, {tried - recovered} still dead")

    def repair(self, ids: Sequence[int] | None) -> None:
        """Repair these, or all; of several only what may be repaired in bulk."""
        if self._desk is not None and self._readers is not None and (ids is None or ids):
            desk, in_bulk = self._desk, ids is None or len(ids) > 1
            self._readers.run(lambda: desk.repair(ids, in_bulk=in_bulk), self._repaired, self.failed.emit)

    def _repaired(self, result: Repaired) -> None:
        ids = [one.inbox_id for one in result.repaired]
        words = f"Repaired {len(ids)}, {len(result.left)} left"
        if len(result.left) == 1 and result.left[0].refusal:
            words += f": {result.left[0].refusal}"
        elif result.left:
            alone = sum(1 for one in result.left if one.body is not None)
            words += f", {alone} of them to be repaired one by one" if alone else ": no rule reads them"
        if ids:
            words += " · Ctrl+Z takes it back"
            self.undoable.emit(lambda: self.undo(ids))
        self.done.emit(words)

    def undo(self, ids: Sequence[int]) -> None:
        """Take the repairs of these back."""
        if self._desk is not None and self._readers is not None:
            desk = self._desk
            self._readers.run(lambda: desk.undo_repair(ids), self._undone, self.failed.emit)

    def _undone(self, count: int) -> None:
        self.done.emit(f"Took {count} repair{'' if count == 1 else 's'} back")
