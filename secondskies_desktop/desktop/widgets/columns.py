"""Cards in two columns that scroll together, in one where there is no room for two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from secondskies_desktop.desktop import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent


class Columns(QScrollArea):
    """Takes two columns of cards; in one column the first comes above the second."""

    def __init__(self, columns: Sequence[Sequence[QWidget]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self._cards = [list(column) for column in columns]
        inner = QWidget()
        inner.setAutoFillBackground(False)
        self._row = QHBoxLayout(inner)
        self._row.setContentsMargins(*(4 * [theme.GRID]))
        self._row.setSpacing(theme.GRID)
        # Layouts, not widgets: a card that changes its parent is dressed again from top to bottom.
        self._lanes = []
        for _ in self._cards:
            lane = QVBoxLayout()
            lane.setSpacing(theme.GRID)
            lane.addStretch(1)
            self._row.addLayout(lane, 1)
            self._lanes.append(lane)
        self.setWidget(inner)
        inner.installEventFilter(self)
        self._across = 0
        self._arrange(len(self._cards))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            # What the cards say has become longer or shorter.
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """Stand side by side where the widest cards of each column fit, else below one another."""
        widest = sum(max(card.minimumSizeHint().width() for card in cards) for cards in self._cards)
        needed = widest + (len(self._cards) + 3) * theme.GRID
        self._arrange(len(self._cards) if self.width() >= needed else 1)

    def _arrange(self, across: int) -> None:
        if across == self._across:
            return
        self._across = across
        for place, cards in enumerate(self._cards):
            lane = self._lanes[place if across > 1 else 0]
            for card in cards:
                # Out of its place first: the place before the stretch is counted without it.
                for other in self._lanes:
                    other.removeWidget(card)
                lane.insertWidget(lane.count() - 1, card)
        for place in range(len(self._lanes)):
            self._row.setStretch(place, 1 if place < across else 0)
