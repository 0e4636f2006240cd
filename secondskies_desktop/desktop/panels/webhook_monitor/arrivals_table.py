"""The table of arrivals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.panels.webhook_monitor.arrival_columns import COLUMNS
from secondskies_desktop.desktop.widgets.rows_menu import RowsMenu

if TYPE_CHECKING:
    from secondskies_desktop.desktop.panels.webhook_monitor.arrivals_model import ArrivalsModel


def arrivals_table(model: ArrivalsModel) -> QTableView:
    """Return the table, with the menu of its rows."""
    table = QTableView()
    table.setModel(model)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.verticalHeader().setDefaultSectionSize(theme.ROW)
    head = table.horizontalHeader()
    head.setHighlightSections(False)
    head.setSectionsMovable(True)
    head.setFixedHeight(theme.ROW)
    head.setStretchLastSection(True)
    metrics = table.fontMetrics()
    for index, column in enumerate(COLUMNS):
        table.setColumnWidth(index, metrics.averageCharWidth() * column.characters + 2 * theme.GRID)
    RowsMenu(table)
    return table
