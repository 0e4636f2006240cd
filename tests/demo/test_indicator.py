"""The simulated indicator: the worked examples from their bars, and every signal against a slow reading."""

from __future__ import annotations

from itertools import islice, pairwise
from statistics import median

import pytest

from secondskies_desktop.demo.bias import BEARISH, BULLISH, NEUTRAL, BiasEngine
from secondskies_desktop.demo.indicator import BarReport, Indicator, simulate
from secondskies_desktop.demo.journey import (
    CANCELLED,
    COMPLETED,
    CONFIRMED,
    PENDING,
    SimSignal,
)
from secondskies_desktop.demo.stops import stop_of
from secondskies_desktop.demo.walk import minutes
from secondskies_desktop.foundation.market_hours import is_open
from secondskies_desktop.foundation.sessions import Session, session_at
from secondskies_desktop.market.bars import Bar
from tests.demo.made_bars import (
    MINUTE_US,
    MONDAY_US,
    Prices,
    bars_at,
    long_example,
    short_example,
    us,
)

BARS = 3_000


@pytest.fixture(scope="module")
def bars() -> list[Bar]:
    return list(islice(minutes(7, MONDAY_US, is_open=is_open), BARS))


@pytest.fixture(scope="module")
def reports(bars: list[Bar]) -> list[BarReport]:
    return [report for report, _ in simulate(bars)]


@pytest.fixture(scope="module")
def signals(bars: list[Bar]) -> list[SimSignal]:
    indicator = Indicator()
    for bar in bars:
        indicator.take(bar)
    return indicator.truth()


def first_signal(bars: list[Bar]) -> SimSignal:
    indicator = Indicator(warm_up=0)
    for bar in bars:
        indicator.take(bar)
    return indicator.truth()[0]


def test_that_the_long_of_the_worked_examples_comes_out_of_its_bars() -> None:
    signal = first_signal(long_example())
    assert signal.trade_id == "20251202_191000000_BULLISH"
    assert (signal.high, signal.low, signal.session) == (25500.0, 25490.0, Session.AFTER_HOURS)
    assert (signal.confirmation_us, signal.bars_to_confirm) == (us("2025-12-03T00:14"), 4)
    assert (signal.entry, signal.stop) == (25502.0, 25487.75)
    assert (signal.entry_us, signal.entry_open) == (us("2025-12-03T00:15"), 25503.0)
    assert signal.entry_open is not None
    assert signal.entry_open - 25487.75 == 15.25
    assert signal.be_triggered_us == us("2025-12-03T00:17")
    assert (signal.be_stopped_us, signal.no_be_stopped_us) == (us("2025-12-03T00:18"),) * 2
    # R is measured from the confirmation close, which Pine keeps as the entry.
    assert signal.be_mfe == signal.no_be_mfe == 18 / 14.25
    assert signal.status == COMPLETED


def test_that_the_short_of_the_worked_examples_comes_out_of_its_bars() -> None:
    signal = first_signal(short_example())
    assert signal.trade_id == "20251202_143000000_BEARISH"
    assert (signal.high, signal.low, signal.session) == (25600.0, 25590.0, Session.NY_PM)
    assert (signal.confirmation_us, signal.bars_to_confirm) == (us("2025-12-02T19:33"), 3)
    assert (signal.entry, signal.stop) == (25588.0, 25602.25)
    assert (signal.entry_us, signal.entry_open) == (us("2025-12-02T19:34"), 25587.0)
    assert signal.be_triggered_us == us("2025-12-02T19:36")
    assert (signal.be_stopped_us, signal.no_be_stopped_us) == (us("2025-12-02T19:37"),) * 2
    assert signal.be_mfe == 18 / 14.25


def test_that_the_first_turn_of_a_history_is_no_signal() -> None:
    assert [signal.direction for signal in simulated(long_example()[:8])] == []


def simulated(bars: list[Bar]) -> list[SimSignal]:
    indicator = Indicator(warm_up=0)
    for bar in bars:
        indicator.take(bar)
    return indicator.truth()


def test_that_an_opposite_triangle_cancels_and_wins_over_a_confirmation_on_its_bar() -> None:
    bars = long_example()[:9]
    # Closes below the inverted gap and the signal candle: bearish again, and nothing is confirmed here.
    turn = Bar(bars[-1].at_us + MINUTE_US, 25498.0, 25499.0, 25480.0, 25481.0)
    first, second = simulated([*bars, turn])
    assert (first.status, first.cancelled_us, first.entry) == (CANCELLED, turn.at_us, None)
    assert (second.status, second.direction, second.triangle_us) == (PENDING, "BEARISH", turn.at_us)


