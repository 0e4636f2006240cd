"""Text in the few ways it is written: captions, values, the one number of a card, text that may be cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from secondskies_desktop.desktop import theme, typeface
from secondskies_desktop.desktop.formats import UNKNOWN
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.tooltips import plain

if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QPaintEvent, QResizeEvent


def repolish(widget: QWidget) -> None:
    """Let the stylesheet look at the widget's properties again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def set_tone(widget: QWidget, tone: Tone) -> None:
    """Give a widget the colour of a tone by the stylesheet."""
    if widget.property("tone") != tone.value:
        widget.setProperty("tone", tone.value)
        repolish(widget)


class Text(QLabel):
    """Plain text in a font of the theme and in a tone; never interpreted as markup."""

    def __init__(
        self,
        text: str = "",
        tone: Tone = Tone.TEXT,
        font: QFont | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(typeface.base_font() if font is None else font)
        self.setProperty("tone", tone.value)

    def say(self, text: str, why: str = "", tone: Tone | None = None) -> None:
        """Show a text, the tooltip behind it, and its tone; costs nothing where nothing changes."""
        if self.text() != text:
            self.setText(text)
        tip = plain(why)
        if self.toolTip() != tip:
            self.setToolTip(tip)
        if tone is not None:
            set_tone(self, tone)


class Caption(Text):
    """The label of something: 11 px capitals."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, Tone.MUTED, typeface.label_font(), parent)


class Elided(QWidget):
    """One line that is cut with an ellipsis where it does not fit; the tooltip then has it whole."""

    def __init__(
        self,
        text: str = "",
        tone: Tone = Tone.TEXT,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text = text
        self._why = ""
        self._tone = tone
        self._mode = mode
        self.setFont(typeface.base_font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """Return the text as it was given."""
        return self._text

    def say(self, text: str, why: str = "", tone: Tone | None = None) -> None:
        """Show a text with its tooltip and tone."""
        self._text, self._why = text, why
        self._tone = self._tone if tone is None else tone
        self._explain()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.ROW, self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def _explain(self) -> None:
        cut = self.fontMetrics().horizontalAdvance(self._text) > self.width()
        self.setToolTip(plain(self._why or (self._text if cut else "")))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.look().of(self._tone))
        text = self.fontMetrics().elidedText(self._text, self._mode, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()


class Card(QFrame):
    """Label, one number with its unit, and what it is compared with; where it comes from is the tooltip."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self.setMinimumWidth(theme.CARD_MIN_WIDTH)
        self.caption = Caption(caption)
        self.number = Text(UNKNOWN, Tone.TEXT, typeface.number_font())
        self.basis = Text("", Tone.MUTED, typeface.small_font())
        line = QHBoxLayout()
        line.setSpacing(theme.GRID)
        line.addWidget(self.number)
        line.addWidget(self.basis, 1, Qt.AlignmentFlag.AlignBottom)
        self.basis.setContentsMargins(0, 0, 0, theme.HALF)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GRID + theme.HALF, theme.GRID, theme.GRID, theme.HALF)
        column.setSpacing(0)
        column.addWidget(self.caption)
        column.addLayout(line)

    def say(self, number: str, basis: str = "", why: str = "", tone: Tone = Tone.TEXT) -> None:
        """Show the number, its basis and where it comes from."""
        self.number.say(number, why, Tone.FAINT if number == UNKNOWN else tone)
        self.basis.say(basis, why)
        self.setToolTip(plain(why))


class StackedCard(Card):
    """A card whose basis stands under the number, for rows of many narrow ones."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(caption, parent)
        self.basis.setContentsMargins(0, 0, 0, 0)
        column = self.layout()
        if isinstance(column, QVBoxLayout):
            column.addWidget(self.basis)
        self.basis.setMinimumWidth(0)
