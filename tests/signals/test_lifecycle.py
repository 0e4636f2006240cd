"""The fold is a join, and what a signal's state shows never contradicts itself (domain.md §1.8-1.13, §4.3)."""

from __future__ import annotations

import hashlib
import random
import shutil
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from secondskies_desktop.demo.speech import Defects, Generation, speak
from secondskies_desktop.foundation.database.engine import sqlite_url
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.ingest.store import Arrival
from secondskies_desktop.market.bars import Bar
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.answers import as_full_answer
from secondskies_desktop.signals.climb import climb, height
from secondskies_desktop.signals.derived import derive
from secondskies_desktop.signals.event import Event
from secondskies_desktop.signals.explain import explain
from secondskies_desktop.signals.history import derived_events, in_order
from secondskies_desktop.signals.lifecycle import SignalState, fold, plan, walk_again
from secondskies_desktop.signals.outcome import BeMode, OutcomeState
from secondskies_desktop.signals.vocabulary import Direction, EventType, LegStatus, Source, Status
from tests.clocks import START_US
from tests.databases import reading, writing
from tests.signals.told import (
    CANCELLED,
    CONFIRMED,
    CREATED,
    ENTERED,
    ENTRY,
    EXIT_BE,
    EXIT_SL,
    PRICES,
    STOP,
    STREAM,
    TRADE_ID,
    TRIANGLE_US,
    TRIGGERED,
    bar_us,
    by_arrival,
    ran,
    result,
    say,
    stamped,
    told,
    view_of,
)

if TYPE_CHECKING:
    from secondskies_desktop.signals.climb import Climb
    from secondskies_desktop.signals.lifecycle import Order
    from secondskies_desktop.signals.view import SignalView

NOT_STARTED, RUNNING = LegStatus.NOT_STARTED, LegStatus.RUNNING
STOPPED_BE, STOPPED_SL, NOT_TRACKED = LegStatus.STOPPED_BE, LegStatus.STOPPED_SL, LegStatus.NOT_TRACKED
WIN, SCRATCH, LOSS = OutcomeState.WIN, OutcomeState.SCRATCH, OutcomeState.LOSS
OPEN, AMBIGUOUS = OutcomeState.OPEN, OutcomeState.AMBIGUOUS

Arrived = tuple[Event, int, "Order"]
"""An event with its arrival and its place among all arrivals: inputs that go where it goes."""

modest = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    # To explain a failure takes longer than a test may.
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)

minutes = st.none() | st.integers(0, 4).map(bar_us)
favourable = st.none() | st.sampled_from([0.0, 0.4, 0.9999999, 1.0, 1.3, 2.5]) | st.floats(0, 30, width=32)
adverse = st.none() | st.sampled_from([0.0, -0.4, -0.98, -1.0, -1.2]) | st.floats(-3, 0, width=32)
points = st.integers(-60, 60).map(lambda ticks: ENTRY + ticks / 4)
sources = st.sampled_from([Source.RECEIVED, Source.RECEIVED, *Source])
details = st.fixed_dictionaries(
    {},
    optional={
        "entry_price": st.sampled_from([ENTRY, ENTRY + 1]),
        "stop_loss": st.sampled_from([STOP, STOP - 5, ENTRY + 10]),
        "symbol": st.sampled_from(["MNQ1!", "NQ1!"]),
        "bars_to_confirm": st.integers(1, 9),
        "htf": st.sampled_from([{"h1": "Bullish"}, {"h1": "Bearish", "m5": "Neutral"}]),
        "exit_price": points,
        "exit_reason": st.sampled_from(["be_stop_loss_hit", "stop_loss_hit"]),
        "lowest_low": points,
        "highest_high": points,
    },
)
confirmations = st.none() | st.tuples(st.integers(0, 9).map(bar_us), sources)
by_bars = st.sampled_from([{}, {}, {"by_bars": True}, {"by_bars": True, "alive": True}])


def _detail(said: dict[str, Any], confirmed: tuple[int, Source] | None, more: dict[str, Any]) -> object:
    if confirmed is not None:
        said = said | {"confirmed_us": confirmed[0], "confirmed_source": confirmed[1]}
    return said | more or None


