"""The way from arrivals to findings and fills, on real databases: found, filled, undone, rebuilt."""

from __future__ import annotations

import time
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
from secondskies_desktop.ingest import decoding
from secondskies_desktop.integrity import store
from secondskies_desktop.integrity.service import Integrity
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.fill_log import store as fill_log
from secondskies_desktop.signals.vocabulary import Status
from secondskies_desktop.signals.wire import decode
from tests.clocks import START_US
from tests.databases import eventually, put, reading

if TYPE_CHECKING:
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.signals.event import Decoded

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
        while service.step(connection, written.append).more:
            pass
        written.clear()
        looked = service.step(connection, written.append)
    assert (looked.signals, looked.more, written) == (0, False, [])


def batch(at: str, *trade_ids: str) -> bytes:
    """Return the body of a batch that lists some signals at a bar."""
    signals = [
        {"trade_id": one, "be_mfe": 0.2, "no_be_mfe": 0.2, "current_price": 25_000} for one in trade_ids
    ]
    return msgspec.json.encode({"event_type": "MFE_UPDATE_BATCH", "timestamp": at, "signals": signals})


def test_that_an_update_with_a_far_time_does_not_hold_up_the_look(profile: Profile) -> None:
    running = [f"20251211_07{minute:02}00000_BULLISH" for minute in range(20)]
    ready(profile, batch("2025-12-11T10:00:00", *running), batch("2028-12-11T10:00:00", *running))
    begun = time.monotonic()
    integrity.look_now(profile, fills=False)
    assert time.monotonic() - begun < 5


def test_that_a_body_that_the_program_fails_on_stops_no_look(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = batch("2025-12-11T10:01:00", "20251211_093000000_BEARISH")
    real = decode

    def fail(body: bytes, arrival_us: int) -> Decoded:
        if body == poison:
            raise ZeroDivisionError("a fault of ours")
        return real(body, arrival_us)

    bodies = [batch(f"2025-12-11T10:0{minute}:00", "20251211_091500000_BULLISH") for minute in (0, 3)]
    ready(profile, bodies[0], poison, bodies[1])
    monkeypatch.setattr(decoding, "decode", fail)
    integrity.look_now(profile, fills=False)
    assert {gap["trade_id"] for gap in answer(profile)["gaps"]} == {"20251211_091500000_BULLISH"}


def entry(price: float, **said: object) -> bytes:
    """Return the body of an entry of the morning."""
    return msgspec.json.encode(
        {
            "event_type": "ENTRY",
            "schema_version": "1.0.0",
            "trade_id": "20251211_091500000_BULLISH",
            "direction": "Bullish",
            "event_timestamp": "2025-12-11T09:15:00",
            "entry_price": price,
            "stop_loss": 25_000.0,
            **said,
        }
    )


def test_that_a_conflict_names_every_value_that_came_since(profile: Profile) -> None:
    ready(profile, entry(25_010.0), entry(25_012.0))
    integrity.look_now(profile, fills=False)
    put(profile.database, entry(25_014.0))
    integrity.look_now(profile, fills=False)
    with reading(profile.database) as connection:
        (conflict,) = integrity.conflicts_of(connection)
    assert conflict["text"] == "entry price 25,010.00 is shown; 25,012.00, 25,014.00 was received too"


def test_that_a_gap_is_closed_by_what_closed_it(profile: Profile) -> None:
    ready(profile, entry(25_010.0))
    integrity.look_now(profile, fills=False)
    integrity.filled(profile)
    put(profile.database, entry(25_010.0, htf_alignment={"daily": "Bullish", "h4": "Bullish"}))
    integrity.look_now(profile, fills=False)
    with reading(profile.database) as connection:
        found = store.findings_of(connection, "MNQ1! 1m", "20251211_091500000_BULLISH")
    closed = {one.type: one.closed_by for one in found if one.closed_us is not None}
    assert closed["no_targets"] == "fill"
    assert closed["no_htf_alignment"] == "message"


def test_that_two_ids_of_one_triangle_are_one_signal_of_health(profile: Profile) -> None:
    alias = b"20251211_091500_BULLISH"
    twin = batch("2025-12-11T09:20:00", "20251211_091500000_BULLISH")
    ready(profile, twin, twin.replace(b"20251211_091500000_BULLISH", alias), created(10, "Bearish"))
    with reading(profile.database) as connection:
        assert store.health(connection).signals == 0
    integrity.look_now(profile, fills=False)
    with reading(profile.database) as connection:
        assert sum(row.view.linked_to is not None for row in signal_store.every(connection)) == 1
        found = store.health(connection)
    assert (found.signals, found.complete) == (2, 1)
