"""Where a message must have been sent: what proves it, what a chart's habits leave out, what one alert counts."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.ingest.alert_log import read_alert_log
from secondskies_desktop.integrity.slots import (
    Habits,
    Life,
    SlotKind,
    be_exit_by,
    due,
    followed_us,
    habits_of,
    life_of,
    lost_messages,
    slots_of,
)
from secondskies_desktop.signals.vocabulary import Direction, EventType
from secondskies_desktop.signals.wire import decode
from tests.ingest.alert_logs import real_logs
from tests.signals.told import ENTRY, TRADE_ID, TRIANGLE_US, bar_us, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.signals.event import Event

ALL = Habits(goes_on=True, follows_all=True)
SILENT = Habits(goes_on=False, follows_all=True)
UNKNOWN = Habits(goes_on=True, follows_all=False)


def lived(*events: Event, trade_id: str = TRADE_ID) -> Life:
    """Return the life that events tell."""
    return life_of(trade_id, events)


def updates(*minutes: int, **said: Any) -> list[Event]:
    """Return updates of some minutes."""
    return [say(EventType.MFE_UPDATE, minute, **said) for minute in minutes]


def entry(minute: int = 4) -> Event:
    """Return the entry."""
    return say(EventType.ENTRY, minute, direction=Direction.BULLISH, detail={"entry_price": ENTRY})


def exit_sl(minute: int = 12) -> Event:
    """Return the end of the whole trade."""
    return say(EventType.EXIT_SL, minute)


def exit_be(minute: int = 9) -> Event:
    """Return the end of the BE=1 trade."""
    return say(EventType.EXIT_BE, minute)


def minutes_of(life: Life, habits: Habits, lists: Sequence[int] = ()) -> list[tuple[str, int, int]]:
    """Return what was lost, in minutes after the triangle."""
    return [
        (gap.kind.value, (gap.span.first_us - TRIANGLE_US) // 60_000_000, gap.span.minutes)
        for gap in lost_messages(life, habits, lists)
    ]


@pytest.mark.parametrize(
    ("life", "habits", "expected"),
    [
        (lived(entry(), *updates(5, 6, 7), exit_sl(8)), ALL, []),
        (lived(entry(), *updates(5, 7), exit_sl(9)), ALL, [("MFE_UPDATE", 6, 1), ("MFE_UPDATE", 8, 1)]),
        (lived(*updates(5, 6)), ALL, [("ENTRY", 5, 1)]),
        (lived(exit_sl()), ALL, [("ENTRY", 12, 1)]),
        # An update shows it alive beyond +1R, and its end proves that of the BE=1 trade.
        (
            lived(entry(), *updates(*range(5, 12), be_triggered=True), exit_sl()),
            ALL,
            [("EXIT_BE", 12, 1)],
        ),
        # The price came back to the entry, or one excursion stood still.
        (
            lived(entry(), *updates(5, be_mfe=1.2), *updates(6, price=ENTRY - 1)),
            ALL,
            [("EXIT_BE", 6, 1)],
        ),
        (
            lived(entry(), *updates(5, be_mfe=1.2), *updates(6, be_mfe=1.2, no_be_mfe=1.5)),
            ALL,
            [("EXIT_BE", 6, 1)],
        ),
        # A stop before +1R ends both with one message.
        (lived(entry(), *updates(*range(5, 12), be_mfe=0.9), exit_sl()), ALL, []),
        # +1R and the stop in one bar: no update ever showed it alive beyond it.
        (lived(entry(11), say(EventType.BE_TRIGGERED, 12), exit_sl()), ALL, []),
        # This chart falls silent with the BE=1 trade, or tells of one trade at a time.
        (lived(entry(), *updates(*range(5, 9), be_mfe=1.2), exit_be(), exit_sl(40)), SILENT, []),
        (lived(entry(), *updates(5, 6, be_mfe=1.2), exit_sl(40)), SILENT, [("EXIT_BE", 40, 1)]),
        (lived(entry(), *updates(5, 6, be_mfe=0.2), exit_sl(9)), SILENT, [("MFE_UPDATE", 7, 2)]),
        (lived(entry(), *updates(20, 22), exit_sl(40)), UNKNOWN, [("MFE_UPDATE", 21, 1)]),
        # A chart that announces confirmations tells of the entry bar too.
        (
            lived(say(EventType.CONFIRMED, 3), entry(), *updates(6), exit_sl(7)),
            ALL,
            [("MFE_UPDATE", 4, 2)],
        ),
    ],
)
def test_that_what_other_messages_prove_and_did_not_come_was_lost(
    life: Life, habits: Habits, expected: list[tuple[str, int, int]]
) -> None:
    assert minutes_of(life, habits) == expected


def test_that_snapshots_announce_neither_entries_nor_exits() -> None:
    life = lived(*updates(5, 7, detail={"by_bars": True}, be_mfe=1.5, no_be_mfe=2.0))
    assert (followed_us(life), be_exit_by(life)) == (None, None)
    assert [gap.kind for gap in lost_messages(life, ALL)] == [SlotKind.MFE_UPDATE]


def test_that_what_began_before_the_chart_was_heard_owes_no_entry() -> None:
    life = lived(*updates(50, 51, signal_us=TRIANGLE_US))
    early = Habits(goes_on=True, follows_all=True, since_us=bar_us(40))
    late = Habits(goes_on=True, follows_all=True, since_us=bar_us(-40))
    assert (minutes_of(life, early), minutes_of(life, late)) == ([], [("ENTRY", 50, 1)])
    assert slots_of([life], early) == []
    assert sum(one.expected for one in slots_of([life], late)) == 1


def test_that_an_alert_that_lists_many_counts_once() -> None:
    lives = [lived(entry(), *updates(5, 7), exit_sl(9), trade_id=name) for name in ("a", "b", "c")]
    lists = [bar_us(5), bar_us(7)]
    listed = slots_of(lives, habits_of(lives, lists), lists)
    # Three entries, and the minutes 5 to 8, of which two came.
    assert (sum(one.expected for one in listed), sum(one.came for one in listed)) == (3 + 4, 3 + 2)
    alone = slots_of(lives, ALL)
    assert (sum(one.expected for one in alone), sum(one.came for one in alone)) == (3 + 12, 3 + 6)


def test_that_a_slot_is_expected_whether_its_own_message_came_or_not() -> None:
    told = [entry(), *updates(5, 6, 7, 8, 9, be_triggered=True), exit_be(10), *updates(10, 11), exit_sl()]
    whole = sum(one.expected for one in slots_of([lived(*told)], ALL))
    for place in range(1, len(told) - 1):
        without = lived(*told[:place], *told[place + 1 :])
        counted = slots_of([without], ALL)
        assert sum(one.expected for one in counted) == whole
        assert sum(one.came for one in counted) == whole - 1


@given(st.permutations([entry(), *updates(5, 6, 8, be_mfe=1.2), exit_be(), exit_sl()]), st.integers(0, 5))
def test_that_order_and_repetition_change_no_life(events: list[Event], again: int) -> None:
    straight = lived(entry(), *updates(5, 6, 8, be_mfe=1.2), exit_be(), exit_sl())
    assert msgspec.structs.astuple(lived(*events, events[again])) == msgspec.structs.astuple(straight)


def test_that_habits_follow_from_what_a_chart_said() -> None:
    followed = [
        lived(entry(), *updates(5, 6), exit_be(9), exit_sl(20), trade_id=str(one)) for one in range(5)
    ]
    assert habits_of(followed) == Habits(goes_on=False, follows_all=True)
    assert habits_of(followed[:4]) == Habits(goes_on=False, follows_all=False)
    ignored = [lived(entry(), exit_be(9), trade_id=f"not {one}") for one in range(3)]
    assert habits_of([*followed, *ignored]).follows_all is False
    beyond = lived(entry(), *updates(5, 15), exit_be(9))
    assert habits_of([beyond]).goes_on is True
    assert habits_of([], [bar_us(5)], 7) == Habits(goes_on=True, follows_all=True, since_us=7)
    assert due(followed[0], UNKNOWN) == (None, None)


@pytest.mark.skipif(not real_logs(), reason="SECONDSKIES_ALERT_LOGS names no folder of alert logs")
def test_that_logs_of_one_trade_at_a_time_are_not_full_of_holes() -> None:
    for log in real_logs():
        events: dict[str, list[Event]] = defaultdict(list)
        rules = set()
        for row in read_alert_log(log):
            decoded = decode(row.body, row.received_us)
            rules.add(decoded.rule)
            for event in decoded.events:
                events[event.trade_id].append(event)
        if "mfe-batch" in rules:
            continue
        lives = [life_of(trade_id, said) for trade_id, said in events.items()]
        habits = habits_of(lives)
        lost = [
            gap for life in lives for gap in lost_messages(life, habits) if gap.kind is SlotKind.MFE_UPDATE
        ]
        assert sum(gap.span.minutes for gap in lost) <= 1
