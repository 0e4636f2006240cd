"""The signals that run, as they are known: what of them changes with time and prices is told again cheaply."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING, Final, NamedTuple

from secondskies_desktop.signals.vocabulary import LegStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from secondskies_desktop.integrity.story import Story
    from secondskies_desktop.signals.changes import SignalRow
    from secondskies_desktop.signals.view import SignalView

RUNNING: Final = ("ACTIVE", "BE_PROTECTED", "BE_STOPPED")
_NEVER = 1 << 62


class Known(NamedTuple):
    """The story of a running signal: told at a change of its row, and at a revision of its chart."""

    row: SignalRow
    revised: int
    story: Story


class RunningSignals:
    """Which signals run, in which order they came, and their stories as far as they were read."""

    def __init__(self) -> None:
        self._seqs: dict[int, int] = {}
        self._running: dict[str, list[tuple[int, int]]] = {}
        self._places: dict[int, tuple[str, int]] = {}
        self._known: dict[int, Known] = {}

    def replace(self, places: Iterable[tuple[int, int, str, int]]) -> None:
        """Take what runs now: (id, change number, chart, sort time)."""
        self._seqs, self._running, self._places = {}, {}, {}
        for place in places:
            self._put(*place)
        self._known = {one: known for one, known in self._known.items() if one in self._seqs}

    def note(self, rows: Iterable[SignalRow]) -> None:
        """Take signals as they are now."""
        for row in rows:
            view = row.view
            self._seqs.pop(row.id, None)
            stream, sort_us = self._places.pop(row.id, ("", 0))
            if stream:
                times = self._running[stream]
                del times[bisect_left(times, (sort_us, row.id))]
            if view.status in RUNNING:
                self._put(row.id, row.seq, view.stream, view.sort_us)
            else:
                self._known.pop(row.id, None)

    def _put(self, signal_id: int, seq: int, stream: str, sort_us: int) -> None:
        self._seqs[signal_id] = seq
        self._places[signal_id] = (stream, sort_us)
        insort(self._running.setdefault(stream, []), (sort_us, signal_id))

    def newer(self, view: SignalView) -> int:
        """Return how many running signals of its chart are newer than a signal."""
        times = self._running.get(view.stream, [])
        return len(times) - bisect_right(times, (view.sort_us, _NEVER))

    def remember(self, row: SignalRow, revised: int, story: Story) -> None:
        """Keep the story of a signal for as long as it runs."""
        if row.id in self._seqs:
            self._known[row.id] = Known(row, revised, story)

    def all_ids(self) -> list[int]:
        """Return what runs."""
        return list(self._seqs)

    def known(self, signal_id: int) -> Known | None:
        """Return a story that still stands, as far as the signal's own row says."""
        found = self._known.get(signal_id)
        return found if found is not None and found.row.seq == self._seqs.get(signal_id) else None

    def reached_on(self, stream: str, low: float, high: float) -> Iterator[int]:
        """Yield the running signals of a chart that have a level within a range of prices."""
        for _, signal_id in self._running.get(stream, ()):
            one = self._known.get(signal_id)
            if one is not None and any(
                _is_reached(one.row.view, level, low, high) for level in _levels(one.row.view)
            ):
                yield signal_id


def _levels(view: SignalView) -> Iterator[float]:
    if view.stop_loss is not None:
        yield view.stop_loss
    if view.entry_price is not None and view.be_status is LegStatus.RUNNING and (view.be_mfe or 0.0) >= 1:
        yield view.entry_price


def _is_reached(view: SignalView, level: float, low: float, high: float) -> bool:
    if view.direction is None:
        return False
    return low <= level if view.direction.sign > 0 else high >= level
