"""The command line: names and answers are fixed by contract (docs/cli.md); no logic of its own."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from secondskies_desktop.cli import (
    alerts,
    audit,
    backup,
    demo,
    desktop,
    doctor,
    explain,
    imports,
    inbox,
    integrity,
    listen,
    prop,
    rebuild,
    replay,
    screenshots,
    settings,
    signals,
    token,
    tunnel,
)
from secondskies_desktop.cli.context import asked
from secondskies_desktop.foundation.logs import configure_logs, redacted

app = typer.Typer(
    add_completion=False, no_args_is_help=False, pretty_exceptions_enable=False, rich_markup_mode=None
)
USAGE = 2
SURROUNDINGS = 3


@app.callback(invoke_without_command=True)
def common(
    context: typer.Context,
    home: Annotated[Path | None, typer.Option(envvar="SECONDSKIES_HOME", help="The profile folder.")] = None,
    database: Annotated[
        str | None, typer.Option(envvar="SECONDSKIES_DATABASE", help="A SQLAlchemy URL.")
    ] = None,
) -> None:
    """Second Skies: a futures trader's operations desk. Without a command: the desktop."""
    asked.home, asked.database = home, database
    if context.invoked_subcommand is None:
        desktop.open_desktop(demo=False, workspace=None)


for module in (listen, desktop, demo, screenshots, backup, doctor, explain, rebuild, replay):
    module.register(app)
app.add_typer(imports.app, name="import")
app.add_typer(inbox.app, name="inbox")
app.add_typer(token.app, name="token")
app.add_typer(tunnel.app, name="tunnel")
app.add_typer(signals.app, name="signals")
app.add_typer(settings.app, name="settings")
app.add_typer(audit.app, name="audit")
app.add_typer(integrity.app, name="integrity")
app.add_typer(alerts.app, name="alerts")
app.add_typer(prop.app, name="prop")


def run() -> None:
    """Run a command; wrong input ends with 2, surroundings that fail with 3, one line on stderr each."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # JSON is UTF-8 whatever the terminal speaks.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    configure_logs()
    try:
        app()
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        text = "what was given is not UTF-8 text" if isinstance(error, UnicodeEncodeError) else str(error)
        sys.stderr.write(f"secondskies: {redacted(' '.join(text.split()))}\n")
        sys.exit(code)


def _exit_code(error: Exception) -> int | None:
    from secondskies_desktop.foundation.database.failure import DatabaseProblem
    from secondskies_desktop.foundation.settings import UnreadableSettings
    from secondskies_desktop.ingest.alert_log import UnreadableLog
    from secondskies_desktop.ingest.tunnel_settings import TunnelSettingsWrong

    if isinstance(error, UnreadableLog | UnreadableSettings | TunnelSettingsWrong | UnicodeEncodeError):
        return USAGE
    if isinstance(error, DatabaseProblem | OSError):
        return SURROUNDINGS
    if type(error).__module__.startswith(("sqlalchemy", "pysqlite3", "psycopg")):
        return SURROUNDINGS
    return None
