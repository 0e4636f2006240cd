"""Missing minutes of one signal: what is due, what has no room, and when the market is shut."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.foundation.clock import as_us
from secondskies_desktop.integrity.minutes import MINUTE_US, Span, missing_minutes, open_minutes, open_span

BEGIN_US = as_us(datetime(2025, 12, 9, 15, 0, tzinfo=UTC))
"""Ten in the morning in New York, on a Tuesday."""


def at(minute: int) -> int:
    """Return the open of a bar that many minutes after the beginning."""
    return BEGIN_US + minute * MINUTE_US


def utc(day: int, hour: int, minute: int, month: int = 12) -> int:
    """Return an instant of 2025."""
    return as_us(datetime(2025, month, day, hour, minute, tzinfo=UTC))


def missing(heard: list[int], first: int | None, last: int | None, lists: list[int]) -> list[tuple[int, int]]:
    """Return first and last of what is missing, in minutes."""
    spans = missing_minutes(
        [at(minute) for minute in heard],
        None if first is None else at(first),
        None if last is None else at(last),
        [at(minute) for minute in lists],
    )
    return [((one.first_us - BEGIN_US) // MINUTE_US, (one.last_us - BEGIN_US) // MINUTE_US) for one in spans]


@pytest.mark.parametrize(
    ("heard", "first", "last", "lists", "expected"),
    [
        ([], None, None, [], []),
        ([], 1, None, [], []),
        ([], 1, 3, [], [(1, 3)]),
        ([1, 2, 3], 1, 3, [], []),
        ([1, 3, 7], 1, 8, [], [(2, 2), (4, 6), (8, 8)]),
        ([3, 5], None, None, [], [(4, 4)]),
        ([3, 5], 1, None, [], [(1, 2), (4, 4)]),
        # What was heard after the end that is known is no reason to look further.
        ([1, 9], 1, 3, [], [(2, 3)]),
        # An exit on the entry bar leaves no minute at which an update was due.
        ([], 2, 1, [], []),
        # The alert of minute 3 came and had no room for this signal: nobody knows about 2 and 4.
        ([1, 5], 1, 5, [1, 3, 5], []),
        ([1, 3, 6], 1, 6, [1, 3, 6], [(2, 2), (4, 5)]),
        ([1], 1, 6, [1, 2, 4], []),
    ],
)
def test_that_a_minute_is_missing_where_an_update_was_due_and_no_alert_came(
    heard: list[int], first: int | None, last: int | None, lists: list[int], expected: list[tuple[int, int]]
) -> None:
    assert missing(heard, first, last, lists) == expected


@pytest.mark.parametrize(
    ("first_us", "last_us", "minutes"),
    [
        # Daily maintenance from 17:00 to 18:00 in New York, 22:00 to 23:00 UTC in winter.
        (utc(9, 21, 58), utc(9, 23, 1), 4),
        (utc(9, 22, 0), utc(9, 22, 59), 0),
        # A weekend: from Friday 17:00 to Sunday 18:00.
        (utc(12, 21, 59), utc(14, 23, 0), 2),
        (utc(13, 3, 0), utc(13, 9, 0), 0),
        # Thanksgiving's halt, and the early close of the day after.
        (utc(27, 18, 30, 11), utc(27, 20, 0, 11), 0),
        (utc(28, 18, 14, 11), utc(28, 20, 0, 11), 1),
        # Christmas.
        (utc(25, 10, 0), utc(25, 20, 0), 0),
    ],
)
def test_that_only_open_minutes_are_due(first_us: int, last_us: int, minutes: int) -> None:
    span = open_span(first_us, last_us)
    assert (span.minutes if span else 0) == minutes == len(open_minutes(first_us, last_us))
    if span is not None:
        listed = open_minutes(first_us, last_us)
        assert (span.first_us, span.last_us) == (listed[0], listed[-1])


def test_that_beyond_the_calendar_nothing_is_said() -> None:
    far_us = as_us(datetime(2060, 1, 6, 15, 0, tzinfo=UTC))
    assert missing_minutes([far_us, far_us + 5 * MINUTE_US], None, None) == []


def test_that_a_span_says_how_many_minutes_it_holds() -> None:
    assert missing_minutes([at(0), at(4)], None, None) == [Span(at(1), at(3), 3)]


MINUTES = st.sets(st.integers(0, 400), max_size=40)


@given(MINUTES, MINUTES, st.integers(0, 400), st.integers(0, 400))
def test_that_nothing_is_missing_that_was_heard_or_whose_alert_came(
    heard: set[int], lists: set[int], first: int, last: int
) -> None:
    lists |= heard
    found = missing(sorted(heard), first, last, sorted(lists))
    named = {minute for begin, end in found for minute in range(begin, end + 1)}
    assert named <= set(range(first, last + 1)) - lists
    if not lists:
        assert named == set(range(first, last + 1))


@given(MINUTES, st.integers(0, 400))
def test_that_one_more_message_never_makes_a_minute_of_its_own_missing(heard: set[int], late: int) -> None:
    before = missing(sorted(heard), 0, 400, [])
    after = missing(sorted(heard | {late}), 0, 400, [])
    count = sum(end - begin + 1 for begin, end in before)
    assert sum(end - begin + 1 for begin, end in after) == count - (late not in heard)
