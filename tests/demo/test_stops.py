"""Where a stop stands (domain.md §1.5): cases by hand, and a slow, obvious reading of the rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.demo.stops import BUFFER, stop_of
from secondskies_desktop.market.bars import Bar


def bars_of(*rows: tuple[float, float, float, float]) -> list[Bar]:
    return [Bar(index * 60_000_000, *row) for index, row in enumerate(rows)]


FLAT = (100.0, 101.0, 99.0, 100.0)


@pytest.mark.parametrize(
    ("lows", "signal", "confirmation", "stop"),
    [
        # The lowest low of the range is a pivot.
        ([99, 99, 99, 99, 99, 98, 95, 97, 98], 5, 8, 95 - BUFFER),
        # The confirmation bar is the lowest: it can have no right neighbour, so the pivot on the left counts.
        ([99, 97, 99, 99, 99, 98, 97.5, 96], 5, 7, 97 - BUFFER),
        # Twin lows: the newer of the two is the pivot.
        ([99, 99, 99, 99, 99, 98, 95, 95, 97], 5, 8, 95 - BUFFER),
    ],
)
def test_that_a_bullish_stop_stands_below_the_pivot(
    lows: list[float], signal: int, confirmation: int, stop: float
) -> None:
    bars = bars_of(*((100.0, 101.0, low, 100.0) for low in lows))
    assert stop_of(bars, signal, confirmation, 1) == stop


def test_that_without_any_pivot_the_nearest_bearish_candle_counts() -> None:
    falling = [110, 109, 108, 107, 106, 105, 104]
    rows = [(low + 1.0, low + 3.0, float(low), low + 2.0) for low in falling]
    rows[3] = (109.5, 110.0, 107.0, 108.0)
    assert stop_of(bars_of(*rows), 5, 6, 1) == 107 - BUFFER


def test_that_without_pivot_and_candle_the_signal_bar_counts() -> None:
    falling = [110, 109, 108, 107, 106, 105, 104]
    bars = bars_of(*((low + 1.0, low + 3.0, float(low), low + 2.0) for low in falling))
    assert stop_of(bars, 5, 6, 1) == 105 - BUFFER


def test_that_the_worked_example_of_a_long_has_its_stop() -> None:
    # 19:10 triangle L 25490; 19:12 lowest low 25488, a pivot; 19:14 confirmation.
    lows = [25495, 25495, 25495, 25495, 25495, 25490, 25491, 25488, 25492, 25494]
    bars = bars_of(*((low + 4.0, low + 10.0, float(low), low + 6.0) for low in lows))
    assert stop_of(bars, 5, 9, 1) == 25487.75


PRICES = st.integers(380, 420).map(lambda ticks: ticks / 4)


@given(st.lists(st.tuples(PRICES, PRICES, PRICES, PRICES), min_size=8, max_size=20), st.data())
def test_that_bearish_is_the_mirror_of_bullish(
    raw: list[tuple[float, float, float, float]], data: st.DataObject
) -> None:
    bars = bars_of(*((row[0], max(row), min(row), row[3]) for row in raw))
    mirror = bars_of(*((-bar.open, -bar.low, -bar.high, -bar.close) for bar in bars))
    signal = data.draw(st.integers(0, len(bars) - 2))
    confirmation = data.draw(st.integers(signal + 1, len(bars) - 1))
    assert stop_of(bars, signal, confirmation, 1) == -stop_of(mirror, signal, confirmation, -1)


@given(st.lists(st.tuples(PRICES, PRICES, PRICES, PRICES), min_size=8, max_size=20), st.data())
def test_that_the_stop_is_the_one_of_the_obvious_reading(
    raw: list[tuple[float, float, float, float]], data: st.DataObject
) -> None:
    bars = bars_of(*((row[0], max(row), min(row), row[3]) for row in raw))
    signal = data.draw(st.integers(0, len(bars) - 2))
    confirmation = data.draw(st.integers(signal + 1, len(bars) - 1))
    assert stop_of(bars, signal, confirmation, 1) == obvious_bullish_stop(bars, signal, confirmation)


def obvious_bullish_stop(bars: list[Bar], signal: int, confirmation: int) -> float:
    lows = [bar.low for bar in bars]

    def pivot(place: int) -> bool:
        older, newer = place - 1, place + 1
        if older < 0 or newer >= len(lows):
            return False
        single = lows[place] < lows[older] and lows[place] < lows[newer]
        twin = (
            older >= 1
            and lows[place] == lows[older]
            and lows[place] < lows[newer]
            and lows[place] < lows[older - 1]
        )
        return single or twin

    order = [signal, *range(confirmation - 1, signal, -1), confirmation]
    lowest = order[0]
    for place in order[1:]:
        if lows[place] < lows[lowest]:
            lowest = place
    left = [place for place in range(signal - 1, signal - 6, -1) if place >= 0]
    candidates = [lowest] if lowest != confirmation and pivot(lowest) else []
    candidates += [place for place in left if pivot(place)]
    candidates += [place for place in left if bars[place].close < bars[place].open]
    anchor = candidates[0] if candidates else signal
    return lows[anchor] - BUFFER
