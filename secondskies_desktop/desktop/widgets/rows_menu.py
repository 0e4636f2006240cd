"""What can be done with the rows of a table: say why, copy them for a spreadsheet, copy them as a picture."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QTableView, QTreeView

from secondskies_desktop.desktop.tooltips import said
from secondskies_desktop.desktop.widgets.why import WhyPopover
from secondskies_desktop.foundation.documents.table import pasted

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QModelIndex
    from PySide6.QtWidgets import QHeaderView

_TIP = int(Qt.ItemDataRole.ToolTipRole)


class RowsMenu(QObject):
    """The menu of a table's rows, by right click or by the menu key, and Ctrl+C; owned by the table.

    `copy` puts the chosen rows on the clipboard where the table does that itself; `offer` adds to the menu.
    """

    def __init__(
        self,
        view: QTableView | QTreeView,
        copy: Callable[[], object] | None = None,
        offer: Callable[[QMenu], object] | None = None,
    ) -> None:
        super().__init__(view)
        self._view = view
        self._why = WhyPopover(view)
        self._offer = offer
        self._copy = self.copy_rows if copy is None else copy
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._open)
        if copy is None:
            view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_key = event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if is_key and event.matches(QKeySequence.StandardKey.Copy):  # type: ignore[attr-defined]
            self.copy_rows()
            return True
        return super().eventFilter(watched, event)

    def _open(self, place: QPoint) -> None:
        self.menu_at(place).popup(self._view.viewport().mapToGlobal(place))

    def menu_at(self, place: QPoint) -> QMenu:
        """Return the menu of a place in the table; beside the rows that of the current one."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        index = self._view.indexAt(place)
        index = index if index.isValid() else self._view.currentIndex()
        why = index.data(_TIP) if index.isValid() else None
        if why:
            menu.addAction("Why this value?", partial(self.explain, index))
            menu.addSeparator()
        copy = menu.addAction("Copy rows (TSV)", self._copy)
        copy.setEnabled(self._view.selectionModel().hasSelection())
        menu.addAction("Copy as picture (PNG)", self.copy_picture)
        if self._offer is not None:
            self._offer(menu)
        return menu

    def explain(self, index: QModelIndex) -> None:
        """Show the reason behind a cell."""
        head = self._view.model().headerData(index.column(), Qt.Orientation.Horizontal)
        self._why.open_with(str(head or ""), [("", said(str(index.data(_TIP))))])

    def copy_rows(self) -> None:
        """Put the chosen rows on the clipboard with their heads, tabs between the cells, as the columns stand."""
        model, head = self._view.model(), _head(self._view)
        columns = [
            place
            for place in map(head.logicalIndex, range(model.columnCount()))
            if not head.isSectionHidden(place)
        ]
        rows = sorted(self._view.selectionModel().selectedRows(), key=lambda one: one.row())
        heads = [str(model.headerData(place, Qt.Orientation.Horizontal) or "") for place in columns]
        lines = [heads] + [
            [str(row.siblingAtColumn(place).data() or "") for place in columns] for row in rows
        ]
        QGuiApplication.clipboard().setText(pasted(lines))

    def copy_picture(self) -> None:
        """Put the table on the clipboard as it looks."""
        QGuiApplication.clipboard().setPixmap(self._view.grab())


def _head(view: QTableView | QTreeView) -> QHeaderView:
    return view.horizontalHeader() if isinstance(view, QTableView) else view.header()
