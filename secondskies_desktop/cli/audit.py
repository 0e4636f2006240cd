"""`secondskies audit`: who did what, and the proof that nobody changed it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from secondskies_desktop.cli.context import JSON, profile, say

app = typer.Typer(help="Who did what and when, and the proof that nobody changed it.")
_HEAD = ("id", "at", "actor", "action", "subject", "detail")


@app.command("verify")
def verify(
    copy: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="A backup kept elsewhere, to compare."),
    ] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Look through the whole trail; exits 1 where a row is not what was recorded, and names the first."""
    import msgspec

    from secondskies_desktop.engine import auditing

    answer = msgspec.to_builtins(auditing.verify(profile(), copy or ()))
    say(answer, lambda: [list(answer), list(answer.values())], as_json=as_json)
    if not answer["ok"]:
        raise typer.Exit(1)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=1_000_000)] = 100,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List what was done, newest first."""
    from secondskies_desktop.engine import auditing

    rows = auditing.newest(profile(), limit)
    say(rows, lambda: [_HEAD, *([row[name] for name in _HEAD] for row in rows)], as_json=as_json)
