"""A page of the Integrity panel: one question, asked again as things change, and only while it is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from secondskies_desktop.desktop.statistics_feed import StatisticsFeed
from secondskies_desktop.desktop.widgets.state_pane import PaneState, StatePane

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLayout

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.foundation.clock import Clock

Answer = TypeVar("Answer")


class FedPage(QWidget, Generic[Answer]):
    """Subclasses say what they ask and how they show it; an error leaves what is shown, and says that it is old."""

    loaded = Signal()
    opened = Signal(str, str)
    """The signal of a row was wanted: its chart and id."""

    def __init__(self, clock: Clock, content: QWidget) -> None:
        super().__init__()
        self.clock = clock
        self.desk: Desk | None = None
        self.readers: Readers | None = None
        self._bridge: Bridge | None = None
        self.pane = StatePane(content)
        self.feed: StatisticsFeed[Answer] = StatisticsFeed(self.ask, self)
        self.feed.answered.connect(self._on_answer)
        self.feed.failed.connect(self._on_failure)
        self.pane.retry.connect(self.feed.ask)

    def lay(self, *above: QLayout) -> None:
        """Lay controls above the body."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in above:
            column.addLayout(part)
        column.addWidget(self.pane, 1)

    def follow(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        """Know the desk; the first question is asked when the page is first turned to."""
        self.desk, self._bridge, self.readers = desk, bridge, readers

    def be_shown(self, *, shown: bool) -> None:
        """The page has been turned to, or away from."""
        bridge, self._bridge = self._bridge, None if shown else self._bridge
        if shown and bridge is not None and self.desk is not None and self.readers is not None:
            self.feed.start(self.desk, bridge, self.readers)
        self.feed.be_seen(seen=shown)

    def stop(self) -> None:
        """Ask nothing more."""
        self.feed.stop()
        self.readers = None

    def ask(self, desk: Desk) -> Answer:
        """Ask the desk, on a reader thread."""
        raise NotImplementedError

    def show_answer(self, answer: Answer) -> None:
        """Show what was answered."""
        raise NotImplementedError

    def _on_answer(self, answer: Answer) -> None:
        self.pane.set_stale(None)
        self.show_answer(answer)
        self.loaded.emit()

    def _on_failure(self, reason: str) -> None:
        if self.pane.state is PaneState.CONTENT:
            self.pane.set_stale(f"This is older than it should be: {reason}")
        else:
            self.pane.show_error(reason)
        self.loaded.emit()

    def tick(self, now_us: int) -> None:
        """A second has passed."""

    def step(self, by: int) -> bool:
        """Go so many rows down; False where there are none."""
        del by
        return False

    def focus_filter(self) -> bool:
        """Put the keyboard into the filter; False where there is none."""
        return False

    def take_focus(self) -> None:
        """Put the keyboard where a trader would go on."""
        self.setFocus()

    def go_back(self) -> bool:
        """Undo the last narrowing; False where there is none."""
        return False

    def theme_changed(self) -> None:
        """Draw what the stylesheet cannot dress in the colours that are on."""
