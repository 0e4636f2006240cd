"""A look inside one arrival, step by step: raw, decoded, events, signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QTabWidget, QVBoxLayout, QWidget

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.models.body_text import body_text, tree_text, visible
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Elided

if TYPE_CHECKING:
    from secondskies_desktop.engine.desk import ArrivalDetail


class Inspector(QWidget):
    """Shows an arrival's way from bytes to signals as four tabs of plain text."""

    retry_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = Elided(tone=Tone.MUTED)
        self.retry = QPushButton("Retry")
        self.retry.setToolTip("Decode this dead letter again with what the program knows now")
        self.retry.clicked.connect(self.retry_wanted)
        self.retry.hide()
        self.tabs = QTabWidget()
        self._pages = {name: self._page() for name in ("Raw", "Decoded", "Events", "Signals")}
        for name, page in self._pages.items():
            self.tabs.addTab(page, name)
        row = QHBoxLayout()
        row.setContentsMargins(theme.GRID + theme.HALF, theme.HALF, theme.GRID, theme.HALF)
        row.addWidget(self.head, 1)
        row.addWidget(self.retry)
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
        self.retry.hide()
        for page in self._pages.values():
            page.setPlainText("")

    def show_arrival(self, detail: ArrivalDetail) -> None:
        """Show one arrival."""
        row = detail.row
        dead = row.state == "dead"
        words = [f"Arrival #{row.inbox_id}", formats.ny_stamp(row.received_us), formats.size(row.bytes)]
        if detail.seen > 1:
            words.append(f"these bytes came {detail.seen} times")
        if row.reason:
            words.append(row.reason)
        self.head.say(" · ".join(words), tone=Tone.DANGER if dead else Tone.MUTED)
        self.retry.setVisible(dead)
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


def _event_line(event: object) -> str:
    at = formats.ny_stamp(getattr(event, "at_us", None))
    values = getattr(event, "values", {})
    said = "  ".join(f"{name}={value}" for name, value in values.items())
    return f"{at}  {getattr(event, 'type', '')}  [{getattr(event, 'source', '')}]  {said}"
