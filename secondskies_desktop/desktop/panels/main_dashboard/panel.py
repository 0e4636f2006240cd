"""Main Dashboard: two columns of cards that all name one target and one break-even mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

import msgspec
from PySide6.QtWidgets import QVBoxLayout, QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.models.basis import Basis, Span, decoded, encoded
from secondskies_desktop.desktop.panel import Panel
from secondskies_desktop.desktop.panels.main_dashboard.cards import (
    ActiveSignals,
    LiveTrades,
    OutcomeToday,
    PropFirmStatus,
    RiskSnapshot,
    SessionPerformance,
    SignalQuality,
)
from secondskies_desktop.desktop.panels.main_dashboard.risk import exposure
from secondskies_desktop.desktop.statistics_feed import StatisticsFeed
from secondskies_desktop.desktop.widgets.basis_chooser import BasisChooser
from secondskies_desktop.desktop.widgets.columns import Columns
from secondskies_desktop.desktop.widgets.locked_card import LockedCard
from secondskies_desktop.desktop.widgets.state_pane import PaneState, StatePane
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.sessions import trade_date
from secondskies_desktop.foundation.settings import IntegritySettings

if TYPE_CHECKING:
    from datetime import date

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.preferences import Preferences
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.desktop.remembered import Remembered
    from secondskies_desktop.engine.integrity_desk import HealthNow
    from secondskies_desktop.engine.statistics import Report
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.signals.changes import SignalRow

_RUNNING = 100


class Answer(NamedTuple):
    """What the cards are filled from; reports are None before the first count."""

    basis: Basis
    today: Report | None
    span: Report | None
    running: list[SignalRow]
    health: HealthNow


class MainDashboard(Panel):
    """Reads its numbers from the tallies, at most once a second."""

    key: ClassVar[str] = "main_dashboard"
    title: ClassVar[str] = "Main Dashboard"
    topics: ClassVar[tuple[str, ...]] = ("signals",)

    def __init__(self, parent: QWidget | None = None, *, clock: Clock = system_clock) -> None:
        super().__init__(parent, clock=clock)
        self._now_us = clock()
        self._answer: Answer | None = None
        self._least = IntegritySettings().quality_watch
        self.chooser = BasisChooser()
        self.active, self.trades, self.outcome = ActiveSignals(), LiveTrades(), OutcomeToday()
        self.sessions, self.quality, self.risk = SessionPerformance(), SignalQuality(), RiskSnapshot()
        self.props, self.automation = PropFirmStatus(), LockedCard("L4B/H1.25", "Automation engine")
        self.feed: StatisticsFeed[Answer] = StatisticsFeed(self._ask, self)
        self.chooser.changed.connect(self.feed.ask)
        self.chooser.day_cleared.connect(lambda: self.day_chosen.emit(None))
        self.feed.answered.connect(self._show)
        self.feed.failed.connect(self._fail)
        self.pane = StatePane(self._content())
        self.pane.retry.connect(self.feed.ask)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)

    def _content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, theme.GRID, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(theme.GRID + theme.HALF, 0, theme.GRID, 0)
        head.addWidget(self.chooser)
        column.addLayout(head)
        column.addWidget(
            Columns(
                (
                    (self.active, self.outcome, self.sessions),
                    (self.risk, self.quality, self.trades, self.props, self.automation),
                )
            ),
            1,
        )
        return content

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        self.feed.start(desk, bridge, readers)

    def stop(self) -> None:
        self.feed.stop()

    def be_seen(self, *, seen: bool) -> None:
        self.feed.be_seen(seen=seen)

    def use_preferences(self, preferences: Preferences) -> None:
        def follow(*_what: object) -> None:
            self._least = preferences.now.integrity.quality_watch
            if self._answer is not None:
                self.quality.show_health(self._answer.health, self._least, self._now_us)

        preferences.changed.connect(follow)
        follow()

    def show_day(self, day: date | None) -> None:
        self.chooser.choose_day(day)

    def tick(self, now_us: int) -> None:
        rolled = trade_date(now_us) != trade_date(self._now_us)
        self._now_us = now_us
        if rolled:
            self.feed.ask()
        elif self._answer is not None:
            self.active.show_exposure(exposure(self._answer.running, now_us, _RUNNING), now_us)
            self.quality.show_health(self._answer.health, self._least, now_us)

    def save_state(self, remembered: Remembered) -> None:
        remembered.keep("basis", encoded(self.chooser.basis))

    def restore_state(self, remembered: Remembered) -> None:
        self.chooser.set(decoded(remembered.text("basis")))

    def _ask(self, desk: Desk) -> Answer:
        basis, today = self.chooser.basis, trade_date(self._clock())
        of_today = msgspec.structs.replace(basis, span=Span.TODAY, day=None)
        return Answer(
            basis,
            desk.statistics(of_today.query(today)),
            desk.statistics(basis.query(today)),
            desk.running(_RUNNING),
            desk.health_now(),
        )

    def _show(self, answer: Answer) -> None:
        if answer.today is None or answer.span is None:
            self.pane.show_loading("Counting the signals")
            self.loaded.emit()
            return
        self._answer, self._now_us = answer, self._clock()
        basis = answer.basis
        span = basis.span.value if basis.day is None else f"{basis.day:%a %d %b %Y}"
        found = exposure(answer.running, self._now_us, _RUNNING)
        self.active.show_exposure(found, self._now_us)
        self.outcome.show_report(answer.today, basis)
        self.sessions.show_report(answer.span, basis, span)
        self.quality.show_report(answer.span, span)
        self.quality.show_health(answer.health, self._least, self._now_us)
        self.risk.show_exposure(found, answer.today, basis, self._now_us)
        self.pane.set_stale(None)
        self.pane.show_content()
        self.loaded.emit()

    def _fail(self, reason: str) -> None:
        if self.pane.state is PaneState.CONTENT:
            self.pane.set_stale(f"These numbers are old: {reason}")
        else:
            self.pane.show_error(reason, "The numbers could not be read")
        self.loaded.emit()
