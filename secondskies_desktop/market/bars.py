"""A one-minute bar."""

from __future__ import annotations

import msgspec


class Bar(msgspec.Struct, frozen=True):
    """One minute of trading: `at_us` is the bar's open (µs UTC), prices in points on the tick grid."""

    at_us: int
    open: float
    high: float
    low: float
    close: float
