"""`secondskies signals`: the signals, and the bars that snapshots brought."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from secondskies_desktop.cli.context import JSON, profile, progress, say

app = typer.Typer(help="The signals, and the bars that snapshots brought.")
_HEAD = ("trade_id", "direction", "session", "signal_at", "status", "be_mfe", "no_be_mfe", "mae")
_SINCE = typer.Option(help="From this time on (ISO 8601, UTC where no zone is named).")
_UNTIL = typer.Option(help="Up to this time, itself left out.")


@app.command("list")
def list_(
    since: Annotated[str | None, _SINCE] = None,
    until: Annotated[str | None, _UNTIL] = None,
    session: Annotated[str | None, typer.Option(help="For example 'NY AM'.")] = None,
    direction: Annotated[str | None, typer.Option(help="BULLISH or BEARISH.")] = None,
    status: Annotated[str | None, typer.Option(help="For example ACTIVE.")] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List signals, oldest first."""
    from secondskies_desktop.engine.folding import fold_pending
    from secondskies_desktop.foundation.database.engine import read_engine
    from secondskies_desktop.foundation.sessions import Session
    from secondskies_desktop.integrity import store as integrity_store
    from secondskies_desktop.signals import store
    from secondskies_desktop.signals.answers import as_answer
    from secondskies_desktop.signals.vocabulary import Direction, Status

    from_us, to_us = _instant("--since", since), _instant("--until", until)
    wanted = {
        "session": _word("--session", session, [one.value for one in Session]),
        "direction": _word("--direction", direction, [one.value for one in Direction]),
        "status": _word("--status", status, [one.value for one in Status]),
    }
    found = profile()
    fold_pending(found, progress("folded"))
    engine = read_engine(found.database)
    rows: list[dict[str, Any]] = []
    with engine.connect() as connection:
        quality = integrity_store.qualities(connection)
        for row in store.every(connection):
            view = row.view
            if from_us is not None and view.sort_us < from_us:
                continue
            if to_us is not None and view.sort_us >= to_us:
                continue
            if all(value in (None, getattr(view, name)) for name, value in wanted.items()):
                score = quality(view.stream, view.trade_id, row.seq)
                rows.append({**as_answer(view), "quality": score})
    engine.dispose()
    say(rows, lambda: [_HEAD, *([row[name] for name in _HEAD] for row in rows)], as_json=as_json)


@app.command("show")
def show(
    trade_id: Annotated[str, typer.Argument(metavar="TRADE_ID")],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show one signal with the source of every value and all its events."""
    from secondskies_desktop.engine.folding import fold_pending
    from secondskies_desktop.engine.reading import signal_answers
    from secondskies_desktop.foundation.database.engine import read_engine

    found = profile()
    fold_pending(found, progress("folded"))
    engine = read_engine(found.database)
    with engine.connect() as connection:
        answers = signal_answers(connection, trade_id)
    engine.dispose()
    if not answers:
        raise typer.BadParameter(f"no signal has the id {trade_id}")
    answer = {**answers[0], "also_on": [one["stream"] for one in answers[1:]]}
    say(answer, lambda: [("field", "value"), *_flat(answer)], as_json=as_json)


def _flat(answer: dict[str, Any]) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = [
        (name, value) for name, value in answer.items() if name != "events" and value is not None
    ]
    return rows + [
        (f"{event['at'] or 'time unknown'} {event['type']}", event["values"]) for event in answer["events"]
    ]


@app.command("bars")
def bars(
    since: Annotated[str | None, _SINCE] = None,
    until: Annotated[str | None, _UNTIL] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List the one-minute bars that snapshots brought."""
    from secondskies_desktop.engine.folding import fold_pending
    from secondskies_desktop.foundation.clock import as_iso
    from secondskies_desktop.foundation.database.engine import read_engine
    from secondskies_desktop.market import store

    from_us, to_us = _instant("--since", since), _instant("--until", until)
    found = profile()
    fold_pending(found, progress("folded"))
    engine = read_engine(found.database)
    with engine.connect() as connection:
        rows = [
            {
                "at": as_iso(bar.at_us),
                "open": bar.open,
                "high": bar.high,
                "low": bar.low,
                "close": bar.close,
                "source": source,
                "stream": stream,
            }
            for stream, bar, source in store.list_bars(connection, from_us, to_us)
        ]
    engine.dispose()
    head = ("at", "stream", "open", "high", "low", "close", "source")
    say(rows, lambda: [head, *([row[name] for name in head] for row in rows)], as_json=as_json)


def _instant(option: str, word: str | None) -> int | None:
    from secondskies_desktop.foundation.clock import EPOCH, as_us

    if word is None:
        return None
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        raise typer.BadParameter(f"{option}: not a time: {word}") from None
    return as_us(moment if moment.tzinfo else moment.replace(tzinfo=EPOCH.tzinfo))


def _word(option: str, word: str | None, known: list[str]) -> str | None:
    if word is None:
        return None
    for one in known:
        if one.upper() == word.strip().upper().replace("_", " ") or one == word.strip().upper():
            return one
    raise typer.BadParameter(f"{option}: {word} is none of {', '.join(known)}")
