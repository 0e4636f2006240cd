"""The bodies of the loads: spoken by the demo's simulated indicator, the same at every run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from secondskies_desktop.demo.speech import Generation, speak
from secondskies_desktop.foundation.clock import as_us

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20_251_210
START_US = as_us(datetime(2025, 9, 3, 14, 0, tzinfo=UTC))


def mixed(bars: int) -> list[bytes]:
    """Return batches and single events, 1.2 KB in the mean and 2.8 KB at most, like the real logs."""
    return [one.body for one in speak(SEED, START_US, bars, Generation.BATCH)]


def snapshots(bars: int) -> list[bytes]:
    """Return what the indicator sends today, a snapshot a minute."""
    return [one.body for one in speak(SEED, START_US, bars, Generation.SNAPSHOT)]


def write_lines(file: Path, bodies: list[bytes]) -> Path:
    """Write bodies one a line (none holds a line break) and return the file."""
    assert not any(b"\n" in body for body in bodies)
    file.write_bytes(b"\n".join(bodies))
    return file
