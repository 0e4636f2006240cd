"""The walk of both strategies over one-minute bars, and how bars and messages are read together.

Sources: domain.md §1.7-1.9, §1.12, §4.5, §12.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondskies_desktop.market.bars import Bar
from secondskies_desktop.signals.derived import derive
from secondskies_desktop.signals.legs import BeLeg, Legs, start, step, walk
from secondskies_desktop.signals.lifecycle import (
    SignalState,
    is_stepped,
    needs_walk,
    take_bar,
    walk_again,
)
from secondskies_desktop.signals.outcome import BeMode, Outcome, OutcomeState
from secondskies_desktop.signals.vocabulary import Direction, EventType, LegStatus, Source, Status
from tests.signals.told import (
    ENTRY,
    MINUTE_US,
    PRICES,
    STOP,
    bar,
    bar_us,
    ran,
    result,
    say,
    told,
)

if TYPE_CHECKING:
    from secondskies_desktop.signals.event import Event

RUNNING, NOT_TRACKED = LegStatus.RUNNING, LegStatus.NOT_TRACKED
STOPPED_BE, STOPPED_SL = LegStatus.STOPPED_BE, LegStatus.STOPPED_SL
PLAN = (1, ENTRY, STOP, bar_us(0))

modest = settings(max_examples=100, deadline=None, derandomize=True)


def r_bar(minute: int, high_r: float, low_r: float) -> Bar:
    """Return a bar by its extremes in R from the entry; 0.1R is a point."""
    return bar(minute, ENTRY + 10 * high_r, ENTRY + 10 * low_r)


class Expected(NamedTuple):
    """How a walk ends: the minute and status of each leg's end, None where it runs, and the excursions."""

    canon: tuple[int | None, LegStatus, float]
    indicator: tuple[int | None, LegStatus, float]
    stopped: int | None
    mfe: float
    mae: float


def ended(legs: Legs) -> Expected:
    """Return how a walk has ended, in minutes."""

    def minute(at_us: int | None) -> int | None:
        return None if at_us is None else (at_us - bar_us(0)) // MINUTE_US

    canon, indicator = ((minute(leg.stopped_us), leg.status, leg.mfe) for leg in (legs.canon, legs.indicator))
    return Expected(canon, indicator, minute(legs.stopped_us), legs.mfe, legs.mae)


def both(minute: int | None, status: LegStatus, mfe: float, stopped: int | None, *r: float) -> Expected:
    """Return an end on which both intrabar orders agree; `r` is the No-BE MFE and the MAE."""
    return Expected((minute, status, mfe), (minute, status, mfe), stopped, r[0], r[1])


WALKS = {
    "no bar": ([], both(None, RUNNING, 0, None, 0, 0)),
    "never below entry": ([(0.5, 0.1)], both(None, RUNNING, 0.5, None, 0.5, 0)),
    "never above entry": ([(-0.1, -0.5)], both(None, RUNNING, 0, None, 0, -0.5)),
    "the entry bar counts": ([(0.9, -0.9)], both(None, RUNNING, 0.9, None, 0.9, -0.9)),
    "stop before the trigger": (
        [(0.5, -0.2), (0.7, -1.0)],
        both(1, STOPPED_SL, 0.5, 1, 0.5, -1),
    ),
    "stop missed by a tick": ([(0.5, -0.975)], both(None, RUNNING, 0.5, None, 0.5, -0.975)),
    "stop overshot": ([(0.5, -0.2), (0.1, -3.0)], both(1, STOPPED_SL, 0.5, 1, 0.5, -3)),
    "+1R missed by a tick, back at entry": (
        [(0.975, 0.1), (0.5, 0.0)],
        both(None, RUNNING, 0.975, None, 0.975, 0),
    ),
    "+1R, then entry touched": (
        [(0.5, 0.1), (1.0, 0.2), (0.9, 0.0)],
        both(2, STOPPED_BE, 1.0, None, 1.0, 0),
    ),
    "+1R, entry missed by a tick": (
        [(1.0, 0.2), (0.9, 0.025)],
        both(None, RUNNING, 1.0, None, 1.0, 0),
    ),
    "the BE=1 excursion grows after the trigger and is frozen at its end": (
        [(1.0, 0.2), (2.5, 0.5), (2.7, -0.1), (13.2, 0.5)],
        both(2, STOPPED_BE, 2.5, None, 13.2, -0.1),
    ),
    "both legs on one later bar, through entry and stop": (
        [(1.1, 0.2), (0.5, -1.5)],
        both(1, STOPPED_BE, 1.1, 1, 1.1, -1.5),
    ),
    "entry first, stop later": (
        [(1.1, 0.2), (0.5, 0.0), (1.4, 0.5), (9.0, -1.0), (9.5, 9.0)],
        both(1, STOPPED_BE, 1.1, 3, 1.4, -1),
    ),
    "+1R and the stop in one bar": (
        [(0.5, -0.2), (1.2, -1.1), (3.0, 2.0)],
        Expected((1, STOPPED_BE, 0.5), (1, STOPPED_SL, 0.5), 1, 0.5, -1.1),
    ),
    "+1R and entry in one bar, and running on": (
        [(0.5, 0.1), (1.2, -0.1), (2.0, 0.5)],
        Expected((1, STOPPED_BE, 0.5), (None, RUNNING, 2.0), None, 2.0, -0.1),
    ),
    "+1R and entry in one bar, entry again": (
        [(0.5, 0.1), (1.2, -0.1), (2.0, 0.5), (1.0, -0.5)],
        Expected((1, STOPPED_BE, 0.5), (3, STOPPED_BE, 2.0), None, 2.0, -0.5),
    ),
    "+1R and the stop on the entry bar": (
        [(1.0, -1.0)],
        Expected((0, STOPPED_BE, 0), (0, STOPPED_SL, 0), 0, 0, -1),
    ),
}


