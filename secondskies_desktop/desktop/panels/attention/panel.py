"""The Alert Centre: what is open, what was before, the rules behind it, and the channels it is sent to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from secondskies_desktop.desktop.actions import Action
from secondskies_desktop.desktop.panel import Panel
from secondskies_desktop.desktop.panels.attention.channels_page import ChannelsPage
from secondskies_desktop.desktop.panels.attention.history_page import HistoryPage
from secondskies_desktop.desktop.panels.attention.open_page import OpenPage
from secondskies_desktop.desktop.panels.attention.rules_page import RulesPage
from secondskies_desktop.desktop.widgets.page import Page, row
from secondskies_desktop.desktop.widgets.segments import Segments
from secondskies_desktop.foundation.clock import system_clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.preferences import Preferences
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.desktop.remembered import Remembered
    from secondskies_desktop.engine.alarm_test import AlarmTests
    from secondskies_desktop.foundation.clock import Clock

OPEN, HISTORY, RULES, CHANNELS = "Open", "History", "Rules", "Channels"
_AGAIN_TICKS = 15
"""A window that only looks on hears no edges: the log is its only word."""


class AttentionPanel(Panel):
    """Follows the bridge: each edge lets it ask for what is open, and for the newest page of the log."""

    key: ClassVar[str] = "attention"
    title: ClassVar[str] = "Alert Centre"
    topics: ClassVar[tuple[str, ...]] = ("attention",)

    test_wanted = Signal()
    """The trader asked for a test alarm; the window runs it, and answers by `show_tests`."""

    def __init__(self, parent: QWidget | None = None, *, clock: Clock = system_clock) -> None:
        super().__init__(parent, clock=clock)
        self._ticks = 0
        self.open = OpenPage(clock)
        self.history = HistoryPage(clock)
        self.rules = RulesPage(clock)
        self.channels = ChannelsPage(clock)
        self.pages: dict[str, Page] = {
            OPEN: self.open,
            HISTORY: self.history,
            RULES: self.rules,
            CHANNELS: self.channels,
        }
        self.tabs = Segments(list(self.pages))
        self._stack = QStackedWidget()
        for page in self.pages.values():
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row(self.tabs, None))
        column.addWidget(self._stack, 1)
        self.tabs.chosen.connect(self.turn_to)
        self.open.test_wanted.connect(self.test_wanted)
        self.open.counted.connect(lambda number: self.tabs.say({OPEN: number}))
        self.open.failed.connect(self.open.say_failure)
        self.history.loaded.connect(self.loaded)

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        bridge.attention_changed.connect(self._on_edges)
        bridge.told.connect(lambda _told: self._on_edges(None))
        for page in self.pages.values():
            page.start(desk, readers)
        readers.run(desk.last_alarm_tests, self.show_tests, lambda _error: None)

    def stop(self) -> None:
        for page in self.pages.values():
            page.stop()

    def use_preferences(self, preferences: Preferences) -> None:
        self.rules.use(preferences)
        self.channels.use(preferences)

    def turn_to(self, name: str) -> None:
        """Show a page and read what it shows."""
        self.tabs.turn_on(name)
        page = self.pages[name]
        self._stack.setCurrentWidget(page)
        if page in (self.rules, self.channels):
            page.read()

    @property
    def _page(self) -> Page:
        return self.pages[self.tabs.on()]

    def _on_edges(self, _edges: object) -> None:
        self.open.read()
        self.history.read_soon()

    def show_testing(self) -> None:
        """Say that a test alarm is on its way."""
        self.open.show_testing()

    def show_tests(self, tests: AlarmTests) -> None:
        """Show the last proof."""
        self.open.show_tests(tests)

    def show_refusal(self, why: str) -> None:
        """Say why no test alarm could be run here."""
        self.open.show_refusal(why)

    def tick(self, now_us: int) -> None:
        self._ticks += 1
        if self._ticks % _AGAIN_TICKS == 0:
            self.open.read()
            self.history.read()
        self._page.tick(now_us)

    def focus_filter(self) -> bool:
        self.turn_to(HISTORY)
        self.history.focus_filter()
        return True

    def take_focus(self) -> None:
        self._page.table.setFocus()

    def step_row(self, step: int) -> bool:
        return self._page.table.step(step)

    def go_back(self) -> bool:
        if self._page.go_back():
            return True
        if self._page is self.open:
            return False
        self.turn_to(OPEN)
        return True

    def actions_offered(self) -> Sequence[Action]:
        return [
            Action(
                f"attention.{name.casefold()}",
                f"Alert Centre: {name}",
                "Attention",
                partial(self._ask_for, name),
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
