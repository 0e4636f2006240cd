"""The trade date of a replay as a strip: when its arrivals came, how far it has played, and where a click leads."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.theme import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QMouseEvent, QPaintEvent

_BIN_PX = 3
_HOUR_US = 3_600_000_000
_LABELLED_HOURS = 3
_LABEL_PX = 40
"""The least room of an hour's label."""


class ReplayTimeline(QWidget):
    """Bars are arrivals; `wanted` carries the moment (µs UTC) that was clicked."""

    wanted = Signal(object)

    def __init__(
        self, moments: Sequence[int], starts_us: int, ends_us: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._moments = moments
        self._starts_us, self._ends_us = starts_us, ends_us
        self._now_us = starts_us
        self._bins: list[int] = []
        self.setAccessibleName("The day: click to go there")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_now(self, now_us: int) -> None:
        """Put the mark where the clock stands."""
        before, self._now_us = self._now_us, now_us
        if int(self._across(before)) != int(self._across(now_us)):
            self.update()

    def moment_at(self, across: float) -> int:
        """Return the moment at a place of the strip."""
        share = min(1.0, max(0.0, across / max(1, self.width())))
        return self._starts_us + int(share * (self._ends_us - self._starts_us))

    def sizeHint(self) -> QSize:
        return QSize(40 * theme.GRID, theme.ROW + theme.GRID)

    def minimumSizeHint(self) -> QSize:
        return QSize(12 * theme.GRID, theme.ROW + theme.GRID)

    def _across(self, at_us: int) -> float:
        return self.width() * (at_us - self._starts_us) / (self._ends_us - self._starts_us)

    def _counted(self) -> list[int]:
        count = max(1, self.width() // _BIN_PX)
        if len(self._bins) != count:
            span = self._ends_us - self._starts_us
            edges = [
                bisect_left(self._moments, self._starts_us + span * one // count) for one in range(count + 1)
            ]
            self._bins = [behind - first for first, behind in pairwise(edges)]
        return self._bins

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, painter = theme.look(), QPainter(self)
        painter.setFont(typeface.label_font())
        labels = painter.fontMetrics().height()
        floor = self.height() - labels
        painter.fillRect(QRectF(0, floor - 1, self.width(), 1), QColor(look.line))
        self._paint_bars(painter, floor - 1)
        self._paint_hours(painter, floor)
        here = min(self._across(self._now_us), self.width() - 2.0)
        painter.fillRect(QRectF(here - 1, 0, 2, floor), QColor(look.text))
        painter.end()

    def _paint_bars(self, painter: QPainter, floor: int) -> None:
        look, bins = theme.look(), self._counted()
        most = max(bins, default=0) or 1
        played, to_come = QColor(look.of(Tone.NO_BE)), QColor(theme.mix(look.surface, look.faint, 0.6))
        here = self._across(self._now_us)
        for place, count in enumerate(bins):
            if count:
                height = max(2.0, (floor - 2) * count / most)
                left = place * _BIN_PX
                bar = QRectF(left, floor - height, _BIN_PX - 1, height)
                painter.fillRect(bar, played if left <= here else to_come)

    def _paint_hours(self, painter: QPainter, floor: int) -> None:
        painter.setPen(QColor(theme.look().faint))
        hours = round((self._ends_us - self._starts_us) / _HOUR_US)
        step = _LABELLED_HOURS
        while step < hours and self.width() * step / max(1, hours) < _LABEL_PX:
            step += _LABELLED_HOURS
        for hour in range(step, hours, step):
            at_us = self._starts_us + hour * _HOUR_US
            box = QRectF(self._across(at_us) - _LABEL_PX / 2, floor, _LABEL_PX, self.height() - floor)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, formats.ny_minute(at_us))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.rect().contains(event.position().toPoint()):
            self.wanted.emit(self.moment_at(event.position().x()))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at_us = self.moment_at(event.pos().x())
            back = ": back, so the day begins again" if at_us < self._now_us else ""
            QToolTip.showText(event.globalPos(), f"Go to {formats.ny_time(at_us)}{back}", self)
            return True
        return super().event(event)
