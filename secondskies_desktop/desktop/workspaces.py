"""The dock layouts that ship; the trader's own are saved beside them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from PySide6.QtWidgets import QDockWidget, QMainWindow


_TALL = 1_000
"""From this height on (logical px) a column has room for two panels, one above the other."""
_WIDE = 1_100
"""From this width on there is room for two columns."""


class Place(NamedTuple):
    """A share of a column's height, and the panels by key that stand there as tabs, the first in front."""

    share: float
    keys: tuple[str, ...]


class Column(NamedTuple):
    """A share of the width, and the places in it from top to bottom."""

    share: float
    places: tuple[Place, ...]


class Workspace(NamedTuple):
    """A layout in columns; a panel that the desk does not have is left out."""

    name: str
    shortcut: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> str:
        """How settings, commands and files call it."""
        return self.name.casefold()

    def panels(self) -> list[str]:
        """Return the keys of its panels."""
        return [key for column in self.columns for place in column.places for key in place.keys]

    def has_any(self, keys: Iterable[str]) -> bool:
        """Whether there is anything to show of it."""
        return not set(keys).isdisjoint(self.panels())


HOME = Workspace(
    "Home",
    "Ctrl+0",
    (
        Column(0.38, (Place(1.0, ("command_center",)),)),
        Column(0.62, (Place(0.5, ("main_dashboard",)), Place(0.5, ("signal_statistics",)))),
    ),
)
LIVE = Workspace(
    "Live",
    "Ctrl+1",
    (
        Column(0.68, (Place(1.0, ("live_signals",)),)),
        Column(
            0.32,
            (
                Place(0.62, ("signal_detail",)),
                Place(0.38, ("webhook_monitor", "attention", "signal_statistics")),
            ),
        ),
    ),
)
SYSTEM = Workspace(
    "System",
    "Ctrl+5",
    (
        Column(0.64, (Place(1.0, ("integrity",)),)),
        Column(
            0.36, (Place(0.62, ("signal_detail",)), Place(0.38, ("attention", "webhook_monitor", "roadmap")))
        ),
    ),
)
WORKSPACES = {workspace.key: workspace for workspace in (HOME, LIVE, SYSTEM)}


def arrange(window: QMainWindow, docks: Mapping[str, QDockWidget], workspace: Workspace) -> None:
    """Dock the panels of a workspace in its places and close the others.

    On a low screen the panels of a column become tabs, on a narrow one all of them: one that is whole is worth
    more than two that are cut.
    """
    window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
    wanted = set(workspace.panels())
    for key, dock in docks.items():
        dock.setFloating(False)
        # Out of its place first: what is split from a tab becomes a tab.
        window.removeDockWidget(dock)
        if key not in wanted:
            window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
            dock.close()
    columns = _standing(window, docks, workspace)
    tops = [column.places[0][0] for column in columns]
    # What is split from a tab becomes a tab: all columns first, then what stands in them.
    for place, top in enumerate(tops):
        if place == 0:
            window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, top)
        else:
            window.splitDockWidget(tops[place - 1], top, Qt.Orientation.Horizontal)
    for column in columns:
        _stand(window, column)
    share(window, docks, workspace)


class _Standing(NamedTuple):
    """A column of docks that are there: each place holds its tabs, and has a share of the height."""

    share: float
    places: list[list[QDockWidget]]
    shares: list[float]


def _standing(window: QMainWindow, docks: Mapping[str, QDockWidget], workspace: Workspace) -> list[_Standing]:
    columns = []
    for column in workspace.columns:
        places = [([docks[key] for key in place.keys if key in docks], place) for place in column.places]
        there = [(tabs, place.share) for tabs, place in places if tabs]
        if there:
            columns.append(_Standing(column.share, [tabs for tabs, _ in there], [part for _, part in there]))
    if window.width() < _WIDE and columns:
        return [_Standing(1.0, [[dock for column in columns for dock in _all(column)]], [1.0])]
    if window.height() < _TALL:
        return [_Standing(column.share, [_all(column)], [1.0]) for column in columns]
    return columns


def _all(column: _Standing) -> list[QDockWidget]:
    return [dock for tabs in column.places for dock in tabs]


def _stand(window: QMainWindow, column: _Standing) -> None:
    """Put a column's docks below its top one."""
    heads = [tabs[0] for tabs in column.places]
    for above, head in pairwise(heads):
        window.splitDockWidget(above, head, Qt.Orientation.Vertical)
    for head, *behind in column.places:
        for dock in behind:
            window.tabifyDockWidget(head, dock)
            dock.show()
        head.show()


def share(window: QMainWindow, docks: Mapping[str, QDockWidget], workspace: Workspace) -> None:
    """Share width and height out as the workspace says, the first tab in front; needs the window's real size."""
    columns = _standing(window, docks, workspace)
    for column in columns:
        window.resizeDocks(
            [tabs[0] for tabs in column.places],
            [round(window.height() * part) for part in column.shares],
            Qt.Orientation.Vertical,
        )
        for tabs in column.places:
            # Before the window's first layout this did nothing, and the last tab stood in front.
            bring_forward(tabs[0])
    window.resizeDocks(
        [column.places[0][0] for column in columns],
        [round(window.width() * column.share) for column in columns],
        Qt.Orientation.Horizontal,
    )


def bring_forward(dock: QDockWidget) -> None:
    """Show a dock in front of those that share its place."""
    dock.show()
    if not dock.isFloating():
        # Raising the widget that is uppermost already does nothing, whichever tab the trader has clicked since.
        dock.lower()
    dock.raise_()
