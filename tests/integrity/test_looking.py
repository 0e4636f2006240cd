"""The way from arrivals to findings and fills, on real databases: found, filled, undone, rebuilt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from secondskies_desktop.engine import integrity, integrity_acts
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.engine.rebuilding import verify
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.foundation.settings import IntegritySettings, Settings
from secondskies_desktop.integrity import store
from secondskies_desktop.integrity.service import Integrity
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.fill_log import store as fill_log
from secondskies_desktop.signals.vocabulary import Status
from tests.clocks import START_US
from tests.databases import eventually, put, reading

if TYPE_CHECKING:
    from secondskies_desktop.foundation.profile import Profile

BODIES = Path(__file__).parents[1] / "signals" / "bodies"


def created(hour: int, direction: str) -> bytes:
    """Return the body of a triangle of the morning."""
    word = direction.upper()
    return msgspec.json.encode(
        {
            "event_type": "SIGNAL_CREATED",
            "schema_version": "1.0.0",
            "trade_id": f"20251211_{hour:02}1500000_{word}",
            "direction": direction,
            "event_timestamp": f"2025-12-11T{hour:02}:15:00",
        }
    )


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    """A profile of its own."""
    return open_profile(tmp_path, None)


def ready(profile: Profile, *bodies: bytes) -> Profile:
    """Make the database and put bodies into its inbox."""
    ensure_schema(profile.database, profile.backups)
    put(profile.database, *bodies)
    return profile


def every_body() -> list[bytes]:
    """Return the hand-made body of every generation."""
    return [file.read_bytes() for file in sorted(BODIES.iterdir())]


def answer(profile: Profile) -> dict[str, Any]:
    """Return what a scan answers now."""
    with reading(profile.database) as connection:
        return integrity.scan_answer(connection)


def test_that_nothing_is_known_before_anybody_looked(profile: Profile) -> None:
    ready(profile, created(9, "Bullish"))
    with reading(profile.database) as connection:
        quality = store.qualities(connection)
        assert quality("MNQ1! 1m", "any", 1) is None
        assert store.health(connection).health is None


def test_that_a_scan_finds_and_fills_nothing_in(profile: Profile) -> None:
    ready(profile, *every_body())
    integrity.look_now(profile, fills=False)
    found = answer(profile)
    assert found["gaps"]
    assert found["signals"] > found["complete"]
    assert found["health"] < 100
    with reading(profile.database) as connection:
        assert fill_log.last_id(connection) == 0


def test_that_filling_raises_health_is_done_once_and_survives_a_rebuild(profile: Profile) -> None:
    ready(profile, *every_body())
    integrity.look_now(profile, fills=False)
    before = answer(profile)
    would_be = {(one.trade_id, one.field) for one in integrity.proposed(profile)}
    filled = integrity.filled(profile)
    assert {(one.trade_id, one.field) for one in filled} == would_be != set()
    after = answer(profile)
    assert after["health"] > before["health"]
    assert integrity.filled(profile) == []
    assert verify(profile).identical


def test_that_a_fill_that_was_taken_back_is_not_made_again(profile: Profile) -> None:
    ready(profile, created(9, "Bullish"), created(10, "Bearish"))
    (fill,) = integrity.filled(profile)
    assert (fill.field, fill.trade_id) == ("CANCELLED", "20251211_091500000_BULLISH")
    assert integrity_acts.undo(profile, fill.id, START_US) is not None
    assert integrity.filled(profile) == []
    with reading(profile.database) as connection:
        statuses = {row.view.status for row in signal_store.every(connection)}
    assert statuses == {Status.PENDING}
    assert verify(profile).identical
    assert integrity_acts.undo(profile, 99, START_US) is None


def test_that_a_rule_that_is_switched_off_fills_nothing(profile: Profile) -> None:
    ready(profile, created(9, "Bullish"), created(10, "Bearish"))
    profile.settings_file.write_text("[integrity]\nfill_cancellation = false\n")
    assert integrity.filled(profile) == []


def test_that_no_received_value_is_changed_by_filling(profile: Profile) -> None:
    ready(profile, *every_body())
    integrity.look_now(profile, fills=False)
    with reading(profile.database) as connection:
        before = {row.id: row.view for row in signal_store.every(connection)}
    integrity.filled(profile)
    with reading(profile.database) as connection:
        for row in signal_store.every(connection):
            old = before[row.id]
            assert row.view.event_counts == old.event_counts
            for name, source in old.sources.items():
                if source == "received" and name in ("entry_price", "stop_loss", "be_mfe", "no_be_mfe"):
                    assert getattr(row.view, name) == getattr(old, name)


def test_that_a_running_engine_finds_and_fills_within_two_seconds(tmp_path: Path) -> None:
    profile = open_profile(tmp_path, None)
    engine = Engine(profile, Settings(), command="test")
    engine.start(port=0)
    try:
        put(profile.database, created(9, "Bullish"), created(10, "Bearish"))

        def is_cancelled() -> bool:
            with reading(profile.database) as connection:
                return any(row.view.status is Status.CANCELLED for row in signal_store.every(connection))

        eventually(is_cancelled)
    finally:
        engine.stop()


def test_that_a_look_without_change_writes_nothing(profile: Profile) -> None:
    ready(profile, *every_body())
    integrity.filled(profile)
    service = Integrity(IntegritySettings(), lambda: START_US)
    written: list[object] = []
    with reading(profile.database) as connection:
        service.look(connection, written.append)
        written.clear()
        looked = service.look(connection, written.append)
    assert (looked.signals, written) == (0, [])
