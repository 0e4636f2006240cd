"""`secondskies doctor`: versions and every check with its verdict."""

from __future__ import annotations

from typing import Annotated

import typer

from secondskies_desktop.cli.context import JSON, bare_profile, say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(as_json: Annotated[bool, JSON] = False) -> None:
    """Check the machine, the profile and the database; exits 1 where a check fails."""
    from secondskies_desktop.engine.checkup import check_up

    answer = check_up(bare_profile())
    head = ("check", "verdict", "detail")
    say(
        answer,
        lambda: [
            head,
            *((name, "", version) for name, version in answer["versions"].items()),
            *([one[name] for name in head] for one in answer["checks"]),
        ],
        as_json=as_json,
    )
    if any(one["verdict"] == "FAIL" for one in answer["checks"]):
        raise typer.Exit(1)
