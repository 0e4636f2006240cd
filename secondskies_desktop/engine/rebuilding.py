"""Rebuild: drop the projection and fold the inbox again; or prove the stored one without touching it."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.engine import auditing
from secondskies_desktop.foundation.audit import Action
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.database.engine import read_engine, sqlite_url, write_engine
from secondskies_desktop.foundation.database.engine_lock import EngineLock
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.ingest.repair_log import store as repair_log
from secondskies_desktop.ingest.tracing import store as trace_store
from secondskies_desktop.integrity import store as integrity_store
from secondskies_desktop.market import store as bar_store
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.answers import as_full_answer
from secondskies_desktop.signals.fill_log import store as fill_log
from secondskies_desktop.signals.tallies import MARK
from secondskies_desktop.signals.tally import unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.foundation.database.engine import URL, Connection
    from secondskies_desktop.foundation.profile import Profile


class Rebuilt(msgspec.Struct, frozen=True):
    """What a rebuild found: counts, the hash of the projection, and whether it is the stored one."""

    signals: int
    events: int
    hash: str
    identical: bool


class Fingerprint(msgspec.Struct, frozen=True):
    """A projection in short: equal fingerprints mean equal answers, whatever the database."""

    signals: int
    events: int
    hash: str


def fingerprint(connection: Connection) -> Fingerprint:
    """Return the fingerprint of a projection: signals with their sources, the number of events, bars, tallies."""
    digest = hashlib.sha256()
    count = 0
    for row in signal_store.every(connection):
        digest.update(msgspec.json.encode(as_full_answer(row.view), order="deterministic"))
        digest.update(b"\n")
        count += 1
    for stream, bar, source in bar_store.list_bars(connection):
        digest.update(msgspec.json.encode((stream, source, msgspec.structs.astuple(bar))))
    for tally in signal_store.tallies_since(connection, -1):
        # How everything was counted is no part of it: a store that nobody has folded yet cannot say.
        if tally.counts and (tally.trade_date, tally.stream) != MARK:
            counts = sorted(unpack(tally.counts).items())
            digest.update(msgspec.json.encode((tally.trade_date, tally.stream, counts)))
    return Fingerprint(count, signal_store.count_events(connection), digest.hexdigest())


def rebuild(profile: Profile, progress: Callable[[int], bool] = lambda _count: True) -> Rebuilt:
    """Drop the projection and fold the inbox again. Needs the engine lock; raises DatabaseProblem.

    A kill in the middle loses nothing: the inbox is untouched and the next start folds on.
    """
    lock = EngineLock(profile.database, "rebuild")
    lock.acquire()
    try:
        before = fingerprint_of(profile.database)
        engine = write_engine(profile.database, wait_ms=5_000)
        with engine.begin() as connection:
            signal_store.forget_signals(connection)
            bar_store.forget_bars(connection)
            inbox_store.forget_deliveries(connection)
            integrity_store.forget_position(connection)
            # Traces stay as they are. Should this rebuild be killed, the engine that ends it adds none.
            trace_store.fence(connection, inbox_store.last_arrival(connection), system_clock())
        engine.dispose()
        pump = Pump(profile.database)
        try:
            pump.run_to_end(progress)
        finally:
            pump.close()
        after = fingerprint_of(profile.database)
        found = Rebuilt(after.signals, after.events, after.hash, before == after)
        auditing.record(profile, Action.REBUILD, "projection", msgspec.structs.asdict(found))
    finally:
        lock.release()
    return found


def verify(profile: Profile, progress: Callable[[int], bool] = lambda _count: True) -> Rebuilt:
    """Fold the inbox a second time, beside the stored projection, and compare the two.

    One read transaction sees the stored projection and the arrivals it was folded from; it is refolded in a
    scratch database, so a running engine is not disturbed and nothing is changed.
    """
    reader = read_engine(profile.database)
    try:
        with (
            reader.connect() as stored,
            tempfile.TemporaryDirectory(prefix="secondskies-verify-") as folder,
        ):
            url = sqlite_url(Path(folder) / "scratch.db")
            ensure_schema(url)
            known = fingerprint(stored)
            until = inbox_store.position(stored)
            _copy_inbox(stored, url, until)
            _copy_fills(stored, url)
            _copy_repairs(stored, url)
            pump = Pump(url)
            try:
                pump.run_to_end(progress)
            finally:
                pump.close()
            again = fingerprint_of(url)
    finally:
        reader.dispose()
    return Rebuilt(again.signals, again.events, again.hash, known == again)


def _copy_inbox(stored: Connection, url: URL, until: int) -> None:
    engine = write_engine(url, wait_ms=5_000, durable=False)
    try:
        for chunk in inbox_store.all_arrivals(stored, until):
            with engine.begin() as connection:
                inbox_store.copy_arrivals(connection, chunk)
    finally:
        engine.dispose()


def _copy_fills(stored: Connection, url: URL) -> None:
    """Copy the log of fills as far as the stored projection has joined it."""
    until = inbox_store.fill_position(stored)
    engine = write_engine(url, wait_ms=5_000, durable=False)
    try:
        place = 0
        while rows := [one for one in fill_log.after(stored, place, 2_000) if one.id <= until]:
            with engine.begin() as connection:
                fill_log.copy(connection, rows)
            place = rows[-1].id
    finally:
        engine.dispose()


def _copy_repairs(stored: Connection, url: URL) -> None:
    """Copy the log of repairs as far as the stored projection goes by it."""
    until = repair_log.position(stored)
    engine = write_engine(url, wait_ms=5_000, durable=False)
    try:
        place = 0
        while rows := [one for one in repair_log.after(stored, place, 500) if one.id <= until]:
            with engine.begin() as connection:
                repair_log.copy(connection, rows)
            place = rows[-1].id
    finally:
        engine.dispose()


def fingerprint_of(url: URL) -> Fingerprint:
    """Return the fingerprint of the projection in a database."""
    engine = read_engine(url)
    try:
        with engine.connect() as connection:
            return fingerprint(connection)
    finally:
        engine.dispose()
