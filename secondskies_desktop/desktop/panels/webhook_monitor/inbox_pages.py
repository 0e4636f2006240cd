"""How far back the inbox was read page by page, for each state and trade date."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from secondskies_desktop.ingest.changes import ArrivalRow

PAGE = 200


class Place(NamedTuple):
    """A part of the inbox that is read page by page; None is any."""

    state: str | None = None
    day: date | None = None


class InboxPages:
    """What was read of each part: every arrival from an id on, or all there are."""

    def __init__(self) -> None:
        self._reached: dict[Place, int] = {}
        self._read_out: set[Place] = set()

    def begin(self) -> None:
        """Forget what was read."""
        self._reached.clear()
        self._read_out.clear()

    def note(self, place: Place, rows: Sequence[ArrivalRow]) -> None:
        """Note a page: a short one was the last."""
        if len(rows) < PAGE:
            self._read_out.add(place)
        if rows:
            self._reached[place] = rows[-1].inbox_id

    def reached(self, place: Place) -> int | None:
        """Return the id from which on a part was read, None where it was not."""
        return self._reached.get(place)

    def is_read_out(self, place: Place) -> bool:
        """Tell whether a part was read to its end, by itself or within a wider one."""
        wider = {Place(state, day) for state in {place.state, None} for day in {place.day, None}}
        return not wider.isdisjoint(self._read_out)

    def floor(self, day: date | None) -> int:
        """Return the id from which on all states of a trade date were read without a gap."""
        if self.is_read_out(Place(day=day)):
            return 0
        reached = [self._reached.get(Place(day=one)) for one in {day, None}]
        return min((one for one in reached if one is not None), default=0)

    def let_go(self, newest: int) -> None:
        """Begin to page behind what is left: arrivals up to an id were read and let go again."""
        self._read_out.clear()
        self._reached = {place: max(reached, newest + 1) for place, reached in self._reached.items()}
