"""What the trader decides: values chosen, fills taken back and put back, each in the log and in the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from secondskies_desktop.engine import auditing, integrity, integrity_acts
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.engine.folding import fold_pending
from secondskies_desktop.engine.integrity_acts import NoChoice
from secondskies_desktop.engine.rebuilding import verify
from secondskies_desktop.foundation.settings import Settings
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.fill_log import store as fill_log
from tests.clocks import START_US
from tests.databases import eventually, put, reading
from tests.integrity.test_looking import created, ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.signals.view import SignalView

TRADE = "20251211_091500000_BULLISH"
CANCELLED = (created(9, "Bullish"), created(10, "Bearish"))


def entered(price: float) -> bytes:
    """Return an ENTRY that names this price."""
    return msgspec.json.encode(
        {
            "event_type": "ENTRY",
            "schema_version": "1.0.0",
            "trade_id": TRADE,
            "direction": "Bullish",
            "entry_price": price,
            "stop_loss": 25_000.0,
            "event_timestamp": "2025-12-11T09:15:00",
        }
    )


def view(profile: Profile) -> SignalView:
    """Return the signal as it stands once everything is folded."""
    fold_pending(profile)
    with reading(profile.database) as connection:
        return signal_store.signals_by_trade_id(connection, TRADE)[0].view


@pytest.fixture
def disputed(profile: Profile) -> Profile:
    """A profile in which one signal was entered at two prices."""
    ready(profile, created(9, "Bullish"), entered(25_010.0), entered(25_012.5))
    fold_pending(profile)
    return profile


def test_that_a_choice_counts_settles_the_conflict_and_survives_a_rebuild(disputed: Profile) -> None:
    assert view(disputed).conflicts == {"entry_price": (25_012.5,)}
    chosen = integrity_acts.choose(disputed, None, TRADE, "entry_price", "25012.5", START_US)
    assert (chosen.kind, chosen.because) == ("choice", (3,))
    after = view(disputed)
    assert (after.entry_price, after.conflicts) == (25_012.5, {})
    assert verify(disputed).identical
    (row,) = auditing.newest(disputed, 5)
    assert (row["actor"], row["action"], row["subject"]) == ("trader", "choice", f"{TRADE} entry_price")
    assert row["detail"]["of"] == [25_010.0, 25_012.5]


def test_that_a_choice_is_taken_back_put_back_and_made_anew(disputed: Profile) -> None:
    chosen = integrity_acts.choose(disputed, "MNQ1! 1m", TRADE, "entry_price", "#3", START_US)
    assert integrity_acts.undo(disputed, chosen.id, START_US) is not None
    assert view(disputed).conflicts == {"entry_price": (25_012.5,)}
    assert integrity_acts.undo(disputed, chosen.id, START_US) is None
    again = integrity_acts.put_back(disputed, chosen.id, START_US)
    assert again is not None
    assert view(disputed).entry_price == 25_012.5
    integrity_acts.choose(disputed, None, TRADE, "entry_price", "25010", START_US)
    assert view(disputed).entry_price == 25_010.0
    assert verify(disputed).identical
    assert [one["action"] for one in auditing.newest(disputed, 9)] == ["choice", "choice", "undo", "choice"]
    assert auditing.verify(disputed).ok


@pytest.mark.parametrize(
    ("stream", "trade_id", "field", "value", "why"),
    [
        (None, "no-such", "entry_price", "1", "no signal no-such"),
        ("ES1! 1m", TRADE, "entry_price", "25010", "no signal"),
        (None, TRADE, "stop_loss", "25000", "nothing contradicts"),
        (None, TRADE, "no_field", "25000", "nothing contradicts"),
        (None, TRADE, "entry_price", "25011", "was received as 25010 .#2., 25012.5 .#3."),
        (None, TRADE, "entry_price", "nan", "not as nan"),
        (None, TRADE, "entry_price", "#9", "not as #9"),
        (None, TRADE, "entry_price", "cheap", "not as cheap"),
    ],
)
def test_that_what_is_no_choice_is_refused_and_leaves_nothing(
    disputed: Profile, stream: str | None, trade_id: str, field: str, value: str, why: str
) -> None:
    with pytest.raises(NoChoice, match=why):
        integrity_acts.choose(disputed, stream, trade_id, field, value, START_US)
    with reading(disputed.database) as connection:
        assert fill_log.last_id(connection) == 0
    assert auditing.newest(disputed, 5) == []


def test_that_an_id_on_two_charts_needs_the_chart(disputed: Profile) -> None:
    put(disputed.database, entered(25_010.0), entered(25_012.5), stream="MES1! 1m")
    fold_pending(disputed)
    with pytest.raises(NoChoice, match="several charts"):
        integrity_acts.choose(disputed, None, TRADE, "entry_price", "25010", START_US)
    assert (
        integrity_acts.choose(disputed, "MES1! 1m", TRADE, "entry_price", "25010", START_US).stream
        == "MES1! 1m"
    )


def test_that_each_batch_of_fills_is_one_act_of_the_program(profile: Profile) -> None:
    ready(profile, *CANCELLED)
    (fill,) = integrity.filled(profile)
    (row,) = auditing.newest(profile, 5)
    assert (row["actor"], row["action"], row["subject"]) == ("program", "fill", "1 value")
    assert row["detail"] == {"first": fill.id, "last": fill.id, "by_source": {"inferred": 1}}
    assert integrity.filled(profile) == []
    assert len(auditing.newest(profile, 5)) == 1


def test_that_a_fill_that_is_put_back_counts_again_and_is_not_doubled(profile: Profile) -> None:
    ready(profile, *CANCELLED)
    (fill,) = integrity.filled(profile)
    assert integrity_acts.put_back(profile, fill.id, START_US) is None, "it stands"
    assert integrity_acts.undo(profile, fill.id, START_US) is not None
    assert view(profile).status == "PENDING"
    back = integrity_acts.put_back(profile, fill.id, START_US)
    assert back is not None
    assert (back.kind, back.actor, back.value) == ("fill", "trader", fill.value)
    assert view(profile).status == "CANCELLED"
    assert integrity.filled(profile) == []
    assert verify(profile).identical
    with reading(profile.database) as connection:
        listed = [(one.id, undone) for one, undone in fill_log.listed(connection, 10)]
        assert listed == [(back.id, False), (fill.id, True)]
        assert fill_log.listed(connection, 10, back.id)[0][0].id == fill.id
        assert fill_log.count(connection) == 2


def test_that_a_running_engine_writes_and_joins_what_was_decided(profile: Profile) -> None:
    ready(profile, created(9, "Bullish"), entered(25_010.0), entered(25_012.5))
    engine = Engine(profile, Settings(), command="a test")
    engine.start(port=0)
    try:
        chosen = integrity_acts.choose(profile, None, TRADE, "entry_price", "25012.5", START_US, engine)
        eventually(lambda: view(profile).entry_price == 25_012.5)
        assert integrity_acts.undo(profile, chosen.id, START_US, engine) is not None
        eventually(lambda: view(profile).entry_price == 25_010.0)
        with pytest.raises(NoChoice):
            integrity_acts.choose(profile, None, TRADE, "mae", "1", START_US, engine)
    finally:
        engine.stop()
    assert verify(profile).identical


def test_that_both_databases_keep_acts_alike(database: URL, profile_on: Callable[[URL], Profile]) -> None:
    profile = profile_on(database)
    ready(profile, created(9, "Bullish"), entered(25_010.0), entered(25_012.5))
    fold_pending(profile)
    chosen = integrity_acts.choose(profile, None, TRADE, "entry_price", "25012.5", START_US)
    integrity_acts.undo(profile, chosen.id, START_US)
    with reading(profile.database) as connection:
        assert [undone for _, undone in fill_log.listed(connection, 10)] == [True]
    assert [one["action"] for one in auditing.newest(profile, 9)] == ["undo", "choice"]
