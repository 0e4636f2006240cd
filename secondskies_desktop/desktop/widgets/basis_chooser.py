"""One chooser for a whole panel: the target, the break-even mode and the span that all its numbers name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.models.basis import TARGET_CHOICES, Basis, Span
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.drop_down import DropDown
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.segments import Segments
from secondskies_desktop.signals.outcome import BeMode

if TYPE_CHECKING:
    from datetime import date


class BasisChooser(QWidget):
    """Target, mode, span; a trade date chosen elsewhere stands in for the span until it is taken away."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, spans: bool = True) -> None:
        super().__init__(parent)
        self.basis = Basis()
        self.target = DropDown()
        self.target.setAccessibleName("Target")
        self.target.setToolTip("The target at which every result on this panel is taken")
        for target in TARGET_CHOICES:
            self.target.addItem(f"{target:g}R", target)
        self.mode = Segments([mode.value for mode in BeMode])
        self.mode.setToolTip("BE=1 moves the stop to entry at +1R; No-BE leaves it")
        self.span = Segments([span.value for span in Span])
        self.span.setVisible(spans)
        self.day = QPushButton()
        self.day.setToolTip("Every number is of this trade date; click for the span again")
        self.day.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(Text("Target", Tone.MUTED))
        for widget in (self.target, self.mode, self.span, self.day):
            row.addWidget(widget)
        row.addStretch(1)
        self.set(self.basis)
        self.target.activated.connect(self._on_change)
        self.mode.chosen.connect(self._on_change)
        self.span.chosen.connect(self._on_change)
        self.day.clicked.connect(lambda: self.choose_day(None))

    def set(self, basis: Basis) -> None:
        """Show a basis without telling anybody."""
        self.basis = basis
        self.target.setCurrentIndex(TARGET_CHOICES.index(basis.target))
        self.mode.turn_on(basis.mode.value)
        self.span.turn_on(basis.span.value)
        self.day.setVisible(basis.day is not None)
        self.span.setEnabled(basis.day is None)
        if basis.day is not None:
            self.day.setText(f"{basis.day:%a %d %b %Y}  ✕")

    def choose_day(self, day: date | None) -> None:
        """Take one trade date in place of the span, or the span again with None."""
        if day != self.basis.day:
            self.set(msgspec.structs.replace(self.basis, day=day))
            self.changed.emit()

    def _on_change(self, *_what: object) -> None:
        self.basis = Basis(
            float(self.target.currentData()), BeMode(self.mode.on()), Span(self.span.on()), self.basis.day
        )
        self.changed.emit()