events = st.builds(
    Event,
    type=st.sampled_from([*EventType, EventType.MFE_UPDATE, EventType.MFE_UPDATE]),
    trade_id=st.just(TRADE_ID),
    at_us=minutes,
    at_source=sources,
    stamp_us=minutes,
    direction=st.none() | st.sampled_from(Direction),
    signal_us=minutes,
    signal_source=sources,
    be_mfe=favourable,
    no_be_mfe=favourable,
    mae=adverse,
    price=st.none() | points,
    be_triggered=st.none() | st.booleans(),
    detail=st.builds(_detail, details, confirmations, by_bars),
)


FOLLOWED_BY_BARS = say(
    EventType.SIGNAL_CREATED,
    0,
    direction=Direction.BULLISH,
    detail={"by_bars": True, **PRICES, "confirmed_us": bar_us(0), "confirmed_source": Source.RECEIVED},
)


@st.composite
def arrivals(draw: st.DrawFn) -> list[Arrived]:
    """Draw events of one signal with arrivals that may fall together; the place in the inbox parts them."""
    said = draw(st.lists(st.tuples(events, st.integers(0, 3)), max_size=12))
    if draw(st.booleans()):
        said.append((FOLLOWED_BY_BARS, 3))
    return [
        (event, bar_us(60) + second * 1_000_000, (bar_us(60) + second * 1_000_000, place))
        for place, (event, second) in enumerate(said)
    ]


@st.composite
def markets(draw: st.DrawFn) -> list[Bar]:
    """Draw bars around entry and stop, oldest first, with minutes left out."""
    found = []
    for minute in sorted(draw(st.sets(st.integers(0, 25), max_size=12))):
        low, opened, closed, high = sorted(draw(st.lists(points, min_size=4, max_size=4)))
        found.append(Bar(bar_us(minute), opened, high, low, closed))
    return found


def joined(said: list[Arrived]) -> SignalState:
    """Fold in the order of the list."""
    state = SignalState(STREAM, TRADE_ID)
    for event, received_us, order in said:
        fold(state, event, received_us, order)
    return state


