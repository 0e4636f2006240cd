"""Signal Detail: one signal in full, live, with a reason behind every number."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPlainTextEdit,
    QScrollArea,
    QSplitter,
    QTableView,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.charts.library import load_charts
from secondskies_desktop.desktop.models.body_text import body_text
from secondskies_desktop.desktop.panel import Panel
from secondskies_desktop.desktop.panels.signal_detail.diagnosis import Diagnosis
from secondskies_desktop.desktop.panels.signal_detail.events_model import EventsModel
from secondskies_desktop.desktop.panels.signal_detail.journey_strip import JourneyStrip
from secondskies_desktop.desktop.panels.signal_detail.numbers import NumberBlock
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.chips import Chip
from secondskies_desktop.desktop.widgets.labels import Elided, Text
from secondskies_desktop.desktop.widgets.rows_menu import RowsMenu
from secondskies_desktop.desktop.widgets.state_pane import StatePane
from secondskies_desktop.desktop.widgets.why import WhyPopover
from secondskies_desktop.foundation.clock import system_clock

if TYPE_CHECKING:
    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.charts.excursion_chart import ExcursionChart
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.preferences import Preferences
    from secondskies_desktop.desktop.readers import Readers, Reading
    from secondskies_desktop.engine.desk import ArrivalDetail
    from secondskies_desktop.engine.desk import SignalDetail as Detail
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.signals.changes import SignalsChanged
    from secondskies_desktop.signals.view import SignalView

_NOTHING = "No signal is chosen"
_HOW = "Choose one in Live Signals: Enter opens it here, J and K go on to the next."
_STATUS_TONES = {
    "ACTIVE": Tone.NO_BE,
    "BE_PROTECTED": Tone.GOOD,
    "BE_STOPPED": Tone.BE,
    "CONFIRMED": Tone.TEXT,
    "INVALID": Tone.DANGER,
}


class SignalDetail(Panel):
    """Shows the signal that another panel chose and follows it as it changes."""

    key: ClassVar[str] = "signal_detail"
    title: ClassVar[str] = "Signal Detail"
    topics: ClassVar[tuple[str, ...]] = ("signals",)

    def __init__(self, parent: QWidget | None = None, *, clock: Clock = system_clock) -> None:
        super().__init__(parent, clock=clock)
        self._desk: Desk | None = None
        self._readers: Readers | None = None
        self._signal_id: int | None = None
        self._reading: Reading | None = None
        self._seq = -1
        self._detail: Detail | None = None
        self.chart: ExcursionChart | None = None
        self._chart_wanted = False
        self.name = Elided()
        self.direction = Text("", Tone.TEXT, typeface.title_font())
        self.status = Chip("")
        self.journey = JourneyStrip()
        self.numbers = NumberBlock()
        self.numbers.why_wanted.connect(self._ask_why)
        self.ambiguous = Text("", Tone.WATCH)
        self.ambiguous.setWordWrap(True)
        self.why = WhyPopover(self)
        self.events = EventsModel(self)
        self.table = self._table()
        self.payload = QPlainTextEdit()
        self.payload.setReadOnly(True)
        self.payload.setFont(typeface.mono_font())
        self.payload.setPlaceholderText("Choose an event to see the body that brought it")
        self.diagnosis = Diagnosis(clock)
        self.diagnosis.decisions.undoable.connect(self.undoable)
        self.diagnosis.shown.connect(self._count_wants)
        self._chart_place = QVBoxLayout()
        self._save = QToolButton()
        self.pane = StatePane(self._content())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)
        self.pane.retry.connect(self._read)
        self.pane.show_empty(_NOTHING, _HOW)

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.events)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(theme.ROW)
        head = table.horizontalHeader()
        head.setFixedHeight(theme.ROW)
        head.setStretchLastSection(True)
        head.setHighlightSections(False)
        width = table.fontMetrics().averageCharWidth()
        for index, characters in enumerate((8, 12, 11, 6, 8, 40)):
            table.setColumnWidth(index, width * characters + 2 * theme.GRID)
        table.selectionModel().currentRowChanged.connect(self._on_event)
        RowsMenu(table)
        return table

    def _content(self) -> QWidget:
        head = QHBoxLayout()
        head.setSpacing(theme.GRID)
        head.addWidget(self.direction)
        head.addWidget(self.name, 1)
        head.addWidget(self.status)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(theme.GRID + theme.HALF, theme.GRID, theme.GRID + theme.HALF, theme.GRID)
        column.setSpacing(theme.GRID)
        column.addLayout(head)
        column.addWidget(self.journey)
        column.addWidget(self.ambiguous)
        column.addWidget(self.numbers)
        column.addLayout(self._chart_place, 1)
        scroll = QScrollArea()
        scroll.setWidget(upper)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.viewport().setAutoFillBackground(False)
        upper.setAutoFillBackground(False)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        lower = QTabWidget()
        lower.addTab(self.table, "Events")
        lower.addTab(self.payload, "Raw payload")
        lower.addTab(self.diagnosis, "Diagnosis")
        lower.setCornerWidget(self._save_button())
        self.tabs = lower
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(scroll)
        split.addWidget(lower)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        return split

    def _save_button(self) -> QToolButton:
        self._save.setText("Save chart")
        self._save.setProperty("quiet", "true")
        menu = QMenu(self._save)
        menu.addAction("As picture (PNG)…", lambda: self._save_chart("png"))
        menu.addAction("As table (CSV)…", lambda: self._save_chart("csv"))
        self._save.setMenu(menu)
        self._save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._save.setEnabled(False)
        return self._save

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        self._desk, self._readers = desk, readers
        self.diagnosis.start(desk, readers)
        bridge.signals_changed.connect(self._take)
        bridge.rebuilt.connect(self._read)
        bridge.resync.connect(lambda topic: self._read() if topic == "signals" else None)
        if self._signal_id is None:
            self.loaded.emit()
        else:
            self._read()

    def stop(self) -> None:
        self.diagnosis.stop()

    def use_preferences(self, preferences: Preferences) -> None:
        def follow(*_what: object) -> None:
            self.diagnosis.use_least(preferences.now.integrity.quality_watch)

        preferences.changed.connect(follow)
        follow()

    def _count_wants(self) -> None:
        wants = self.diagnosis.wants
        self.tabs.setTabText(
            self.tabs.indexOf(self.diagnosis), f"Diagnosis  {wants}" if wants else "Diagnosis"
        )

    def show_signal(self, signal_id: int) -> None:
        if signal_id == self._signal_id:
            if self._detail is not None and self.chart is not None:
                self.loaded.emit()
            return
        self._signal_id, self._seq, self._detail = signal_id, -1, None
        self.payload.clear()
        self.pane.show_loading("Reading the signal")
        self._read()

    def _take(self, events: list[SignalsChanged]) -> None:
        newest = max(
            (row.seq for event in events for row in event.rows if row.id == self._signal_id), default=-1
        )
        if newest > self._seq:
            self._read()

    def _read(self) -> None:
        if self._desk is None or self._readers is None or self._signal_id is None:
            return
        desk, signal_id = self._desk, self._signal_id
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._readers.run(lambda: desk.signal_detail(signal_id), self._show, self._show_error)

    def _show_error(self, error: Exception) -> None:
        self.pane.show_error(str(error), "The signal could not be read")
        self.loaded.emit()

    def _show(self, detail: Detail | None) -> None:
        if detail is None:
            self.pane.show_empty("This signal is no longer there", _HOW)
            self.loaded.emit()
            return
        self._detail, self._seq = detail, detail.row.seq
        view = detail.row.view
        self._show_head(view)
        self.journey.show_view(view)
        self.numbers.show_view(view)
        self.events.replace(detail.events)
        self.diagnosis.show_signal(detail.row.id)
        self.pane.show_content()
        self._draw(detail)
        if self.chart is not None:
            self.loaded.emit()

    def _show_head(self, view: SignalView) -> None:
        bullish = view.direction == "BULLISH"
        mark = formats.UNKNOWN if view.direction is None else "▲" if bullish else "▼"
        self.direction.say(mark, view.direction or "direction unknown", Tone.BULL if bullish else Tone.BEAR)
        linked = f" · same bar as {view.linked_to}" if view.linked_to else ""
        self.name.say(f"{view.trade_id} · {view.stream}{linked}")
        self.status.say(view.status.replace("_", " "), _STATUS_TONES.get(view.status, Tone.MUTED))
        self.ambiguous.setVisible(view.ambiguous)
        if view.ambiguous:
            other = ""
            if view.other_be is not None:
                ended = view.other_be.status.value.replace("_", " ").lower()
                other = f" Read the other way, the BE=1 leg is {ended}, MFE {formats.excursion(view.other_be.mfe)}."
            self.ambiguous.setText(f"Ambiguous: {'; '.join(view.ambiguous_because)}.{other}")

    def _draw(self, detail: Detail) -> None:
        if self.chart is not None:
            self.chart.show_detail(detail)
            return
        if self._chart_wanted or self._readers is None:
            return
        self._chart_wanted = True
        load_charts(self, self._readers, self._make_chart, self._show_error)

    def _make_chart(self, _library: object) -> None:
        from secondskies_desktop.desktop.charts.excursion_chart import ExcursionChart

        self.chart = ExcursionChart()
        self._chart_place.addWidget(self.chart)
        self._save.setEnabled(True)
        self.completed.emit()
        if self._detail is not None:
            self.chart.show_detail(self._detail)
            self.loaded.emit()

    def _ask_why(self, field: str) -> None:
        if self._desk is None or self._readers is None or self._signal_id is None:
            return
        desk, signal_id = self._desk, self._signal_id
        self._readers.run(
            lambda: desk.explain(signal_id, field), lambda reasons: self.why.open_with(field, reasons)
        )

    def _on_event(self, current: QModelIndex | QPersistentModelIndex, _before: object) -> None:
        if self._desk is None or self._readers is None or not current.isValid():
            return
        inbox_id = self.events.events[current.row()].inbox_id
        if inbox_id is None:
            self.payload.setPlainText("No body brought this event: it was derived.")
            return
        desk = self._desk
        self._readers.run(lambda: desk.arrival_detail(inbox_id), self._show_payload, self._show_no_payload)

    def _show_payload(self, detail: ArrivalDetail | None) -> None:
        if detail is None:
            self.payload.setPlainText("The body is no longer there.")
            return
        head = f"Arrival #{detail.row.inbox_id} · {formats.size(detail.row.bytes)}"
        self.payload.setPlainText(f"{head}\n{body_text(detail.body)}")

    def _show_no_payload(self, error: Exception) -> None:
        self.payload.setPlainText(str(error))

    def _save_chart(self, kind: str) -> None:
        chart = self.chart
        if chart is None:
            return
        write = chart.export_png if kind == "png" else chart.export_csv
        dialog = chart.ask_where(kind)
        dialog.fileSelected.connect(lambda name: write(Path(name)))
        dialog.open()

    def step_row(self, step: int) -> bool:
        if self.diagnosis.table.hasFocus():
            return self.diagnosis.table.step(step)
        count = self.events.rowCount()
        if not count or not self.table.hasFocus():
            return False
        row = min(max(self.table.currentIndex().row() + step, 0), count - 1)
        self.table.setCurrentIndex(self.events.index(row, 0))
        return True

    def theme_changed(self) -> None:
        super().theme_changed()
        self.diagnosis.theme_changed()
        if self.chart is not None and self._detail is not None:
            self.chart.show_detail(self._detail)
