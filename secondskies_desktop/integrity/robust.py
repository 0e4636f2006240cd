"""How unusual a number is beside those before it: by median and MAD, which a few odd ones cannot move."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from typing import Final

MAD_TO_DEVIATION: Final = 1.4826
"""What makes the median distance from the median a standard deviation, were the numbers normal."""


class Window:
    """The last `size` numbers. A number costs what the size costs, however many there were."""

    def __init__(self, size: int) -> None:
        self._recent: deque[float] = deque(maxlen=size)
        self._sorted: list[float] = []

    def __len__(self) -> int:
        return len(self._recent)

    def push(self, value: float) -> None:
        """Take a number; the oldest is forgotten when the window is full."""
        if len(self._recent) == self._recent.maxlen:
            del self._sorted[bisect_left(self._sorted, self._recent[0])]
        self._recent.append(value)
        insort(self._sorted, value)

    @property
    def median(self) -> float:
        """The middle of the numbers; ValueError without any."""
        return _middle(self._sorted)

    def score(self, value: float, least: float) -> float:
        """Return the robust z-score of a number that is not in the window: deviations from its median.

        `least` is the smallest deviation that is believed, above zero: numbers that are all alike have none.
        """
        median = self.median
        distances = sorted(abs(one - median) for one in self._sorted)
        return (value - median) / max(MAD_TO_DEVIATION * _middle(distances), least)


def _middle(rising: list[float]) -> float:
    if not rising:
        raise ValueError("nothing has no middle")
    half = len(rising) // 2
    return rising[half] if len(rising) % 2 else (rising[half - 1] + rising[half]) / 2
