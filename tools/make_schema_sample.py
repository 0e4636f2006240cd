"""Keeps a tiny database of today's schema in tests/data, which every later program must open and upgrade.

To be run once, before a release whose schema is new: `python -m tools.make_schema_sample`. It writes
`tests/data/schema_NNNN.db` (NNNN is the newest revision) and never over a file that is there: what a released
program wrote stays as it was. The arrivals are hand-made bodies of tests/signals/bodies; the last one is not
folded yet, one is a duplicate and one a dead letter.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

from secondskies_desktop.foundation import store as job_store
from secondskies_desktop.foundation.database.backup import make_backup
from secondskies_desktop.foundation.database.engine import sqlite_url, write_engine
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.database.migrations import HEAD
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.ingest.store import Arrival
from secondskies_desktop.ingest.tokens import DEFAULT, DEFAULT_STREAM, Token, hash_of

_TESTS = Path(__file__).parents[1] / "tests"
_FOLDED = (
    "telemetry_signal_created.json",
    "telemetry_entry.json",
    "telemetry_mfe.json",
    "telemetry_mfe.json",
    "telemetry_be_triggered.json",
    "telemetry_exit_stop.json",
    "snapshot.json",
    "strategy_entry_stray_quote.txt",
)
_PENDING = "mfe_batch.json"
_FROM_US = 1_765_292_400_000_000
_MINUTE_US = 60_000_000


def make_sample(target: Path) -> int:
    """Write the sample; returns how many arrivals it holds."""
    with tempfile.TemporaryDirectory() as folder:
        url = sqlite_url(Path(folder) / "sample.db")
        ensure_schema(url)
        engine = write_engine(url)
        with engine.begin() as connection:
            bodies = [_body(name) for name in _FOLDED]
            store.append_arrivals(connection, _arrivals([*bodies, b"not an alert"], 0))
            token = Token(DEFAULT, hash_of("no real secret"), DEFAULT_STREAM, _FROM_US, _FROM_US, None)
            store.write_token(connection, token)
            job_store.record_run(connection, "backup", _FROM_US, _FROM_US + 1, ok=True, detail="made by hand")
        pump = Pump(url)
        pump.run_to_end()
        pump.close()
        with engine.begin() as connection:
            store.append_arrivals(connection, _arrivals([_body(_PENDING)], len(_FOLDED) + 1))
        engine.dispose()
        return make_backup(url, target).rows


def _body(name: str) -> bytes:
    return (_TESTS / "signals" / "bodies" / name).read_bytes()


def _arrivals(bodies: list[bytes], start: int) -> list[Arrival]:
    return [
        Arrival(
            _FROM_US + (start + place) * _MINUTE_US,
            "webhook:default",
            DEFAULT_STREAM,
            hashlib.sha256(body).digest(),
            None,
            body,
        )
        for place, body in enumerate(bodies)
    ]


def main() -> None:
    """Write the sample of the newest revision."""
    target = _TESTS / "data" / f"schema_{HEAD}.db"
    if target.exists():
        sys.exit(f"{target.name} is there and stays as it is")
    target.parent.mkdir(exist_ok=True)
    print(f"{target.name}: {make_sample(target)} arrivals, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
