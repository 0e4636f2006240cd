"""The seeded market: the same for a seed, and shaped like bars."""

from __future__ import annotations

from itertools import islice, pairwise
from statistics import mean

from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.demo.walk import MINUTE_US, TICK, minutes
from secondskies_desktop.foundation.market_hours import is_open
from secondskies_desktop.foundation.sessions import Session, session_at
from tests.demo.made_bars import MONDAY_US


def test_that_a_seed_gives_the_same_market_twice() -> None:
    assert list(islice(minutes(7, MONDAY_US), 700)) == list(islice(minutes(7, MONDAY_US), 700))


def test_that_another_seed_gives_another_market() -> None:
    assert list(islice(minutes(7, MONDAY_US), 50)) != list(islice(minutes(8, MONDAY_US), 50))


@given(st.integers(0, 10_000))
def test_that_every_bar_is_a_possible_bar_on_the_tick_grid(seed: int) -> None:
    for bar in islice(minutes(seed, MONDAY_US), 40):
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert all(price % TICK == 0 for price in (bar.open, bar.high, bar.low, bar.close))


def test_that_it_begins_at_the_bar_and_price_asked_for() -> None:
    first = next(minutes(7, MONDAY_US + 59_999_999, 18_000.0))
    assert first.at_us == MONDAY_US
    assert abs(first.open - 18_000.0) < 10.0


def test_that_no_minute_is_skipped_by_itself() -> None:
    bars = list(islice(minutes(7, MONDAY_US), 400))
    assert all(later.at_us - bar.at_us == MINUTE_US for bar, later in pairwise(bars))


def test_that_the_market_pauses_when_the_exchange_does() -> None:
    bars = list(islice(minutes(7, MONDAY_US, is_open=is_open), 400))
    assert all(is_open(bar.at_us) for bar in bars)
    pauses = [later.at_us - bar.at_us for bar, later in pairwise(bars)]
    assert [pause for pause in pauses if pause != MINUTE_US] == [61 * MINUTE_US]


def test_that_the_morning_moves_more_than_the_evening() -> None:
    ranges: dict[Session, list[float]] = {}
    for bar in islice(minutes(7, MONDAY_US, is_open=is_open), 3_000):
        ranges.setdefault(session_at(bar.at_us), []).append(bar.high - bar.low)
    assert mean(ranges[Session.NY_AM]) > 2 * mean(ranges[Session.ASIA])


def test_that_a_bar_does_not_always_open_where_the_last_one_closed() -> None:
    bars = list(islice(minutes(7, MONDAY_US), 200))
    assert any(later.open != bar.close for bar, later in pairwise(bars))