@pytest.mark.parametrize(("extremes", "expected"), WALKS.values(), ids=WALKS.keys())
@pytest.mark.parametrize("sign", [1, -1], ids=["bullish", "bearish"])
def test_that_a_walk_ends_as_the_rules_say(
    extremes: list[tuple[float, float]], expected: Expected, sign: int
) -> None:
    bars = [r_bar(minute, high, low) for minute, (high, low) in enumerate(extremes)]
    plan = (sign, ENTRY, ENTRY - sign * 10, bar_us(0))
    legs = walk(plan, bars if sign > 0 else [mirrored(one) for one in bars])
    found = ended(legs)
    assert found.canon == pytest.approx(expected.canon)
    assert found.indicator == pytest.approx(expected.indicator)
    assert found[2:] == pytest.approx(expected[2:])
    assert legs.ambiguous == (expected.canon[:2] != expected.indicator[:2])


def mirrored(one: Bar) -> Bar:
    """Return a bar turned over at the entry: what was above lies below."""
    return Bar(
        one.at_us, 2 * ENTRY - one.open, 2 * ENTRY - one.low, 2 * ENTRY - one.high, 2 * ENTRY - one.close
    )


def test_that_the_long_example_of_the_document_is_walked() -> None:
    plan = (1, 25_503.0, 25_487.75, bar_us(0))
    bars = [bar(0, 25_506, 25_500), bar(1, 25_510, 25_501), bar(2, 25_520, 25_508), bar(3, 25_515, 25_487)]
    legs = walk(plan, bars)
    assert (round(legs.mfe, 2), round(legs.canon.mfe, 2)) == (1.11, 1.11)
    assert legs.canon == legs.indicator == BeLeg(bar_us(2), bar_us(3), STOPPED_BE, legs.mfe)
    assert legs.stopped_us == bar_us(3)
    assert not legs.ambiguous


def test_that_the_short_example_of_the_document_is_walked() -> None:
    plan = (-1, 25_587.0, 25_602.25, bar_us(0))
    bars = [
        bar(0, 25_590, 25_580),
        bar(1, 25_586, 25_575),
        bar(2, 25_580, 25_570),
        bar(3, 25_602.25, 25_575),
    ]
    legs = walk(plan, bars)
    assert round(legs.mfe, 2) == 1.11
    assert legs.canon == legs.indicator == BeLeg(bar_us(2), bar_us(3), STOPPED_BE, legs.mfe)
    assert legs.stopped_us == bar_us(3)


def test_that_bars_before_the_entry_are_passed_over() -> None:
    legs = walk(PLAN, [r_bar(-2, 5, -5), r_bar(-1, 5, -5), r_bar(0, 0.5, 0.1)])
    assert (legs.mfe, legs.stopped_us, legs.missing) == (0.5, None, 0)
    assert legs.entry_open == ENTRY + 3


def test_that_the_open_of_a_later_bar_is_not_the_entry() -> None:
    legs = walk(PLAN, [r_bar(1, 0.5, 0.1)])
    assert (legs.entry_open, legs.missing) == (None, 1)


def test_that_nothing_moves_a_stopped_trade() -> None:
    bars = [r_bar(0, 0.5, -1)]
    legs = walk(PLAN, bars)
    later = walk(PLAN, bars)
    step(later, r_bar(5, 9, -9))
    assert later == legs


