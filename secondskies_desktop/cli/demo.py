"""`secondskies demo`: generated alerts in a throwaway profile."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from secondskies_desktop.cli.context import JSON, asked, say_line


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Without a window.")] = False,
    speed: Annotated[float | None, typer.Option(min=1, help="Times faster than life.")] = None,
    seconds: Annotated[float | None, typer.Option(min=1, help="End after so many seconds.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the demo's profile folder.")] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show signals being born, protected and stopped; every alert goes through the real webhook."""
    run_demo(headless=headless, speed=speed, seconds=seconds, keep=keep, as_json=as_json)


def run_demo(
    *, headless: bool, speed: float | None, seconds: float | None, keep: bool, as_json: bool
) -> None:
    """Run the demo with or without a window."""
    from secondskies_desktop.cli.desktop import has_display

    if not headless and not has_display():
        sys.stderr.write("secondskies: there is no display here, so the demo runs without a window\n")
        headless = True
    if not headless:
        from secondskies_desktop.desktop.app import run_demo_desktop

        raise typer.Exit(run_demo_desktop(asked.home, speed=speed, seconds=seconds, keep=keep))
    from secondskies_desktop.engine.demo import headless_demo

    for line in headless_demo(asked.home, speed=speed, seconds=seconds, keep=keep):
        if as_json:
            say_line(line)
        else:
            sys.stdout.write("  ".join(f"{name} {value}" for name, value in line.items()) + "\n")
