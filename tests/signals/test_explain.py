"""The chain behind a value, in words: what was said, by which rule it was read, and on which bodies it rests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from secondskies_desktop.signals.derived import derive
from secondskies_desktop.signals.event import Decoded
from secondskies_desktop.signals.explain import Reason, explain
from secondskies_desktop.signals.fills import Fill, FillKind, join
from secondskies_desktop.signals.history import derived_events, from_body, in_order
from secondskies_desktop.signals.legreading import ONE_BAR
from secondskies_desktop.signals.lifecycle import walk_again
from secondskies_desktop.signals.vocabulary import Direction, EventType, LegStatus, Source
from tests.signals.told import (
    CANCELLED,
    CONFIRMED,
    CREATED,
    ENTERED,
    ENTRY,
    EXIT_BE,
    EXIT_SL,
    PRICES,
    STOP,
    TRIGGERED,
    bar,
    bar_us,
    by_arrival,
    ran,
    say,
    told,
)

if TYPE_CHECKING:
    from secondskies_desktop.market.bars import Bar
    from secondskies_desktop.signals.event import Event
    from secondskies_desktop.signals.view import SignalView

LOW, HIGH = ran(0.4, 0.4, -0.3), ran(1.3, 1.3, -0.3)


def reasons_of(*events: Event, bars: tuple[Bar, ...] = ()) -> dict[str, Reason]:
    """Return the reasons for what is known of a signal; its bodies are numbered from 1 in their order."""
    state = told(events)
    walk_again(state, bars)
    view = derive(state)
    history = [
        from_body(event, Decoded("a-rule", event.type, [event]), place, bar_us(60) + place)
        for place, event in enumerate(events, 1)
    ]
    found = explain(view, in_order([*history, *derived_events(view)]))
    assert len({reason.field for reason in found}) == len(found)
    return {reason.field: reason for reason in found}


LEGS = {
    "break-even without trigger": (
        [ENTERED, LOW, EXIT_BE],
        (
            "STOPPED_SL",
            "−1R: EXIT_BREAK_EVEN without trigger (the MFE never reached 1R): died at the stop",
            (3,),
        ),
        ("STOPPED_SL", "−1R: the BE=1 leg died untriggered at the same stop on the same bar", (3,)),
    ),
    "break-even": (
        [ENTERED, HIGH, EXIT_BE],
        ("STOPPED_BE", "0R: break-even was triggered and price came back to entry", (3,)),
        ("RUNNING", "no stop of this leg is known", ()),
    ),
    "both ends": (
        [ENTERED, HIGH, EXIT_BE, EXIT_SL],
        ("STOPPED_BE", "0R: break-even was triggered and price came back to entry", (3,)),
        ("STOPPED_SL", "−1R: EXIT_STOP_LOSS was received", (4,)),
    ),
    "stop alone": (
        [ENTERED, LOW, EXIT_SL],
        ("STOPPED_SL", "−1R: the original stop before +1R", (3,)),
        ("STOPPED_SL", "−1R: EXIT_STOP_LOSS was received", (3,)),
    ),
    "stop alone after the trigger": (
        [ENTERED, HIGH, EXIT_SL],
        (
            "STOPPED_BE",
            "0R: break-even was triggered and price came back to entry; nobody announced it",
            (),
        ),
        ("STOPPED_SL", "−1R: EXIT_STOP_LOSS was received", (3,)),
    ),
    "triggered and stopped in one bar": (
        [ENTERED, LOW, TRIGGERED, EXIT_SL],
        ("STOPPED_SL", f"−1R: the original stop before +1R; ambiguous: {ONE_BAR}", (4,)),
        ("STOPPED_SL", "−1R: EXIT_STOP_LOSS was received", (4,)),
    ),
    "not tracked": (
        [ENTERED, ran(0.0, 1.3)],
        (
            "NOT_TRACKED",
            "BE MFE is 0 while No-BE reached 1R: the indicator did not track this leg",
            (),
        ),
        ("RUNNING", "no stop of this leg is known", ()),
    ),
    "never entered": (
        [CREATED],
        ("NOT_STARTED", "no message says that the trade was entered", ()),
        ("NOT_STARTED", "no message says that the trade was entered", ()),
    ),
}

Said = tuple[str, str, tuple[int, ...]]


@pytest.mark.parametrize(("said", "be", "no_be"), LEGS.values(), ids=LEGS.keys())
def test_that_each_leg_says_why_it_stands_as_it_does(said: list[Event], be: Said, no_be: Said) -> None:
    found = reasons_of(*said)
    for field, expected in (("be_status", be), ("no_be_status", no_be)):
        reason = found[field]
        assert (reason.value, reason.words, reason.inbox_ids) == expected


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ([CREATED], "PENDING", "the triangle is known and nothing after it"),
        ([CREATED, CONFIRMED], "CONFIRMED", "confirmed, and no message yet of the entry bar or later"),
        ([CREATED, CANCELLED], "CANCELLED", "cancelled before any entry"),
        ([ENTERED], "ACTIVE", "a message says the trade runs, +1R has not printed"),
        ([ENTERED, HIGH], "BE_PROTECTED", "+1R has printed: the BE=1 stop stands at entry"),
        ([HIGH, EXIT_BE], "BE_STOPPED", "the BE=1 leg ended at entry, the No-BE leg still runs"),
        ([ENTERED, EXIT_SL], "COMPLETED", "the No-BE leg has ended at the original stop"),
        (
            [say(EventType.ENTRY, 4, direction=Direction.BEARISH, detail=PRICES)],
            "INVALID",
            "entry and stop give no risk above zero in the direction: not a trade",
        ),
    ],
    ids=["PENDING", "CONFIRMED", "CANCELLED", "ACTIVE", "BE_PROTECTED", "BE_STOPPED", "COMPLETED", "INVALID"],
)
def test_that_a_status_says_what_it_rests_on(said: list[Event], status: str, words: str) -> None:
    reason = reasons_of(*said)["status"]
    assert (reason.value, reason.words) == (status, words)


def test_that_the_adverse_excursion_of_a_stopped_trade_says_that_it_is_inferred() -> None:
    inferred, received = (reasons_of(ENTERED, ran(0.4, 0.4, mae), EXIT_SL)["mae"] for mae in (-0.977, -1.2))
    assert (inferred.value, inferred.source) == (-1.0, Source.INFERRED)
    assert "went to −1R by definition" in inferred.words
    assert inferred.inbox_ids == ()
    assert (received.value, received.source, received.inbox_ids) == (-1.2, Source.RECEIVED, (2,))
    assert received.words == "the worst excursion of the No-BE trade"


def test_that_the_session_says_by_which_bar_it_was_recomputed() -> None:
    of_triangle = reasons_of(CREATED)["session"]
    assert (of_triangle.value, of_triangle.source) == ("NY AM", Source.RECOMPUTED)
    assert of_triangle.words == (
        "the minute table of New York applied to the signal bar; the payload's word is never used"
    )
    of_id = reasons_of(CONFIRMED)["session"]
    assert of_id.source == Source.INFERRED
    assert of_id.words == "the minute table applied to the id's bar, because no message says the signal bar"


def test_that_received_values_name_the_body_that_said_them_first() -> None:
    later = say(EventType.MFE_UPDATE, 2, detail={"entry_price": ENTRY + 3, "stop_loss": STOP + 3})
    again = say(EventType.MFE_UPDATE, 3, detail=PRICES)
    found = reasons_of(CREATED, ENTERED, later, HIGH, again)
    for field, value in (("entry_price", ENTRY), ("stop_loss", STOP)):
        reason = found[field]
        assert (reason.value, reason.source, reason.inbox_ids) == (value, Source.RECEIVED, (2,))
        assert reason.words == "the first received value that says it"
    assert found["direction"].inbox_ids == (1,)
    assert (found["be_mfe"].value, found["be_mfe"].inbox_ids) == (1.3, (4,))
    assert found["risk_points"].source == Source.RECOMPUTED


def test_that_a_direction_that_only_the_id_says_is_not_said_to_be_received() -> None:
    reason = reasons_of(CONFIRMED)["direction"]
    assert (reason.value, reason.source, reason.inbox_ids) == ("BULLISH", Source.ID, ())
    assert reason.words == "read from the trade id by its generation"


def test_that_times_say_how_they_are_known() -> None:
    found = reasons_of(CREATED, ENTERED, HIGH, by_arrival(EventType.EXIT_SL, 12))
    assert found["signal_at"].words.endswith("read from the trade id by its generation")
    assert found["entry_at"].words == "ENTRY: received"
    assert found["exit_at"].words.startswith("EXIT_SL: arrival minus one minute")
    assert found["exit_at"].value == "2025-12-02T14:54:00Z"
    assert found["exit_at"].inbox_ids == (4,)


def test_that_an_excursion_that_follows_from_the_other_says_so() -> None:
    found = reasons_of(ENTERED, ran(0.7, None))
    assert (found["no_be_mfe"].value, found["no_be_mfe"].source) == (0.7, Source.INFERRED)
    assert found["no_be_mfe"].words.endswith("at least the BE=1 excursion, which is all that was sent")
    assert "be_mfe" not in reasons_of(ENTERED, ran(0.0, 1.3))


def test_that_what_bars_show_is_said_to_be_computed() -> None:
    followed = say(
        EventType.SIGNAL_CREATED,
        0,
        direction=Direction.BULLISH,
        detail={"by_bars": True, **PRICES, "confirmed_us": bar_us(3), "confirmed_source": Source.RECEIVED},
    )
    bars = (bar(4, ENTRY + 5, ENTRY + 1), bar(5, ENTRY + 12, ENTRY + 2), bar(7, ENTRY + 3, STOP))
    found = reasons_of(followed, bars=bars)
    assert found["no_be_status"].words == (
        "−1R: a bar touched the original stop; snapshots do not announce exits"
    )
    assert "nobody announced it" in found["be_status"].words
    assert "1 open-market minutes without a bar" in found["be_status"].words
    for field in ("be_mfe", "no_be_mfe", "mae"):
        assert found[field].source == Source.RECOMPUTED
        assert found[field].words.endswith("computed from received prices")
    assert found["entry_open"].value == ENTRY + 3


def test_that_what_is_unknown_is_given_no_reason() -> None:
    found = reasons_of(say(EventType.EXIT_BE))
    assert set(found) == {"status", "be_status", "no_be_status", "symbol", "direction", "mae"}
    assert found["be_status"].value is LegStatus.STOPPED_SL


def test_that_an_exit_that_no_message_says_has_a_line_of_its_own_in_the_history() -> None:
    events = (ENTERED, LOW, EXIT_BE)
    view: SignalView = derive(told(events))
    made = {event.type: event for event in derived_events(view)}
    assert set(made) == {"SIGNAL_CREATED", "EXIT_SL"}
    stop = made["EXIT_SL"]
    assert (stop.at_us, stop.source, stop.inbox_id, stop.values) == (bar_us(9), Source.INFERRED, None, {})
    assert stop.confidence == "0.7"


def filled(number: int, field: str, value: object, **said: object) -> Fill:
    """Return a row of the log of fills for the signal of these tests."""
    row = Fill(
        number,
        0,
        FillKind.FILL,
        "S",
        "T",
        field,
        value,
        Source.INFERRED,
        0.95,
        "a price says so",
        (7,),
        None,
        "",
    )
    return msgspec.structs.replace(row, **said)


def explained(said: list[Event], *log: Fill) -> dict[str, Reason]:
    """Return the reasons for what is known of a signal with fills in its log."""
    state = told(said)
    for row in log:
        join(state, row)
    view = derive(state)
    history = [
        from_body(event, Decoded("a-rule", event.type, [event]), place, bar_us(60) + place)
        for place, event in enumerate(said, 1)
    ]
    found = explain(view, in_order([*history, *derived_events(view)]), log)
    return {reason.field: reason for reason in found}


def test_that_a_leg_that_ended_by_a_fill_says_so_and_never_what_another_leg_did() -> None:
    found = explained([ENTERED, HIGH, EXIT_BE], filled(1, "EXIT_SL", bar_us(30)))
    words = "filled in, 95 % sure: a price says so"
    assert found["no_be_status"][1:] == ("STOPPED_SL", None, f"−1R: {words}", (7,))
    assert found["exit_at"][2:] == (Source.INFERRED, words, (7,))
    assert found["be_status"].words == "0R: break-even was triggered and price came back to entry"


def test_that_an_end_that_was_received_is_not_explained_by_a_fill() -> None:
    found = explained([ENTERED, HIGH, EXIT_BE, EXIT_SL], filled(1, "EXIT_SL", bar_us(30)))
    assert found["no_be_status"].words == "−1R: EXIT_STOP_LOSS was received"
    assert found["exit_at"].words == "EXIT_SL: received"


def test_that_other_ends_and_values_by_fills_say_so() -> None:
    both = explained([ENTERED, HIGH], filled(1, "EXIT_BE", None), filled(2, "EXIT_SL", bar_us(30)))
    assert both["be_status"][1:] == ("STOPPED_BE", None, "0R: filled in, 95 % sure: a price says so", (7,))
    alone = explained([ENTERED, LOW], filled(1, "EXIT_SL", bar_us(30)))
    assert alone["be_status"].words == "−1R: filled in, 95 % sure: a price says so"
    cancelled = explained([CREATED], filled(1, "CANCELLED", bar_us(3)))
    assert cancelled["status"].words == "filled in, 95 % sure: a price says so"
    first = {"target_1R": 2 * ENTRY - STOP}
    targets = explained([ENTERED], filled(1, "targets", first, confidence=1.0))
    assert targets["targets"].value == first
    assert targets["targets"].words == "filled in, 100 % sure: a price says so"


def test_that_a_chosen_value_is_not_called_the_first_received() -> None:
    other = say(EventType.ENTRY, 4, detail={**PRICES, "entry_price": ENTRY + 5})
    choice = filled(1, "entry_price", ENTRY + 5, kind=FillKind.CHOICE, source=Source.RECEIVED, because=(2,))
    found = explained([ENTERED, other], choice)
    assert found["entry_price"].value == ENTRY + 5
    assert found["entry_price"].words == "chosen by you among the values that were received"
    assert found["entry_price"].inbox_ids == (2,)
    undo = filled(2, "entry_price", None, kind=FillKind.UNDO, refers=1)
    assert explained([ENTERED, other], choice, undo)["entry_price"].words.startswith("the first received")


def test_that_an_event_that_was_filled_in_is_listed_with_the_sureness_of_its_fill() -> None:
    state = told([ENTERED])
    join(state, filled(1, "CONFIRMED", bar_us(2), source=Source.RECOMPUTED, confidence=0.5))
    listed = {event.type: event for event in derived_events(derive(state))}
    assert listed["CONFIRMED"].source == Source.RECOMPUTED
    assert (listed["CONFIRMED"].at_us, listed["CONFIRMED"].confidence) == (bar_us(2), "0.5")
