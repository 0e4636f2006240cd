"""The reason behind a number, where the pointer is."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.widgets.labels import Caption, Text

_WIDTH = 48 * theme.GRID


class WhyPopover(QFrame):
    """The reason behind a number, as plain text, until a click elsewhere or Esc."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("card", "true")
        self.caption = Caption("")
        self.text = Text("")
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFixedWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.addWidget(self.caption)
        column.addWidget(self.text)

    def open_with(self, field: str, reasons: list[tuple[str, str]]) -> None:
        """Show the reasons for a field where the pointer is."""
        self.caption.setText(field.replace("_", " "))
        words = "\n\n".join(reason for _, reason in reasons)
        self.text.setText(words or "Nothing more is known of this value.")
        self.adjustSize()
        self.move(QCursor.pos() + QPoint(theme.GRID, theme.GRID))
        self.show()
