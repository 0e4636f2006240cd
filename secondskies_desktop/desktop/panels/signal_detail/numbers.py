"""The numbers of a signal, each with its source; a click on one opens the reason behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QToolButton, QWidget

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Caption, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QContextMenuEvent

    from secondskies_desktop.signals.view import SignalView

_CELL_WIDTH = 21 * theme.GRID
_CELL_HEIGHT = 5 * theme.GRID


class Number(NamedTuple):
    """One number: its field, caption, how it is written, and its tone."""

    field: str
    caption: str
    write: Callable[[SignalView], str]
    tone: Tone = Tone.TEXT


_HTF_ORDER = ("daily", "h4", "h1", "m15", "m5", "m1")
_SHORT = {"Bullish": "▲", "Bearish": "▼", "Neutral": "○"}


def _htf(view: SignalView) -> str:
    if not view.htf:
        return formats.UNKNOWN
    return " ".join(_SHORT.get(view.htf.get(name, ""), formats.UNKNOWN) for name in _HTF_ORDER)


_NUMBERS = (
    Number("entry_price", "Entry", lambda view: formats.price(view.entry_price)),
    Number("stop_loss", "Stop", lambda view: formats.price(view.stop_loss)),
    Number("risk_points", "Risk · points", lambda view: formats.points(view.risk_points)),
    Number("now_r", "Now · R", lambda view: formats.r_multiple(view.now_r)),
    Number("no_be_mfe", "MFE · No-BE", lambda view: formats.excursion(view.no_be_mfe), Tone.NO_BE),
    Number("be_mfe", "MFE · BE=1", lambda view: formats.excursion(view.be_mfe), Tone.BE),
    Number("mae", "MAE", lambda view: formats.excursion(view.mae)),
    Number("entry_open", "Open of entry bar", lambda view: formats.price(view.entry_open)),
    Number("bars_to_confirm", "Bars to confirm", lambda view: formats.count(view.bars_to_confirm)),
    Number("session", "Session", lambda view: formats.session_name(view.session)),
    Number("trade_date", "Trade date", lambda view: view.trade_date or formats.UNKNOWN),
    Number("htf", "HTF D–1m", _htf),
)


class NumberCell(QToolButton):
    """A caption, a number and where it came from; opens the reason by click or by Enter."""

    def __init__(self, number: Number, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("quiet", "true")
        self.setProperty("number", "true")
        self.setMinimumSize(_CELL_WIDTH, _CELL_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.number = number
        self.caption = Caption(number.caption)
        self.value = Text(formats.UNKNOWN, number.tone, typeface.strong_font())
        self.source = Text("", Tone.FAINT, typeface.small_font())
        right = Qt.AlignmentFlag.AlignRight
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.GRID, theme.HALF // 2, theme.GRID, theme.HALF // 2)
        grid.setSpacing(0)
        grid.addWidget(self.caption, 0, 0)
        grid.addWidget(self.source, 1, 0)
        grid.addWidget(self.value, 0, 1, 2, 1, right | Qt.AlignmentFlag.AlignVCenter)
        for label in (self.caption, self.value, self.source):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_view(self, view: SignalView) -> None:
        """Show the number of a signal."""
        text = self.number.write(view)
        source = view.sources.get(self.number.field, "")
        self.value.say(text, tone=Tone.FAINT if text == formats.UNKNOWN else self.number.tone)
        self.source.say(source if text != formats.UNKNOWN else "not known")
        self.setAccessibleName(f"{self.number.caption} {text} {source}")
        self.setToolTip("Why? Click or press Enter")

    def contextMenuEvent(self, _event: QContextMenuEvent) -> None:
        self.click()


class NumberBlock(QWidget):
    """All numbers in a grid that is as many cells wide as there is room."""

    why_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = [NumberCell(number) for number in _NUMBERS]
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.HALF)
        self._across = 0
        for cell in self.cells:
            cell.clicked.connect(lambda _on=False, cell=cell: self.why_wanted.emit(cell.number.field))
        self._arrange(2)

    def show_view(self, view: SignalView) -> None:
        """Show the numbers of a signal."""
        for cell in self.cells:
            cell.show_view(view)

    def _arrange(self, across: int) -> None:
        if across == self._across:
            return
        self._across = across
        for index, cell in enumerate(self.cells):
            self._grid.addWidget(cell, index // across, index % across)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._arrange(max(2, min(4, self.width() // (_CELL_WIDTH + theme.HALF))))
