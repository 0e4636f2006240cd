"""`secondskies backup` and `restore`: verified by opening the copy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from secondskies_desktop.cli.context import JSON, bare_profile, profile, say


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    out: Annotated[Path, typer.Option(help="The file to write.")],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Copy the database while it is in use, and verify the copy."""
    from secondskies_desktop.engine.backups import back_up

    made = back_up(profile(), out)
    answer = {"file": str(made.file), "rows": made.rows, "sha256": made.sha256}
    say(answer, lambda: [list(answer), list(answer.values())], as_json=as_json)


def restore(file: Path, as_json: Annotated[bool, JSON] = False) -> None:
    """Put a verified backup in the place of a database that holds no arrivals."""
    from secondskies_desktop.engine import backups

    if not file.is_file():
        raise typer.BadParameter(f"no such file: {file}")
    made = backups.restore(bare_profile(), file)
    answer = {"file": str(made.file), "rows": made.rows, "sha256": made.sha256}
    say(answer, lambda: [list(answer), list(answer.values())], as_json=as_json)
