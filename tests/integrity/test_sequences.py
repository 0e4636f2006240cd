"""Missing numbers of contract 2: all of them, and none that was never sent."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from secondskies_desktop.integrity import sequences
from secondskies_desktop.integrity.sequences import (
    Heard,
    Missing,
    hear,
    heard_of,
    join,
    missing_numbers,
    runs_of,
)

if TYPE_CHECKING:
    from secondskies_desktop.integrity.sequences import Number

STREAM = "MNQ1! 1m"
MINUTE_US = 60_000_000


def at(minute: int, number: int) -> Number:
    """Return a number that was sent at a minute."""
    return minute * MINUTE_US, number


def ranges(heard: Heard) -> list[tuple[int, int, bool]]:
    """Return first and last of what is missing, and whether it is the head of a run."""
    return [(gap.first, gap.last, gap.is_head) for gap in missing_numbers(heard)]


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        ([], []),
        ([at(0, 1), at(1, 2), at(1, 3), at(2, 4)], []),
        ([at(0, 1), at(1, 2), at(3, 4)], [(3, 3, False)]),
        ([at(0, 3), at(1, 4)], [(1, 2, True)]),
        # A restart, heard from its first number on, or from a later one.
        ([at(0, 1), at(1, 2), at(2, 1), at(3, 2)], []),
        ([at(0, 1), at(1, 2), at(9, 2), at(10, 4)], [(1, 1, True), (3, 3, False)]),
        # The old run's last part and the new run's first share a bar.
        ([at(0, 55), at(1, 56), at(2, 57), at(2, 1), at(3, 2)], [(1, 54, True)]),
        # No script sends so much in so short a time: it is another run.
        ([at(0, 1), at(1, 2), at(2, 90)], [(1, 89, True)]),
        # An alert that was never deleted keeps sending beside the new one.
        ([at(m, 57 + m) for m in range(5)] + [at(m, m) for m in range(1, 5)], [(1, 56, True)]),
        (
            [at(m, 57 + m) for m in (0, 1, 3, 4)] + [at(m, m) for m in (1, 2, 3)],
            [(1, 56, True), (59, 59, False)],
        ),
    ],
)
def test_that_what_is_missing_is_listed_by_number(
    numbers: list[Number], missing: list[tuple[int, int, bool]]
) -> None:
    assert ranges(heard_of(STREAM, numbers)) == missing


def test_that_a_gap_names_the_bars_between_which_it_lies() -> None:
    heard = heard_of(STREAM, [at(0, 1), at(4, 4), at(9, 2)])
    assert missing_numbers(heard) == [
        Missing(STREAM, 2, 3, 0, 4 * MINUTE_US, is_head=False),
        Missing(STREAM, 1, 1, 4 * MINUTE_US, 9 * MINUTE_US, is_head=True),
    ]
    assert missing_numbers(heard_of(STREAM, [at(5, 3)]))[0].after_us is None
    assert [gap.count for gap in missing_numbers(heard)] == [2, 1]


def test_that_a_late_arrival_closes_its_hole() -> None:
    heard = heard_of(STREAM, [at(0, 1), at(3, 4)])
    assert ranges(heard) == [(2, 3, False)]
    assert hear(heard, *at(1, 2))
    assert ranges(heard) == [(3, 3, False)]
    assert not hear(heard, *at(1, 2))
    assert hear(heard, *at(2, 3))
    assert ranges(heard) == []


def test_that_a_restart_is_found_however_late_the_end_of_the_run_before_comes() -> None:
    heard = heard_of(STREAM, [at(1, 9), at(60, 10)])
    assert ranges(heard) == [(1, 8, True)]
    hear(heard, *at(30, 50))
    assert ranges(heard) == [(1, 8, True), (10, 49, False), (1, 9, True)]


def test_that_no_alert_has_a_number_below_one() -> None:
    with pytest.raises(ValueError, match="0 is no number"):
        hear(Heard(STREAM), 0, 0)


def test_that_a_run_counts_what_it_sent_for_certain() -> None:
    run, later = runs_of(heard_of(STREAM, [at(0, 2), at(1, 3), at(5, 6), at(9, 1)]))
    assert (run.first, run.last, run.sent, run.heard) == (1, 6, 6, 3)
    assert (later.sent, later.heard, later.missing) == (1, 1, ())


def test_that_a_bar_of_seconds_may_send_more_in_a_minute() -> None:
    heard = heard_of(STREAM, [at(0, 1), at(1, 13)])
    assert ranges(heard) == [(1, 12, True)]
    assert [(gap.first, gap.last) for gap in missing_numbers(heard, 5_000_000)] == [(2, 12)]


class Life:
    """What a script sent in several runs, and which of it came."""

    def __init__(self, runs: list[list[Number]], lost: set[int]) -> None:
        sent = [number for run in runs for number in run]
        self.came = [number for place, number in enumerate(sent) if place not in lost]
        kept = set(self.came)
        self.heard_runs = [[number for number in run if number in kept] for run in runs]
        self.missing = {
            (place, number)
            for place, (run, heard) in enumerate(zip(runs, self.heard_runs, strict=True))
            for _, number in run
            if heard and number <= heard[-1][1] and number not in {one for _, one in heard}
        }

    def is_knowable(self) -> bool:
        """Tell whether each run shows that it is a new one: by a number that the one before had passed."""
        heard = [run for run in self.heard_runs if run]
        return all(later[0][1] <= run[-1][1] for run, later in pairwise(heard))


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Draw a life of several runs, of which some alerts are lost."""
    runs: list[list[Number]] = []
    minute = 0
    for _ in range(draw(st.integers(1, 4))):
        steps = draw(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 3)), min_size=1, max_size=12))
        run: list[Number] = []
        for pause, alerts in steps:
            minute += pause
            for _ in range(alerts):
                run.append(at(minute, len(run) + 1))
        runs.append(run)
    count = sum(map(len, runs))
    return Life(runs, draw(st.sets(st.integers(0, count - 1), max_size=count)))


