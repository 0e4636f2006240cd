"""How many of the filtered signals have come to each station: the way from triangle to stop."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from secondskies_desktop.desktop import formats, theme
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.tooltips import said
from secondskies_desktop.desktop.widgets.labels import StackedCard
from secondskies_desktop.desktop.widgets.why import WhyPopover

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QContextMenuEvent

    from secondskies_desktop.desktop.models.signal_book import Counts

_STATIONS = (
    ("SIGNAL_CREATED", "Triangles", None, Tone.TEXT),
    ("CONFIRMED", "Confirmed", "SIGNAL_CREATED", Tone.TEXT),
    ("ENTRY", "Entries", "SIGNAL_CREATED", Tone.TEXT),
    ("BE_TRIGGERED", "BE triggered", "ENTRY", Tone.BE),
    ("EXIT_BE", "BE exits 0R", "ENTRY", Tone.BE),
    ("EXIT_SL", f"Stops {formats.MINUS}1R", "ENTRY", Tone.NO_BE),
    ("CANCELLED", "Cancelled", "SIGNAL_CREATED", Tone.MUTED),
)
_OF = {"SIGNAL_CREATED": "triangles", "ENTRY": "entries"}


class LifecycleStrip(QWidget):
    """One card a station: the signals that have come to it, and their share of what they came from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: dict[str, StackedCard] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        for kind, name, _, _ in _STATIONS:
            card = StackedCard(name)
            self.cards[kind] = card
            row.addWidget(card, 1)
        self._why = WhyPopover(self)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_at(event.pos()).popup(event.globalPos())

    def menu_at(self, place: QPoint) -> QMenu:
        """Return the menu of a place in the strip."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for card in self.cards.values():
            if card.geometry().contains(place):
                reason = [("", said(card.toolTip()))]
                menu.addAction("Why this number?", partial(self._why.open_with, card.caption.text(), reason))
                menu.addSeparator()
        menu.addAction("Copy as table (TSV)", self.copy_table)
        menu.addAction("Copy as picture (PNG)", self.copy_picture)
        return menu

    def copy_table(self) -> None:
        """Put all cards on the clipboard, one a line, tabs between the cells."""
        lines = ((card.caption.text(), card.number.text(), card.basis.text()) for card in self.cards.values())
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))

    def copy_picture(self) -> None:
        """Put the cards on the clipboard as they look."""
        QGuiApplication.clipboard().setPixmap(self.grab())

    def say(self, counts: Counts) -> None:
        """Show the counts of the signals that are shown."""
        for kind, name, base, tone in _STATIONS:
            number = counts.kinds[kind]
            basis = "signals" if base is None else _share(number, counts.kinds[base], _OF[base])
            why = f"{name}: signals below that have come this far, by message, by bars or by inference"
            shown = tone if number else Tone.FAINT
            self.cards[kind].say(formats.count(number), basis, why, shown)


def _share(part: int, whole: int, of: str) -> str:
    return f"no {of}" if whole == 0 else f"{formats.share(part, whole)} of {of}"
