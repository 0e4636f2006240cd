"""All signals that are known, and which of them are shown in which order; pure, no Qt.

The order is kept as a sorted list of keys, so that one change costs a bisection, whatever the number of
signals. A row whose sorted value moves stays where it is until `settle`: nothing jumps under his eyes.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.desktop.models.columns import Column
from secondskies_desktop.desktop.models.shown_signal import KINDS, SORT_VALUES
from secondskies_desktop.desktop.models.signal_filter import TAB_STATES, SignalFilter, Tab
from secondskies_desktop.signals.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from secondskies_desktop.desktop.models.shown_signal import Shown

Key = tuple[bool, float | str, int, int]
"""(known or not, value, sort_us, id): ascending, unique, and what is unknown comes last either way."""


class Counts(NamedTuple):
    """Signals by tab among those that pass the filter, and by kind of event among those that are shown."""

    tabs: dict[Tab, int]
    kinds: dict[str, int]


class SignalBook:
    """Signals by id, those that are shown in order, and the counts over them."""

    def __init__(self) -> None:
        self.signals: dict[int, Shown] = {}
        self.filter = SignalFilter()
        self.column = Column.SIGNAL
        self.descending = True
        self.today: date | None = None
        self._keys: list[Key] = []
        self._placed: dict[int, Key] = {}
        self._passing: set[int] = set()
        self._tests: list[Callable[[Shown], bool]] = []
        self._displaced: set[int] = set()
        self._tabs = dict.fromkeys(Tab, 0)
        self._kinds = [0] * len(KINDS)

    def __len__(self) -> int:
        return len(self._keys)

    def at(self, row: int) -> Shown:
        """Return the signal in a row of the table."""
        place = len(self._keys) - 1 - row if self.descending else row
        return self.signals[self._keys[place][3]]

    def row_of(self, signal_id: int) -> int | None:
        """Return the row of a signal, None where it is not shown."""
        key = self._placed.get(signal_id)
        return None if key is None else self._row(bisect_left(self._keys, key))

    def ids(self) -> list[int]:
        """Return the ids that are shown, in the order of the rows."""
        ids = [key[3] for key in self._keys]
        return ids[::-1] if self.descending else ids

    def counts(self) -> Counts:
        """Return the counts as they stand; kept up with every change, never counted again."""
        return Counts(dict(self._tabs), dict(zip(KINDS, self._kinds, strict=True)))

    def days(self) -> list[str]:
        """Return the trade dates of all signals, newest first."""
        found = {one.row.view.trade_date for one in self.signals.values()}
        return sorted((day for day in found if day is not None), reverse=True)

    def newest_seq(self) -> int:
        """Return the newest change number among the signals, 0 where there are none."""
        return max((one.row.seq for one in self.signals.values()), default=0)

    def replace_all(self, signals: Iterable[Shown]) -> None:
        """Forget everything and hold these."""
        self.signals = {one.id: one for one in signals}
        self.arrange()

    def order_by(self, column: Column, *, descending: bool) -> None:
        """Order the rows by a column."""
        self.column, self.descending = column, descending
        self.arrange()

    def arrange(self) -> None:
        """Choose and order the rows anew, after a change of filter, order, day or contents."""
        self._tests = [] if self.today is None else self.filter.tests(self.today)
        passing = list(self.signals.values())
        for holds in self._tests:
            passing = [one for one in passing if holds(one)]
        self._passing = {one.id for one in passing}
        self._displaced = set()
        by_status = Counter(one.status for one in passing)
        self._tabs = {tab: sum(by_status[status] for status in states) for tab, states in TAB_STATES.items()}
        states = TAB_STATES[self.filter.tab]
        on_tab = passing if len(states) == len(Status) else [one for one in passing if one.status in states]
        self._keys = self._sorted_keys(on_tab)
        self._placed = {key[3]: key for key in self._keys}
        by_kinds = Counter(one.kinds for one in on_tab)
        self._kinds = [
            sum(times for kinds, times in by_kinds.items() if kinds >> bit & 1) for bit in range(len(KINDS))
        ]

    def settle(self) -> bool:
        """Put the rows whose sorted value has moved where they belong; returns whether any moved."""
        displaced, self._displaced = self._displaced & self._placed.keys(), set()
        for signal_id in displaced:
            del self._keys[bisect_left(self._keys, self._placed[signal_id])]
            key = self._key(self.signals[signal_id])
            insort(self._keys, key)
            self._placed[signal_id] = key
        return bool(displaced)

    @property
    def unsettled(self) -> bool:
        """Whether the value of some row says another place than it has."""
        return bool(self._displaced)

    def wanted(self, one: Shown) -> bool:
        """Whether a signal is to be shown."""
        return self.filter.on_tab(one) and all(holds(one) for holds in self._tests)

    def put(self, one: Shown) -> Shown | None:
        """Hold a signal as it is now and count it; rows are the caller's. Returns what it was before."""
        before = self.signals.get(one.id)
        passed, passes = one.id in self._passing, all(holds(one) for holds in self._tests)
        if before is None or passed != passes or before.status != one.status or before.kinds != one.kinds:
            if before is not None:
                self._count(before, -1, passes=passed, is_shown=one.id in self._placed)
            self._count(one, 1, passes=passes, is_shown=passes and self.filter.on_tab(one))
            (self._passing.add if passes else self._passing.discard)(one.id)
        self.signals[one.id] = one
        placed = self._placed.get(one.id)
        if placed is not None and placed != self._key(one):
            self._displaced.add(one.id)
        return before

    def is_placed(self, signal_id: int) -> bool:
        """Whether a signal has a row."""
        return signal_id in self._placed

    def take_out(self, ids: Iterable[int]) -> list[tuple[int, int]]:
        """Return the (first, last) rows of these signals, last ones first, so that each can be removed."""
        return _runs(sorted(self._row(bisect_left(self._keys, self._placed[one])) for one in ids))[::-1]

    def remove_rows(self, first: int, last: int) -> None:
        """Take the signals of these rows out of the order."""
        low, high = sorted((self._row(first), self._row(last)))
        for key in self._keys[low : high + 1]:
            del self._placed[key[3]]
        del self._keys[low : high + 1]

    def spots(self, new: Sequence[Shown]) -> list[list[Shown]]:
        """Return new signals in groups that stand together, in the order in which to insert them."""
        by_key = {self._key(one): one for one in new}
        groups: list[list[Shown]] = []
        spot = -1
        for key in sorted(by_key):
            place = bisect_left(self._keys, key)
            if place != spot:
                groups.append([])
                spot = place
            groups[-1].append(by_key[key])
        return groups

    def rows_for(self, group: Sequence[Shown]) -> tuple[int, int]:
        """Return the (first, last) rows that a group of `spots` will have."""
        place = bisect_left(self._keys, self._key(group[0]))
        first = len(self._keys) - place if self.descending else place
        return first, first + len(group) - 1

    def insert(self, group: Sequence[Shown]) -> None:
        """Give the signals of a group their rows."""
        keys = [self._key(one) for one in group]
        place = bisect_left(self._keys, keys[0])
        self._keys[place:place] = keys
        self._placed.update({key[3]: key for key in keys})

    def _row(self, place: int) -> int:
        return len(self._keys) - 1 - place if self.descending else place

    def _count(self, one: Shown, by: int, *, passes: bool, is_shown: bool) -> None:
        if passes:
            for tab, states in TAB_STATES.items():
                if one.status in states:
                    self._tabs[tab] += by
        if is_shown:
            for bit in range(len(KINDS)):
                if one.kinds >> bit & 1:
                    self._kinds[bit] += by

    def _key(self, one: Shown) -> Key:
        value = SORT_VALUES[self.column](one)
        if value is None:
            return (not self.descending, 0.0, one.sort_us, one.id)
        return (self.descending, value, one.sort_us, one.id)

    def _sorted_keys(self, signals: Sequence[Shown]) -> list[Key]:
        """Return the keys of many signals in order; the same keys as `_key`, with the look-ups done once."""
        value_of, known, unknown = SORT_VALUES[self.column], self.descending, not self.descending
        return sorted(
            (unknown, 0.0, one.sort_us, one.id)
            if (value := value_of(one)) is None
            else (known, value, one.sort_us, one.id)
            for one in signals
        )


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return sorted rows as (first, last) runs."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
