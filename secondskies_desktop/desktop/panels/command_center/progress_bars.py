"""How much data there is towards its marks: a bar a count, ticks at the marks, and when the next is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Elided, Text
from secondskies_desktop.desktop.widgets.section import Section

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from secondskies_desktop.engine.statistics import Accumulated
    from secondskies_desktop.signals.progress import Progress


class Bar(QWidget):
    """A count on a track that ends at the last mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Progress | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.PANEL_MIN_WIDTH // 2, theme.BAR)

    def show_progress(self, found: Progress) -> None:
        """Draw this."""
        self._found = found
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, found = theme.look(), self._found
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, 1, self.width(), theme.BAR - 2)
        painter.setBrush(QColor(look.line))
        painter.drawRoundedRect(track, theme.HALF, theme.HALF)
        if found is not None:
            last = found.marks[-1]
            done = min(1.0, found.count / last)
            if done:
                painter.setBrush(QColor(look.of(Tone.NO_BE)))
                painter.drawRoundedRect(
                    QRectF(0, 1, max(2.0, done * self.width()), theme.BAR - 2), theme.HALF, theme.HALF
                )
            painter.setBrush(QColor(look.muted))
            for mark in found.marks[:-1]:
                painter.drawRect(QRectF(mark / last * self.width() - 0.5, 0, 1.5, theme.BAR))
        painter.end()


class _Line(QWidget):
    def __init__(self, name: str, why: str) -> None:
        super().__init__()
        self._name, self._why = name, why
        self.words = Text(name)
        self.when = Elided(tone=Tone.MUTED)
        self.when.setFont(typeface.small_font())
        self.bar = Bar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.HALF // 2)
        for widget in (self.words, self.bar, self.when):
            column.addWidget(widget)

    def show_progress(self, found: Progress) -> None:
        marks = ", ".join(formats.count(mark) for mark in found.marks)
        towards = (
            "beyond the last mark" if found.next_mark is None else f"of {formats.count(found.next_mark)}"
        )
        self.words.say(
            f"{self._name}: {formats.count(found.count)} {towards}", f"{self._why}. Marks: {marks}"
        )
        self.bar.show_progress(found)
        self.bar.setToolTip(self.words.toolTip())
        self.when.say(_when(found))

    def cells(self) -> list[str]:
        return [self.words.text(), self.when.text()]


def _when(found: Progress) -> str:
    if found.next_mark is None:
        return "every mark is reached"
    left = f"{formats.count(found.next_mark - found.count)} more needed"
    if found.reached_on is None:
        return f"{left}; no date yet: {found.why_unknown}"
    return f"{left}; at {found.per_date:.1f} a trade date on {found.reached_on:%d %b %Y}"


class DataCard(Section):
    """Signals beside trade dates: signals of one date are not independent."""

    def __init__(self) -> None:
        super().__init__("Data so far")
        self.note.say("six tradeable sessions")
        self.lines = {
            "confirmed": _Line("Confirmed signals", "Triangles that were confirmed at some time"),
            "finished": _Line("Finished signals", "Their No-BE leg has ended"),
            "valid": _Line(
                "Valid signals",
                "Finished, on a bar of an open market, with a known No-BE excursion: what research can use",
            ),
            "trade_dates": _Line(
                "Trade dates with a valid signal",
                "Signals of one date share its market and are not independent",
            ),
        }
        for line in self.lines.values():
            self.body.addWidget(line)

    def show_accumulated(self, found: Accumulated) -> None:
        """Show how much there is."""
        for name, line in self.lines.items():
            line.show_progress(getattr(found, name))

    def rows(self) -> list[list[str]]:
        return [line.cells() for line in self.lines.values()]