FRIDAY_1658_US = 1_764_971_880_000_000
"""2025-12-05 21:58 UTC: two minutes before the market closes for the weekend."""
SUNDAY_1800_US = 1_765_148_400_000_000
HOUR_US = 60 * MINUTE_US


@pytest.mark.parametrize(
    ("first_us", "second_us", "missing"),
    [
        (bar_us(0), bar_us(1), 0),
        (bar_us(0), bar_us(4), 3),
        (FRIDAY_1658_US + MINUTE_US, SUNDAY_1800_US, 0),
        (FRIDAY_1658_US, SUNDAY_1800_US, 1),
        (FRIDAY_1658_US, SUNDAY_1800_US + 2 * MINUTE_US, 3),
        # 2025-12-02 21:59 and 23:00 UTC: the daily maintenance from 17:00 to 18:00 in New York.
        (1_764_712_740_000_000, 1_764_716_400_000_000, 0),
        # Beyond the table nobody knows whether the market was open.
        (4_000_000_020_000_000, 4_000_000_020_000_000 + HOUR_US, 59),
    ],
    ids=[
        "next minute",
        "three left out",
        "weekend",
        "last minute of Friday",
        "both ends",
        "maintenance",
        "beyond",
    ],
)
def test_that_only_minutes_of_an_open_market_are_missing(first_us: int, second_us: int, missing: int) -> None:
    flat = (ENTRY + 1, ENTRY + 2, ENTRY + 1, ENTRY + 1)
    legs = walk((1, ENTRY, STOP, first_us), [Bar(first_us, *flat), Bar(second_us, *flat)])
    assert legs.missing == missing


def test_that_the_first_bars_of_a_trade_can_be_missing() -> None:
    assert walk(PLAN, [r_bar(3, 0.5, 0.1)]).missing == 3


ticks = st.integers(-60, 60).map(lambda tick: ENTRY + tick / 4)


@st.composite
def markets(draw: st.DrawFn) -> list[Bar]:
    """Draw bars around entry and stop, oldest first, with minutes left out."""
    found = []
    for minute in sorted(draw(st.sets(st.integers(-3, 20), max_size=12))):
        low, opened, closed, high = sorted(draw(st.lists(ticks, min_size=4, max_size=4)))
        found.append(Bar(bar_us(minute), opened, high, low, closed))
    return found


@modest
@given(markets())
def test_that_bullish_and_bearish_are_mirror_images(market: list[Bar]) -> None:
    bullish = walk((1, ENTRY, STOP, bar_us(0)), market)
    bearish = walk((-1, ENTRY, 2 * ENTRY - STOP, bar_us(0)), [mirrored(one) for one in market])
    assert ended(bearish) == ended(bullish)
    assert (bearish.canon, bearish.indicator, bearish.missing) == (
        bullish.canon,
        bullish.indicator,
        bullish.missing,
    )


@modest
@given(markets())
def test_that_a_walk_keeps_its_laws_at_every_bar(market: list[Bar]) -> None:
    legs = start(PLAN)
    for one in market:
        mfe, mae, stopped_us = legs.mfe, legs.mae, legs.stopped_us
        step(legs, one)
        assert legs.mfe >= mfe >= 0
        assert legs.mae <= mae <= 0
        assert stopped_us in (None, legs.stopped_us)
        for leg in (legs.canon, legs.indicator):
            assert leg.mfe <= legs.mfe
            assert (leg.stopped_us is None) == (leg.status is RUNNING)
            assert leg.stopped_us is None or legs.stopped_us is None or leg.stopped_us <= legs.stopped_us
            assert (leg.status is STOPPED_BE) <= (leg.triggered_us is not None)
        if legs.stopped_us is not None:
            assert legs.mae <= -1
            assert RUNNING not in (legs.canon.status, legs.indicator.status)
        # Its order only ever lets the indicator's leg run longer, and never dates a trigger earlier.
        assert legs.canon.mfe <= legs.indicator.mfe


FOLLOWED = {"by_bars": True, **PRICES, "confirmed_us": bar_us(-1), "confirmed_source": Source.RECEIVED}


def followed(*more: Event) -> SignalState:
    """Return a signal that snapshots follow from minute 0 on."""
    return told([say(EventType.SIGNAL_CREATED, -4, direction=Direction.BULLISH, detail=FOLLOWED), *more])


