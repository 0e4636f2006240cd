"""`secondskies explain`: the chain bytes → event → rule → value."""

from __future__ import annotations

from typing import Annotated

import typer

from secondskies_desktop.cli.context import JSON, profile, progress, say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


def explain(
    trade_id: Annotated[str, typer.Argument(metavar="TRADE_ID")],
    field: Annotated[str | None, typer.Option(help="One field, for example be_status.")] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Explain why the values of a signal are what they are."""
    from secondskies_desktop.engine.folding import fold_pending
    from secondskies_desktop.engine.reading import explain_signal
    from secondskies_desktop.foundation.database.engine import read_engine
    from secondskies_desktop.signals import store

    found = profile()
    fold_pending(found, progress("folded"))
    engine = read_engine(found.database)
    with engine.connect() as connection:
        rows = store.signals_by_trade_id(connection, trade_id)
        if not rows:
            raise typer.BadParameter(f"no signal has the id {trade_id}")
        answers = [one for row in rows for one in explain_signal(connection, row)]
    engine.dispose()
    if field is not None:
        answers = [one for one in answers if one["field"] == field]
        if not answers:
            raise typer.BadParameter(f"nothing is known of {field}, or there is no such field")
    head = ("field", "value", "source", "words")
    say(answers, lambda: [head, *([one[name] for name in head] for one in answers)], as_json=as_json)
