"""Reports over the tallies: what every KPI on a screen is read from.

The rows of all trade dates are kept in memory and only those that changed are read again, so that a report costs
the same however many signals there are. Used from any thread.
"""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from secondskies_desktop.foundation.sessions import Session
from secondskies_desktop.signals.intervals import Interval, clustered_mean, dates_needed, wilson
from secondskies_desktop.signals.outcome import BeMode
from secondskies_desktop.signals.progress import DATE_MARKS, SIGNAL_MARKS, Progress, progress
from secondskies_desktop.signals.statistics import (
    FIELDS,
    GROUPS,
    TARGETS,
    Field,
    Histogram,
    Summary,
    groups_of,
    histogram,
    steps_of,
    summary,
    sums_of,
    tradeable_groups,
)
from secondskies_desktop.signals.tallies import MARK
from secondskies_desktop.signals.tally import STATUSES, UNIT, UNKNOWN_STEP
from secondskies_desktop.signals.vocabulary import Direction, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from secondskies_desktop.signals.statistics import Numbers
    from secondskies_desktop.signals.store import TallyRow


class Query(msgspec.Struct, frozen=True):
    """What is asked: results at a target (one of TARGETS, in R) in a mode, over trade dates, both ends included.

    None is without an end. `direction` None is both.
    """

    target: float
    mode: BeMode
    first: date | None = None
    last: date | None = None
    direction: Direction | None = None


class Report(msgspec.Struct, frozen=True):
    """What is known for a query; `total` and everything beside `after_hours` is of the six tradeable sessions.

    `mean` is the interval of the mean result, None while `dates_needed` more trade dates are missing; `share` that
    of wins among what is decided.
    """

    query: Query
    total: Summary
    after_hours: Summary
    without_session: Summary
    by_session: dict[str, Summary]
    by_direction: dict[str, Summary]
    mean: Interval | None
    dates_needed: int
    share: Interval | None
    mfe: dict[str, Histogram]
    """By mode."""


class Accumulated(msgspec.Struct, frozen=True):
    """How much data there is, over everything; only signals of tradeable sessions."""

    confirmed: Progress
    finished: Progress
    valid: Progress
    trade_dates: Progress
    """Trade dates with at least one valid signal."""


