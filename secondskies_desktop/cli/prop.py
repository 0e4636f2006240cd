"""`secondskies prop`: the rules of the firms."""

from __future__ import annotations

import typer

from secondskies_desktop.cli import prop_library

app = typer.Typer(help="Prop accounts and the rules of their firms.")
prop_library.register(app)
