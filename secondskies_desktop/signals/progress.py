"""How much data has accumulated, and when the next mark is reached at today's rate.

Signals and trade dates are counted beside one another: signals of one date are not independent (domain.md §8.7,
roadmap: 300, 600 and 900 signals).
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.market_hours import trading_days

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNAL_MARKS = (300, 600, 900)
DATE_MARKS = (20, 60, 120)
RATE_DATES = 20
"""Trade dates over which today's rate is taken, those without any signal included."""
MIN_RATE_DATES = 5


class Progress(msgspec.Struct, frozen=True):
    """Where a count stands: the next mark, None beyond the last one, and when it is reached.

    `reached_on` is None where it is not known, and `why_unknown` then says what is missing.
    """

    count: int
    marks: tuple[int, ...]
    next_mark: int | None
    per_date: float | None
    reached_on: date | None
    why_unknown: str


def progress(by_date: Mapping[date, int], marks: tuple[int, ...], today: date) -> Progress:
    """Return the progress of a count that is known by trade date; `today` is the trade date of now.

    Today itself is not part of the rate: it has not ended.
    """
    count = sum(by_date.values())
    next_mark = next((mark for mark in marks if mark > count), None)
    if next_mark is None:
        return Progress(count, marks, None, None, None, "")
    rate, why = _rate(by_date, today)
    if rate is None or why:
        return Progress(count, marks, next_mark, rate, None, why)
    needed = math.ceil((next_mark - count) / rate)
    ahead = trading_days(today, today + timedelta(days=2 * needed + 14))
    if ahead is None:
        return Progress(count, marks, next_mark, rate, None, _BEYOND)
    return Progress(count, marks, next_mark, rate, ahead[needed - 1], "")


_BEYOND = "the market calendar does not reach that far"


def _rate(by_date: Mapping[date, int], today: date) -> tuple[float | None, str]:
    """Return how many are counted a trade date, and why it says nothing of the future, if so."""
    first = min((day for day, number in by_date.items() if number), default=None)
    if first is None:
        return None, "nothing has been counted yet"
    past = trading_days(max(first, today - timedelta(days=2 * RATE_DATES)), today - timedelta(days=1))
    if past is None:
        return None, _BEYOND
    past = past[-RATE_DATES:]
    if len(past) < MIN_RATE_DATES:
        return None, f"{MIN_RATE_DATES - len(past)} more trade dates needed for a rate"
    rate = sum(by_date.get(day, 0) for day in past) / len(past)
    return rate, "" if rate else f"nothing new in {len(past)} trade dates"
