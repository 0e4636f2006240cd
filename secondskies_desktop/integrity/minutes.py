"""Which minutes of a signal's life were never told of, by what was heard around them.

A minute is the open of a one-minute bar (µs UTC) and is due only while the market trades; where the calendar does not
reach, nothing is said. A chart that lists its running signals in one alert a bar (batches, snapshots) may have no
room for all of them: an alert that came and did not list the signal is no gap, and neither are the lost minutes beside
it, for nobody knows whether they would have listed it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from secondskies_desktop.foundation.market_hours import is_open, market_state, next_open, open_seconds_between

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MINUTE_US: Final = 60_000_000


class Span(NamedTuple):
    """Minutes from one to another, both included, and how many of them the market trades."""

    first_us: int
    last_us: int
    minutes: int


def open_span(first_us: int, last_us: int) -> Span | None:
    """Return the open minutes from one to another; None where there are none, and where nobody knows."""
    if last_us < first_us:
        return None
    begin_us, seconds = next_open(first_us), open_seconds_between(first_us, last_us + MINUTE_US)
    if begin_us is None or not seconds or seconds < MINUTE_US // 1_000_000:
        return None
    if not is_open(last_us):
        # The words that come with a state cost more than all the rest: only where it is shut is it asked for.
        last_us = (market_state(last_us).since_us or last_us) - MINUTE_US
    return Span(begin_us, last_us, seconds * 1_000_000 // MINUTE_US)


def missing_minutes(
    heard: Sequence[int],
    first_us: int | None,
    last_us: int | None,
    lists: Sequence[int] = (),
) -> list[Span]:
    """Return the lost minutes of one signal, oldest first.

    `heard` are the minutes of its updates, rising. `first_us` and `last_us` are the first and the last minute at
    which an update is due, both included: as a rule the minute behind the entry and the one before the exit. None
    means that it is not known, and then nothing is due outside of what was heard. `lists` are the minutes, rising, at
    which an alert of the chart came that lists signals, this one or not; empty on a chart that sends an alert a signal.

    Both heard and lists hold each minute once. It costs a comparison an update, and a look at the calendar a hole.
    """
    if not heard and (first_us is None or last_us is None):
        return []
    first_us = heard[0] if first_us is None else first_us
    last_us = heard[-1] if last_us is None else last_us
    begin, end = bisect_left(heard, first_us), bisect_right(heard, last_us)
    if (end - begin) * MINUTE_US == last_us + MINUTE_US - first_us:
        # As many as there are: the way of most signals.
        return []
    stops = [first_us - MINUTE_US, *heard[begin:end], last_us + MINUTE_US]
    found: list[Span] = []
    for before_us, after_us in pairwise(stops):
        if after_us - before_us > MINUTE_US:
            found += _lost(before_us, after_us, lists)
    return found


def _lost(before_us: int, after_us: int, lists: Sequence[int]) -> Iterator[Span]:
    """Yield what is lost between two minutes that are known, unless an alert without the signal lies beside it."""
    begin, end = bisect_right(lists, before_us), bisect_left(lists, after_us)
    if begin < end:
        return
    span = open_span(before_us + MINUTE_US, after_us - MINUTE_US)
    if span is not None:
        yield span


def open_minutes(first_us: int, last_us: int) -> list[int]:
    """Return every open minute from one to another, both included; ends where the calendar does."""
    found: list[int] = []
    at_us: int | None = next_open(first_us)
    while at_us is not None and at_us <= last_us:
        until_us = market_state(at_us).until_us
        end_us = last_us + MINUTE_US if until_us is None else min(last_us + MINUTE_US, until_us)
        found += range(at_us, end_us, MINUTE_US)
        at_us = next_open(end_us)
    return found