def listed(life: Life, heard: Heard) -> set[tuple[int, int]]:
    """Return what is listed as missing, each number with the place of its run."""
    places = [place for place, run in enumerate(life.heard_runs) if run]
    return {
        (place, number)
        for place, run in zip(places, runs_of(heard), strict=True)
        for gap in run.missing
        for number in range(gap.first, gap.last + 1)
    }


@settings(max_examples=100)
@given(lives(), st.randoms(use_true_random=False), st.data())
def test_that_every_missing_number_is_listed_in_any_order_with_repetitions(
    life: Life, order: object, data: st.DataObject
) -> None:
    assume(life.is_knowable())
    arrivals = list(life.came)
    if arrivals:
        arrivals += data.draw(st.lists(st.sampled_from(life.came), max_size=8))
    order.shuffle(arrivals)  # type: ignore[attr-defined]
    assert listed(life, heard_of(STREAM, arrivals)) == life.missing


NUMBERS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=30)


@pytest.fixture
def room_for_eight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is kept be little, so that forgetting happens."""
    monkeypatch.setattr(sequences, "MAX_KEPT", 8)


def whole(heard: Heard) -> tuple[list[Number], Number | None]:
    return heard.numbers, heard.forgotten


@pytest.mark.usefixtures("room_for_eight")
def test_that_joining_is_commutative_associative_and_idempotent_even_where_much_is_forgotten() -> None:
    @given(NUMBERS, NUMBERS, NUMBERS)
    def holds(one: list[Number], other: list[Number], third: list[Number]) -> None:
        a, b, c = (heard_of(STREAM, numbers) for numbers in (one, other, third))
        assert whole(join(a, b)) == whole(join(b, a)) == whole(heard_of(STREAM, [*one, *other]))
        assert whole(join(join(a, b), c)) == whole(join(a, join(b, c)))
        assert whole(join(a, a)) == whole(a)

    holds()


@pytest.mark.usefixtures("room_for_eight")
def test_that_what_was_forgotten_is_not_missing() -> None:
    heard = heard_of(STREAM, [at(minute, minute + 1) for minute in range(30)])
    assert len(heard.numbers) == 8
    assert missing_numbers(heard) == []
    assert not hear(heard, *at(3, 4))
    assert runs_of(heard)[0].first == 23
