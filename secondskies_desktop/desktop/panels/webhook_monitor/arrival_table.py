"""The table of arrivals: how it looks, and what it remembers of its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.panels.webhook_monitor.arrival_columns import COLUMNS
from secondskies_desktop.desktop.widgets.rows_menu import RowsMenu

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QMenu

    from secondskies_desktop.desktop.panels.webhook_monitor.arrivals_model import ArrivalsModel


class ArrivalTable(QTableView):
    """Arrivals as rows; several can be chosen. `offer` adds to the menu what else can be done with them."""

    def __init__(self, model: ArrivalsModel, offer: Callable[[QMenu], object] | None = None) -> None:
        super().__init__()
        self.setModel(model)
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
        head.setSectionsMovable(True)
        head.setFixedHeight(theme.ROW)
        head.setStretchLastSection(True)
        metrics = self.fontMetrics()
        for index, column in enumerate(COLUMNS):
            self.setColumnWidth(index, metrics.averageCharWidth() * column.characters + 2 * theme.GRID)
        RowsMenu(self, offer=offer)
