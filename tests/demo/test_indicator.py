"""The simulated indicator: triangles alternate, legs keep the laws, the worked examples come out."""

from __future__ import annotations

from itertools import islice

import pytest

from secondskies_desktop.demo.bias import BEARISH, BULLISH, NEUTRAL, BiasEngine
from secondskies_desktop.demo.indicator import Indicator, SimSignal, simulate
from secondskies_desktop.demo.walk import minutes
from secondskies_desktop.market.bars import Bar

MONDAY_US = 1_765_213_200_000_000
MINUTE_US = 60_000_000


@pytest.fixture(scope="module")
def signals() -> list[SimSignal]:
    reports = list(simulate(islice(minutes(7, MONDAY_US), 1_200)))
    return reports[-1][1].signals


def test_that_the_simulation_is_alive(signals: list[SimSignal]) -> None:
    assert len(signals) > 50
    assert {"COMPLETED", "CANCELLED"} <= {signal.status for signal in signals}
    assert any(signal.be_triggered_us for signal in signals)


def test_that_directions_alternate(signals: list[SimSignal]) -> None:
    assert all(
        one.direction != other.direction for one, other in zip(signals, signals[1:], strict=False)
    )


def test_that_no_leg_breaks_a_law(signals: list[SimSignal]) -> None:
    for signal in signals:
        assert signal.be_mfe <= signal.no_be_mfe
        assert signal.mae <= 0 <= signal.be_mfe
        assert signal.entry_us is None or signal.confirmed_us is not None


def test_that_a_break_of_the_highest_high_turns_the_bias() -> None:
    engine = BiasEngine()
    assert engine.take(Bar(0, 10, 12, 9, 11)) == NEUTRAL
    assert engine.take(Bar(1, 11, 13, 10, 12.5)) == BULLISH
    assert engine.take(Bar(2, 12, 12, 8, 8.5)) == BEARISH


def test_that_a_gap_closed_through_turns_the_bias() -> None:
    engine = BiasEngine()
    for bar in (
        Bar(0, 10, 20, 5, 12),
        Bar(1, 12, 13, 11, 12),
        Bar(2, 14, 15, 13.5, 14),
        Bar(3, 15, 16, 14, 15.5),
        Bar(4, 15, 15.5, 12.5, 12.75),
    ):
        bias = engine.take(bar)
    assert bias == BEARISH


@pytest.mark.parametrize(("low", "ended"), [(25487.0, True), (25503.25, False)])
def test_that_the_long_of_the_worked_examples_ends_at_break_even(low: float, *, ended: bool) -> None:
    indicator = Indicator()
    signal = SimSignal("example", "Bullish", 0, 25500.0, 25490.0, 0, {}, confirmed_us=0)
    signal.entry, signal.stop = 25503.0, 25487.75
    indicator._awaiting = signal
    for index, (high, bottom) in enumerate(((25510.0, 25503.5), (25520.0, 25505.0), (25519.0, low))):
        indicator.take(Bar(index * MINUTE_US, 25503.5, high, bottom, 25506.0))
    assert signal.be_triggered_us == MINUTE_US
    assert round(signal.no_be_mfe, 2) == 1.11
    assert (signal.be_stopped_us == 2 * MINUTE_US) is ended
