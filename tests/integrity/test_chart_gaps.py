"""What a chart as a whole should have said: signs of life, alternation, and hours of silence."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.demo.speech import Generation
from secondskies_desktop.foundation.clock import as_us
from secondskies_desktop.foundation.market_hours import is_open
from secondskies_desktop.integrity.chart_gaps import (
    HOUR_US,
    ChartGapKind,
    Triangle,
    broken_alternation,
    missing_heartbeats,
    silent_hours,
)
from secondskies_desktop.signals.vocabulary import Direction, EventType
from tests.integrity.made_days import DAY_MINUTES, MINUTE_US, MONDAY_US, day_of

BULL, BEAR = Direction.BULLISH, Direction.BEARISH
FAR_US = as_us(datetime(2060, 1, 6, 15, 0, tzinfo=UTC))
"""Beyond the calendar."""
WEEKS_US = MONDAY_US + 21 * 24 * HOUR_US


def hours(first_us: int, last_us: int) -> list[int]:
    """Return the full hours from one instant to another at which the market trades."""
    return [at_us for at_us in range(first_us, last_us, HOUR_US) if is_open(at_us)]


def test_that_a_chart_that_beats_through_weekends_and_holidays_misses_nothing() -> None:
    # Thanksgiving with its halt and early close, two weekends, every daily halt.
    begin_us = as_us(datetime(2025, 11, 23, 23, 0, tzinfo=UTC))
    beats = hours(begin_us, begin_us + 14 * 24 * HOUR_US)
    assert missing_heartbeats(beats, beats[-1] + 30 * MINUTE_US) == []
    # Friday, 17:00 in New York, to Sunday evening.
    friday_us = as_us(datetime(2025, 12, 12, 22, 0, tzinfo=UTC))
    beats = hours(MONDAY_US, friday_us)
    assert missing_heartbeats(beats, friday_us + 40 * HOUR_US) == []


def test_that_the_beats_that_were_left_out_are_found() -> None:
    beats = hours(MONDAY_US, MONDAY_US + 20 * HOUR_US)
    del beats[7], beats[10:12]
    first, second = missing_heartbeats(beats, beats[-1])
    assert (first.since_us, first.until_us, first.missing) == (beats[6], beats[7], 1)
    assert (second.since_us, second.until_us, second.missing) == (beats[9], beats[10], 2)
    assert first.kind is ChartGapKind.NO_HEARTBEAT


def test_that_a_beat_is_lost_five_minutes_after_its_time_and_lasts() -> None:
    beats = hours(MONDAY_US, MONDAY_US + 8 * HOUR_US)
    due_us = beats[-1] + HOUR_US
    assert missing_heartbeats(beats, due_us + 5 * MINUTE_US) == []
    (lost,) = missing_heartbeats(beats, due_us + 6 * MINUTE_US)
    assert (lost.since_us, lost.until_us, lost.missing) == (beats[-1], None, 1)


def test_that_contract_two_breaks_a_silence_after_a_quarter_of_an_hour() -> None:
    alerts = [MONDAY_US, MONDAY_US + 2 * MINUTE_US, MONDAY_US + 17 * MINUTE_US, MONDAY_US + 48 * MINUTE_US]
    (lost,) = missing_heartbeats(alerts, alerts[-1], 900)
    assert (lost.since_us, lost.missing) == (alerts[2], 1)


def test_that_nothing_is_said_of_beats_that_have_no_usual_interval_or_no_calendar() -> None:
    assert missing_heartbeats([], MONDAY_US) == []
    assert missing_heartbeats([], MONDAY_US, 900) == []
    assert missing_heartbeats([MONDAY_US, MONDAY_US + HOUR_US], MONDAY_US + 9 * HOUR_US) == []
    assert missing_heartbeats([FAR_US + number * HOUR_US for number in range(9)], FAR_US + 99 * HOUR_US) == []
    assert missing_heartbeats([FAR_US], FAR_US + 99 * HOUR_US, 900) == []


def alternating(count: int) -> list[Triangle]:
    """Return triangles as a chart without filters prints them."""
    return [
        Triangle(MONDAY_US + place * 10 * MINUTE_US, BEAR if place % 2 else BULL, announced=True)
        for place in range(count)
    ]


def test_that_a_triangle_between_two_of_one_direction_was_lost() -> None:
    triangles = alternating(40)
    gone = triangles.pop(12)
    (gap,) = broken_alternation(triangles)
    assert (gap.since_us, gap.until_us) == (gone.at_us - 10 * MINUTE_US, gone.at_us + 10 * MINUTE_US)
    assert "a BULLISH one between them never came" in gap.text
    assert broken_alternation(alternating(40)) == []


def test_that_alternation_proves_nothing_on_a_chart_that_announces_few_or_filters() -> None:
    triangles = alternating(60)
    # It announces what is confirmed alone.
    silent = [one._replace(announced=False) for one in triangles if one.at_us % 7]
    assert broken_alternation(silent) == []
    # A filter leaves out most of one direction.
    filtered = [one for place, one in enumerate(triangles) if one.direction is BULL or place % 6 == 1]
    assert broken_alternation(filtered) == []
    assert broken_alternation(triangles[:8] + triangles[9:12]) == []


def test_that_two_ids_of_one_triangle_are_one_and_one_that_an_entry_proves_counts() -> None:
    triangles = alternating(40)
    assert broken_alternation([*triangles, *triangles[5:9]]) == []
    proved = [one._replace(announced=place != 8) for place, one in enumerate(triangles)]
    assert broken_alternation(proved) == []


def test_that_nothing_is_lost_between_neighbouring_bars() -> None:
    triangles = alternating(40)
    again = triangles[9]._replace(at_us=triangles[9].at_us + MINUTE_US)
    assert broken_alternation([*triangles, again]) == []


@given(st.sets(st.integers(1, 58), max_size=8), st.randoms(use_true_random=False))
def test_that_alternation_names_only_places_where_something_was_lost(lost: set[int], order: object) -> None:
    triangles = alternating(60)
    kept = [one for place, one in enumerate(triangles) if place not in lost]
    shuffled = list(kept)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    gone = [triangles[place].at_us for place in lost]
    found = broken_alternation(shuffled)
    assert found == broken_alternation(kept)
    for gap in found:
        assert gap.until_us is not None
        assert any(gap.since_us < at_us < gap.until_us for at_us in gone)


def created(seed: int, share: float) -> tuple[list[Triangle], set[int]]:
    """Return the triangles of a generated day that came, and the bars of those that did not."""
    chance = np.random.default_rng(seed)
    came, lost = [], set()
    for alert in day_of(seed, Generation.BATCH, DAY_MINUTES):
        for event in alert.decoded.events:
            if event.type is EventType.SIGNAL_CREATED and event.at_us and event.direction:
                if chance.random() < share:
                    lost.add(event.at_us)
                else:
                    came.append(Triangle(event.at_us, event.direction, announced=True))
    return came, lost


def test_that_lost_creations_of_generated_days_break_alternation_and_nothing_else_does() -> None:
    whole, _ = created(1, 0.0)
    assert broken_alternation(whole) == []
    came, lost = created(2, 0.1)
    found = broken_alternation(came)
    assert all(any(gap.since_us < at_us < (gap.until_us or 0) for at_us in lost) for gap in found)
    # Two neighbours that are both lost keep the order whole: an even number leaves no trace.
    assert len(found) >= 0.6 * len(lost)


def test_that_an_hour_without_a_word_is_found_beside_the_same_hour_of_other_days() -> None:
    counts = dict.fromkeys(hours(MONDAY_US, WEEKS_US), 60)
    wednesday_us = MONDAY_US + (7 + 2) * 24 * HOUR_US + 15 * HOUR_US
    del counts[wednesday_us], counts[wednesday_us + HOUR_US]
    (gap,) = silent_hours(counts, MONDAY_US, WEEKS_US)
    assert (gap.since_us, gap.until_us, gap.missing) == (wednesday_us, wednesday_us + 2 * HOUR_US, 2)


def test_that_weekends_halts_holidays_and_early_closes_are_no_silence() -> None:
    begin_us = as_us(datetime(2025, 11, 9, 23, 0, tzinfo=UTC))
    end_us = as_us(datetime(2025, 12, 29, 23, 0, tzinfo=UTC))
    counts = dict.fromkeys(hours(begin_us, end_us), 4)
    assert silent_hours(counts, begin_us, end_us) == []


def test_that_a_chart_that_seldom_speaks_in_an_hour_or_is_new_is_not_silent() -> None:
    every_other = {at_us: 1 for place, at_us in enumerate(hours(MONDAY_US, WEEKS_US)) if place % 2}
    assert silent_hours(every_other, MONDAY_US, WEEKS_US) == []
    young_us = MONDAY_US + 3 * 24 * HOUR_US
    assert silent_hours({MONDAY_US: 9}, MONDAY_US, young_us) == []
    assert silent_hours({FAR_US: 3}, FAR_US, FAR_US + 30 * 24 * HOUR_US) == []


def test_that_an_hour_is_judged_when_it_is_over() -> None:
    counts = dict.fromkeys(hours(MONDAY_US, WEEKS_US), 60)
    last_us = max(counts)
    del counts[last_us]
    assert silent_hours(counts, MONDAY_US, last_us + HOUR_US - 1) == []
    assert [gap.since_us for gap in silent_hours(counts, MONDAY_US, last_us + HOUR_US)] == [last_us]


@pytest.mark.parametrize("generation", [Generation.SNAPSHOT, Generation.BATCH, Generation.CONTRACT])
def test_that_a_clean_generated_day_has_no_gap_of_the_chart(generation: Generation) -> None:
    day = day_of(1, generation)
    beats = [one.received_us for one in day if one.decoded.rule in ("heartbeat", "contract-2")]
    interval_s = 900 if generation is Generation.CONTRACT else None
    assert missing_heartbeats(beats, day[-1].received_us, interval_s) == []
