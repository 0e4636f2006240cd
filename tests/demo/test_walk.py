"""The seeded market: the same for a seed, and shaped like bars."""

from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.demo.walk import MINUTE_US, TICK, minutes
from secondskies_desktop.foundation.market_hours import is_open

MONDAY_US = 1_765_213_200_000_000  # 2025-12-08 17:00 UTC, noon in New York


def test_that_a_seed_gives_the_same_market_twice() -> None:
    assert list(islice(minutes(7, MONDAY_US), 300)) == list(islice(minutes(7, MONDAY_US), 300))


def test_that_another_seed_gives_another_market() -> None:
    assert list(islice(minutes(7, MONDAY_US), 50)) != list(islice(minutes(8, MONDAY_US), 50))


@given(st.integers(0, 10_000))
def test_that_every_bar_is_a_possible_bar_on_the_tick_grid(seed: int) -> None:
    for bar in islice(minutes(seed, MONDAY_US), 40):
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert all(price % TICK == 0 for price in (bar.open, bar.high, bar.low, bar.close))


def test_that_the_market_pauses_when_the_exchange_does() -> None:
    bars = list(islice(minutes(7, MONDAY_US), 400))
    assert all(is_open(bar.at_us) for bar in bars)
    pauses = [
        later.at_us - bar.at_us
        for bar, later in zip(bars, bars[1:], strict=False)
        if later.at_us - bar.at_us != MINUTE_US
    ]
    assert pauses == [61 * MINUTE_US]
