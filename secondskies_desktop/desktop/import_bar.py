"""The bar that shows an import of alert logs: how far it is, a way to end it, and what came of it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from secondskies_desktop.desktop import formats, theme
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Elided

if TYPE_CHECKING:
    from pathlib import Path

    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers

_EVERY_S = 0.05
_WORDS = {
    "rows": "lines",
    "stored": "stored",
    "duplicates": "of them seen before",
    "dead_letters": "unreadable",
    "repaired": "repaired",
}


class ImportBar(QWidget):
    """Hidden while there is nothing to say. One import at a time."""

    _progressed = Signal(int, int)
    finished = Signal(bool)
    """Whether it came to its end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = Elided("", Tone.TEXT)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedSize(20 * theme.GRID, theme.GRID)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self._on_button)
        self._over = threading.Event()
        self.running = False
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID + theme.HALF, theme.HALF, theme.GRID, theme.HALF)
        row.setSpacing(theme.GRID + theme.HALF)
        row.addWidget(self.text, 1)
        row.addWidget(self.progress)
        row.addWidget(self.cancel_button)
        self._progressed.connect(self._on_progress, Qt.ConnectionType.QueuedConnection)
        self.hide()

    def begin(self, desk: Desk, readers: Readers, files: list[Path]) -> bool:
        """Import these files on a reader thread; False while another import runs."""
        if self.running:
            return False
        self.running = True
        self._over = over = threading.Event()
        told_at = 0.0

        def progress(done: int, total: int) -> bool:
            nonlocal told_at
            now = time.monotonic()
            if now - told_at >= _EVERY_S or done == total:
                told_at = now
                self._progressed.emit(done, total)
            return not over.is_set()

        names = files[0].name if len(files) == 1 else f"{len(files)} files"
        self.text.say(f"Importing {names}", tone=Tone.TEXT)
        self.progress.setRange(0, 0)
        self.progress.show()
        self.cancel_button.setText("Cancel")
        self.show()
        readers.run(lambda: desk.import_files(files, progress), self._on_done, self._on_failed)
        return True

    def cancel(self) -> None:
        """End the import after the lines that are being stored; what is stored stays."""
        self._over.set()

    def _on_button(self) -> None:
        if self.running:
            self.cancel()
            self.text.say("Ending the import", tone=Tone.MUTED)
        else:
            self.hide()

    def _on_progress(self, done: int, total: int) -> None:
        if self.running:
            self.progress.setRange(0, max(1, total))
            self.progress.setValue(done)

    def _on_done(self, counts: dict[str, int]) -> None:
        said = [f"{formats.count(counts[name])} {word}" for name, word in _WORDS.items() if name in counts]
        ended = "Import ended early: " if self._over.is_set() else "Imported: "
        self._finish(ended + ", ".join(said), Tone.WATCH if self._over.is_set() else Tone.GOOD)

    def _on_failed(self, error: Exception) -> None:
        self._finish(f"Nothing was imported: {error}", Tone.DANGER)

    def _finish(self, text: str, tone: Tone) -> None:
        self.running = False
        self.text.say(text, tone=tone)
        self.progress.hide()
        self.cancel_button.setText("Close")
        self.finished.emit(tone is Tone.GOOD)
