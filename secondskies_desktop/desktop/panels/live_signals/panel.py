"""The panel Live Signals: counts above, filter, and the table of every signal."""

from __future__ import annotations

from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QToolButton, QVBoxLayout, QWidget

from secondskies_desktop.desktop import formats, theme
from secondskies_desktop.desktop.actions import Action
from secondskies_desktop.desktop.models.signal_filter import SignalFilter, Tab
from secondskies_desktop.desktop.models.signals_model import SignalsModel
from secondskies_desktop.desktop.panel import Panel
from secondskies_desktop.desktop.panels.live_signals.feed import SignalFeed
from secondskies_desktop.desktop.panels.live_signals.filter_bar import FilterBar
from secondskies_desktop.desktop.panels.live_signals.lifecycle_strip import LifecycleStrip
from secondskies_desktop.desktop.panels.live_signals.signal_table import SignalTable
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.state_pane import StatePane
from secondskies_desktop.foundation.clock import system_clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.desktop.remembered import Remembered
    from secondskies_desktop.engine.desk import DeskStatus

_FILTER_FIELDS = ("session", "direction", "state", "day", "text")
_BEHIND_MS = 400
_ASLEEP = {
    "stopped": "The engine has stopped: nothing new arrives here",
    "failed": "The engine has failed: nothing new arrives here",
}
_SEARCHED_FROM = 3
"""Letters from which the palette looks for signals."""
_OFFERED = 8


