"""The servers of the loads, each a process of its own, and the load that is put on them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchmarks.load import Outcome
from secondskies_desktop.foundation.database.engine import read_engine, sqlite_url
from secondskies_desktop.ingest import store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
_STOP_WITHIN_S = 20.0


def surroundings(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which a program finds no profile and no keyring of whoever measures."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SECONDSKIES_")}
    kept.pop("DBUS_SESSION_BUS_ADDRESS", None)
    return {**kept, **(extra or {})}


@contextlib.contextmanager
def program(*words: object, extra: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run a Python program of ours until the block ends; its stdout is a pipe."""
    process = subprocess.Popen(
        [sys.executable, *(str(word) for word in words)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=surroundings(extra),
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


def first_line(process: subprocess.Popen[str]) -> str:
    """Return the first line that a program says; raises RuntimeError where it ends without one."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{process.args!r} ended without a word")
    return line.strip()


@contextlib.contextmanager
def listener(home: Path, extra: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run `secondskies listen` on a profile; yields the URL that it takes alerts at."""
    words = ("-m", "secondskies_desktop", "--home", home, "listen", "--port", "0")
    with program(*words, extra=extra) as process:
        yield str(msgspec.json.decode(first_line(process))["url"])


def settle(home: Path, within_s: float = 120.0) -> None:
    """Wait until our listener has folded all that it took, so that it does not disturb the next to be measured."""
    reader = read_engine(sqlite_url(home / "secondskies.db"))
    give_up = time.monotonic() + within_s
    try:
        while True:
            with reader.connect() as connection:
                if store.position(connection) >= store.last_arrival(connection):
                    return
            if time.monotonic() > give_up:
                raise TimeoutError(f"the fold took longer than {within_s:.0f} s")
            time.sleep(0.05)
    finally:
        reader.dispose()


@contextlib.contextmanager
def bare_server() -> Iterator[str]:
    """Run the server that stores nothing; yields its URL."""
    with program("-m", "benchmarks.bare_server") as process:
        yield first_line(process)


@contextlib.contextmanager
def fastapi_server(database: str) -> Iterator[str]:
    """Run FastAPI on a PostgreSQL database; yields its URL."""
    with program("-m", "benchmarks.fastapi_server", database) as process:
        yield first_line(process)


def put_load(url: str, bodies: Path, connections: int, seconds: float) -> Outcome:
    """Put load on a server from a process of its own; raises where an answer was not 200."""
    words = ("-m", "benchmarks.load", url, bodies, "--connections", connections, "--seconds", seconds)
    with program(*words) as process:
        outcome = msgspec.json.decode(first_line(process), type=Outcome)
    assert not outcome.refused, f"{outcome.refused} requests were refused"
    return outcome
