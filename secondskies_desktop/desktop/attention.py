"""What wants the trader and what he has acknowledged; pure, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from secondskies_desktop.foundation.attention import (
    AcknowledgementTakenBack,
    Attention,
    AttentionAcknowledged,
)
from secondskies_desktop.foundation.clock import as_us

if TYPE_CHECKING:
    from collections.abc import Iterable

    from secondskies_desktop.alerts.escalation import Told
    from secondskies_desktop.foundation.attention import Edge


@dataclass(frozen=True, slots=True)
class Noticed:
    """A condition as the window knows it."""

    attention: Attention
    is_over: bool = False
    acknowledged: bool = False
    told: int = 0
    """How often the trader was told of it."""
    told_us: int = 0


class AttentionList:
    """Conditions by kind and key. One stays until it was acknowledged, even if it is over by then.

    An event that has passed wants nobody any more.
    """

    def __init__(self) -> None:
        self._noticed: dict[tuple[str, str], Noticed] = {}

    def take(self, events: Iterable[Edge]) -> None:
        """Take edges in their order; a condition that is raised again wants to be acknowledged again."""
        for event in events:
            place = (event.kind, event.key)
            if isinstance(event, Attention):
                self._noticed.pop(place, None)
                self._noticed[place] = Noticed(event)
            elif place in self._noticed:
                self._take_end(place, event)

    def hear(self, told: Iterable[Told]) -> None:
        """Take what the trader is told: what was told last is what he sees first."""
        for one in told:
            for place in one.covers:
                noticed = self._noticed.get(place)
                if noticed is not None:
                    times = max(noticed.told, one.step) + 1
                    self._noticed[place] = replace(noticed, told=times, told_us=one.at_us)

    def _take_end(self, place: tuple[str, str], event: Edge) -> None:
        noticed = self._noticed[place]
        if isinstance(event, AttentionAcknowledged):
            self._keep(place, replace(noticed, acknowledged=True))
        elif isinstance(event, AcknowledgementTakenBack):
            self._keep(place, replace(noticed, acknowledged=False))
        elif noticed.attention.passes_after_s is not None:
            del self._noticed[place]
        else:
            self._keep(place, replace(noticed, is_over=True))

    def acknowledge(self) -> Noticed | None:
        """Acknowledge the condition that is shown, and return it."""
        newest = self.newest()
        if newest is not None:
            place = (newest.attention.kind, newest.attention.key)
            self._keep(place, replace(newest, acknowledged=True))
        return newest

    def remind(self) -> None:
        """Let the gravest open condition wait for the trader once more."""
        for one in self.open()[:1]:
            place = (one.attention.kind, one.attention.key)
            self._noticed[place] = replace(one, acknowledged=False)

    def _keep(self, place: tuple[str, str], noticed: Noticed) -> None:
        if noticed.is_over and noticed.acknowledged:
            del self._noticed[place]
        else:
            self._noticed[place] = noticed

    def newest(self) -> Noticed | None:
        """Return the condition that was raised or told last and is not acknowledged, None where there is none."""
        return max(
            self._waiting(), key=lambda one: max(one.told_us, as_us(one.attention.since)), default=None
        )

    def is_waiting(self, kind: str, key: str) -> bool:
        """Whether a condition waits to be acknowledged."""
        noticed = self._noticed.get((kind, key))
        return noticed is not None and not noticed.acknowledged

    def waiting(self) -> int:
        """Return how many conditions were not acknowledged."""
        return len(self._waiting())

    def open(self) -> list[Noticed]:
        """Return the conditions that are not over, the gravest first."""
        return sorted(
            (one for one in self._noticed.values() if not one.is_over),
            key=lambda one: (-one.attention.severity.rank, one.attention.since),
        )

    def _waiting(self) -> list[Noticed]:
        return [one for one in self._noticed.values() if not one.acknowledged]
