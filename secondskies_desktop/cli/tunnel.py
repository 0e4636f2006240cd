"""`secondskies tunnel`: the public way in, as the running engine last proved it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from secondskies_desktop.cli.context import JSON, bare_profile, say

app = typer.Typer(help="The public way in.")


@app.command("status")
def status(as_json: Annotated[bool, JSON] = False) -> None:
    """Say how alerts reach us from outside; exits 1 where they do not."""
    _say(test=False, as_json=as_json)


@app.command("test")
def test(as_json: Annotated[bool, JSON] = False) -> None:  # noqa: PT028 - a command, not a test
    """Walk the public way now; exits 1 where it does not lead here."""
    _say(test=True, as_json=as_json)


def _say(*, test: bool, as_json: bool) -> None:
    from secondskies_desktop.engine.tunnel_report import report_tunnel

    answer: dict[str, Any] = report_tunnel(bare_profile(), test=test)
    say(answer, lambda: [list(answer), list(answer.values())], as_json=as_json)
    if not answer["ok"]:
        raise typer.Exit(1)
