"""One signal as every screen and answer shows it."""

from __future__ import annotations

import msgspec

from secondskies_desktop.signals.fills import Filled
from secondskies_desktop.signals.outcome import LegFacts
from secondskies_desktop.signals.vocabulary import Direction, LegStatus, Status


class SignalView(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one signal; None is unknown, never zero.

    Times are microseconds since the epoch, UTC, of bar opens (`*_received_us`: of arrivals). Prices and
    `risk_points` in points, excursions in R. `sources` names where each time and value came from, `inferred`
    the fields and events that no message says. `other_be` is the second reading of an ambiguous BE=1 leg.
    `filled` names what has its value from a fill, `conflicts` the values that were received beside the one shown.
    """

    stream: str
    trade_id: str
    symbol: str | None
    direction: Direction | None
    session: str | None
    trade_date: str | None
    status: Status
    be_status: LegStatus
    no_be_status: LegStatus
    signal_us: int | None
    confirmed_us: int | None
    entry_us: int | None
    be_triggered_us: int | None
    be_exit_us: int | None
    exit_us: int | None
    cancelled_us: int | None
    entry_price: float | None
    entry_open: float | None
    stop_loss: float | None
    risk_points: float | None
    be_mfe: float | None
    no_be_mfe: float | None
    mae: float | None
    bars_to_confirm: int | None
    htf: dict[str, str] | None
    event_counts: dict[str, int]
    inferred: tuple[str, ...]
    ambiguous: bool
    ambiguous_because: tuple[str, ...]
    other_be: LegFacts | None
    missing_minutes: int
    sources: dict[str, str]
    last_price: float | None
    last_event: str | None
    last_event_us: int | None
    first_received_us: int | None
    last_received_us: int | None
    linked_to: str | None = None
    quality: int | None = None
    targets: dict[str, float] | None = None
    filled: tuple[Filled, ...] = ()
    conflicts: dict[str, tuple[float, ...]] = msgspec.field(default_factory=dict)

    @property
    def sort_us(self) -> int:
        """The time that orders signals: the triangle bar, else the best that is known of its beginning."""
        for value in (self.signal_us, self.confirmed_us, self.entry_us, self.first_received_us):
            if value is not None:
                return value
        return 0

    @property
    def now_r(self) -> float | None:
        """Where the last price stands in R from the entry, None where either is unknown."""
        if self.last_price is None or self.entry_price is None or self.direction is None:
            return None
        if self.risk_points is None or self.risk_points <= 0:
            return None
        return self.direction.sign * (self.last_price - self.entry_price) / self.risk_points
