"""Generated days, and what is lost of them: the reference that the integrity room is held against."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondskies_desktop.demo.speech import Defects, Generation, speak
from secondskies_desktop.signals.wire import decode

if TYPE_CHECKING:
    from secondskies_desktop.signals.event import Decoded

STREAM = "MNQ1! 1m"
MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_MINUTES = 23 * 60
MONDAY_US = 1_765_148_400_000_000
"""2025-12-07 23:00 UTC: 18:00 in New York, when Monday's trading begins."""


class Alert(NamedTuple):
    """One alert that was sent: its place, what it says, and when it would arrive (µs UTC)."""

    place: int
    decoded: Decoded
    received_us: int
    body: bytes

    @property
    def bar_us(self) -> int:
        """Open of the bar at whose close it was sent."""
        return self.received_us // MINUTE_US * MINUTE_US - MINUTE_US


@lru_cache(maxsize=4)
def day_of(
    seed: int,
    generation: Generation,
    bars: int = DAY_MINUTES,
    start_us: int = MONDAY_US,
    *,
    faults: bool = False,
) -> tuple[Alert, ...]:
    """Return the alerts of a day in the order in which they were sent."""
    defects = Defects(repeated_exit=0.05, exit_first=0.02) if faults else Defects(lost_quote=False)
    alerts = []
    for place, one in enumerate(speak(seed, start_us, bars, generation, defects)):
        received_us = one.bar_close_us + 300_000 + place % 400
        alerts.append(Alert(place, decode(one.body, received_us), received_us, one.body))
    return tuple(alerts)


def lost_places(count: int, share: float, chance: np.random.Generator) -> set[int]:
    """Return the places of the alerts that never come: each of them by chance alone."""
    return set(np.flatnonzero(chance.random(count) < share).tolist())


def drawn_share(chance: np.random.Generator) -> float:
    """Return how much is lost on a day: from 1 to 20 %."""
    return float(chance.uniform(0.01, 0.20))
