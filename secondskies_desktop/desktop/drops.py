"""Alert logs that are dropped on the window, or on a panel that stands in a window of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDropEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


class Drops(QObject):
    """Hands dropped logs to `work`, which answers whether it has taken them."""

    def __init__(self, work: Callable[[list[Path]], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work

    def watch(self, widget: QWidget) -> None:
        """Take what is dropped on this one too: a window of its own hands nothing on."""
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent):
            if event.type() is QEvent.Type.DragEnter:
                self.enter(event)
                return True
            if event.type() is QEvent.Type.Drop:
                self.take(event)
                return True
        return super().eventFilter(watched, event)

    def enter(self, event: QDropEvent) -> None:
        """Say whether these files could be taken."""
        if _logs_in(event):
            event.acceptProposedAction()

    def take(self, event: QDropEvent) -> None:
        """Take the logs among these files."""
        files = _logs_in(event)
        if files and self._work(files):
            event.acceptProposedAction()


def _logs_in(event: QDropEvent) -> list[Path]:
    urls = event.mimeData().urls()
    files = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return [file for file in files if file.suffix.casefold() == ".csv"]
