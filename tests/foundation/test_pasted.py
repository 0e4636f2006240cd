"""What is copied for a spreadsheet: cells stay in their columns, and none becomes a formula."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.foundation.documents.table import pasted


def test_that_an_empty_cell_keeps_its_place() -> None:
    assert pasted([["Results", "", "3 W"], ["Mean", None, 0.5]]) == "Results\t\t3 W\nMean\t\t0.5"


@pytest.mark.parametrize(
    "cell", ["=1+1", " =1+1", "\t@SUM(A1)", "\n-2+3", "+A1", "\uff1d1", "  \u00a0=HYPERLINK(1)"]
)
def test_that_no_cell_becomes_a_formula(cell: str) -> None:
    assert pasted([[cell]]).startswith("'")


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), min_size=1))
def test_that_no_cell_breaks_its_line_or_column(rows: list[list[str]]) -> None:
    lines = pasted(rows).split("\n")
    assert [line.count("\t") for line in lines] == [1] * len(rows)
