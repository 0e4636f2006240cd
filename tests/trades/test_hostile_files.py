"""Files that are broken, too large or meant to harm: bounded, refused by line and reason, never half lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.trades import table
from secondskies_desktop.trades.reading import Answers, Reading, Unanswered, read_file
from secondskies_desktop.trades.table import Unreadable
from tests.trades.made_files import ANSWERS, NEW_YORK, content

FILLS = "tradovate-fills.csv"
ROW = content(FILLS).decode().splitlines()[1]


def read_fills(*rows: str) -> Reading:
    """Read Tradovate fills of these rows."""
    header = content(FILLS).decode().splitlines()[0]
    return read_file("\n".join((header, *rows)).encode())


def swapped(name: str, value: str) -> str:
    """Return the sample row with another value in a column."""
    header = content(FILLS).decode().splitlines()[0].split(",")
    cells = ROW.split(",")
    cells[header.index(name)] = value
    return ",".join(cells)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Price", "", "Price is empty"),
        ("Price", "abc", "Price is not a number: 'abc'"),
        ("Price", "=1+1", "Price is not a number: '=1+1'"),
        ("Price", "NaN", "Price is not a number: 'NaN'"),
        ("Price", "1e9", "Price is not a number: '1e9'"),
        ("Price", "99999999999", "Price is not a number: '99999999999'"),
        ("Price", "21,00", "Price is not a number: '21"),
        ("Price", "0", "Price is zero"),
        ("Quantity", "0", "Quantity is not above zero: '0'"),
        ("Quantity", "-2", "Quantity is not above zero: '-2'"),
        ("Quantity", "1.5", "1.5 is no whole number of MNQ contracts"),
        ("B/S", "Hold", "B/s is neither buy nor sell: 'Hold'"),
        ("_timestamp", "٢٠٢٦-06-10 10:00:00Z", "_timestamp: not a time: '٢٠٢٦-06-10 10:00:00Z'"),
        ("Price", "٢١٠٠٠", "Price is not a number: '٢١٠٠٠'"),
        ("_timestamp", "yesterday", "_timestamp: not a time: 'yesterday'"),
        ("_timestamp", "2026-02-30 10:00:00Z", "_timestamp: no such time: '2026-02-30 10:00:00Z'"),
        ("_timestamp", "1926-02-03 10:00:00Z", "_timestamp: not in this century: '1926-02-03 10:00:00Z'"),
        ("_timestamp", "2026-06-10 10:00:00", "_timestamp: no time zone: '2026-06-10 10:00:00'"),
        ("Contract", "=HYPERLINK(1)", "Contract is no symbol: '=HYPERLINK(1)'"),
        ("Contract", "MNQH6", "MNQH6 would be the contract of 2026-03, traded in 2026-06"),
        ("Contract", "MNQZ5", "MNQZ5 would be the contract of 2035-12, traded in 2026-06"),
        ("Contract", "X" * 41, "Contract is no symbol: '" + "X" * 40 + "'"),
        ("Fill ID", "", "Fill id is empty"),
        ("Account", "a\x07b", "not the name of an account: 'a\\x07b'"),
    ],
)
def test_that_a_row_is_refused_by_line_and_reason_and_the_others_are_taken(
    column: str, value: str, reason: str
) -> None:
    if "," in value:
        value = f'"{value}"'
    found = read_fills(ROW, swapped(column, value).replace("1002,502", "1009,509"), ROW)
    assert [one.line for one in found.refused] == [3]
    assert found.refused[0].reason.startswith(reason)
    assert len(found.fills) == 2


def test_that_a_formula_in_a_name_stays_text() -> None:
    (fill,) = read_fills(swapped("Account", "=cmd|' /C calc'!A0")).fills
    assert fill.account == "=cmd|' /C calc'!A0"


def test_that_a_row_that_goes_on_or_ends_early_is_refused() -> None:
    found = read_fills(ROW + ",more", ",".join(ROW.split(",")[:8]))
    assert [one.reason for one in found.refused] == [
        "the row goes on behind the last column",
        "Quantity is empty",
    ]


def test_that_an_hour_that_comes_twice_or_never_is_refused_not_guessed() -> None:
    text = content("tradovate-orders.csv").decode()
    text = text.replace("06/10/2026 10:00:00", "11/01/2026 01:30:00").replace(
        "06/10/2026 10:05:10", "03/08/2026 02:30:00"
    )
    found = read_file(text.encode(), Answers(zone=NEW_YORK))
    assert [one.reason for one in found.refused] == [
        "Fill time: 2026-11-01 01:30:00 is in an hour that the clock of America/New_York shows twice",
        "Fill time: 2026-03-08 02:30:00 is in an hour that the clock of America/New_York leaves out",
    ]
    assert found.fills == ()


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (b"\xff\xfe\x00", "not UTF-16-LE text"),
        (b"a,b\xff\n", "not UTF-8 text"),
        (b"PK\x03\x04rest", "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "an Excel workbook"),
        (b"a\x00,b\nc,dddddddd", "zero bytes"),
        (b"", "no format is recognised"),
        (b"\x00" * 64, "zero bytes"),
    ],
)
def test_that_what_is_no_table_is_refused_as_a_whole(harm: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_file(harm)


def test_that_size_rows_columns_and_cells_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreadable, match="more than 256 columns"):
        read_fills(ROW, "," * 300 + "x")
    with pytest.raises(Unreadable, match="line 3: a cell of more than 4,000 characters"):
        read_fills(ROW, swapped("Account", "x" * 5_000))
    monkeypatch.setattr(table, "MAX_ROWS", 70)
    with pytest.raises(Unreadable, match="more than 70 rows"):
        table.rows_of("a,b\n" * 80, ",")
    monkeypatch.setattr(table, "MAX_BYTES", 100)
    with pytest.raises(Unreadable, match="larger than"):
        read_fills(ROW)


def test_that_an_open_quotation_mark_does_not_swallow_the_rest_in_silence() -> None:
    with pytest.raises(Unreadable, match="line 3: unexpected end of data"):
        read_fills(ROW, '"' + ROW, ROW)


@pytest.mark.parametrize(
    "evil", ["<a" * 300_000, "<" * 600_000, "<!--" * 200_000, "<td" * 300_000, "<tr><td class='" * 40_000]
)
def test_that_a_hostile_page_is_read_in_one_pass(evil: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(Unreadable):
        read_file(f"<html>{evil}".encode())
    assert time.perf_counter() - begun < 10


@given(st.binary(max_size=400))
def test_that_bytes_of_any_kind_are_read_or_refused(harm: bytes) -> None:
    for whole in (harm, content(FILLS) + b"\n" + harm, b"<html>" + harm):
        try:
            read_file(whole)
        except (Unreadable, Unanswered):
            continue


@given(st.sampled_from([name for name in ANSWERS if name.endswith(".csv")]), st.data())
def test_that_a_harmed_cell_loses_no_row(name: str, data: st.DataObject) -> None:
    """Whatever stands in one cell of a file: its rows are all accounted for, or the file is refused as a whole."""
    raw = content(name)
    text = raw.decode("utf-16") if raw.startswith(b"\xff\xfe") else raw.decode()
    lines = text.splitlines()
    header = max(range(len(lines)), key=lambda place: len(lines[place]))
    place = data.draw(st.integers(0, len(lines) - 1).filter(lambda one: one != header))
    delimiter = ";" if ";" in lines[header] else ","
    cells = lines[place].split(delimiter)
    cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(
        st.text(
            st.characters(
                exclude_characters='"\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029,;', exclude_categories=["Cs"]
            )
        )
    )
    lines[place] = delimiter.join(cells)
    try:
        found = read_file("\n".join(lines).encode(), ANSWERS[name])
    except (Unreadable, Unanswered):
        return
    told = {one.line for kind in (found.fills, found.trades, found.left_out, found.refused) for one in kind}
    rows = {
        number for number, line in enumerate(lines, 1) if line.replace(delimiter, "").replace('"', "").strip()
    }
    assert len(rows - told) == 1, "all but the header"
