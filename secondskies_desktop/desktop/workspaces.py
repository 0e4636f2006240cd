"""The dock layouts that ship; the trader's own are saved beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QDockWidget, QMainWindow


_TALL = 1_000
"""From this height on (logical px) a column has room for two panels, one above the other."""


class Workspace(NamedTuple):
    """A layout in columns of panels by key, each with its share of the width and of its column's height."""

    name: str
    shortcut: str
    columns: tuple[tuple[float, tuple[tuple[str, float], ...]], ...]


HOME = Workspace(
    "Home",
    "Ctrl+0",
    ((0.38, (("command_center", 1.0),)), (0.62, (("main_dashboard", 1.0),))),
)
LIVE = Workspace(
    "Live",
    "Ctrl+1",
    (
        (0.68, (("live_signals", 1.0),)),
        (0.32, (("signal_detail", 0.62), ("webhook_monitor", 0.38))),
    ),
)
WORKSPACES = {workspace.name.casefold(): workspace for workspace in (HOME, LIVE)}


def arrange(window: QMainWindow, docks: Mapping[str, QDockWidget], workspace: Workspace) -> None:
    """Dock the panels of a workspace in its places and close the others.

    On a low screen the panels of a column become tabs: one that is whole is worth more than two that are cut.
    """
    window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
    wanted = {key for _, column in workspace.columns for key, _ in column}
    for key, dock in docks.items():
        dock.setFloating(False)
        # Out of its place first: what is split from a tab becomes a tab.
        window.removeDockWidget(dock)
        if key not in wanted:
            window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
            dock.close()
    heads: list[QDockWidget] = []
    for _, column in workspace.columns:
        stacked = [docks[key] for key, _ in column if key in docks]
        for place, dock in enumerate(stacked):
            if place == 0 and not heads:
                window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
            elif place == 0:
                window.splitDockWidget(heads[-1], dock, Qt.Orientation.Horizontal)
            elif window.height() < _TALL:
                window.tabifyDockWidget(stacked[place - 1], dock)
            else:
                window.splitDockWidget(stacked[place - 1], dock, Qt.Orientation.Vertical)
            dock.show()
        if stacked:
            heads.append(stacked[0])
            stacked[0].raise_()
    share(window, docks, workspace)


def share(window: QMainWindow, docks: Mapping[str, QDockWidget], workspace: Workspace) -> None:
    """Share width and height out as the workspace says; needs the window's real size."""
    width, height = window.width(), window.height()
    heads, widths = [], []
    for part, column in workspace.columns:
        stacked = [(docks[key], share_) for key, share_ in column if key in docks]
        if not stacked:
            continue
        heads.append(stacked[0][0])
        widths.append(round(width * part))
        window.resizeDocks(
            [dock for dock, _ in stacked],
            [round(height * share_) for _, share_ in stacked],
            Qt.Orientation.Vertical,
        )
    window.resizeDocks(heads, widths, Qt.Orientation.Horizontal)
