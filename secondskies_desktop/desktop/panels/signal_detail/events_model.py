"""The event log of one signal, oldest first, as strings made once."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.tooltips import plain
from secondskies_desktop.foundation.clock import as_us

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QObject

    from secondskies_desktop.engine.desk import SignalEvent

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
HEADS = ("Time NY", "Event", "Source", "Conf.", "Arrival", "Values")
_NUMBERS = (3,)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_DERIVED = ("inferred", "recomputed", "replayed")


class EventsModel(QAbstractTableModel):
    """Events and their cells; replaced as a whole when another signal is shown, appended to when it grows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.events: list[SignalEvent] = []
        self._cells: list[tuple[str, ...]] = []

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.events)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cells[index.row()][index.column()]
        if role == Qt.ItemDataRole.ForegroundRole and self.events[index.row()].source in _DERIVED:
            return QBrush(QColor(theme.look().muted))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            event = self.events[index.row()]
            where = f"{formats.ny_stamp(event.at_us)} · rule {event.rule or 'derived'}"
            values = "\n".join(f"{name} {_value(value)}" for name, value in event.values.items())
            return plain(f"{where}\n{values}" if index.column() == len(HEADS) - 1 else where)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(HEADS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADS[section]
        if role == Qt.ItemDataRole.FontRole:
            return typeface.label_font()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        return None

    def replace(self, events: Sequence[SignalEvent]) -> None:
        """Show these events; what only grew at the end is appended, so scroll and selection stay."""
        known = len(self.events)
        if known and list(events[:known]) == self.events:
            if len(events) > known:
                self.beginInsertRows(_NOWHERE, known, len(events) - 1)
                self.events.extend(events[known:])
                self._cells.extend(_cells(event) for event in events[known:])
                self.endInsertRows()
            return
        self.beginResetModel()
        self.events = list(events)
        self._cells = [_cells(event) for event in events]
        self.endResetModel()


def _side(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _cells(event: SignalEvent) -> tuple[str, ...]:
    return (
        formats.ny_minute(event.at_us),
        formats.event_name(event.type),
        event.source,
        event.confidence,
        formats.UNKNOWN if event.inbox_id is None else f"#{event.inbox_id}",
        "   ".join(f"{name} {_value(value)}" for name, value in event.values.items()),
    )


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}".replace("-", formats.MINUS)
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return formats.ny_stamp(as_us(datetime.fromisoformat(value)))
    return str(value)
