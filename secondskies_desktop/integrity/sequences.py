"""Which numbered alerts of contract 2 never came (docs/alert-contract.md §8).

A script numbers its alerts from 1 and begins again when it is started again. What was heard is kept as a set of
(bar, number), so that joining is commutative and idempotent: order, repetition and lateness cannot matter, and a late
arrival closes its hole. Intervals alone would not do, because a late alert of a forgotten run may lie between two
numbers that only look like neighbours. Only the newest MAX_KEPT are kept, which is a join too.

What cannot be known: how many numbers a run still sent after the last one heard, and a restart whose first heard
number lies above the last one of the run before, by no more than a script could have sent meanwhile.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_KEPT: Final = 16_384
"""Numbers of one chart: more than eleven days of an alert a minute, about two megabytes."""
MINUTE_US: Final = 60_000_000
_MAX_A_BAR: Final = 3
_MAX_IN_WINDOW: Final = 12
_WINDOW_US: Final = 3 * MINUTE_US
_BESIDE_US: Final = 20 * MINUTE_US
"""For so long an older run is listened for beside a newer one: an alert that was never deleted keeps sending."""

Number = tuple[int, int]
"""Open of the bar (µs UTC) and number of the alert."""


class Heard(msgspec.Struct):
    """The numbers of one chart that came, rising, and the newest of those that were forgotten."""

    stream: str
    numbers: list[Number] = msgspec.field(default_factory=list)
    forgotten: Number | None = None


class Missing(msgspec.Struct, frozen=True):
    """Numbers `first` to `last` that never came, between two bars (µs UTC) that did.

    `after_us` is None where nothing came before: at the head of the first run of a chart. At the head of a later
    run it is the last bar of the run before.
    """

    stream: str
    first: int
    last: int
    after_us: int | None
    before_us: int
    is_head: bool

    @property
    def count(self) -> int:
        """How many alerts never came."""
        return self.last - self.first + 1


class Run(msgspec.Struct, frozen=True):
    """One run of the script: what was heard of it, and what it is known to have sent.

    `first` is the number from which it is known: 1, or the first one kept where earlier ones were forgotten.
    """

    first: int
    last: int
    first_us: int
    last_us: int
    heard: int
    missing: tuple[Missing, ...]

    @property
    def sent(self) -> int:
        """How many alerts it sent for certain: up to the last one heard."""
        return self.last - self.first + 1


def hear(heard: Heard, bar_us: int, number: int) -> bool:
    """Take one alert; tells whether it was new. ValueError for a number below 1."""
    if number < 1:
        raise ValueError(f"{number} is no number of an alert")
    one = (bar_us, number)
    if heard.forgotten is not None and one <= heard.forgotten:
        return False
    place = bisect_left(heard.numbers, one)
    if place < len(heard.numbers) and heard.numbers[place] == one:
        return False
    heard.numbers.insert(place, one)
    if len(heard.numbers) > MAX_KEPT:
        heard.forgotten = heard.numbers.pop(0)
    return True


def join(one: Heard, other: Heard) -> Heard:
    """Return what was heard by either of two listeners of one chart."""
    horizons = [each.forgotten for each in (one, other) if each.forgotten is not None]
    numbers = sorted({*one.numbers, *other.numbers})
    if horizons:
        numbers = [number for number in numbers if number > max(horizons)]
    if len(numbers) > MAX_KEPT:
        horizons.append(numbers[-MAX_KEPT - 1])
        numbers = numbers[-MAX_KEPT:]
    return Heard(one.stream, numbers, max(horizons, default=None))


def heard_of(stream: str, numbers: Iterable[Number]) -> Heard:
    """Return what a chart has sent, from (bar µs UTC, number) in any order: after a start, or an import."""
    heard = Heard(stream)
    for bar_us, number in numbers:
        hear(heard, bar_us, number)
    return heard


def missing_numbers(heard: Heard, bar_length_us: int = MINUTE_US) -> list[Missing]:
    """Return every number that never came, oldest first; `bar_length_us` is that of the chart."""
    return [gap for run in runs_of(heard, bar_length_us) for gap in run.missing]


class _Open(NamedTuple):
    """A run while its numbers are laid out; `is_whole` is False where its beginning was forgotten."""

    numbers: list[Number]
    is_whole: bool


def runs_of(heard: Heard, bar_length_us: int = MINUTE_US) -> list[Run]:
    """Return the runs of the script in the order in which they began, each with what is missing of it."""
    runs: list[_Open] = []
    beside: list[_Open] = []
    for one in heard.numbers:
        fitting = _fitting(runs, beside, one, bar_length_us)
        if fitting is None:
            runs.append(_Open([one], is_whole=bool(runs) or heard.forgotten is None))
            continue
        fitting.numbers.append(one)
        if fitting is not runs[-1] and one[0] > runs[-1].numbers[0][0] and fitting not in beside:
            beside = [run for run in beside if one[0] - run.numbers[-1][0] <= _BESIDE_US] + [fitting]
    return [
        _closed(heard.stream, run, runs[place - 1].numbers[-1][0] if place else None)
        for place, run in enumerate(runs)
    ]


def _fitting(runs: list[_Open], beside: list[_Open], one: Number, bar_length_us: int) -> _Open | None:
    """Return the run that a number goes on with, None where it begins a new one.

    An older run is asked only while it may still be speaking, so that its numbers do not draw those of the next.
    """
    if not runs:
        return None
    newest = runs[-1]
    if _follows(newest, one):
        return newest
    for run in beside:
        if run is not newest and _follows(run, one) and one[0] - run.numbers[-1][0] <= _BESIDE_US:
            return run
    if _can_reach(newest, one, bar_length_us):
        return newest
    for run in reversed(runs[-_MAX_A_BAR:-1]):
        if one[0] - run.numbers[-1][0] <= _BESIDE_US and _can_reach(run, one, bar_length_us):
            return run
    return None


def _follows(run: _Open, one: Number) -> bool:
    return run.numbers[-1][1] + 1 == one[1]


def _can_reach(run: _Open, one: Number, bar_length_us: int) -> bool:
    """Tell whether a run could have come from its last number to this one: by what a script may send at most."""
    bar_us, last = run.numbers[-1]
    passed_us = one[0] - bar_us
    by_bars = _MAX_A_BAR * (passed_us // bar_length_us + 1) - 1
    by_window = _MAX_IN_WINDOW * (passed_us // _WINDOW_US + 2)
    return 0 < one[1] - last <= min(by_bars, by_window)


def _closed(stream: str, run: _Open, before_us: int | None) -> Run:
    (first_us, first), (last_us, last) = run.numbers[0], run.numbers[-1]
    missing = tuple(_holes(stream, run, before_us))
    return Run(1 if run.is_whole else first, last, first_us, last_us, len(run.numbers), missing)


def _holes(stream: str, run: _Open, before_us: int | None) -> Iterator[Missing]:
    first_us, first = run.numbers[0]
    if run.is_whole and first > 1:
        yield Missing(stream, 1, first - 1, before_us, first_us, is_head=True)
    after_us, known = first_us, first
    for bar_us, number in run.numbers[1:]:
        if number > known + 1:
            yield Missing(stream, known + 1, number - 1, after_us, bar_us, is_head=False)
        after_us, known = bar_us, number
