"""The counts that KPIs are read from: what they say is what the signals themselves say, whatever happened."""

from __future__ import annotations

import tracemalloc
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.engine.statistics import Query, Report, Statistics
from secondskies_desktop.foundation.sessions import Session
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.signals import store
from secondskies_desktop.signals.outcome import BeMode, LegFacts, Outcome, OutcomeState, outcome
from secondskies_desktop.signals.statistics import TARGETS
from secondskies_desktop.signals.store import TallyRow
from secondskies_desktop.signals.tallies import MARK
from secondskies_desktop.signals.tally import VERSION, What, counted, is_tradeable, pack, step_of, unpack
from secondskies_desktop.signals.vocabulary import Direction, LegStatus, Status
from tests.databases import put, reading, writing
from tests.desktop.made_signals import MINUTE_US, NOW_US, a_view, made_signals

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.signals.view import SignalView

ROWS = made_signals(600)
VIEWS = [row.view for row in ROWS]
DAY = date(2025, 12, 10)


def told(views: list[SignalView], *, seq: int = 1) -> Statistics:
    """Return statistics that have taken these signals."""
    counts: dict[tuple[str, str], dict[int, int]] = {MARK: {0: VERSION}}
    for view in views:
        one = counted(view)
        cell = counts.setdefault((one.trade_date, one.stream), {})
        for code, number in one.counts:
            cell[code] = cell.get(code, 0) + number
    statistics = Statistics()
    statistics.take(TallyRow(*place, seq, pack(cell)) for place, cell in counts.items())
    return statistics


def reported(views: list[SignalView], query: Query) -> Report:
    """Return the report on these signals."""
    report = told(views).report(query)
    assert report is not None
    return report


def result_of(view: SignalView, target: float, mode: BeMode) -> Outcome:
    """Return a signal's result, from the signal itself."""
    if mode is BeMode.NO_BE:
        return outcome(target, mode, (LegFacts(view.no_be_mfe, view.no_be_status),))
    be = LegFacts(view.be_mfe, view.be_status)
    return outcome(target, mode, (be,) if view.other_be is None else (be, view.other_be))


def is_counted(view: SignalView) -> bool:
    """Whether a result of this signal belongs to the sums: entered, told once, in a tradeable session."""
    return (
        view.linked_to is None
        and view.session is not None
        and Session(view.session).tradeable
        and view.status not in (Status.PENDING, Status.CANCELLED, Status.INVALID)
        and view.no_be_status is not LegStatus.NOT_STARTED
    )


@pytest.mark.parametrize("target", [0.5, 1.0, 2.0, 3.5, 20.0])
@pytest.mark.parametrize("mode", list(BeMode))
def test_that_a_report_says_what_the_signals_themselves_say(target: float, mode: BeMode) -> None:
    report = reported(VIEWS, Query(target, mode))
    results = [result_of(view, target, mode) for view in VIEWS if is_counted(view)]
    by_state = {state: [one for one in results if one.state is state] for state in OutcomeState}
    total = report.total
    assert total.wins == len(by_state[OutcomeState.WIN])
    assert total.losses == len(by_state[OutcomeState.LOSS])
    assert total.scratches == len(by_state[OutcomeState.SCRATCH])
    assert total.unknown == len(by_state[OutcomeState.UNKNOWN])
    assert total.ambiguous == sum(1 for one in by_state[OutcomeState.AMBIGUOUS] if one.low is not None)
    assert total.r_low == pytest.approx(sum(one.low for one in results if one.low is not None))
    assert total.r_high == pytest.approx(sum(one.high for one in results if one.high is not None))
    assert total.decided + total.open + total.unknown == len(results)


def test_that_every_signal_stands_in_one_group_and_the_groups_make_the_whole() -> None:
    report = reported(VIEWS, Query(2.0, BeMode.BE1))
    told_once = [view for view in VIEWS if view.linked_to is None]
    groups = [*report.by_session.values(), report.after_hours, report.without_session]
    assert sum(one.signals for one in groups) == len(told_once)
    assert report.total.signals == sum(one.signals for one in report.by_session.values())
    assert sum(one.linked for one in groups) == len(VIEWS) - len(told_once)
    for direction in Direction:
        alone = reported(VIEWS, Query(2.0, BeMode.BE1, direction=direction)).total
        assert alone == report.by_direction[direction.value]


