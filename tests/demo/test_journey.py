"""What a bar does to a running signal: Pine's order, and the numbers of the worked examples."""

from __future__ import annotations

import pytest

from secondskies_desktop.demo.journey import (
    BEAR,
    BULL,
    COMPLETED,
    CONFIRMED,
    SimSignal,
    follow,
)
from secondskies_desktop.foundation.sessions import Session
from secondskies_desktop.market.bars import Bar
from tests.demo.made_bars import MINUTE_US, Prices, bars_at


def confirmed(direction: str, entry: float, stop: float) -> SimSignal:
    """Return a signal that was just confirmed."""
    return SimSignal(
        f"20251202_191000000_{direction}",
        direction,
        0,
        Session.AFTER_HOURS,
        entry,
        entry,
        {},
        status=CONFIRMED,
        confirmation_us=0,
        entry=entry,
        stop=stop,
    )


def after(signal: SimSignal, *rows: Prices) -> SimSignal:
    """Return the signal after bars of open, high, low, close, the first at minute 0."""
    for bar in bars_at(0, list(rows)):
        if signal.no_be_stopped_us is None:
            signal = follow(signal, bar)
    return signal


@pytest.mark.parametrize(
    ("direction", "entry", "stop", "rows"),
    [
        (
            BULL,
            25503.0,
            25487.75,
            [
                (25503.0, 25510.0, 25502.25, 25509.0),
                (25509.0, 25515.0, 25507.0, 25514.0),
                (25514.0, 25520.0, 25511.0, 25512.0),
                (25512.0, 25513.0, 25487.0, 25489.0),
            ],
        ),
        (
            BEAR,
            25587.0,
            25602.25,
            [
                (25587.0, 25590.0, 25580.0, 25581.0),
                (25581.0, 25584.0, 25575.0, 25576.0),
                (25576.0, 25580.0, 25570.0, 25578.0),
                (25578.0, 25603.0, 25577.0, 25602.0),
            ],
        ),
    ],
)
def test_that_the_worked_examples_come_out_from_their_entries(
    direction: str, entry: float, stop: float, rows: list[Prices]
) -> None:
    signal = after(confirmed(direction, entry, stop), *rows)
    assert signal.risk == 15.25
    assert signal.be_triggered_us == 2 * MINUTE_US
    assert (signal.be_stopped_us, signal.no_be_stopped_us) == (3 * MINUTE_US, 3 * MINUTE_US)
    assert not signal.died_unprotected
    assert (round(signal.be_mfe, 2), round(signal.no_be_mfe, 2)) == (1.11, 1.11)
    assert signal.status == COMPLETED


UP: Prices = (100.0, 111.0, 100.5, 108.0)
BACK: Prices = (108.0, 112.0, 99.0, 101.0)
FURTHER: Prices = (101.0, 130.0, 100.0, 128.0)
STOPPED: Prices = (100.0, 105.0, 90.0, 91.0)
BOTH: Prices = (100.0, 111.0, 89.0, 100.0)
TRIGGER_AND_BACK: Prices = (100.0, 111.0, 99.0, 110.0)


@pytest.mark.parametrize(
    ("rows", "triggered", "be_stopped", "stopped", "be_mfe", "no_be_mfe", "mae"),
    [
        ([UP], 0, None, None, 1.1, 1.1, 0.0),
        # The bar that comes back to entry counts for the No-BE strategy and not for the other one.
        ([UP, BACK], 0, 1, None, 1.1, 1.2, -0.1),
        ([UP, BACK, FURTHER], 0, 1, None, 1.1, 3.0, -0.1),
        # The bar of the stop counts against the trade, and not for it.
        ([STOPPED], None, 0, 0, 0.0, 0.0, -1.0),
        ([UP, STOPPED], 0, 1, 1, 1.1, 1.1, -1.0),
        # +1R and the stop in one bar: stopped first, triggered all the same.
        ([BOTH], 0, 0, 0, 0.0, 0.0, -1.1),
        # The bar that triggers cannot also stop at entry.
        ([TRIGGER_AND_BACK], 0, None, None, 1.1, 1.1, -0.1),
    ],
)
def test_that_a_bar_is_read_in_pines_order(
    rows: list[Prices],
    triggered: int | None,
    be_stopped: int | None,
    stopped: int | None,
    be_mfe: float,
    no_be_mfe: float,
    mae: float,
) -> None:
    signal = after(confirmed(BULL, 100.0, 90.0), *rows)
    minutes = (signal.be_triggered_us, signal.be_stopped_us, signal.no_be_stopped_us)
    assert [None if at is None else at // MINUTE_US for at in minutes] == [triggered, be_stopped, stopped]
    assert (signal.be_mfe, signal.no_be_mfe, signal.mae) == pytest.approx((be_mfe, no_be_mfe, mae))


@pytest.mark.parametrize(
    ("rows", "unprotected"),
    [([UP], False), ([STOPPED], True), ([BOTH], True), ([UP, BACK], False), ([UP, STOPPED], False)],
)
def test_that_a_stop_without_a_trigger_before_it_is_known(rows: list[Prices], *, unprotected: bool) -> None:
    assert after(confirmed(BULL, 100.0, 90.0), *rows).died_unprotected is unprotected


def test_that_the_excursion_of_december_leaves_the_stop_bar_out() -> None:
    signal = after(confirmed(BULL, 100.0, 90.0), (100.0, 104.0, 95.0, 96.0), STOPPED)
    assert (signal.mae, signal.mae_before_stop) == (-1.0, -0.5)
    assert (signal.highest, signal.lowest) == (105.0, 90.0)


@pytest.mark.parametrize("stop", [100.0, 102.0])
def test_that_a_stop_on_the_wrong_side_ends_the_trade_by_its_price_alone(stop: float) -> None:
    signal = after(confirmed(BULL, 100.0, stop), (103.0, 125.0, 102.5, 120.0))
    assert (signal.no_be_stopped_us, signal.be_triggered_us) == (None, None)
    signal = after(confirmed(BULL, 100.0, stop), (100.0, 125.0, 99.0, 120.0))
    assert signal.status == COMPLETED
    assert signal.died_unprotected
    assert (signal.be_mfe, signal.no_be_mfe, signal.mae) == (0.0, 0.0, 0.0)


def test_that_only_a_confirmed_signal_can_be_followed() -> None:
    pending = SimSignal("one", BULL, 0, Session.ASIA, 2.0, 1.0, {})
    with pytest.raises(ValueError, match="not confirmed"):
        follow(pending, Bar(0, 1.0, 2.0, 1.0, 2.0))
