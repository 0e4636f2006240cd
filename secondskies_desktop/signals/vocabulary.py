"""The words of a signal's life: directions, kinds of event, states and where a value came from.

Sources: domain.md §1.1, §4.1, §4.2; cli.md "Signals".
"""

from __future__ import annotations

from enum import StrEnum


class Direction(StrEnum):
    """The side of a signal, in the words every answer uses."""

    BULLISH = "BULLISH"
    BEARISH = "BEARISH"

    @property
    def sign(self) -> int:
        """+1 for bullish, -1 for bearish."""
        return 1 if self is Direction.BULLISH else -1


_DIRECTION_WORDS = {
    "BULLISH": Direction.BULLISH,
    "LONG": Direction.BULLISH,
    "BULL": Direction.BULLISH,
    "BEARISH": Direction.BEARISH,
    "SHORT": Direction.BEARISH,
    "BEAR": Direction.BEARISH,
}


USUAL_WORDS = {"Bullish": Direction.BULLISH, "Bearish": Direction.BEARISH}
"""As the indicator writes them in almost every body: found without a copy of the word."""


def direction_of(word: object) -> Direction | None:
    """Return the direction that a payload's word means, or None: never a default (domain.md bug 3)."""
    if type(word) is not str:
        return None
    return USUAL_WORDS.get(word) or _DIRECTION_WORDS.get(word.strip().upper())


_BIAS_WORDS = {"BULL": "Bullish", "BEAR": "Bearish", "NEUT": "Neutral"}


def bias_of(word: object) -> str | None:
    """Return a higher-timeframe bias as the indicator writes it (Bullish, Bearish, Neutral), or None."""
    return _BIAS_WORDS.get(word.strip().upper()[:4]) if isinstance(word, str) else None


class EventType(StrEnum):
    """Canonical kinds of event; every alias of domain.md §4.1 maps to one of these."""

    SIGNAL_CREATED = "SIGNAL_CREATED"
    CANCELLED = "CANCELLED"
    CONFIRMED = "CONFIRMED"
    ENTRY = "ENTRY"
    MFE_UPDATE = "MFE_UPDATE"
    BE_TRIGGERED = "BE_TRIGGERED"
    EXIT_BE = "EXIT_BE"
    EXIT_SL = "EXIT_SL"
    EXIT_TP = "EXIT_TP"
    EXIT_PARTIAL = "EXIT_PARTIAL"


ALIASES: dict[str, EventType] = {
    **{kind.value: kind for kind in EventType},
    "SIGNAL_CANCELLED": EventType.CANCELLED,
    "TRADE_ACTIVATED": EventType.ENTRY,
    "EXIT_BREAK_EVEN": EventType.EXIT_BE,
    "EXIT_STOP_LOSS": EventType.EXIT_SL,
    "SIGNAL_COMPLETED": EventType.EXIT_SL,
    "TRADE_RESOLVED": EventType.EXIT_SL,
    "EXIT_TAKE_PROFIT": EventType.EXIT_TP,
    "CONFIRMATION_DETECTED": EventType.CONFIRMED,
    "SIGNAL_DETECTED": EventType.SIGNAL_CREATED,
}
"""Accepted names, upper case (domain.md §4.1). EXIT_TP and EXIT_PARTIAL are reserved: never sent so far."""

GENERIC_ENDINGS = frozenset({"SIGNAL_COMPLETED", "TRADE_RESOLVED"})
"""Names that say that something ended, but not which leg: the reason beside them may."""


class Status(StrEnum):
    """The derived state of the whole signal."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    ACTIVE = "ACTIVE"
    BE_PROTECTED = "BE_PROTECTED"
    BE_STOPPED = "BE_STOPPED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    INVALID = "INVALID"


class LegStatus(StrEnum):
    """The derived state of one of the two strategies."""

    NOT_STARTED = "NOT_STARTED"
    RUNNING = "RUNNING"
    STOPPED_BE = "STOPPED_BE"
    STOPPED_SL = "STOPPED_SL"
    NOT_TRACKED = "NOT_TRACKED"


class Source(StrEnum):
    """Where a time or a value came from, best first; the order decides which claim is kept."""

    RECEIVED = "received"
    """The body says so."""
    ID = "id"
    """The trade id proves it, read by its generation (domain.md §4.7)."""
    RECOMPUTED = "recomputed"
    """Computed from the bars that snapshots brought, or from other received values."""
    CHART = "chart"
    """The chart (stream) that the token or the log's ticker stands for."""
    INFERRED = "inferred"
    """Follows from the signal's own messages, though none of them says it."""
    ARRIVAL = "arrival"
    """The body has no clock of its own: arrival minus one minute, floored."""
    REPLAYED = "replayed"
    """As `arrival`, but the body was delivered long after it happened."""
    SECOND = "second source"
    """Another message of the same triangle says so, under another id or by another way in."""


SOURCE_RANK: dict[Source, int] = {source: rank for rank, source in enumerate(Source)}