def test_that_bars_before_the_warm_up_is_over_make_no_triangle(bars: list[Bar]) -> None:
    for warm_up in (0, 30, 200):
        indicator = Indicator(warm_up)
        for bar in bars[:400]:
            indicator.take(bar)
        first = indicator.truth()[0]
        assert first.triangle_us >= bars[warm_up].at_us


def test_that_a_triangle_is_printed_where_the_bias_turns(bars: list[Bar], reports: list[BarReport]) -> None:
    engine = BiasEngine()
    biases = [NEUTRAL, *(engine.take(bar) for bar in bars)]
    turns = [
        (bar.at_us, now.upper())
        for place, (bar, (before, now)) in enumerate(zip(bars, pairwise(biases), strict=True))
        if now in (BULLISH, BEARISH) and before not in (now, NEUTRAL) and place >= 30
    ]
    born = [report.born for report in reports if report.born is not None]
    assert [(signal.triangle_us, signal.direction) for signal in born] == turns
    assert all(signal.htf == report.htf for report in reports if (signal := report.born) is not None)


def test_that_directions_alternate_and_ids_name_the_triangle(signals: list[SimSignal]) -> None:
    assert all(one.direction != other.direction for one, other in pairwise(signals))
    assert len({signal.trade_id for signal in signals}) == len(signals)
    for signal in signals:
        assert signal.session is session_at(signal.triangle_us)


def test_that_every_signal_is_confirmed_or_cancelled_by_the_rule(
    bars: list[Bar], signals: list[SimSignal]
) -> None:
    for signal, following in pairwise(signals):
        until_us = following.triangle_us
        beyond = [
            bar
            for bar in bars
            if signal.triangle_us < bar.at_us < until_us
            and (bar.close > signal.high if signal.sign > 0 else bar.close < signal.low)
        ]
        if beyond:
            assert (signal.confirmation_us, signal.entry) == (beyond[0].at_us, beyond[0].close)
            assert signal.cancelled_us is None
        else:
            assert (signal.status, signal.cancelled_us) == (CANCELLED, until_us)


def test_that_every_trade_is_entered_on_the_next_bar(bars: list[Bar], signals: list[SimSignal]) -> None:
    places = {bar.at_us: place for place, bar in enumerate(bars)}
    for signal in signals:
        if signal.entry_us is None or signal.confirmation_us is None:
            continue
        entry = bars[places[signal.confirmation_us] + 1]
        assert (signal.entry_us, signal.entry_open) == (entry.at_us, entry.open)
        assert signal.bars_to_confirm == places[signal.confirmation_us] - places[signal.triangle_us]
    assert any(signal.entry_open != signal.entry for signal in signals if signal.entry_us)


def test_that_every_trade_ends_as_a_slow_reading_of_its_bars_says(
    bars: list[Bar], signals: list[SimSignal]
) -> None:
    followed = [signal for signal in signals if signal.entry_us is not None]
    assert len(followed) > 60
    for signal in followed:
        assert slow_reading(signal, bars) == (
            signal.be_triggered_us,
            signal.be_stopped_us,
            signal.no_be_stopped_us,
            pytest.approx(signal.be_mfe),
            pytest.approx(signal.no_be_mfe),
            pytest.approx(signal.mae),
        )


def slow_reading(signal: SimSignal, bars: list[Bar]) -> tuple[object, ...]:
    """Return trigger, both ends and the three excursions, from the bars of the trade."""
    entry, risk, entry_us = signal.entry, signal.risk, signal.entry_us
    assert entry is not None
    assert risk is not None
    assert entry_us is not None
    trade = [bar for bar in bars if bar.at_us >= entry_us]
    for_it = [signal.sign * ((bar.high if signal.sign > 0 else bar.low) - entry) / risk for bar in trade]
    against = [signal.sign * ((bar.low if signal.sign > 0 else bar.high) - entry) / risk for bar in trade]
    end = next((place for place, r in enumerate(against) if r <= -1), len(trade))
    trigger = next((place for place, r in enumerate(for_it[: end + 1]) if r >= 1), None)
    be_end = end
    if trigger is not None and trigger < end:
        back = (place for place in range(trigger + 1, len(trade)) if against[place] <= 0)
        be_end = next(back, len(trade))
    opens = [*(bar.at_us for bar in trade), None]
    return (
        None if trigger is None else opens[trigger],
        opens[be_end],
        opens[end],
        max([0.0, *for_it[:be_end]]),
        max([0.0, *for_it[:end]]),
        min([0.0, *against[: end + 1]]),
    )


