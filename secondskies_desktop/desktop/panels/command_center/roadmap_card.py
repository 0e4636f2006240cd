"""The roadmap in short: a line a level, what is built of it and what the trader marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.section import Cell, Section, Table

if TYPE_CHECKING:
    from secondskies_desktop.foundation.roadmap import Roadmap


class RoadmapCard(Section):
    """Built is ours, marked is his; the earlier platform's own state stands in the panel."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Roadmap")
        self.note.say("only you mark a module complete")
        self.table = Table(("Level", "Modules", "Built", "Partly", "Yours"))
        self.open = QPushButton("Open the roadmap")
        self.open.clicked.connect(self.wanted)
        self.body.addWidget(self.table)
        self.body.addWidget(self.open)

    def show_roadmap(self, roadmap: Roadmap) -> None:
        """Show every level."""
        rows = []
        for level in roadmap.levels:
            total, built, partly, marked = roadmap.progress(level)
            tone = Tone.GOOD if built == total else Tone.TEXT if built or partly else Tone.FAINT
            why = f"{built} of {total} modules built, {partly} partly; you marked {marked} complete"
            rows.append(
                [
                    Cell(f"{level.number} · {level.title}", why, tone),
                    Cell(str(total), why, Tone.MUTED),
                    Cell(str(built), why, tone),
                    Cell(str(partly), why, Tone.MUTED),
                    Cell(str(marked), why),
                ]
            )
        self.table.say(rows)
