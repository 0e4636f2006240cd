"""`secondskies integrity`: what is missing of the signals, what was filled in, and taking it back."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from secondskies_desktop.cli import integrity_repair, integrity_token
from secondskies_desktop.cli.context import JSON, profile, say

_HIGHEST_ID = 2**63 - 1

app = typer.Typer(help="How complete the data is.")
integrity_token.register(app)
integrity_repair.register(app)


@app.command("scan")
def scan(as_json: Annotated[bool, JSON] = False) -> None:
    """Look for gaps and list what is missing; fills nothing in."""
    answer = _scanned()
    say(
        answer,
        lambda: [
            ("trade_id", "type", "since", "points", "text"),
            *(
                (one["trade_id"], one["type"], one["since"], one["points"], one["text"])
                for one in answer["gaps"]
            ),
        ],
        as_json=as_json,
    )


@app.command("report")
def report(as_json: Annotated[bool, JSON] = False) -> None:
    """Say in short how complete the data is: health, counts of gaps by type, values by source."""
    answer = _scanned()
    kinds: dict[str, dict[str, int]] = {}
    for one in answer.pop("gaps"):
        kind = kinds.setdefault(one["type"], {"count": 0, "points": 0})
        kind["count"] += 1
        kind["points"] += one["points"]
    answer["gaps_by_type"] = dict(sorted(kinds.items()))
    say(answer, lambda: _report_table(answer), as_json=as_json)


def _report_table(answer: dict[str, Any]) -> list[tuple[object, ...]]:
    """Return the report a line for each number, the costliest gaps first."""
    lines: list[tuple[object, ...]] = [("what", "value", "points")]
    lines += [(name, answer[name], "") for name in ("health", "signals", "complete")]
    gaps = sorted(answer["gaps_by_type"].items(), key=lambda one: (-one[1]["points"], one[0]))
    lines += [(f"gap {name}", one["count"], one["points"]) for name, one in gaps]
    lines.append(("arrivals", answer["sources"]["arrivals"], ""))
    lines += [(f"filled, {name}", count, "") for name, count in answer["sources"]["filled"].items()]
    return [*lines, *((name, answer[name], "") for name in ("last_heartbeat", "looked_at"))]


@app.command("fill")
def fill(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be filled in.")] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Fill in what is missing, where other messages prove it; received values are never changed."""
    from secondskies_desktop.engine import integrity
    from secondskies_desktop.foundation.database.engine import read_engine

    found = profile()
    fills = integrity.proposed(found) if dry_run else integrity.filled(found)
    reader = read_engine(found.database)
    with reader.connect() as connection:
        conflicts = integrity.conflicts_of(connection)
    reader.dispose()
    answer = {"filled": [integrity.fill_answer(one) for one in fills], "conflicts": conflicts}
    head = ("id", "trade_id", "field", "value", "source", "confidence", "reason")
    say(
        answer,
        lambda: [
            head,
            *([_short(one[name]) for name in head] for one in answer["filled"]),
            *(
                (None, one["trade_id"], one["field"], "to choose", "received", None, one["text"])
                for one in conflicts
            ),
        ],
        as_json=as_json,
    )


def _short(value: object) -> object:
    """Return a value as a column has room for it: of a table of targets its first and its last."""
    if not isinstance(value, dict) or not value:
        return value
    prices = list(value.values())
    return f"{prices[0]} … {prices[-1]}"


@app.command("undo")
def undo(
    fill_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=_HIGHEST_ID)],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Take a fill or a choice back; a fill is not made again. Exits 2 where there is none that stands."""
    from secondskies_desktop.engine import integrity, integrity_acts
    from secondskies_desktop.engine.folding import fold_pending
    from secondskies_desktop.foundation.clock import system_clock

    found = profile()
    row = integrity_acts.undo(found, fill_id, system_clock())
    if row is None:
        raise typer.BadParameter(f"there is no fill {fill_id} that stands: unknown, or taken back already")
    fold_pending(found)
    answer = {"undone": integrity.fill_answer(row)}
    say(answer, lambda: [("undone", "field"), (row.trade_id, row.field)], as_json=as_json)


@app.command("choose")
def choose(
    trade_id: Annotated[str, typer.Argument(metavar="TRADE_ID")],
    field: Annotated[str, typer.Argument(metavar="FIELD", help="entry_price or stop_loss.")],
    value: Annotated[
        str,
        typer.Argument(
            metavar="VALUE", help="One of the received values, or #ID of the arrival that has it."
        ),
    ],
    stream: Annotated[
        str | None, typer.Option(metavar="CHART", help="The chart, where an id is on several.")
    ] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Say which of two received values counts; `undo` takes it back. Exits 2 where nothing is to be chosen so."""
    from secondskies_desktop.engine import integrity, integrity_acts
    from secondskies_desktop.engine.folding import fold_pending
    from secondskies_desktop.foundation.clock import system_clock

    found = profile()
    fold_pending(found)
    try:
        row = integrity_acts.choose(found, stream, trade_id, field, value, system_clock())
    except integrity_acts.NoChoice as reason:
        raise typer.BadParameter(str(reason)) from reason
    fold_pending(found)
    answer = {"chosen": integrity.fill_answer(row)}
    say(
        answer,
        lambda: [("chosen", "field", "value"), (row.trade_id, row.field, row.value)],
        as_json=as_json,
    )


def _scanned() -> dict[str, Any]:
    from secondskies_desktop.engine import integrity
    from secondskies_desktop.foundation.database.engine import read_engine

    found = profile()
    integrity.look_now(found, fills=False)
    reader = read_engine(found.database)
    with reader.connect() as connection:
        answer = integrity.scan_answer(connection)
    reader.dispose()
    return answer
