"""`secondskies rebuild`: the projection folded again from the inbox."""

from __future__ import annotations

from typing import Annotated

import typer

from secondskies_desktop.cli.context import JSON, profile, progress, say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rebuild")(rebuild)


def rebuild(
    verify: Annotated[
        bool, typer.Option("--verify", help="Only prove the stored projection, change nothing.")
    ] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Drop the projection and fold the inbox again; exits 1 where the result differs."""
    import msgspec

    from secondskies_desktop.engine import rebuilding
    from secondskies_desktop.engine.folding import fold_pending

    found = profile()
    fold_pending(found, progress("folded"))
    run = rebuilding.verify if verify else rebuilding.rebuild
    answer = msgspec.to_builtins(run(found, progress("folded")))
    say(answer, lambda: [list(answer), [str(value) for value in answer.values()]], as_json=as_json)
    if not answer["identical"]:
        raise typer.Exit(1)
