"""The clock of a replay: continuous and never back, standing before what is not folded; steps and seeks exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.engine.replay_clock import ReplayClock
from secondskies_desktop.engine.replay_time import FASTEST, SLOWEST, Hand
from tests.clocks import START_US

if TYPE_CHECKING:
    from collections.abc import Sequence

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US


class Steady:
    """The machine's steady clock, moved by a test."""

    def __init__(self) -> None:
        self.us = 5 * SECOND_US

    def __call__(self) -> int:
        """Return its reading."""
        return self.us


def made(moments: Sequence[int], *, speed: float = 60.0) -> tuple[ReplayClock, Steady]:
    """Return a clock over arrivals at these seconds after its beginning, and what drives it."""
    real = Steady()
    at = [START_US + one * SECOND_US for one in moments]
    return ReplayClock(at, START_US, START_US + 3_600 * SECOND_US, speed=speed, real=real), real


def gone(clock: ReplayClock) -> float:
    """Return the seconds that the clock has gone since it began."""
    return (clock() - START_US) / SECOND_US


speeds = st.floats(SLOWEST, FASTEST)
turns = st.lists(
    st.tuples(st.integers(0, 10 * SECOND_US), st.one_of(speeds, st.booleans(), st.integers(0, 10**10)))
)


@given(speed=speeds, changes=turns)
def test_that_no_change_makes_the_hand_jump_or_go_back(
    speed: float, changes: list[tuple[int, float | bool | int]]
) -> None:
    hand, real_us = Hand(START_US, 0, speed, True, START_US + 10**9), 0
    for gone_us, change in changes:
        real_us += gone_us
        before = hand.read(real_us)
        if isinstance(change, bool):
            hand = hand.turned(real_us, runs=change)
        elif isinstance(change, float):
            hand = hand.turned(real_us, speed=change)
        else:
            hand = hand.turned(real_us, until_us=START_US + change)
        assert hand.read(real_us) == before
        assert hand.read(real_us + 1) >= before


@given(speed=speeds, real_us=st.integers(0, 10 * SECOND_US), back_us=st.integers(0, SECOND_US))
def test_that_the_hand_stays_within_its_way_and_bears_a_clock_that_is_set_back(
    speed: float, real_us: int, back_us: int
) -> None:
    hand = Hand(START_US, SECOND_US, speed, True, START_US + MINUTE_US)
    assert START_US <= hand.read(real_us) <= START_US + MINUTE_US
    assert hand.read(SECOND_US - back_us) == START_US
    assert hand.moved(real_us, START_US - 1).read(real_us) == hand.read(real_us)


@pytest.mark.parametrize("speed", [0.0, 0.99, 600.01, -60.0, float("inf"), float("nan")])
def test_that_a_speed_it_does_not_have_is_refused_and_changes_nothing(speed: float) -> None:
    clock, real = made([])
    clock.resume()
    with pytest.raises(ValueError, match="1 to 600"):
        clock.set_speed(speed)
    real.us += SECOND_US
    assert gone(clock) == 60


def test_that_it_runs_as_many_times_faster_as_it_was_told() -> None:
    clock, real = made([], speed=10)
    real.us += SECOND_US
    assert gone(clock) == 0, "it is made paused"
    clock.resume()
    real.us += SECOND_US
    assert gone(clock) == 10
    clock.set_speed(600)
    real.us += SECOND_US
    assert gone(clock) == 610


def test_that_a_pause_stops_it() -> None:
    clock, real = made([], speed=10)
    clock.resume()
    real.us += SECOND_US
    clock.pause()
    real.us += 100 * SECOND_US
    assert gone(clock) == 10
    clock.resume()
    real.us += SECOND_US
    assert gone(clock) == 20


def test_that_an_arrival_is_due_when_its_moment_comes_and_not_before() -> None:
    clock, real = made([30, 90])
    clock.resume()
    assert clock.due(0) is None
    real.us += SECOND_US // 2
    assert clock.due(0) == (0, 1)
    clock.folded(1)
    assert clock.due(0) is None
    real.us += SECOND_US
    assert clock.due(0) == (1, 2)


