"""The one place that reads the wall clock; everything else is handed a clock."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

Clock = Callable[[], int]
"""Returns the present time in microseconds since the epoch, UTC."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def system_clock() -> int:
    """Return the present time in microseconds since the epoch, UTC."""
    return time.time_ns() // 1_000


def as_datetime(instant_us: int) -> datetime:
    """Return an instant (µs UTC) as an aware UTC datetime."""
    return EPOCH + timedelta(microseconds=instant_us)


def as_us(moment: datetime) -> int:
    """Return an aware datetime in microseconds since the epoch."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def as_iso(instant_us: int | None) -> str | None:
    """Return an instant (µs UTC) as ISO 8601 with `Z`, seconds or, where there are any, microseconds."""
    if instant_us is None:
        return None
    return as_datetime(instant_us).isoformat().replace("+00:00", "Z")


class Moment(NamedTuple):
    """One look at three clocks: the wall's, that of time gone by, and that of time awake."""

    wall_us: int
    elapsed_s: float
    """Goes on while the machine sleeps, and nobody can set it."""
    awake_s: float
    """Stands still while the machine sleeps."""


def moment(clock: Clock = system_clock) -> Moment:
    """Look at the three clocks."""
    elapsed_s, awake_s = _elapsed_and_awake()
    return Moment(clock(), elapsed_s, awake_s)


def _elapsed_and_awake() -> tuple[float, float]:
    elapsed_s = awake_s = time.monotonic()
    if sys.platform == "linux":
        elapsed_s = time.clock_gettime(time.CLOCK_BOOTTIME)
    elif sys.platform == "darwin":
        awake_s = time.clock_gettime(time.CLOCK_UPTIME_RAW)
    elif sys.platform == "win32":
        import ctypes

        ticks = ctypes.c_ulonglong()
        ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(ticks))
        awake_s = ticks.value / 1e7
    return elapsed_s, awake_s
