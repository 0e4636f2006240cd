"""A bounded histogram of spans: exact below 64 µs, above it 32 buckets each time a span doubles.

A quantile is the upper end of its bucket and so at most 1/32 (3.1 %) above the true one. Two histograms add up to that
of all their spans, whatever the order.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

_BITS = 5
_EXACT = 1 << (_BITS + 1)
_MOST_US = (1 << 42) - 1
"""Spans beyond it, 51 days, count as this long: there are at most 1,248 buckets."""


class Quantiles(NamedTuple):
    """How many spans, and how long they were (µs); None where there were none."""

    n: int
    p50_us: int | None
    p95_us: int | None
    p99_us: int | None
    max_us: int | None


class Histogram:
    """Counts spans of whole µs."""

    __slots__ = ("_counts", "_max_us", "count")

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._max_us = -1
        self.count = 0

    def __eq__(self, other: object) -> bool:
        """Two histograms that hold the same spans, as far as they tell them apart."""
        if not isinstance(other, Histogram):
            return NotImplemented
        return self._counts == other._counts and self._max_us == other._max_us

    __hash__ = None  # type: ignore[assignment]  # it grows

    @property
    def buckets(self) -> int:
        """In how many buckets something was counted."""
        return len(self._counts)

    def add(self, span_us: int) -> None:
        """Count one span; ValueError for one that is negative."""
        self.add_all((span_us,))

    def add_all(self, spans_us: Collection[int]) -> None:
        """Count spans; ValueError, and none is counted, where one is negative."""
        if not spans_us:
            return
        if min(spans_us) < 0:
            raise ValueError(f"no span: {min(spans_us)} µs")
        counts = self._counts
        for span_us in spans_us:
            place = _place(span_us)
            counts[place] = counts.get(place, 0) + 1
        self._max_us = max(self._max_us, *spans_us)
        self.count += len(spans_us)

    def merge(self, other: Histogram) -> None:
        """Count all that another one counted."""
        for place, count in other._counts.items():
            self._counts[place] = self._counts.get(place, 0) + count
        self._max_us = max(self._max_us, other._max_us)
        self.count += other.count

    def quantile(self, share: float) -> int | None:
        """Return the span that so large a share of all does not exceed, by nearest rank; None where there is none."""
        if not 0 < share <= 1:
            raise ValueError(f"no share: {share}")
        # Rounded first: 0.07 of 100 is a hair more than 7 in binary.
        rank = max(1, ceil(round(share * self.count, 6)))
        seen = 0
        for place in sorted(self._counts):
            seen += self._counts[place]
            if seen >= rank:
                return min(_upper(place), self._max_us)
        return None

    def quantiles(self) -> Quantiles:
        """Return the figures that are shown."""
        p50_us, p95_us, p99_us = (self.quantile(share) for share in (0.5, 0.95, 0.99))
        return Quantiles(self.count, p50_us, p95_us, p99_us, self._max_us if self.count else None)


def _place(span_us: int) -> int:
    if span_us < _EXACT:
        return span_us
    span_us = min(span_us, _MOST_US)
    shift = span_us.bit_length() - _BITS - 1
    return (shift << _BITS) + (span_us >> shift)


def _upper(place: int) -> int:
    if place < _EXACT:
        return place
    shift = (place >> _BITS) - 1
    return ((place - (shift << _BITS) + 1) << shift) - 1
