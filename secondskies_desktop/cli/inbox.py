"""`secondskies inbox`: what arrived and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from secondskies_desktop.cli.context import JSON, profile, say

if TYPE_CHECKING:
    from secondskies_desktop.ingest.changes import ArrivalRow

app = typer.Typer(help="What arrived and what became of it.")
HIGHEST_ID = 2**63 - 1
STATES = ("pending", "done", "duplicate", "dead")
_HEAD = ("id", "received_at", "source", "state", "event_type", "trade_id", "reason", "bytes")


@app.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help="pending, done, duplicate or dead.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000)] = 100,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List arrivals, newest first."""
    from secondskies_desktop.engine.reading import arrival_row
    from secondskies_desktop.foundation.database.engine import read_engine
    from secondskies_desktop.ingest import store

    if state is not None and state not in STATES:
        raise typer.BadParameter(f"not a state: {state} (one of {', '.join(STATES)})")
    engine = read_engine(profile().database)
    with engine.connect() as connection:
        rows = [_answer(arrival_row(row)) for row in store.list_inbox(connection, state, limit)]
    engine.dispose()
    say(rows, lambda: [_HEAD, *([row[name] for name in _HEAD] for row in rows)], as_json=as_json)


def _answer(row: ArrivalRow) -> dict[str, Any]:
    from secondskies_desktop.foundation.clock import as_iso

    return {
        "id": row.inbox_id,
        "received_at": as_iso(row.received_us),
        "source": row.source,
        "stream": row.stream,
        "state": row.state,
        "event_type": row.event_type,
        "trade_id": row.trade_id,
        "rule": row.rule,
        "repairs": list(row.repairs),
        "reason": row.reason,
        "bytes": row.bytes,
    }


@app.command("show")
def show(
    inbox_id: Annotated[int, typer.Argument(metavar="ID", max=HIGHEST_ID)],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show one arrival: raw bytes, decoded, events, signals, and how long each step took."""
    from secondskies_desktop.engine.reading import event_answer, read_arrival
    from secondskies_desktop.foundation.database.engine import read_engine
    from secondskies_desktop.ingest.tracing.store import trace_of
    from secondskies_desktop.ingest.tracing.trace import as_answer

    engine = read_engine(profile().database)
    with engine.connect() as connection:
        found = read_arrival(connection, inbox_id)
        trace = trace_of(connection, inbox_id)
    engine.dispose()
    if found is None:
        raise typer.BadParameter(f"no arrival has the id {inbox_id}")
    row = found.row
    answer = {
        **_answer(row),
        "body": found.body.decode("utf-8", "replace"),
        "seen": found.seen,
        "decoded": found.decoded,
        "events": [event_answer(event) for event in found.events],
        "signals": list(found.signals),
        "trace": None if trace is None else as_answer(trace),
    }
    say(answer, lambda: [("field", "value"), *answer.items()], as_json=as_json)


@app.command("retry")
def retry(
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", max=HIGHEST_ID)] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Decode dead letters again, all of them where no id is given."""
    from secondskies_desktop.engine.retrying import retry_dead_letters

    found = retry_dead_letters(profile(), ids or None)
    say(found, lambda: [list(found), [str(value) for value in found.values()]], as_json=as_json)
