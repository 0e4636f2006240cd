"""How fast bodies become signals: decoded and folded in memory, folded again from the inbox, and on a full store."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import stored
from benchmarks.rows import Line, at_least, at_most, not_measured
from secondskies_desktop.demo.speech import Generation
from secondskies_desktop.engine import rebuilding
from secondskies_desktop.foundation.database.engine import write_engine
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.alert_log import read_alert_log
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.signals.lifecycle import SignalState, fold
from secondskies_desktop.signals.wire import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from secondskies_desktop.foundation.database.engine import URL

DECODE = "decode"
REBUILD = "rebuild"
FLAT = "flat"
_LOGS = "SECONDSKIES_ALERT_LOGS"
_MILLION = 1_000_000
_FEW = 10_000
_STEP_S = 0.25
_WARM = 200
_MEASURED = 2_000
_NAMES = {Generation.SNAPSHOT: "snapshots", Generation.BATCH: "batches"}


def decode_and_fold(*, quick: bool) -> Iterator[Line]:
    """Every body of the real logs, checked, its times resolved, folded into signals; one core, in memory."""
    folder = os.environ.get(_LOGS)
    logs = sorted(Path(folder).glob("*.csv")) if folder else []
    if not logs:
        yield not_measured(
            DECODE, "decode and fold, real bodies", "≥ 40,000 bodies/s", f"{_LOGS} names no logs"
        )
        return
    arrivals = [one for log in logs for one in read_alert_log(log)]
    rates: list[tuple[float, float]] = []
    for _ in range(5 if quick else 15):
        started = time.process_time()
        updates = _folded(arrivals)
        seconds = time.process_time() - started
        rates.append((len(arrivals) / seconds, updates / seconds))
    what = f"decode and fold {len(arrivals):,} real bodies, seconds of one core"
    bodies_a_second = statistics.median(rate for rate, _ in rates)
    updates_a_second = statistics.median(rate for _, rate in rates)
    yield at_least(DECODE, what, 40_000, figure=bodies_a_second, unit="bodies/s")
    yield at_least(DECODE, "  signal updates in them", 120_000, figure=updates_a_second, unit="updates/s")


def _folded(arrivals: Sequence[store.Arrival]) -> int:
    known: dict[tuple[str, str], SignalState] = {}
    updates = 0
    for place, arrival in enumerate(arrivals):
        for event in decode(arrival.body, arrival.received_us).events:
            key = arrival.stream, event.trade_id
            state = known.get(key)
            if state is None:
                state = known[key] = SignalState(*key)
            fold(state, event, arrival.received_us, (arrival.received_us, place))
            updates += 1
    return updates


def rebuild(*, quick: bool) -> Iterator[Line]:
    """The projection dropped and a million events folded again, of both ways the indicator speaks at length."""
    wanted = _MILLION // 10 if quick else _MILLION
    for generation in (Generation.SNAPSHOT, Generation.BATCH):
        with tempfile.TemporaryDirectory(prefix="secondskies-bench-") as folder:
            profile = open_profile(Path(folder) / "home")
            stored.fill(profile.database, stored.arrivals(stored.told_days(generation)), events=wanted)
            started = time.perf_counter()
            found = rebuilding.rebuild(profile)
            seconds = time.perf_counter() - started
        assert found.identical
        yield at_most(
            REBUILD,
            f"rebuild of 1 M events told in {_NAMES[generation]}",
            30.0,
            figure=seconds * _MILLION / found.events,
            unit="s",
            note=f"{found.events:,} events in {seconds:.1f} s, {found.signals:,} signals",
        )


def flatness(*, quick: bool) -> Iterator[Line]:
    """What an event costs the pump, one alert after the other, as the store grows from 10,000 events."""
    with tempfile.TemporaryDirectory(prefix="secondskies-bench-") as folder:
        url = open_profile(Path(folder) / "home").database
        coming = stored.arrivals(stored.told_days(Generation.BATCH))
        few, _ = stored.fill(url, coming, events=_FEW)
        before = _cost_of_an_event(url, coming)
        many, signals = stored.fill(url, coming, events=_MILLION // 10 if quick else _MILLION)
        after = _cost_of_an_event(url, coming)
    yield at_most(
        FLAT,
        f"CPU of an event beside {many:,} stored of {signals:,} signals",
        1.2,
        figure=after,
        unit="µs",
        opponent=(f"beside {few:,}", before),
        ratio=after / before,
    )


def _cost_of_an_event(url: URL, coming: Iterator[store.Arrival]) -> float:
    """Fold alerts one at a time, as they come in life; returns the µs of CPU that an event of them took."""
    writer, pump = write_engine(url, wait_ms=5_000, durable=False), Pump(url)
    spent, events = 0.0, 0
    try:
        pump.run_to_end()
        for place, arrival in enumerate(islice(coming, _WARM + _MEASURED)):
            with writer.begin() as connection:
                store.append_arrivals(connection, [arrival])
            started = time.thread_time()
            pump.step(_STEP_S)
            if place >= _WARM:
                spent += time.thread_time() - started
                events += len(decode(arrival.body, arrival.received_us).events)
    finally:
        pump.close()
        writer.dispose()
    return 1e6 * spent / events
