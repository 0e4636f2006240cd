"""The menu bar, drawn from the list of actions; layouts are listed anew each time their menu opens."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from secondskies_desktop.desktop.window_actions import (
    ATTENTION,
    EDIT,
    FILE,
    HELP,
    REPLAYING,
    VIEW,
    WORKSPACE,
)

if TYPE_CHECKING:
    from secondskies_desktop.desktop.main_window import MainWindow


class Menus:
    """Fills the window's menu bar; call `fill` again after actions were added."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        bar = window.menu_bar
        self.file, self.edit, self.view = bar.addMenu("&File"), bar.addMenu("&Edit"), bar.addMenu("&View")
        self.replay = bar.addMenu("&Replay")
        self.attention, self.help = bar.addMenu("&Attention"), bar.addMenu("&Help")
        self.layouts = QMenu("Layouts", self.view)
        self.layouts.aboutToShow.connect(self.list_layouts)
        self.fill()

    def fill(self) -> None:
        """Write the menus as the list of actions is now."""
        actions = self._window.action_list
        for menu, groups in (
            (self.file, (FILE,)),
            (self.edit, (EDIT,)),
            (self.view, (WORKSPACE, VIEW)),
            (self.replay, (REPLAYING,)),
            (self.attention, (ATTENTION,)),
            (self.help, (HELP,)),
        ):
            menu.clear()
            for place, group in enumerate(groups):
                if place:
                    menu.addSeparator()
                menu.addActions(actions.of(group))
        self.replay.menuAction().setVisible(not self.replay.isEmpty())
        self.view.addSeparator()
        self.view.addMenu(self.layouts)
        self.view.addSeparator()
        for dock in self._window.docks.values():
            self.view.addAction(dock.toggleViewAction())
        actions.refresh()

    def list_layouts(self) -> None:
        """Write the layouts that there are now."""
        layouts = self._window.layouts
        self.layouts.clear()
        names = layouts.names()
        for name in names:
            self.layouts.addAction(name, partial(self._window.go_to_layout, name))
        if not names:
            self.layouts.addAction("None saved yet").setEnabled(False)
            return
        forget = self.layouts.addMenu("Forget")
        for name in names:
            forget.addAction(name, partial(layouts.forget, name))
