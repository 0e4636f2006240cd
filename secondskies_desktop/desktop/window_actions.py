"""What the window itself can do; panels add their own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from secondskies_desktop.desktop.actions import Action
from secondskies_desktop.desktop.workspaces import WORKSPACES
from secondskies_desktop.foundation.profile import REPLAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.desktop.main_window import MainWindow

FILE, EDIT, VIEW, WORKSPACE = "File", "Edit", "View", "Workspace"
PANEL, ATTENTION, HELP = "Panel", "Attention", "Help"
REPLAYING = "Replay"
_THEMES = ("dark", "light", "system")


def window_actions(window: MainWindow) -> Iterator[Action]:
    """Yield the actions of a window, in the order of its menus."""
    is_replay = window.badge == REPLAY
    if not is_replay:
        yield Action("file.import", "Import alert logs…", FILE, window.ask_import, "Ctrl+I")
    if not window.badge:
        yield Action("file.replay", "Replay a day…", FILE, window.replay_wanted.emit)
    yield Action("file.settings", "Settings…", FILE, window.show_settings, "Ctrl+,")
    yield Action("file.quit", "Quit", FILE, window.leave, "Ctrl+Q")
    yield Action("edit.undo", "Undo", EDIT, window.undo, "Ctrl+Z")
    for name, workspace in WORKSPACES.items():
        go = partial(window.go, workspace)
        yield Action(f"workspace.{name}", f"{workspace.name} workspace", WORKSPACE, go, workspace.shortcut)
    yield Action("workspace.reset", "Reset this workspace", WORKSPACE, window.reset_workspace)
    yield Action("workspace.save", "Save this layout as…", WORKSPACE, window.ask_layout_name)
    for name in _THEMES:
        title = "Theme of the system" if name == "system" else f"{name.capitalize()} theme"
        yield Action(
            f"view.theme.{name}",
            title,
            VIEW,
            partial(window.preferences.set, "desktop", "theme", name),
            checked=partial(_is_theme, window, name),
        )
    for key, dock in window.docks.items():
        yield Action(f"panel.{key}", f"Show {dock.windowTitle()}", PANEL, partial(window.show_panel, key))
    yield Action("attention.show", "Show what wants you", ATTENTION, window.attention.show_newest)
    yield Action(
        "attention.acknowledge", "Acknowledge", ATTENTION, window.attention.acknowledge, "Ctrl+Return"
    )
    if not is_replay:
        yield Action("attention.test", "Test alarm", ATTENTION, window.test_wanted.emit, "Ctrl+T")
    yield Action("day.clear", "Show all trade dates again", VIEW, partial(window.show_day, None))
    yield Action("help.palette", "Command palette", HELP, window.open_palette, "Ctrl+K")
    yield Action("help.keys", "All keys", HELP, window.show_keys, "?")


def _is_theme(window: MainWindow, name: str) -> bool:
    return bool(window.preferences.now.desktop.theme == name)
