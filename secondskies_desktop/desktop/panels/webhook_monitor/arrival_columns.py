"""The columns of the arrivals table and how an arrival is written in them; pure, no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.theme import Tone

if TYPE_CHECKING:
    from secondskies_desktop.ingest.changes import ArrivalRow

_MINUTE_US = 60_000_000


class ArrivalColumn(NamedTuple):
    """Head, width in characters, whether it is a number, and what it says."""

    head: str
    characters: int
    numeric: bool
    why: str


COLUMNS = (
    ArrivalColumn("Arrived NY", 14, False, "When the body arrived, New York time"),
    ArrivalColumn(
        "State", 10, False, "done, duplicate (same bytes before), dead (could not be read), pending"
    ),
    ArrivalColumn("Event", 18, False, "What the body says; ⚒ it was mended by a named repair"),
    ArrivalColumn("Trade id", 26, False, "The signal, where the body speaks of one"),
    ArrivalColumn("Source", 16, False, "The token or the log that brought it"),
    ArrivalColumn("Size", 8, True, "Bytes of the body"),
    ArrivalColumn("Stored in", 9, True, "From the last byte received until it was safe on disk"),
    ArrivalColumn("After bar", 10, True, "From the close of the bar it speaks of until it arrived"),
    ArrivalColumn("Reason", 40, False, "Why it is dead, or what was odd about it"),
)
STATE_TONES = {
    "done": Tone.GOOD,
    "pending": Tone.WATCH,
    "duplicate": Tone.MUTED,
    "dead": Tone.DANGER,
}
STATE_COLUMN = 1


def cells_of(row: ArrivalRow) -> tuple[str, ...]:
    """Return an arrival as it stands in the columns."""
    event = row.event_type or ""
    if row.repairs:
        event = f"{event} ⚒"
    return (
        f"{formats.ny_day(row.received_us)} {formats.ny_clock(row.received_us)}",
        row.state,
        event or formats.UNKNOWN,
        row.trade_id or "",
        row.source.partition(":")[2] or row.source,
        formats.size(row.bytes),
        formats.milliseconds(row.ack_ms) if row.ack_ms is not None else "",
        after_bar(row),
        row.reason or "",
    )


def after_bar(row: ArrivalRow) -> str:
    """Return how long after the close of its bar an arrival came; empty where the body has no clock."""
    if row.bar_us is None:
        return ""
    late_s = (row.received_us - row.bar_us - _MINUTE_US) / 1e6
    if late_s < 0:
        return formats.UNKNOWN
    return f"{late_s:.1f} s" if late_s < 60 else formats.duration(late_s)  # noqa: PLR2004 - a minute


def why_of(row: ArrivalRow, column: int) -> str:
    """Return the tooltip of a cell."""
    if column == 0:
        return f"{formats.ny_stamp(row.received_us)} · arrival #{row.inbox_id} · chart {row.stream}"
    if column == 2 and row.repairs:  # noqa: PLR2004 - the event column
        return f"Mended by {', '.join(row.repairs)}; the raw bytes are untouched"
    if column == 4:  # noqa: PLR2004 - the source column
        return row.source
    return cells_of(row)[column] if column == len(COLUMNS) - 1 else COLUMNS[column].why


class ArrivalFilter(NamedTuple):
    """What must hold: a state, a time of arrival (from, to under; µs UTC), and words that are all shown."""

    state: str | None = None
    between: tuple[int, int] | None = None
    words: tuple[str, ...] = ()

    def passes(self, row: ArrivalRow) -> bool:
        """Whether an arrival passes."""
        if self.state is not None and row.state != self.state:
            return False
        if not self.is_between(row):
            return False
        if not self.words:
            return True
        said = " ".join((*cells_of(row), f"#{row.inbox_id}")).casefold()
        return all(word in said for word in self.words)

    def is_between(self, row: ArrivalRow) -> bool:
        """Whether an arrival came in its time."""
        return self.between is None or self.between[0] <= row.received_us < self.between[1]
