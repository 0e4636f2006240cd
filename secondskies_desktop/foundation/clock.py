"""The one place that reads the wall clock; everything else is handed a clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

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
