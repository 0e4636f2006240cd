"""Integrity: health, what is missing, what contradicts itself, what was filled in, and when alerts came."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from secondskies_desktop.desktop.actions import Action
from secondskies_desktop.desktop.decisions import Decisions
from secondskies_desktop.desktop.panel import Panel
from secondskies_desktop.desktop.panels.integrity.conflicts_page import ConflictsPage
from secondskies_desktop.desktop.panels.integrity.coverage_page import CoveragePage
from secondskies_desktop.desktop.panels.integrity.fills_page import FillsPage
from secondskies_desktop.desktop.panels.integrity.findings_page import FindingsPage
from secondskies_desktop.desktop.panels.integrity.health_page import HealthPage
from secondskies_desktop.desktop.statistics_feed import StatisticsFeed
from secondskies_desktop.desktop.widgets.page import row
from secondskies_desktop.desktop.widgets.segments import Segments
from secondskies_desktop.foundation.clock import system_clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.panels.integrity.fed_page import FedPage
    from secondskies_desktop.desktop.preferences import Preferences
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.desktop.remembered import Remembered
    from secondskies_desktop.engine.integrity_desk import HealthNow
    from secondskies_desktop.foundation.clock import Clock

HEALTH, FINDINGS, CONFLICTS, FILLS, COVERAGE = "Health", "Findings", "Conflicts", "Fills", "Coverage"
_AGAIN_TICKS = 5


class IntegrityPanel(Panel):
    """One page is asked for at a time: when signals change, and every five seconds while it is seen."""

    key: ClassVar[str] = "integrity"
    title: ClassVar[str] = "Integrity"
    topics: ClassVar[tuple[str, ...]] = ("signals",)

    def __init__(self, parent: QWidget | None = None, *, clock: Clock = system_clock) -> None:
        super().__init__(parent, clock=clock)
        self._desk: Desk | None = None
        self._readers: Readers | None = None
        self._is_seen = True
        self._ticks = 0
        self.health = HealthPage(clock)
        self.findings = FindingsPage(clock)
        self.decisions = Decisions(self)
        self.conflicts = ConflictsPage(clock, self.decisions)
        self.fills = FillsPage(clock, self.decisions)
        self.coverage = CoveragePage(clock)
        self.pages: dict[str, FedPage[Any]] = {
            HEALTH: self.health,
            FINDINGS: self.findings,
            CONFLICTS: self.conflicts,
            FILLS: self.fills,
            COVERAGE: self.coverage,
        }
        self.tabs = Segments(list(self.pages))
        self._stack = QStackedWidget()
        for page in self.pages.values():
            self._stack.addWidget(page)
            page.loaded.connect(self.loaded)
            page.opened.connect(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row(self.tabs, None))
        column.addWidget(self._stack, 1)
        self.tabs.chosen.connect(self.turn_to)
        self.decisions.undoable.connect(self.undoable)
        self.counts: StatisticsFeed[HealthNow] = StatisticsFeed(lambda desk: desk.health_now(), self)
        self.counts.answered.connect(self._count)
        self.decisions.done.connect(self.counts.grow_old)

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        self._desk, self._readers = desk, readers
        self.decisions.start(desk, readers)
        self.counts.start(desk, bridge, readers)
        for page in self.pages.values():
            page.follow(desk, bridge, readers)
        # The first answer is asked for also where nobody looks yet.
        self.page.be_shown(shown=True)
        self._show_page()

    def stop(self) -> None:
        for page in self.pages.values():
            page.stop()
        self.counts.stop()
        self.decisions.stop()
        self._readers = None

    def use_preferences(self, preferences: Preferences) -> None:
        self.health.use(preferences)

    @property
    def page(self) -> FedPage[Any]:
        """The page that is turned to."""
        return self.pages[self.tabs.on()]

    def turn_to(self, name: str) -> None:
        """Show a page and read what it shows."""
        self.tabs.turn_on(name)
        self._stack.setCurrentWidget(self.page)
        self._show_page()

    def _show_page(self) -> None:
        for page in self.pages.values():
            page.be_shown(shown=self._is_seen and page is self.page)

    def be_seen(self, *, seen: bool) -> None:
        self._is_seen = seen
        self.counts.be_seen(seen=seen)
        self._show_page()

    def tick(self, now_us: int) -> None:
        self._ticks += 1
        if self._ticks % _AGAIN_TICKS == 0:
            # What was found and filled in is no change of a signal, and a window that looks on hears of none.
            self.page.feed.grow_old()
            self.counts.grow_old()
        self.page.tick(now_us)

    def _count(self, now: HealthNow) -> None:
        self.tabs.say({FINDINGS: now.open, CONFLICTS: now.conflicts, FILLS: now.fills})

    def _open(self, stream: str, trade_id: str) -> None:
        desk, readers = self._desk, self._readers
        if desk is None or readers is None:
            return
        readers.run(lambda: desk.signal_id_of(stream, trade_id), self._opened, lambda _error: None)

    def _opened(self, signal_id: int | None) -> None:
        if signal_id is not None:
            self.signal_chosen.emit(signal_id)
            self.detail_wanted.emit(signal_id)

    def focus_filter(self) -> bool:
        return self.page.focus_filter()

    def take_focus(self) -> None:
        self.page.take_focus()

    def step_row(self, step: int) -> bool:
        return self.page.step(step)

    def go_back(self) -> bool:
        if self.page.go_back():
            return True
        if self.page is self.health:
            return False
        self.turn_to(HEALTH)
        return True

    def actions_offered(self) -> Sequence[Action]:
        return [
            Action(
                f"integrity.{name.casefold()}", f"Integrity: {name}", "Panel", partial(self._ask_for, name)
            )
            for name in self.pages
        ]

    def _ask_for(self, name: str) -> None:
        self.turn_to(name)
        self.panel_wanted.emit(self.key)

    def save_state(self, remembered: Remembered) -> None:
        remembered.keep("page", self.tabs.on())

    def restore_state(self, remembered: Remembered) -> None:
        name = remembered.text("page")
        if name in self.pages:
            self.turn_to(name)

    def theme_changed(self) -> None:
        for page in self.pages.values():
            page.theme_changed()
        super().theme_changed()
