"""`secondskies import`: bring files in through the same inbox as the webhook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from secondskies_desktop.cli.context import JSON, profile, progress, say

app = typer.Typer(help="Bring files in through the same inbox as the webhook.")


@app.callback()
def group() -> None:
    """Keep `import` a group although it has one command."""


@app.command("alerts")
def alerts(
    files: Annotated[list[Path], typer.Argument(help="TradingView alert logs (CSV).")],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Import TradingView alert logs, oldest row first; the same file again stores nothing."""
    from secondskies_desktop.engine.importing import import_alert_logs

    found = import_alert_logs(profile(), files, progress("imported"))
    say(found, lambda: [list(found), [str(value) for value in found.values()]], as_json=as_json)
