"""The table of signals: columns that fit their place, rows by keyboard, a copy that a spreadsheet reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeySequence, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from secondskies_desktop.desktop import theme, typeface
from secondskies_desktop.desktop.models.columns import COLUMNS, Column
from secondskies_desktop.desktop.panels.live_signals.cell_painter import CellPainter
from secondskies_desktop.desktop.panels.live_signals.inks import inks
from secondskies_desktop.desktop.widgets.rows_menu import RowsMenu
from secondskies_desktop.foundation.documents.table import pasted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import QPoint, QRect
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent, QResizeEvent

    from secondskies_desktop.desktop.models.signals_model import SignalsModel
    from secondskies_desktop.desktop.panels.live_signals.inks import Inks

_GROWING = (Column.NO_BE_MFE, Column.BE_MFE, Column.MAE)
_GROWS_BY = 10 * theme.GRID
_HEAD_PAD = 2 * theme.GRID
_NUMBER = re.compile(r"[0-9]{1,4}")
"""A width of a column, or a yes or no; Qt takes no number that is much longer."""


class SignalTable(QTableView):
    """Rows of 28 px, columns that step aside by rank where the panel is narrow, unless the trader says so."""

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, model: SignalsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._wanted: dict[Column, bool] = {}
        self._widths: dict[Column, int] = {}
        self._fitting = False
        self.setModel(model)
        self._painter = CellPainter(model)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self._dress_headers()
        self.menu = RowsMenu(self, self.copy)
        self.doubleClicked.connect(self._open)
        self.selectionModel().currentRowChanged.connect(self._on_current)

    def _dress_headers(self) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(theme.ROW)
        rows.setDefaultSectionSize(theme.ROW)
        head = self.horizontalHeader()
        head.setSectionsMovable(True)
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        head.setMinimumSectionSize(theme.ROW)
        head.setFixedHeight(theme.ROW)
        head.setFont(typeface.label_font())
        head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head.customContextMenuRequested.connect(self._on_head_menu)
        head.sectionResized.connect(self._on_resized)
        head.sectionMoved.connect(self.fit)
        head.setSortIndicator(Column.SIGNAL, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is asked for, row by row: a delegate and a style cost five times as much per cell."""
        painter, ink = QPainter(self.viewport()), inks()
        for part in cast("Iterable[QRect]", event.region()):
            for row in self._rows_in(part):
                self._paint_row(painter, row, part, ink)
        painter.end()

    def _rows_in(self, part: QRect) -> range:
        first, last = self.rowAt(part.top()), self.rowAt(part.bottom())
        if first < 0:
            return range(0)
        return range(first, (self._model.rowCount() if last < 0 else last + 1))

    def _paint_row(self, painter: QPainter, row: int, part: QRect, ink: Inks) -> None:
        top = self.rowViewportPosition(row)
        is_chosen = self.selectionModel().isRowSelected(row, QModelIndex())
        if is_chosen:
            painter.fillRect(part.left(), top, part.width(), theme.ROW, ink.chosen)
            painter.fillRect(-self.horizontalOffset(), top, theme.ACCENT, theme.ROW, ink.accent)
        painter.fillRect(part.left(), top + theme.ROW - 1, part.width(), 1, ink.rule)
        cells = []
        for column in Column:
            left, width = self.columnViewportPosition(column), self.columnWidth(column)
            if width and left <= part.right() and left + width > part.left():
                cells.append((int(column), left, width))
        self._painter.paint(painter, cells, top, self._model.shown_at(row), ink)

    def natural_width(self, column: Column) -> int:
        """Return the width that a column's head and widest text need."""
        facts = COLUMNS[column]
        text = QFontMetrics(typeface.base_font()).horizontalAdvance(facts.widest) + facts.extra
        head = QFontMetrics(typeface.label_font()).horizontalAdvance(facts.head.upper())
        return max(text + 2 * theme.CELL_PAD + theme.HALF, head + _HEAD_PAD if facts.head else theme.ROW)

    def fit(self, *_moved: int) -> None:
        """Hide by rank what does not fit, and let the bars have the room that is left."""
        if self._fitting:
            return
        self._fitting = True
        widths = {one: self._widths.get(one) or self.natural_width(one) for one in Column}
        room = self.viewport().width()
        shown = self._chosen_for(room, widths)
        self._share_spare(room - sum(widths[one] for one in shown), shown, widths)
        for one in Column:
            self.setColumnHidden(one, one not in shown)
            if self.columnWidth(one) != widths[one] and one in shown:
                self.setColumnWidth(one, widths[one])
        self._fitting = False

    def _share_spare(self, spare: int, shown: set[Column], widths: dict[Column, int]) -> None:
        """Let the bars grow, and the last column take what is left, so that rows reach the edge."""
        growing = [one for one in _GROWING if one in shown and one not in self._widths]
        for one in growing:
            more = max(0, min(_GROWS_BY, spare // len(growing)))
            widths[one] += more
            spare -= more
        last = max(shown, key=self.horizontalHeader().visualIndex)
        if spare > 0 and last not in self._widths:
            widths[last] += spare

    def _chosen_for(self, room: int, widths: dict[Column, int]) -> set[Column]:
        """Return what the trader asked for, then by rank what still fits."""
        shown = {one for one in Column if self._wanted.get(one, COLUMNS[one].rank == 0)}
        left = room - sum(widths[one] for one in shown)
        for one in sorted(Column, key=lambda one: COLUMNS[one].rank):
            if one not in shown and one not in self._wanted and widths[one] <= left:
                shown.add(one)
                left -= widths[one]
        return shown

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def _on_resized(self, section: int, _before: int, width: int) -> None:
        if not self._fitting and width > 0:
            self._widths[Column(section)] = width

    def column_menu(self) -> QMenu:
        """Return the menu of columns: what is ticked is shown, whatever the room."""
        menu = QMenu(self)
        for column in Column:
            facts = COLUMNS[column]
            action = menu.addAction(facts.head or "Direction")
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(column))
            action.setToolTip(facts.why)
            action.triggered.connect(lambda on, column=column: self.want(column, shown=on))
        menu.addSeparator()
        menu.addAction("As they come", self.forget_columns)
        return menu

    def want(self, column: Column, *, shown: bool) -> None:
        """Show or hide a column from now on."""
        self._wanted[column] = shown
        self.fit()

    def forget_columns(self) -> None:
        """Let order, width and choice of columns be as they ship."""
        self._wanted.clear()
        self._widths.clear()
        head = self.horizontalHeader()
        for place, column in enumerate(Column):
            head.moveSection(head.visualIndex(column), place)
        self.fit()

    def _on_head_menu(self, spot: QPoint) -> None:
        menu = self.column_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.horizontalHeader().mapToGlobal(spot))

    def layout_words(self) -> dict[str, str]:
        """Return order, choice and widths of the columns and the order of rows, to be kept."""
        head = self.horizontalHeader()
        order = sorted(Column, key=head.visualIndex)
        return {
            "order": ",".join(one.name for one in order),
            "wanted": ",".join(f"{one.name}:{int(on)}" for one, on in self._wanted.items()),
            "widths": ",".join(f"{one.name}:{width}" for one, width in self._widths.items()),
            "sort": f"{self._model.book.column.name}:{int(self._model.book.descending)}",
        }

    def take_layout(self, words: dict[str, str]) -> None:
        """Take what `layout_words` gave; columns that are not known any more are passed over."""
        head = self.horizontalHeader()
        names = Column.__members__
        order = [names[name] for name in words.get("order", "").split(",") if name in names]
        for place, column in enumerate(dict.fromkeys(order)):
            head.moveSection(head.visualIndex(column), place)
        self._wanted = {one: bool(on) for one, on in _pairs(words.get("wanted", ""))}
        self._widths = {one: width for one, width in _pairs(words.get("widths", "")) if width > 0}
        for column, descending in _pairs(words.get("sort", "")):
            order_of = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
            self.sortByColumn(column, order_of)
        self.fit()

    def current_id(self) -> int | None:
        """Return the signal of the current row."""
        index = self.currentIndex()
        return self._model.shown_at(index.row()).id if index.isValid() else None

    def selected_ids(self) -> list[int]:
        """Return the chosen signals in the order of the rows."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._model.shown_at(row).id for row in rows]

    def choose(self, signal_id: int) -> bool:
        """Make a signal the current row; False where it is not shown."""
        row = self._model.book.row_of(signal_id)
        if row is None:
            return False
        self._go_to(row)
        return True

    def step(self, by: int) -> bool:
        """Go some rows down, or up; False where there are none."""
        rows = self._model.rowCount()
        if not rows:
            return False
        index = self.currentIndex()
        self._go_to(max(0, min(rows - 1, index.row() + by)) if index.isValid() else 0)
        return True

    def _go_to(self, row: int) -> None:
        flags = QItemSelectionModel.SelectionFlag
        column = max(self.columnAt(0), 0)
        target = self._model.index(row, column)
        self.selectionModel().setCurrentIndex(target, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(target)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # Qt makes the first row the current one and leaves it unmarked.
        if self.currentIndex().isValid() and not self.selectionModel().hasSelection():
            self._go_to(self.currentIndex().row())

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self._model.shown_at(current.row()).id)

    def _open(self, index: QModelIndex | QPersistentModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self._model.shown_at(index.row()).id)

    def copy(self) -> str:
        """Put the chosen rows on the clipboard as tab-separated text, and return it."""
        head = self.horizontalHeader()
        columns = [one for one in sorted(Column, key=head.visualIndex) if not self.isColumnHidden(one)]
        table = self._model.copied(self.selected_ids(), columns)
        text = pasted(table)
        QGuiApplication.clipboard().setText(text)
        return text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, _search: str) -> None:
        """Leave letters to the window: J, K and / are its keys."""

    def repaint_ages(self) -> None:
        """Draw the ages of the visible rows again, and nothing else."""
        if not self.isColumnHidden(Column.LATEST):
            left = self.columnViewportPosition(Column.LATEST)
            self.viewport().update(left, 0, self.columnWidth(Column.LATEST), self.viewport().height())


def _pairs(words: str) -> list[tuple[Column, int]]:
    """Read "NAME:number,…"; what is not understood is passed over."""
    found = []
    for word in words.split(","):
        name, _, number = word.partition(":")
        if name in Column.__members__ and _NUMBER.fullmatch(number):
            found.append((Column[name], int(number)))
    return found
