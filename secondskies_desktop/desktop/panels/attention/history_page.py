"""What wanted the trader before: found by severity and text, with how often he was told and what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit

from secondskies_desktop.desktop.panels.attention import columns
from secondskies_desktop.desktop.widgets.page import Page, inset, row
from secondskies_desktop.desktop.widgets.segments import Segments
from secondskies_desktop.desktop.widgets.state_pane import StatePane
from secondskies_desktop.foundation.attention import Severity

if TYPE_CHECKING:
    from secondskies_desktop.alerts.store import Send
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.models.lines import Line
    from secondskies_desktop.foundation.attention import Episode
    from secondskies_desktop.foundation.clock import Clock

_PAGE = 200
_SETTLE_MS = 400
"""The log is written a moment after its edge was told."""
_NEAR_END = 50
_FILTERS = {"All": None, "Danger": Severity.DANGER, "Watch": Severity.WATCH, "Info": Severity.INFO}
_EMPTY = "Nothing has wanted you yet"
_HOW = "Entries, silence, dead letters, a broken tunnel, a full disk and failed backups will stand here."


class _Past(NamedTuple):
    episodes: list[Episode]
    sends: dict[int, list[Send]]


def _page_of(desk: Desk, before: int | None = None) -> _Past:
    found = desk.attention_history(_PAGE, before)
    return _Past(found, desk.alert_sends(found))


class HistoryPage(Page):
    """Paged by scrolling; `pane` says what there is to say where no row is."""

    loaded = Signal()

    def __init__(self, clock: Clock) -> None:
        super().__init__(columns.PAST_COLUMNS, clock)
        self._past: list[Episode] = []
        self._sends: dict[int, list[Send]] = {}
        self._is_read_out = False
        self._is_paging = False
        self.severities = Segments(list(_FILTERS))
        self.words = QLineEdit()
        self.words.setPlaceholderText("Find text…   /")
        self.words.setClearButtonEnabled(True)
        self.pane = StatePane(self.table)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.read)
        self.fill(row(self.severities, None, self.words), inset(self.pane))
        self.severities.chosen.connect(self._filter)
        self.words.textChanged.connect(self._filter)
        self.table.verticalScrollBar().valueChanged.connect(self._on_scroll)
        self.pane.retry.connect(self.read)

    def stop(self) -> None:
        self._settle.stop()
        super().stop()

    def read_soon(self) -> None:
        """Read once the log has settled."""
        self._settle.start()

    def read(self) -> None:
        if self.desk is None or self.readers is None:
            return
        if not self._past:
            self.pane.show_loading("Reading what wanted you")
        desk = self.desk
        self.readers.run(lambda: _page_of(desk), self._show_newest, self._show_error)

    def _show_newest(self, page: _Past) -> None:
        self.pane.set_stale(None)
        found = page.episodes
        if len(found) < _PAGE:
            self._is_read_out = True
        older = [one for one in self._past if found and one.id < found[-1].id]
        if len(found) == _PAGE and older == self._past and older:
            # More has come since than a page holds: what lies between is read when he scrolls there.
            older, self._is_read_out = [], False
        self._past = [*found, *older]
        self._sends |= page.sends
        self._show_past()
        self.loaded.emit()

    def _show_error(self, error: Exception) -> None:
        if self._past:
            self.pane.set_stale(f"The history is older than it should be: {error}")
        else:
            self.pane.show_error(str(error), "The history could not be read")
        self.loaded.emit()

    def _show_past(self) -> None:
        if not self._past:
            self.pane.show_empty(_EMPTY, _HOW)
            return
        now_us = self.clock()
        severity, words = _FILTERS[self.severities.on()], self.words.text().strip().lower()
        lines = [columns.past_line(one, now_us, self._sends.get(one.id, ())) for one in self._past]
        shown = [line for line in lines if columns.matches(line, severity, words)]
        self.model.show(shown)
        self._count(lines)
        if shown:
            self.pane.show_content()
        else:
            self.pane.show_empty("Nothing passes this filter", "Esc clears it.")

    def _count(self, lines: list[Line]) -> None:
        counts = {name: sum(line.group == one for line in lines) for name, one in _FILTERS.items()}
        self.severities.say(counts | {"All": len(lines)})

    def _filter(self, _changed: str = "") -> None:
        self._show_past()
        self.table.scrollToTop()

    def _on_scroll(self, value: int) -> None:
        bar = self.table.verticalScrollBar()
        if self._is_paging or self._is_read_out or not self._past or value < bar.maximum() - _NEAR_END:
            return
        if self.desk is None or self.readers is None:
            return
        desk, before, self._is_paging = self.desk, self._past[-1].id, True
        self.readers.run(lambda: _page_of(desk, before), self._show_older, self._show_page_error)

    def _show_older(self, page: _Past) -> None:
        self._is_paging = False
        self._is_read_out = len(page.episodes) < _PAGE
        self._past = [*self._past, *page.episodes]
        self._sends |= page.sends
        self._show_past()

    def _show_page_error(self, error: Exception) -> None:
        self._is_paging = False
        self._show_error(error)

    def focus_filter(self) -> None:
        """Put the keyboard into the filter."""
        self.words.setFocus()
        self.words.selectAll()

    def go_back(self) -> bool:
        if not self.words.text() and self.severities.on() == "All":
            return False
        self.severities.turn_on("All")
        self.words.clear()
        self._filter()
        return True
