"""Command Center: session, signals, health, attention, how much data there is, and the roadmap, at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from PySide6.QtWidgets import QVBoxLayout, QWidget

from secondskies_desktop.desktop.models.basis import Basis
from secondskies_desktop.desktop.panel import Panel
from secondskies_desktop.desktop.panels.command_center.cards import (
    AttentionCard,
    ChainCard,
    Launchers,
    NowCard,
    TodayCard,
)
from secondskies_desktop.desktop.panels.command_center.progress_bars import DataCard
from secondskies_desktop.desktop.panels.command_center.roadmap_card import RoadmapCard
from secondskies_desktop.desktop.statistics_feed import StatisticsFeed
from secondskies_desktop.desktop.widgets.columns import Columns
from secondskies_desktop.desktop.widgets.state_pane import PaneState, StatePane
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.sessions import trade_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from secondskies_desktop.desktop.attention import Noticed
    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.health import Word
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.engine.statistics import Accumulated, Report
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.roadmap import Roadmap
    from secondskies_desktop.signals.changes import SignalRow


class Answer(NamedTuple):
    """What the cards are filled from; None before the first count."""

    today: Report | None
    accumulated: Accumulated | None
    last: SignalRow | None
    roadmap: Roadmap


class CommandCenter(Panel):
    """Reads its numbers from the tallies; the rest is told by the window."""

    key: ClassVar[str] = "command_center"
    title: ClassVar[str] = "Command Center"
    topics: ClassVar[tuple[str, ...]] = ("signals", "status", "attention")

    def __init__(self, parent: QWidget | None = None, *, clock: Clock = system_clock) -> None:
        super().__init__(parent, clock=clock)
        self.now, self.today, self.chain = NowCard(), TodayCard(), ChainCard()
        self.attention, self.data = AttentionCard(), DataCard()
        self.roadmap = RoadmapCard()
        self.roadmap.wanted.connect(lambda: self.panel_wanted.emit("roadmap"))
        self.launchers = Launchers()
        self.launchers.wanted.connect(self.panel_wanted)
        self._columns = Columns(
            ((self.now, self.today, self.attention, self.chain), (self.data, self.launchers, self.roadmap))
        )
        self.pane = StatePane(self._columns)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)
        self.feed: StatisticsFeed[Answer] = StatisticsFeed(self._ask, self)
        self.feed.answered.connect(self._show)
        self.feed.failed.connect(self._fail)
        self.pane.retry.connect(self.feed.ask)

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        self.feed.start(desk, bridge, readers)

    def stop(self) -> None:
        self.feed.stop()

    def be_seen(self, *, seen: bool) -> None:
        self.feed.be_seen(seen=seen)

    def tick(self, now_us: int) -> None:
        self.now.tick(now_us)
        self.today.tick(now_us)

    def show_health(self, words: Mapping[str, Word]) -> None:
        self.chain.show_words(words)

    def show_panels(self, targets: Sequence[tuple[str, str]]) -> None:
        self.launchers.show_targets([(key, title) for key, title in targets if key != self.key])

    def show_attention(self, found: Sequence[Noticed]) -> None:
        self.attention.show_open(found)

    def _ask(self, desk: Desk) -> Answer:
        today = trade_date(self._clock())
        _, newest = desk.signals(1)
        return Answer(
            desk.statistics(Basis().query(today)),
            desk.accumulated(today),
            newest[0] if newest else None,
            desk.roadmap(),
        )

    def _show(self, answer: Answer) -> None:
        if answer.today is None or answer.accumulated is None:
            self.pane.show_loading("Counting the signals")
            self.loaded.emit()
            return
        now_us = self._clock()
        self.now.tick(now_us)
        self.today.show_today(answer.today, answer.last, now_us)
        self.data.show_accumulated(answer.accumulated)
        self.roadmap.show_roadmap(answer.roadmap)
        self.pane.set_stale(None)
        self.pane.show_content()
        self.loaded.emit()

    def _fail(self, reason: str) -> None:
        if self.pane.state is PaneState.CONTENT:
            self.pane.set_stale(f"These numbers are old: {reason}")
        else:
            self.pane.show_error(reason, "The numbers could not be read")
        self.loaded.emit()
