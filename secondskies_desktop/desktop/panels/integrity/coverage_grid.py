"""Trade dates by hours of New York: how many alerts came, and a cross where the market traded and none did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.theme import Tone, mix
from secondskies_desktop.integrity.coverage import HOURS, Cover

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent, QPoint
    from PySide6.QtGui import QPaintEvent

    from secondskies_desktop.integrity.coverage import CoveredDay, Hour

_ROW = 3 * theme.GRID
_DAY_WIDTH = 9 * theme.GRID
_SUM_WIDTH = 8 * theme.GRID
_LEAST_CELL = 20
_WIDEST_CELL = 52
_MARKS = {
    Cover.SILENT: "×",
    Cover.SHUT: "·",
    Cover.BEFORE: "",
    Cover.AHEAD: "",
    Cover.UNKNOWN: "?",
}
_MEANS = {
    Cover.HEARD: "alerts came",
    Cover.SILENT: "the market traded, and no alert came",
    Cover.SHUT: "the market was shut",
    Cover.BEFORE: "before the first alert that ever arrived",
    Cover.AHEAD: "not over yet, nothing so far",
    Cover.UNKNOWN: "the hours of the market are not known for this date",
}
LEGEND = (
    (Cover.HEARD, "60", "alerts"),
    (Cover.SILENT, "×", "silent"),
    (Cover.SHUT, "·", "shut"),
    (Cover.UNKNOWN, "?", "unknown"),
)


class CoverageGrid(QWidget):
    """Painted in one go; a cell says its numbers in its tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._days: tuple[CoveredDay, ...] = ()
        self._most = 0
        self.setFont(typeface.small_font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(_DAY_WIDTH + _SUM_WIDTH + len(HOURS) * _LEAST_CELL)

    def show_days(self, days: tuple[CoveredDay, ...]) -> None:
        """Show these trade dates, the newest on top."""
        self._days = days
        self._most = max((hour.arrivals for day in days for hour in day.hours), default=0)
        silent = sum(day.count(Cover.SILENT) for day in days)
        self.setAccessibleName(f"{len(days)} trade dates, {silent} silent hours")
        self.setFixedHeight((len(days) + 1) * _ROW)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), (len(self._days) + 1) * _ROW)

    def _cell_width(self) -> int:
        room = self.width() - _DAY_WIDTH - _SUM_WIDTH
        return max(_LEAST_CELL, min(_WIDEST_CELL, room // len(HOURS)))

    def _place(self, row: int, column: int) -> QRect:
        wide = self._cell_width()
        return QRect(_DAY_WIDTH + column * wide, (row + 1) * _ROW, wide, _ROW).adjusted(1, 1, -1, -1)

    def at(self, place: QPoint) -> tuple[CoveredDay, Hour] | None:
        """Return what stands at a place."""
        column, row = (place.x() - _DAY_WIDTH) // self._cell_width(), place.y() // _ROW - 1
        if place.x() < _DAY_WIDTH or not (0 <= row < len(self._days) and 0 <= column < len(HOURS)):
            return None
        return self._days[row], self._days[row].hours[column]

    def words(self, day: CoveredDay, hour: Hour) -> str:
        """Return what a cell says."""
        following = (hour.hour + 1) % 24
        head = f"{day.day:%a %d %b %Y}, {hour.hour:02d}:00 to {following:02d}:00 NY"
        open_ = "not known" if hour.open_s is None else f"{hour.open_s // 60} min"
        return f"{head}\n{formats.count(hour.arrivals)} alerts · market open {open_}\n{_MEANS[hour.cover].capitalize()}"

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            found = self.at(event.pos())
            if found is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.words(*found), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        look = theme.look()
        painter.setPen(QColor(look.muted))
        for column, hour in enumerate(HOURS):
            painter.drawText(self._place(-1, column), Qt.AlignmentFlag.AlignCenter, f"{hour:02d}")
        wide = self._cell_width()
        end = _DAY_WIDTH + len(HOURS) * wide
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(end, 0, _SUM_WIDTH, _ROW), right, "silent h")
        for row, day in enumerate(self._days):
            top = (row + 1) * _ROW
            painter.setPen(QColor(look.muted))
            painter.drawText(QRect(0, top, _DAY_WIDTH, _ROW), left, f"{day.day:%a %d %b}")
            for column, hour in enumerate(day.hours):
                paint_cover(
                    painter, self._place(row, column), hour.cover, self._number(hour), self._share(hour)
                )
            silent = day.count(Cover.SILENT)
            painter.setPen(QColor(look.of(Tone.WATCH if silent else Tone.FAINT)))
            text = str(silent) if silent or day.arrivals else formats.UNKNOWN
            painter.drawText(QRect(end, top, _SUM_WIDTH, _ROW), right, text)
        painter.end()

    def _share(self, hour: Hour) -> float:
        return hour.arrivals / self._most if self._most else 0.0

    def _number(self, hour: Hour) -> str:
        if hour.cover is not Cover.HEARD:
            return _MARKS[hour.cover]
        return str(hour.arrivals) if hour.arrivals < 1_000 else f"{hour.arrivals // 1_000}k"  # noqa: PLR2004 - three figures

    def texts(self) -> list[list[str]]:
        """Return the dates as lines and cells."""
        head = ["trade date", *(f"{hour:02d}" for hour in HOURS), "silent hours"]
        return [
            head,
            *(
                [
                    f"{day.day:%Y-%m-%d}",
                    *(
                        str(one.arrivals) if one.cover is Cover.HEARD else one.cover.value
                        for one in day.hours
                    ),
                    str(day.count(Cover.SILENT)),
                ]
                for day in self._days
            ),
        ]


def paint_cover(painter: QPainter, place: QRect, cover: Cover, text: str, share: float) -> None:
    """Paint one hour: a calm ground that is stronger the more came, a bright one with a cross where none did."""
    look = theme.look()
    ink = look.faint
    if cover is Cover.HEARD:
        painter.fillRect(place, QColor(mix(look.surface, look.bull, 0.12 + 0.38 * share)))
        ink = look.text
    elif cover is Cover.SILENT:
        painter.fillRect(place, QColor(mix(look.surface, look.watch, 0.24)))
        ink = look.watch
    elif cover is Cover.UNKNOWN:
        painter.fillRect(place, QBrush(QColor(look.unknown), Qt.BrushStyle.BDiagPattern))
    elif cover is Cover.AHEAD:
        painter.setPen(QColor(look.line))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
    painter.setPen(QColor(ink))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
