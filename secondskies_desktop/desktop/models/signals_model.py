"""Qt's view of the book of signals: rows in and out per batch, and exactly the cells that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from secondskies_desktop.desktop import formats, typeface
from secondskies_desktop.desktop.models.columns import COLUMN_COUNT, COLUMNS, Column
from secondskies_desktop.desktop.models.explanations import explanation
from secondskies_desktop.desktop.models.shown_signal import cells
from secondskies_desktop.desktop.models.signal_book import Counts, SignalBook
from secondskies_desktop.desktop.tooltips import plain
from secondskies_desktop.foundation.sessions import trade_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from PySide6.QtCore import QObject

    from secondskies_desktop.desktop.models.shown_signal import Shown
    from secondskies_desktop.desktop.models.signal_filter import SignalFilter

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_TOOL_TIP = int(Qt.ItemDataRole.ToolTipRole)
_FONT = int(Qt.ItemDataRole.FontRole)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_ALIGNMENTS = tuple(_RIGHT if COLUMNS[column].numeric else _LEFT for column in Column)
_CHANGED = [_DISPLAY]
_MANY_GROUPS = 24
"""From so many separate places on, one relayout is cheaper than so many insertions."""

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class SignalsModel(QAbstractTableModel):
    """The filtered and ordered signals. It is only ever reset by `replace_all`, which a resync asks for."""

    counts_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.book = SignalBook()
        self._told = self.book.counts()
        self.now_us = 0

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.book)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else COLUMN_COUNT

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if role == _DISPLAY:
            return self.book.at(index.row()).texts[index.column()] if index.isValid() else None
        if role == _ALIGNMENT:
            return _ALIGNMENTS[index.column()] if index.isValid() else None
        if role == _TOOL_TIP and index.isValid():
            return plain(explanation(self.book.at(index.row()), Column(index.column()), self.now_us))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < COLUMN_COUNT:
            return None
        facts = COLUMNS[Column(section)]
        if role == _DISPLAY:
            return facts.head
        if role == _TOOL_TIP:
            return facts.why
        if role == _ALIGNMENT:
            return _ALIGNMENTS[section]
        if role == _FONT:
            return typeface.label_font()
        return None

    def shown_at(self, row: int) -> Shown:
        """Return the signal of a row, for those who paint it."""
        return self.book.at(row)

    def counts(self) -> Counts:
        """Return the signals by tab and by kind of event."""
        return self.book.counts()

    def _tell_counts(self) -> None:
        counts = self.book.counts()
        if counts != self._told:
            self._told = counts
            self.counts_changed.emit()

    def replace_all(self, signals: Iterable[Shown]) -> None:
        """Hold these signals and no others: the one reset, after an overflow or a rebuild."""
        self.beginResetModel()
        self.book.replace_all(signals)
        self.endResetModel()
        self._tell_counts()

    def apply(self, signals: Sequence[Shown]) -> None:
        """Take new and changed signals, the newest last where one is there twice."""
        book = self.book
        incoming = {one.id: one for one in signals}
        changed: list[tuple[Shown, Shown]] = []
        entering: list[Shown] = []
        leaving: list[int] = []
        for one in incoming.values():
            before = book.signals.get(one.id)
            if before is not None and before.row.seq > one.row.seq:
                continue
            was_placed = book.is_placed(one.id)
            book.put(one)
            if not book.wanted(one):
                if was_placed:
                    leaving.append(one.id)
            elif not was_placed:
                entering.append(one)
            elif before is not None:
                changed.append((before, one))
        self._tell_changes(changed)
        self._take_out(leaving)
        self._let_in(entering)
        self._tell_counts()

    def _tell_changes(self, changed: list[tuple[Shown, Shown]]) -> None:
        for before, one in changed:
            runs = _changed_runs(cells(before), cells(one))
            row = self.book.row_of(one.id) if runs else None
            if row is None:
                continue
            for first, last in runs:
                cell = self.createIndex(row, first)
                self.dataChanged.emit(cell, cell if first == last else self.createIndex(row, last), _CHANGED)

    def _take_out(self, leaving: list[int]) -> None:
        for first, last in self.book.take_out(leaving):
            self.beginRemoveRows(_NOWHERE, first, last)
            self.book.remove_rows(first, last)
            self.endRemoveRows()

    def _let_in(self, entering: list[Shown]) -> None:
        groups = self.book.spots(entering)
        if len(groups) > _MANY_GROUPS:
            self._rearrange(self.book.arrange)
            return
        for group in groups:
            first, last = self.book.rows_for(group)
            self.beginInsertRows(_NOWHERE, first, last)
            self.book.insert(group)
            self.endInsertRows()

    def set_filter(self, wanted: SignalFilter) -> None:
        """Show what passes this filter; what was chosen stays chosen where it still passes."""
        if wanted != self.book.filter:
            self.book.filter = wanted
            self._rearrange(self.book.arrange)
            self._tell_counts()

    def set_now(self, now_us: int) -> None:
        """Let time pass (µs UTC): ages move on, and a new trade date moves "today"."""
        self.now_us = now_us
        today = trade_date(now_us)
        if today != self.book.today:
            self.book.today = today
            if self.book.filter.day:
                self._rearrange(self.book.arrange)
                self._tell_counts()

    def settle(self) -> None:
        """Put rows whose sorted value has moved where they belong; called once a second, not per change."""
        if self.book.unsettled:
            self._rearrange(self.book.settle)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        descending = order is Qt.SortOrder.DescendingOrder
        if 0 <= column < COLUMN_COUNT and (column, descending) != (self.book.column, self.book.descending):
            self._rearrange(lambda: self.book.order_by(Column(column), descending=descending))

    def _rearrange(self, work: Callable[[], object]) -> None:
        """Choose or order rows anew and carry over what Qt holds on to: selection, current cell, scroll."""
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        ids = [self.book.at(index.row()).id for index in held]
        work()
        rows = [self.book.row_of(one) for one in ids]
        self.changePersistentIndexList(
            held,
            [
                QModelIndex() if row is None else self.index(row, index.column())
                for row, index in zip(rows, held, strict=True)
            ],
        )
        self.layoutChanged.emit()

    def copied(self, ids: Sequence[int], columns: Sequence[Column]) -> list[list[object]]:
        """Return these signals' cells for a copy, the head first: numbers plain, unknown empty."""
        head: list[object] = [COLUMNS[column].copied for column in columns]
        cells = (
            [_plain(self.book.signals[one], column) for column in columns]
            for one in ids
            if one in self.book.signals
        )
        return [head, *cells]


def _changed_runs(before: list[object], now: list[object]) -> list[tuple[int, int]]:
    """Return the columns whose cells differ, neighbours as one (first, last)."""
    runs: list[tuple[int, int]] = []
    for column in range(COLUMN_COUNT):
        if before[column] != now[column]:
            if runs and runs[-1][1] == column - 1:
                runs[-1] = (runs[-1][0], column)
            else:
                runs.append((column, column))
    return runs


def _plain(one: Shown, column: Column) -> object:
    view = one.row.view
    match column:
        case Column.SIGNAL:
            return "" if view.signal_us is None else formats.ny_stamp(view.signal_us).removesuffix(" NY")
        case Column.DIRECTION:
            return view.direction
        case Column.NO_BE_MFE | Column.BE_MFE | Column.MAE | Column.NOW:
            number = one.texts[column].removesuffix("R")
        case Column.ENTRY | Column.STOP | Column.RISK:
            number = one.texts[column]
        case _:
            return one.texts[column]
    number = number.replace(formats.MINUS, "-").replace(",", "").lstrip("+")
    return "" if number in ("", formats.UNKNOWN) else float(number)
