"""The opponent of the start: an empty QMainWindow in a process of its own; says so once it is painted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class _Window(QMainWindow):
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's spelling
        super().paintEvent(event)
        QTimer.singleShot(0, self, self._on_painted)

    def _on_painted(self) -> None:
        sys.stderr.write("painted\n")
        sys.stderr.flush()
        QApplication.quit()


def main() -> None:
    """Show the window and end."""
    app = QApplication(["bare"])
    window = _Window()
    window.resize(1_600, 900)
    window.show()
    app.exec()


if __name__ == "__main__":
    main()
