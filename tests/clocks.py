"""A clock that stands still until a test moves it."""

from __future__ import annotations

START_US = 1_764_600_000_000_000
"""2025-12-01 14:40 UTC, a Monday morning in New York."""


class FrozenClock:
    """Returns its moment (µs UTC) when it is called; `advance` moves it."""

    def __init__(self, now_us: int = START_US) -> None:
        self.now_us = now_us

    def __call__(self) -> int:
        """Return the moment at which time stands."""
        return self.now_us

    def advance(self, seconds: float) -> None:
        """Move on."""
        self.now_us += round(seconds * 1_000_000)
