"""A file read to its end: what each row became. No row is lost, and what the file does not prove is asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from secondskies_desktop.trades import table
from secondskies_desktop.trades.fill import ClosedTrade, Fill, Outcome, Refused
from secondskies_desktop.trades.formats import mapped
from secondskies_desktop.trades.formats.format import Format, LeftOut
from secondskies_desktop.trades.formats.known import BY_KEY, FORMATS, Found, find
from secondskies_desktop.trades.formats.row import Conventions, Header, Row, heading
from secondskies_desktop.trades.numbers import NotANumber, decimal_sign
from secondskies_desktop.trades.table import TableRow, Unreadable
from secondskies_desktop.trades.times import (
    DateOrder,
    Zone,
    date_order,
    has_year_last,
    has_zone,
    zone_of,
    zone_of_heading,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

AUTO: Final = "auto"


class Ask(StrEnum):
    """What a file may leave open."""

    ACCOUNT = "account"
    ZONE = "zone"
    DATE_ORDER = "date order"
    DECIMAL = "decimal sign"


class Question(msgspec.Struct, frozen=True):
    """What the trader has to say before the file can be read, and what it mostly is."""

    ask: Ask
    offers: tuple[str, ...]


class Unanswered(Exception):
    """The file leaves something open; nothing was read."""

    def __init__(self, format_key: str, questions: Sequence[Question]) -> None:
        super().__init__(f"{format_key}: not in the file: {', '.join(one.ask for one in questions)}")
        self.format_key = format_key
        self.questions = tuple(questions)


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What the trader said of the file. What the file says or proves itself goes before it."""

    format_key: str = AUTO
    account: str | None = None
    """For files and rows that name none."""
    zone: str | None = None
    """`America/Chicago`, `UTC+2`, `America/New_York+7`."""
    date_order: DateOrder | None = None
    decimal: str | None = None
    columns: mapped.Columns | None = None
    """For the format `mapped`."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds. Every row but the header and blank ones is in exactly one of the four."""

    format_key: str
    title: str
    verified: bool
    zone: str
    """The clock by which times without one of their own were read."""
    fills: tuple[Fill, ...]
    trades: tuple[ClosedTrade, ...]
    left_out: tuple[Outcome, ...]
    """Rows that are no executions, such as cancelled orders and what stands around the table."""
    refused: tuple[Outcome, ...]
    """Rows that cannot be read."""


def read_file(content: bytes, answers: Answers | None = None) -> Reading:
    """Read a file; raises Unreadable for the file as a whole and Unanswered for what it leaves open."""
    said = answers or Answers()
    text = table.text_of(content)
    found = _format(text, said)
    rows = table.html_rows(text) if found.delimiter is None else table.rows_of(text, found.delimiter)
    header = Header(rows[found.header_at].cells)
    body = rows[found.header_at + 1 :]
    inside = _inside(found.format, body)
    by = _conventions(found.format, header, inside, said)
    if found.format.currency is not None:
        by.currency = found.format.currency(rows[: found.header_at])
    above = [Outcome(row.line, "above the table") for row in rows[: found.header_at]]
    below = [Outcome(row.line, "below the table") for row in body[len(inside) :]]
    return _read(found.format, header, inside, [*above, *below], by)


def _format(text: str, said: Answers) -> Found:
    if said.format_key == mapped.KEY:
        if said.columns is None:
            raise Unreadable("the columns are not named")
        choice: Sequence[Format] = (mapped.mapped(said.columns),)
    elif said.format_key == AUTO:
        choice = FORMATS
    elif said.format_key in BY_KEY:
        choice = (BY_KEY[said.format_key],)
    else:
        raise Unreadable(f"no such format: {said.format_key[:40]}")
    found = find(text, choice)
    if len(found) == 1:
        return found[0]
    if found:
        raise Unreadable(f"could be either: {', '.join(one.format.title for one in found)}")
    if len(choice) == 1:
        raise Unreadable(f"no row names the columns of {choice[0].title}: {', '.join(choice[0].needs)}")
    raise Unreadable("no format is recognised by its columns; name the format, or map the columns")


