"""How fast alerts are acknowledged, on disk before each answer: beside a server that stores nothing, and others."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from benchmarks import bodies, postgres, serving
from benchmarks.disk import fdatasync_ms
from benchmarks.rows import Line, at_least, at_most, not_measured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.load import Outcome

ROW = "acks"
ONE = "one"
SLOW = "slow-disk"
BLOCKED = "blocked"
_MANY = 64
_BARS = 3_000
_SLOW_DISK_US = 8_000
_BLOCK_S = 1.5
_TOLD_AFTER_S = 0.7


def many_connections(*, quick: bool) -> Iterator[Line]:
    """64 connections: ours, a bare server and FastAPI on PostgreSQL in turn."""
    rounds, seconds = (3, 1.0) if quick else (7, 2.0)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="secondskies-bench-")))
        file = bodies.write_lines(folder / "bodies", bodies.mixed(_BARS))
        home = folder / "home"
        servers = {
            "bare": stack.enter_context(serving.bare_server()),
            "ours": stack.enter_context(serving.listener(home)),
        }
        why_not = postgres.missing()
        if not why_not:
            database = stack.enter_context(postgres.server())
            servers["fastapi"] = stack.enter_context(serving.fastapi_server(database))
        seen = _in_turn(servers, file, home, _MANY, rounds, seconds)
    ours, bare = seen["ours"], seen["bare"]
    yield at_least(
        ROW,
        "durable acknowledgements, 64 connections",
        0.4,
        figure=_median(ours, _rate),
        unit="/s",
        opponent=("bare aiohttp, stores nothing", _median(bare, _rate)),
        ratio=_ratio(ours, bare, _rate),
        note="0.5 is the aim",
    )
    yield at_most(
        ROW,
        "  p99 of these",
        3.0,
        figure=_median(ours, _p99),
        unit="ms",
        opponent=("bare aiohttp", _median(bare, _p99)),
        ratio=_ratio(ours, bare, _p99),
    )
    if why_not:
        yield not_measured(ROW, "  beside FastAPI on PostgreSQL", "≥ 8 ×", why_not)
        return
    yield at_least(
        ROW,
        "  beside a transaction a request",
        8.0,
        figure=_median(ours, _rate),
        unit="/s",
        opponent=("FastAPI, SQLAlchemy, PostgreSQL", _median(seen["fastapi"], _rate)),
        ratio=_ratio(ours, seen["fastapi"], _rate),
    )


def one_connection(*, quick: bool) -> Iterator[Line]:
    """One connection, beside the disk's own sync in the same rounds."""
    rounds, seconds = (3, 0.7) if quick else (7, 1.5)
    with tempfile.TemporaryDirectory(prefix="secondskies-bench-") as name:
        folder = Path(name)
        file = bodies.write_lines(folder / "bodies", bodies.mixed(_BARS))
        syncs: list[float] = []
        seen: list[Outcome] = []
        with serving.listener(folder / "home") as url:
            serving.put_load(url, file, 1, 0.3)
            for _ in range(rounds):
                serving.settle(folder / "home")
                syncs.append(fdatasync_ms(folder))
                seen.append(serving.put_load(url, file, 1, seconds))
        sync = statistics.median(syncs)
        p50 = _median(seen, _p50)
        yield at_most(
            ONE,
            "durable acknowledgement, one connection, p50",
            max(1.0, 6 * sync),
            figure=p50,
            unit="ms",
            opponent=("fdatasync of this disk", sync),
            note=f"{p50 / sync:.1f} × a sync",
        )


