"""What was filled in: joined in any order, never before what was received, taken back by a row of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.signals import fills as filling
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.derived import derive
from secondskies_desktop.signals.fill_log import store as fill_log
from secondskies_desktop.signals.fills import Fill, FillKind
from secondskies_desktop.signals.lifecycle import SignalState, fold
from secondskies_desktop.signals.vocabulary import EventType, LegStatus, Source, Status
from tests.databases import put, reading, writing
from tests.signals.told import (
    CREATED,
    ENTERED,
    ENTRY,
    EXIT_SL,
    PRICES,
    STOP,
    STREAM,
    TRADE_ID,
    bar_us,
    by_arrival,
    ran,
    say,
)

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.signals.event import Event
    from secondskies_desktop.signals.view import SignalView


def fill(number: int, field: str, value: Any, confidence: float = 0.95, **said: Any) -> Fill:
    """Return a row of the log for the signal of these tests."""
    row = Fill(
        number,
        0,
        FillKind.FILL,
        STREAM,
        TRADE_ID,
        field,
        value,
        Source.INFERRED,
        confidence,
        "why",
        (),
        None,
        "engine",
    )
    return msgspec.structs.replace(row, **said)


def undo(number: int, refers: int) -> Fill:
    """Return a row that takes another back."""
    return fill(number, "", None, kind=FillKind.UNDO, refers=refers)


def told(events: list[Event], *rows: Fill) -> SignalState:
    """Fold events, then join rows."""
    state = SignalState(STREAM, TRADE_ID)
    for place, event in enumerate(events):
        fold(state, event, place, (place, place))
    for row in rows:
        filling.join(state, row)
    return state


def seen(events: list[Event], *rows: Fill) -> SignalView:
    """Return what is shown of events and rows."""
    return derive(told(events, *rows))


CANCELLED = fill(1, "CANCELLED", bar_us(3))


def test_that_a_cancellation_is_filled_in_and_marked() -> None:
    view = seen([CREATED], CANCELLED)
    assert (view.status, view.cancelled_us) == (Status.CANCELLED, bar_us(3))
    assert view.sources["cancelled_at"] == Source.INFERRED
    assert "CANCELLED" in view.inferred
    assert "CANCELLED" not in view.event_counts
    assert [one.field for one in view.filled] == ["CANCELLED"]


def test_that_an_entry_withdraws_an_inferred_cancellation() -> None:
    view = seen([CREATED, ENTERED], CANCELLED)
    assert view.status is Status.ACTIVE
    assert view.filled == ()


def test_that_what_was_received_wins_over_a_fill() -> None:
    view = seen([CREATED, ENTERED], fill(1, "entry_price", ENTRY + 5))
    assert (view.entry_price, view.sources["entry_price"], view.filled) == (ENTRY, Source.RECEIVED, ())


def test_that_a_value_that_nobody_said_is_filled_in_with_its_source() -> None:
    view = seen([CREATED, ran(0.5, 0.5)], fill(1, "entry_price", ENTRY, source=Source.SECOND))
    assert (view.entry_price, view.sources["entry_price"]) == (ENTRY, Source.SECOND)
    assert "entry_price" not in view.inferred


def test_that_a_missed_exit_ends_both_trades_and_later_life_withdraws_it() -> None:
    missed = fill(1, "EXIT_SL", bar_us(8))
    view = seen([CREATED, ENTERED, ran(0.5, 0.5, -0.2, minute=6)], missed)
    assert (view.status, view.exit_us) == (Status.COMPLETED, bar_us(8))
    assert view.be_status is LegStatus.STOPPED_SL
    assert view.mae == -1.0
    alive = ran(0.6, 0.6, -0.2, minute=10)
    alive = msgspec.structs.replace(alive, price=ENTRY)
    assert seen([CREATED, ENTERED, alive], missed).status is Status.ACTIVE


def test_that_an_excursion_that_goes_on_withdraws_an_end_of_the_be_leg() -> None:
    ended, ran_on = fill(1, "EXIT_BE", bar_us(12)), ran(2.5, 2.5, minute=20)
    held = [ENTERED, ran(1.2, 1.2, minute=6), ran(1.2, 2.5, minute=20)]
    assert seen(held, ended).be_status is LegStatus.STOPPED_BE
    for alive in (ran_on, msgspec.structs.replace(ran_on, stamp_us=bar_us(20))):
        view = seen([ENTERED, ran(1.2, 1.2, minute=6), alive], ended)
        assert (view.be_status, view.be_mfe, view.filled) == (LegStatus.RUNNING, 2.5, ())
    undated = [ran(2.5, 2.5, minute=20), by_arrival(EventType.MFE_UPDATE, 20, be_mfe=2.5)]
    assert seen([ENTERED, *undated], ended).be_status is LegStatus.STOPPED_BE
    assert seen([ENTERED, *reversed(undated)], ended).be_status is LegStatus.STOPPED_BE


def test_that_an_exit_that_was_withdrawn_does_not_hide_the_one_that_was_found_later() -> None:
    alive = msgspec.structs.replace(ran(0.6, 0.6, minute=10), price=ENTRY)
    view = seen([ENTERED, alive], fill(1, "EXIT_SL", bar_us(8)), fill(2, "EXIT_SL", bar_us(30)))
    assert (view.status, view.exit_us) == (Status.COMPLETED, bar_us(30))
    assert [one.id for one in view.filled] == [2]


def test_that_targets_are_only_those_of_the_entry_and_the_stop_that_count() -> None:
    other = say(EventType.ENTRY, 4, detail={**PRICES, "entry_price": ENTRY + 2})
    targets = fill(1, "targets", {"target_1R": 2 * ENTRY - STOP}, 1.0)
    choice = fill(2, "entry_price", ENTRY + 2, kind=FillKind.CHOICE)
    again = fill(3, "targets", {"target_1R": 2 * (ENTRY + 2) - STOP}, 1.0)
    events = [CREATED, ENTERED, other]
    assert seen(events, targets).targets == targets.value
    assert seen(events, targets, choice).targets is None
    assert seen(events, targets, choice, again).targets == again.value
    assert seen(events, targets, choice, again, undo(4, 2)).targets == targets.value
    assert seen([CREATED, say(EventType.ENTRY, 4)], targets).targets is None


def test_that_an_undone_fill_has_no_effect_and_the_next_surest_has() -> None:
    first, second = fill(1, "CANCELLED", bar_us(3), 0.95), fill(2, "CANCELLED", bar_us(5), 0.5)
    assert seen([CREATED], first, second).cancelled_us == bar_us(3)
    assert seen([CREATED], first, second, undo(3, 1)).cancelled_us == bar_us(5)
    assert seen([CREATED], first, second, undo(3, 1), undo(4, 2)).status is Status.PENDING


def test_that_values_that_differ_are_kept_as_a_conflict_until_one_is_chosen() -> None:
    other = say(EventType.ENTRY, 4, detail={"entry_price": ENTRY + 1, "stop_loss": 25_490.0})
    view = seen([CREATED, ENTERED, other])
    assert (view.entry_price, view.conflicts) == (ENTRY, {"entry_price": (ENTRY + 1,)})
    chosen = fill(1, "entry_price", ENTRY + 1, kind=FillKind.CHOICE)
    view = seen([CREATED, ENTERED, other], chosen)
    assert (view.entry_price, view.conflicts) == (ENTRY + 1, {})


def test_that_a_row_of_an_unknown_field_changes_nothing() -> None:
    assert seen([CREATED], fill(1, "no such field", 1)) == seen([CREATED])


ROWS = [
    CANCELLED,
    fill(2, "CONFIRMED", bar_us(3)),
    fill(3, "EXIT_SL", bar_us(12)),
    fill(4, "EXIT_BE", None),
    fill(5, "targets", {"target_1R": 1.0}),
    fill(6, "htf", {"h1": "Bullish"}, 0.4),
    undo(7, 3),
    undo(8, 4),
]


@given(st.permutations(ROWS), st.lists(st.sampled_from(ROWS), max_size=4), st.data())
def test_that_neither_order_nor_repetition_of_fills_matters(
    rows: list[Fill], again: list[Fill], data: st.DataObject
) -> None:
    lived = [CREATED, ENTERED, ran(0.5, 0.5), ran(1.5, 1.5, minute=20), EXIT_SL]
    events = lived[: data.draw(st.integers(1, 5))]
    late = told([], *rows, *again)
    for place, event in enumerate(events):
        fold(late, event, place, (place, place))
    assert late == told(events, *ROWS)
    assert derive(late) == seen(events, *ROWS)


def test_that_the_pump_joins_fills_after_arrivals_and_goes_on_where_it_stood(database: URL) -> None:
    body = (
        b'{"event_type":"SIGNAL_CREATED","schema_version":"1.0.0","trade_id":"20251202_094200000_BULLISH",'
        b'"direction":"Bullish","event_timestamp":"2025-12-02T09:42:00"}'
    )
    put(database, body)
    with writing(database) as connection:
        assert fill_log.append(connection, [CANCELLED, fill(0, "CANCELLED", 1, trade_id="unheard")]) == [1, 2]
    pump = Pump(database)
    pump.run_to_end()
    with reading(database) as connection:
        (row,) = signal_store.every(connection)
        assert row.view.status is Status.CANCELLED
        assert fill_log.of_signal(connection, STREAM, TRADE_ID) == [CANCELLED]
    with writing(database) as connection:
        fill_log.append(connection, [undo(0, 1)])
    pump.run_to_end()
    pump.close()
    with reading(database) as connection:
        (row,) = signal_store.every(connection)
        assert row.view.status is Status.PENDING


@pytest.mark.parametrize("value", [None, 1.5, {"a": 1.0}, 1_764_686_520_000_000])
def test_that_a_row_comes_back_from_the_log_as_it_was_written(database: URL, value: object) -> None:
    row = fill(1, "htf", value, because=(3, 4))
    with writing(database) as connection:
        fill_log.append(connection, [row])
    with reading(database) as connection:
        assert fill_log.after(connection, 0, 10) == [row]
        assert fill_log.by_id(connection, 1) == row
        assert fill_log.last_id(connection) == 1
