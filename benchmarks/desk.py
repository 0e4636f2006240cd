"""The desk: what a refresh of the KPIs costs as the store grows, and what the whole of it asks of the machine."""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchmarks import serving, stored
from benchmarks.rows import Line, Whole, at_most
from secondskies_desktop.demo.speech import Generation
from secondskies_desktop.engine.desk import Desk
from secondskies_desktop.engine.statistics import Query
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.database.engine import write_engine
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.signals import store
from secondskies_desktop.signals.outcome import BeMode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.foundation.profile import Profile

KPI = "kpi"
DESK = "desk"
_FEW, _MANY = 10_000, 1_000_000
_ROUNDS = 60
_OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}


def kpi(*, quick: bool) -> Iterator[Line]:
    """One refresh of the dashboard after a signal has changed: today, all time, the data so far, what runs."""
    with tempfile.TemporaryDirectory(prefix="secondskies-bench-") as folder:
        profile = open_profile(Path(folder) / "home")
        coming = stored.arrivals(stored.told_days(Generation.BATCH))
        few, _ = stored.fill(profile.database, coming, events=_FEW)
        before = _refresh_ms(profile)
        many, signals = stored.fill(profile.database, coming, events=_MANY // 10 if quick else _MANY)
        after = _refresh_ms(profile)
    what = f"refresh of the KPIs beside {many:,} events of {signals:,} signals"
    yield at_most(KPI, what, 5.0, figure=after, unit="ms")
    ratio = after / before
    yield at_most(
        KPI,
        "  beside few events",
        2.0,
        figure=after,
        unit="ms",
        opponent=(f"{few:,} events", before),
        ratio=ratio,
    )


def _refresh_ms(profile: Profile) -> float:
    desk, writer = Desk(profile, Bus()), write_engine(profile.database, wait_ms=5_000)
    try:
        with writer.connect() as connection:
            newest = max(store.tallies_since(connection, -1), key=lambda row: row.trade_date)
        today = date.fromisoformat(newest.trade_date)
        spent = []
        for number in range(_ROUNDS):
            with writer.begin() as connection:
                newest = newest._replace(seq=newest.seq + 1_000_000 + number)
                store.write_tallies(connection, [newest])
            begun = time.perf_counter()
            desk.statistics(Query(2.0, BeMode.NO_BE, today, today))
            desk.statistics(Query(2.0, BeMode.NO_BE))
            desk.accumulated(today)
            desk.running(100)
            spent.append(1_000 * (time.perf_counter() - begun))
        return statistics.median(spent)
    finally:
        writer.dispose()
        desk.close()


def whole(*, quick: bool) -> Iterator[Line]:
    """Every panel open at 2560 x 1440 beside 20,000 signals."""
    seconds = 5.0 if quick else 20.0
    with tempfile.TemporaryDirectory(prefix="secondskies-bench-") as name:
        home = Path(name) / "home"
        stored.profile_with_signals(home)
        with serving.program("-m", "benchmarks.whole_desk", home, seconds, extra=_OFFSCREEN) as window:
            found = msgspec.json.decode(serving.first_line(window), type=Whole)
    what = f"{found.panels} panels, {found.signals:,} signals"
    yield at_most(DESK, f"{what}: idle, of a core", 2.0, figure=100 * found.idle, unit="%")
    yield at_most(DESK, "  1,000 updates a second, of a core", 25.0, figure=100 * found.busy, unit="%")
    yield at_most(DESK, "  memory", 400.0, figure=found.resident_mb, unit="MB")
    worst = max(found.switches_ms)
    note = f"median {statistics.median(found.switches_ms):.0f} ms of {len(found.switches_ms)}"
    yield at_most(DESK, "  workspace switched and painted, worst", 150.0, figure=worst, unit="ms", note=note)
    stall = f"longest stall of the window over a day, {found.alerts:,} alerts in a minute"
    yield at_most(DESK, f"  {stall}", 50.0, figure=found.longest_stall_ms, unit="ms")
