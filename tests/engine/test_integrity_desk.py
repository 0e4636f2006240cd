"""What the Integrity panel reads from real databases, and what it does to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.engine import integrity
from secondskies_desktop.engine.desk import Desk
from secondskies_desktop.engine.folding import fold_pending
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.sessions import trade_date
from secondskies_desktop.integrity import store
from secondskies_desktop.integrity.coverage import Cover
from secondskies_desktop.integrity.listing.store import Wanted
from secondskies_desktop.integrity.store import Finding, Sample
from tests.clocks import START_US
from tests.databases import put, reading, writing
from tests.engine.test_integrity_acts import CANCELLED, TRADE, entered
from tests.integrity.test_looking import every_body, ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile


@pytest.fixture
def desk(profile: Profile) -> Iterator[Desk]:
    """The desk of a profile in which every generation spoke once, looked through and filled."""
    ready(profile, *every_body(), *CANCELLED, entered(25_010.0), entered(25_012.5))
    integrity.filled(profile)
    made = Desk(profile, Bus())
    yield made
    made.close()


def test_that_health_says_what_the_scan_says(desk: Desk) -> None:
    now = desk.health_now()
    with reading(desk.profile.database) as connection:
        scan = integrity.scan_answer(connection)
    assert (now.health.health, now.health.signals, now.health.complete) == (
        scan["health"],
        scan["signals"],
        scan["complete"],
    )
    assert now.looked_us is not None
    assert now.open == len(scan["gaps"]) + now.conflicts
    assert (now.conflicts, now.filled, now.arrivals) == (
        1,
        scan["sources"]["filled"],
        scan["sources"]["arrivals"],
    )
    assert now.filled_hour == now.fills == sum(now.filled.values())
    assert now.heartbeat_us is not None
    assert now.sample is None


def test_that_nothing_is_known_before_somebody_looked(profile: Profile) -> None:
    ready(profile, *CANCELLED)
    fold_pending(profile)
    desk = Desk(profile, Bus())
    try:
        assert desk.health_now().looked_us is None
        signal_id = desk.signal_id_of("MNQ1! 1m", TRADE)
        assert signal_id is not None
        found = desk.diagnosis(signal_id)
        assert found is not None
        assert (found.score, found.gaps, found.log) == (None, (), ())
        assert desk.diagnosis(999) is None
        assert desk.signal_id_of("MNQ1! 1m", "none") is None
    finally:
        desk.close()


def test_that_findings_are_narrowed_sorted_and_cut(desk: Desk) -> None:
    every = desk.open_findings(Wanted(order="points"), 1_000)
    assert every.total == len(every.rows) == sum(every.kinds.values())
    points = [one.points for one in every.rows]
    assert points == sorted(points, reverse=True)
    category, kind = max(every.kinds, key=lambda one: every.kinds[one])
    some = desk.open_findings(Wanted(category, kind), 1_000)
    assert {(one.category, one.type) for one in some.rows} == {(category, kind)}
    assert some.kinds == every.kinds
    cut = desk.open_findings(Wanted(order="type", down=False), 2)
    assert (len(cut.rows), cut.total) == (2, every.total)
    assert cut.rows[0].type <= cut.rows[1].type
    trade_id = every.rows[0].trade_id
    named = desk.open_findings(Wanted(words=trade_id.lower()), 1_000)
    assert {one.trade_id for one in named.rows} == {trade_id}
    assert desk.open_findings(Wanted(words="100%_!"), 10).total == 0
    with pytest.raises(KeyError):
        desk.open_findings(Wanted(order="text; DROP TABLE findings"), 1)


def test_that_findings_are_listed_alike_on_both_databases(
    database: URL, profile_on: Callable[[URL], Profile]
) -> None:
    rows = [
        Finding(
            "MNQ1! 1m", f"2025_{place}", category, kind, place, None, points, "a% text", place, None, None
        )
        for place, (category, kind, points) in enumerate(
            [("gap", "no_mae", 10), ("check", "conflict:stop_loss", 0), ("anomaly", "jump", 0)]
        )
    ]
    with writing(database) as connection:
        store.write_findings(connection, rows)
        store.write_sample(connection, Sample(START_US, 91.5, 10, 9, 1, None, None, None))
        store.write_sample(connection, Sample(START_US + 1, None, 0, 0, 0, 0.98, 0.97, 0.99))
    put(database, b"one", b"two")
    desk = Desk(profile_on(database), Bus())
    try:
        found = desk.open_findings(Wanted(words="A% 2025_"), 10)
        assert [one.type for one in found.rows] == ["jump", "conflict:stop_loss", "no_mae"]
        assert found.kinds[("check", "conflict:stop_loss")] == 1
        now = desk.health_now()
        assert (now.conflicts, now.open, now.sample and now.sample.completeness) == (1, 3, 0.98)
        assert [one.health for one in desk.health_since(START_US)] == [91.5, None]
        assert desk.conflicts() == [], "its signal is not there"
        assert desk.coverage(None, 3).days[0].arrivals == 2
    finally:
        desk.close()


def test_that_arrivals_are_counted_once_and_then_only_the_new_ones(desk: Desk) -> None:
    first = desk.coverage(trade_date(START_US), 1)
    count = first.days[0].arrivals
    assert count > 0
    assert first.days[0].count(Cover.HEARD) == 1
    assert first.last == trade_date(START_US)
    put(desk.profile.database, b"one more")
    assert desk.coverage(trade_date(START_US), 1).days[0].arrivals == count + 1
    assert desk.coverage(None, 20).days[0].day == trade_date(START_US), "long ago, and not today"


def test_that_a_conflict_is_listed_chosen_and_diagnosed(desk: Desk) -> None:
    (conflict,) = desk.conflicts()
    assert (conflict.field, conflict.shown) == ("entry_price", 25_010.0)
    assert [one.value for one in conflict.options] == [25_010.0, 25_012.5]
    found = desk.diagnosis(conflict.signal_id)
    assert found is not None
    assert found.conflicts == (conflict,)
    assert found.score is not None
    number = desk.choose_value(conflict, conflict.options[1].inbox_id)
    fold_pending(desk.profile)
    assert desk.conflicts() == []
    after = desk.diagnosis(conflict.signal_id)
    assert after is not None
    assert after.conflicts == ()
    assert [one.fill.id for one in after.log if one.fill.kind == "choice"] == [number]
    assert desk.undo_fill(number)
    assert not desk.undo_fill(number)
    fold_pending(desk.profile)
    assert len(desk.conflicts()) == 1


def test_that_a_fill_without_effect_is_not_said_to_count(desk: Desk) -> None:
    (conflict,) = desk.conflicts()
    before = {
        one.fill.id: one.counts
        for one in desk.fills(100)
        if (one.fill.field, one.fill.trade_id) == ("targets", conflict.trade_id)
    }
    assert list(before.values()) == [True]
    desk.choose_value(conflict, conflict.options[1].inbox_id)
    fold_pending(desk.profile)
    found = desk.diagnosis(conflict.signal_id)
    assert found is not None
    for log in (found.log, desk.fills(100)):
        assert {one.fill.id: one.counts for one in log if one.fill.id in before} == dict.fromkeys(
            before, False
        )


def test_that_fills_are_paged_and_what_was_taken_back_says_so(desk: Desk) -> None:
    first, second, *_ = desk.fills(10)
    assert first.fill.id > second.fill.id
    assert desk.fills(1, first.fill.id) == [second]
    assert desk.undo_fill(second.fill.id)
    assert [one.undone for one in desk.fills(2)] == [False, True]
    assert desk.put_back_fill(second.fill.id)
    assert not desk.put_back_fill(first.fill.id)
    assert desk.fills(1)[0].fill.value == second.fill.value


def test_that_a_replay_decides_nothing(desk: Desk) -> None:
    desk.profile = replace(desk.profile, replay=trade_date(START_US))
    with pytest.raises(RuntimeError, match="replay"):
        desk.undo_fill(1)
