"""A table of lines: what stays keeps its place, and only the cells that changed are drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from secondskies_desktop.desktop import theme, typeface
from secondskies_desktop.desktop.models.lines import Ink
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.tooltips import plain
from secondskies_desktop.desktop.widgets.rows_menu import RowsMenu
from secondskies_desktop.foundation.documents.table import pasted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from secondskies_desktop.desktop.models.lines import Line, TextColumn

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class LinesModel(QAbstractTableModel):
    """Shows lines in the order in which they are handed over."""

    def __init__(self, columns: Sequence[TextColumn]) -> None:
        super().__init__()
        self.columns = columns
        self.lines: list[Line] = []
        self._sorted: tuple[int, bool] | None = None

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        line, column = self.lines[index.row()], index.column()
        if role == _DISPLAY:
            return line.cells[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return (
                _CENTRE
                if self.columns[column].ink is Ink.MARK
                else _RIGHT
                if self.columns[column].numeric
                else _LEFT
            )
        if role == Qt.ItemDataRole.ForegroundRole:
            return _brush(line, self.columns[column].ink)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(_why(line, column, self.columns[column].ink) or self.columns[column].why)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == _DISPLAY:
            return self._head(section)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.why
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.numeric else _LEFT
        if role == Qt.ItemDataRole.FontRole:
            return typeface.label_font()
        return None

    def _head(self, section: int) -> str:
        head = self.columns[section].head
        if self._sorted is None or self._sorted[0] != section:
            return head
        # Qt's own arrow would stand on the head of a column of numbers.
        return f"{head} {'▾' if self._sorted[1] else '▴'}"

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines: new ones at the top and older ones at the end come in, changed cells change."""
        before = [line.id for line in self.lines]
        after = [line.id for line in lines]
        start = after.index(before[0]) if before and before[0] in after else 0
        if not before or after[start : start + len(before)] != before:
            self.beginResetModel()
            self.lines = list(lines)
            self.endResetModel()
            return
        if start:
            self.beginInsertRows(_NOWHERE, 0, start - 1)
            self.lines = [*lines[:start], *self.lines]
            self.endInsertRows()
        if len(after) > len(self.lines):
            self.beginInsertRows(_NOWHERE, len(self.lines), len(after) - 1)
            self.lines = [*self.lines, *lines[len(self.lines) :]]
            self.endInsertRows()
        for row, line in enumerate(lines):
            self._change(row, line)

    def _change(self, row: int, line: Line) -> None:
        old = self.lines[row]
        if old == line:
            return
        self.lines[row] = line
        for column, (was, now) in enumerate(zip(old.cells, line.cells, strict=True)):
            if was != now or (old.tone, old.quiet) != (line.tone, line.quiet):
                cell = self.index(row, column)
                self.dataChanged.emit(cell, cell, [])

    def mark_order(self, column: int, *, down: bool) -> None:
        """Say in its head by which column the lines are sorted."""
        self._sorted = column, down
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def forget_colours(self) -> None:
        """Ask the theme again."""
        if self.lines:
            last = self.index(len(self.lines) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Qt.ItemDataRole.ForegroundRole])


def _side(column: TextColumn) -> int:
    if column.ink is Ink.MARK:
        return _CENTRE
    return _RIGHT if column.numeric else _LEFT


def _why(line: Line, column: int, ink: Ink) -> str:
    return dict(line.whys).get(column) or (line.text if ink in (Ink.MARK, Ink.LEAD) else "")


def _brush(line: Line, ink: Ink) -> QBrush:
    if ink in (Ink.MARK, Ink.TONED):
        tone = line.tone
    elif ink is Ink.LEAD and not line.quiet:
        tone = Tone.TEXT
    else:
        tone = Tone.MUTED
    return QBrush(QColor(theme.look().of(tone)))


class LinesTable(QTableView):
    """Rows by keyboard; Enter and Del act on the chosen rows, Ctrl+C copies the chosen rows for a spreadsheet."""

    entered = Signal()
    deleted = Signal()

    def __init__(self, model: LinesModel) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.menu = RowsMenu(self, self.copy)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.ROW)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setFixedHeight(theme.ROW)
        wide = self.fontMetrics().averageCharWidth()
        for index, column in enumerate(model.columns):
            if column.characters:
                self.setColumnWidth(index, wide * column.characters + 2 * theme.GRID)
            else:
                head.setSectionResizeMode(index, QHeaderView.ResizeMode.Stretch)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for index, column in enumerate(self._model.columns):
            self.setColumnHidden(index, self.width() < column.from_px)

    def chosen(self) -> list[Line]:
        """Return the chosen lines from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._model.lines[row] for row in rows]

    def choose(self, ids: Collection[object]) -> None:
        """Choose the lines of these ids, where the order of all has changed and what was chosen is lost."""
        if not ids or self.selectionModel().hasSelection():
            return
        rows = [place for place, line in enumerate(self._model.lines) if line.id in ids]
        for place in rows[:1]:
            self.selectRow(place)

    def step(self, by: int) -> bool:
        """Go so many rows down; False where there are none."""
        count = len(self._model.lines)
        if count:
            row = min(max(self.currentIndex().row() + by, 0), count - 1)
            self.setCurrentIndex(self._model.index(row, 0))
        return bool(count)

    def copy(self) -> str:
        """Put the chosen rows on the clipboard as tab-separated text with their heads, and return it."""
        rows = [[column.head for column in self._model.columns], *(line.cells for line in self.chosen())]
        text = pasted(rows)
        QGuiApplication.clipboard().setText(text)
        return text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif event.matches(QKeySequence.StandardKey.Delete):
            self.deleted.emit()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, _search: str) -> None:
        """Leave letters to the window: J, K and / are its keys."""
