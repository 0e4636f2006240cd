"""The bias engine against the rules written out, and the higher timeframes against the clock."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.demo.bias import (
    BEARISH,
    BULLISH,
    HIGHER_FRAMES,
    NEUTRAL,
    BiasEngine,
    HigherBiases,
)
from secondskies_desktop.demo.walk import minutes
from secondskies_desktop.market.bars import Bar
from tests.demo.made_bars import MINUTE_US, Prices, bars_at, us

PRICES = st.integers(380, 420).map(lambda ticks: ticks / 4)


Zone = tuple[float, float]


class Obvious:
    """domain.md §11.2 word by word: lists of (high, low), looked through from the newest to the oldest."""

    def __init__(self) -> None:
        self.bias = NEUTRAL
        self.seen: list[Bar] = []
        self.bull_fvg: list[Zone] = []
        self.bear_fvg: list[Zone] = []
        self.bull_ifvg: list[Zone] = []
        self.bear_ifvg: list[Zone] = []

    def take(self, bar: Bar) -> str:
        """Take a closed bar and return the bias after it."""
        if self.seen:
            if bar.close > max(one.high for one in self.seen) and self.bias != BULLISH:
                self.bias = BULLISH
            elif bar.close < min(one.low for one in self.seen) and self.bias != BEARISH:
                self.bias = BEARISH
        if len(self.seen) >= 2:
            two_ago = self.seen[-2]
            if two_ago.high < bar.low:
                self.bull_fvg.append((bar.low, two_ago.high))
            if two_ago.low > bar.high:
                self.bear_fvg.append((two_ago.low, bar.high))
        self.close_below(bar.close, self.bull_fvg, self.bear_ifvg)
        self.close_above(bar.close, self.bear_fvg, self.bull_ifvg)
        self.close_above(bar.close, self.bear_ifvg, None)
        self.close_below(bar.close, self.bull_ifvg, None)
        self.seen.append(bar)
        return self.bias

    def close_below(self, close: float, zones: list[Zone], inverted: list[Zone] | None) -> None:
        """Move or delete the zones whose bottom was closed below."""
        for zone in reversed(zones[:]):
            if close < zone[1]:
                zones.remove(zone)
                if inverted is not None:
                    inverted.append(zone)
                self.bias = BEARISH

    def close_above(self, close: float, zones: list[Zone], inverted: list[Zone] | None) -> None:
        """Move or delete the zones whose top was closed above."""
        for zone in reversed(zones[:]):
            if close > zone[0]:
                zones.remove(zone)
                if inverted is not None:
                    inverted.append(zone)
                self.bias = BULLISH


def test_that_the_bias_begins_neutral_and_follows_the_extremes() -> None:
    engine = BiasEngine()
    assert engine.take(Bar(0, 10, 12, 9, 11)) == NEUTRAL
    assert engine.take(Bar(1, 11, 13, 10, 12.5)) == BULLISH
    assert engine.take(Bar(2, 12, 12, 8, 8.5)) == BEARISH


GAP_UP = [
    (10.0, 30.0, 5.0, 12.0),
    (12.0, 13.0, 11.0, 12.0),
    (12.0, 16.0, 12.0, 15.0),
    (15.0, 17.0, 14.0, 16.0),
]
"""A bullish gap from 13 to 14, and no extreme broken."""


@pytest.mark.parametrize(
    ("closes", "biases"),
    [
        ([13.0], [NEUTRAL]),
        ([12.75], [BEARISH]),
        # A gap that was closed through lives on as its opposite, until its other side is closed through.
        ([12.75, 14.0, 14.25], [BEARISH, BEARISH, BULLISH]),
        ([12.75, 14.25, 12.75], [BEARISH, BULLISH, BULLISH]),
    ],
)
def test_that_a_gap_closed_through_turns_the_bias(closes: list[float], biases: list[str]) -> None:
    engine = BiasEngine()
    for bar in bars_at(0, GAP_UP):
        assert engine.take(bar) == NEUTRAL
    found = [engine.take(Bar(9, close, 20.0, 6.0, close)) for close in closes]
    assert found == biases


@given(st.lists(st.tuples(PRICES, PRICES, PRICES, PRICES), max_size=60))
def test_that_the_bias_is_that_of_the_rules_written_out(raw: list[Prices]) -> None:
    engine, obvious = BiasEngine(), Obvious()
    for bar in bars_at(0, [(row[0], max(row), min(row), row[3]) for row in raw]):
        assert engine.take(bar) == obvious.take(bar)


def test_that_the_bias_is_that_of_the_rules_on_a_whole_day() -> None:
    engine, obvious = BiasEngine(), Obvious()
    for bar in islice(minutes(5, us("2025-12-08T23:00")), 1_000):
        assert engine.take(bar) == obvious.take(bar)


def frame_end_us(at_us: int, frame: int) -> int:
    """Return when the frame of a winter minute ends: anchored at 18:00 New York, cut at 17:00."""
    day_us = (at_us - 23 * 60 * MINUTE_US) // (1440 * MINUTE_US) * 1440 * MINUTE_US + 23 * 60 * MINUTE_US
    begin = (at_us - day_us) // MINUTE_US // frame * frame
    return day_us + min(begin + frame, 23 * 60) * MINUTE_US


@pytest.mark.parametrize("name", list(HIGHER_FRAMES))
@pytest.mark.parametrize(
    "lost", [(), (58, 59, 60), (239, 240), (1_379,), (1_375, 1_376, 1_377, 1_378, 1_379)]
)
def test_that_a_higher_timeframe_is_seen_when_it_is_over_and_not_before(
    name: str, lost: tuple[int, ...]
) -> None:
    start_us = us("2025-12-07T23:00")
    days = [minutes(day, start_us + day * 1440 * MINUTE_US) for day in range(3)]
    walked = [bar for day in days for bar in islice(day, 1_380)]
    bars = [bar for place, bar in enumerate(walked) if place % 1_380 not in lost]
    higher, engine = HigherBiases(), BiasEngine()
    frames: dict[int, list[Bar]] = {}
    for bar in bars:
        frames.setdefault(frame_end_us(bar.at_us, HIGHER_FRAMES[name]), []).append(bar)
        for end_us in [end_us for end_us in frames if end_us <= bar.at_us + MINUTE_US]:
            engine.take(whole(frames.pop(end_us)))
        assert higher.take(bar)[name] == engine.bias


def whole(bars: list[Bar]) -> Bar:
    """Return the frame that the bars make."""
    high, low = max(bar.high for bar in bars), min(bar.low for bar in bars)
    return Bar(bars[0].at_us, bars[0].open, high, low, bars[-1].close)


def test_that_a_day_is_over_with_its_last_minute_before_the_pause() -> None:
    higher = HigherBiases()
    flat = [(100.0, 101.0, 99.0, 100.0)] * 1_380
    for bar in bars_at(us("2025-12-07T23:00"), flat):
        higher.take(bar)
    *before, last = bars_at(us("2025-12-08T23:00"), [*flat[:-1], (100.0, 110.0, 100.0, 110.0)])
    assert [higher.take(bar)["htf_daily"] for bar in before] == [NEUTRAL] * len(before)
    assert set(higher.take(last).values()) == {BULLISH}


def test_that_the_higher_timeframes_keep_to_new_york_in_summer_too() -> None:
    higher = HigherBiases()
    rows = [(100.0, 101.0, 99.0, 100.0)] * 239 + [(100.0, 100.5, 99.5, 100.0)]
    for bar in bars_at(us("2025-07-06T22:00"), rows):
        higher.take(bar)
    found = [
        higher.take(bar)["htf_4h"]
        for bar in bars_at(us("2025-07-07T02:00"), [(100.0, 120.0, 99.0, 120.0)] * 240)
    ]
    assert found == [NEUTRAL] * 239 + [BULLISH]
