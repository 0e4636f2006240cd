"""A seeded one-minute market: prices that were never traded, for the demo, the tests and the benchmarks.

The walk is deterministic for a seed and start. Its volatility follows the session, so that stops come out as wide
as in life (domain.md §11.4: median about 15 points).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondskies_desktop.foundation.market_hours import is_open
from secondskies_desktop.foundation.sessions import Session, session_at
from secondskies_desktop.market.bars import Bar

if TYPE_CHECKING:
    from collections.abc import Iterator

MINUTE_US = 60_000_000
TICK = 0.25
_STEPS = 12
_START_PRICE = 25_400.0
_PULL = 0.005
_POINTS_PER_STEP = {
    Session.ASIA: 0.9,
    Session.LONDON: 1.2,
    Session.NY_PRE: 1.4,
    Session.NY_AM: 2.8,
    Session.NY_LUNCH: 1.6,
    Session.NY_PM: 1.9,
    Session.AFTER_HOURS: 0.8,
}


def minutes(seed: int, start_us: int, price: float = _START_PRICE) -> Iterator[Bar]:
    """Yield one-minute bars from the bar open `start_us` (µs UTC) on, without end, for open minutes only.

    Beyond the market calendar every minute counts as open.
    """
    random = np.random.default_rng(seed)
    at_us = start_us // MINUTE_US * MINUTE_US
    drift, home = 0.0, price
    while True:
        if is_open(at_us) is False:
            at_us += MINUTE_US
            continue
        scale = _POINTS_PER_STEP[session_at(at_us)]
        # A slowly turning drift gives the trends that break gaps; a pure walk would flip too often.
        # The pull home keeps trades from running for ever: a snapshot has room for twelve at most.
        drift = 0.97 * drift + 0.03 * float(random.normal(0.0, 2.0)) - _PULL * (price - home)
        steps = random.normal(drift * scale / _STEPS, scale, _STEPS)
        path = price + np.concatenate(([0.0], np.cumsum(steps)))
        ticks = np.round(path / TICK) * TICK
        yield Bar(at_us, float(ticks[0]), float(ticks.max()), float(ticks.min()), float(ticks[-1]))
        price = float(path[-1])
        at_us += MINUTE_US
