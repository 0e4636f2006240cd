"""Health over time as a chart draws it: thinned to what has room, in runs that do not bridge a pause; pure, no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.integrity.store import Sample

MOST: Final = 1_000
PAUSE_US: Final = 3_600_000_000
"""Longer without a sample means that nothing looked: what was in between is not known, and is not drawn."""


def thinned(samples: Sequence[Sample], most: int = MOST) -> list[Sample]:
    """Return at most so many samples, of neighbours the lowest: a dip is never thinned away."""
    known = [one for one in samples if one.health is not None]
    if len(known) <= most:
        return known
    size = -(-len(known) // most)
    return [
        min(known[start : start + size], key=lambda one: one.health or 0.0)
        for start in range(0, len(known), size)
    ]


def runs(samples: Sequence[Sample], pause_us: int = PAUSE_US) -> list[list[Sample]]:
    """Return the samples in runs, a new one behind each pause."""
    found: list[list[Sample]] = []
    for one in samples:
        if found and one.at_us - found[-1][-1].at_us <= pause_us:
            found[-1].append(one)
        else:
            found.append([one])
    return found
