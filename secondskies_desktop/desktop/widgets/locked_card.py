"""A card of something that is not built yet: it names its place in the roadmap and shows nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.section import Section

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class LockedCard(Section):
    """Title, roadmap key, and that it is locked."""

    def __init__(self, key: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.key = key
        self.note.say(f"roadmap {key}")
        self.body.addWidget(Text("Locked: not built.", Tone.FAINT))
