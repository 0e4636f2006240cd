"""The strip that says that the window itself made a mistake; everything else goes on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Elided


class ProblemStrip(QWidget):
    """Shows the last error in a line, with its trace to copy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = Elided("", Tone.DANGER)
        self.trace = ""
        copy = QPushButton("Copy details")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.trace))
        close = QPushButton("Close")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID + theme.HALF, theme.HALF, theme.GRID, theme.HALF)
        row.setSpacing(theme.GRID)
        row.addWidget(self.text, 1)
        row.addWidget(copy)
        row.addWidget(close)
        self.hide()

    def say(self, text: str, trace: str) -> None:
        """Show an error; a newer one takes the place of an older."""
        self.trace = trace
        self.text.say(f"Something in this window failed; alerts are still received. {text}", trace)
        self.show()
