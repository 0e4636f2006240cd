"""The main window: docks that move, tab, float, close and come back; layouts, keys and dropped files."""

from __future__ import annotations

from collections import deque
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QMenuBar,
    QVBoxLayout,
    QWidget,
)

from secondskies_desktop.desktop.actions import Actions
from secondskies_desktop.desktop.appearance import Appearance
from secondskies_desktop.desktop.attention_strip import AttentionStrip
from secondskies_desktop.desktop.away_strip import AwayStrip
from secondskies_desktop.desktop.dock_window import DockWindow
from secondskies_desktop.desktop.drops import Drops
from secondskies_desktop.desktop.import_bar import ImportBar
from secondskies_desktop.desktop.keys import KeyMap
from secondskies_desktop.desktop.menus import Menus
from secondskies_desktop.desktop.palette import Entry, Palette
from secondskies_desktop.desktop.preferences import Preferences
from secondskies_desktop.desktop.problem_strip import ProblemStrip
from secondskies_desktop.desktop.status_bar import StatusBar
from secondskies_desktop.desktop.window_actions import window_actions
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.profile import REPLAY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent

    from secondskies_desktop.desktop.attention import Noticed
    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.health import Word
    from secondskies_desktop.desktop.panel import Panel
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.desktop.remembered import Remembered
    from secondskies_desktop.foundation.clock import Clock

_SECOND_MS = 1_000
_MINIMUM = (1_024, 600)
_UNDOS = 50


