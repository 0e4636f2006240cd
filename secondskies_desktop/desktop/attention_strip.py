"""The strip under the title bar: the newest thing that wants the trader, until he acknowledges it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from secondskies_desktop.desktop import formats, severities, theme
from secondskies_desktop.desktop.attention import AttentionList
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Elided, Text, repolish
from secondskies_desktop.foundation.clock import as_us

if TYPE_CHECKING:
    from collections.abc import Iterable

    from secondskies_desktop.alerts.escalation import Told
    from secondskies_desktop.foundation.attention import Edge


class AttentionStrip(QWidget):
    """Hidden while nothing waits; `changed` says how many conditions are open, and the gravest's tone."""

    changed = Signal(int, object)
    open_changed = Signal(object)
    """list[Noticed]: what is open now, the gravest first"""
    acknowledged = Signal(str, str)
    """Kind and key of what the trader acknowledged here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.list = AttentionList()
        self.mark = Text("", Tone.DANGER)
        self.text = Elided()
        self.since = Text("", Tone.MUTED)
        self.button = QPushButton("Acknowledge")
        self.button.clicked.connect(self.acknowledge)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID + theme.HALF, theme.HALF, theme.GRID, theme.HALF)
        row.setSpacing(theme.GRID)
        row.addWidget(self.mark)
        row.addWidget(self.text, 1)
        row.addWidget(self.since)
        row.addWidget(self.button)
        self.hide()

    def take(self, events: Iterable[Edge]) -> None:
        """Take what was raised and cleared."""
        self.list.take(events)
        self._say()

    def hear(self, told: Iterable[Told]) -> None:
        """Take what the trader is told, the first time or again."""
        self.list.hear(told)
        self._say()

    def show_newest(self) -> None:
        """Bring back what is open, though it was acknowledged before."""
        self.list.remind()
        self._say()

    def acknowledge(self) -> None:
        """Acknowledge the condition that is shown."""
        seen = self.list.acknowledge()
        self._say()
        if seen is not None:
            self.acknowledged.emit(seen.attention.kind, seen.attention.key)

    def _say(self) -> None:
        newest = self.list.newest()
        open_now = self.list.open()
        self.open_changed.emit(open_now)
        self.changed.emit(
            len(open_now), severities.TONES[open_now[0].attention.severity] if open_now else Tone.MUTED
        )
        self.setVisible(newest is not None)
        if newest is None:
            return
        attention = newest.attention
        more = self.list.waiting() - 1
        self.setProperty("severity", attention.severity.value)
        repolish(self)
        self.mark.say(severities.MARKS[attention.severity], tone=severities.TONES[attention.severity])
        self.text.say(attention.text)
        begun = f"since {formats.ny_time(as_us(attention.since))}"
        if newest.told > 1:
            begun += f", told {newest.told} times"
        self.since.say(f"{begun}, over" if newest.is_over else begun)
        self.button.setText(f"Acknowledge (+{more} more)" if more else "Acknowledge")
