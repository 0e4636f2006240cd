"""How sure a share or a mean is: 95 % intervals, or how much more data one needs.

Signals of one trade date share its market and are not independent, so the interval of a mean comes from the sums
of whole trade dates (ratio estimator with date clusters). Quantiles come from scipy.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVEL = 0.95
MIN_DATES = 20
"""Trade dates from which an interval of a mean says something; the first of the roadmap's own marks."""


class Interval(msgspec.Struct, frozen=True):
    """Both ends, in the unit of what was asked for."""

    low: float
    high: float


def wilson(successes: int, trials: int) -> Interval | None:
    """Return the Wilson score interval of a share, None without trials. ValueError for impossible counts."""
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no share")
    if trials == 0:
        return None
    from scipy.special import ndtri

    z = float(ndtri(0.5 + LEVEL / 2))
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def clustered_mean(totals: Sequence[float], numbers: Sequence[int]) -> Interval | None:
    """Return the interval of sum(totals) / sum(numbers) with a trade date a cluster.

    None below MIN_DATES trade dates that have a number: `dates_needed` says how many are missing.
    """
    days = [(total, number) for total, number in zip(totals, numbers, strict=True) if number]
    if len(days) < MIN_DATES:
        return None
    from scipy.special import stdtrit

    everything = sum(number for _, number in days)
    mean = sum(total for total, _ in days) / everything
    spread = sum((total - mean * number) ** 2 for total, number in days)
    error = sqrt(len(days) / (len(days) - 1) * spread) / everything
    half = float(stdtrit(len(days) - 1, 0.5 + LEVEL / 2)) * error
    return Interval(mean - half, mean + half)


def dates_needed(numbers: Sequence[int]) -> int:
    """Return how many more trade dates `clustered_mean` needs, 0 where it has enough."""
    return max(0, MIN_DATES - sum(1 for number in numbers if number))
