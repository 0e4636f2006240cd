"""The Attention panel: what is open on top, what was before below, and the last proof of the alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.panel import Panel
from secondskies_desktop.desktop.panels.attention import columns
from secondskies_desktop.desktop.panels.attention.table import LinesModel, LinesTable
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Caption, Elided, Text
from secondskies_desktop.desktop.widgets.segments import Segments
from secondskies_desktop.desktop.widgets.state_pane import StatePane
from secondskies_desktop.foundation.attention import Severity
from secondskies_desktop.foundation.clock import system_clock

if TYPE_CHECKING:
    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.panels.attention.columns import Line
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.engine.alarm_test import AlarmTest, AlarmTests
    from secondskies_desktop.foundation.attention import Episode, OpenAttention
    from secondskies_desktop.foundation.clock import Clock

_PAGE = 200
_SETTLE_MS = 400
"""The log is written a moment after its edge was told."""
_NEAR_END = 50
_AGAIN_TICKS = 15
"""A window that only looks on hears no edges: the log is its only word."""
_FILTERS = {"All": None, "Danger": Severity.DANGER, "Watch": Severity.WATCH, "Info": Severity.INFO}
_EMPTY = "Nothing has wanted you yet"
_HOW = "Entries, silence, dead letters, a broken tunnel, a full disk and failed backups will stand here."


class AttentionPanel(Panel):
    """Follows the bridge: each edge lets it ask for what is open, and for the newest page of the log."""

    key: ClassVar[str] = "attention"
    title: ClassVar[str] = "Attention"
    topics: ClassVar[tuple[str, ...]] = ("attention",)

    test_wanted = Signal()
    """The trader asked for a test alarm; the window runs it, and answers by `show_tests`."""

    def __init__(self, parent: QWidget | None = None, *, clock: Clock = system_clock) -> None:
        super().__init__(parent)
        self._clock = clock
        self._desk: Desk | None = None
        self._readers: Readers | None = None
        self._open: list[OpenAttention] = []
        self._past: list[Episode] = []
        self._is_read_out = False
        self._is_paging = False
        self._ticks = 0
        self._tests: AlarmTests | None = None
        self.open_model = LinesModel(columns.OPEN_COLUMNS)
        self.past_model = LinesModel(columns.PAST_COLUMNS)
        self.open_table = LinesTable(self.open_model)
        self.past_table = LinesTable(self.past_model)
        self.proof = Elided("", Tone.MUTED)
        self.test = QPushButton("Test alarm")
        self.acknowledge = QPushButton("Acknowledge")
        self.acknowledge_all = QPushButton("Acknowledge all")
        self.nothing = Text("✓  Nothing wants you now", Tone.GOOD)
        self.severities = Segments(list(_FILTERS))
        self.words = QLineEdit()
        self.pane = StatePane(self.past_table)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        self.acknowledge.setToolTip(
            "Acknowledge the chosen row (Enter); a condition stays open until it is over"
        )
        self.words.setPlaceholderText("Find text…   /")
        self.words.setClearButtonEnabled(True)
        self._top = QStackedWidget()
        self._top.addWidget(self._quiet())
        self._top.addWidget(self.open_table)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(
            _section(self._row(Caption("Open now"), None, self.acknowledge, self.acknowledge_all), self._top)
        )
        split.addWidget(_section(self._row(Caption("History"), self.severities, None, self.words), self.pane))
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 5)
        split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._row(self.proof, self.test))
        column.addWidget(split, 1)

    def _quiet(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.HALF, theme.GRID, theme.GRID, theme.GRID)
        column.addWidget(self.nothing)
        column.addStretch(1)
        return page

    @staticmethod
    def _row(*widgets: QWidget | None) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(theme.GRID + theme.HALF, theme.HALF, theme.GRID, theme.HALF)
        row.setSpacing(theme.GRID)
        for widget in widgets:
            if widget is None:
                row.addStretch(1)
            else:
                row.addWidget(widget)
        return row

    def _wire(self) -> None:
        self.test.clicked.connect(self._on_test)
        self.acknowledge.clicked.connect(self._acknowledge_chosen)
        self.acknowledge_all.clicked.connect(lambda: self._acknowledge(self._unseen()))
        self.open_table.entered.connect(self._acknowledge_chosen)
        self.open_table.selectionModel().selectionChanged.connect(self._enable)
        self.severities.chosen.connect(self._filter)
        self.words.textChanged.connect(self._filter)
        self.past_table.verticalScrollBar().valueChanged.connect(self._on_scroll)
        self.pane.retry.connect(self._read)
        self._settle.timeout.connect(self._read_newest)

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        self._desk, self._readers = desk, readers
        bridge.attention_changed.connect(self._on_edges)
        self._read()

    def stop(self) -> None:
        self._settle.stop()
        self._readers = None

    def _read(self) -> None:
        if self._desk is None or self._readers is None:
            return
        if not self._past:
            self.pane.show_loading("Reading what wanted you")
        self._readers.run(self._desk.last_alarm_tests, self.show_tests, lambda _error: None)
        self._read_open()
        self._read_newest()

    def _read_open(self) -> None:
        if self._desk is not None and self._readers is not None:
            self._readers.run(self._desk.attention_open, self._show_open, lambda _error: None)

    def _read_newest(self) -> None:
        if self._desk is not None and self._readers is not None:
            desk = self._desk
            self._readers.run(lambda: desk.attention_history(_PAGE), self._show_newest, self._show_error)

    def _on_edges(self, _edges: object) -> None:
        self._read_open()
        self._settle.start()

    def _show_open(self, found: list[OpenAttention]) -> None:
        self._open = sorted(found, key=lambda one: (-one.attention.severity.rank, one.attention.since))
        now_us = self._clock()
        self.open_model.show([columns.open_line(one, now_us) for one in self._open])
        self._top.setCurrentIndex(1 if self._open else 0)
        if self._open and not self.open_table.currentIndex().isValid():
            self.open_table.selectRow(0)
        self._enable()

    def _show_newest(self, page: list[Episode]) -> None:
        self.pane.set_stale(None)
        if len(page) < _PAGE:
            self._is_read_out = True
        older = [one for one in self._past if page and one.id < page[-1].id]
        if len(page) == _PAGE and older == self._past and older:
            # More has come since than a page holds: what lies between is read when he scrolls there.
            older, self._is_read_out = [], False
        self._past = [*page, *older]
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
        now_us = self._clock()
        severity, words = _FILTERS[self.severities.on()], self.words.text()
        lines = [columns.past_line(one, now_us) for one in self._past]
        shown = [line for line in lines if columns.matches(line, severity, words)]
        self.past_model.show(shown)
        self._count(lines)
        if shown:
            self.pane.show_content()
        else:
            self.pane.show_empty("Nothing passes this filter", "Esc clears it.")

    def _count(self, lines: list[Line]) -> None:
        counts = {name: sum(line.severity is one for line in lines) for name, one in _FILTERS.items()}
        self.severities.say(counts | {"All": len(lines)})

    def _filter(self, _changed: str = "") -> None:
        self._show_past()
        self.past_table.scrollToTop()

    def _on_scroll(self, value: int) -> None:
        bar = self.past_table.verticalScrollBar()
        if self._is_paging or self._is_read_out or not self._past or value < bar.maximum() - _NEAR_END:
            return
        if self._desk is None or self._readers is None:
            return
        desk, before, self._is_paging = self._desk, self._past[-1].id, True
        self._readers.run(
            lambda: desk.attention_history(_PAGE, before), self._show_older, self._show_page_error
        )

    def _show_older(self, page: list[Episode]) -> None:
        self._is_paging = False
        self._is_read_out = len(page) < _PAGE
        self._past = [*self._past, *page]
        self._show_past()

    def _show_page_error(self, error: Exception) -> None:
        self._is_paging = False
        self._show_error(error)

    def _unseen(self) -> list[tuple[str, str]]:
        return [(one.attention.kind, one.attention.key) for one in self._open if not one.acknowledged]

    def _acknowledge_chosen(self) -> None:
        unseen = set(self._unseen())
        self._acknowledge([line.id for line in self.open_table.chosen() if line.id in unseen])

    def _acknowledge(self, places: list[tuple[str, str]]) -> None:
        desk, readers = self._desk, self._readers
        if desk is None or readers is None or not places:
            return
        readers.run(
            lambda: [desk.acknowledge(kind, key) for kind, key in places],
            lambda _news: self._read_open(),
            self._not_acknowledged,
        )

    def _not_acknowledged(self, error: Exception) -> None:
        self.pane.set_stale(f"Not acknowledged: {error}")

    def _enable(self) -> None:
        unseen = set(self._unseen())
        self.acknowledge_all.setEnabled(bool(unseen))
        self.acknowledge.setEnabled(any(line.id in unseen for line in self.open_table.chosen()))

    def _on_test(self) -> None:
        self.show_testing()
        self.test_wanted.emit()

    def show_testing(self) -> None:
        """Say that a test alarm is on its way."""
        self.test.setEnabled(False)
        self.proof.say("Test alarm: on its way from the webhook to the sound…", tone=Tone.MUTED)

    def show_tests(self, tests: AlarmTests) -> None:
        """Show the last proof."""
        self._tests = tests
        self.test.setEnabled(True)
        self._say_proof(self._clock())

    def show_refusal(self, why: str) -> None:
        """Say why no test alarm could be run here; without a reason what was proved before stands."""
        self.test.setEnabled(True)
        if why:
            self.proof.say(f"Test alarm: not run, {why}", tone=Tone.WATCH)
            self._tests = None
        else:
            self._say_proof(self._clock())

    def _say_proof(self, now_us: int) -> None:
        text, failed = columns.proof_words(self._tests, now_us)
        newest: AlarmTest | None = None if self._tests is None else self._tests.newest
        self.proof.say(text, columns.proof_why(newest), Tone.DANGER if failed else Tone.MUTED)

    def tick(self, now_us: int) -> None:
        self._ticks += 1
        if self._ticks % _AGAIN_TICKS == 0:
            self._read_open()
            self._read_newest()
        self.open_model.show([columns.open_line(one, now_us) for one in self._open])
        if self.test.isEnabled() and self._tests is not None:
            self._say_proof(now_us)

    def focus_filter(self) -> bool:
        self.words.setFocus()
        self.words.selectAll()
        return True

    def take_focus(self) -> None:
        (self.open_table if self._open else self.past_table).setFocus()

    def step_row(self, step: int) -> bool:
        is_past = self.past_table.hasFocus() or not self._open
        return (self.past_table if is_past else self.open_table).step(step)

    def go_back(self) -> bool:
        if not self.words.text() and self.severities.on() == "All":
            return False
        self.severities.turn_on("All")
        self.words.clear()
        self._filter()
        return True

    def theme_changed(self) -> None:
        self.open_model.forget_colours()
        self.past_model.forget_colours()
        super().theme_changed()


def _section(head: QHBoxLayout, body: QWidget) -> QWidget:
    section = QWidget()
    column = QVBoxLayout(section)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    holder = QVBoxLayout()
    holder.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
    holder.addWidget(body)
    column.addLayout(head)
    column.addLayout(holder, 1)
    return section
