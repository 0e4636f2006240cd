"""`secondskies replay`: a trade date again, in a scratch profile."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import date
from typing import Annotated

import typer

from secondskies_desktop.cli.context import JSON, bare_profile, say_line


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay")(replay)


def replay(
    day: Annotated[str, typer.Argument(help="A trade date, YYYY-MM-DD; it begins at 18:00 New York.")],
    speed: Annotated[
        float | None, typer.Option(min=1, max=600, help="Times faster than life; headless, none is no wait.")
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Without a window.")] = False,
    sounds: Annotated[bool, typer.Option("--sounds", help="With the sounds of your settings.")] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Play a trade date again on the same panels, beside the live desk, which is left alone."""
    from secondskies_desktop.cli.desktop import has_display
    from secondskies_desktop.engine.replay_tape import NothingToReplay

    if not headless and not has_display():
        sys.stderr.write("secondskies: there is no display here; try `secondskies replay DAY --headless`\n")
        raise typer.Exit(3)
    try:
        if headless:
            _run_headless(_day(day), speed, as_json=as_json)
        else:
            from secondskies_desktop.desktop.replay_app import run_replay_desktop

            raise typer.Exit(run_replay_desktop(bare_profile(), _day(day), speed=speed, sounds=sounds))
    except NothingToReplay as nothing:
        sys.stderr.write(f"secondskies: {nothing}\n")
        raise typer.Exit(2) from None


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise typer.BadParameter(f"DAY: {word} is no date like 2025-12-11") from None


def _run_headless(day: date, speed: float | None, *, as_json: bool) -> None:
    from secondskies_desktop.engine.replaying import headless_replay

    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    last = {}
    for last in headless_replay(bare_profile(), day, speed=speed, over=over):
        if as_json or last["event"] == "done":
            say_line(last)
        else:
            sys.stderr.write(f"{last['at']}: {last['arrivals']} of {last['of']} arrivals\n")
    if last.get("identical") is False:
        raise typer.Exit(1)
