"""Bars by hand: the two worked examples of domain.md §1.12, each with the history that makes its triangle."""

from __future__ import annotations

from datetime import UTC, datetime

from secondskies_desktop.market.bars import Bar

MINUTE_US = 60_000_000
MONDAY_US = 1_765_213_200_000_000
"""2025-12-08 17:00 UTC, noon in New York."""

Prices = tuple[float, float, float, float]


def us(text: str) -> int:
    """Return an ISO reading of UTC in microseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def bars_at(start_us: int, rows: list[Prices]) -> list[Bar]:
    """Return one bar a minute from a time on, from open, high, low and close."""
    return [Bar(start_us + place * MINUTE_US, *row) for place, row in enumerate(rows)]


_FALL: list[Prices] = [
    (25530.0, 25531.0, 25527.0, 25528.0),
    (25528.0, 25528.5, 25515.0, 25516.0),
    (25516.0, 25517.0, 25505.0, 25506.0),
    (25506.0, 25507.0, 25497.0, 25498.0),
    (25498.0, 25499.0, 25494.0, 25495.0),
    (25495.0, 25496.0, 25491.0, 25492.0),
    (25492.0, 25495.0, 25490.5, 25493.0),
    (25493.0, 25494.5, 25490.25, 25491.0),
]
_TRIANGLE: Prices = (25491.0, 25500.0, 25490.0, 25498.5)
_FIRST_AFTER: Prices = (25498.5, 25499.0, 25491.0, 25497.0)
_REST: list[Prices] = [
    (25497.0, 25498.5, 25488.0, 25496.5),
    (25496.5, 25499.75, 25492.0, 25499.0),
    (25499.0, 25502.5, 25494.0, 25502.0),
    (25503.0, 25510.0, 25502.25, 25509.0),
    (25509.0, 25515.0, 25507.0, 25514.0),
    (25514.0, 25520.0, 25511.0, 25512.0),
    (25512.0, 25513.0, 25487.0, 25489.0),
]


def long_example() -> list[Bar]:
    """Triangle 19:10 New York, lowest low 19:12, confirmed 19:14, entered 19:15, +1R 19:17, stopped 19:18."""
    rows = [*_FALL, _TRIANGLE, _FIRST_AFTER, *_REST]
    return bars_at(us("2025-12-03T00:02"), rows)


def short_example() -> list[Bar]:
    """Triangle 14:30 New York, highest high 14:31, confirmed 14:33, +1R 14:36, stopped: the mirror image."""
    turned = 25500.0 + 25590.0
    rows = [
        (turned - row[0], turned - row[2], turned - row[1], turned - row[3])
        for row in [*_FALL, _TRIANGLE, *_REST]
    ]
    return bars_at(us("2025-12-02T19:22"), rows)
