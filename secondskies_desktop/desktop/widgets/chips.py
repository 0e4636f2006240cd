"""Chips: a word on a ground of its tone. Unknown is hatched, and says in its tooltip what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from secondskies_desktop.desktop import theme, typeface
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.tooltips import plain
from secondskies_desktop.desktop.widgets.labels import set_tone
from secondskies_desktop.foundation.profile import DEMO, REPLAY

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_HATCH_SHARE = 0.35


class Chip(QLabel):
    """A short word with a ground of its tone; it never stretches."""

    def __init__(self, text: str = "", tone: Tone = Tone.MUTED, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(typeface.small_font())
        self.setFixedHeight(theme.ROW - theme.GRID)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("tone", tone.value)

    def say(self, text: str, tone: Tone | None = None, why: str = "") -> None:
        """Show a word, its tone and its tooltip."""
        if self.text() != text:
            self.setText(text)
        self.setToolTip(plain(why))
        if tone is not None:
            set_tone(self, tone)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.property("tone") == Tone.UNKNOWN.value:
            look = theme.look()
            painter = QPainter(self)
            hatch(painter, self, theme.mix(look.surface, look.unknown, _HATCH_SHARE))
            painter.end()


def hatch(painter: QPainter, widget: QWidget, colour: str) -> None:
    """Draw the hatching of what is unknown over a widget's ground."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(QColor(colour), Qt.BrushStyle.BDiagPattern))
    radius = widget.height() / 2
    painter.setOpacity(0.6)
    painter.drawRoundedRect(widget.rect(), radius, radius)


_BADGES = {
    DEMO: "Generated alerts in a profile of their own; nothing here is your data",
    REPLAY: "A trade date that is played again in a scratch profile; nothing here is happening now",
}


class ProfileBadge(Chip):
    """Says that this is not the trader's own desk; hidden where it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", Tone.WATCH, parent)
        self.hide()

    def show_badge(self, word: str) -> None:
        """Show DEMO or REPLAY; empty is the trader's own desk."""
        self.say(word, why=_BADGES.get(word, ""))
        self.setVisible(bool(word))