@modest
@given(st.data(), markets())
def test_that_a_bar_out_of_order_is_answered_by_walking_again(data: st.DataObject, market: list[Bar]) -> None:
    state = followed()
    walk_again(state, [])
    known: list[Bar] = []
    for one in data.draw(st.permutations(market)):
        is_newest = all(one.at_us > other.at_us for other in known)
        known.append(one)
        if not is_newest:
            walk_again(state, sorted(known, key=lambda each: each.at_us))
        elif is_stepped(state):
            take_bar(state, one)
    assert state.legs == walk(PLAN, market)


def test_that_another_confirmation_asks_for_another_walk() -> None:
    state = followed()
    assert needs_walk(state)
    walk_again(state, [r_bar(0, 0.5, 0.1)])
    assert not needs_walk(state)
    later = followed(say(EventType.CONFIRMED, -2))
    later.legs = state.legs
    assert needs_walk(later)


def test_that_an_entry_price_that_gives_no_risk_is_not_walked() -> None:
    upside_down = FOLLOWED | {"stop_loss": ENTRY + 10}
    state = told([say(EventType.SIGNAL_CREATED, -4, direction=Direction.BULLISH, detail=upside_down)])
    walk_again(state, [r_bar(0, 5, -5)])
    assert state.legs is None
    assert derive(state).status is Status.INVALID


def alive(minute: int, be_mfe: float, no_be_mfe: float) -> Event:
    """Return what a snapshot says of a signal that it lists as running."""
    return say(
        EventType.MFE_UPDATE,
        minute,
        be_mfe=be_mfe,
        no_be_mfe=no_be_mfe,
        detail={"by_bars": True, "alive": True},
    )


READ = {
    "confirmed, entry bar to come": (
        [say(EventType.CONFIRMED, -1)],
        [],
        (Status.CONFIRMED, LegStatus.NOT_STARTED),
        False,
    ),
    "running": ([], [(0.5, 0.1)], (Status.ACTIVE, RUNNING), False),
    "triggered": ([], [(0.5, 0.1), (1.2, 0.2)], (Status.BE_PROTECTED, RUNNING), False),
    "back at entry": ([], [(1.2, 0.2), (0.5, 0.0)], (Status.BE_STOPPED, STOPPED_BE), False),
    "stopped": ([], [(0.5, 0.1), (0.5, -1)], (Status.COMPLETED, STOPPED_SL), False),
    "+1R and the stop in one bar": ([], [(0.5, 0.1), (1.2, -1)], (Status.COMPLETED, STOPPED_SL), True),
    "+1R and entry in one bar": ([], [(0.5, 0.1), (1.2, 0)], (Status.BE_PROTECTED, RUNNING), True),
    # The indicator's own excursion stood still: its leg ended where the rule says.
    "+1R and entry in one bar, its excursion stands still": (
        [alive(3, 0.5, 2.0)],
        [(0.5, 0.1), (1.2, 0), (2.0, 0.5), (1.5, 0.5)],
        (Status.BE_STOPPED, STOPPED_BE),
        True,
    ),
    "not tracked, every bar known": (
        [alive(1, 0, 1.2)],
        [(0.5, 0.1), (1.2, 0.2)],
        (Status.BE_PROTECTED, RUNNING),
        False,
    ),
    "not tracked, the end said and not seen": (
        [alive(1, 0, 1.2), say(EventType.EXIT_SL)],
        [(0.5, 0.1), (1.2, 0.2)],
        (Status.COMPLETED, NOT_TRACKED),
        True,
    ),
    "the stop said and not seen": (
        [alive(1, 1.2, 1.2), say(EventType.EXIT_SL)],
        [(0.5, 0.1), (1.2, 0.2)],
        (Status.COMPLETED, STOPPED_BE),
        True,
    ),
    "listed after the bars say stopped": (
        [alive(5, 0.5, 0.5)],
        [(0.5, 0.1), (0.5, -1)],
        (Status.COMPLETED, STOPPED_SL),
        True,
    ),
}


@pytest.mark.parametrize(("said", "extremes", "expected", "is_ambiguous"), READ.values(), ids=READ.keys())
def test_that_bars_and_messages_are_read_together(
    said: list[Event],
    extremes: list[tuple[float, float]],
    expected: tuple[Status, LegStatus],
    is_ambiguous: bool,
) -> None:
    state = followed(*said)
    walk_again(state, [r_bar(minute, high, low) for minute, (high, low) in enumerate(extremes)])
    view = derive(state)
    assert (view.status, view.be_status) == expected
    assert view.ambiguous is is_ambiguous


