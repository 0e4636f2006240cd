"""A card of something that is not built yet: it names its place in the roadmap and shows nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.section import Section

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_STROKE = 1.5


class Padlock(QWidget):
    """A closed padlock, drawn: the icon fonts take longer to load than the card that it stands on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(theme.ICON, theme.ICON)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.look().faint), _STROKE))
        side = theme.ICON
        shackle = QRectF(side * 0.3, side * 0.1, side * 0.4, side * 0.6)
        painter.drawArc(shackle, 0, 180 * 16)
        for x in (shackle.left(), shackle.right()):
            painter.drawLine(round(x), round(shackle.center().y()), round(x), round(side * 0.5))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.look().faint))
        body = QRectF(side * 0.18, side * 0.45, side * 0.64, side * 0.46)
        painter.drawRoundedRect(body, theme.HALF / 2, theme.HALF / 2)
        painter.end()


class LockedCard(Section):
    """Title, padlock, roadmap key, and that it is not built."""

    def __init__(self, key: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.key = key
        self.says = Text(f"Locked · {key} of the roadmap · not built", Tone.FAINT)
        self.says.setToolTip(f"The Roadmap panel shows {key} with its priority and its time")
        line = QHBoxLayout()
        line.setSpacing(theme.GRID)
        line.addWidget(Padlock())
        line.addWidget(self.says, 1)
        self.body.addLayout(line)

    def rows(self) -> list[list[str]]:
        return [[self.says.text()]]
