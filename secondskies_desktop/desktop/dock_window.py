"""A window of docks: where they stand, how a workspace arranges them, and how they come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QInputDialog, QMainWindow, QWidget

from secondskies_desktop.desktop.layouts import Layouts
from secondskies_desktop.desktop.on_screen import bring_back
from secondskies_desktop.desktop.widgets.panel_header import PanelHeader
from secondskies_desktop.desktop.widgets.state_pane import StatePane
from secondskies_desktop.desktop.workspaces import LIVE, WORKSPACES, Workspace, arrange, bring_forward, share

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from secondskies_desktop.desktop.remembered import Remembered

_FIRST_SIZE = (1_366, 768)
_LAST = "window/workspace"


class DockWindow(QMainWindow):
    """Docks by key in workspaces and layouts; what stands in a dock is not its business."""

    visible_changed = Signal(bool)

    def __init__(self, remembered: Remembered) -> None:
        super().__init__()
        self.remembered = remembered
        self.docks: dict[str, QDockWidget] = {}
        self.layouts = Layouts(self, remembered)
        self._workspace: Workspace | None = None
        self._unshared: Workspace | None = None
        self._instead = QByteArray()
        self._floated: list[QDockWidget] = []
        self.setDockNestingEnabled(True)

    def announce(self, key: str, title: str) -> None:
        """Make a dock with a loading state in it."""
        dock = QDockWidget(title, self)
        dock.setObjectName(key)
        dock.setTitleBarWidget(PanelHeader(title))
        dock.setWidget(StatePane(QWidget()))
        self.docks[key] = dock
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)

    def begin_docks(self, workspace: str | None) -> None:
        """Put the docks where they were, or where a workspace of this name has them; before `show`.

        KeyError for a workspace that does not ship.
        """
        if workspace is not None:
            self.resize(*_FIRST_SIZE)
            self.apply(WORKSPACES[workspace.casefold()])
        elif self.layouts.restore_last():
            bring_back(self)
            self._bring_docks_back()
            self._workspace = WORKSPACES.get(self.remembered.text(_LAST))
        else:
            self.resize(*self._first_size())
            self.apply(LIVE)

    def save_docks(self) -> None:
        """Keep the docks, and which workspace they are, for the next start."""
        self.layouts.save_last()
        self._keep_workspace()
        self.remembered.keep(_LAST, "" if self._workspace is None else self._workspace.key)

    def _bring_docks_back(self) -> None:
        for dock in self.docks.values():
            if dock.isFloating():
                bring_back(dock)

    @staticmethod
    def _first_size() -> tuple[int, int]:
        room = QGuiApplication.primaryScreen().availableGeometry()
        return min(room.width(), 2 * _FIRST_SIZE[0]), min(room.height(), 2 * _FIRST_SIZE[1])

    def apply(self, workspace: Workspace) -> None:
        """Arrange the docks as a workspace ships."""
        self._workspace = workspace
        arrange(self, self.docks, workspace)
        # Before the first layout the docks have no room to share out.
        self._unshared = None if self.isVisible() else workspace

    def go(self, workspace: Workspace) -> None:
        """Go to a workspace, as he left it; what he leaves is kept for when he comes back."""
        self.setUpdatesEnabled(False)
        try:
            self._keep_workspace()
            if not self.layouts.restore_workspace(workspace.name):
                self.apply(workspace)
            self._workspace = workspace
            self._bring_docks_back()
        finally:
            self.setUpdatesEnabled(True)

    def go_to_layout(self, name: str) -> None:
        """Arrange the docks as he saved them under a name."""
        self._keep_workspace()
        if self.layouts.restore(name):
            self._workspace = None
            self._bring_docks_back()

    def reset_workspace(self) -> None:
        """Arrange the workspace of now as it ships."""
        workspace = self._workspace or LIVE
        self.layouts.forget_workspace(workspace.name)
        self.apply(workspace)

    def _keep_workspace(self) -> None:
        if self._workspace is not None:
            self.layouts.keep_workspace(self._workspace.name)

    def show_dock(self, key: str) -> bool:
        """Show a dock, whatever lies over it; False where there is none."""
        dock = self.docks.get(key)
        if dock is None:
            return False
        bring_forward(dock)
        return True

    def ask_layout_name(self) -> None:
        """Ask for a name, then save the docks as they are under it."""
        dialog = QInputDialog(self)
        dialog.setWindowTitle("Save layout")
        dialog.setLabelText("Name of this layout")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(lambda name: self.layouts.save(name) if name.strip() else None)
        dialog.open()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        workspace, self._unshared = self._unshared, None
        if workspace is not None:
            share(self, self.docks, workspace)
        self.visible_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.visible_changed.emit(False)

    def show_or_hide(self, *, can_return: bool) -> None:
        """Bring the window to the front, or hide it where it is there and nothing else would bring it back."""
        if self.isVisible() and not self.isMinimized() and can_return:
            self.hide_all()
        else:
            self.bring_forward()

    def bring_forward(self) -> None:
        """Show the window, and with it what was hidden with it, in front of the others."""
        if self.isMinimized():
            self.showNormal()
        else:
            self.show()
        for dock in self._floated:
            dock.show()
        self._floated = []
        self.raise_()
        self.activateWindow()

    def hide_all(self) -> None:
        """Hide the window, and with it the panels that stand in windows of their own."""
        self._floated = [dock for dock in self.docks.values() if dock.isFloating() and dock.isVisible()]
        for dock in self._floated:
            dock.hide()
        self.hide()

    def share_out(self, workspace: Workspace) -> None:
        """Give the docks of a workspace their shares of the room that there is now."""
        share(self, self.docks, workspace)

    def show_instead(self, widget: QWidget) -> None:
        """Show one widget in place of all panels."""
        self._instead = self.saveState()
        for dock in self.docks.values():
            dock.hide()
        self.setCentralWidget(widget)

    def show_panels(self) -> None:
        """Take that widget away and put the panels back."""
        widget = self.takeCentralWidget()
        if widget is not None:
            widget.deleteLater()
            self.restoreState(self._instead)
