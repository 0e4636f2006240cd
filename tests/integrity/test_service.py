"""The order and the bounds of the work: what just happened goes first, and nothing is looked at for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from secondskies_desktop.engine.folding import fold_pending
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.foundation.settings import IntegritySettings
from secondskies_desktop.integrity import store
from secondskies_desktop.integrity.gaps import gaps_of
from secondskies_desktop.integrity.service import Integrity, Looked
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.fill_log import store as fill_log
from tests.clocks import START_US
from tests.databases import put, reading, writing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.integrity.gaps import Gap
    from secondskies_desktop.integrity.story import Story

LONG, SHORT = "20251211_091500000_BULLISH", "20251211_092000000_BEARISH"


def triangle(number: int, direction: str = "Bullish") -> bytes:
    """Return the body of a triangle, one a minute."""
    hour, minute = divmod(number, 60)
    return msgspec.json.encode(
        {
            "event_type": "SIGNAL_CREATED",
            "schema_version": "1.0.0",
            "trade_id": f"20251211_{hour:02}{minute:02}00000_{direction.upper()}",
            "direction": direction,
            "event_timestamp": f"2025-12-11T{hour:02}:{minute:02}:00",
        }
    )


def entry(trade_id: str, direction: str, at: str, price: float, stop: float) -> bytes:
    """Return the body of an entry."""
    said = {
        "event_type": "ENTRY",
        "schema_version": "1.0.0",
        "trade_id": trade_id,
        "direction": direction,
        "event_timestamp": f"2025-12-11T{at}:00",
        "entry_price": price,
        "stop_loss": stop,
    }
    return msgspec.json.encode(said)


def batch(at: str, *told: tuple[str, str, float]) -> bytes:
    """Return the body of a batch: (id, direction, price) of each signal that it lists."""
    rows = [
        {
            "trade_id": trade_id,
            "direction": direction,
            "be_mfe": 0.2,
            "no_be_mfe": 0.2,
            "mae_global_r": -0.1,
            "current_price": price,
            "be_triggered": False,
        }
        for trade_id, direction, price in told
    ]
    return msgspec.json.encode(
        {"event_type": "MFE_UPDATE_BATCH", "timestamp": f"2025-12-11T{at}:00", "signals": rows}
    )


class Looks:
    """Steps of one object over one database, as an engine takes them."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.now_us = START_US
        self.service = Integrity(IntegritySettings(), lambda: self.now_us)

    def put(self, *bodies: bytes) -> None:
        """Let bodies arrive and be folded."""
        put(self.profile.database, *bodies)
        fold_pending(self.profile)

    def step(self) -> Looked:
        """Take one step."""
        with reading(self.profile.database) as connection:
            return self.service.step(connection, self._write)

    def rest(self) -> list[Looked]:
        """Take steps until nothing is left to do, and fold what was filled in."""
        steps = []
        while (looked := self.step()).more:
            steps.append(looked)
            fold_pending(self.profile)
        return steps

    def _write(self, work: Callable[[Connection], None]) -> None:
        with writing(self.profile.database) as connection:
            work(connection)

    def fields(self, trade_id: str) -> set[str]:
        """Return what was filled in of a signal."""
        with reading(self.profile.database) as connection:
            rows = [one for one, _ in fill_log.listed(connection, 1_000) if one.trade_id == trade_id]
        return {one.field for one in rows}

    def lost(self, trade_id: str) -> list[tuple[int, bool]]:
        """Return the lost updates of a signal: since when, and whether that is over."""
        with reading(self.profile.database) as connection:
            (row,) = signal_store.signals_by_trade_id(connection, trade_id)
            found = store.findings_of(connection, row.view.stream, trade_id)
        return [(one.since_us, one.closed_us is not None) for one in found if one.type == "lost_update"]


@pytest.fixture
def looks(tmp_path: Path) -> Looks:
    """An object over an empty database."""
    profile = open_profile(tmp_path)
    ensure_schema(profile.database, profile.backups)
    return Looks(profile)


def test_that_what_just_happened_is_looked_at_before_what_was_never_looked_at(looks: Looks) -> None:
    looks.put(*(triangle(number) for number in range(300)))
    first = looks.step()
    assert (first.signals, first.more, first.is_fresh) == (128, True, False)
    looks.put(triangle(400))
    fresh = looks.step()
    assert (fresh.signals, fresh.is_fresh) == (1, True)
    assert sum(one.signals for one in looks.rest()) == 300 - 128 + 1


def test_that_a_change_of_everything_is_worked_off_in_parts(looks: Looks) -> None:
    looks.rest()
    looks.put(*(triangle(number) for number in range(200)))
    sizes = [one.signals for one in looks.rest()]
    assert sum(sizes) == 200
    assert max(sizes) <= 128


def test_that_a_price_ends_a_trade_of_which_nobody_told(looks: Looks) -> None:
    looks.put(
        entry(LONG, "Bullish", "09:15", 25_010.0, 25_000.0),
        entry(SHORT, "Bearish", "09:20", 25_020.0, 25_040.0),
    )
    looks.put(batch("09:21", (LONG, "Bullish", 25_012.0), (SHORT, "Bearish", 25_012.0)))
    looks.rest()
    assert "EXIT_SL" not in looks.fields(LONG)
    looks.put(batch("09:22", (SHORT, "Bearish", 24_999.0)))
    (looked, *_) = looks.rest()
    assert looked.is_fresh
    assert "EXIT_SL" in looks.fields(LONG)


def test_that_a_triangle_ends_the_one_before_it_at_once(looks: Looks) -> None:
    looks.put(triangle(10))
    looks.rest()
    looks.put(triangle(11, "Bearish"))
    assert [one.field for one in looks.step().fills] == ["CANCELLED"]


def test_that_what_was_found_missing_stands_over_a_restart_until_it_comes(looks: Looks) -> None:
    looks.put(entry(LONG, "Bullish", "09:15", 25_010.0, 25_000.0))
    looks.put(batch("09:16", (LONG, "Bullish", 25_012.0)), batch("09:19", (LONG, "Bullish", 25_012.0)))
    looks.rest()
    ((since_us, is_over),) = looks.lost(LONG)
    assert not is_over
    again = Looks(looks.profile)
    again.rest()
    assert again.lost(LONG) == [(since_us, False)]
    again.put(batch("09:17", (LONG, "Bullish", 25_012.0)), batch("09:18", (LONG, "Bullish", 25_012.0)))
    again.rest()
    assert again.lost(LONG) == [(since_us, True)]


def test_that_a_signal_that_no_rule_can_judge_is_passed_over(
    looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(story: Story, now_us: int) -> list[Gap]:
        if story.view.trade_id == LONG:
            raise ZeroDivisionError
        return gaps_of(story, now_us)

    monkeypatch.setattr("secondskies_desktop.integrity.look.gaps_of", failing)
    looks.put(
        entry(LONG, "Bullish", "09:15", 25_010.0, 25_000.0),
        entry(SHORT, "Bearish", "09:20", 25_020.0, 25_040.0),
    )
    looks.rest()
    assert looks.fields(LONG) == set()
    assert "targets" in looks.fields(SHORT)


def test_that_a_rule_that_is_switched_on_fills_what_was_looked_at_before(looks: Looks) -> None:
    looks.service.follow(msgspec.structs.replace(IntegritySettings(), fill_targets=False))
    looks.put(entry(LONG, "Bullish", "09:15", 25_010.0, 25_000.0))
    looks.rest()
    assert "targets" not in looks.fields(LONG)
    looks.service.follow(IntegritySettings())
    looks.rest()
    assert "targets" in looks.fields(LONG)