def slow_disk(*, quick: bool) -> Iterator[Line]:
    """64 connections on a disk whose every sync takes 8 ms longer."""
    what = "a disk with + 8 ms a sync, 64 connections"
    compiler = which("cc")
    if compiler is None:
        yield not_measured(SLOW, what, "≥ 10 ×", "there is no C compiler (cc) for the shim")
        return
    if os.name != "posix" or not Path("/proc/self").exists():
        yield not_measured(SLOW, what, "≥ 10 ×", "LD_PRELOAD is known on Linux only")
        return
    rounds, seconds = (2, 1.0) if quick else (5, 2.0)
    with tempfile.TemporaryDirectory(prefix="secondskies-bench-") as name:
        folder = Path(name)
        shim = folder / "slow_disk.so"
        source = Path(__file__).with_name("slow_disk.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", shim, source, "-ldl"], check=True)
        extra = {"LD_PRELOAD": str(shim), "SLOW_DISK_US": str(_SLOW_DISK_US)}
        file = bodies.write_lines(folder / "bodies", bodies.mixed(_BARS))
        syncs: list[float] = []
        seen: list[Outcome] = []
        with serving.listener(folder / "home", extra) as url:
            serving.put_load(url, file, _MANY, 0.5)
            for _ in range(rounds):
                serving.settle(folder / "home")
                with serving.program("-m", "benchmarks.disk", folder, extra=extra) as probe:
                    syncs.append(1_000 / float(serving.first_line(probe)))
                seen.append(serving.put_load(url, file, _MANY, seconds))
    ratios = [outcome.rate / sync for outcome, sync in zip(seen, syncs, strict=True)]
    yield at_least(
        SLOW,
        what,
        10.0,
        figure=_median(seen, _rate),
        unit="/s",
        opponent=("its syncs", statistics.median(syncs)),
        ratio=statistics.median(ratios),
    )


def blocked_window(*, quick: bool) -> Iterator[Line]:
    """64 connections on the engine of a window whose own thread stands still for 1.5 s."""
    for how, words in (("sleep", "asleep"), ("spin", "spinning in Python")):
        worst: list[float] = []
        for _ in range(1 if quick else 3):
            with tempfile.TemporaryDirectory(prefix="secondskies-bench-") as name:
                folder = Path(name)
                file = bodies.write_lines(folder / "bodies", bodies.mixed(_BARS))
                asked = ("-m", "benchmarks.blocked_window", folder / "home", how, _TOLD_AFTER_S, _BLOCK_S)
                with serving.program(*asked, extra={"QT_QPA_PLATFORM": "offscreen"}) as window:
                    url = serving.first_line(window)
                    outcome = serving.put_load(url, file, _MANY, 2 * _BLOCK_S)
                    assert float(serving.first_line(window)) >= _BLOCK_S
                worst.append(outcome.worst_ms)
        yield at_most(
            BLOCKED,
            f"GUI thread {words} for 1.5 s, worst of 64 connections",
            250.0,
            figure=max(worst),
            unit="ms",
            note=f"the worst of {len(worst)}" if len(worst) > 1 else "",
        )


def _in_turn(
    servers: dict[str, str], file: Path, home: Path, connections: int, rounds: int, seconds: float
) -> dict[str, list[Outcome]]:
    """Put load on one server after the other, round after round; ours folds what it took before the next."""
    for url in servers.values():
        serving.put_load(url, file, connections, 0.5)
    seen: dict[str, list[Outcome]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, url in servers.items():
            serving.settle(home)
            seen[name].append(serving.put_load(url, file, connections, seconds))
    return seen


def _rate(outcome: Outcome) -> float:
    return outcome.rate


def _p50(outcome: Outcome) -> float:
    return outcome.p50_ms


def _p99(outcome: Outcome) -> float:
    return outcome.p99_ms


def _median(outcomes: list[Outcome], figure: Callable[[Outcome], float]) -> float:
    return statistics.median(figure(one) for one in outcomes)


def _ratio(ours: list[Outcome], others: list[Outcome], figure: Callable[[Outcome], float]) -> float:
    """Return the median of the rounds' own ratios: what disturbs a round disturbs both."""
    return statistics.median(figure(a) / figure(b) for a, b in zip(ours, others, strict=True))
