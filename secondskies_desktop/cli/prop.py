"""`secondskies prop`: the rules of prop firms, in their library and over files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from secondskies_desktop.cli import prop_library
from secondskies_desktop.cli.context import JSON, say, say_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

app = typer.Typer(no_args_is_help=True, help="Prop accounts and the rules that they live under.")
_FILE = {"exists": True, "dir_okay": False, "readable": True}


prop_library.register(app)


@app.callback()
def group() -> None:
    """Prop accounts and the rules that they live under."""


@app.command()
def evaluate(
    program: Annotated[Path | None, typer.Option(help="A program: its rules as JSON.", **_FILE)] = None,
    events: Annotated[Path | None, typer.Option(help="What happened: one event a line.", **_FILE)] = None,
    cases: Annotated[
        Path | None, typer.Option(help='Many cases: {"id","rules","events"} a line.', **_FILE)
    ] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Say what a program makes of events: floors, rooms, what ended the account, whether it passed, what it may pay.

    Exits 1 where the account has ended. Of cases a bad one answers with its error, and the others go on.
    """
    from secondskies_desktop.prop.evaluating import case_answers, program_answer
    from secondskies_desktop.prop.fields import FieldWrong

    if cases is not None and program is None and events is None:
        with cases.open("rb") as lines:
            if as_json:
                say_list(case_answers(lines))
            else:
                say([], lambda: _cases(case_answers(lines)), as_json=False)
        return
    if cases is not None or program is None or events is None:
        raise typer.BadParameter("give either --program with --events, or --cases")
    try:
        with events.open("rb") as lines:
            names = (program.name, events.name)
            found = program_answer(program.read_bytes(), lines, names=names)
    except FieldWrong as wrong:
        raise typer.BadParameter(str(wrong)) from None
    say(found, lambda: _standing(found), as_json=as_json)
    if found["ended"] is not None:
        raise typer.Exit(1)


def _standing(found: dict[str, Any]) -> Iterator[Sequence[object]]:
    head = ("after", "trade_date", "balance", "floor", "room", "daily_floor", "daily_room", "day_locked")
    yield head
    for one in found["events"]:
        yield [one[name] for name in head]
    rest = [(name, value) for name, value in found.items() if name not in ("days", "events")]
    for name, value in rest:
        yield (name, value, *[""] * (len(head) - 2))


def _cases(answers: Iterable[dict[str, Any]]) -> Iterator[Sequence[object]]:
    head = ("id", "ended", "passed", "payout", "payout_blockers", "order_matters", "error")
    yield head
    for one in answers:
        yield [one.get(name) for name in head]
