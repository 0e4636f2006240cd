"""Findings, fills, conflicts and health; data of the tests and of nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from secondskies_desktop.engine.integrity_acts import Received
from secondskies_desktop.engine.integrity_desk import Conflict, Entry, HealthNow
from secondskies_desktop.integrity.store import Finding, Health, Sample
from secondskies_desktop.signals.fills import Fill
from tests.desktop.made_signals import NOW_US

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUTE_US = 60_000_000
STREAM = "MNQ1! 1m"


def a_finding(number: int, kind: str = "no_mae", points: int = 10, category: str = "gap") -> Finding:
    """Return an open finding of a signal of its own."""
    at_us = NOW_US - number * MINUTE_US
    return Finding(
        STREAM,
        f"signal-{number}",
        category,
        kind,
        at_us,
        "2025-12-10",
        points,
        f"text {number}",
        at_us,
        None,
        None,
    )


def a_fill(number: int, *, undone: bool = False, **changed: Any) -> Entry:
    """Return a row of the log of fills."""
    values: dict[str, Any] = {
        "at_us": NOW_US - (1_000 - number) * MINUTE_US,
        "kind": "fill",
        "stream": STREAM,
        "trade_id": f"signal-{number}",
        "field": "stop_loss",
        "value": 25_000.25,
        "source": "second source",
        "confidence": 0.95,
        "reason": "another id says so",
        "because": (7,),
        "refers": None,
        "actor": "engine",
        **changed,
    }
    return Entry(Fill(number, **values), undone)


def a_conflict(signal_id: int = 1, field: str = "entry_price") -> Conflict:
    """Return two received values of one field."""
    options = (Received(25_010.0, 2), Received(25_012.5, 3))
    return Conflict(signal_id, STREAM, f"signal-{signal_id}", field, 25_010.0, options)


def health_of(
    findings: Sequence[Finding] = (), health: float | None = 93.26, sample: Sample | None = None
) -> HealthNow:
    """Return health with these findings open."""
    kinds: dict[tuple[str, str], int] = {}
    for one in findings:
        kinds[one.category, one.type] = kinds.get((one.category, one.type), 0) + 1
    now = Health(health, 40, 30, sum(one.category == "gap" for one in findings))
    filled = {"inferred": 3, "recomputed": 5}
    return HealthNow(NOW_US - 12_000_000, now, sample, 4, 2, 1_234, filled, NOW_US - MINUTE_US, kinds, 8)


def a_sample(minutes_ago: int, health: float | None = 93.0) -> Sample:
    """Return health as it was some minutes ago."""
    return Sample(NOW_US - minutes_ago * MINUTE_US, health, 40, 30, 10, None, None, None)
