"""Signal Statistics: what the signals came to at one target and mode, and the calendar that filters every panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

import msgspec
from PySide6.QtWidgets import QVBoxLayout, QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.models.basis import Basis, Span, decoded, encoded
from secondskies_desktop.desktop.panel import Panel
from secondskies_desktop.desktop.panels.signal_statistics.cards import (
    Breakdown,
    Events,
    Excursions,
    Outcomes,
    Totals,
)
from secondskies_desktop.desktop.panels.signal_statistics.month_grid import MonthGrid
from secondskies_desktop.desktop.statistics_feed import StatisticsFeed
from secondskies_desktop.desktop.widgets.basis_chooser import BasisChooser
from secondskies_desktop.desktop.widgets.columns import Columns
from secondskies_desktop.desktop.widgets.section import Section
from secondskies_desktop.desktop.widgets.state_pane import PaneState, StatePane
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.sessions import trade_date

if TYPE_CHECKING:
    from datetime import date

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.desktop.remembered import Remembered
    from secondskies_desktop.engine.statistics import Report
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.signals.statistics import Summary


class Answer(NamedTuple):
    """What the cards are filled from; reports are None before the first count."""

    basis: Basis
    trade_date: date
    today: Report | None
    week: Report | None
    span: Report | None
    month: dict[date, Summary] | None


class SignalStatistics(Panel):
    """Reads its numbers from the tallies, at most once a second."""

    key: ClassVar[str] = "signal_statistics"
    title: ClassVar[str] = "Signal Statistics"
    topics: ClassVar[tuple[str, ...]] = ("signals",)

    def __init__(self, parent: QWidget | None = None, *, clock: Clock = system_clock) -> None:
        super().__init__(parent)
        self._clock = clock
        self._today = trade_date(clock())
        self.chooser = BasisChooser()
        self.totals, self.outcomes, self.breakdown = Totals(), Outcomes(), Breakdown()
        self.excursions, self.events = Excursions(), Events()
        self.calendar = MonthGrid(self._today)
        calendar = Section("Trading calendar")
        calendar.note.say("a click filters every panel")
        calendar.body.addWidget(self.calendar)
        columns = Columns(
            ((self.totals, self.outcomes, self.breakdown), (calendar, self.excursions, self.events))
        )
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, theme.GRID, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(theme.GRID + theme.HALF, 0, theme.GRID, 0)
        head.addWidget(self.chooser)
        column.addLayout(head)
        column.addWidget(columns, 1)
        self.pane = StatePane(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.pane)
        self.feed: StatisticsFeed[Answer] = StatisticsFeed(self._ask, self)
        self.feed.answered.connect(self._show)
        self.feed.failed.connect(self._fail)
        self.pane.retry.connect(self.feed.ask)
        self.chooser.changed.connect(self.feed.ask)
        self.chooser.day_cleared.connect(lambda: self.day_chosen.emit(None))
        self.calendar.month_changed.connect(self.feed.ask)
        self.calendar.day_chosen.connect(self.day_chosen)

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        self.feed.start(desk, bridge, readers)

    def stop(self) -> None:
        self.feed.stop()

    def be_seen(self, *, seen: bool) -> None:
        self.feed.be_seen(seen=seen)

    def show_day(self, day: date | None) -> None:
        self.calendar.mark(day)
        self.chooser.choose_day(day)

    def tick(self, now_us: int) -> None:
        today = trade_date(now_us)
        if today != self._today:
            self._today = today
            self.feed.ask()

    def save_state(self, remembered: Remembered) -> None:
        remembered.keep("basis", encoded(self.chooser.basis))

    def restore_state(self, remembered: Remembered) -> None:
        self.chooser.set(decoded(remembered.text("basis")))

    def _ask(self, desk: Desk) -> Answer:
        basis, today = self.chooser.basis, trade_date(self._clock())
        first, last = self.calendar.bounds()
        month = msgspec.structs.replace(basis.query(today), first=first, last=last)

        def of(span: Span) -> Report | None:
            return desk.statistics(msgspec.structs.replace(basis, span=span, day=None).query(today))

        return Answer(
            basis,
            today,
            of(Span.TODAY),
            of(Span.WEEK),
            desk.statistics(basis.query(today)),
            desk.statistics_by_date(month),
        )

    def _show(self, answer: Answer) -> None:
        if answer.today is None or answer.week is None or answer.span is None or answer.month is None:
            self.pane.show_loading("Counting the signals")
            self.loaded.emit()
            return
        basis = answer.basis
        span = basis.span.value if basis.day is None else f"{basis.day:%a %d %b %Y}"
        self.totals.show_reports(answer.today, answer.week, basis)
        self.outcomes.show_report(answer.span, basis, span)
        self.breakdown.show_report(answer.span, basis, span)
        self.excursions.show_report(answer.span, span)
        self.events.show_report(answer.span, span)
        self.calendar.show_month(answer.month, basis, answer.trade_date)
        self.pane.set_stale(None)
        self.pane.show_content()
        self.loaded.emit()

    def _fail(self, reason: str) -> None:
        if self.pane.state is PaneState.CONTENT:
            self.pane.set_stale(f"These numbers are old: {reason}")
        else:
            self.pane.show_error(reason, "The numbers could not be read")
        self.loaded.emit()
