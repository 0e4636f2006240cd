"""Bars in the database: of two of one minute the first received stays, whatever order they are written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secondskies_desktop.foundation.database.engine import write_engine
from secondskies_desktop.market import store
from secondskies_desktop.market.bars import Bar
from tests.clocks import START_US
from tests.databases import STREAM, reading, writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.foundation.database.engine import URL, Connection

MINUTE_US = 60_000_000
Received = tuple[Bar, int]
"""A bar and its arrival."""


def bar(minute: int, close: float = 25_500.0) -> Bar:
    """Return the bar of a minute, ten points high around its close."""
    return Bar(START_US + minute * MINUTE_US, close, close + 5, close - 5, close)


def all_bars(connection: Connection, stream: str = STREAM) -> list[Bar]:
    """Return the bars of a chart, oldest first."""
    return list(store.bars_from(connection, stream, 0))


@pytest.fixture
def connected(database: URL) -> Iterator[Connection]:
    """A connection whose changes are never committed."""
    engine = write_engine(database, durable=False)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


received = st.lists(
    st.tuples(
        st.builds(bar, st.integers(0, 4), st.sampled_from([25_500.0, 25_501.0])),
        st.integers(0, 3).map(lambda second: START_US + second),
    ),
    max_size=10,
)


def first_received(rows: list[Received]) -> list[Bar]:
    """Return of each minute the bar that came first; of two that came at once, that of the smaller prices."""
    found: dict[int, tuple[int, float, Bar]] = {}
    for one, arrival in rows:
        known = found.get(one.at_us)
        if known is None or (arrival, one.open) < known[:2]:
            found[one.at_us] = (arrival, one.open, one)
    return [one for _, (_, _, one) in sorted(found.items())]


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    # Every example begins with an empty table: what the one before did is rolled back.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(received, st.data())
def test_that_neither_order_nor_split_decides_which_bar_is_kept(
    connected: Connection, rows: list[Received], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(shuffled)))
    connected.rollback()
    for part in (shuffled[:cut], shuffled[cut:]):
        before = all_bars(connected)
        told = store.insert_bars(connected, STREAM, part)
        after = all_bars(connected)
        assert {one.at_us for one in after if one not in before} <= {one.at_us for one in told}
        assert told == [one for one in after if one in told]
    assert all_bars(connected) == first_received(rows)


def test_that_charts_keep_their_bars_apart(database: URL) -> None:
    with writing(database) as connection:
        store.insert_bars(connection, STREAM, [(bar(0), START_US)])
        store.insert_bars(connection, "NQ1! 1m", [(bar(0, 25_700.0), START_US), (bar(2), START_US)])
    with reading(database) as connection:
        assert all_bars(connection) == [bar(0)]
        assert all_bars(connection, "NQ1! 1m") == [bar(0, 25_700.0), bar(2)]
        assert store.newest_bar_us(connection, STREAM) == bar(0).at_us
        assert store.newest_bar_us(connection, "ES1! 1m") is None
        assert store.list_bars(connection) == [
            (STREAM, bar(0), "snapshot"),
            ("NQ1! 1m", bar(0, 25_700.0), "snapshot"),
            ("NQ1! 1m", bar(2), "snapshot"),
        ]


def test_that_the_bounds_of_a_span_are_what_they_are_called(database: URL) -> None:
    with writing(database) as connection:
        store.insert_bars(connection, STREAM, [(bar(minute), START_US) for minute in range(4)])
    one, three = bar(1).at_us, bar(3).at_us
    with reading(database) as connection:
        assert store.bars_between(connection, STREAM, one, three) == [bar(1), bar(2), bar(3)]
        assert store.bars_between(connection, STREAM, one, None) == [bar(1), bar(2), bar(3)]
        assert [found for _, found, _ in store.list_bars(connection, one, three)] == [bar(1), bar(2)]


def test_that_bars_are_read_page_by_page_without_loss(database: URL) -> None:
    count = store._PAGE + 3
    with writing(database) as connection:
        store.insert_bars(connection, STREAM, [(bar(minute), START_US) for minute in range(count)])
    with reading(database) as connection:
        assert [one.at_us for one in all_bars(connection)] == [bar(minute).at_us for minute in range(count)]


def test_that_derived_bars_are_forgotten(database: URL) -> None:
    with writing(database) as connection:
        store.insert_bars(connection, STREAM, [(bar(0), START_US)])
        store.forget_bars(connection)
    with reading(database) as connection:
        assert all_bars(connection) == []
