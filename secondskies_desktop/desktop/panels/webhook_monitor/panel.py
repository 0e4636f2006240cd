"""The Webhook Monitor: the way in on top, arrivals below, and the inspector of the chosen one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.actions import Action
from secondskies_desktop.desktop.panel import Panel
from secondskies_desktop.desktop.panels.webhook_monitor.arrival_columns import ArrivalFilter
from secondskies_desktop.desktop.panels.webhook_monitor.arrival_table import ArrivalTable
from secondskies_desktop.desktop.panels.webhook_monitor.arrivals_model import ArrivalsModel
from secondskies_desktop.desktop.panels.webhook_monitor.dead_letters import DEAD, DeadLetters
from secondskies_desktop.desktop.panels.webhook_monitor.inbox_pages import PAGE, InboxPages, Place
from secondskies_desktop.desktop.panels.webhook_monitor.inspector import Inspector
from secondskies_desktop.desktop.panels.webhook_monitor.way_in_card import WayInCard
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Elided
from secondskies_desktop.desktop.widgets.segments import Segments
from secondskies_desktop.desktop.widgets.state_pane import StatePane
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.sessions import trade_date_bounds

if TYPE_CHECKING:
    from datetime import date

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers, Reading
    from secondskies_desktop.desktop.remembered import Remembered
    from secondskies_desktop.engine.desk import ArrivalDetail
    from secondskies_desktop.engine.repairing import Proposed
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.ingest.changes import ArrivalRow, ArrivalsChanged
    from secondskies_desktop.ingest.tracing.trace import Trace

_NEAR_END = 50
_TRACED_WITHIN_US = 5_000_000
_STATES = {"All": None, "Done": "done", "Repeated": "duplicate", "Dead": "dead", "Pending": "pending"}
_NAMES = {state: name for name, state in _STATES.items() if state is not None}
_EMPTY = "No alert has arrived yet"
_HOW = "Copy the URL above into your TradingView alert, or drop an alert log onto the window."


class WebhookMonitor(Panel):
    """Arrivals live, newest first; everything is read off the thread of the window."""

    key: ClassVar[str] = "webhook_monitor"
    title: ClassVar[str] = "Webhook Monitor"
    topics: ClassVar[tuple[str, ...]] = ("arrivals", "way_in")

    def __init__(self, parent: QWidget | None = None, *, clock: Clock = system_clock) -> None:
        super().__init__(parent, clock=clock)
        self._desk: Desk | None = None
        self._readers: Readers | None = None
        self._detail: Reading | None = None
        self._chosen: int | None = None
        self._page: Reading | None = None
        self._day: date | None = None
        self._look_again = False
        self._pages = InboxPages()
        self.model = ArrivalsModel(self)
        self.card = WayInCard()
        self.states = Segments(list(_STATES))
        self.words = QLineEdit()
        self.words.setPlaceholderText("Find id, event, reason…   /")
        self.words.setClearButtonEnabled(True)
        self.day = QPushButton()
        self.day.setToolTip("Only arrivals of this trade date; click for all of them again")
        self.day.hide()
        self.retry_all = QPushButton("Retry dead")
        self.retry_all.setToolTip("Decode every dead letter again with what the program knows now")
        self.repair_all = QPushButton("Repair dead")
        self.repair_all.setToolTip(
            "Read every dead letter that a rule of repair can read; Ctrl+Z takes it back"
        )
        self.word = Elided(tone=Tone.MUTED)
        self.letters = DeadLetters(self, self._dead_chosen)
        self.table = ArrivalTable(self.model, self.letters.offer)
        self.table.addAction(self.letters.repair_chosen)
        self.rows = StatePane(self.table)
        self.inspector = Inspector()
        self.pane = StatePane(self._content())
        self._lay_out()
        self._wire()

    def _content(self) -> QWidget:
        upper, lower = QHBoxLayout(), QHBoxLayout()
        upper.addWidget(self.states)
        upper.addWidget(self.word, 1)
        lower.addWidget(self.words, 1)
        for button in (self.day, self.repair_all, self.retry_all):
            lower.addWidget(button)
        bar = QVBoxLayout()
        bar.setContentsMargins(theme.GRID, theme.HALF, theme.GRID, theme.HALF)
        bar.setSpacing(theme.HALF)
        bar.addLayout(upper)
        bar.addLayout(lower)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.rows)
        split.addWidget(self.inspector)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(True)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(split, 1)
        return content

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        holder = QVBoxLayout()
        holder.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.HALF)
        holder.addWidget(self.card)
        column.addLayout(holder)
        column.addWidget(self.pane, 1)

    def _wire(self) -> None:
        self.card.copy_wanted.connect(self._copy)
        self.card.test_wanted.connect(self._test)
        self.states.chosen.connect(self._filter)
        self.words.textChanged.connect(self._filter)
        self.day.clicked.connect(lambda: self.day_chosen.emit(None))
        self.rows.retry.connect(self._filter)
        self.retry_all.clicked.connect(self.letters.retry_all)
        self.repair_all.clicked.connect(lambda: self.letters.repair(None))
        self.inspector.retry_wanted.connect(lambda: self.letters.retry(self._shown()))
        self.inspector.repair_wanted.connect(lambda: self.letters.repair(self._shown()))
        self.inspector.undo_wanted.connect(lambda: self.letters.undo(self._shown()))
        self.letters.done.connect(self._said)
        self.letters.failed.connect(self.card.failed)
        self.letters.undoable.connect(self.undoable)
        self.table.selectionModel().currentRowChanged.connect(self._on_current)
        self.table.verticalScrollBar().valueChanged.connect(self._on_scroll)
        self.model.dropped.connect(self._on_dropped)
        self.pane.retry.connect(self._read)

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        self._desk, self._readers = desk, readers
        self.letters.start(desk, readers)
        bridge.arrivals_changed.connect(self._take)
        bridge.way_in_changed.connect(self._show_way)
        bridge.resync.connect(lambda topic: self._read() if topic == "arrivals" else None)
        readers.run(desk.way_in, self._show_way, self.card.failed)
        self._read()

    def _read(self) -> None:
        if self._desk is None or self._readers is None:
            return
        desk = self._desk
        self.pane.show_loading("Reading the inbox")
        self._readers.run(
            lambda: (desk.arrivals(PAGE), desk.arrivals(PAGE, None, DEAD)),
            self._show_first,
            self._show_error,
        )

    def _show_first(self, pages: tuple[list[ArrivalRow], list[ArrivalRow]]) -> None:
        rows, dead = pages
        self._pages.begin()
        self._note_page(Place(), rows)
        self._note_page(Place(DEAD), dead)
        newer = [row for row in self.model.known.values() if self._newer(row, rows)]
        self.model.replace_all([*dead, *rows, *newer])
        if self._day is None:
            self._turn()
        else:
            self._filter()
        self.loaded.emit()

    def _note_page(self, place: Place, rows: list[ArrivalRow]) -> None:
        self._pages.note(place, rows)
        self._set_floor()

    def _set_floor(self) -> None:
        """Show of all states only what was read without a gap."""
        self.model.floor = self._pages.floor(self._day)

    def _place(self) -> Place:
        return Place(_STATES[self.states.on()], self._day)

    def _on_dropped(self, newest: int) -> None:
        self._pages.let_go(newest)
        self.model.floor = max(self.model.floor, newest + 1)

    def _newer(self, row: ArrivalRow, rows: list[ArrivalRow]) -> bool:
        return bool(rows) and row.inbox_id > rows[0].inbox_id

    def _show_error(self, error: Exception) -> None:
        self.pane.show_error(str(error), "The inbox could not be read")
        self.loaded.emit()

    def _turn(self) -> None:
        counts = dict.fromkeys(_STATES, 0)
        wanted = self._wanted()
        for row in self.model.known.values():
            if wanted.is_between(row):
                counts[_NAMES[row.state]] += 1
                counts["All"] += row.inbox_id >= self.model.floor
        # What waits to be read is the newest: it has all been read here.
        more = [
            name
            for name, state in _STATES.items()
            if name != "Pending" and not self._pages.is_read_out(Place(state, self._day))
        ]
        self.states.say(counts, more)
        for button in (self.repair_all, self.retry_all):
            button.setEnabled(counts["Dead"] > 0)
        if self.model.known:
            self.pane.show_content()
        else:
            self.pane.show_empty(_EMPTY, _HOW)
        if self.model.rowCount():
            self.rows.show_content()
        elif self._page is not None:
            self.rows.show_loading("Reading the inbox")
        else:
            self.rows.show_empty("No arrival passes this filter", "Esc shows everything again.")

    def _wanted(self) -> ArrivalFilter:
        between = None if self._day is None else trade_date_bounds(self._day)
        return ArrivalFilter(_STATES[self.states.on()], between, tuple(self.words.text().casefold().split()))

    def _take(self, events: list[ArrivalsChanged]) -> None:
        at_top = self.table.verticalScrollBar().value() == 0
        rows = [row for event in events for row in event.rows]
        self.model.apply(rows)
        self._turn()
        if at_top:
            self.table.scrollToTop()
        if any(row.inbox_id == self._chosen for row in rows):
            self._inspect(self._chosen)

    def _on_scroll(self, value: int) -> None:
        if value >= self.table.verticalScrollBar().maximum() - _NEAR_END:
            self._read_older()

    def _read_older(self) -> None:
        place = self._place()
        if self._page is not None or self._pages.is_read_out(place):
            return
        if self._desk is None or self._readers is None or not self.model.known:
            return
        desk, before = self._desk, self._pages.reached(place)
        self._page = self._readers.run(
            lambda: desk.arrivals(PAGE, before, place.state, place.day),
            lambda rows: self._show_older(place, rows),
            self._not_paged,
        )

    def _show_older(self, place: Place, rows: list[ArrivalRow]) -> None:
        self._page = None
        floor = self.model.floor
        self._note_page(place, rows)
        self.model.apply(rows)
        if self.model.floor < floor:
            # What was read before, and stood behind a gap.
            self.model.set_filter(self._wanted())
        self._turn()

    def _not_paged(self, error: Exception) -> None:
        self._page = None
        self._show_error(error)

    def _filter(self, _changed: str = "") -> None:
        if self._page is not None:
            self._page.cancel()
            self._page = None
        self._set_floor()
        self.model.set_filter(self._wanted())
        self.table.scrollToTop()
        if self.model.rowCount() < _NEAR_END:
            self._read_older()
        self._turn()

    def show_day(self, day: date | None) -> None:
        if day == self._day:
            return
        self._day = day
        self.day.setVisible(day is not None)
        if day is not None:
            self.day.setText(f"{day:%a %d %b %Y}  ✕")
        self._filter()

    def _on_current(self, current: QModelIndex | QPersistentModelIndex, _before: object) -> None:
        row = self.model.row_at(current.row())
        if row is not None:
            self._inspect(row.inbox_id)

    def _inspect(self, inbox_id: int | None) -> None:
        if self._desk is None or self._readers is None or inbox_id is None:
            return
        desk, self._chosen = self._desk, inbox_id
        if self._detail is not None:
            self._detail.cancel()
        self._detail = self._readers.run(
            lambda: (desk.arrival_detail(inbox_id), desk.trace(inbox_id), desk.repair_of(inbox_id)),
            self._show_detail,
            self.card.failed,
        )

    def _show_detail(self, found: tuple[ArrivalDetail | None, Trace | None, Proposed | None]) -> None:
        detail, trace, repair = found
        if detail is None:
            self.inspector.show_nothing()
            return
        self.inspector.show_arrival(detail, trace, repair)
        age_us = system_clock() - detail.row.received_us
        # Its way is written down shortly after it is through.
        self._look_again = trace is None and 0 <= age_us < _TRACED_WITHIN_US

    def _show_way(self, way: object) -> None:
        self.card.show_way(way, self._clock())  # type: ignore[arg-type]

    def _copy(self) -> None:
        if self._desk is not None and self._readers is not None:
            self._readers.run(self._desk.copy_url, self._copied, self.card.failed)

    def _copied(self, url: str) -> None:
        QGuiApplication.clipboard().setText(url)
        self.card.copied()

    def _test(self) -> None:
        if self._desk is not None and self._readers is not None:
            self.card.testing()
            self._readers.run(self._desk.send_test_alert, self.card.tested, self.card.failed)

    def _shown(self) -> list[int]:
        return [] if self._chosen is None else [self._chosen]

    def _dead_chosen(self) -> list[int]:
        """Return the dead letters among the chosen rows."""
        rows = (self.model.row_at(one.row()) for one in self.table.selectionModel().selectedRows())
        return sorted(row.inbox_id for row in rows if row is not None and row.state == DEAD)

    def _said(self, words: str) -> None:
        self.word.say(words, words)
        self._inspect(self._chosen)

    def tick(self, now_us: int) -> None:
        self.card.tick(now_us)
        if self._look_again:
            self._look_again = False
            self._inspect(self._chosen)

    def save_state(self, remembered: Remembered) -> None:
        remembered.keep("columns", bytes(self.table.horizontalHeader().saveState().data()))

    def restore_state(self, remembered: Remembered) -> None:
        columns = remembered.data("columns")
        if columns is not None:
            self.table.horizontalHeader().restoreState(columns)

    def actions_offered(self) -> list[Action]:
        return [Action("arrivals.repair", "Repair dead letters", "File", self.repair_all.click)]

    def focus_filter(self) -> bool:
        self.words.setFocus()
        self.words.selectAll()
        return True

    def take_focus(self) -> None:
        self.table.setFocus()

    def step_row(self, step: int) -> bool:
        count = self.model.rowCount()
        if not count:
            return False
        row = min(max(self.table.currentIndex().row() + step, 0), count - 1)
        self.table.setCurrentIndex(self.model.index(row, 0))
        return True

    def go_back(self) -> bool:
        if self.words.text() or self.states.on() != "All":
            self.states.turn_on("All")
            self.words.clear()
            self._filter()
            return True
        if self._day is not None:
            self.day_chosen.emit(None)
            return True
        return False

    def theme_changed(self) -> None:
        self.model.forget_colours()
        super().theme_changed()
