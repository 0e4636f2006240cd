"""From excursion to result: what a target would have paid under either break-even mode (domain.md §1.10)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondskies_desktop.signals.outcome import BeMode, LegFacts, Outcome, OutcomeState, outcome
from secondskies_desktop.signals.vocabulary import LegStatus

NOT_STARTED, RUNNING = LegStatus.NOT_STARTED, LegStatus.RUNNING
STOPPED_BE, STOPPED_SL, NOT_TRACKED = LegStatus.STOPPED_BE, LegStatus.STOPPED_SL, LegStatus.NOT_TRACKED
BE1, NO_BE = BeMode.BE1, BeMode.NO_BE
SCRATCH = Outcome(OutcomeState.SCRATCH, 0.0, 0.0)
LOSS = Outcome(OutcomeState.LOSS, -1.0, -1.0)
OPEN = Outcome(OutcomeState.OPEN, None, None)
UNKNOWN = Outcome(OutcomeState.UNKNOWN, None, None)

modest = settings(max_examples=150, deadline=None, derandomize=True)


def won(target: float) -> Outcome:
    """Return the result of a target that was filled."""
    return Outcome(OutcomeState.WIN, target, target)


def doubtful(low: float | None, high: float | None) -> Outcome:
    """Return the result of a bar that can be read in two ways."""
    return Outcome(OutcomeState.AMBIGUOUS, low, high)


@pytest.mark.parametrize(
    ("mode", "target", "mfe", "status", "expected"),
    [
        (NO_BE, 2, 2.0, RUNNING, won(2)),
        (NO_BE, 2, 2.0, STOPPED_SL, won(2)),
        (NO_BE, 2, 1.99, RUNNING, OPEN),
        (NO_BE, 2, 1.99, STOPPED_SL, LOSS),
        (NO_BE, 20, 25.4, RUNNING, won(20)),
        (NO_BE, 0.5, 0.4, STOPPED_SL, LOSS),
        (NO_BE, 2, None, RUNNING, OPEN),
        (NO_BE, 2, None, STOPPED_SL, UNKNOWN),
        (NO_BE, 2, None, NOT_STARTED, OPEN),
        (BE1, 2, 2.0, STOPPED_BE, won(2)),
        (BE1, 2, 2.0, RUNNING, won(2)),
        (BE1, 2, 1.17, STOPPED_BE, SCRATCH),
        (BE1, 2, 1.17, RUNNING, OPEN),
        (BE1, 2, 0.4, STOPPED_SL, LOSS),
        (BE1, 2, 0.4, RUNNING, OPEN),
        (BE1, 2, None, STOPPED_BE, UNKNOWN),
        (BE1, 2, None, STOPPED_SL, UNKNOWN),
        (BE1, 2, None, NOT_STARTED, OPEN),
        (BE1, 2, None, NOT_TRACKED, UNKNOWN),
        (BE1, 1, 1.0, STOPPED_BE, won(1)),
        (BE1, 0.8, 0.8, STOPPED_SL, won(0.8)),
        (BE1, 0.8, 0.5, STOPPED_SL, LOSS),
        # Triggered means that +1R printed: a target up to there had been filled, whatever was said.
        (BE1, 1, 0.9999999, STOPPED_BE, won(1)),
        (BE1, 0.8, 0.5, STOPPED_BE, won(0.8)),
        (BE1, 1, None, STOPPED_BE, won(1)),
    ],
)
def test_that_a_target_pays_what_the_mapping_says(
    mode: BeMode, target: float, mfe: float | None, status: LegStatus, expected: Outcome
) -> None:
    assert outcome(target, mode, (LegFacts(mfe, status),)) == expected


@pytest.mark.parametrize(
    ("target", "readings", "expected"),
    [
        (2, [LegFacts(0.5, STOPPED_SL), LegFacts(0.5, STOPPED_BE)], doubtful(-1, 0)),
        (0.8, [LegFacts(0.5, STOPPED_SL), LegFacts(0.5, STOPPED_BE)], doubtful(-1, 0.8)),
        (0.4, [LegFacts(0.5, STOPPED_SL), LegFacts(0.5, STOPPED_BE)], won(0.4)),
        (2, [LegFacts(2.5, RUNNING), LegFacts(0.5, STOPPED_BE)], doubtful(0, 2)),
        (3, [LegFacts(2.5, RUNNING), LegFacts(0.5, STOPPED_BE)], doubtful(None, None)),
        (3, [LegFacts(2.5, STOPPED_BE), LegFacts(0.5, STOPPED_BE)], SCRATCH),
        (2, [], UNKNOWN),
    ],
    ids=[
        "loss or scratch",
        "loss or win",
        "won either way",
        "win or scratch",
        "open or scratch",
        "alike",
        "none",
    ],
)
def test_that_two_readings_give_both_ends_or_one_result(
    target: float, readings: list[LegFacts], expected: Outcome
) -> None:
    assert outcome(target, BE1, tuple(readings)) == expected
    assert outcome(target, BE1, tuple(reversed(readings))) == expected


@pytest.mark.parametrize("target", [0, -1, -0.001])
def test_that_a_target_at_or_below_zero_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match="above 0R"):
        outcome(target, NO_BE, (LegFacts(1.0, RUNNING),))


targets = st.floats(0.0625, 20, width=32) | st.sampled_from([1.0, 2.0])
excursions = st.none() | st.floats(0, 25, width=32)
legs = st.builds(LegFacts, excursions, st.sampled_from(LegStatus))
modes = st.sampled_from(BeMode)


@modest
@given(targets, targets, modes, legs)
def test_that_a_farther_target_is_never_the_safer_one(
    one: float, other: float, mode: BeMode, leg: LegFacts
) -> None:
    near, far = (outcome(target, mode, (leg,)) for target in sorted((one, other)))
    if near.state is OutcomeState.LOSS:
        assert far == near
    if near.state is OutcomeState.SCRATCH:
        assert far == near
    if far.state is OutcomeState.WIN:
        assert near.state is OutcomeState.WIN
    if OutcomeState.OPEN in (near.state, far.state):
        assert {near.state, far.state} <= {OutcomeState.OPEN, OutcomeState.WIN}


@modest
@given(targets, modes, legs, excursions)
def test_that_a_longer_way_never_pays_less(
    target: float, mode: BeMode, leg: LegFacts, more: float | None
) -> None:
    if leg.mfe is None or more is None:
        return
    before = outcome(target, mode, (leg,))
    after = outcome(target, mode, (LegFacts(leg.mfe + more, leg.status),))
    assert after in (before, won(target))


@modest
@given(targets, legs)
def test_that_a_leg_that_ended_at_entry_pays_no_less_than_one_that_ended_at_the_stop(
    target: float, leg: LegFacts
) -> None:
    without = LegFacts(leg.mfe, STOPPED_SL if leg.status is STOPPED_BE else leg.status)
    one, other = outcome(target, BE1, (leg,)), outcome(target, NO_BE, (without,))
    if one.low is not None and other.low is not None:
        assert one.low >= other.low


@modest
@given(targets, modes, st.lists(legs, min_size=1, max_size=3))
def test_that_the_ends_of_a_result_hold_every_reading(
    target: float, mode: BeMode, readings: list[LegFacts]
) -> None:
    whole = outcome(target, mode, tuple(readings))
    singles = [outcome(target, mode, (reading,)) for reading in readings]
    if len(set(singles)) == 1:
        assert whole == singles[0]
        return
    assert whole.state is OutcomeState.AMBIGUOUS
    assert (whole.low is None) == (whole.high is None) == any(one.low is None for one in singles)
    if whole.low is not None and whole.high is not None:
        assert all(whole.low <= one.low <= whole.high for one in singles if one.low is not None)
        assert whole.low < whole.high