class Statistics:
    """Answers queries from tallies that it keeps up with; `forget` after the projection was folded again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[tuple[str, str], TallyRow] = {}
        self._counted = False
        self._sums: dict[tuple[float, BeMode], ResultSums] = {}
        self._steps = _running_steps()
        self._seq = -1
        self.age = 0
        """Grows with every `forget`."""

    @property
    def seq(self) -> int:
        """The newest change that was taken: what comes behind it is to be taken next."""
        return self._seq

    @property
    def is_counted(self) -> bool:
        """Whether everything has been counted once."""
        return self._counted

    def take(self, rows: Iterable[TallyRow], read_in: int | None = None) -> None:
        """Take the tally rows that changed; the same row again, or an older one, changes nothing.

        Rows that were read in an age that is over (`read_in`) are of a projection that is gone.
        """
        with self._lock:
            if read_in is not None and read_in != self.age:
                return
            for row in rows:
                self._seq = max(self._seq, row.seq)
                place = (row.trade_date, row.stream)
                known = self._rows.get(place)
                if known is not None and known.seq > row.seq:
                    # Another thread has asked meanwhile, and read newer ones.
                    continue
                if place == MARK:
                    self._counted = True
                    continue
                self._rows[place] = row
                self._steps.put(place, row.counts)
                for sums in self._sums.values():
                    sums.put(place, row.counts)

    def forget(self) -> None:
        """Read everything again at the next question."""
        with self._lock:
            self._sums, self._rows, self._seq, self._counted = {}, {}, -1, False
            self.age += 1
            self._steps = _running_steps()

    def report(self, query: Query) -> Report | None:
        """Return the report, None as long as nothing has been counted. ValueError for a target off the grid."""
        if query.target not in TARGETS:
            raise ValueError(f"results are counted for 0.5R to 20R in steps of 0.5R, not for {query.target}R")
        with self._lock:
            if not self._counted:
                return None
            sums = self._sums_for(query.target, query.mode)
            if query.first is None and query.last is None:
                return _report(query, sums.total, self._steps.total, _results(query, sums, sums.by_row))
            places = [place for place in sums.by_row if _within(place[0], query)]
            everything, steps = sums.added(places), self._steps.added(places)
            return _report(query, everything, steps, _results(query, sums, places))

    def by_date(self, query: Query) -> dict[date, Summary] | None:
        """Return the summary of each trade date on which anything was counted, of tradeable sessions."""
        with self._lock:
            if not self._counted:
                return None
            sums = self._sums_for(query.target, query.mode)
            groups = tradeable_groups(query.direction)
            found: dict[date, Numbers] = {}
            for place in sums.by_row:
                if place[0] and _within(place[0], query):
                    at = date.fromisoformat(place[0])
                    found[at] = found.get(at, 0) + sums.row(place)[groups].sum(axis=0)
        return {day: summary(found[day]) for day in sorted(found)}

    def accumulated(self, today: date) -> Accumulated | None:
        """Return how much data there is; `today` is the trade date of now. None before the first count."""
        with self._lock:
            if not self._counted:
                return None
            by_date = {one: dict[date, int]() for one in _ACCUMULATED}
            for (day, _), found in self._sums_for(1.0, BeMode.NO_BE).tradeable.items():
                if day:
                    at = date.fromisoformat(day)
                    for field, counts in by_date.items():
                        counts[at] = counts.get(at, 0) + found[field]
        valid = by_date[Field.VALID]
        dates = {day: 1 for day, number in valid.items() if number}
        return Accumulated(
            confirmed=progress(by_date[Field.CONFIRMED], SIGNAL_MARKS, today),
            finished=progress(by_date[_FINISHED], SIGNAL_MARKS, today),
            valid=progress(valid, SIGNAL_MARKS, today),
            trade_dates=progress(dates, DATE_MARKS, today),
        )

    def _sums_for(self, target: float, mode: BeMode) -> ResultSums:
        sums = self._sums.get((target, mode))
        if sums is None:
            if len(self._sums) >= _KEPT_QUESTIONS:
                del self._sums[next(iter(self._sums))]
            sums = ResultSums(target, mode)
            for place, row in self._rows.items():
                sums.put(place, row.counts)
            self._sums[target, mode] = sums
        return sums


_KEPT_QUESTIONS = 6
"""Targets and modes whose sums are kept; each holds about 3 kB a trade date."""
_FINISHED = Field.STATUS + STATUSES.index(Status.COMPLETED)
_TRADEABLE = tradeable_groups()
_ACCUMULATED: tuple[int, ...] = (Field.CONFIRMED, _FINISHED, Field.VALID)


class RunningSums:
    """One array a row, and their sum, which a changed row moves by its difference.

    Of a row is kept only what is not zero: a stranger's signals of a century of trade dates would otherwise fill the
    memory with empty places.
    """

    def __init__(self, shape: tuple[int, ...], work_out: Callable[[bytes], Numbers]) -> None:
        self._shape = shape
        self._work_out = work_out
        self.by_row: dict[tuple[str, str], tuple[Numbers, Numbers]] = {}
        """Places in the flat array, and what stands there."""
        self.total = self._nothing()

    def _nothing(self) -> Numbers:
        return np.zeros(self._shape, dtype=np.int64)

    def row(self, place: tuple[str, str]) -> Numbers:
        """Return a row; zeros where there is none."""
        return self.added([place] if place in self.by_row else [])

    def added(self, places: Iterable[tuple[str, str]]) -> Numbers:
        """Return rows added."""
        found = self._nothing()
        flat = found.reshape(-1)
        for place in places:
            where, what = self.by_row[place]
            flat[where] += what
        return found

    def put(self, place: tuple[str, str], packed: bytes) -> Numbers:
        """Take a row as it is now, and return it."""
        now = self._work_out(packed)
        self.total = self.total + now - self.row(place)
        flat = now.reshape(-1)
        where = np.flatnonzero(flat)
        self.by_row[place] = where.astype(np.int16), flat[where]
        return now


class ResultSums(RunningSums):
    """Those of results; of each row also what it comes to over the groups of tradeable sessions."""

    def __init__(self, target: float, mode: BeMode) -> None:
        super().__init__((GROUPS, FIELDS), lambda packed: sums_of(packed, target, mode))
        self.tradeable: dict[tuple[str, str], list[int]] = {}

    def put(self, place: tuple[str, str], packed: bytes) -> Numbers:
        """Take a row as it is now, and return it."""
        now = super().put(place, packed)
        self.tradeable[place] = now[_TRADEABLE].sum(axis=0).tolist()
        return now


def _running_steps() -> RunningSums:
    return RunningSums((len(BeMode), GROUPS, UNKNOWN_STEP + 1), steps_of)


Results = tuple[list[int], list[float], list[float]]
"""By trade date: how many results are decided, and their sum in R at both ends."""


def _report(query: Query, sums: Numbers, steps: Numbers, results: Results) -> Report:
    groups = tradeable_groups(query.direction)
    total = summary(sums[groups].sum(axis=0))
    numbers, lows, highs = results
    low, high = clustered_mean(lows, numbers), clustered_mean(highs, numbers)
    return Report(
        query=query,
        total=total,
        after_hours=summary(sums[groups_of(Session.AFTER_HOURS, query.direction)].sum(axis=0)),
        without_session=summary(sums[groups_of(None, query.direction)].sum(axis=0)),
        by_session={
            one.value: summary(sums[groups_of(one, query.direction)].sum(axis=0))
            for one in Session
            if one.tradeable
        },
        by_direction={one.value: summary(sums[tradeable_groups(one)].sum(axis=0)) for one in Direction},
        mean=None if low is None or high is None else Interval(low.low, high.high),
        dates_needed=dates_needed(numbers),
        share=wilson(total.wins, total.decided),
        mfe={str(mode): histogram(steps[place, groups].sum(axis=0)) for place, mode in enumerate(BeMode)},
    )


_DECIDED = (Field.WIN, Field.SCRATCH, Field.LOSS, Field.AMBIGUOUS)


def _results(query: Query, sums: ResultSums, places: Iterable[tuple[str, str]]) -> Results:
    """Return the results of rows by trade date: charts of one date are one cluster."""
    found: dict[str, tuple[int, int, int]] = {}
    for place in places:
        if not place[0]:
            continue
        if query.direction is None:
            row = sums.tradeable[place]
        else:
            row = sums.row(place)[tradeable_groups(query.direction)].sum(axis=0).tolist()
        number, low, high = found.get(place[0], (0, 0, 0))
        decided = number + sum(row[field] for field in _DECIDED)
        found[place[0]] = (decided, low + row[Field.R_LOW], high + row[Field.R_HIGH])
    rows = found.values()
    return [one[0] for one in rows], [one[1] / UNIT for one in rows], [one[2] / UNIT for one in rows]


def _within(day: str, query: Query) -> bool:
    """Whether a row's trade date lies in the query's; an unknown one only where everything is asked for."""
    if not day:
        return query.first is None and query.last is None
    at = date.fromisoformat(day)
    return (query.first is None or query.first <= at) and (query.last is None or at <= query.last)
