"""Arrivals as a table, newest first: a batch inserts rows at the top and changes exactly the cells that changed."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor

from secondskies_desktop.desktop import theme, typeface
from secondskies_desktop.desktop.panels.webhook_monitor.arrival_columns import (
    COLUMNS,
    STATE_COLUMN,
    STATE_TONES,
    ArrivalFilter,
    cells_of,
    why_of,
)
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.tooltips import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtCore import QObject

    from secondskies_desktop.ingest.changes import ArrivalRow

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_ROLES = [_DISPLAY]
MOST = 5_000
"""Arrivals kept in the table; older ones are read again by scrolling after a new filter."""


class ArrivalsModel(QAbstractTableModel):
    """The arrivals that pass the filter. `known` holds all that were read or came, by id.

    Arrivals of one state may have been read further back than all of them: those older than `floor` are shown
    with their state only, so that the list of all has no gap.
    """

    dropped = Signal(int)
    """Arrivals up to this id are no longer known: there were too many."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.known: dict[int, ArrivalRow] = {}
        self._ids: list[int] = []  # negated, so that they rise from the newest on
        self._cells: dict[int, tuple[str, ...]] = {}
        self._filter = ArrivalFilter()
        self.floor = 0
        self._brushes: dict[Tone, QBrush] = {}

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        row = self.known[-self._ids[index.row()]]
        if role == _DISPLAY:
            return self._cells[row.inbox_id][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if COLUMNS[index.column()].numeric else _LEFT
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._brush(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(why_of(row, index.column()))
        return None

    def _brush(self, row: ArrivalRow, column: int) -> QBrush | None:
        if column == STATE_COLUMN or (column == len(COLUMNS) - 1 and row.state == "dead"):
            tone = STATE_TONES.get(row.state, Tone.MUTED)
        elif row.state == "duplicate" or column > 3:  # noqa: PLR2004 - behind the id stand side facts
            tone = Tone.MUTED
        else:
            return None
        if tone not in self._brushes:
            self._brushes[tone] = QBrush(QColor(theme.look().of(tone)))
        return self._brushes[tone]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == _DISPLAY:
            return COLUMNS[section].head
        if role == Qt.ItemDataRole.ToolTipRole:
            return COLUMNS[section].why
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if COLUMNS[section].numeric else _LEFT
        if role == Qt.ItemDataRole.FontRole:
            return typeface.label_font()
        return None

    def row_at(self, row: int) -> ArrivalRow | None:
        """Return the arrival of a row."""
        return self.known[-self._ids[row]] if 0 <= row < len(self._ids) else None

    def row_of(self, inbox_id: int) -> int | None:
        """Return the row in which an arrival stands, None where it is not shown."""
        place = bisect_left(self._ids, -inbox_id)
        return place if place < len(self._ids) and self._ids[place] == -inbox_id else None

    def forget_colours(self) -> None:
        """Let the next painting ask the theme again."""
        self._brushes.clear()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def set_filter(self, wanted: ArrivalFilter) -> None:
        """Show what passes a filter."""
        self._filter = wanted
        self.beginResetModel()
        self._ids = sorted(-one.inbox_id for one in self.known.values() if self._wanted(one))
        self.endResetModel()

    def replace_all(self, rows: Iterable[ArrivalRow]) -> None:
        """Hold these arrivals and no others."""
        self.beginResetModel()
        self.known = {row.inbox_id: row for row in rows}
        self._cells = {inbox_id: cells_of(row) for inbox_id, row in self.known.items()}
        self._ids = sorted(-one.inbox_id for one in self.known.values() if self._wanted(one))
        self.endResetModel()

    def apply(self, rows: Sequence[ArrivalRow]) -> None:
        """Take new and changed arrivals."""
        entering = []
        for row in rows:
            before = self.known.get(row.inbox_id)
            if before is not None and row.ack_ms is None:
                row = _with_ack(row, before)  # noqa: PLW2901 - only the engine's first word has it
            self.known[row.inbox_id] = row
            old, new = self._cells.get(row.inbox_id), cells_of(row)
            self._cells[row.inbox_id] = new
            place = self.row_of(row.inbox_id)
            if place is None:
                if self._wanted(row):
                    entering.append(-row.inbox_id)
            elif not self._wanted(row):
                self.beginRemoveRows(_NOWHERE, place, place)
                del self._ids[place]
                self.endRemoveRows()
            elif old is not None:
                for column, (was, now) in enumerate(zip(old, new, strict=True)):
                    if was != now:
                        cell = self.index(place, column)
                        self.dataChanged.emit(cell, cell, _ROLES)
        self._let_in(sorted(set(entering)))
        self._drop_oldest()

    def _let_in(self, entering: list[int]) -> None:
        start = 0
        while start < len(entering):
            place = bisect_left(self._ids, entering[start])
            limit = self._ids[place] if place < len(self._ids) else None
            end = start + 1
            while end < len(entering) and (limit is None or entering[end] < limit):
                end += 1
            self.beginInsertRows(_NOWHERE, place, place + end - start - 1)
            self._ids[place:place] = entering[start:end]
            self.endInsertRows()
            start = end

    def _drop_oldest(self) -> None:
        surplus = len(self._ids) - MOST
        if surplus > 0:
            self.beginRemoveRows(_NOWHERE, MOST, MOST + surplus - 1)
            gone = self._ids[MOST:]
            del self._ids[MOST:]
            self.endRemoveRows()
            for negated in gone:
                del self.known[-negated]
                del self._cells[-negated]
            self.dropped.emit(-gone[0])

    def _wanted(self, row: ArrivalRow) -> bool:
        if self._filter.state is None and row.inbox_id < self.floor:
            return False
        return self._filter.passes(row)


def _with_ack(row: ArrivalRow, before: ArrivalRow) -> ArrivalRow:
    import msgspec

    return msgspec.structs.replace(row, ack_ms=before.ack_ms)
