"""The words of the status bar."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from secondskies_desktop.desktop import health
from secondskies_desktop.desktop.theme import Tone
from tests.desktop.fake_desk import STATUS, WAY_IN

if TYPE_CHECKING:
    from secondskies_desktop.ingest.changes import WayIn

MINUTE_US = 60_000_000


def at(year: int, month: int, day: int, hour: int, minute: int, second: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()) * 1_000_000


OPEN = at(2025, 12, 10, 15, 42, 7)
"""A Wednesday, 10:42:07 in New York."""
SUNDAY = at(2025, 12, 14, 15, 0)
MAINTENANCE = at(2025, 12, 10, 22, 30)
BEYOND = at(2055, 1, 5, 15, 0)


@pytest.mark.parametrize(
    ("now_us", "text", "tone"),
    [
        (OPEN, "Open until 17:00", Tone.GOOD),
        (SUNDAY, "Closed until 18:00", Tone.MUTED),
        (at(2025, 12, 13, 15, 0), "Closed until Sun 18:00", Tone.MUTED),
        (MAINTENANCE, "Halt until 18:00", Tone.MUTED),
        (BEYOND, "UNKNOWN", Tone.UNKNOWN),
    ],
)
def test_that_the_market_is_told_with_its_next_change(now_us: int, text: str, tone: Tone) -> None:
    word = health.market_word(now_us)
    assert (word.text, word.tone) == (text, tone)
    assert word.why


@pytest.mark.parametrize(
    ("now_us", "text", "tone"),
    [
        (OPEN, "NY AM", Tone.TEXT),
        (at(2025, 12, 10, 22, 0), "AFTER HRS, untraded", Tone.WATCH),
        (at(2025, 7, 10, 12, 29), "NY PRE", Tone.TEXT),
    ],
)
def test_that_the_session_says_whether_it_is_traded(now_us: int, text: str, tone: Tone) -> None:
    word = health.session_word(now_us)
    assert (word.text, word.tone) == (text, tone)


def test_that_the_next_session_is_counted_down_to() -> None:
    assert health.next_session_word(OPEN).text == "NY LUNCH in 1:17:53"


@pytest.mark.parametrize(
    ("last_us", "now_us", "text", "tone"),
    [
        (None, OPEN, "no alert yet", Tone.UNKNOWN),
        (OPEN - 3_000_000, OPEN, "3 s", Tone.GOOD),
        (OPEN - 4 * MINUTE_US, OPEN, "4 min", Tone.WATCH),
        (OPEN - 16 * MINUTE_US, OPEN, "16 min", Tone.DANGER),
        # Two days without an alert are nothing while the market is shut, ...
        (at(2025, 12, 12, 21, 59), SUNDAY, "1 d 17 h, market shut", Tone.MUTED),
        # ... and only the trading since the opening counts once it is open again.
        (at(2025, 12, 12, 21, 59), at(2025, 12, 14, 23, 1), "2 d 1 h", Tone.GOOD),
        (BEYOND - MINUTE_US, BEYOND, "1 min", Tone.UNKNOWN),
    ],
)
def test_that_the_webhook_is_judged_by_trading_time(
    last_us: int | None, now_us: int, text: str, tone: Tone
) -> None:
    word = health.webhook_word(last_us, now_us)
    assert (word.text, word.tone) == (text, tone)


def way(**changed: object) -> WayIn:
    return msgspec.structs.replace(WAY_IN, **changed)


@pytest.mark.parametrize(
    ("way_in", "text", "tone"),
    [
        (None, "UNKNOWN", Tone.UNKNOWN),
        (way(kind="viewer", public_url=None), "at the engine", Tone.MUTED),
        (way(public_url=None), "local only", Tone.WATCH),
        (way(ok=None), "not probed", Tone.UNKNOWN),
        (way(ok=False, failing_since_us=OPEN), "unreachable", Tone.DANGER),
        (way(changed_since_alerts_were_made=True), "address changed", Tone.DANGER),
        (way(), "public", Tone.GOOD),
    ],
)
def test_that_the_tunnel_says_whether_tradingview_can_reach_us(
    way_in: WayIn | None, text: str, tone: Tone
) -> None:
    word = health.tunnel_word(way_in, OPEN)
    assert (word.text, word.tone) == (text, tone)


def test_that_the_database_says_whether_it_can_be_read() -> None:
    assert health.database_word(None).tone is Tone.UNKNOWN
    assert health.database_word(STATUS) == ("SQLite", Tone.GOOD, "SQLite 3.53.4 · secondskies.db")
    broken = msgspec.structs.replace(STATUS, database_ok=False)
    assert health.database_word(broken)[:2] == ("SQLite unreadable", Tone.DANGER)


@pytest.mark.parametrize(
    ("role", "pending", "text", "tone"),
    [
        ("engine", 0, "running", Tone.GOOD),
        ("engine", 1_204, "running, 1,204 to fold", Tone.GOOD),
        ("viewer", 0, "viewer", Tone.MUTED),
        ("starting", 0, "starting", Tone.MUTED),
        ("stopped", 0, "stopped", Tone.DANGER),
        ("failed", 0, "failed", Tone.DANGER),
    ],
)
def test_that_the_engine_says_its_role(role: str, pending: int, text: str, tone: Tone) -> None:
    word = health.engine_word(msgspec.structs.replace(STATUS, role=role, pending=pending))
    assert (word.text, word.tone) == (text, tone)


def test_that_a_viewer_names_the_engine() -> None:
    status = msgspec.structs.replace(STATUS, role="viewer", role_detail="secondskies listen, process 41")
    assert "process 41" in health.engine_word(status).why
