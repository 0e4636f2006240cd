"""Intervals against a second library, and the date on which the next mark is reached."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.proportion import proportion_confint

from secondskies_desktop.foundation.market_hours import trading_days
from secondskies_desktop.signals.intervals import MIN_DATES, clustered_mean, dates_needed, wilson
from secondskies_desktop.signals.progress import DATE_MARKS, SIGNAL_MARKS, progress

TODAY = date(2026, 3, 4)


@given(st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_that_the_interval_of_a_share_is_that_of_statsmodels(counts: tuple[int, int]) -> None:
    successes, trials = counts
    found = wilson(successes, trials)
    assert found is not None
    low, high = proportion_confint(successes, trials, method="wilson")
    assert (found.low, found.high) == pytest.approx((max(low, 0), min(high, 1)), abs=1e-9)


def test_that_no_trials_have_no_share_and_impossible_ones_are_refused() -> None:
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="no share"):
        wilson(3, 2)


@pytest.mark.parametrize("seed", range(5))
def test_that_the_interval_of_a_mean_is_that_of_a_regression_with_date_clusters(seed: int) -> None:
    chance = np.random.default_rng(seed)
    dates = np.repeat(np.arange(30), chance.integers(1, 12, 30))
    results = chance.choice([-1.0, 0.0, 2.0], len(dates)) + chance.normal(0, 0.3, 30)[dates]
    totals = [float(results[dates == day].sum()) for day in range(30)]
    numbers = [int((dates == day).sum()) for day in range(30)]
    found = clustered_mean(totals, numbers)
    assert found is not None
    options = {"groups": dates, "use_correction": False}
    fit = OLS(results, np.ones(len(results))).fit(cov_type="cluster", cov_kwds=options, use_t=True)
    half = (fit.conf_int()[0][1] - fit.params[0]) * np.sqrt(30 / 29)
    assert (found.low + found.high) / 2 == pytest.approx(fit.params[0])
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=1e-9)


def test_that_too_few_trade_dates_give_no_interval_but_how_many_are_missing() -> None:
    numbers = [3] * (MIN_DATES - 4) + [0] * 50
    assert clustered_mean([1.0] * len(numbers), numbers) is None
    assert dates_needed(numbers) == 4
    assert clustered_mean([1.0] * MIN_DATES, [3] * MIN_DATES) is not None


def test_that_the_date_of_the_next_mark_follows_from_the_rate_of_the_last_dates() -> None:
    past = trading_days(TODAY - timedelta(days=40), TODAY - timedelta(days=1)) or []
    found = progress(dict.fromkeys(past[-20:], 5), SIGNAL_MARKS, TODAY)
    assert (found.count, found.next_mark, found.per_date) == (100, 300, 5.0)
    ahead = trading_days(TODAY, TODAY + timedelta(days=100)) or []
    assert found.reached_on == ahead[39]


@pytest.mark.parametrize(
    ("by_date", "marks", "why"),
    [
        ({}, SIGNAL_MARKS, "nothing has been counted yet"),
        ({TODAY: 4}, SIGNAL_MARKS, "5 more trade dates needed for a rate"),
        ({date(2026, 2, 27): 4}, SIGNAL_MARKS, "2 more trade dates needed for a rate"),
        ({date(2025, 11, 3): 4}, DATE_MARKS, "nothing new in 20 trade dates"),
        ({date(2026, 2, 9): 1}, (10_000,), "the market calendar does not reach that far"),
    ],
)
def test_that_what_is_not_known_of_the_future_is_said(
    by_date: dict[date, int], marks: tuple[int, ...], why: str
) -> None:
    found = progress(by_date, marks, TODAY)
    assert (found.reached_on, found.why_unknown) == (None, why)


def test_that_beyond_the_last_mark_there_is_nothing_to_reach() -> None:
    found = progress({TODAY: 900}, SIGNAL_MARKS, TODAY)
    assert (found.count, found.next_mark, found.reached_on, found.why_unknown) == (900, None, None, "")


def test_that_trading_days_leave_weekends_and_holidays_out() -> None:
    days = trading_days(date(2025, 12, 22), date(2025, 12, 28))
    assert days == [date(2025, 12, 22), date(2025, 12, 23), date(2025, 12, 24), date(2025, 12, 26)]
    assert trading_days(date(2018, 1, 1), date(2018, 1, 9)) is None
    assert trading_days(date(2025, 12, 2), date(2025, 12, 1)) == []
