"""A slice's times and how long spans are counted: packed and unpacked, merged and looked up, with nothing made up."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.ingest.tracing.histogram import Histogram
from secondskies_desktop.ingest.tracing.trace import (
    STEPS,
    SliceTrace,
    UnreadableTrace,
    as_answer,
    pack,
    unpack,
    way_of,
)
from tests.clocks import START_US

SPANS = st.integers(0, 10**12)
TRACE = SliceTrace(
    taken_us=START_US,
    ids=(7, 8, 11),
    waited_us=(2_000, None, 500),
    stored_us=(800, None, None),
    decoded_us=(30, 55, 90),
    folded_us=400,
    committed_us=650,
    published_us=700,
)


@st.composite
def slices(draw: st.DrawFn) -> SliceTrace:
    """Draw the times of a slice."""
    count = draw(st.integers(1, 40))
    unknown = st.none() | st.integers(-(10**12), 10**12)
    lists = st.lists(unknown, min_size=count, max_size=count).map(tuple)
    ids = draw(st.sets(st.integers(1, 2**40), min_size=count, max_size=count))
    if draw(st.booleans()):
        ids = set(range(5, 5 + count))
    return SliceTrace(
        draw(st.integers(0, 2**52)),
        tuple(sorted(ids)),
        draw(lists),
        draw(lists),
        tuple(sorted(draw(st.lists(SPANS, min_size=count, max_size=count)))),
        draw(SPANS),
        draw(SPANS),
        draw(st.none() | SPANS),
    )


@given(slices())
def test_that_what_is_unpacked_is_what_was_packed(trace: SliceTrace) -> None:
    assert unpack(trace.ids[0], trace.taken_us, pack(trace)) == trace


@given(slices())
def test_that_every_arrival_of_a_slice_has_a_way_and_no_other_has(trace: SliceTrace) -> None:
    for one in trace.ids:
        way = way_of(trace, one)
        assert way is not None
        assert way.inbox_id == one
        assert tuple(step.name for step in way.steps) == STEPS
        assert all(step.took_us is None or step.took_us >= 0 for step in way.steps)
    assert way_of(trace, trace.ids[-1] + 1) is None


@given(st.binary(max_size=60))
def test_that_bytes_that_are_no_slice_are_refused(steps: bytes) -> None:
    try:
        trace = unpack(1, START_US, steps)
    except UnreadableTrace:
        return
    assert unpack(1, START_US, pack(trace)) == trace


@pytest.mark.parametrize(
    "packed",
    [
        [2, 1, 1, 1, [], [None], [None], [1]],
        [1, 1, 1, 1, [], [], [], []],
        [1, 1, 1, 1, [1], [None], [None], [1]],
        [1, 1, 1, 1, [0], [None, None], [None, None], [1, 1]],
        [1, 1, 1, 1, [], [None, None], [None], [1]],
        [1, 1 << 60, 1, 1, [], [None], [None], [1]],
        [1, 1, 1, 1, [], [None], [None], [1], 1],
    ],
)
def test_that_a_slice_that_does_not_fit_together_is_refused(packed: list[object]) -> None:
    with pytest.raises(UnreadableTrace):
        unpack(1, START_US, msgspec.msgpack.encode(packed))


def test_that_durations_run_from_step_to_step() -> None:
    way = way_of(TRACE, 7)
    assert way is not None
    assert way.received_us == START_US - 2_000
    assert [step.took_us for step in way.steps] == [800, 1_200, 30, 370, 250, 50]
    assert way.whole_us == 2_700
    assert sum(step.took_us or 0 for step in way.steps) == way.whole_us


def test_that_what_nobody_measured_is_unknown() -> None:
    imported, unstored = way_of(TRACE, 8), way_of(TRACE, 11)
    assert imported is not None
    assert (imported.received_us, imported.whole_us) == (None, None)
    assert [step.took_us for step in imported.steps] == [None, None, 55, 345, 250, 50]
    assert unstored is not None
    assert [step.took_us for step in unstored.steps] == [None, None, 90, 310, 250, 50]
    assert unstored.whole_us == 1_200
    unheard = way_of(msgspec.structs.replace(TRACE, published_us=None), 7)
    assert unheard is not None
    assert (unheard.steps[-1].at_us, unheard.steps[-1].took_us, unheard.whole_us) == (None, None, None)


def test_that_a_clock_that_was_set_back_gives_no_duration() -> None:
    way = way_of(msgspec.structs.replace(TRACE, waited_us=(-5_000, None, None)), 7)
    assert way is not None
    assert way.steps[1].took_us is None
    assert way.whole_us is None


def test_that_an_answer_has_every_step_with_its_time() -> None:
    way = way_of(TRACE, 7)
    assert way is not None
    answer = as_answer(way)
    assert answer["received_at"] == "2025-12-01T14:39:59.998000Z"
    assert answer["steps"][0] == {"step": "stored", "at": "2025-12-01T14:39:59.998800Z", "took_us": 800}
    assert answer["whole_us"] == 2_700


def counted(spans: list[int]) -> Histogram:
    """Count spans."""
    made = Histogram()
    for one in spans:
        made.add(one)
    return made


@given(st.lists(SPANS), st.lists(SPANS), st.lists(SPANS))
def test_that_merging_is_counting_together_in_any_order(
    first: list[int], second: list[int], third: list[int]
) -> None:
    left = counted(first)
    left.merge(counted(second))
    left.merge(counted(third))
    later = counted(second)
    later.merge(counted(third))
    right = counted(first)
    right.merge(later)
    assert left == right == counted([*third, *second, *first])
    assert left.quantiles() == right.quantiles()
    assert left.count == len(first) + len(second) + len(third)


@given(st.lists(SPANS, min_size=1), st.sampled_from([0.01, 0.5, 0.95, 0.99, 1.0]))
def test_that_a_quantile_is_never_too_small_and_at_most_a_thirtysecond_too_large(
    spans: list[int], share: float
) -> None:
    true = sorted(spans)[math.ceil(round(share * len(spans), 6)) - 1]
    found = counted(spans).quantile(share)
    assert found is not None
    assert true <= found <= true + true / 32
    assert found <= max(spans)


def test_that_the_longest_is_exact_and_nothing_counted_is_unknown() -> None:
    assert counted([3, 70_001, 12]).quantiles().max_us == 70_001
    assert Histogram().quantiles() == (0, None, None, None, None)
    with pytest.raises(ValueError, match="no span"):
        counted([-1])
    with pytest.raises(ValueError, match="no share"):
        counted([1]).quantile(0)


def test_that_a_histogram_is_bounded_whatever_it_counts() -> None:
    made = Histogram()
    for power in range(70):
        for step in range(64):
            made.add((1 << power) + (step << max(0, power - 6)))
    assert made.buckets <= 1_248
    assert made.quantile(1.0) is not None


def test_that_two_histograms_of_other_spans_differ() -> None:
    assert counted([1, 2]) != counted([1, 3])
    assert counted([1]) != 1