def test_that_it_waits_for_what_is_not_folded_and_then_goes_on_from_there() -> None:
    clock, real = made([30, 90], speed=60)
    clock.resume()
    real.us += 100 * SECOND_US
    assert gone(clock) == 33, "by what a burst may be late: a twentieth of a second at 60 times"
    clock.folded(1)
    assert gone(clock) == 33
    real.us += SECOND_US // 2
    assert gone(clock) == 63


def test_that_a_step_brings_one_arrival_and_stands_at_its_moment() -> None:
    clock, real = made([30, 90, 90, 600])
    clock.resume()
    for place, at in enumerate([30, 90, 90, 600]):
        clock.step()
        assert clock.due(0) == (place, place + 1)
        assert gone(clock) == at
        clock.folded(place + 1)
        real.us += 100 * SECOND_US
        assert clock.due(0) is None, "the second of one moment waits as well"
        assert gone(clock) == at
        assert not clock.standing().runs
    clock.step()
    assert clock.due(0) is None
    assert gone(clock) == 600


def test_that_steps_asked_for_faster_than_they_are_folded_are_all_done() -> None:
    clock, _ = made([30, 90, 600])
    clock.step()
    clock.step()
    assert clock.due(0) == (0, 2)
    clock.folded(2)
    assert gone(clock) == 90
    assert clock.due(0) is None


def test_that_a_seek_brings_what_came_until_then_and_nothing_else() -> None:
    clock, real = made([30, 90, 600])
    clock.seek(START_US + 300 * SECOND_US)
    assert clock.due(0) == (0, 2)
    clock.folded(2)
    assert gone(clock) == 300
    real.us += SECOND_US
    assert gone(clock) == 300, "it was paused before"
    clock.seek(START_US + 10 * SECOND_US)
    assert gone(clock) == 300, "never back"


def test_that_a_seek_past_the_end_stops_at_the_end() -> None:
    clock, real = made([30])
    clock.resume()
    clock.seek(START_US + 100 * 3_600 * SECOND_US)
    assert clock.due(0) == (0, 1)
    clock.folded(1)
    real.us += 100 * SECOND_US
    assert clock.due(0) is None
    now = clock.standing()
    assert (gone(clock), now.is_over, now.runs) == (3_600, True, False)


def test_that_a_running_clock_runs_on_after_a_seek() -> None:
    clock, real = made([30, 90], speed=60)
    clock.resume()
    clock.seek(START_US + 60 * SECOND_US)
    assert clock.due(0) == (0, 1)
    real.us += 10 * SECOND_US
    assert gone(clock) == 30, "it stands while what was asked for is folded"
    clock.folded(1)
    assert gone(clock) == 60
    real.us += SECOND_US // 4
    assert gone(clock) == 75


def test_that_a_pause_leaves_no_arrival_behind_that_the_clock_has_passed() -> None:
    clock, real = made([30], speed=60)
    clock.resume()
    real.us += SECOND_US
    clock.pause()
    assert gone(clock) == 33
    assert clock.due(0) == (0, 1)


@given(
    moments=st.lists(st.integers(0, 3_600), max_size=30).map(sorted),
    doing=st.lists(
        st.tuples(
            st.integers(0, 3 * SECOND_US),
            st.sampled_from(["step", "seek", "pause", "resume", "slow", "fast"]),
        )
    ),
)
def test_that_whatever_is_done_every_arrival_comes_once_in_order_and_time_never_goes_back(
    moments: list[int], doing: list[tuple[int, str]]
) -> None:
    clock, real = made(moments)
    came: list[int] = []
    last_us = clock()
    for gone_us, what in [*doing, (0, "end"), *[(SECOND_US, "")] * 40]:
        real.us += gone_us
        if what in ("step", "pause", "resume"):
            getattr(clock, what)()
        elif what in ("seek", "end"):
            clock.seek(clock() + (300 * SECOND_US if what == "seek" else 3_600 * SECOND_US))
        elif what:
            clock.set_speed(1 if what == "slow" else 600)
        due = clock.due(0)
        if due is not None:
            assert due[0] == len(came)
            assert all(clock.moments[one] <= clock() for one in range(*due))
            came += range(*due)
            clock.folded(due[1])
        assert clock() >= last_us
        last_us = clock()
    assert came == list(range(len(moments)))
