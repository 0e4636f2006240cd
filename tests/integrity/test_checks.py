"""The eight categories of checks: each fails where it should, and what cannot be told is UNKNOWN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from secondskies_desktop.integrity.case import Answer, Category, Checked
from secondskies_desktop.integrity.checks import check
from secondskies_desktop.signals.history import HistoryEvent
from secondskies_desktop.signals.vocabulary import EventType, LegStatus, Status
from tests.signals.told import (
    CANCELLED,
    CREATED,
    ENTERED,
    EXIT_BE,
    EXIT_SL,
    bar_us,
    ran,
    stamped,
    view_of,
)

if TYPE_CHECKING:
    from secondskies_desktop.signals.view import SignalView

PASS, FAIL, UNKNOWN = Answer.PASS, Answer.FAIL, Answer.UNKNOWN
TRIGGERED_LATE = stamped(EventType.BE_TRIGGERED, 8)
_FOLDED = view_of(
    CREATED, ENTERED, ran(0.5, 0.5, -0.2, 5), TRIGGERED_LATE, ran(1.5, 1.5, -0.2, 8), EXIT_BE, EXIT_SL
)
# Updates are counted by the projection, which knows which of them are the same.
WHOLE = msgspec.structs.replace(_FOLDED, event_counts={**_FOLDED.event_counts, "MFE_UPDATE": 2})


def heard(kind: EventType, minute: int | None = 5, rule: str = "contract-2", **values: Any) -> HistoryEvent:
    """Return a received event of a bar, which arrived at its close."""
    at_us = None if minute is None else bar_us(minute)
    received_us = None if minute is None else bar_us(minute + 1) + 300_000
    return HistoryEvent(at_us, kind, "received", 7, values, received_us, rule)


EVENTS = [
    heard(EventType.SIGNAL_CREATED, 0),
    heard(EventType.ENTRY, 4, entry_price=25_500.0, stop_loss=25_490.0),
    heard(EventType.MFE_UPDATE, 5, be_mfe=0.5, no_be_mfe=0.5, mae=-0.2, price=25_503.0),
    heard(EventType.BE_TRIGGERED, 8),
    heard(EventType.EXIT_BE, 9, exit_price=25_500.0),
    heard(EventType.EXIT_SL, 12, exit_price=25_490.0),
]


def answers(view: SignalView, events: list[HistoryEvent] | None = None, **known: Any) -> dict[str, Checked]:
    """Return what the checks say, by name."""
    return {one.name: one for one in check(view, events, **known)}


def changed(**values: Any) -> SignalView:
    """Return the whole life with some of it changed."""
    return msgspec.structs.replace(WHOLE, **values)


def test_that_a_whole_life_passes_every_check() -> None:
    assert {
        name: one.answer for name, one in answers(WHOLE, EVENTS, follows_all=True).items()
    } == dict.fromkeys(answers(WHOLE), PASS)


def test_that_all_eight_categories_are_checked() -> None:
    assert {one.category for one in check(WHOLE)} == set(Category)
    assert len({one.name for one in check(WHOLE)}) == len(check(WHOLE))


def test_that_nothing_fails_where_nothing_is_known() -> None:
    nothing = view_of(CREATED)
    bare = msgspec.structs.replace(nothing, sources={}, event_counts={}, signal_us=None)
    assert FAIL not in {one.answer for one in check(bare)}


@pytest.mark.parametrize(
    ("name", "view", "events", "answer"),
    [
        ("date", changed(trade_date=None), EVENTS, FAIL),
        ("in_time", WHOLE, [heard(EventType.SIGNAL_CREATED, 4)], PASS),
        ("in_time", WHOLE, [heard(EventType.SIGNAL_CREATED, 6)], FAIL),
        ("in_time", WHOLE, [heard(EventType.SIGNAL_CREATED, -7)], FAIL),
        ("in_time", WHOLE, [heard(EventType.SIGNAL_CREATED, 60, "all-signals-export")], UNKNOWN),
        ("in_time", WHOLE, [heard(EventType.SIGNAL_CREATED, None)], UNKNOWN),
        ("entry_told", view_of(CREATED), EVENTS[:1], PASS),
        ("entry_told", view_of(CREATED, ran(0.5, 0.5)), EVENTS[2:3], FAIL),
        (
            "entry_told",
            view_of(CREATED, ran(0.5, 0.5)),
            [heard(EventType.MFE_UPDATE, 5, "snapshot-v1")],
            UNKNOWN,
        ),
        ("one_entry", WHOLE, [*EVENTS, heard(EventType.ENTRY, 4, entry_price=25_501.0)], FAIL),
        ("one_entry", WHOLE, [*EVENTS, EVENTS[1]], PASS),
        ("one_entry", WHOLE, EVENTS[:1], UNKNOWN),
        ("exit_after_entry", changed(exit_us=bar_us(2)), EVENTS, FAIL),
        ("exit_after_entry", changed(exit_us=bar_us(4), be_exit_us=None), EVENTS, PASS),
        (
            "exit_after_entry",
            changed(sources={"entry_at": "arrival", "exit_at": "received"}),
            EVENTS,
            UNKNOWN,
        ),
        ("not_cancelled", view_of(CREATED, CANCELLED), EVENTS[:1], PASS),
        ("not_cancelled", view_of(CREATED, CANCELLED, ENTERED), EVENTS[:2], FAIL),
        ("be_not_ahead", changed(be_mfe=2.0), EVENTS, FAIL),
        ("be_not_ahead", WHOLE, [heard(EventType.MFE_UPDATE, 5, be_mfe=0.6, no_be_mfe=0.5)], FAIL),
        ("be_not_ahead", changed(be_mfe=None), EVENTS[:1], UNKNOWN),
        # A BE=1 excursion of zero beside a No-BE one was not tracked, which is no failure.
        ("be_tracked", changed(be_mfe=None, be_status=LegStatus.NOT_TRACKED), EVENTS, UNKNOWN),
        ("trigger_told", changed(event_counts={}), EVENTS, FAIL),
        ("trigger_told", changed(event_counts={}), [heard(EventType.ENTRY, 4, "automation-stage")], UNKNOWN),
        ("trigger_told", changed(event_counts={}, be_mfe=0.99), EVENTS, PASS),
        ("trigger_told", changed(event_counts={}, be_mfe=None), EVENTS, UNKNOWN),
        ("be_exit_at_entry", WHOLE, [heard(EventType.EXIT_BE, 9, exit_price=25_490.0)], FAIL),
        # An older generation sends the stop, whatever happened.
        (
            "be_exit_at_entry",
            WHOLE,
            [heard(EventType.EXIT_BE, 9, "telemetry-z", exit_price=25_490.0)],
            UNKNOWN,
        ),
        ("no_be_known", changed(no_be_mfe=None), EVENTS, FAIL),
        ("no_be_known", changed(no_be_mfe=-0.1), EVENTS, FAIL),
        ("no_be_known", changed(no_be_mfe=None, event_counts={}), EVENTS, UNKNOWN),
        ("no_be_known", changed(no_be_mfe=None), [heard(EventType.MFE_UPDATE, 5, "telemetry")], UNKNOWN),
        ("no_be_moves", changed(no_be_mfe=0.0), EVENTS, FAIL),
        ("no_be_moves", changed(no_be_mfe=0.0), [heard(EventType.MFE_UPDATE, 5, price=25_499.0)], PASS),
        ("no_be_moves", changed(no_be_mfe=0.0), EVENTS[:1], UNKNOWN),
        # Exactly zero is an adverse excursion like any other.
        ("mae_known", changed(mae=0.0), EVENTS, PASS),
        ("mae_known", changed(mae=None), EVENTS, FAIL),
        ("mae_known", changed(mae=None), [heard(EventType.MFE_UPDATE, 5, "telemetry")], UNKNOWN),
        ("mae_below_zero", changed(mae=0.0), EVENTS, PASS),
        ("mae_below_zero", changed(mae=0.3), EVENTS, FAIL),
        ("in_order", changed(entry_us=bar_us(-1)), EVENTS, FAIL),
        ("in_order", changed(sources={}), EVENTS, UNKNOWN),
        ("prices", changed(stop_loss=None), EVENTS, FAIL),
        ("prices", changed(entry_price=0.0), EVENTS, FAIL),
        ("prices", view_of(CREATED), EVENTS[:1], UNKNOWN),
        ("risk", changed(risk_points=0.0), EVENTS, FAIL),
        ("risk", changed(risk_points=-4.0, status=Status.INVALID), EVENTS, FAIL),
        ("risk", changed(risk_points=None), EVENTS, UNKNOWN),
    ],
)
def test_that_a_check_answers_what_can_be_told(
    name: str, view: SignalView, events: list[HistoryEvent], answer: Answer
) -> None:
    one = answers(view, events)[name]
    assert one.answer is answer, one.text
    assert one.text.endswith(".")


@pytest.mark.parametrize(
    ("minutes", "follows_all", "answer"),
    [(30, True, FAIL), (30, False, UNKNOWN), (2, True, PASS), (1, True, PASS)],
)
def test_that_an_update_is_only_missed_where_one_was_due(
    minutes: int, follows_all: bool, answer: Answer
) -> None:
    view = changed(event_counts={"ENTRY": 1}, exit_us=bar_us(4 + minutes))
    assert answers(view, EVENTS, follows_all=follows_all)["some_update"].answer is answer


def test_that_what_began_before_the_chart_was_heard_is_not_held_against_it() -> None:
    view = changed(event_counts={"MFE_UPDATE": 3}, entry_price=None)
    early = answers(view, EVENTS, since_us=bar_us(30))
    late = answers(view, EVENTS, since_us=bar_us(-30))
    for name in ("entry_told", "trigger_told", "prices"):
        assert (early[name].answer, late[name].answer) == (UNKNOWN, FAIL)


def test_that_exits_told_many_times_are_harmless() -> None:
    repeated = [*EVENTS, *EVENTS[4:] * 12]
    assert FAIL not in {one.answer for one in check(WHOLE, repeated)}
