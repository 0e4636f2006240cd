"""One chooser for a whole panel: the target, the break-even mode and the span that all its numbers name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.models.basis import TARGET_CHOICES, Basis, Span
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.drop_down import DropDown
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.segments import Segments
from secondskies_desktop.signals.outcome import BeMode

if TYPE_CHECKING:
    from datetime import date

    from PySide6.QtGui import QResizeEvent


class BasisChooser(QWidget):
    """Target, mode, span; a trade date chosen elsewhere stands in for the span until it is taken away."""

    changed = Signal()
    day_cleared = Signal()
    """The trader took the one trade date away, here."""

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
        self._upper, self._lower = QHBoxLayout(), QHBoxLayout()
        self._above = (Text("Target", Tone.MUTED), self.target, self.mode)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.HALF)
        for row in (self._upper, self._lower):
            row.setSpacing(theme.GRID)
            row.addStretch(1)
            column.addLayout(row)
        for place, widget in enumerate(self._above):
            self._upper.insertWidget(place, widget)
        self._in_one_row: bool | None = None
        self._place(in_one_row=True)
        self.set(self.basis)
        self.target.activated.connect(self._on_change)
        self.mode.chosen.connect(self._on_change)
        self.span.chosen.connect(self._on_change)
        self.day.clicked.connect(self._on_day_cleared)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Let span and trade date stand under target and mode where one row has no room for all of them."""
        below = [widget for widget in (self.span, self.day) if not widget.isHidden()]
        needed = sum(one.sizeHint().width() + theme.GRID for one in (*self._above, *below))
        self._place(in_one_row=self.width() >= needed)

    def _place(self, *, in_one_row: bool) -> None:
        if in_one_row == self._in_one_row:
            return
        self._in_one_row = in_one_row
        row = self._upper if in_one_row else self._lower
        for widget in (self.span, self.day):
            (self._lower if in_one_row else self._upper).removeWidget(widget)
            row.insertWidget(row.count() - 1, widget)

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
        self._fit()

    def choose_day(self, day: date | None) -> None:
        """Take one trade date in place of the span, or the span again with None."""
        if day != self.basis.day:
            self.set(msgspec.structs.replace(self.basis, day=day))
            self.changed.emit()

    def _on_day_cleared(self) -> None:
        self.choose_day(None)
        self.day_cleared.emit()

    def _on_change(self, *_what: object) -> None:
        self.basis = Basis(
            float(self.target.currentData()), BeMode(self.mode.on()), Span(self.span.on()), self.basis.day
        )
        self.changed.emit()