def test_that_bars_after_an_end_that_none_of_them_shows_count_for_nothing() -> None:
    state = followed(alive(1, 1.5, 1.5), say(EventType.EXIT_SL, 2))
    walk_again(state, [r_bar(minute, 1.5 + minute, 0.1) for minute in range(5)])
    view = derive(state)
    assert (view.no_be_mfe, view.sources["no_be_mfe"]) == (1.5, "received")
    assert view.status is Status.COMPLETED
    assert view.ambiguous_because == (
        "the end was said, and no bar shows it: what the bars show is left out",
    )


def test_that_exits_that_nobody_announced_are_recomputed() -> None:
    state = followed()
    walk_again(state, [r_bar(0, 0.5, 0.1), r_bar(1, 1.2, 0.2), r_bar(2, 0.5, 0), r_bar(3, 0.5, -1)])
    view = derive(state)
    assert (view.be_triggered_us, view.be_exit_us, view.exit_us) == (bar_us(1), bar_us(2), bar_us(3))
    assert (view.be_mfe, view.no_be_mfe, view.mae) == (1.2, 1.2, -1)
    assert {"BE_TRIGGERED", "EXIT_BE", "EXIT_SL"} <= set(view.inferred)
    for name in ("entry_at", "be_triggered_at", "be_exit_at", "exit_at", "be_mfe", "no_be_mfe", "mae"):
        assert view.sources[name] == Source.RECOMPUTED
    assert (view.entry_us, view.entry_open) == (bar_us(0), ENTRY + 3)


def test_that_a_trigger_that_was_said_is_not_said_to_be_inferred() -> None:
    state = followed(say(EventType.BE_TRIGGERED))
    walk_again(state, [r_bar(0, 1.2, 0.2)])
    view = derive(state)
    assert (view.be_triggered_us, view.sources["be_triggered_at"]) == (bar_us(0), Source.RECOMPUTED)
    assert "BE_TRIGGERED" not in view.inferred


@pytest.mark.parametrize(
    ("extremes", "shown", "other"),
    [
        (
            [(0.5, 0.1), (1.2, -1)],
            (STOPPED_SL, 0.5),
            (STOPPED_BE, 0.5),
        ),
        (
            [(0.5, 0.1), (1.2, 0), (2.5, 0.5)],
            (RUNNING, 2.5),
            (STOPPED_BE, 0.5),
        ),
    ],
    ids=["the stop in the trigger's bar", "entry in the trigger's bar"],
)
def test_that_both_readings_of_an_ambiguous_bar_are_kept(
    extremes: list[tuple[float, float]], shown: tuple[LegStatus, float], other: tuple[LegStatus, float]
) -> None:
    state = followed()
    walk_again(state, [r_bar(minute, high, low) for minute, (high, low) in enumerate(extremes)])
    view = derive(state)
    assert (view.be_status, view.be_mfe) == shown
    assert view.other_be is not None
    assert (view.other_be.status, view.other_be.mfe) == other
    low = None if shown[0] is RUNNING else -1.0
    expected = Outcome(OutcomeState.AMBIGUOUS, low, None if low is None else 0.0)
    assert result(view, 3, BeMode.BE1) == expected


def test_that_missing_minutes_make_a_result_doubtful() -> None:
    state = followed()
    walk_again(state, [r_bar(0, 0.5, 0.1), r_bar(3, 0.6, 0.1)])
    view = derive(state)
    assert (view.missing_minutes, view.ambiguous) == (2, True)
    assert view.ambiguous_because == ("2 open-market minutes without a bar while it ran",)


@pytest.mark.parametrize(
    ("said", "shown", "source"),
    [
        (1.2, 1.2, Source.RECEIVED),
        (1.195, 1.2, Source.RECEIVED),
        (1.9, 1.9, Source.RECEIVED),
        (0.7, 1.2, Source.RECOMPUTED),
    ],
    ids=["the same", "rounded", "more than the bars", "less than the bars"],
)
def test_that_of_said_and_seen_the_larger_excursion_counts(said: float, shown: float, source: Source) -> None:
    state = followed(ran(said, said))
    walk_again(state, [r_bar(0, 1.2, 0.2)])
    view = derive(state)
    assert (view.be_mfe, view.no_be_mfe) == (shown, shown)
    assert view.sources["no_be_mfe"] == source


def test_that_what_was_said_of_one_leg_never_exceeds_what_bars_show_of_the_other() -> None:
    state = followed(ran(1.5, None), say(EventType.EXIT_BE, 1))
    walk_again(state, [r_bar(0, 0.5, 0.2)])
    view = derive(state)
    assert view.be_mfe is not None
    assert view.no_be_mfe is not None
    assert view.be_mfe <= view.no_be_mfe
