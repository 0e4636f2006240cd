"""The menu bar: files, panels, layouts, theme, keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QActionGroup, QKeySequence
from PySide6.QtWidgets import QInputDialog, QMenu

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.workspaces import WORKSPACES

if TYPE_CHECKING:
    from secondskies_desktop.desktop.main_window import MainWindow


class Menus:
    """Fills the window's menu bar; the layouts are listed anew each time the menu opens."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._file_menu()
        self.view = window.menu_bar.addMenu("&View")
        self.layouts = QMenu("Layouts", self.view)
        self.layouts.aboutToShow.connect(self.list_layouts)
        self._view_menu()
        more = window.menu_bar.addMenu("&Help")
        more.addAction("Keys", QKeySequence("?"), window.keys.show)

    def _file_menu(self) -> None:
        window = self._window
        menu = window.menu_bar.addMenu("&File")
        menu.addAction("Import alert logs…", QKeySequence("Ctrl+I"), window.ask_import)
        live = window.panels.get("live_signals")
        ask_export = getattr(live, "ask_export", None)
        if ask_export is not None:
            menu.addAction("Export signals…", QKeySequence("Ctrl+E"), ask_export)
        menu.addSeparator()
        menu.addAction("Quit", QKeySequence(QKeySequence.StandardKey.Quit), window.leave)

    def _view_menu(self) -> None:
        window = self._window
        for workspace in WORKSPACES.values():
            go = partial(window.apply, workspace)
            self.view.addAction(f"{workspace.name} workspace", QKeySequence(workspace.shortcut), go)
        self.view.addMenu(self.layouts)
        self.view.addSeparator()
        for dock in window.docks.values():
            self.view.addAction(dock.toggleViewAction())
        self.view.addSeparator()
        looks = QActionGroup(window)
        for look in theme.THEMES.values():
            action = self.view.addAction(f"{look.name.capitalize()} theme")
            action.setCheckable(True)
            action.setChecked(look is theme.look())
            action.triggered.connect(lambda _on=False, look=look: window.put_on(look))
            looks.addAction(action)

    def list_layouts(self) -> None:
        """Write the layouts that there are now."""
        layouts = self._window.layouts
        self.layouts.clear()
        self.layouts.addAction("Save this layout as…", self._ask_name)
        names = layouts.names()
        if names:
            self.layouts.addSeparator()
        for name in names:
            self.layouts.addAction(name, partial(layouts.restore, name))
        if names:
            forget = self.layouts.addMenu("Forget")
            for name in names:
                forget.addAction(name, partial(layouts.forget, name))

    def _ask_name(self) -> None:
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle("Save layout")
        dialog.setLabelText("Name of this layout")
        dialog.textValueSelected.connect(self._save)
        dialog.open()

    def _save(self, name: str) -> None:
        if name.strip():
            self._window.layouts.save(name)