def stored(state: SignalState) -> SignalState:
    """Write a state as the projection does, and read it again."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=SignalState)


@modest
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=10), st.data())
def test_that_a_climb_is_the_greatest_value_by_each_time_in_any_order(
    values: list[tuple[int, int]], data: st.DataObject
) -> None:
    steps: Climb = []
    for at_us, value in data.draw(st.permutations([*values, *values[:3]])):
        climb(steps, at_us, value)
    for until_us in (*range(-1, 6), None):
        known = [value for at_us, value in values if until_us is None or at_us <= until_us]
        assert height(steps, until_us) == (max(known) if known else None)
    assert all(one[0] < later[0] and one[1] < later[1] for one, later in pairwise(steps))


@modest
@given(arrivals(), markets(), st.data())
def test_that_neither_order_nor_repetition_nor_split_matters(
    said: list[Arrived], market: list[Bar], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(said), max_size=8)) if said else []
    shuffled = data.draw(st.permutations([*said, *again]))
    cut = data.draw(st.integers(0, len(shuffled)))
    one = joined(said)
    other = stored(joined(shuffled[:cut]))
    for event, received_us, order in shuffled[cut:]:
        fold(other, event, received_us, order)
    assert stored(other) == stored(one)
    for state in (one, other):
        walk_again(state, market)
    assert derive(other) == derive(one) == derive(stored(one))


@pytest.mark.parametrize("generation", [Generation.SNAPSHOT, Generation.BATCH, Generation.TELEMETRY_Z])
def test_that_an_inbox_filled_in_another_order_gives_the_same_signals(
    made_sqlite: Path, tmp_path: Path, generation: Generation
) -> None:
    defects = Defects(repeated_exit=0.3, missing_creation=0.2, missing_entry=0.2, exit_first=0.3)
    said = {one.body: one.bar_close_us for one in speak(5, START_US, 240, generation, defects)}
    rows = [
        Arrival(close_us + place, "webhook:default", STREAM, hashlib.sha256(body).digest(), None, body)
        for place, (body, close_us) in enumerate(said.items())
    ]
    found = []
    for seed in (0, 1, 2):
        if seed:
            random.Random(seed).shuffle(rows)
        url = sqlite_url(Path(shutil.copy(made_sqlite, tmp_path / f"{seed}.db")))
        with writing(url) as connection:
            store.append_arrivals(connection, rows)
        pump = Pump(url)
        while pump.step(0.02):
            pass
        pump.close()
        with reading(url) as connection:
            found.append({row.view.trade_id: row.view for row in signal_store.every(connection)})
    assert len(found[0]) > 5
    assert found[1] == found[0]
    assert found[2] == found[0]


@modest
@given(arrivals(), markets())
def test_that_a_view_never_contradicts_itself(said: list[Arrived], market: list[Bar]) -> None:
    state = joined(said)
    walk_again(state, market)
    view = derive(state)
    be, no_be = view.be_status, view.no_be_status
    if view.be_mfe is not None and view.no_be_mfe is not None:
        assert 0 <= view.be_mfe <= view.no_be_mfe
    assert view.mae is None or view.mae <= 0
    assert no_be in (NOT_STARTED, RUNNING, STOPPED_SL)
    assert (be is NOT_STARTED) == (no_be is NOT_STARTED)
    if no_be is STOPPED_SL:
        assert be is not RUNNING
        assert view.mae is not None
        assert view.mae <= -1
    if no_be is NOT_STARTED:
        assert (view.be_mfe, view.no_be_mfe, view.mae) == (None, None, None)
    if be is NOT_TRACKED:
        assert view.be_mfe is None
    assert view.exit_us is None or no_be is STOPPED_SL
    assert view.be_exit_us is None or be in (STOPPED_BE, STOPPED_SL)
    assert view.ambiguous == bool(view.ambiguous_because)
    assert view.other_be is None or view.ambiguous
    assert_status_follows_the_legs(view)


def assert_status_follows_the_legs(view: SignalView) -> None:
    """Compare the status of the whole signal with that of its two strategies."""
    if view.risk_points is not None and view.risk_points <= 0:
        assert view.status is Status.INVALID
    elif view.no_be_status is STOPPED_SL:
        assert view.status is Status.COMPLETED
    elif view.be_status is STOPPED_BE:
        assert view.status is Status.BE_STOPPED
    elif view.no_be_status is RUNNING:
        assert view.status in (Status.ACTIVE, Status.BE_PROTECTED)
    else:
        assert view.status in (Status.PENDING, Status.CONFIRMED, Status.CANCELLED)


@modest
@given(arrivals(), markets())
def test_that_every_known_value_has_a_source_and_a_reason(said: list[Arrived], market: list[Bar]) -> None:
    state = joined(said)
    walk_again(state, market)
    view = derive(state)
    answer = as_full_answer(view)
    names = {name.removesuffix("_source") for name in answer if name.endswith("_source")}
    known = {name for name in names if answer[name] is not None}
    assert {name for name in names if answer[f"{name}_source"] is not None} == known
    assert {answer[f"{name}_source"] for name in known} <= set(Source)
    made = in_order(derived_events(view))
    assert {event.type for event in made} <= set(view.inferred)
    assert not set(view.inferred) & set(view.event_counts)
    assert {reason.field for reason in explain(view, made)} == known | {"status", "be_status", "no_be_status"}


def proves_no_end(event: Event) -> bool:
    """Tell whether an event is none that cuts what was said of the time behind it."""
    return event.type not in (EventType.EXIT_BE, EventType.EXIT_SL) or (
        event.at_us is None or event.at_source is not Source.RECEIVED
    )


@modest
@given(st.lists(events.filter(proves_no_end), max_size=12))
def test_that_excursions_only_grow_while_no_end_is_proved(said: list[Event]) -> None:
    views = [derive(told(said[:count])) for count in range(len(said) + 1)]
    for one, later in pairwise(views):
        for name in ("be_mfe", "no_be_mfe"):
            before, after = getattr(one, name), getattr(later, name)
            assert before is None or after is None or after >= before


@modest
@given(st.lists(events, max_size=12))
def test_that_a_leg_that_was_said_to_have_ended_stays_so(said: list[Event]) -> None:
    for count in range(len(said) + 1):
        view, kinds = derive(told(said[:count])), {event.type for event in said[:count]}
        if EventType.EXIT_SL in kinds:
            assert view.no_be_status is STOPPED_SL
            assert view.be_status is not RUNNING
        if EventType.EXIT_BE in kinds:
            assert view.be_status in (STOPPED_BE, STOPPED_SL)


@modest
@given(favourable, favourable, st.booleans(), st.permutations(range(4)))
def test_that_an_exit_at_break_even_is_a_scratch_only_where_it_was_triggered(
    be_mfe: float | None, no_be_mfe: float | None, has_triggered: bool, order: list[int]
) -> None:
    said = [ENTERED, ran(be_mfe, no_be_mfe), EXIT_BE, TRIGGERED if has_triggered else ENTERED]
    view = view_of(*(said[place] for place in order))
    is_untracked = be_mfe == 0 and no_be_mfe is not None and no_be_mfe >= 1
    best = no_be_mfe if be_mfe is None or is_untracked else be_mfe
    if (best is not None and best >= 1 - 1e-6) or (has_triggered and be_mfe is None):
        assert (view.be_status, view.no_be_status, view.status) == (STOPPED_BE, RUNNING, Status.BE_STOPPED)
    else:
        assert (view.be_status, view.no_be_status, view.status) == (STOPPED_SL, STOPPED_SL, Status.COMPLETED)
        assert view.mae == -1
        assert "EXIT_SL" in view.inferred


def test_that_an_end_that_proves_its_bar_leaves_later_excursions_out() -> None:
    said = [
        stamped(EventType.MFE_UPDATE, 6, be_mfe=1.2, no_be_mfe=1.2, mae=-0.2),
        stamped(EventType.EXIT_BE, 9, be_mfe=1.4, no_be_mfe=1.4),
        stamped(EventType.MFE_UPDATE, 11, be_mfe=1.9, no_be_mfe=2.5, mae=-0.5),
        stamped(EventType.EXIT_SL, 14, no_be_mfe=2.5),
        stamped(EventType.MFE_UPDATE, 16, be_mfe=9.0, no_be_mfe=9.0, mae=-9.0),
    ]
    for some in (said, said[::-1]):
        view = view_of(*some)
        assert (view.be_mfe, view.no_be_mfe, view.mae) == (1.4, 2.5, -1.0)
        assert (view.be_exit_us, view.exit_us) == (bar_us(9), bar_us(14))


def test_that_what_only_an_arrival_dates_cuts_nothing() -> None:
    view = view_of(
        by_arrival(EventType.EXIT_SL, 9, no_be_mfe=1.4),
        by_arrival(EventType.MFE_UPDATE, 11, be_mfe=1.9, no_be_mfe=2.5),
    )
    assert (view.no_be_mfe, view.exit_us, view.sources["exit_at"]) == (2.5, bar_us(9), Source.ARRIVAL)


Row = tuple[list[Event], Status, LegStatus, LegStatus, OutcomeState, OutcomeState]
LOW, HIGH, RETURNED = ran(0.4, 0.4, -0.3), ran(1.3, 1.3, -0.3), ran(1.3, 2.6, -0.3, minute=10)

# The rows of the table of domain.md §4.3 in its order, then those that its reading notes add.
LIVES: dict[str, Row] = {
    "none, created": ([CREATED], Status.PENDING, NOT_STARTED, NOT_STARTED, OPEN, OPEN),
    "none, entry": ([ENTERED], Status.ACTIVE, RUNNING, RUNNING, OPEN, OPEN),
    "pending, cancelled": ([CREATED, CANCELLED], Status.CANCELLED, NOT_STARTED, NOT_STARTED, OPEN, OPEN),
    "pending, confirmed": ([CREATED, CONFIRMED], Status.CONFIRMED, NOT_STARTED, NOT_STARTED, OPEN, OPEN),
    "pending, entry": ([CREATED, ENTERED], Status.ACTIVE, RUNNING, RUNNING, OPEN, OPEN),
    "active, update": ([ENTERED, LOW], Status.ACTIVE, RUNNING, RUNNING, OPEN, OPEN),
    "active, triggered": ([ENTERED, HIGH, TRIGGERED], Status.BE_PROTECTED, RUNNING, RUNNING, OPEN, OPEN),
    "active, +1R": ([ENTERED, LOW, HIGH], Status.BE_PROTECTED, RUNNING, RUNNING, OPEN, OPEN),
    "active, stop": ([ENTERED, LOW, EXIT_SL], Status.COMPLETED, STOPPED_SL, STOPPED_SL, LOSS, LOSS),
    "protected, update": (
        [ENTERED, HIGH, TRIGGERED, ran(1.8, 1.8)],
        Status.BE_PROTECTED,
        RUNNING,
        RUNNING,
        OPEN,
        OPEN,
    ),
    "protected, break-even": (
        [ENTERED, HIGH, TRIGGERED, EXIT_BE],
        Status.BE_STOPPED,
        STOPPED_BE,
        RUNNING,
        SCRATCH,
        OPEN,
    ),
    "stopped at entry, update": (
        [ENTERED, HIGH, TRIGGERED, EXIT_BE, RETURNED],
        Status.BE_STOPPED,
        STOPPED_BE,
        RUNNING,
        SCRATCH,
        WIN,
    ),
    "stopped at entry, stop": (
        [ENTERED, HIGH, TRIGGERED, EXIT_BE, EXIT_SL],
        Status.COMPLETED,
        STOPPED_BE,
        STOPPED_SL,
        SCRATCH,
        LOSS,
    ),
    "protected, stop": (
        [ENTERED, HIGH, TRIGGERED, EXIT_SL],
        Status.COMPLETED,
        STOPPED_BE,
        STOPPED_SL,
        SCRATCH,
        LOSS,
    ),
    "active, break-even never triggered": (
        [ENTERED, LOW, EXIT_BE],
        Status.COMPLETED,
        STOPPED_SL,
        STOPPED_SL,
        LOSS,
        LOSS,
    ),
    "triggered while the excursion is unknown, break-even": (
        [ENTERED, TRIGGERED, EXIT_BE],
        Status.BE_STOPPED,
        STOPPED_BE,
        RUNNING,
        OutcomeState.UNKNOWN,
        OPEN,
    ),
    "triggered, and below 1R to the end": (
        [ENTERED, LOW, TRIGGERED, EXIT_BE],
        Status.COMPLETED,
        STOPPED_SL,
        STOPPED_SL,
        AMBIGUOUS,
        LOSS,
    ),
    "triggered, and below 1R to the stop": (
        [ENTERED, LOW, TRIGGERED, EXIT_SL],
        Status.COMPLETED,
        STOPPED_SL,
        STOPPED_SL,
        AMBIGUOUS,
        LOSS,
    ),
    "completed, update": ([EXIT_SL, LOW], Status.COMPLETED, STOPPED_SL, STOPPED_SL, LOSS, LOSS),
    "completed, cancelled": (
        [ENTERED, LOW, EXIT_SL, CANCELLED],
        Status.COMPLETED,
        STOPPED_SL,
        STOPPED_SL,
        LOSS,
        LOSS,
    ),
    "cancelled, confirmed": (
        [CREATED, CANCELLED, CONFIRMED],
        Status.CANCELLED,
        NOT_STARTED,
        NOT_STARTED,
        OPEN,
        OPEN,
    ),
    "cancelled, entry": ([CREATED, CANCELLED, ENTERED], Status.ACTIVE, RUNNING, RUNNING, OPEN, OPEN),
    "update without entry": ([LOW], Status.ACTIVE, RUNNING, RUNNING, OPEN, OPEN),
    "not tracked": ([ENTERED, ran(0.0, 2.6)], Status.ACTIVE, NOT_TRACKED, RUNNING, OutcomeState.UNKNOWN, WIN),
    "not tracked, stop": (
        [ENTERED, ran(0.0, 1.6), EXIT_SL],
        Status.COMPLETED,
        NOT_TRACKED,
        STOPPED_SL,
        OutcomeState.UNKNOWN,
        LOSS,
    ),
    "no risk": (
        [say(EventType.ENTRY, 4, direction=Direction.BEARISH, detail=PRICES)],
        Status.INVALID,
        RUNNING,
        RUNNING,
        OPEN,
        OPEN,
    ),
}


@pytest.mark.parametrize(
    ("said", "status", "be_status", "no_be_status", "be_result", "no_be_result"),
    LIVES.values(),
    ids=LIVES.keys(),
)
def test_that_every_life_of_the_table_ends_where_it_says(
    said: list[Event],
    status: Status,
    be_status: LegStatus,
    no_be_status: LegStatus,
    be_result: OutcomeState,
    no_be_result: OutcomeState,
) -> None:
    for some in (said, said[::-1], [*said, *said]):
        view = view_of(*some)
        assert (view.status, view.be_status, view.no_be_status) == (status, be_status, no_be_status)
        assert result(view, 2, BeMode.BE1).state is be_result
        assert result(view, 2, BeMode.NO_BE).state is no_be_result


@pytest.mark.parametrize("kind", [EventType.EXIT_BE, EventType.EXIT_SL, EventType.MFE_UPDATE])
def test_that_a_signal_of_which_only_the_end_is_known_is_listed_with_nulls(kind: EventType) -> None:
    state = SignalState(STREAM, "telemetry:7")
    fold(state, Event(kind, "telemetry:7", stamp_us=bar_us(9)), bar_us(10), (bar_us(10), 1))
    answer = as_full_answer(derive(state))
    for name in ("direction", "session", "signal_at", "entry_at", "exit_at", "entry_price", "stop_loss"):
        assert answer[name] is None
        assert answer[f"{name}_source"] is None
    assert (answer["be_mfe"], answer["no_be_mfe"]) == (None, None)
    assert "ENTRY" not in answer["event_counts"]
    assert "SIGNAL_CREATED" not in answer["event_counts"]
    assert "SIGNAL_CREATED" in answer["inferred"]


def test_that_entry_and_stop_come_from_the_first_message_that_carries_them() -> None:
    first = say(EventType.MFE_UPDATE, 6, detail=PRICES)
    second = say(EventType.EXIT_SL, 9, detail={"entry_price": ENTRY + 3, "stop_loss": STOP + 3})
    said: list[Arrived] = [
        (first, bar_us(7), (bar_us(7), 1)),
        (second, bar_us(10), (bar_us(10), 2)),
    ]
    for some in (said, said[::-1]):
        state = joined(some)
        view = derive(state)
        assert (view.entry_price, view.stop_loss, view.risk_points) == (ENTRY, STOP, ENTRY - STOP)
        assert view.entry_us is None


def test_that_an_exit_that_comes_forty_times_counts_once() -> None:
    once, often = (view_of(ENTERED, HIGH, *[EXIT_BE] * count) for count in (1, 40))
    assert often.event_counts == once.event_counts == {"ENTRY": 1, "EXIT_BE": 1}
    assert (often.status, often.be_exit_us) == (once.status, once.be_exit_us)


def test_that_of_repeated_exits_the_earliest_bar_counts() -> None:
    said = [say(EventType.EXIT_SL, minute) for minute in (14, 12, 13)]
    assert view_of(ENTERED, *said).exit_us == bar_us(12)


def test_that_a_time_that_is_said_wins_over_one_that_is_guessed() -> None:
    view = view_of(by_arrival(EventType.EXIT_SL, 11), say(EventType.EXIT_SL, 12))
    assert (view.exit_us, view.sources["exit_at"]) == (bar_us(12), Source.RECEIVED)


def test_that_what_follows_from_an_exit_by_arrival_stays_marked_so() -> None:
    view = view_of(ENTERED, LOW, by_arrival(EventType.EXIT_BE, 11))
    assert (view.exit_us, view.sources["exit_at"]) == (bar_us(11), Source.ARRIVAL)
    said = view_of(ENTERED, LOW, EXIT_BE)
    assert (said.exit_us, said.sources["exit_at"]) == (bar_us(9), Source.INFERRED)


def test_that_an_end_that_was_only_inferred_is_withdrawn_when_the_trigger_comes() -> None:
    before, after = view_of(ENTERED, LOW, EXIT_BE), view_of(ENTERED, LOW, EXIT_BE, HIGH)
    assert (before.no_be_status, before.status) == (STOPPED_SL, Status.COMPLETED)
    assert (after.no_be_status, after.status) == (RUNNING, Status.BE_STOPPED)
    assert after.mae == -0.3


@pytest.mark.parametrize(
    ("direction", "detail", "mae"),
    [
        (Direction.BULLISH, {"lowest_low": ENTRY - 4, "highest_high": ENTRY + 50}, -0.4),
        (Direction.BULLISH, {"lowest_low": ENTRY + 1}, 0.0),
        (Direction.BEARISH, {"highest_high": ENTRY + 4, "lowest_low": ENTRY - 50}, -0.4),
    ],
    ids=["bullish", "never below entry", "bearish"],
)
def test_that_the_extremes_of_the_first_generation_give_the_adverse_excursion(
    direction: Direction, detail: dict[str, float], mae: float
) -> None:
    stop = ENTRY - direction.sign * 10
    said = say(
        EventType.MFE_UPDATE,
        6,
        direction=direction,
        detail=detail | {"entry_price": ENTRY, "stop_loss": stop},
    )
    view = view_of(said)
    assert (view.mae, view.sources["mae"]) == (mae, Source.RECOMPUTED)


@pytest.mark.parametrize(("received", "shown"), [(-0.977, -1.0), (None, -1.0), (-1.2, -1.2)])
def test_that_a_stopped_trade_went_at_least_to_its_stop(received: float | None, shown: float) -> None:
    view = view_of(ENTERED, ran(0.4, 0.4, received), EXIT_SL)
    assert view.mae == shown
    assert ("mae" in view.inferred) == (received != shown)


def test_that_the_last_price_is_the_newest_bars_and_of_its_prices_the_first_received() -> None:
    said = [
        say(EventType.MFE_UPDATE, minute, price=ENTRY + tick) for minute, tick in ((5, 1), (7, 2), (7, 3))
    ]
    arrived: list[Arrived] = [(event, bar_us(60), (bar_us(60), place)) for place, event in enumerate(said)]
    for some in (arrived, arrived[::-1]):
        assert derive(joined(some)).last_price == ENTRY + 2


def test_that_session_and_trade_date_are_those_of_the_triangle_and_else_of_the_ids_bar() -> None:
    view = view_of(CREATED, ENTERED)
    assert (view.session, view.trade_date) == ("NY AM", "2025-12-02")
    assert view.sources["session"] == Source.RECOMPUTED
    confirmed = {"confirmed_us": TRIANGLE_US + 5 * 3600 * 1_000_000, "confirmed_source": Source.ID}
    other = view_of(say(EventType.ENTRY, 300, detail=confirmed))
    assert (other.signal_us, other.session) == (None, "NY PM")
    assert other.sources["session"] == Source.INFERRED
    assert "session" in other.inferred


def test_that_a_walk_needs_direction_entry_stop_and_confirmation() -> None:
    whole = {"by_bars": True, **PRICES, "confirmed_us": bar_us(3), "confirmed_source": Source.RECEIVED}
    assert plan(told([say(EventType.SIGNAL_CREATED, 0, detail=whole)])) == (1, ENTRY, STOP, bar_us(4))
    for name in whole:
        part = {key: value for key, value in whole.items() if key != name}
        if name not in ("confirmed_us", "confirmed_source"):
            assert plan(told([say(EventType.SIGNAL_CREATED, 0, detail=part)])) is None
    part = {"by_bars": True, **PRICES}
    assert plan(told([say(EventType.SIGNAL_CREATED, 0, detail=part)])) is None