def test_that_means_are_of_finished_signals_alone() -> None:
    finished = [
        view.no_be_mfe
        for view in VIEWS
        if view.status is Status.COMPLETED
        and view.linked_to is None
        and view.no_be_mfe is not None
        and view.session is not None
        and Session(view.session).tradeable
    ]
    total = reported(VIEWS, Query(1.0, BeMode.NO_BE)).total
    assert total.finished_with_mfe == len(finished)
    assert total.no_be_mfe == pytest.approx(sum(finished) / len(finished), abs=1e-4)


@given(st.floats(0, 60), st.sampled_from(TARGETS))
def test_that_a_step_tells_exactly_whether_a_target_was_reached(mfe: float, target: float) -> None:
    assert (step_of(mfe) >= step_of(target)) is (mfe >= target)


@given(st.dictionaries(st.integers(0, 2**40), st.integers(-(2**60), 2**60)))
def test_that_counts_come_back_as_they_were_packed(counts: dict[int, int]) -> None:
    assert unpack(pack(counts)) == counts


@given(st.lists(st.sampled_from(VIEWS), max_size=30), st.randoms(use_true_random=False))
def test_that_the_order_of_signals_does_not_matter(views: list[SignalView], chance: object) -> None:
    query = Query(2.0, BeMode.BE1)
    before = reported(views, query)
    chance.shuffle(views)  # type: ignore[attr-defined]
    assert reported(views, query) == before


def test_that_a_changed_row_takes_the_place_of_what_it_said_before() -> None:
    query = Query(2.0, BeMode.NO_BE)
    statistics = told(VIEWS[:300])
    assert statistics.report(query) is not None
    later = told(VIEWS, seq=2)
    statistics.take(later._rows.values())
    assert statistics.report(query) == later.report(query)
    assert statistics.seq == 2


def test_that_dates_bound_a_report_on_both_sides() -> None:
    days = sorted({date.fromisoformat(view.trade_date) for view in VIEWS if view.trade_date})
    first, last = days[len(days) // 3], days[2 * len(days) // 3]
    inside = [
        view for view in VIEWS if view.trade_date and first <= date.fromisoformat(view.trade_date) <= last
    ]
    query = Query(1.5, BeMode.BE1, first, last)
    assert reported(VIEWS, query) == reported(inside, query)
    by_date = told(VIEWS).by_date(query)
    assert by_date is not None
    assert list(by_date) == [day for day in days if first <= day <= last]
    assert sum(one.signals for one in by_date.values()) == reported(VIEWS, query).total.signals


def test_that_nothing_is_said_before_everything_was_counted_once() -> None:
    statistics = Statistics()
    statistics.take([TallyRow("2025-12-10", "MNQ1! 1m", 4, b"")])
    assert statistics.report(Query(1.0, BeMode.BE1)) is None
    assert statistics.accumulated(DAY) is None


@pytest.mark.parametrize("target", [0.0, 0.25, 20.5, -1.0])
def test_that_a_target_off_the_grid_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match=r"in steps of 0\.5R"):
        told([]).report(Query(target, BeMode.BE1))


def test_that_a_signal_told_twice_counts_once() -> None:
    first = a_view(status=Status.CANCELLED)
    again = a_view(status=Status.CANCELLED, trade_id="other", linked_to=first.trade_id)
    total = reported([first, again], Query(1.0, BeMode.BE1)).total
    assert (total.signals, total.linked) == (1, 1)


def test_that_an_artefact_of_a_closed_market_is_not_valid() -> None:
    finished = {"status": Status.COMPLETED, "no_be_status": LegStatus.STOPPED_SL, "no_be_mfe": 0.4}
    saturday_us = NOW_US + 3 * 24 * 60 * MINUTE_US
    assert is_tradeable(a_view(**finished))
    assert not is_tradeable(a_view(saturday_us, **finished))
    both = [a_view(**finished), a_view(saturday_us, **finished)]
    total = reported(both, Query(1.0, BeMode.NO_BE)).total
    assert (total.finished, total.valid) == (2, 1)


def test_that_stored_tallies_are_those_of_the_stored_signals(database: URL) -> None:
    bodies = [
        b'{"event_type":"%s","trade_id":"20251210_0%d0000_BULLISH","direction":"Bullish","entry_price":25000,'
        b'"stop_loss":24990,"be_mfe":%d,"no_be_mfe":%d}' % (kind, hour, hour, hour)
        for hour in range(1, 6)
        for kind in (b"SIGNAL_CREATED", b"ENTRY", b"MFE_UPDATE", b"EXIT_STOP_LOSS")[: hour + 1]
    ]
    for body in (*bodies, *bodies[::-1]):
        put(database, body)
        pump = Pump(database)
        pump.run_to_end()
        pump.close()
    with reading(database) as connection:
        stored = {row[:2]: unpack(row.counts) for row in store.tallies_since(connection, -1)}
        views = [row.view for row in store.every(connection)]
    assert len(views) == 5
    expected = {(row.trade_date, row.stream): unpack(row.counts) for row in told(views)._rows.values()}
    assert stored == {MARK: {0: VERSION}} | expected


