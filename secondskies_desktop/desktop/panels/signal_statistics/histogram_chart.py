"""How far signals ran: the share of each strategy's ended legs by MFE, drawn as pairs of bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.theme import Tone

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QPaintEvent

    from secondskies_desktop.signals.statistics import Histogram

_HEIGHT = 17 * theme.GRID
_FAINT_BELOW = 30
"""So few legs are drawn faint: their shares say little."""
_MANY = 100
"""From so many legs on shares stand above the bars."""
_TONES = {"No-BE": Tone.NO_BE, "BE=1": Tone.BE}


class HistogramChart(QWidget):
    """One group of bars a bin, its range under it, its counts or shares above; nothing but counts that were made."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: dict[str, Histogram] = {}
        self._in_shares = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(_HEIGHT)
        self.setFont(typeface.small_font())

    def show_histograms(self, found: dict[str, Histogram]) -> None:
        """Draw these, by mode."""
        self._found = found
        self._in_shares = any(sum(one.counts) >= _MANY for one in found.values())
        ended = ", ".join(
            f"{mode}: {formats.count(sum(one.counts))} ended legs" for mode, one in found.items()
        )
        self.setAccessibleName(f"MFE in R, {ended}")
        self.update()

    @property
    def unit(self) -> str:
        """What stands above the bars, which have no room for more than two figures."""
        return "% of ended legs" if self._in_shares else "ended legs"

    def _label(self, count: int, of: Histogram) -> str:
        return f"{100 * count / sum(of.counts):.0f}" if self._in_shares else formats.count(count)

    def sizeHint(self) -> QSize:
        return QSize(theme.PANEL_MIN_WIDTH, _HEIGHT)

    def texts(self) -> list[list[str]]:
        """Return the bins as lines and cells."""
        if not self._found:
            return []
        bins = next(iter(self._found.values()))
        return [
            ["MFE", *self._found],
            *(
                [_range(bins.edges, place), *(str(one.counts[place]) for one in self._found.values())]
                for place in range(len(bins.edges))
            ),
        ]

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._found:
            bins = next(iter(self._found.values())).edges
            place = int(event.pos().x() / max(1, self.width()) * len(bins))
            if 0 <= place < len(bins):
                parts = [
                    f"{mode}: {formats.count(one.counts[place])} of {formats.count(sum(one.counts))} ended legs"
                    for mode, one in self._found.items()
                ]
                QToolTip.showText(event.globalPos(), f"MFE {_range(bins, place)}\n" + "\n".join(parts), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        try:
            self._paint(painter)
        finally:
            painter.end()

    def _paint(self, painter: QPainter) -> None:
        look = theme.look()
        line = self.fontMetrics().height()
        base = self.height() - line - theme.HALF
        painter.setPen(QColor(look.line))
        painter.drawLine(0, base, self.width(), base)
        if not self._found:
            return
        bins = next(iter(self._found.values())).edges
        step = self.width() / len(bins)
        most = max((count for one in self._found.values() for count in one.counts), default=0)
        room = base - line - theme.HALF
        bar = max(2.0, (step - theme.GRID) / len(self._found))
        for place in range(len(bins)):
            left = place * step
            painter.setPen(QColor(look.muted))
            label = QRectF(left, base + theme.HALF // 2, step, line)
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, _short(bins, place))
            for number, (mode, one) in enumerate(self._found.items()):
                count = one.counts[place]
                if not count:
                    continue
                tall = max(1.0, room * count / most)
                colour = QColor(look.of(_TONES[mode]))
                if sum(one.counts) < _FAINT_BELOW:
                    colour.setAlphaF(0.45)
                spot = QRectF(left + theme.HALF + number * bar, base - tall, bar - 1, tall)
                painter.fillRect(spot, colour)
                painter.setPen(QColor(look.text))
                above = QRectF(spot.left() - step / 4, spot.top() - line, bar + step / 2, line)
                painter.drawText(above, Qt.AlignmentFlag.AlignCenter, self._label(count, one))


def _range(edges: tuple[float, ...], place: int) -> str:
    if place + 1 == len(edges):
        return f"{edges[place]:g}R and more"
    return f"{edges[place]:g}R to under {edges[place + 1]:g}R"


def _short(edges: tuple[float, ...], place: int) -> str:
    return f"{edges[place]:g}+" if place + 1 == len(edges) else f"{edges[place]:g}"
