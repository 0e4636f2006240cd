"""What the trader decides about values: a fill taken back or put back, and which of two received values counts.

Each is a row of the append-only log of fills and stands in the audit trail by the same transaction. In the process of
a running engine its one writer does so; the pump joins the row like every other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from secondskies_desktop.engine.auditing import write_now
from secondskies_desktop.foundation import store as foundation_store
from secondskies_desktop.foundation.audit import TRADER, Action
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.event import MAX_EVENTS
from secondskies_desktop.signals.fill_log import store as fill_log
from secondskies_desktop.signals.fills import Fill, FillKind
from secondskies_desktop.signals.vocabulary import Source

if TYPE_CHECKING:
    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.signals.lifecycle import SignalState


class NoChoice(Exception):
    """There is nothing to choose in this way; the text says why."""


class Received(NamedTuple):
    """A value that was received of a field, and the arrival that brought it first."""

    value: float
    inbox_id: int


def undo(profile: Profile, fill_id: int, now_us: int, engine: Engine | None = None) -> Fill | None:
    """Take a fill or a choice back; None where there is none that stands. The program never makes the fill again."""

    def work(connection: Connection) -> Fill | None:
        found = fill_log.by_id(connection, fill_id)
        if found is None or found.kind == FillKind.UNDO or fill_log.is_undone(connection, found):
            return None
        row = _row(found, now_us, FillKind.UNDO, "taken back by the trader", refers=fill_id)
        _append(connection, row, Action.UNDO, {"row": fill_id, "kind": found.kind, "value": found.value})
        return found

    return write_now(profile, work, engine)


def put_back(profile: Profile, fill_id: int, now_us: int, engine: Engine | None = None) -> Fill | None:
    """Let what was taken back count again, by a new row; None where nothing of this id was taken back."""

    def work(connection: Connection) -> Fill | None:
        found = fill_log.by_id(connection, fill_id)
        if found is None or found.kind == FillKind.UNDO or not fill_log.is_undone(connection, found):
            return None
        row = Fill(
            0,
            now_us,
            found.kind,
            found.stream,
            found.trade_id,
            found.field,
            found.value,
            found.source,
            found.confidence,
            found.reason,
            found.because,
            None,
            TRADER,
        )
        action = Action.CHOICE if found.kind == FillKind.CHOICE else Action.FILL
        return _append(connection, row, action, {"row": fill_id, "kind": found.kind, "value": found.value})

    return write_now(profile, work, engine)


def choose(
    profile: Profile,
    stream: str | None,
    trade_id: str,
    field: str,
    wanted: str,
    now_us: int,
    engine: Engine | None = None,
) -> Fill:
    """Let one of the received values of a field count: the value itself, or "#" and the arrival that brought it.

    Raises NoChoice where that is no choice, also where an id stands on several charts and `stream` names none.
    """

    def work(connection: Connection) -> Fill:
        state = _state(connection, stream, trade_id)
        options = received(state, field)
        if len(options) < 2:  # noqa: PLR2004 - two sides
            raise NoChoice(f"{trade_id}: nothing contradicts its {field}")
        one = _meant(options, wanted)
        if one is None:
            offered = ", ".join(f"{option.value:.10g} (#{option.inbox_id})" for option in options)
            raise NoChoice(f"{trade_id}: {field} was received as {offered}, not as {wanted}")
        row = Fill(
            0,
            now_us,
            FillKind.CHOICE,
            state.stream,
            trade_id,
            field,
            one.value,
            Source.RECEIVED,
            1.0,
            "chosen by the trader",
            (one.inbox_id,),
            None,
            TRADER,
        )
        of = [option.value for option in options]
        return _append(connection, row, Action.CHOICE, {"value": one.value, "of": of})

    return write_now(profile, work, engine)


def received(state: SignalState, field: str) -> list[Received]:
    """Return the values of a field that were received and differ, in the order of their first arrival."""
    others = (state.disputes or {}).get(field, [])
    if field not in state.claims or not others:
        return []
    return [
        Received(value, order[1] // MAX_EVENTS) for order, value in sorted([state.claims[field], *others])
    ]


def _state(connection: Connection, stream: str | None, trade_id: str) -> SignalState:
    rows = signal_store.signals_by_trade_id(connection, trade_id)
    streams = [row.view.stream for row in rows if stream in (None, row.view.stream)]
    if not streams:
        raise NoChoice(f"no signal {trade_id}{f' on {stream}' if stream else ''}")
    if len(streams) > 1:
        raise NoChoice(f"{trade_id} is on several charts: name one of {', '.join(streams)}")
    return next(signal_store.load(connection, streams[0], [trade_id])).state


def _meant(options: list[Received], wanted: str) -> Received | None:
    if wanted.startswith("#"):
        return next((one for one in options if wanted[1:] == str(one.inbox_id)), None)
    try:
        value = float(wanted)
    except ValueError:
        return None
    return next((one for one in options if one.value == value), None)


def _row(found: Fill, now_us: int, kind: FillKind, reason: str, *, refers: int) -> Fill:
    return Fill(
        0,
        now_us,
        kind,
        found.stream,
        found.trade_id,
        found.field,
        None,
        None,
        None,
        reason,
        (),
        refers,
        TRADER,
    )


def _append(connection: Connection, row: Fill, action: Action, detail: dict[str, Any]) -> Fill:
    """Write a row and, last of all, the act; returns the row with its id."""
    (number,) = fill_log.append(connection, [row])
    subject = f"{row.trade_id} {row.field}"
    words = {"id": number, "stream": row.stream, **detail}
    foundation_store.record(connection, row.at_us, TRADER, action, subject, words)
    return Fill(number, *(getattr(row, name) for name in row.__struct_fields__[1:]))
