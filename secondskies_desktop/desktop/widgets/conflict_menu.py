"""The values of a conflict as a menu: arrows and Enter choose one, Esc leaves everything as it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.models.integrity_words import field_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.desktop.widgets.lines_table import LinesTable
    from secondskies_desktop.engine.integrity_desk import Conflict


def conflict_menu(table: LinesTable, conflict: Conflict, choose: Callable[[Conflict, int], object]) -> QMenu:
    """Return the menu of one conflict; the first value that came is the one that is shown."""
    menu = QMenu(table)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addSection(f"{field_name(conflict.field)} of {conflict.trade_id}")
    for option in conflict.options:
        shown = ", shown now" if option.value == conflict.shown else ""
        text = f"{formats.price(option.value)}   arrival #{option.inbox_id}{shown}"
        menu.addAction(text, partial(choose, conflict, option.inbox_id))
    menu.setActiveAction(menu.actions()[1])
    return menu


def pop_at_row(table: LinesTable, menu: QMenu) -> None:
    """Open a menu under the chosen row of a table."""
    place = table.visualRect(table.currentIndex()).bottomLeft() + QPoint(table.columnWidth(0), 0)
    menu.popup(table.viewport().mapToGlobal(place))
