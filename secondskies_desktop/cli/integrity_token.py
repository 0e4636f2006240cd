"""`secondskies integrity token`: the token of the Integrity API."""

from __future__ import annotations

from typing import Annotated

import typer

from secondskies_desktop.cli.context import JSON, bare_profile, say


def register(group: typer.Typer) -> None:
    """Add the command to its group."""
    group.command("token")(token)


def token(
    new: Annotated[bool, typer.Option("--new", help="Make another one; the old one ends at once.")] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Make the token of the Integrity API and show it this once; exits 1 where it was shown before."""
    from secondskies_desktop.engine import integrity_api

    answer = integrity_api.token(bare_profile(), new=new)
    say(answer, lambda: [list(answer), list(answer.values())], as_json=as_json)
    if answer["token"] is None:
        typer.echo("It was shown when it was made; --new makes another one.", err=True)
        raise typer.Exit(1)
