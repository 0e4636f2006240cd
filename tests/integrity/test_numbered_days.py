"""Days of contract 2 of which 1 to 20 % is lost: every missing number is listed, and none that was not lost."""

from __future__ import annotations

import numpy as np
import pytest

from secondskies_desktop.demo.speech import Generation
from secondskies_desktop.integrity.sequences import Heard, hear, runs_of
from tests.integrity.made_days import (
    HOUR_US,
    MINUTE_US,
    MONDAY_US,
    STREAM,
    Alert,
    day_of,
    drawn_share,
    lost_places,
)


def runs_of_day(seed: int, chance: np.random.Generator) -> list[tuple[Alert, ...]]:
    """Return a day on which the script was started again up to four times, a few minutes or hours later."""
    runs: list[tuple[Alert, ...]] = []
    start_us, left = MONDAY_US, 1_200
    while left > 0 and len(runs) < 5:
        bars = int(chance.integers(60, 700))
        runs.append(day_of(seed + len(runs), Generation.CONTRACT, min(bars, left), start_us))
        start_us += (bars + int(chance.integers(1, 60))) * MINUTE_US
        left -= bars
    return runs


def check_day(seed: int) -> tuple[int, int]:
    """Hold one day against its truth; returns how many numbers were missing, and how many are knowable."""
    chance = np.random.default_rng(seed)
    share = drawn_share(chance)
    streams = {STREAM: runs_of_day(10 * seed, chance), "ES1! 1m": runs_of_day(10 * seed + 5, chance)}
    arrivals: list[tuple[int, str, int, int]] = []
    truth: dict[str, list[set[int]]] = {}
    for stream, runs in streams.items():
        truth[stream] = []
        for run in runs:
            lost = lost_places(len(run), share, chance)
            came = [alert for alert in run if alert.place not in lost]
            numbers = {alert.decoded.seq or 0 for alert in came}
            # A run of which nothing came leaves no trace.
            if numbers:
                truth[stream].append(set(range(1, max(numbers))) - numbers)
            for alert in came:
                # One in twenty comes up to an hour late, one in twenty comes again.
                for _ in range(1 + int(chance.random() < 0.05)):
                    late_us = int(chance.integers(HOUR_US)) if chance.random() < 0.05 else 0
                    arrivals.append(
                        (alert.received_us + late_us, stream, alert.bar_us, alert.decoded.seq or 0)
                    )
    heard = {stream: Heard(stream) for stream in streams}
    for _, stream, bar_us, number in sorted(arrivals):
        hear(heard[stream], bar_us, number)
    for stream, expected in truth.items():
        found = [
            {number for gap in run.missing for number in range(gap.first, gap.last + 1)}
            for run in runs_of(heard[stream])
        ]
        assert found == expected
    missing = sum(len(numbers) for runs in truth.values() for numbers in runs)
    return missing, len(arrivals)


@pytest.mark.parametrize("seed", range(2))
def test_that_every_missing_number_of_a_day_is_listed_and_none_else(seed: int) -> None:
    missing, _ = check_day(seed)
    assert missing > 10


@pytest.mark.torture
@pytest.mark.trust
def test_that_every_missing_number_of_two_hundred_days_is_listed_and_none_else() -> None:
    days = [check_day(seed) for seed in range(200)]
    missing = sum(count for count, _ in days)
    print(f"\nnumbered: {missing} missing numbers of 200 days listed, 0 false")  # noqa: T201 - the figures are the point
    assert missing > 10_000
