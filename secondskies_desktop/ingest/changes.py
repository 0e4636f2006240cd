"""What the ingest room publishes: arrivals, and the state of the public way in."""

from __future__ import annotations

import msgspec


class ArrivalRow(msgspec.Struct, frozen=True):
    """One arrival with what became of it; `ack_ms` is known only to the engine that received it."""

    inbox_id: int
    received_us: int
    source: str
    stream: str
    bytes: int
    state: str
    event_type: str | None
    trade_id: str | None
    rule: str | None
    repairs: tuple[str, ...]
    reason: str | None
    bar_us: int | None
    ack_ms: float | None = None


class ArrivalsChanged(msgspec.Struct, frozen=True):
    """These arrivals are new or have changed their state, in inbox order."""

    rows: tuple[ArrivalRow, ...]


class WayIn(msgspec.Struct, frozen=True):
    """How alerts reach us from outside. `ok` is None until the first probe; times are µs UTC."""

    local_url: str | None
    public_url: str | None
    kind: str
    ok: bool | None
    checked_us: int | None
    failing_since_us: int | None
    changed_since_alerts_were_made: bool
    detail: str
    secret_store: str
    last_ok_us: int | None = None
    """The last probe that came back."""


class WayInChanged(msgspec.Struct, frozen=True):
    """The way in has a new state."""

    way_in: WayIn