class LiveSignals(Panel):
    """Every signal, newest first, with how far it has run for both strategies."""

    key = "live_signals"
    title = "Live Signals"
    topics = ("signals", "status")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = SignalsModel(self)
        self.feed = SignalFeed(self.model, self)
        self.strip = LifecycleStrip()
        self.filter = FilterBar(self.model.book.days)
        self.table = SignalTable(self.model)
        self.pane = StatePane(self.table)
        self.said = Text("", Tone.MUTED)
        self._desk: Desk | None = None
        self._readers: Readers | None = None
        self._started = False
        self._catching_up = False
        self._asleep = ""
        self._add_buttons()
        self._lay_out()
        self._wire()
        self.model.set_now(system_clock())
        self.pane.show_loading("Reading signals")

    def _add_buttons(self) -> None:
        self.columns_button = _button("Columns", "Choose the columns")
        self.columns_button.clicked.connect(self._open_columns)
        self.export_button = _button("Export CSV", "Save the signals below, in their order, as a CSV file")
        self.export_button.clicked.connect(self.ask_export)
        self.header.add(self.said)
        self.header.add(self.columns_button)
        self.header.add(self.export_button)

    def _lay_out(self) -> None:
        above = QVBoxLayout()
        above.setContentsMargins(theme.GRID + theme.HALF, theme.GRID, theme.GRID + theme.HALF, theme.GRID)
        above.setSpacing(theme.GRID)
        above.addWidget(self.strip)
        above.addWidget(self.filter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(above)
        column.addWidget(self.pane, 1)
        self.setFocusProxy(self.table)

    def _wire(self) -> None:
        self.filter.changed.connect(self._on_filter)
        self.filter.cleared.connect(lambda before: self.undoable.emit(partial(self.filter.set, before)))
        self.model.counts_changed.connect(self._on_counts)
        self.table.chosen.connect(self.signal_chosen)
        self.table.opened.connect(self.detail_wanted)
        self.pane.retry.connect(self._retry)
        self.feed.first_page.connect(self._on_first_page)
        self.feed.complete.connect(self.completed)
        self.feed.failed.connect(self._on_failed)
        self.feed.catching_up.connect(self._on_catching_up)

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        self._desk, self._readers = desk, readers
        bridge.status_changed.connect(self._on_status)
        self.feed.start(desk, bridge, readers)

    def is_complete(self) -> bool:
        return self.feed.is_complete

    def stop(self) -> None:
        self.feed.stop()
        self._readers = None

    def _on_first_page(self) -> None:
        is_first, self._started = not self._started, True
        self._on_counts()
        if is_first:
            self.loaded.emit()

    def _on_failed(self, text: str) -> None:
        if self._started:
            self._catching_up = True
            self.pane.set_stale(f"Signals could not be read, what stands here may be old ({text})")
        else:
            self.pane.show_error(text, "Signals could not be read")
            self.loaded.emit()

    def _retry(self) -> None:
        self.pane.show_loading("Reading signals")
        self.feed.read()

    def _on_catching_up(self, behind: bool) -> None:
        self._catching_up = behind
        if behind:
            # Most of the time it is over before anyone could read of it.
            QTimer.singleShot(_BEHIND_MS, self, self._say_stale)
        else:
            self._say_stale()

    def _on_status(self, status: DeskStatus) -> None:
        self._asleep = _ASLEEP.get(status.role, "")
        if not status.database_ok:
            self._asleep = "The database cannot be read: what stands here may be old"
        self._say_stale()

    def _say_stale(self) -> None:
        behind = "Reading what changed meanwhile" if self._catching_up else ""
        self.pane.set_stale(self._asleep or behind or None)

    def _on_filter(self) -> None:
        self.model.set_filter(self.filter.wanted())
        self._say_state()

    def _on_counts(self) -> None:
        counts = self.model.counts()
        self.strip.say(counts)
        self.filter.say(counts)
        self._say_state()

    def _say_state(self) -> None:
        if not self._started:
            return
        rows = self.model.rowCount()
        self.export_button.setEnabled(rows > 0)
        if rows:
            self.pane.show_content()
        elif self.model.book.signals:
            self.pane.show_empty("No signal passes this filter", "Esc shows everything again.")
        else:
            self.pane.show_empty(
                "No signals yet",
                "They appear here as soon as TradingView sends the first alert to your webhook: the Webhook "
                "Monitor has its URL. For the past, drop an alert log that TradingView exported (CSV) onto "
                "this window.",
            )

    def tick(self, now_us: int) -> None:
        self.model.set_now(now_us)
        self.model.settle()
        self.table.repaint_ages()

    def show_signal(self, signal_id: int) -> None:
        if self.table.current_id() != signal_id:
            self.table.choose(signal_id)

    def show_day(self, day: date | None) -> None:
        self.filter.set(msgspec.structs.replace(self.filter.wanted(), day=None if day is None else str(day)))

    def actions_offered(self) -> list[Action]:
        return [
            Action("signals.export", "Export the signals that are shown…", "File", self.ask_export, "Ctrl+E")
        ]

    def search(self, typed: str) -> list[tuple[str, Callable[[], object]]]:
        word = typed.strip().casefold()
        if len(word) < _SEARCHED_FROM:
            return []
        found = islice((one for one in self.model.book.signals.values() if word in one.search), _OFFERED)
        return [(one.row.view.trade_id, partial(self.detail_wanted.emit, one.id)) for one in found]

    def take_focus(self) -> None:
        self.table.setFocus()
        if not self.table.currentIndex().isValid():
            self.table.step(0)

    def focus_filter(self) -> bool:
        self.filter.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.text.selectAll()
        return True

    def step_row(self, step: int) -> bool:
        self.table.setFocus()
        return self.table.step(step)

    def open_row(self) -> bool:
        signal_id = self.table.current_id()
        if signal_id is None:
            return False
        self.detail_wanted.emit(signal_id)
        return True

    def go_back(self) -> bool:
        if self.filter.text.hasFocus() and not self.filter.text.text():
            self.table.setFocus()
            return True
        if self.filter.wanted().narrows:
            self.filter.clear_all()
            return True
        return False

    def _open_columns(self) -> None:
        menu = self.table.column_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.columns_button.mapToGlobal(QPoint(0, self.columns_button.height())))

    def ask_export(self) -> None:
        """Ask for a file, then write what is shown."""
        dialog = QFileDialog(self, "Export signals", "signals.csv", "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.export(Path(name)))
        dialog.open()

    def export(self, file: Path) -> None:
        """Write the signals that are shown, in the order of the rows, on a reader thread."""
        desk, readers, ids = self._desk, self._readers, self.model.book.ids()
        if desk is None or readers is None:
            return
        self.said.say("Exporting", tone=Tone.MUTED)
        readers.run(
            lambda: desk.export_signals_csv(file, ids),
            lambda rows: self.said.say(f"{formats.count(rows)} signals in {file.name}", str(file), Tone.GOOD),
            lambda error: self.said.say("Not exported", str(error), Tone.DANGER),
        )

    def save_state(self, remembered: Remembered) -> None:
        wanted = self.model.book.filter
        remembered.keep("tab", wanted.tab.value)
        for name in _FILTER_FIELDS:
            remembered.keep(name, getattr(wanted, name) or "")
        for name, words in self.table.layout_words().items():
            remembered.keep(f"columns/{name}", words)

    def restore_state(self, remembered: Remembered) -> None:
        said = {name: remembered.text(name) for name in _FILTER_FIELDS}
        tab = remembered.text("tab")
        self.filter.set(
            SignalFilter(
                Tab(tab) if tab in {one.value for one in Tab} else Tab.ALL,
                said["session"] or None,
                said["direction"] or None,
                said["state"] or None,
                said["day"] or None,
                said["text"],
            )
        )
        names = ("order", "wanted", "widths", "sort")
        self.table.take_layout({name: remembered.text(f"columns/{name}") for name in names})


def _button(text: str, why: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(why)
    button.setProperty("quiet", "true")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
