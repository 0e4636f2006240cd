"""Parts of one whole, side by side, each with its count; one of them is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.formats import count

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from PySide6.QtGui import QResizeEvent


class Segments(QWidget):
    """Buttons of which exactly one is on; arrow keys go from one to the next.

    Where there is no room for all counts, zeros go, then the others; they then stand in the tooltips.
    """

    chosen = Signal(str)

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QPushButton] = {}
        self._counts: dict[str, str] = {}
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

    def say(self, counts: dict[str, int], more: Collection[str] = ()) -> None:
        """Write the counts behind the names; of those in `more` there are at least so many, if any."""
        said = {
            name: f"{count(number)}{'+' if name in more else ''}"
            for name, number in counts.items()
            if number or name not in more
        }
        if said != self._counts:
            self._counts = said
            self.updateGeometry()
            self._write()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._write()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self._needed(self._texts()), hint.height())

    def _texts(self, leave_out: Collection[str] = ()) -> dict[str, str]:
        counts = {name: said for name, said in self._counts.items() if said not in leave_out}
        return {name: f"{name}  {counts[name]}" if name in counts else name for name in self._buttons}

    def _needed(self, texts: dict[str, str]) -> int:
        wider = sum(
            button.fontMetrics().horizontalAdvance(texts[name])
            - button.fontMetrics().horizontalAdvance(button.text())
            for name, button in self._buttons.items()
        )
        return super().sizeHint().width() + wider

    def _write(self) -> None:
        ways = (self._texts(leave_out) for leave_out in ((), ("0",), self._counts.values()))
        texts = next((one for one in ways if self._needed(one) <= self.width()), None)
        for name, button in self._buttons.items():
            text = name if texts is None else texts[name]
            if button.text() != text:
                button.setText(text)
            button.setToolTip(self._counts.get(name, "") if text == name else "")
