"""What the Integrity API asks for; whoever runs the services answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    from datetime import date


class NotAnswered(Exception):
    """What is asked for is not known; the text says in one sentence why."""


class NoSuchPlace(Exception):
    """No page named this place."""


class Page(msgspec.Struct, frozen=True):
    """Some rows, and behind which place the next ones stand; None behind the last."""

    rows: list[Any]
    next: str | None


class IntegrityAnswers(Protocol):
    """What the services of this room know.

    Every method blocks, runs on a thread of the API, and ends by itself within seconds. What is answered becomes
    JSON: structs, dictionaries, lists and plain values. Raises NotAnswered, NoSuchPlace, and whatever the database
    raises.
    """

    def health(self) -> Any:
        """Return how complete the data is."""

    def gaps(self, limit: int, after: str) -> Page:
        """Return what is missing, behind a place; "" is the beginning."""

    def fills(self, limit: int, after: str) -> Page:
        """Return what was filled in, behind a place."""

    def conflicts(self, limit: int, after: str) -> Page:
        """Return where sources contradict one another, behind a place."""


class Answers(IntegrityAnswers, Protocol):
    """All that the API asks for, on the same terms."""

    def signal(self, trade_id: str, stream: str | None) -> Any | None:
        """Return one signal with its sources and events, None where there is none."""

    def latency(self, day: date | None) -> Any:
        """Return how long the alerts of a trade date took; None is the present one."""

    def trace(self, inbox_id: int) -> Any | None:
        """Return the way of one arrival, None where none was noted."""
