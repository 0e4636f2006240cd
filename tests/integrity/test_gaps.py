"""What is missing of one signal, what it costs, and what can be filled in from what surrounds it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from secondskies_desktop.integrity.chart import Chart, holes
from secondskies_desktop.integrity.gaps import GapType, gaps_of, score
from secondskies_desktop.integrity.reconcile import RULES, Proposal, proposals
from secondskies_desktop.integrity.story import MINUTE_US, Price, Story, Triangle, Update
from secondskies_desktop.signals.derived import derive
from secondskies_desktop.signals.event import Decoded, Event
from secondskies_desktop.signals.lifecycle import SignalState, fold
from secondskies_desktop.signals.vocabulary import EventType, Source
from tests.signals.told import CREATED, ENTERED, ENTRY, STOP, STREAM, TRADE_ID, bar_us, ran, say

HTF = {"htf": {"h1": "Bullish"}}
WHOLE = [
    CREATED,
    msgspec.structs.replace(ENTERED, detail={"entry_price": ENTRY, "stop_loss": STOP, **HTF}),
    say(EventType.CONFIRMED, 3),
    ran(0.5, 0.5, -0.2, minute=6),
]


def story(events: list[Event], **said: Any) -> Story:
    """Return the story of a signal of telemetry, told by events."""
    state = SignalState(STREAM, TRADE_ID)
    for place, event in enumerate(events):
        fold(state, event, place, (place, place))
    view = derive(state)
    if view.entry_price is not None and "targets" not in said:
        view = msgspec.structs.replace(view, targets={"target_1R": 1.0})
    said.pop("targets", None)
    said.setdefault("rules", frozenset(("telemetry",)))
    said.setdefault("updates", (Update(bar_us(6), 0.5, 0.5, -0.2, None, 9),))
    return Story(view=view, **said)


def kinds(one: Story, minute: int = 7) -> set[str]:
    """Return what is missing at the close of a minute."""
    return {str(gap.type) for gap in gaps_of(one, bar_us(minute))}


def test_that_a_signal_without_loss_scores_a_hundred() -> None:
    assert gaps_of(story(WHOLE), bar_us(7)) == []
    assert score([]) == 100


def test_that_a_signal_that_never_entered_misses_nothing() -> None:
    assert kinds(story([CREATED]), minute=600) == set()


def test_that_a_confirmation_that_no_message_of_its_generation_tells_is_not_missing() -> None:
    assert kinds(story([event for event in WHOLE if event.type is not EventType.CONFIRMED])) == set()


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        (1, {"no_entry_price", "no_stop_loss", "no_targets", "no_htf_alignment", "no_entry"}),
        (2, {"no_confirmation_time"}),
    ],
)
def test_that_each_message_that_is_taken_away_lowers_the_score(left_out: int, missing: set[str]) -> None:
    events = [event for place, event in enumerate(WHOLE) if place != left_out]
    one = story(events, rules=frozenset(("direct",)))
    assert kinds(one) == missing
    assert score(gaps_of(one, bar_us(7))) < 100


def test_that_an_update_is_missing_after_two_minutes_of_open_market_and_no_sooner() -> None:
    one = story(WHOLE)
    assert kinds(one, minute=9) == set()
    assert kinds(one, minute=10) == {"no_mfe_update"}


def test_that_nothing_is_missing_while_the_market_is_shut() -> None:
    friday_us = 1_764_971_940_000_000  # 2025-12-05 16:59 in New York, the last minute of the week
    last = (Update(friday_us, 0.5, 0.5, -0.2, None, 9),)
    saturday_us = friday_us + 20 * 3_600_000_000
    assert not gaps_of(story(WHOLE, updates=last), saturday_us)


def test_that_what_an_alert_has_no_room_for_is_not_missing() -> None:
    assert kinds(story(WHOLE, newer=12), minute=60) == set()


def test_that_an_adverse_excursion_of_zero_is_a_value() -> None:
    events = [*WHOLE[:3], ran(0.5, 0.5, 0.0, minute=6)]
    assert "no_mae" not in kinds(story(events))
    unsaid = story([*WHOLE[:3], ran(0.5, 0.5, None, minute=6)], rules=frozenset(("mfe-batch",)))
    assert "no_mae" in kinds(unsaid)


def test_that_lost_updates_cost_a_point_each_and_never_more_than_silence() -> None:
    few = gaps_of(story(WHOLE, holes=((bar_us(4), bar_us(5)),)), bar_us(7))
    many = gaps_of(story(WHOLE, holes=((bar_us(0), bar_us(99)),)), bar_us(7))
    assert [(gap.type, gap.points) for gap in few] == [(GapType.LOST_UPDATE, 2)]
    assert score(many) == 80


def test_that_holes_are_open_minutes_without_any_list() -> None:
    chart = Chart()
    minutes = [bar_us(1), bar_us(5)]
    expected = [bar_us(one) for one in range(1, 6)]
    assert holes(minutes, expected, chart) == [(bar_us(2), bar_us(4))]
    listed = say(EventType.MFE_UPDATE, 3, price=ENTRY)
    chart.take(Decoded("mfe-batch", "MFE_UPDATE_BATCH", [listed]), 1)
    assert holes(minutes, expected, chart) == [(bar_us(2), bar_us(2)), (bar_us(4), bar_us(4))]


def test_that_a_chart_finds_the_first_minute_that_reached_a_price_whatever_the_order() -> None:
    chart = Chart()
    for minute, price in ((4, 99.0), (2, 101.0), (3, 100.0), (4, 98.0)):
        body = Decoded("strategy", "MFE_UPDATE", [say(EventType.MFE_UPDATE, minute, price=price)])
        chart.take(body, minute)
    assert chart.first_at(bar_us(1), 1, 100.0) == Price(bar_us(3), 100.0, 100.0, 3, is_bar=False)
    assert chart.first_at(bar_us(3), 1, 100.0) == Price(bar_us(4), 98.0, 99.0, 4, is_bar=False)
    assert chart.first_at(bar_us(4), 1, 100.0) is None
    assert chart.first_at(bar_us(1), -1, 101.0) == Price(bar_us(2), 101.0, 101.0, 2, is_bar=False)


def one_of(found: list[Proposal], field: str) -> Proposal:
    """Return the proposal for a field."""
    return next(one for one in found if one.field == field)


def test_that_targets_follow_from_entry_and_stop_in_the_direction() -> None:
    found = one_of(proposals(story(WHOLE, targets=None), RULES), "targets")
    assert (found.value["target_1R"], found.value["target_20R"]) == (ENTRY + 10, ENTRY + 200)
    assert (found.source, found.confidence) == (Source.RECOMPUTED, 1.0)


def test_that_an_opposite_triangle_cancels_what_never_entered_and_nothing_else() -> None:
    opposite = Triangle("next", bar_us(5), "BEARISH", 77)
    found = one_of(proposals(story([CREATED], next_triangle=opposite), RULES), "CANCELLED")
    assert (found.value, found.because, found.confidence) == (bar_us(5), (77,), 0.95)
    same = msgspec.structs.replace(opposite, direction="BULLISH")
    assert proposals(story([CREATED], next_triangle=same), RULES) == []
    entered = proposals(story(WHOLE, next_triangle=opposite), RULES)
    assert [one.field for one in entered if one.field == "CANCELLED"] == []


def test_that_a_price_beyond_the_stop_ends_a_trade_by_then() -> None:
    price = Price(bar_us(9), STOP, STOP, 5, is_bar=False)
    found = one_of(proposals(story(WHOLE, prices=(price,)), RULES), "EXIT_SL")
    assert (found.value, found.because) == (bar_us(9), (5,))
    near = Price(bar_us(9), STOP + 0.25, STOP + 0.25, 5, is_bar=False)
    assert proposals(story(WHOLE, prices=(near,)), RULES) == []


def test_that_an_own_excursion_behind_a_growing_one_means_a_break_even_exit() -> None:
    events = [*WHOLE[:3], say(EventType.BE_TRIGGERED, 5), ran(1.2, 2.5, -0.2, minute=6)]
    behind = story(events, updates=(Update(bar_us(6), 1.2, 2.5, -0.2, None, 9),))
    assert "no_be_exit" in kinds(behind)
    assert one_of(proposals(behind, RULES), "EXIT_BE").because == (9,)


def test_that_a_rule_that_is_switched_off_proposes_nothing() -> None:
    one = story(WHOLE, targets=None)
    assert [proposal.field for proposal in proposals(one, set(RULES) - {"fill_targets"})] == []


def test_that_a_trigger_is_dated_by_the_first_update_that_reached_it() -> None:
    events = [*WHOLE[:3], ran(1.4, 1.4, -0.2, minute=6)]
    updates = (Update(bar_us(5), 0.9, 0.9, 0, None, 8), Update(bar_us(6), 1.4, 1.4, 0, None, 9))
    found = one_of(proposals(story(events, updates=updates), RULES), "BE_TRIGGERED")
    assert (found.value, found.because) == (bar_us(6), (9,))
    assert found.value - updates[0].at_us == MINUTE_US
