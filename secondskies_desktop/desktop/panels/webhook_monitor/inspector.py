"""A look inside one arrival, step by step: raw, decoded, events, signals, and how long each step took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QTabWidget, QVBoxLayout, QWidget

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.models.body_text import body_text, tree_text, visible
from secondskies_desktop.desktop.panels.webhook_monitor.repair_text import repair_text
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Elided

if TYPE_CHECKING:
    from secondskies_desktop.engine.desk import ArrivalDetail
    from secondskies_desktop.engine.repairing import Proposed
    from secondskies_desktop.ingest.tracing.trace import Trace

_REPAIR = 4


class Inspector(QWidget):
    """Shows an arrival's way from bytes to signals as tabs of plain text, one of them its repair."""

    retry_wanted = Signal()
    repair_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = Elided(tone=Tone.MUTED)
        self.way = Elided(tone=Tone.MUTED)
        self.way.setFont(typeface.small_font())
        self.retry = QPushButton("Retry")
        self.retry.setToolTip("Decode this dead letter again with what the program knows now")
        self.retry.clicked.connect(self.retry_wanted)
        self.retry.hide()
        self.repair = QPushButton("Repair")
        self.repair.setToolTip(
            "Read this dead letter by the rules that the tab names; the bytes stay as they came"
        )
        self.repair.clicked.connect(self.repair_wanted)
        self.undo = QPushButton("Undo repair")
        self.undo.setToolTip(
            "Read this arrival by its own bytes again (Ctrl+Z takes back what was repaired last)"
        )
        self.undo.clicked.connect(self.undo_wanted)
        self.tabs = QTabWidget()
        self._pages = {name: self._page() for name in ("Raw", "Decoded", "Events", "Signals", "Repair")}
        for name, page in self._pages.items():
            self.tabs.addTab(page, name)
        words = QVBoxLayout()
        words.setSpacing(theme.HALF)
        words.addWidget(self.head)
        words.addWidget(self.way)
        row = QHBoxLayout()
        row.setContentsMargins(theme.GRID + theme.HALF, theme.HALF, theme.GRID, theme.HALF)
        row.setSpacing(theme.GRID)
        row.addLayout(words, 1)
        for button in (self.retry, self.undo, self.repair):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.tabs, 1)
        self.show_nothing()

    def _page(self) -> QPlainTextEdit:
        page = QPlainTextEdit()
        page.setReadOnly(True)
        page.setFont(typeface.mono_font())
        return page

    def show_nothing(self) -> None:
        """Say that nothing is chosen."""
        self.head.say("Choose an arrival to look inside it")
        self.way.hide()
        self.retry.hide()
        self._show_repair(None)
        for page in self._pages.values():
            page.setPlainText("")

    def show_arrival(
        self, detail: ArrivalDetail, trace: Trace | None = None, repair: Proposed | None = None
    ) -> None:
        """Show one arrival, its way where it was noted, and what the rules of repair make of it or made of it."""
        row = detail.row
        self.way.say(*_way(trace))
        self.way.show()
        dead = row.state == "dead"
        words = [f"Arrival #{row.inbox_id}", formats.ny_stamp(row.received_us), formats.size(row.bytes)]
        if detail.seen > 1:
            words.append(f"these bytes came {detail.seen} times")
        if row.reason:
            words.append(row.reason)
        self.head.say(" · ".join(words), tone=Tone.DANGER if dead else Tone.MUTED)
        self.retry.setVisible(dead)
        self._show_repair(repair)
        self._pages["Raw"].setPlainText(body_text(detail.body))
        self._pages["Decoded"].setPlainText(
            visible(tree_text(detail.decoded))
            if detail.decoded is not None
            else f"Not decoded: {row.reason or ''}"
        )
        self._pages["Events"].setPlainText("\n".join(_event_line(event) for event in detail.events))
        self._pages["Signals"].setPlainText("\n".join(detail.signals))
        self.tabs.setTabText(2, f"Events  {len(detail.events)}")
        self.tabs.setTabText(3, f"Signals  {len(detail.signals)}")

    def _show_repair(self, repair: Proposed | None) -> None:
        can = repair is not None and repair.body is not None
        self.repair.setVisible(can and repair is not None and not repair.is_repaired)
        self.undo.setVisible(repair is not None and repair.is_repaired)
        self.tabs.setTabVisible(_REPAIR, repair is not None)
        self.tabs.setTabText(_REPAIR, "Repaired" if self.undo.isVisibleTo(self) else "Repair")
        self._pages["Repair"].setPlainText("" if repair is None else repair_text(repair))


def _way(trace: Trace | None) -> tuple[str, str]:
    """Return the way of an arrival in a line, and with its times."""
    if trace is None:
        return "No times were noted", "They are kept for 30 days, of what was read for the first time"
    steps = [f"{one.name} {formats.span(one.took_us)}" for one in trace.steps]
    times = [("received", trace.received_us), *((one.name, one.at_us) for one in trace.steps)]
    why = "\n".join(f"{name.capitalize()}: {_instant(at_us)}" for name, at_us in times)
    # The sum first: the line is cut at its end where the panel is narrow.
    return f"{formats.span(trace.whole_us)}  =  {'  →  '.join(steps)}", why


def _instant(at_us: int | None) -> str:
    return "not known" if at_us is None else f"{formats.ny_clock(at_us)}.{at_us % 1_000_000:06d} NY"


def _event_line(event: object) -> str:
    at = formats.ny_stamp(getattr(event, "at_us", None))
    values = getattr(event, "values", {})
    said = "  ".join(f"{name}={value}" for name, value in values.items())
    return f"{at}  {getattr(event, 'type', '')}  [{getattr(event, 'source', '')}]  {said}"
