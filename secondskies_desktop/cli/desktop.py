"""`secondskies desktop`: the window."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from secondskies_desktop.cli.context import bare_profile


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("desktop")(desktop)


def desktop(
    demo: Annotated[bool, typer.Option("--demo", help="Generated alerts in a throwaway profile.")] = False,
    workspace: Annotated[str | None, typer.Option(help="The workspace to open with.")] = None,
    tray: Annotated[bool, typer.Option("--tray", help="In the tray, without a window at first.")] = False,
) -> None:
    """Open the desktop."""
    open_desktop(demo=demo, workspace=workspace, in_tray=tray)


def has_display() -> bool:
    """Whether a window can be shown; offscreen counts when it was asked for by name."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_desktop(*, demo: bool, workspace: str | None, in_tray: bool = False) -> None:
    """Open the window on the profile that was asked for, or on a demo."""
    if not has_display():
        sys.stderr.write("secondskies: there is no display here; try `secondskies demo --headless`\n")
        raise typer.Exit(3)
    if demo:
        from secondskies_desktop.cli.demo import run_demo

        run_demo(headless=False, speed=None, seconds=None, keep=False, as_json=False)
        return
    from secondskies_desktop.desktop.app import run_desktop
    from secondskies_desktop.foundation.logs import configure_logs

    check_workspace(workspace)
    profile = bare_profile()
    configure_logs(profile.logs)
    raise typer.Exit(run_desktop(profile, workspace=workspace, in_tray=in_tray))


def check_workspace(name: str | None) -> None:
    """Refuse a workspace that does not ship."""
    from secondskies_desktop.desktop.workspaces import WORKSPACES

    if name is not None and name.casefold() not in WORKSPACES:
        known = ", ".join(workspace.name for workspace in WORKSPACES.values())
        raise typer.BadParameter(f"--workspace: {name} is none of {known}")
