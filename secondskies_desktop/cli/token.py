"""`secondskies token`: the webhook tokens and the charts they stand for."""

from __future__ import annotations

from typing import Annotated

import typer

from secondskies_desktop.cli.context import JSON, profile, say

app = typer.Typer(help="The webhook tokens and the charts they stand for.")
_YEAR_MINUTES = 365 * 24 * 60
_OVERLAP = typer.Option(
    help="Minutes for which a replaced or revoked token still opens.", min=0, max=_YEAR_MINUTES
)


@app.command("list")
def list_(as_json: Annotated[bool, JSON] = False) -> None:
    """List tokens; secrets are never shown."""
    from secondskies_desktop.engine import tokens

    rows = tokens.list_tokens(profile())
    head = ("name", "stream", "created_at", "last_used_at", "expires_at")
    say(rows, lambda: [head, *([row[name] for name in head] for row in rows)], as_json=as_json)


@app.command("new")
def new(
    name: str,
    symbol: Annotated[str, typer.Option(help="The chart's symbol.")] = "MNQ1!",
    timeframe: Annotated[str, typer.Option(help="The chart's timeframe.")] = "1m",
    overlap: Annotated[int, _OVERLAP] = 60,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Make a token, or replace one; its secret is shown once."""
    from secondskies_desktop.engine import tokens
    from secondskies_desktop.ingest.alert_log import stream_name
    from secondskies_desktop.ingest.tokens import name_is_valid

    stream = stream_name(symbol, timeframe)
    if stream is None:
        raise typer.BadParameter(f"not a chart: {symbol} {timeframe}")
    if not name_is_valid(name):
        raise typer.BadParameter("a name is letters, digits, dot, dash and underscore, at most 40")
    answer = tokens.new_token(profile(), name, stream, overlap)
    say(answer, lambda: [list(answer), [str(value) for value in answer.values()]], as_json=as_json)


@app.command("revoke")
def revoke(name: str, overlap: Annotated[int, _OVERLAP] = 0, as_json: Annotated[bool, JSON] = False) -> None:
    """Revoke a token: from now on it is unknown."""
    from secondskies_desktop.engine import tokens

    answer = tokens.revoke_token(profile(), name, overlap)
    if answer is None:
        raise typer.BadParameter(f"no token is called {name}")
    say(answer, lambda: [list(answer), [str(value) for value in answer.values()]], as_json=as_json)