def _inside(one: Format, body: Sequence[TableRow]) -> Sequence[TableRow]:
    """Return the rows down to the title of the next section."""
    for place, (_, cells) in enumerate(body if one.ends else ()):
        if heading(cells[0]) in one.ends and not any(cell.strip() for cell in cells[1:]):
            return body[:place]
    return body


def _conventions(one: Format, header: Header, rows: Sequence[TableRow], said: Answers) -> Conventions:
    questions: list[Question] = []
    times = [cell for column, nth in one.times for cell in _cells(header, rows, column, nth)]
    zone = _zone(one, header, said)
    if zone is None and not one.has_utc and not all(map(has_zone, times)):
        questions.append(Question(Ask.ZONE, one.zones))
    order = one.order or date_order(times) or said.date_order
    if order is None and has_year_last(times):
        questions.append(Question(Ask.DATE_ORDER, tuple(DateOrder)))
    decimal = _decimal(one, header, rows, said)
    if decimal is None:
        questions.append(Question(Ask.DECIMAL, (".", ",")))
    # Where some rows name an account, one that does not is refused: it may be anyone's.
    if not said.account and not (one.account and any(_cells(header, rows, one.account))):
        questions.append(Question(Ask.ACCOUNT, ()))
    if questions:
        raise Unanswered(one.key, questions)
    return Conventions(said.account, zone, order or DateOrder.MONTH_FIRST, decimal or ".")


def _zone(one: Format, header: Header, said: Answers) -> Zone | None:
    if one.zone_in is not None:
        place = header.place(one.zone_in)
        named = None if place is None else zone_of_heading(header.names[place])
        if named is not None:
            return named
    if said.zone is None:
        return None
    zone = zone_of(said.zone)
    if zone is None:
        raise Unreadable(f"no such time zone: {said.zone[:40]}")
    return zone


def _decimal(one: Format, header: Header, rows: Sequence[TableRow], said: Answers) -> str | None:
    if one.decimal is not None:
        return one.decimal
    if said.decimal not in {None, ".", ","}:
        raise Unreadable("the decimal sign is a point or a comma")
    numbers = (cell for column in one.numbers for cell in _cells(header, rows, column))
    try:
        return decimal_sign(numbers) or said.decimal
    except NotANumber:
        raise Unreadable(
            "numbers are written in two ways: with a decimal point and with a decimal comma"
        ) from None


def _cells(header: Header, rows: Sequence[TableRow], column: str, nth: int = 1) -> Iterator[str]:
    place = header.place(column, nth)
    if place is not None:
        cells = (row.cells[place].strip() for row in rows if place < len(row.cells))
        yield from (cell for cell in cells if cell)


def _read(
    one: Format, header: Header, inside: Sequence[TableRow], around: Sequence[Outcome], by: Conventions
) -> Reading:
    fills: list[Fill] = []
    trades: list[ClosedTrade] = []
    left_out = list(around)
    refused: list[Outcome] = []
    for line, cells in inside:
        try:
            if len(cells) > header.width and any(cell.strip() for cell in cells[header.width :]):
                raise Refused("the row goes on behind the last column")
            found = one.read(Row(line, cells, header, by))
        except LeftOut as error:
            left_out.append(Outcome(line, str(error)))
        except Refused as error:
            refused.append(Outcome(line, str(error)))
        else:
            if isinstance(found, Fill):
                fills.append(found)
            elif found.entry_us > found.exit_us:
                refused.append(Outcome(line, "the exit is before the entry"))
            else:
                trades.append(found)
    return Reading(
        format_key=one.key,
        title=one.title,
        verified=one.verified,
        zone="" if by.zone is None else by.zone.name,
        fills=tuple(fills),
        trades=tuple(trades),
        left_out=tuple(sorted(left_out, key=lambda one: one.line)),
        refused=tuple(refused),
    )
