"""A seeded one-minute market: prices that were never traded, for the demo, the tests and the benchmarks.

Volatility follows the session and comes in clusters, the price swings around a slowly wandering
level, and now and then it is thrown off. The sizes were chosen so that the simulated indicator's stops
are as wide as the real one's on MNQ (domain.md §11.4: median about 16 points, one in ten beyond 33). It
prints about 85 triangles and 60 entries a day; twelve trades seldom run at a time, for a snapshot of
twelve is too long and says nothing.
"""

from __future__ import annotations

from math import ceil, copysign, exp, floor
from typing import TYPE_CHECKING

import numpy as np

from secondskies_desktop.foundation.sessions import Session, session_at
from secondskies_desktop.market.bars import Bar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

MINUTE_US = 60_000_000
TICK = 0.25
_START_PRICE = 25_400.0
_STEPS = 12
"""Steps of the price within a minute; behind them in a row of noise stand the five of `_minute`."""
_ROWS = 512
_POINTS_A_MINUTE = {
    Session.ASIA: 2.0,
    Session.LONDON: 2.7,
    Session.NY_PRE: 3.2,
    Session.NY_AM: 6.2,
    Session.NY_LUNCH: 3.5,
    Session.NY_PM: 4.4,
    Session.AFTER_HOURS: 1.8,
}
_GAP = 0.1
_WICK = 0.75
_CLUSTER_KEPT, _CLUSTER_NEW = 0.97, 0.09
_DRIFT_KEPT, _PULL = 0.95, 0.006
_LEVEL_MOVES, _LEVEL_PULL = 0.15, 0.001
_SHOCK_FROM, _SHOCK_POINTS = 2.3, 70.0
"""A minute whose volatility jumps by so many deviations throws the price off by so many points in the end."""


def minutes(
    seed: int,
    start_us: int,
    price: float = _START_PRICE,
    is_open: Callable[[int], bool | None] | None = None,
) -> Iterator[Bar]:
    """Yield one-minute bars without end, the first with the open `start_us` (µs UTC), floored to the minute.

    The same seed, start and price give the same bars. Nothing is skipped, unless `is_open` says False
    of a minute; the walk goes on behind it as if that minute had not been.
    """
    market = _Market(price)
    noise = _noise(seed)
    at_us = start_us // MINUTE_US * MINUTE_US
    while True:
        if is_open is None or is_open(at_us) is not False:
            yield market.minute(at_us, next(noise))
        at_us += MINUTE_US


def _noise(seed: int) -> Iterator[NDArray[np.float64]]:
    """Yield rows of standard normals, one for each minute."""
    random = np.random.default_rng(seed)
    while True:
        yield from random.standard_normal((_ROWS, _STEPS + 5))


class _Market:
    """Where the price stands and what moves it."""

    def __init__(self, price: float) -> None:
        self._price = self._level = self._home = price
        self._drift = 0.0
        self._cluster = 0.0

    def minute(self, at_us: int, noise: NDArray[np.float64]) -> Bar:
        """Return the bar of one minute and go on from its close."""
        gap, up, down, turn, jump = noise[_STEPS:].tolist()
        self._cluster = _CLUSTER_KEPT * self._cluster + _CLUSTER_NEW * jump
        points = _POINTS_A_MINUTE[session_at(at_us)] * exp(self._cluster)
        self._level += _LEVEL_MOVES * points * turn - _LEVEL_PULL * (self._level - self._home)
        self._drift = _DRIFT_KEPT * self._drift - _PULL * (self._price - self._level)
        if abs(jump) > _SHOCK_FROM:
            self._drift += (1 - _DRIFT_KEPT) * copysign(_SHOCK_POINTS, turn)
        opened = self._price + _GAP * points * gap
        steps = np.cumsum(noise[:_STEPS] * (points / _STEPS**0.5) + self._drift / _STEPS)
        self._price = opened + float(steps[-1])
        highest = opened + max(0.0, float(steps.max())) + _WICK * points * abs(up)
        lowest = opened + min(0.0, float(steps.min())) - _WICK * points * abs(down)
        return Bar(
            at_us,
            round(opened / TICK) * TICK,
            ceil(highest / TICK) * TICK,
            floor(lowest / TICK) * TICK,
            round(self._price / TICK) * TICK,
        )
