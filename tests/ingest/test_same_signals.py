"""One stream of alerts, four ways: over HTTP and as a file, on SQLite and on PostgreSQL, give the same signals.

With the trader's own logs where SECONDSKIES_ALERT_LOGS names their folder, and always with a small one of our own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from secondskies_desktop.demo.speech import Defects, Generation, speak
from secondskies_desktop.engine import rebuilding
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.engine.importing import import_alert_logs
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.profile import Profile, open_profile
from secondskies_desktop.foundation.settings import IntegritySettings, Settings
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.alert_log import read_alert_log
from secondskies_desktop.ingest.tokens import DEFAULT_STREAM
from secondskies_desktop.integrity.reconcile import RULES
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.answers import as_full_answer
from tests.clocks import START_US
from tests.databases import bodies_of, eventually, reading
from tests.ingest.alert_logs import log_row, real_logs, write_log
from tests.loopback import Wire, path_of, request

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.engine import URL

BODIES = Path(__file__).parents[1] / "signals" / "bodies"
FAULTS = Defects(duplicate=0.1, repeated_exit=0.5, missing_creation=0.2, stray_quote=0.2)
AT_ONCE = 50
BY_ARRIVAL = {"arrival", "replayed"}
FOLLOWS_SIGNAL_AT = ("session", "trade_date")

NOTHING_FILLED = IntegritySettings(**dict.fromkeys(RULES, False))
"""A command that imports looks for gaps when it is asked to, an engine by itself: here only what came is compared."""


@pytest.fixture(
    scope="module",
    params=[None, *real_logs()],
    ids=lambda log: "our own" if log is None else log.stem[-16:],
)
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log: our own, and each of the trader's."""
    if request.param is not None:
        return Path(request.param)
    bodies = [file.read_text() for file in sorted(BODIES.iterdir())]
    for generation in (Generation.STRATEGY, Generation.SNAPSHOT):
        bodies += [one.body.decode() for one in speak(3, START_US, 120, generation, FAULTS)]
    rows = [log_row(body, second) for second, body in enumerate([*bodies, "no alert", *bodies[:20]])]
    return write_log(tmp_path_factory.mktemp("logs") / "our-own.csv", rows)


@pytest.fixture(scope="module")
def imported(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Profile:
    """A profile into which the log was imported, on SQLite."""
    profile = open_profile(tmp_path_factory.mktemp("imported"))
    ensure_schema(profile.database)
    found = import_alert_logs(profile, [log])
    assert found["stored"] > 0
    return profile


@pytest.fixture(scope="module")
def posted(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Profile:
    """A profile to whose webhook every row of the log was posted, oldest first."""
    profile = open_profile(tmp_path_factory.mktemp("posted"))
    engine = Engine(profile, Settings(integrity=NOTHING_FILLED), command="a test")
    ready = engine.start(port=0)
    arrivals = read_alert_log(log)
    assert {one.stream for one in arrivals} == {DEFAULT_STREAM}
    requests = [request(path_of(ready.url), one.body) for one in arrivals]
    wire = Wire(ready.port)
    for start in range(0, len(requests), AT_ONCE):
        sent = requests[start : start + AT_ONCE]
        wire.send(*sent)
        assert [wire.read().status for _ in sent] == [200] * len(sent)
    wire.close()

    def is_folded() -> bool:
        with reading(profile.database) as connection:
            return store.position(connection) == store.last_arrival(connection)

    eventually(is_folded, within_s=60.0)
    engine.stop()
    assert bodies_of(profile.database) == [one.body for one in arrivals]
    return profile


def answers(profile: Profile) -> dict[str, dict[str, Any]]:
    """Return every signal with the sources of its values, by id."""
    with reading(profile.database) as connection:
        rows = [as_full_answer(row.view) for row in signal_store.every(connection)]
    assert len({row["trade_id"] for row in rows}) == len(rows)
    return {row["trade_id"]: row for row in rows}


def without_times_of_arrival(
    one: dict[str, Any], other: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Leave out of two answers what either knows by the arrival alone, and what follows from it."""
    dropped = {
        name
        for name in one
        if one.get(f"{name}_source") in BY_ARRIVAL or other.get(f"{name}_source") in BY_ARRIVAL
    }
    if "signal_at" in dropped:
        dropped.update(FOLLOWS_SIGNAL_AT)
    dropped |= {f"{name}_source" for name in dropped}
    return tuple(  # type: ignore[return-value] # there are two of them
        {name: value for name, value in answer.items() if name not in dropped} for answer in (one, other)
    )


@pytest.mark.timeout(180)
def test_that_posting_and_importing_give_the_same_signals(imported: Profile, posted: Profile) -> None:
    by_file, by_http = answers(imported), answers(posted)
    assert set(by_file) == set(by_http)
    for trade_id, one in by_file.items():
        expected, found = without_times_of_arrival(one, by_http[trade_id])
        assert found == expected


@pytest.mark.timeout(180)
def test_that_a_rebuild_is_identical(imported: Profile, posted: Profile) -> None:
    for profile in (imported, posted):
        assert rebuilding.verify(profile).identical
    rebuilt = rebuilding.rebuild(imported)
    assert rebuilt.identical
    assert rebuilding.verify(imported) == rebuilt


@pytest.mark.timeout(180)
def test_that_both_databases_give_the_same_hash(
    log: Path, imported: Profile, postgres_url: URL, tmp_path: Path
) -> None:
    on_server = open_profile(tmp_path / "home", postgres_url.render_as_string(hide_password=False))
    import_alert_logs(on_server, [log])
    expected, found = rebuilding.verify(imported), rebuilding.verify(on_server)
    assert found.identical
    assert found == expected
