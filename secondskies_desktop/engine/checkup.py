"""The doctor's checks: PASS, FAIL or UNKNOWN, each with what was seen."""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from secondskies_desktop import __version__
from secondskies_desktop.foundation.clock import as_iso, system_clock
from secondskies_desktop.foundation.database.engine import SAFE_SQLITE, read_engine, sqlite_version
from secondskies_desktop.foundation.database.failure import named
from secondskies_desktop.foundation.database.migrations import HEAD
from secondskies_desktop.foundation.market_hours import market_state
from secondskies_desktop.foundation.sessions import trade_date
from secondskies_desktop.foundation.settings import UnreadableSettings, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.profile import Profile

_PACKAGES = ("PySide6-Essentials", "aiohttp", "SQLAlchemy", "msgspec", "psycopg", "asyncssh")
_LOW_DISK_BYTES = 1_000_000_000
_OLDEST_BACKUP_S = 2 * 86_400

Check = tuple[str, str]


def check_up(profile: Profile) -> dict[str, Any]:
    """Return versions and checks; nothing is created or changed in the database."""
    versions = {"secondskies": __version__, "python": platform.python_version()}
    versions["sqlite"] = sqlite_version()
    for name in _PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    checks: tuple[tuple[str, Callable[[Profile], Check]], ...] = (
        ("sqlite", _sqlite),
        ("settings", _settings),
        ("database", _database),
        ("latency", _latency),
        ("backups", _backups),
        ("disk", _disk),
        ("market calendar", _calendar),
    )
    results = []
    for name, run in checks:
        verdict, detail = run(profile)
        results.append({"check": name, "verdict": verdict, "detail": detail})
    return {"versions": versions, "profile": str(profile.home), "checks": results}


def _sqlite(_profile: Profile) -> Check:
    found = tuple(int(part) for part in sqlite_version().split("."))
    if found >= SAFE_SQLITE:
        return "PASS", f"SQLite {sqlite_version()} has the WAL-reset fix"
    return "FAIL", f"SQLite {sqlite_version()} can lose committed rows: at least 3.51.3 is needed"


def _settings(profile: Profile) -> Check:
    try:
        read_settings(profile.settings_file)
    except UnreadableSettings as error:
        return "FAIL", str(error)
    return "PASS", str(profile.settings_file)


def _database(profile: Profile) -> Check:
    from secondskies_desktop.ingest import store

    def look(connection: Connection) -> Check:
        last, place = store.last_arrival(connection), store.position(connection)
        dead = len(store.dead_ids(connection))
        return "PASS", f"schema {HEAD}, arrivals up to #{last}, folded up to #{place}, {dead} dead letters"

    return _looked(profile, look)


def _latency(profile: Profile) -> Check:
    from secondskies_desktop.engine.telemetry import latency_of

    def look(connection: Connection) -> Check:
        whole = latency_of(connection, trade_date(system_clock())).whole
        if not whole.n:
            return "UNKNOWN", "no alert has come over the webhook on this trade date"
        named_us = zip(("p50", "p95", "p99", "slowest"), whole[1:], strict=True)
        said = ", ".join(f"{name} {(us or 0) / 1_000:.1f} ms" for name, us in named_us)
        return "PASS", f"{whole.n} alerts of this trade date from received to shown: {said}"

    verdict, detail = _looked(profile, look)
    return ("UNKNOWN" if verdict == "FAIL" else verdict), detail


def _looked(profile: Profile, look: Callable[[Connection], Check]) -> Check:
    """Return what a look into the database finds, or why there is none."""
    from pathlib import Path

    from secondskies_desktop.foundation.database.migrate import check_file, current_version

    url = profile.database
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return "UNKNOWN", "there is no database yet: it is made at the first start"
    engine = None
    try:
        check_file(url)
        engine = read_engine(url)
        with engine.connect() as connection:
            schema = current_version(connection)
            if schema != HEAD:
                return "UNKNOWN", f"schema {schema}, will be brought to {HEAD} at the next start"
            return look(connection)
    except Exception as error:
        return "FAIL", str(named(error))
    finally:
        if engine is not None:
            engine.dispose()


def _backups(profile: Profile) -> Check:
    found = sorted(profile.backups.glob("secondskies-*.db")) if profile.backups.is_dir() else []
    if not found:
        return "UNKNOWN", "no backup yet: the first is made when the engine starts"
    made = found[-1].stat().st_mtime
    age_s = system_clock() / 1e6 - made
    word = f"{len(found)} kept, the newest of {as_iso(int(made) * 1_000_000)}"
    return ("PASS" if age_s < _OLDEST_BACKUP_S else "FAIL"), word


def _disk(profile: Profile) -> Check:
    free = shutil.disk_usage(profile.home).free
    word = f"{free / 1e9:.1f} GB free"
    return ("PASS" if free >= _LOW_DISK_BYTES else "FAIL"), word


def _calendar(_profile: Profile) -> Check:
    state = market_state(system_clock())
    if state.state == "UNKNOWN":
        return "UNKNOWN", state.reason
    return "PASS", f"{state.state}: {state.reason}"
