"""A disk that is full, does not sync, or loses its power: said in time, survived, and nothing acknowledged lost."""

from __future__ import annotations

import random
import shutil
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.foundation.attention import Attention, AttentionCleared, Severity
from tests.databases import bodies_of, eventually, reading
from tests.loopback import Wire, ask, path_of, post, request
from tests.programs import Listen
from tests.survival.faulty_disk import FULL, UNSYNCED
from tests.survival.load import (
    Load,
    alerts,
    assert_all_there_once,
    assert_whole,
    database_of,
    storage_events,
    wait_for,
)

if TYPE_CHECKING:
    from pathlib import Path

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.database.engine import Connection
    from tests.survival.faulty_disk import FaultyDisk

_FRAME = 24 + 4_096
"""A page with its head in SQLite's write-ahead log."""
_CUTS = [60, pytest.param(1_000, marks=[pytest.mark.torture, pytest.mark.timeout(600)])]


@pytest.mark.parametrize("fault", [FULL, UNSYNCED])
def test_that_a_disk_that_fails_is_answered_503_until_it_is_sound_again(
    faulty_disk: FaultyDisk, home: Path, fault: str
) -> None:
    with Listen(home, extra=faulty_disk.environment) as listening:
        with Load(listening.url, alerts()) as load:
            wait_for(load, 200, more=100, within_s=10)
            faulty_disk.fail(fault)
            wait_for(load, 503, more=30, within_s=5)
            assert [post(listening.url, b"refused %d" % one).status for one in range(5)] == [503] * 5
            assert ask(listening.port, request("/healthz", method="GET")).body == b"ok"
            faulty_disk.mend()
            wait_for(load, 200, more=100, within_s=5)
        assert load.statuses == {200, 503}
        said = listening.errors.read_text()
        assert "alerts are not stored" in said
        assert "\nTraceback" not in said
        assert listening.stop() == 0
    assert_all_there_once(database_of(home), load.stored)
    assert_whole(database_of(home))
    if fault == FULL:
        assert set(load.stored) == set(bodies_of(database_of(home)))


def test_that_a_database_that_cannot_grow_wants_the_trader_until_it_can(engine: Engine) -> None:
    assert engine.ready is not None
    heard = storage_events(engine.bus)

    def stop_growing(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count=1")

    engine.write(stop_growing).result()
    refused = post(engine.ready.url, b"x" * 100_000)
    assert refused.status == 503
    eventually(lambda: heard)
    (attention,) = heard
    assert isinstance(attention, Attention)
    assert (attention.kind, attention.severity) == ("storage", Severity.DANGER)
    assert "full" in attention.text
    assert post(engine.ready.url, b"stored").status == 200
    eventually(lambda: heard[1:] == [AttentionCleared("storage", "inbox")])
    assert bodies_of(engine.profile.database) == [b"stored"]


def test_that_a_log_with_a_torn_end_opens_with_all_that_was_acknowledged(home: Path) -> None:
    with Listen(home) as listening, Load(listening.url, alerts()) as load:
        wait_for(load, 200, more=20, within_s=10)
        listening.kill()
    log = home / "secondskies.db-wal"
    half_a_frame = log.read_bytes()[-_FRAME:-1_000]
    with log.open("ab") as handle:
        handle.write(half_a_frame + random.Random(1).randbytes(9_000))
    with Listen(home) as again:
        assert post(again.url, b"the next").status == 200
        assert again.stop() == 0
    assert_all_there_once(database_of(home), [*load.stored, b"the next"])
    assert_whole(database_of(home))


@pytest.mark.parametrize("cuts", _CUTS)
def test_that_a_power_cut_after_any_acknowledgement_loses_none(
    faulty_disk: FaultyDisk, home: Path, tmp_path: Path, cuts: int
) -> None:
    chance = random.Random(cuts)
    bodies = list(islice(alerts(), cuts))
    after = tmp_path / "after"
    after.mkdir()
    synced: list[int] = []
    with Listen(home, extra=faulty_disk.environment) as listening, reading(database_of(home)) as first_moment:
        # As long as this reader looks at the first moment, nothing is moved from the log into the database.
        first_moment.exec_driver_sql("SELECT count(*) FROM inbox").all()
        wire = Wire(listening.port)
        for body in bodies:
            wire.send(request(path_of(listening.url), body))
            assert wire.read().status == 200
            synced.append(faulty_disk.synced())
        wire.close()
        listening.kill()
        database = (home / "secondskies.db").read_bytes()
        log = (home / "secondskies.db-wal").read_bytes()
    for count, size in enumerate(synced, start=1):
        torn = chance.randbytes(chance.randrange(3 * _FRAME))
        unsynced = log[size : size + chance.randrange(3 * _FRAME)]
        (after / "secondskies.db").write_bytes(database)
        (after / "secondskies.db-wal").write_bytes(log[:size] + unsynced + torn)
        found = bodies_of(database_of(after))
        assert found[:count] == bodies[:count], f"cut at {size}"
        assert_whole(database_of(after))
        shutil.rmtree(after)
        after.mkdir()
