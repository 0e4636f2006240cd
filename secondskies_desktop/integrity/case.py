"""What a check of one signal is told, and what it may answer."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from secondskies_desktop.signals.vocabulary import EventType, LegStatus, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.signals.history import HistoryEvent
    from secondskies_desktop.signals.view import SignalView

_MINUTE_US: Final = 60_000_000
_PROVED: Final = frozenset((Source.RECEIVED, Source.ID, Source.RECOMPUTED))


class Category(StrEnum):
    """The eight of `check_trade_integrity`."""

    SIGNAL = "signal"
    LIFECYCLE = "lifecycle"
    MFE_UPDATES = "mfe_updates"
    BE_STRATEGY = "be_strategy"
    NO_BE_STRATEGY = "no_be_strategy"
    MAE = "mae"
    TIMESTAMPS = "timestamps"
    TELEMETRY = "telemetry"


class Answer(StrEnum):
    """What a check says."""

    PASS = "PASS"  # noqa: S105 - an answer, not a password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


class Severity(StrEnum):
    """How much a failure matters; the words are those of whatever wants the trader."""

    INFO = "INFO"
    WATCH = "WATCH"
    DANGER = "DANGER"


class Checked(msgspec.Struct, frozen=True):
    """The answer of one check, in words that a tired reader understands."""

    name: str
    category: Category
    answer: Answer
    severity: Severity
    text: str


class Case(NamedTuple):
    """What is checked: the signal, its events where they were read, and the generations that told it.

    `follows_all` says whether its chart tells of every running signal (`slots.Habits`), `since_us` is the first
    minute that was heard of the chart.
    """

    view: SignalView
    events: Sequence[HistoryEvent] | None
    rules: frozenset[str]
    follows_all: bool
    since_us: int | None

    @property
    def is_trade(self) -> bool:
        """Whether it became a trade, however that is known."""
        return self.view.no_be_status is not LegStatus.NOT_STARTED

    @property
    def began_before(self) -> bool:
        """Whether it may have been entered before anything was heard of its chart."""
        began_us = self.view.sort_us
        return self.since_us is not None and began_us <= self.since_us + _MINUTE_US

    @property
    def updates(self) -> int:
        """How many updates came."""
        return self.view.event_counts.get(EventType.MFE_UPDATE, 0)

    def of(self, *kinds: EventType) -> list[HistoryEvent]:
        """Return its received events of some kinds."""
        return [event for event in self.events or () if event.type in kinds and event.inbox_id is not None]

    def proved(self, name: str, at_us: int | None) -> int | None:
        """Return a time that a message or bars prove, None for one that only an arrival dates."""
        return at_us if self.view.sources.get(name) in _PROVED else None


def number_of(event: HistoryEvent, name: str) -> float | None:
    """Return a number that a message carries, or None."""
    value = event.values.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
