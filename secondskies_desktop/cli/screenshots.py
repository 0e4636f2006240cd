"""`secondskies screenshots`: a picture of every panel and workspace."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from secondskies_desktop.cli.context import JSON, profile, say

_SIZE = re.compile(r"([1-9]\d{2,3})x([1-9]\d{2,3})")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("screenshots")(screenshots)


def screenshots(
    out: Annotated[Path, typer.Option(help="The folder for the pictures.")],
    workspace: Annotated[str | None, typer.Option(help="Only this workspace.")] = None,
    size: Annotated[str, typer.Option(help="Size of a workspace, WxH.")] = "1366x768",
    theme: Annotated[str, typer.Option(help="dark or light.")] = "dark",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Save a picture of every panel and workspace on the profile's data, offscreen if need be."""
    match = _SIZE.fullmatch(size)
    if match is None:
        raise typer.BadParameter(f"--size: not WxH: {size}")
    if theme not in ("dark", "light"):
        raise typer.BadParameter(f"--theme: dark or light, not {theme}")
    from secondskies_desktop.cli.desktop import check_workspace
    from secondskies_desktop.desktop.screenshots import screenshots_of

    check_workspace(workspace)

    rows = screenshots_of(profile(), out, (int(match[1]), int(match[2])), theme, workspace)
    say(rows, lambda: [("panel", "file"), *((row["panel"], row["file"]) for row in rows)], as_json=as_json)
