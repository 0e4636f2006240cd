"""The book: whatever happens in whatever order, it shows what a plain sort and filter would show."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondskies_desktop.desktop.models.columns import Column
from secondskies_desktop.desktop.models.shown_signal import KINDS, SORT_VALUES, Shown, shown
from secondskies_desktop.desktop.models.signal_book import SignalBook
from secondskies_desktop.desktop.models.signal_filter import TAB_STATES, SignalFilter, Tab
from secondskies_desktop.signals.vocabulary import Direction, Status
from tests.desktop.made_signals import MINUTE_US, NOW_US, a_row, a_view, made_signals

if TYPE_CHECKING:
    from collections.abc import Iterable

TODAY = date(2025, 12, 10)
SIGNALS = [shown(row) for row in made_signals(120)]


def book_of(signals: list[Shown], wanted: SignalFilter | None = None) -> SignalBook:
    book = SignalBook()
    book.today = TODAY
    book.filter = wanted or SignalFilter()
    book.replace_all(signals)
    return book


def passed_by(wanted: SignalFilter, signals: Iterable[Shown]) -> list[Shown]:
    """Return the signals that pass all but the tab, one test after the other."""
    found = list(signals)
    for holds in wanted.tests(TODAY):
        found = [one for one in found if holds(one)]
    return found


def plainly(book: SignalBook) -> list[int]:
    """What is shown, by the slow and obvious way."""
    assert book.today is not None
    found = [one for one in book.signals.values() if book.wanted(one)]
    value = SORT_VALUES[book.column]
    known = sorted(
        (one for one in found if value(one) is not None),
        key=lambda one: (value(one), one.sort_us, one.id),
        reverse=book.descending,
    )
    unknown = sorted(
        (one for one in found if value(one) is None),
        key=lambda one: (one.sort_us, one.id),
        reverse=book.descending,
    )
    return [one.id for one in known + unknown]


def take(book: SignalBook, signals: list[Shown]) -> None:
    """Do as the model does, without Qt."""
    entering, leaving = [], []
    for one in {one.id: one for one in signals}.values():
        was_placed = book.is_placed(one.id)
        book.put(one)
        if book.wanted(one) and not was_placed:
            entering.append(one)
        if was_placed and not book.wanted(one):
            leaving.append(one.id)
    for first, last in book.take_out(leaving):
        book.remove_rows(first, last)
    for group in book.spots(entering):
        first, last = book.rows_for(group)
        book.insert(group)
        shown_now = {book.at(row).id for row in range(first, last + 1)}
        assert shown_now == {one.id for one in group}, "a group stands in the rows that were told"


FILTERS = st.builds(
    SignalFilter,
    tab=st.sampled_from(Tab),
    session=st.sampled_from([None, "NY AM", "LONDON"]),
    direction=st.sampled_from([None, *(one.value for one in Direction)]),
    state=st.sampled_from([None, Status.ACTIVE.value, Status.CANCELLED.value]),
    day=st.sampled_from([None, "today", "week", "2025-12-10"]),
    text=st.sampled_from(["", "bull", "2025 BEAR", "nothing has this"]),
)


@settings(max_examples=60, deadline=None)
@given(FILTERS, st.sampled_from(Column), st.booleans(), st.data())
def test_that_changes_lead_to_what_a_plain_sort_and_filter_show(
    wanted: SignalFilter, column: Column, descending: bool, data: st.DataObject
) -> None:
    book = book_of(SIGNALS[:60], wanted)
    book.order_by(column, descending=descending)
    for _ in range(3):
        changed = data.draw(st.lists(st.sampled_from(made_signals(120, seed=9)), max_size=25))
        take(book, [shown(row) for row in changed])
        book.settle()
        assert book.ids() == plainly(book)
        counts = book.counts()
        passing = passed_by(wanted, book.signals.values())
        assert counts.tabs == {
            tab: sum(one.status in states for one in passing) for tab, states in TAB_STATES.items()
        }
        rows = [book.at(row) for row in range(len(book))]
        assert counts.kinds == {
            kind: sum(bool(one.kinds >> bit & 1) for one in rows) for bit, kind in enumerate(KINDS)
        }
        assert [book.row_of(one.id) for one in rows] == list(range(len(rows)))


def test_that_newest_signals_stand_above() -> None:
    book = book_of(SIGNALS)
    times = [book.at(row).sort_us for row in range(len(book))]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("descending", [True, False])
def test_that_what_is_not_known_stands_below_either_way(descending: bool) -> None:
    book = book_of([shown(a_row(1)), shown(a_row(2, a_view(no_be_mfe=1.0)))])
    book.order_by(Column.NO_BE_MFE, descending=descending)
    assert book.ids() == [2, 1]


def test_that_a_row_keeps_its_place_until_the_order_is_settled() -> None:
    signals = [shown(a_row(one, a_view(no_be_mfe=float(one)))) for one in (1, 2, 3)]
    book = book_of(signals)
    book.order_by(Column.NO_BE_MFE, descending=True)
    book.put(shown(a_row(1, a_view(no_be_mfe=9.0), seq=9)))
    assert book.ids() == [3, 2, 1]
    assert book.unsettled
    assert book.settle()
    assert book.ids() == [1, 3, 2]
    assert not book.settle()


@pytest.mark.parametrize(
    ("status", "tabs"),
    [
        (Status.PENDING, {Tab.ALL}),
        (Status.CONFIRMED, {Tab.ALL, Tab.ACTIVE}),
        (Status.ACTIVE, {Tab.ALL, Tab.ACTIVE}),
        (Status.BE_PROTECTED, {Tab.ALL, Tab.ACTIVE}),
        (Status.BE_STOPPED, {Tab.ALL, Tab.ACTIVE}),
        (Status.COMPLETED, {Tab.ALL, Tab.COMPLETED}),
        (Status.CANCELLED, {Tab.ALL, Tab.CANCELLED}),
        (Status.INVALID, {Tab.ALL}),
    ],
)
def test_that_each_status_has_its_tabs(status: Status, tabs: set[Tab]) -> None:
    one = shown(a_row(1, a_view(status=status)))
    assert {tab for tab in Tab if SignalFilter(tab=tab).on_tab(one)} == tabs


def test_that_the_week_ends_today() -> None:
    days = [shown(a_row(one, a_view(NOW_US - one * 24 * 60 * MINUTE_US))) for one in range(10)]
    kept = passed_by(SignalFilter(day="week"), days)
    assert [one.row.view.trade_date for one in kept] == [f"2025-12-{day:02d}" for day in range(10, 3, -1)]
