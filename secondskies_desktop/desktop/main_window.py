"""The main window: docks that move, tab, float, close and come back; layouts, keys and dropped files."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFileDialog,
    QMainWindow,
    QMenuBar,
    QVBoxLayout,
    QWidget,
)

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.attention_strip import AttentionStrip
from secondskies_desktop.desktop.away_strip import AwayStrip
from secondskies_desktop.desktop.import_bar import ImportBar
from secondskies_desktop.desktop.keys import KeyMap
from secondskies_desktop.desktop.layouts import Layouts
from secondskies_desktop.desktop.menus import Menus
from secondskies_desktop.desktop.problem_strip import ProblemStrip
from secondskies_desktop.desktop.status_bar import StatusBar
from secondskies_desktop.desktop.widgets.panel_header import PanelHeader
from secondskies_desktop.desktop.widgets.state_pane import StatePane
from secondskies_desktop.desktop.workspaces import LIVE, WORKSPACES, Workspace, arrange, share
from secondskies_desktop.foundation.clock import system_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.panel import Panel
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.foundation.clock import Clock

_SECOND_MS = 1_000
_MINIMUM = (1_024, 600)
_FIRST_SIZE = (1_366, 768)


class MainWindow(QMainWindow):
    """Holds the panels in docks and wires them to one another; knows no panel's inside."""

    ticked = Signal(object)
    """A second has passed: the present time (µs UTC)."""
    themed = Signal()
    visible_changed = Signal(bool)
    left = Signal()
    """The program is to end: by closing, Qt ends it only for a window that is seen."""

    def __init__(
        self,
        panels: Sequence[Panel],
        settings: QSettings,
        *,
        later: Sequence[tuple[str, str]] = (),
        demo: bool = False,
        profile: str = "",
        clock: Clock = system_clock,
    ) -> None:
        """Take panels, and (key, title) of those that come `later` by `add`; their docks stand at once."""
        super().__init__()
        self.panels: dict[str, Panel] = {}
        self._demo = demo
        self.docks: dict[str, QDockWidget] = {}
        self.settings = settings
        self._clock = clock
        self._desk: Desk | None = None
        self._readers: Readers | None = None
        self._started: set[str] = set()
        self._chosen: int | None = None
        self._chosen_in = ""
        self._unshared: Workspace | None = None
        self._instead = QByteArray()
        self.keeps_running: Callable[[], bool] = lambda: False
        """Whether closing only hides the window: there is a tray, and the trader wants that."""
        self._is_leaving = False
        self._floated: list[QDockWidget] = []
        self.setObjectName("main")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.setMinimumSize(*_MINIMUM)
        self.attention = AttentionStrip()
        self.away = AwayStrip()
        self.problems = ProblemStrip()
        self.imports = ImportBar()
        self.status = StatusBar()
        self.setStatusBar(self.status)
        self._stack_above(QMenuBar())
        for key, title in (*((panel.key, panel.title) for panel in panels), *later):
            self._dock(key, title)
        for panel in panels:
            self._fill(panel)
        self.set_demo(demo=demo, profile=profile)
        self.layouts = Layouts(self, settings)
        self.keys = KeyMap(self)
        self.menus = Menus(self)
        self._wire()
        self._seconds = QTimer(self)
        self._seconds.setInterval(_SECOND_MS)
        self._seconds.timeout.connect(self.tick)
        self._seconds.start()

    def _stack_above(self, bar: QMenuBar) -> None:
        self.menu_bar = bar
        above = QWidget()
        column = QVBoxLayout(above)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (bar, self.attention, self.away, self.problems, self.imports):
            column.addWidget(widget)
        self.setMenuWidget(above)

    def _dock(self, key: str, title: str) -> None:
        dock = QDockWidget(title, self)
        dock.setObjectName(key)
        dock.setTitleBarWidget(PanelHeader(title))
        dock.setWidget(StatePane(QWidget()))
        self.docks[key] = dock
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)

    def _fill(self, panel: Panel) -> None:
        """Put a panel into its dock, in place of the loading state that stood there."""
        dock = self.docks[panel.key]
        for before in (dock.widget(), dock.titleBarWidget()):
            before.deleteLater()
        dock.setWidget(panel)
        dock.setTitleBarWidget(panel.header)
        panel.header.float_wanted.connect(lambda: dock.setFloating(not dock.isFloating()))
        panel.header.close_wanted.connect(dock.close)
        panel.signal_chosen.connect(partial(self._on_chosen, panel.key))
        panel.detail_wanted.connect(self._on_detail_wanted)
        panel.set_demo(demo=self._demo)
        self.panels[panel.key] = panel

    def add(self, panel: Panel) -> None:
        """Put a panel that was announced as `later` into its dock, as it was when the window was closed."""
        self._fill(panel)
        self._restore(panel)

    def _wire(self) -> None:
        self.attention.changed.connect(self.status.say_attention)
        self.attention.acknowledged.connect(self._on_acknowledged)
        self.status.attention.clicked.connect(self.attention.show_newest)

    def _on_acknowledged(self, kind: str, key: str) -> None:
        desk = self._desk
        if desk is not None and self._readers is not None:
            # A window that only looks on has acknowledged it for itself; the engine's own does it for good.
            self._readers.run(lambda: desk.acknowledge(kind, key), None, lambda _error: None)

    def set_demo(self, *, demo: bool, profile: str) -> None:
        """Say in the title and on every panel that this is the demo."""
        self._demo = demo
        self.setWindowTitle("Second Skies · DEMO" if demo else f"Second Skies · {profile}".rstrip(" ·"))
        for panel in self.panels.values():
            panel.set_demo(demo=demo)

    def begin(self, workspace: str | None = None) -> None:
        """Put the docks where they were, or where a workspace of this name has them; before `show`.

        KeyError for a workspace that does not ship.
        """
        for panel in self.panels.values():
            self._restore(panel)
        if workspace is not None:
            self.resize(*_FIRST_SIZE)
            self.apply(WORKSPACES[workspace.casefold()])
        elif not self.layouts.restore_last():
            self.resize(*self._first_size())
            self.apply(LIVE)

    @staticmethod
    def _first_size() -> tuple[int, int]:
        room = QGuiApplication.primaryScreen().availableGeometry()
        return min(room.width(), 2 * _FIRST_SIZE[0]), min(room.height(), 2 * _FIRST_SIZE[1])

    def apply(self, workspace: Workspace) -> None:
        """Arrange the docks as a workspace has them."""
        arrange(self, self.docks, workspace)
        # Before the first layout the docks have no room to share out.
        self._unshared = None if self.isVisible() else workspace

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        workspace, self._unshared = self._unshared, None
        if workspace is not None:
            share(self, self.docks, workspace)
        self.visible_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.visible_changed.emit(False)

    def show_or_hide(self) -> None:
        """Bring the window to the front, or hide it where it is there and nothing else would bring it back."""
        if self.isVisible() and not self.isMinimized() and self.keeps_running():
            self._hide_all()
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

    def _hide_all(self) -> None:
        """Hide the window, and with it the panels that stand in windows of their own."""
        self._floated = [dock for dock in self.docks.values() if dock.isFloating() and dock.isVisible()]
        for dock in self._floated:
            dock.hide()
        self.hide()

    def leave(self) -> None:
        """End the program, also where closing the window only hides it."""
        self._is_leaving = True
        self.close()
        self.left.emit()

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

    def listen(self, bridge: Bridge) -> None:
        """Show what needs attention from now on, also while nothing is started yet."""
        bridge.attention_changed.connect(self.attention.take, Qt.ConnectionType.UniqueConnection)

    def start(self, desk: Desk, bridge: Bridge, readers: Readers, keys: Sequence[str] | None = None) -> None:
        """Start panels (all, or these) and, with the first of them, the status bar and the strip."""
        if self._desk is None:
            self._desk, self._readers = desk, readers
            self.listen(bridge)
            self.status.start(desk, bridge, readers)
        for key in self.panels if keys is None else keys:
            if key in self.panels:
                self.panels[key].start(desk, bridge, readers)
                self._started.add(key)
                if self._chosen is not None and key != self._chosen_in:
                    self.panels[key].show_signal(self._chosen)
        if keys is None:
            self.tick()

    def tick(self) -> None:
        """Tell the status bar and the visible panels that a second has passed."""
        now_us = self._clock()
        self.status.tick(now_us)
        for panel in self.panels.values():
            if panel.isVisible():
                panel.tick(now_us)
        self.ticked.emit(now_us)

    def active_panel(self) -> Panel | None:
        """Return the panel that has the keyboard, else the first visible one."""
        focus = self.focusWidget()
        visible = [panel for panel in self.panels.values() if panel.isVisible()]
        for panel in visible:
            if focus is panel or panel.isAncestorOf(focus):
                return panel
        return visible[0] if visible else None

    def _on_chosen(self, key: str, signal_id: int) -> None:
        self._chosen, self._chosen_in = signal_id, key
        for panel in self.panels.values():
            if panel.key != key and panel.key in self._started:
                panel.show_signal(signal_id)

    def _on_detail_wanted(self, signal_id: int) -> None:
        detail = self.panels.get("signal_detail")
        if detail is None:
            return
        dock = self.docks[detail.key]
        dock.show()
        dock.raise_()
        detail.show_signal(signal_id)
        detail.take_focus()

    def put_on(self, look: theme.Theme) -> None:
        """Change the theme and remember it."""
        app = QApplication.instance()
        if isinstance(app, QApplication) and look is not theme.look():
            theme.put_on(app, look)
            self.settings.setValue("theme", look.name)
            self.dress()
            for panel in self.panels.values():
                panel.theme_changed()
            self.themed.emit()

    def dress(self) -> None:
        """Load the icons of the title bars; after the first picture, because their fonts take a while."""
        from secondskies_desktop.desktop.icons import icon

        for panel in self.panels.values():
            panel.header.dress(icon("float"), icon("close"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _logs_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = _logs_in(event)
        if files and self.import_logs(files):
            event.acceptProposedAction()

    def import_logs(self, files: list[Path]) -> bool:
        """Import alert logs with progress and a way to end it; False before the desk is open."""
        if self._desk is None or self._readers is None:
            return False
        return self.imports.begin(self._desk, self._readers, files)

    def ask_import(self) -> None:
        """Ask for alert logs, then import them."""
        dialog = QFileDialog(self, "Import alert logs that TradingView exported", "", "CSV (*.csv)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.import_logs([Path(name) for name in names]))
        dialog.open()

    def _restore(self, panel: Panel) -> None:
        self.settings.beginGroup(f"panels/{panel.key}")
        panel.restore_state(self.settings)
        self.settings.endGroup()

    def save(self) -> None:
        """Write layout and panels' states into the profile."""
        self.layouts.save_last()
        for key, panel in self.panels.items():
            self.settings.beginGroup(f"panels/{key}")
            panel.save_state(self.settings)
            self.settings.endGroup()
        self.settings.sync()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.save()
        if self.keeps_running() and not (self._is_leaving or _system_ends()):
            event.ignore()
            self._hide_all()
            return
        self.imports.cancel()
        self._seconds.stop()
        self.status.stop()
        for panel in self.panels.values():
            panel.stop()
        # Windows that stand on their own would keep the program running.
        for dock in self.docks.values():
            if dock.isFloating():
                dock.hide()
        super().closeEvent(event)


def _system_ends() -> bool:
    """Whether the system logs the trader out: a window that only hid would hold that up."""
    app = QGuiApplication.instance()
    return isinstance(app, QGuiApplication) and app.isSavingSession()


def _logs_in(event: QDropEvent) -> list[Path]:
    urls = event.mimeData().urls()
    files = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return [file for file in files if file.suffix.casefold() == ".csv"]
