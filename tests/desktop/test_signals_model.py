"""Qt's model of signals: exact cells, no reset, and what was chosen stays chosen."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from secondskies_desktop.desktop.models.columns import COLUMNS, Column
from secondskies_desktop.desktop.models.shown_signal import shown
from secondskies_desktop.desktop.models.signal_filter import SignalFilter, Tab
from secondskies_desktop.desktop.models.signals_model import SignalsModel
from secondskies_desktop.desktop.panels.live_signals.signal_table import SignalTable
from secondskies_desktop.signals.vocabulary import LegStatus, Status
from tests.desktop.made_signals import NOW_US, a_row, a_view, made_signals

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot

    from secondskies_desktop.signals.changes import SignalRow

pytestmark = pytest.mark.usefixtures("dressed")

ROWS = made_signals(300)


def model_of(rows: list[SignalRow]) -> SignalsModel:
    model = SignalsModel()
    model.set_now(NOW_US)
    model.apply([shown(row) for row in rows])
    return model


def changed(row: SignalRow, **values: object) -> SignalRow:
    view = msgspec.structs.replace(row.view, **values)
    return msgspec.structs.replace(row, seq=row.seq + 1_000, view=view)


def cells_told(model: SignalsModel) -> list[tuple[int, Column]]:
    told: list[tuple[int, Column]] = []

    def note(first: QModelIndex, last: QModelIndex, _roles: object) -> None:
        assert first.row() == last.row(), "never a bounding range over rows"
        told.extend((first.row(), Column(column)) for column in range(first.column(), last.column() + 1))

    model.dataChanged.connect(note)
    return told


def resets(model: SignalsModel) -> list[None]:
    happened: list[None] = []
    model.modelReset.connect(lambda: happened.append(None))
    return happened


def test_that_the_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model_of(ROWS[:40]))  # type: ignore[no-untyped-call]


def test_that_the_model_keeps_qts_rules_while_it_changes() -> None:
    model, draw = model_of(ROWS[:12]), random.Random(3)
    # It looks at every signal that the model emits; what it finds are warnings, and these fail a test.
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    for turn in range(12):
        some = draw.sample(made_signals(20, seed=turn), 5)
        model.apply([shown(msgspec.structs.replace(row, seq=1_000 + turn)) for row in some])
        model.set_filter(SignalFilter(tab=draw.choice(list(Tab)), text=draw.choice(["", "BULL"])))
        model.sort(draw.choice(list(Column)), draw.choice(list(Qt.SortOrder)))
        model.settle()
    assert tester.model() is model


def test_that_exactly_the_changed_cells_are_told() -> None:
    row = a_row(7, a_view(status=Status.ACTIVE, no_be_status=LegStatus.RUNNING, no_be_mfe=0.5, be_mfe=0.5))
    model = model_of([*ROWS[:20], row])
    told = cells_told(model)
    model.apply([shown(changed(row, no_be_mfe=0.75))])
    place = model.book.row_of(7)
    assert told == [(place, Column.NO_BE_MFE)]
    assert model.data(model.index(place or 0, Column.NO_BE_MFE)) == "0.75R"


def test_that_neighbours_are_told_together_and_what_lies_between_is_not_told() -> None:
    row = a_row(7, a_view(no_be_mfe=0.5, be_mfe=0.5, mae=-0.1))
    model = model_of([row])
    told = cells_told(model)
    model.apply([shown(changed(row, no_be_mfe=0.75, be_mfe=0.75, ambiguous=True))])
    assert told == [(0, Column.NO_BE_MFE), (0, Column.BE_MFE), (0, Column.MARKS)]


def test_that_a_change_nobody_can_see_is_not_told() -> None:
    row = a_row(7, a_view(no_be_mfe=0.5))
    model = model_of([row])
    told = cells_told(model)
    model.apply([shown(changed(row, no_be_mfe=0.501, last_received_us=NOW_US))])
    assert told == []


def test_that_an_older_row_never_overwrites_a_newer_one() -> None:
    row = a_row(7, a_view(no_be_mfe=0.5))
    model = model_of([changed(row, no_be_mfe=2.0)])
    model.apply([shown(row)])
    assert model.data(model.index(0, Column.NO_BE_MFE)) == "2.00R"


def test_that_a_batch_of_new_signals_is_one_insertion() -> None:
    model = model_of(ROWS[50:])
    inserted: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: inserted.append((first, last)))
    happened = resets(model)
    model.apply([shown(row) for row in ROWS[:50]])
    assert inserted == [(0, 49)]
    assert happened == []
    assert model.rowCount() == 300


def test_that_a_signal_that_leaves_the_tab_leaves_the_table() -> None:
    model = model_of(ROWS)
    model.set_filter(SignalFilter(tab=Tab.ACTIVE))
    before, happened = model.rowCount(), resets(model)
    running = next(row for row in ROWS if row.view.status is Status.ACTIVE)
    model.apply([shown(changed(running, status=Status.COMPLETED))])
    assert model.rowCount() == before - 1
    assert model.counts().tabs[Tab.ACTIVE] == before - 1
    model.apply([shown(changed(changed(running), status=Status.ACTIVE))])
    assert model.rowCount() == before
    assert happened == []


def test_that_scroll_and_selection_survive_updates_and_insertions(qtbot: QtBot) -> None:
    model = model_of(ROWS[20:])
    table = SignalTable(model)
    qtbot.addWidget(table)
    table.resize(900, 400)
    table.show()
    table.choose(ROWS[120].id)
    table.selectionModel().select(
        model.index(5, 0), QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    )
    chosen, top = set(table.selected_ids()), table.rowAt(0)
    at_top = model.shown_at(top).id
    happened = resets(model)
    for turn in range(20):
        model.apply([shown(changed(row, no_be_mfe=turn / 10)) for row in ROWS[100:150]])
    assert table.rowAt(0) == top
    model.set_filter(SignalFilter(text="2025"))
    model.sort(Column.NO_BE_MFE, Qt.SortOrder.AscendingOrder)
    model.sort(Column.SIGNAL, Qt.SortOrder.DescendingOrder)
    assert set(table.selected_ids()) == chosen
    assert table.current_id() == ROWS[120].id
    assert model.shown_at(table.rowAt(0)).id == at_top
    model.apply([shown(row) for row in ROWS[:20]])
    assert set(table.selected_ids()) == chosen
    assert happened == []


def test_that_reading_again_is_the_only_reset() -> None:
    model = model_of(ROWS)
    happened = resets(model)
    model.replace_all([shown(row) for row in ROWS[:10]])
    assert len(happened) == 1
    assert model.rowCount() == 10


@pytest.mark.parametrize("column", list(Column))
def test_that_numbers_stand_right_and_text_left(column: Column) -> None:
    model = model_of(ROWS[:1])
    wanted = Qt.AlignmentFlag.AlignRight if COLUMNS[column].numeric else Qt.AlignmentFlag.AlignLeft
    for alignment in (
        model.data(model.index(0, column), Qt.ItemDataRole.TextAlignmentRole),
        model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole),
    ):
        assert Qt.AlignmentFlag(alignment) & wanted


def test_that_a_copy_has_plain_numbers_and_empty_unknowns() -> None:
    running = a_row(
        1,
        a_view(status=Status.ACTIVE, mae=-0.5, no_be_mfe=1_234.5, entry_price=24_847.25, stop_loss=None),
    )
    model = model_of([running])
    columns = [Column.DIRECTION, Column.SIGNAL, Column.MAE, Column.NO_BE_MFE, Column.ENTRY, Column.STOP]
    head, cells = model.copied([1], columns)
    assert head == ["direction", "signal_ny", "mae_r", "mfe_no_be_r", "entry_price", "stop_loss"]
    assert cells == ["BULLISH", "2025-12-10 10:42:07", -0.5, 1_234.5, 24_847.25, ""]


def test_that_a_new_trade_date_moves_today() -> None:
    model = model_of(ROWS)
    model.set_filter(SignalFilter(day="today"))
    before = model.rowCount()
    model.set_now(NOW_US + 24 * 3_600 * 1_000_000)
    assert before > 0
    assert model.rowCount() == 0
