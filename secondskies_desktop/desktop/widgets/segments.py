"""Parts of one whole, side by side, each with its count; one of them is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.formats import count

if TYPE_CHECKING:
    from collections.abc import Sequence


class Segments(QWidget):
    """Buttons of which one is on; arrow keys go from one to the next."""

    chosen = Signal(str)

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.HALF // 2)
        for name in names:
            button = QPushButton(name)
            button.setCheckable(True)
            button.setProperty("segment", "true")
            button.clicked.connect(lambda _on=False, name=name: self.chosen.emit(name))
            self._group.addButton(button)
            self._buttons[name] = button
            row.addWidget(button)
        self.turn_on(names[0])

    def turn_on(self, name: str) -> None:
        """Show one as chosen, without telling anybody."""
        self._buttons[name].setChecked(True)

    def turn_off(self) -> None:
        """Show none as chosen, where what is on is none of them."""
        self._group.setExclusive(False)
        for button in self._buttons.values():
            button.setChecked(False)
        self._group.setExclusive(True)

    def on(self) -> str:
        """Return the name of the one that is on."""
        return next(name for name, button in self._buttons.items() if button.isChecked())

    def say(self, counts: dict[str, int]) -> None:
        """Write the counts behind the names."""
        for name, number in counts.items():
            text = f"{name}  {count(number)}"
            button = self._buttons[name]
            if button.text() != text:
                button.setText(text)
