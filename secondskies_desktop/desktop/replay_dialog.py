"""Which day to replay: the trade dates on which anything arrived, newest first, and how fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from secondskies_desktop.desktop import formats, theme
from secondskies_desktop.desktop.replay_bar import SPEEDS, speed_name
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.segments import Segments

if TYPE_CHECKING:
    from datetime import date

    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers

_SIZE = (56 * theme.GRID, 60 * theme.GRID)
_USUAL = 60.0


class ReplayDialog(QDialog):
    """`chosen` carries the trade date and the speed."""

    chosen = Signal(object, float)

    def __init__(self, desk: Desk, readers: Readers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Replay a day")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self._days: list[date] = []
        self.said = Text("Looking for days…", Tone.MUTED)
        self.said.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName("Trade dates")
        self.list.setUniformItemSizes(True)
        self.speeds = Segments([speed_name(one) for one in SPEEDS])
        self.speeds.turn_on(speed_name(_USUAL))
        self.play = QPushButton("Replay")
        self.play.setDefault(True)
        self.play.setEnabled(False)
        below = QHBoxLayout()
        below.setSpacing(theme.GRID)
        below.addWidget(Text("Speed", Tone.MUTED))
        below.addWidget(self.speeds)
        below.addStretch(1)
        below.addWidget(self.play)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(4 * [2 * theme.GRID]))
        column.setSpacing(theme.GRID + theme.HALF)
        column.addWidget(self.said)
        column.addWidget(self.list, 1)
        column.addLayout(below)
        self.play.clicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        self._asked = readers.run(desk.trade_dates, self._show, self._fail)
        self.finished.connect(self._asked.cancel)

    def _show(self, found: list[tuple[date, int]]) -> None:
        if not found:
            self.said.say("No alert has arrived yet, so there is no day to play again.")
            return
        self.said.say(
            "The day plays in a window of its own, in a scratch profile that is thrown away. This desk goes on."
        )
        for day, count in found:
            item = QListWidgetItem()
            item.setSizeHint(QSize(0, theme.ROW))
            self.list.addItem(item)
            self.list.setItemWidget(item, _row(day, count))
            self._days.append(day)
        self.list.setCurrentRow(0)
        self.list.setFocus()
        self.play.setEnabled(True)

    def _fail(self, error: Exception) -> None:
        self.said.say(f"The days could not be read: {error}", tone=Tone.DANGER)

    def _choose(self, *_item: object) -> None:
        place = self.list.currentRow()
        if 0 <= place < len(self._days):
            self.chosen.emit(self._days[place], float(self.speeds.on().rstrip("×")))
            self.accept()


def _row(day: date, count: int) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
    word = "arrival" if count == 1 else "arrivals"
    for text, tone in ((f"{day:%a}", Tone.MUTED), (f"{day:%d %b %Y}", Tone.TEXT)):
        said = Text(text, tone)
        said.setMinimumWidth(said.fontMetrics().horizontalAdvance("Wed "))
        row.addWidget(said)
    row.addStretch(1)
    row.addWidget(Text(f"{formats.count(count)} {word}", Tone.MUTED))
    return holder