def test_that_no_leg_breaks_a_law(signals: list[SimSignal]) -> None:
    for signal in signals:
        assert 0 <= signal.be_mfe <= signal.no_be_mfe
        assert signal.mae <= signal.mae_before_stop <= 0
        if signal.status == PENDING:
            assert signal.cancelled_us is signal.confirmation_us is None
        if signal.no_be_stopped_us is not None:
            assert signal.status == COMPLETED
            assert signal.mae <= -1
            assert signal.be_stopped_us is not None
            assert signal.be_stopped_us <= signal.no_be_stopped_us


def test_that_a_report_names_what_happened_on_its_bar(
    reports: list[BarReport], signals: list[SimSignal]
) -> None:
    for name, time in (
        ("born", "triangle_us"),
        ("cancelled", "cancelled_us"),
        ("confirmed", "confirmation_us"),
        ("entered", "entry_us"),
    ):
        told = [
            (report.bar.at_us, found.trade_id)
            for report in reports
            if (found := getattr(report, name)) is not None
        ]
        known = [(getattr(one, time), one.trade_id) for one in signals]
        assert told == sorted(pair for pair in known if pair[0] is not None)
    for name, time in (
        ("triggered", "be_triggered_us"),
        ("be_stopped", "be_stopped_us"),
        ("stopped", "no_be_stopped_us"),
    ):
        several = [(report.bar.at_us, one.trade_id) for report in reports for one in getattr(report, name)]
        known = [(getattr(one, time), one.trade_id) for one in signals]
        assert sorted(several) == sorted(pair for pair in known if pair[0] is not None)


def test_that_what_a_report_says_does_not_change_afterwards(bars: list[Bar]) -> None:
    indicator = Indicator()
    running = [one for bar in bars[:300] for one in indicator.take(bar).running]
    assert {one.status for one in running} == {CONFIRMED}
    assert COMPLETED in {one.status for one in indicator.truth()}


def test_that_every_stop_is_that_of_the_whole_history(bars: list[Bar], signals: list[SimSignal]) -> None:
    places = {bar.at_us: place for place, bar in enumerate(bars)}
    for signal in signals:
        if signal.confirmation_us is not None:
            span = places[signal.triangle_us], places[signal.confirmation_us]
            assert signal.stop == stop_of(bars, *span, signal.sign)


def test_that_a_stop_on_the_wrong_side_is_reported_as_it_comes() -> None:
    rows: list[Prices] = [
        (25560.0, 25561.0, 25557.0, 25558.0),
        (25558.0, 25558.5, 25540.0, 25541.0),
        (25541.0, 25542.0, 25520.0, 25521.0),
        (25521.0, 25522.0, 25510.0, 25515.0),
        (25515.0, 25518.0, 25512.0, 25513.0),
        (25513.0, 25513.5, 25495.0, 25496.0),
        (25496.0, 25497.0, 25491.0, 25492.0),
        (25492.0, 25494.5, 25490.25, 25491.0),
        (25491.0, 25500.0, 25490.0, 25498.5),
        # The lowest of the range is the confirmation, and the only pivot on the left stands high above.
        (25498.5, 25503.0, 25489.0, 25502.0),
        (25502.0, 25508.0, 25501.0, 25507.0),
    ]
    signal = simulated(bars_at(MONDAY_US, rows))[0]
    assert (signal.entry, signal.stop, signal.risk) == (25502.0, 25509.75, -7.75)
    assert (signal.status, signal.no_be_stopped_us) == (COMPLETED, signal.entry_us)


def test_that_the_signals_are_as_wide_as_in_life_and_come_by_the_dozen(signals: list[SimSignal]) -> None:
    days = BARS / 1_380
    risks = [signal.risk for signal in signals if signal.risk is not None]
    assert 60 < len(signals) / days < 130
    assert 40 < len(risks) / days < 90
    assert 10 < median(risks) < 22
