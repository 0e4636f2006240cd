"""When alerts came: a calendar of trade dates by hours of New York, four weeks at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.panels.integrity.coverage_grid import LEGEND, CoverageGrid, paint_cover
from secondskies_desktop.desktop.panels.integrity.fed_page import FedPage
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.section import Section
from secondskies_desktop.integrity.coverage import Cover

if TYPE_CHECKING:
    from datetime import date

    from PySide6.QtGui import QPaintEvent

    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.engine.integrity_desk import Coverage
    from secondskies_desktop.foundation.clock import Clock

_DAYS = 20
"""Weekdays shown at once: four weeks."""
_SWATCH = 3 * theme.GRID


class _Swatch(QWidget):
    """One cell of the legend."""

    def __init__(self, cover: Cover, text: str) -> None:
        super().__init__()
        self._cover, self._text = cover, text
        self.setFont(typeface.small_font())
        self.setFixedSize(QSize(_SWATCH + theme.HALF, _SWATCH - theme.HALF))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        paint_cover(painter, QRect(0, 0, self.width(), self.height()), self._cover, self._text, 0.5)
        painter.end()


class CoverageCard(Section):
    """The calendar with its arrows and its legend."""

    def __init__(self) -> None:
        super().__init__("Coverage by trade date and hour")
        self.note.say("New York time; a trade date begins at 18:00 of the evening before")
        self.grid = CoverageGrid()
        self.span = Text("", Tone.TEXT, typeface.strong_font())
        self.sum = Text("", Tone.MUTED)
        self.before, self.after = _arrow("◂", "Four weeks before"), _arrow("▸", "Four weeks after")
        head = QHBoxLayout()
        head.setSpacing(theme.HALF)
        for widget in (self.before, self.span, self.after, self.sum):
            head.addWidget(widget)
        head.addStretch(1)
        for cover, text, name in LEGEND:
            head.addWidget(_Swatch(cover, text))
            head.addWidget(Text(name, Tone.MUTED, typeface.small_font()))
        self.body.addLayout(head)
        self.body.addWidget(self.grid)

    def show_coverage(self, found: Coverage) -> None:
        """Show these trade dates and what they come to."""
        days = found.days
        self.grid.show_days(days)
        self.span.say(f"{days[-1].day:%d %b} to {days[0].day:%d %b %Y}")
        silent = sum(day.count(Cover.SILENT) for day in days)
        heard = sum(day.count(Cover.HEARD) for day in days)
        hours = "hour" if silent == 1 else "hours"
        self.sum.say(
            f"  {formats.count(sum(day.arrivals for day in days))} alerts in {formats.count(heard)} hours · "
            f"{formats.count(silent)} open {hours} without any",
            tone=Tone.WATCH if silent else Tone.MUTED,
        )

    def rows(self) -> list[list[str]]:
        return self.grid.texts()


class CoveragePage(FedPage["Coverage"]):
    """Begins with today, or with the newest alert where that is long ago."""

    def __init__(self, clock: Clock) -> None:
        self.card = CoverageCard()
        super().__init__(clock, _scrolling(self.card))
        self._last: date | None = None
        self._shown: Coverage | None = None
        self.card.before.clicked.connect(lambda: self.turn(-1))
        self.card.after.clicked.connect(lambda: self.turn(1))
        self.lay()

    def ask(self, desk: Desk) -> Coverage:
        return desk.coverage(self._last, _DAYS)

    def show_answer(self, answer: Coverage) -> None:
        self._shown = answer
        if answer.first is None or answer.last is None:
            self.pane.show_empty(
                "No alert has arrived yet", "Each hour will stand here, and those that were silent."
            )
            return
        self.card.show_coverage(answer)
        self.card.before.setEnabled(answer.days[-1].day > answer.first)
        self.card.after.setEnabled(self._last is not None)
        self.pane.show_content()

    def turn(self, step: int) -> None:
        """Go four weeks back or on; beyond the newest it follows the present again."""
        if self._shown is None or not self._shown.days:
            return
        shown = self._shown.days
        if step < 0:
            self._last = shown[-1].day - timedelta(days=1)
        else:
            following = shown[0].day + timedelta(days=7 * _DAYS // 5)
            newest = self._shown.last
            self._last = None if newest is None or following >= newest else following
        self.feed.ask()

    def go_back(self) -> bool:
        if self._last is None:
            return False
        self._last = None
        self.feed.ask()
        return True

    def theme_changed(self) -> None:
        self.card.grid.update()


def _scrolling(card: QWidget) -> QScrollArea:
    inner = QWidget()
    inner.setAutoFillBackground(False)
    column = QVBoxLayout(inner)
    column.setContentsMargins(*(4 * [theme.GRID]))
    column.addWidget(card)
    column.addStretch(1)
    scroll = QScrollArea()
    scroll.setWidget(inner)
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.viewport().setAutoFillBackground(False)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    return scroll


def _arrow(mark: str, why: str) -> QToolButton:
    button = QToolButton()
    button.setText(mark)
    button.setToolTip(why)
    button.setAccessibleName(why)
    button.setProperty("quiet", "true")
    return button