def test_that_a_database_that_was_counted_otherwise_is_counted_anew(database: URL) -> None:
    put(
        database,
        b'{"event_type":"SIGNAL_CREATED","trade_id":"20251210_010000_BULLISH","direction":"Bullish"}',
    )
    pump = Pump(database)
    pump.run_to_end()
    with writing(database) as connection:
        right = store.tallies_since(connection, -1)
        store.write_tallies(connection, [row._replace(counts=pack({0: VERSION + 1, 7: 3})) for row in right])
    pump.close()
    pump.run_to_end()
    pump.close()
    with reading(database) as connection:
        assert store.tallies_since(connection, -1) == right


def test_that_an_older_row_read_by_another_thread_changes_nothing() -> None:
    views = VIEWS[:50]
    older, newer = told(views[:10], seq=1), told(views, seq=2)
    statistics = Statistics()
    statistics.take([TallyRow(*MARK, 0, b""), *newer._rows.values()])
    before = statistics.report(Query(2.0, BeMode.NO_BE))
    statistics.take(older._rows.values())
    assert statistics.report(Query(2.0, BeMode.NO_BE)) == before


def test_that_rows_of_a_projection_that_was_folded_again_are_not_taken() -> None:
    statistics = told(VIEWS[:50])
    age = statistics.age
    statistics.forget()
    statistics.take([TallyRow(*MARK, 0, b"")], statistics.age)
    statistics.take([TallyRow("2025-12-09", "gone 1m", 99, pack({int(What.LINKED): 1}))], age)
    assert statistics.seq == 0
    report = statistics.report(Query(2.0, BeMode.NO_BE))
    assert report is not None
    assert report.without_session.linked + report.total.linked == 0


@pytest.mark.parametrize("mode", list(BeMode))
@pytest.mark.parametrize("target", [0.5, 1.0, 1.5, 2.0, 5.0])
def test_that_wins_scratches_and_losses_are_those_of_the_rule_written_out(
    target: float, mode: BeMode
) -> None:
    found = {"win": 0, "scratch": 0, "loss": 0, "open": 0}
    total = 0.0
    for view in VIEWS:
        traded = view.session is not None and Session(view.session).tradeable and view.linked_to is None
        entered = view.no_be_status is not LegStatus.NOT_STARTED and view.status is not Status.INVALID
        if not traded or not entered or view.other_be is not None:
            continue
        is_be = mode is BeMode.BE1
        reached = view.be_mfe if is_be else view.no_be_mfe
        ended = str(view.be_status if is_be else view.no_be_status).startswith("STOPPED")
        if reached is None or "NOT_TRACKED" in (view.be_status.name, view.no_be_status.name):
            continue
        if reached >= target:
            word, result = "win", target
        elif not ended:
            word, result = "open", 0.0
        elif is_be and reached >= 1:
            word, result = "scratch", 0.0
        else:
            word, result = "loss", -1.0
        found[word] += 1
        total += result
    certain = [
        view
        for view in VIEWS
        if view.other_be is None
        and None not in (view.be_mfe, view.no_be_mfe)
        and "NOT_TRACKED" not in (view.be_status.name, view.no_be_status.name)
    ]
    summed = reported(certain, Query(target, mode)).total
    assert found["win"] > 0
    assert found["loss"] > 0
    assert {
        "win": summed.wins,
        "scratch": summed.scratches,
        "loss": summed.losses,
        "open": summed.open,
    } == found
    assert summed.r_low == pytest.approx(total)
    assert summed.r_high == pytest.approx(total)


def test_that_a_century_of_made_up_trade_dates_costs_little_memory() -> None:
    counts = pack({int(What.CONFIRMED): 1, int(What.STATUS): 1})
    statistics = Statistics()
    statistics.take([TallyRow(*MARK, 0, b"")])
    tracemalloc.start()
    try:
        statistics.take(
            TallyRow((date(2000, 1, 1) + timedelta(days=day)).isoformat(), "a 1m", day, counts)
            for day in range(2_000)
        )
        statistics.report(Query(2.0, BeMode.NO_BE))
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used / 2_000 < 4_096
    assert (found := statistics.report(Query(2.0, BeMode.NO_BE))) is not None
    assert found.total.confirmed + found.after_hours.confirmed + found.without_session.confirmed == 2_000
