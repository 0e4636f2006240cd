"""The bytes of a file as rows of text: encoding, delimiter, HTML reports, and bounds against hostile files.

A cell is text and nothing else; `=1+1` is five characters.
"""

from __future__ import annotations

import contextlib
import csv
import html
import io
import re
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES: Final = 32 * 1024 * 1024
MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 256
MAX_CELL: Final = 4_000
DELIMITERS: Final = (",", ";", "\t")
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_LOOK: Final = 4_096
_TAG: Final = re.compile(r"<(/?)(table|tr|td|th)\b([^<>]*)>", re.IGNORECASE)
_ANY_TAG: Final = re.compile(r"<[^<>]*>")
_HIDDEN: Final = re.compile(r"class=[\"']?[^\"'>]*\bhidden\b", re.IGNORECASE)
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Unreadable(Exception):
    """The file as a whole cannot be read; the text says where and why."""


class TableRow(NamedTuple):
    """A row, and the line of the file that it begins on."""

    line: int
    cells: list[str]


def text_of(content: bytes) -> str:
    """Return the text of a file; raises Unreadable for what is too large or no text."""
    if len(content) > MAX_BYTES:
        raise Unreadable(f"larger than {MAX_BYTES // 1024 // 1024} MB")
    if content.startswith(_WORKBOOKS):
        raise Unreadable("an Excel workbook: save it as CSV, or export it as CSV or HTML")
    encoding, skipped = _encoding(content)
    try:
        text = content[skipped:].decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(f"not {encoding.upper()} text (byte {error.start + skipped})") from None
    if "\x00" in text:
        raise Unreadable("not text: it holds zero bytes")
    return text


def _encoding(content: bytes) -> tuple[str, int]:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return encoding, len(mark)
    # Without a mark: Western text in UTF-16 has a zero in every second byte, UTF-8 has none at all.
    head = content[:_LOOK]
    if len(head) > 1 and head[1::2].count(0) * 2 > len(head[1::2]):
        return "utf-16-le", 0
    if len(head) > 1 and head[::2].count(0) * 2 > len(head[::2]):
        return "utf-16-be", 0
    return "utf-8", 0


def is_html(text: str) -> bool:
    """Return whether the text is a page and no table of cells between delimiters."""
    return text.lstrip()[:_LOOK].casefold().startswith(("<!doctype html", "<html", "<table"))


def rows_of(text: str, delimiter: str) -> list[TableRow]:
    """Return the rows that are not blank; raises Unreadable where the text is no table or beyond a bound."""
    rows = []
    for row in _rows(text, delimiter):
        rows.append(row)
        if len(rows) > MAX_ROWS:
            raise Unreadable(f"line {row.line}: more than {MAX_ROWS:,} rows")
    return rows


def head_of(text: str, delimiter: str, most: int) -> list[TableRow]:
    """Return the first rows that are not blank, up to where the text is no table by this delimiter."""
    rows: list[TableRow] = []
    with contextlib.suppress(Unreadable):
        for row in islice(_rows(text, delimiter), most):
            rows.append(row)  # noqa: PERF402 - what came before a failure counts
    return rows


def _rows(text: str, delimiter: str) -> Iterator[TableRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                _within_bounds(line, cells)
                yield TableRow(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"line {line}: {error}") from None


def html_rows(text: str) -> list[TableRow]:
    """Return the rows of every table of a page, without cells that the page hides; raises Unreadable.

    Found by their tags alone, in one pass: the standard library's parser is quadratic on a hostile page.
    """
    page = _Page()
    line, seen = 1, 0
    for tag in _TAG.finditer(text):
        page.say(text[seen : tag.start()])
        line += text.count("\n", seen, tag.start())
        page.meet(tag[2].casefold(), is_end=bool(tag[1]), attributes=tag[3], line=line)
        line += tag[0].count("\n")
        seen = tag.end()
    page.meet("table", is_end=True, attributes="", line=line)
    return page.rows


def _within_bounds(line: int, cells: list[str]) -> None:
    if len(cells) > MAX_COLUMNS:
        raise Unreadable(f"line {line}: more than {MAX_COLUMNS} columns")
    if any(len(cell) > MAX_CELL for cell in cells):
        raise Unreadable(f"line {line}: a cell of more than {MAX_CELL:,} characters")


class _Page:
    """The rows of a page, tag by tag."""

    def __init__(self) -> None:
        self.rows: list[TableRow] = []
        self._cells: list[str] | None = None
        self._said: str | None = None
        self._line = 1

    def say(self, text: str) -> None:
        """Take what stands between two tags, if a cell is open."""
        if self._said is not None:
            self._said = text

    def meet(self, tag: str, *, is_end: bool, attributes: str, line: int) -> None:
        """Begin or end a table, a row or a cell; what was left open ends with it."""
        if self._said is not None and self._cells is not None:
            plain = html.unescape(_ANY_TAG.sub("", self._said))
            self._cells.append(" ".join(plain.split()))
        self._said = None
        if tag in {"tr", "table"}:
            self._end_row()
            if tag == "tr" and not is_end:
                self._cells, self._line = [], line
        elif not is_end and self._cells is not None and _HIDDEN.search(attributes) is None:
            self._said = ""

    def _end_row(self) -> None:
        if self._cells and any(self._cells):
            _within_bounds(self._line, self._cells)
            self.rows.append(TableRow(self._line, self._cells))
            if len(self.rows) > MAX_ROWS:
                raise Unreadable(f"line {self._line}: more than {MAX_ROWS:,} rows")
        self._cells = None
