"""The window: how soon an alert is seen, how busy a storm keeps it, how fast it starts."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import msgspec

from benchmarks import serving, stored
from benchmarks.rows import Busy, Line, at_most, holds

if TYPE_CHECKING:
    from collections.abc import Iterator

VISIBLE = "visible"
TABLE = "table"
START = "start"
_OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen", "SECONDSKIES_STARTUP_TRACE": "1"}
_STORM = 1_000
_HEAVY = ("pandas", "sklearn", "numba")
_ALERT = b'{"event_type":"SIGNAL_CREATED","trade_id":"%s","direction":"Bullish","schema_version":"1.0.0"}'


def visible(*, quick: bool) -> Iterator[Line]:
    """Alerts one at a time at odd moments, beside 20,000 stored signals: from the request to the painted row."""
    count = 60 if quick else 300
    with (
        _profile() as home,
        serving.program("-m", "benchmarks.watched_window", home, extra=_OFFSCREEN) as window,
    ):
        url = serving.first_line(window)
        sent: dict[str, float] = {}
        seen: dict[str, float] = {}
        reader = threading.Thread(target=lambda: _read_painted(window, seen, count), daemon=True)
        reader.start()
        random_pause = random.Random(7)
        for number in range(count):
            trade_id = f"202601{5 + number // 60:02d}_10{number % 60:02d}00_BULLISH"
            request = Request(url, _ALERT % trade_id.encode(), method="POST")  # noqa: S310 - our own listener
            sent[trade_id] = time.monotonic()
            with urlopen(request, timeout=10):  # noqa: S310 - the same
                pass
            time.sleep(random_pause.uniform(0.03, 0.17))
        reader.join(10)
    waits = sorted(1_000 * (seen[trade_id] - at) for trade_id, at in sent.items())
    yield at_most(
        VISIBLE,
        f"alert received to row painted, 20,000 signals, p95 of {count}",
        150.0,
        figure=waits[int(0.95 * len(waits))],
        unit="ms",
        note=f"p50 {statistics.median(waits):.0f} ms, worst {waits[-1]:.0f} ms",
    )


def busy_table(*, quick: bool) -> Iterator[Line]:
    """20,000 signals on screen, a row chosen in the middle of them, while updates rain on all of them."""
    seconds = 5.0 if quick else 15.0
    with _profile() as home:
        words = ("-m", "benchmarks.busy_table", home, _STORM, seconds)
        with serving.program(*words, extra=_OFFSCREEN) as window:
            busy = msgspec.json.decode(serving.first_line(window), type=Busy)
    what = f"table of {busy.signals:,} signals, {_STORM:,} updates a second"
    yield at_most(TABLE, f"{what}: GUI thread busy", 10.0, figure=100 * busy.share, unit="%")
    said = f"reset: {'no' if busy.no_reset else 'yes'}, scroll and selection kept: {'yes' if busy.kept else 'no'}"
    yield holds(
        TABLE, "  no reset, scroll and selection kept", "both", met=busy.no_reset and busy.kept, note=said
    )


def start(*, quick: bool) -> Iterator[Line]:
    """From the start of the process to the first rows on screen, beside an empty window in turn."""
    rounds = 3 if quick else 9
    ours: list[float] = []
    bare: list[float] = []
    with _profile() as home:
        desktop = ("-m", "secondskies_desktop", "--home", home, "desktop")
        for round_number in range(-1, rounds):
            bare_ms, _ = _until_painted("-m", "benchmarks.bare_window")
            our_ms, _ = _until_painted(*desktop)
            if round_number >= 0:  # the first of each only warms the disk's cache
                bare.append(bare_ms)
                ours.append(our_ms)
        _, said = _until_painted("-X", "importtime", *desktop)
    figure, opponent = statistics.median(ours), statistics.median(bare)
    what = "cold start to the first 100 rows of 20,000 signals"
    yield at_most(START, what, 1_500.0, figure=figure, unit="ms")
    yield at_most(
        START,
        "  beside an empty window",
        9.0,
        figure=figure,
        unit="ms",
        opponent=("bare QMainWindow", opponent),
        ratio=statistics.median(a / b for a, b in zip(ours, bare, strict=True)),
    )
    imported = {line.rpartition("|")[2].strip() for line in said}
    heavy = [name for name in _HEAVY if name in imported]
    yield holds(
        START,
        "  neither pandas nor scikit-learn nor numba imported by then",
        "none",
        met=not heavy,
        note=", ".join(heavy) or f"{len(imported):,} modules, none of them",
    )


def _until_painted(*words: object) -> tuple[float, list[str]]:
    """Start a program; return the ms until it says on stderr that it is painted, and all it said by then."""
    command = [sys.executable, *(str(word) for word in words)]
    said: list[str] = []
    begun = time.perf_counter()
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, cwd=serving.ROOT, env=serving.surroundings(_OFFSCREEN)
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(("startup_ms=", "painted")):
                passed = time.perf_counter() - begun
                process.terminate()
                process.stderr.read()
                return 1_000 * passed, said
            said.append(line)
    raise RuntimeError(f"{command!r} ended unpainted: {''.join(said)[-500:]}")


@contextmanager
def _profile() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="secondskies-bench-") as name:
        home = Path(name) / "home"
        stored.profile_with_signals(home)
        yield home


def _read_painted(window: subprocess.Popen[str], seen: dict[str, float], count: int) -> None:
    assert window.stdout is not None
    while len(seen) < count:
        trade_id, _, at = window.stdout.readline().partition(" ")
        if not at:
            return
        seen[trade_id] = float(at)
