"""`secondskies listen`: the engine without a window."""

from __future__ import annotations

import signal
import sys
import threading
from typing import Annotated

import typer

from secondskies_desktop.cli.context import JSON, bare_profile, say_line


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("listen")(listen)


def listen(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="0 picks a free one.")] = None,
    tunnel: Annotated[str | None, typer.Option(help="The way in: none, cloudflared, ssh or own.")] = None,
    as_json: Annotated[bool, JSON] = False,  # noqa: ARG001 - what it says is JSON at any rate
) -> None:
    """Listen until SIGINT or SIGTERM; the first line on stdout says where."""
    import os

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.logs import configure_logs
    from secondskies_desktop.foundation.secrets import FILE
    from secondskies_desktop.foundation.settings import read_settings

    profile = bare_profile()
    configure_logs(profile.logs)
    settings = read_settings(profile.settings_file)
    if host not in (None, "127.0.0.1", "::1", "localhost"):
        sys.stderr.write(f"secondskies: {host} can be reached from outside this machine\n")
    engine = Engine(profile, settings, command="secondskies listen", tunnel=tunnel)
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    try:
        ready = engine.start(host, port)
        if ready.secret_store == FILE:
            sys.stderr.write(
                "secondskies: the webhook's secret is in webhook.token in the profile (mode 0600)\n"
            )
        say_line(
            {
                "event": "ready",
                "url": ready.url,
                "public_url": engine.hook_url(public=True),
                "pid": os.getpid(),
            }
        )
        while not over.wait(0.5) and engine.alive:
            pass
    finally:
        engine.stop()
    if not over.is_set():
        sys.stderr.write("secondskies: the engine has ended by itself; the log says why\n")
        raise typer.Exit(3)