class MainWindow(DockWindow):
    """Holds the panels in docks and wires them to one another; knows no panel's inside."""

    ticked = Signal(object)
    """A second has passed: the present time (µs UTC)."""
    themed = Signal()
    test_wanted = Signal()
    """The trader wants a test alarm."""
    replay_wanted = Signal()
    """He wants to play a day again."""
    left = Signal()
    """The program is to end: by closing, Qt ends it only for a window that is seen."""

    def __init__(
        self,
        panels: Sequence[Panel],
        remembered: Remembered,
        *,
        later: Sequence[tuple[str, str]] = (),
        badge: str = "",
        profile: str = "",
        clock: Clock = system_clock,
        preferences: Preferences | None = None,
    ) -> None:
        """Take panels, and (key, title) of those that come `later` by `add`; their docks stand at once."""
        super().__init__(remembered)
        self.panels: dict[str, Panel] = {}
        self.badge = badge
        """DEMO or REPLAY where this is not the trader's own desk."""
        self.preferences = Preferences(parent=self) if preferences is None else preferences
        self._clock = clock
        self._desk: Desk | None = None
        self._readers: Readers | None = None
        self._started: set[str] = set()
        self._chosen: int | None = None
        self._chosen_in = ""
        self._undos: deque[Callable[[], object]] = deque(maxlen=_UNDOS)
        self.keeps_running: Callable[[], bool] = lambda: False
        """Whether closing only hides the window: there is a tray, and the trader wants that."""
        self._is_leaving = False
        self._drops = Drops(self.import_logs, self)
        self.setObjectName("main")
        self.setAcceptDrops(badge != REPLAY)
        self.setMinimumSize(*_MINIMUM)
        self.attention = AttentionStrip()
        self.away = AwayStrip()
        self.problems = ProblemStrip()
        self.imports = ImportBar()
        self.status = StatusBar()
        self.setStatusBar(self.status)
        self._stack_above(QMenuBar())
        for key, title in (*((panel.key, panel.title) for panel in panels), *later):
            self.announce(key, title)
        for panel in panels:
            self._fill(panel)
        self.set_badge(badge, profile)
        self.keys = KeyMap(self)
        self.action_list = Actions(self)
        self.action_list.add(*window_actions(self))
        self.menus = Menus(self)
        self.palette_ = Palette(self, self._entries, remembered)
        self.appearance = Appearance(self.preferences, self)
        for panel in panels:
            self._offer(panel)
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
        self._above = column
        self.setMenuWidget(above)

    def put_above(self, widget: QWidget, tick_ms: int) -> None:
        """Put a bar right under the menus, whose clock wants `tick` so often."""
        self._above.insertWidget(1, widget)
        self._seconds.setInterval(tick_ms)

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
        panel.day_chosen.connect(self.show_day)
        panel.panel_wanted.connect(self.show_panel)
        panel.undoable.connect(self._undos.append)
        dock.visibilityChanged.connect(partial(self._on_seen, panel))
        panel.set_badge(self.badge)
        self._drops.watch(dock)
        panel.use_preferences(self.preferences)
        panel.show_panels([(key, dock.windowTitle()) for key, dock in self.docks.items()])
        self.panels[panel.key] = panel

    def _offer(self, panel: Panel) -> None:
        """Take what a panel can do into the list of actions."""
        self.action_list.add(*panel.actions_offered())
        self.menus.fill()

    def add(self, panel: Panel) -> None:
        """Put a panel that was announced as `later` into its dock, as it was when the window was closed."""
        self._fill(panel)
        self._offer(panel)
        self._restore(panel)

    def _wire(self) -> None:
        self.attention.changed.connect(self.status.say_attention)
        self.appearance.dressed.connect(self._on_dressed)
        self.appearance.motion_changed.connect(self.setAnimated)
        self.setAnimated(self.appearance.moves)
        self.attention.acknowledged.connect(self._on_acknowledged)
        self.status.attention.clicked.connect(self.attention.show_newest)
        self.status.links_said.connect(self._on_links)
        self.attention.open_changed.connect(self._on_attention)

    def _on_acknowledged(self, kind: str, key: str) -> None:
        desk = self._desk
        if desk is not None and self._readers is not None:
            # A window that only looks on has acknowledged it for itself; the engine's own does it for good.
            self._readers.run(lambda: desk.acknowledge(kind, key), None, lambda _error: None)

    def set_badge(self, badge: str, profile: str) -> None:
        """Say in the title and on every panel that this is the demo or a replay, or that it is neither."""
        self.badge = badge
        self.setWindowTitle(f"Second Skies · {badge or profile}".rstrip(" ·"))
        for panel in self.panels.values():
            panel.set_badge(badge)

    def begin(self, workspace: str | None = None) -> None:
        """Put panels and docks as they were, or as a workspace of this name has them; before `show`.

        KeyError for a workspace that does not ship.
        """
        for panel in self.panels.values():
            self._restore(panel)
        self.begin_docks(workspace)

    def toggle(self) -> None:
        """Bring the window to the front, or hide it where it is there and the tray brings it back."""
        self.show_or_hide(can_return=self.keeps_running())

    def leave(self) -> None:
        """End the program, also where closing the window only hides it."""
        self._is_leaving = True
        self.close()
        self.left.emit()

    def listen(self, bridge: Bridge) -> None:
        """Show what needs attention from now on, also while nothing is started yet."""
        bridge.attention_changed.connect(self.attention.take, Qt.ConnectionType.UniqueConnection)
        bridge.told.connect(self.attention.hear, Qt.ConnectionType.UniqueConnection)

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
        """Tell the status bar and the visible panels what time it is."""
        now_us = self._clock()
        self.status.tick(now_us)
        for panel in self.panels.values():
            # A dock behind another tab is no hidden widget to Qt: it only shows nothing.
            if not panel.visibleRegion().isEmpty():
                panel.tick(now_us)
        self.ticked.emit(now_us)

    def _on_seen(self, panel: Panel, seen: bool) -> None:
        panel.be_seen(seen=seen)
        if seen:
            panel.tick(self._clock())

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
        self.show_dock(detail.key)
        detail.show_signal(signal_id)
        detail.take_focus()

    def show_panel(self, key: str) -> None:
        """Show a panel, whatever lies over it, and give it the keyboard."""
        panel = self.panels.get(key)
        if panel is not None and self.show_dock(key):
            panel.take_focus()

    def show_day(self, day: date | None) -> None:
        """Let every panel show one trade date, or all of them again."""
        for panel in self.panels.values():
            panel.show_day(day)

    def _on_links(self, words: dict[str, Word]) -> None:
        for panel in self.panels.values():
            panel.show_health(words)

    def _on_attention(self, found: list[Noticed]) -> None:
        for panel in self.panels.values():
            panel.show_attention(found)

    def _on_dressed(self) -> None:
        self.dress()
        for panel in self.panels.values():
            panel.theme_changed()
        self.action_list.refresh()
        self.themed.emit()

    def undo(self) -> bool:
        """Take back what was done last of what can be taken back; False where there is nothing."""
        if not self._undos:
            return False
        self._undos.pop()()
        return True

    def reset_workspace(self) -> None:
        before = self.saveState()
        super().reset_workspace()
        self._undos.append(partial(self.restoreState, before))

    def open_palette(self) -> None:
        """Open the command palette."""
        self.palette_.open()

    def show_keys(self) -> None:
        """Show all keys."""
        self.keys.show()

    def show_settings(self) -> None:
        """Show the settings."""
        from secondskies_desktop.desktop.settings_dialog import SettingsDialog
        from secondskies_desktop.foundation.settings import prepare_changes

        if self._readers is not None:
            self._readers.run(prepare_changes)
        SettingsDialog(self.preferences, self).open()

    def _entries(self, typed: str) -> list[Entry]:
        """Return what the palette can offer for what was typed."""
        entries = [
            Entry(one.title, one.group, one.shortcut, partial(self.action_list.run, one.id))
            for one in self.action_list
        ]
        entries += [
            Entry(f"Layout {name}", "Layout", "", partial(self.go_to_layout, name))
            for name in self.layouts.names()
        ]
        for panel in self.panels.values():
            entries += [Entry(title, panel.title, "", run) for title, run in panel.search(typed)]
        return entries

    def dress(self) -> None:
        """Load the icons of the title bars; after the first picture, because their fonts take a while."""
        from secondskies_desktop.desktop.icons import icon

        for panel in self.panels.values():
            panel.header.dress(icon("float"), icon("close"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._drops.enter(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._drops.take(event)

    def import_logs(self, files: list[Path]) -> bool:
        """Import alert logs with progress and a way to end it; False before the desk is open, and in a replay."""
        if self._desk is None or self._readers is None or self.badge == REPLAY:
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
        panel.restore_state(self.remembered.part(f"panels/{panel.key}"))

    def save(self) -> None:
        """Write layout and panels' states into the profile."""
        self.save_docks()
        for key, panel in self.panels.items():
            panel.save_state(self.remembered.part(f"panels/{key}"))
        self.remembered.write()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.save()
        if self.keeps_running() and not (self._is_leaving or _system_ends()):
            event.ignore()
            self.hide_all()
            return
        self.imports.cancel()
        self._seconds.stop()
        self.status.stop()
        for panel in self.panels.values():
            panel.stop()
        self.hide_floating()
        super().closeEvent(event)


def _system_ends() -> bool:
    """Whether the system logs the trader out: a window that only hid would hold that up."""
    app = QGuiApplication.instance()
    return isinstance(app, QGuiApplication) and app.isSavingSession()
