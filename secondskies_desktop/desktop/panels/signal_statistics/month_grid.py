"""The trading calendar: a month of trade dates with what each came to; choosing one filters every panel."""

from __future__ import annotations

from calendar import Calendar
from datetime import date, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.models import kpi
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Caption, Text, repolish
from secondskies_desktop.foundation.market_hours import trading_days

if TYPE_CHECKING:
    from collections.abc import Mapping

    from secondskies_desktop.desktop.models.basis import Basis
    from secondskies_desktop.signals.statistics import Summary

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
"""Trade dates: Sunday evening is Monday's."""
_CELL = 5 * theme.GRID + theme.HALF


class DayButton(QToolButton):
    """One trade date: its number, how many signals, and their sum in R."""

    def __init__(self) -> None:
        super().__init__()
        self.day = date.min
        self.setCheckable(True)
        self.setProperty("day", "true")
        self.setMinimumHeight(_CELL)
        self.setSizePolicy(self.sizePolicy().Policy.Expanding, self.sizePolicy().Policy.Fixed)
        self.number = Caption("")
        self.sum = Text("", Tone.TEXT, typeface.small_font())
        self.count = Text("", Tone.MUTED, typeface.small_font())
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.CELL_PAD, theme.HALF // 2, theme.CELL_PAD, theme.HALF // 2)
        grid.setSpacing(0)
        grid.addWidget(self.number, 0, 0)
        grid.addWidget(self.count, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.sum, 1, 0, 1, 2, Qt.AlignmentFlag.AlignRight)
        for label in (self.number, self.sum, self.count):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_day(self, day: date, one: Summary | None, basis: Basis, *, traded: bool, today: bool) -> None:
        """Show a trade date and what is known of it."""
        self.day = day
        self.number.say(f"{day.day}", tone=Tone.NO_BE if today else Tone.MUTED)
        self.setEnabled(one is not None and one.signals > 0)
        if one is None or not one.signals:
            self.count.say("" if traded else "shut")
            self.sum.say("")
            self.setToolTip(f"{day:%a %d %b %Y}: {'no signal' if traded else 'the market is shut'}")
        else:
            result = kpi.sum_of_r(one, basis)
            self.count.say(formats.count(one.signals))
            self.sum.say(result.text, tone=result.tone)
            self.setToolTip(
                f"{day:%a %d %b %Y}: {formats.count(one.signals)} signals, {formats.count(one.finished)} finished, "
                f"{formats.count(one.running)} running\n{kpi.results(one)}, sum {result.text} ({basis.words})\n"
                f"Mean MFE of finished: No-BE {formats.excursion(one.no_be_mfe)}, BE=1 {formats.excursion(one.be_mfe)}"
            )
        self.setAccessibleName(self.toolTip())


class MonthGrid(QWidget):
    """Five columns of trade dates; the arrows go through the months."""

    day_chosen = Signal(object)
    month_changed = Signal()

    def __init__(self, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first = today.replace(day=1)
        self._chosen: date | None = None
        self.title = Text("", Tone.TEXT, typeface.strong_font())
        self.back, self.on = _arrow("◂", "The month before"), _arrow("▸", "The month after")
        self.back.clicked.connect(lambda: self._turn(-1))
        self.on.clicked.connect(lambda: self._turn(1))
        head = QHBoxLayout()
        head.setSpacing(theme.HALF)
        for widget in (self.back, self.title, self.on):
            head.addWidget(widget)
        head.addStretch(1)
        self.buttons = [DayButton() for _ in range(6 * len(_WEEKDAYS))]
        grid = QGridLayout()
        grid.setSpacing(theme.HALF // 2)
        for place, name in enumerate(_WEEKDAYS):
            grid.addWidget(Caption(name), 0, place, Qt.AlignmentFlag.AlignCenter)
            grid.setColumnStretch(place, 1)
        for place, button in enumerate(self.buttons):
            grid.addWidget(button, 1 + place // len(_WEEKDAYS), place % len(_WEEKDAYS))
            button.clicked.connect(lambda _on=False, button=button: self._choose(button))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.HALF)
        column.addLayout(head)
        column.addLayout(grid)

    def bounds(self) -> tuple[date, date]:
        """Return the first and the last day of the month that is shown."""
        following = (self._first + timedelta(days=31)).replace(day=1)
        return self._first, following - timedelta(days=1)

    def show_month(self, found: Mapping[date, Summary], basis: Basis, today: date) -> None:
        """Show what is known of the month's trade dates."""
        first, last = self.bounds()
        self.title.say(f"{first:%B %Y}")
        weeks = Calendar().monthdatescalendar(first.year, first.month)
        days = [day for week in weeks for day in week[: len(_WEEKDAYS)]]
        traded = trading_days(first, last)
        for place, button in enumerate(self.buttons):
            is_here = place < len(days) and first <= days[place] <= last
            button.setVisible(is_here)
            if is_here:
                day = days[place]
                is_traded = traded is None or day in traded
                button.show_day(day, found.get(day), basis, traded=is_traded, today=day == today)
                button.setChecked(day == self._chosen)

    def mark(self, day: date | None) -> None:
        """Mark the trade date that all panels show."""
        self._chosen = day
        if day is not None and not self.bounds()[0] <= day <= self.bounds()[1]:
            self._first = day.replace(day=1)
            self.month_changed.emit()
        for button in self.buttons:
            button.setChecked(button.day == day)
            repolish(button)

    def _choose(self, button: DayButton) -> None:
        self.day_chosen.emit(button.day if button.isChecked() else None)

    def _turn(self, step: int) -> None:
        first, last = self.bounds()
        self._first = last + timedelta(days=1) if step > 0 else (first - timedelta(days=1)).replace(day=1)
        self.month_changed.emit()


def _arrow(mark: str, why: str) -> QToolButton:
    button = QToolButton()
    button.setText(mark)
    button.setToolTip(why)
    button.setAccessibleName(why)
    button.setProperty("quiet", "true")
    return button
