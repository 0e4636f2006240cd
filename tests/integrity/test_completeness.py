"""How complete, how sure, and what it takes to say so; statsmodels is the second opinion."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from secondskies_desktop.integrity.completeness import (
    LEVEL,
    MIN_SLOTS,
    completeness,
    numbered_completeness,
    recapture,
    slots_needed,
    swarming,
)
from secondskies_desktop.integrity.sequences import heard_of, runs_of
from secondskies_desktop.integrity.slots import Slots
from tests.integrity.made_days import HOUR_US, MINUTE_US, STREAM


def test_that_too_few_slots_say_how_many_more_are_needed() -> None:
    measured = completeness([Slots(0, 12, 11)], 40)
    assert (measured.share, measured.low, measured.high) == (None, None, None)
    assert (measured.needed, measured.lost, measured.lost_between) == (MIN_SLOTS - 12, None, None)
    assert completeness([], 0).needed == MIN_SLOTS


@pytest.mark.parametrize(("expected", "came", "arrivals"), [(40, 41, 50), (40, 39, -1)])
def test_that_counts_that_cannot_be_are_refused(expected: int, came: int, arrivals: int) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        completeness([Slots(0, expected, came)], arrivals)


@given(st.integers(30, 3_000), st.data())
def test_that_without_a_finite_population_it_is_the_wilson_interval(
    expected: int, data: st.DataObject
) -> None:
    came = data.draw(st.integers(1, expected))
    measured = completeness([Slots(0, expected, came)], 10**12)
    low, high = proportion_confint(came, expected, alpha=1 - LEVEL, method="wilson")
    assert measured.low == pytest.approx(low, abs=1e-6)
    assert measured.high == pytest.approx(high, abs=1e-6)


@given(st.integers(30, 500), st.data())
def test_that_the_interval_surrounds_the_share_and_narrows_with_what_is_known(
    expected: int, data: st.DataObject
) -> None:
    came = data.draw(st.integers(0, expected))
    few, many = (completeness([Slots(0, expected, came)], came + others) for others in (5, 5_000))
    for measured in (few, many):
        assert 0 <= (measured.low or 0) <= (measured.share or 0) <= (measured.high or 0) <= 1
    assert (few.high or 0) - (few.low or 0) <= (many.high or 0) - (many.low or 0) + 1e-12


def test_that_what_was_lost_follows_from_the_share() -> None:
    measured = completeness([Slots(0, 200, 180)], 270)
    assert measured.lost == pytest.approx(30)
    least, most = measured.lost_between or (0.0, 0.0)
    assert least < 30 < most
    assert completeness([Slots(0, 40, 0)], 0).lost is None


def test_that_swarms_of_losses_count_for_less() -> None:
    even = [Slots(hour * HOUR_US, 60, 54) for hour in range(20)]
    outage = [Slots(hour * HOUR_US, 60, 0 if hour in (3, 4) else 60) for hour in range(20)]
    assert swarming(even) == 1.0
    assert swarming(outage) > 20
    assert swarming(outage[:4]) == 1.0
    assert swarming([Slots(0, 60, 60)] * 9) == 1.0
    sure, unsure = (completeness(slots, 2_000) for slots in (even, outage))
    assert (unsure.high or 0) - (unsure.low or 0) > 3 * ((sure.high or 0) - (sure.low or 0))


def test_that_numbered_alerts_are_counted() -> None:
    heard = heard_of(
        STREAM, [(minute * MINUTE_US, number) for minute, number in ((0, 1), (3, 4), (4, 5), (9, 2))]
    )
    measured = numbered_completeness(runs_of(heard))
    assert (measured.slots, measured.filled, measured.share, measured.low) == (7, 4, 4 / 7, 4 / 7)
    assert numbered_completeness([]).share is None


@pytest.mark.parametrize(("first", "second", "both"), [(5, 9, 6), (5, 9, -1)])
def test_that_two_lists_cannot_share_more_than_they_hold(first: int, second: int, both: int) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        recapture(first, second, both)


def test_that_recapture_asks_for_more_where_little_is_shared() -> None:
    found = recapture(30, 20, 4)
    assert (found.known, found.missed, found.needed) == (46, None, 3)


def test_that_a_list_that_holds_the_other_leaves_nothing_missed() -> None:
    assert recapture(900, 1_000, 900).missed == pytest.approx(0, abs=1e-9)


def test_that_chapman_is_as_in_the_book() -> None:
    # Seber: 200 marked, 250 caught, 50 of them marked.
    found = recapture(200, 250, 50)
    assert (found.missed or 0) + found.known == pytest.approx(201 * 251 / 51 - 1)


def test_that_recapture_holds_the_truth_as_often_as_it_says() -> None:
    chance = np.random.default_rng(8)
    held = 0
    for _ in range(400):
        alerts = int(chance.integers(200, 2_000))
        one, other = (chance.random(alerts) < chance.uniform(0.8, 0.99) for _ in range(2))
        found = recapture(int(one.sum()), int(other.sum()), int((one & other).sum()))
        missed = int((~one & ~other).sum())
        held += (found.low or 0) <= missed + 0.5 and missed - 0.5 <= (found.high or 0)
    assert 0.85 <= held / 400 <= 0.985


def test_that_the_slots_needed_give_the_width_that_was_asked_for() -> None:
    needed = slots_needed(0.9, 0.02)
    assert 1.6448 * (0.09 / needed) ** 0.5 == pytest.approx(0.02, rel=0.01)
    assert slots_needed(1.0, 0.02) == MIN_SLOTS
