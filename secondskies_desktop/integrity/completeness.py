"""How much of what was sent came through, and how sure that is.

The unit is the alert: it comes or is lost as a whole, and with it everything it says. Where alerts are not numbered,
the share is measured on those that must have been sent (`slots.py`) and carried over to the others. What came is
known exactly, so only the losses among the *others* are uncertain: the Wilson interval is taken with the correction
for a finite population. Without it, it would be far too wide. Losses that come in swarms (an outage) are worth fewer
independent observations: the effective number follows from how much the hours differ.

Two lists of the same alerts, such as the webhook's and TradingView's own log, answer by capture and recapture.
"""

from __future__ import annotations

from math import ceil, exp, log1p, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.integrity.sequences import Run
    from secondskies_desktop.integrity.slots import Slots

LEVEL: Final = 0.90
"""The interval holds the truth on nine days of ten: the middle of the 85 to 95 % that are promised."""
MIN_SLOTS: Final = 30
"""Alerts that must have been sent, below which a share says nothing."""
MIN_BOTH: Final = 7
"""Alerts that stand in both lists, below which capture and recapture says nothing: the estimate is then biased."""
_MIN_HOURS: Final = 5
_Z: Final = NormalDist().inv_cdf(0.5 + LEVEL / 2)


class Completeness(msgspec.Struct, frozen=True):
    """The share of alerts that came, with its interval; None where too little was sent to tell.

    `slots` alerts must have been sent, of which `filled` came; `arrivals` came in all. `needed` says how many more
    slots it takes. `lost` is the number that never came, by the same estimate, and is not rounded.
    """

    share: float | None
    low: float | None
    high: float | None
    slots: int
    filled: int
    arrivals: int
    needed: int = 0

    @property
    def lost(self) -> float | None:
        """How many alerts never came, None where the share is not known or nothing at all came."""
        return None if not self.share else self.arrivals / self.share - self.arrivals

    @property
    def lost_between(self) -> tuple[float, float] | None:
        """The least and the most that never came, by the interval."""
        if not self.low or not self.high:
            return None
        return self.arrivals / self.high - self.arrivals, self.arrivals / self.low - self.arrivals


def completeness(slots: Sequence[Slots], arrivals: int) -> Completeness:
    """Return how much of a chart's alerts came in a span of time.

    `slots` are those of the span, by hour; `arrivals` is the number of alerts that came in it, of which the filled
    slots are a part. What the sender repeated counts once, but a body that is the same a minute later counts again:
    one generation carries no clock. ValueError for counts that cannot be.
    """
    expected, filled = sum(one.expected for one in slots), sum(one.came for one in slots)
    if not 0 <= filled <= expected or arrivals < 0:
        raise ValueError(f"{filled} of {expected} slots among {arrivals} arrivals cannot be")
    arrivals = max(arrivals, filled)
    if expected < MIN_SLOTS:
        return Completeness(None, None, None, expected, filled, arrivals, MIN_SLOTS - expected)
    share = filled / expected
    others = max(1.0, (arrivals - filled) / share) if share else float(expected)
    effective = expected / swarming(slots) * (expected + others) / others
    low, high = _wilson(share, effective)
    return Completeness(share, low, high, expected, filled, arrivals)


def swarming(slots: Sequence[Slots]) -> float:
    """Return how much more the hours differ than independent losses would: 1 or more (the design effect)."""
    hours = [one for one in slots if one.expected]
    expected, filled = sum(one.expected for one in hours), sum(one.came for one in hours)
    if len(hours) < _MIN_HOURS or filled in (0, expected):
        return 1.0
    share = filled / expected
    spread = sum((one.came - share * one.expected) ** 2 for one in hours) * len(hours) / (len(hours) - 1)
    return max(1.0, spread / (expected * share * (1 - share)))


def _wilson(share: float, trials: float) -> tuple[float, float]:
    """Return the Wilson score interval of a share of `trials`, which need not be a whole number."""
    squared = _Z * _Z
    middle = (share + squared / (2 * trials)) / (1 + squared / trials)
    half = _Z / (1 + squared / trials) * sqrt(share * (1 - share) / trials + squared / (4 * trials * trials))
    # At both ends of the scale rounding would put the share itself outside.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def numbered_completeness(runs: Sequence[Run]) -> Completeness:
    """Return how much of a numbered chart's alerts came: counted, up to the last number heard of each run.

    Only what a run sent after that is not known, so there is no interval around the share.
    """
    sent, heard = sum(run.sent for run in runs), sum(run.heard for run in runs)
    if not sent:
        return Completeness(None, None, None, 0, 0, 0, 1)
    return Completeness(heard / sent, heard / sent, heard / sent, sent, heard, heard)


class Recapture(msgspec.Struct, frozen=True):
    """How many alerts there were by two lists of them, and how many stand in neither.

    `missed` and its interval are None where too few stand in both; `needed` says how many more it takes.
    """

    known: int
    missed: float | None
    low: float | None
    high: float | None
    needed: int = 0


def recapture(first: int, second: int, both: int) -> Recapture:
    """Return the estimate of Chapman from two lists of alerts of one span: the sizes of each, and of what both hold.

    It takes for granted that an alert's way into one list says nothing of its way into the other. The interval is
    that of Burnham on the number missed, which never falls below zero. ValueError for counts that cannot be.
    """
    if not 0 <= both <= min(first, second):
        raise ValueError(f"{both} in both lists of {first} and {second} cannot be")
    known = first + second - both
    if both < MIN_BOTH:
        return Recapture(known, None, None, None, MIN_BOTH - both)
    total = (first + 1) * (second + 1) / (both + 1) - 1
    missed = max(0.0, total - known)
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    if missed == 0:
        return Recapture(known, 0.0, 0.0, 0.0)
    wide = exp(_Z * sqrt(log1p(variance / missed**2)))
    return Recapture(known, missed, missed / wide, missed * wide)


def slots_needed(share: float, half_width: float) -> int:
    """Return how many slots an interval of a given half width takes, at a share: for "N more needed"."""
    return max(MIN_SLOTS, ceil(share * (1 - share) * (_Z / half_width) ** 2))
