"""A running maximum with its times, joined from values in any order (domain.md §4.3).

A late update must not move a leg that has finished, and an exit may be heard after the updates that follow it.
So a maximum is kept as the steps by which it rose: which of them count is decided when the end is known. The
steps are a function of the set of values alone, whatever their order and repetition.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

Climb = list[tuple[int, float]]
"""(time in µs, value), both strictly rising: at each time the greatest value known by then."""


def climb(steps: Climb, at_us: int, value: float) -> None:
    """Join one value into the steps."""
    if not steps:
        steps.append((at_us, value))
        return
    last_us, last = steps[-1]
    if at_us > last_us:
        if value > last:
            steps.append((at_us, value))
        return
    place = bisect_right(steps, at_us, key=_time)
    if place and steps[place - 1][1] >= value:
        return
    first = bisect_left(steps, at_us, key=_time)
    behind = place
    while behind < len(steps) and steps[behind][1] <= value:
        behind += 1
    steps[first:behind] = [(at_us, value)]


def height(steps: Climb, until_us: int | None) -> float | None:
    """Return the greatest value up to a time, that one included (None: of all), None where there is none."""
    place = len(steps) if until_us is None else bisect_right(steps, until_us, key=_time)
    return steps[place - 1][1] if place else None


def _time(step: tuple[int, float]) -> int:
    return step[0]
