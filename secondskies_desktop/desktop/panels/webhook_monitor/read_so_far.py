"""How far back the inbox has been read, by state and trade date; pure, no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


class Place(NamedTuple):
    """A part of the inbox that is read page by page, newest first; None is any."""

    state: str | None = None
    day: date | None = None


class ReadSoFar:
    """Of each part every arrival from one id on has been read."""

    def __init__(self) -> None:
        self._reached: dict[Place, int] = {}
        self._read_out: set[Place] = set()

    def note(self, place: Place, ids: Sequence[int], *, is_last: bool) -> None:
        """Note a page, newest first."""
        if is_last:
            self._read_out.add(place)
        if ids:
            self._reached[place] = ids[-1]

    def reached(self, place: Place) -> int | None:
        """Return the oldest id that was read of a part, None before its first page."""
        return self._reached.get(place)

    def is_read_out(self, place: Place) -> bool:
        """Whether nothing older is left of a part, or of one that holds it."""
        wider = {Place(state, day) for state in {place.state, None} for day in {place.day, None}}
        return not wider.isdisjoint(self._read_out)

    def floor(self, day: date | None) -> int:
        """Return the id from which on arrivals of all states, of a trade date or of any, are known without a gap."""
        if self.is_read_out(Place(day=day)):
            return 0
        reached = (self._reached.get(Place(day=one)) for one in (day, None))
        return min((one for one in reached if one is not None), default=0)

    def forget(self, newest: int) -> None:
        """Begin to page behind what is left: arrivals up to this id were read and let go again."""
        self._read_out.clear()
        self._reached = {place: max(reached, newest + 1) for place, reached in self._reached.items()}
