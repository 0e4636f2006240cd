"""Numbers, times and ids as Pine writes them into a payload."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from secondskies_desktop.foundation.sessions import CHICAGO, new_york

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from secondskies_desktop.demo.journey import SimSignal

MINUTE_US = 60_000_000


def number(value: float | None, decimals: int = 10) -> str:
    """Write a number as `str.tostring` does: up to ten decimals, no trailing zeros, `25840` for 25840.0."""
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    # Adding zero takes the sign from a negative one.
    return f"{round(value, decimals) + 0.0:.10f}".rstrip("0").rstrip(".")


def write(value: object) -> str:
    """Write nested dicts and lists as JSON without blanks, numbers as Pine does; TypeError for others."""
    if isinstance(value, dict):
        return "{" + ",".join(f'"{key}":{write(one)}' for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, (int, float)):
        return number(value)
    raise TypeError(f"{type(value).__name__} has no place in a payload")


def wall(at_us: int, zone: ZoneInfo) -> str:
    """Return what a clock of the zone shows at an instant (µs UTC), without saying which zone it is."""
    return f"{new_york(at_us).astimezone(zone):%Y-%m-%dT%H:%M:%S}"


def milliseconds(at_us: int | None) -> str:
    """Return an instant (µs UTC) in milliseconds, or null."""
    return "null" if at_us is None else str(at_us // 1000)


def chicago_id(signal: SimSignal) -> str:
    """Return the id of the first generations: Chicago wall time of the confirmation bar (domain.md §4.7).

    ValueError for a signal that was not confirmed.
    """
    if signal.confirmation_us is None:
        raise ValueError(f"{signal.trade_id} was not confirmed")
    at = new_york(signal.confirmation_us).astimezone(CHICAGO)
    return f"{at:%Y%m%d_%H%M%S}000_{signal.direction}"


def oldest_id(signal: SimSignal) -> str:
    """Return the id without milliseconds, as it was before the strategy alerts."""
    stamp, _, direction = signal.trade_id.rpartition("_")
    return f"{stamp[: len('20251202_165100')]}_{direction}"
