"""A line of the table: what was measured, beside what, against which goal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. `ratio` is figure / opponent_figure, the median of the rounds; `met` None is not measured."""

    row: str
    what: str
    figure: float | None
    unit: str
    opponent: str
    opponent_figure: float | None
    ratio: float | None
    goal: str
    met: bool | None
    note: str = ""


class Busy(msgspec.Struct, frozen=True):
    """How a table stood a storm: the share of its thread's time, and what became of what the trader saw."""

    share: float
    signals: int
    no_reset: bool
    kept: bool


class Whole(msgspec.Struct, frozen=True):
    """What the whole desk asks of the machine: shares of a core, megabytes, milliseconds."""

    idle: float
    busy: float
    resident_mb: float
    switches_ms: list[float]
    longest_stall_ms: float
    alerts: int
    signals: int
    panels: int


def at_least(
    row: str,
    what: str,
    goal: float,
    *,
    figure: float,
    unit: str,
    opponent: tuple[str, float] | None = None,
    ratio: float | None = None,
    note: str = "",
) -> Line:
    """Return a line whose ratio, or where there is none its figure, must reach `goal`.

    `opponent` is its name and its figure, in the same unit.
    """
    value = figure if ratio is None else ratio
    said = f"≥ {shown(goal)} {unit if ratio is None else '×'}"
    verdict = note if value >= goal else _joined(f"short by {100 * (1 - value / goal):.0f} %", note)
    return Line(
        row=row,
        what=what,
        figure=figure,
        unit=unit,
        opponent="" if opponent is None else opponent[0],
        opponent_figure=None if opponent is None else opponent[1],
        ratio=ratio,
        goal=said,
        met=value >= goal,
        note=verdict,
    )


def at_most(
    row: str,
    what: str,
    goal: float,
    *,
    figure: float,
    unit: str,
    opponent: tuple[str, float] | None = None,
    ratio: float | None = None,
    note: str = "",
) -> Line:
    """Return a line whose ratio, or where there is none its figure, must not pass `goal`; the rest as in `at_least`."""
    value = figure if ratio is None else ratio
    said = f"≤ {shown(goal)} {unit if ratio is None else '×'}"
    verdict = note if value <= goal else _joined(f"over by {100 * (value / goal - 1):.0f} %", note)
    return Line(
        row=row,
        what=what,
        figure=figure,
        unit=unit,
        opponent="" if opponent is None else opponent[0],
        opponent_figure=None if opponent is None else opponent[1],
        ratio=ratio,
        goal=said,
        met=value <= goal,
        note=verdict,
    )


def holds(row: str, what: str, goal: str, *, met: bool, note: str) -> Line:
    """Return a line that is no number: it holds or it does not, and `note` says what was seen."""
    return _bare(row, what, goal, met, note)


def not_measured(row: str, what: str, goal: str, why: str) -> Line:
    """Return a line that could not be measured here, and why."""
    return _bare(row, what, goal, None, why)


def _bare(row: str, what: str, goal: str, met: bool | None, note: str) -> Line:
    return Line(
        row=row,
        what=what,
        figure=None,
        unit="",
        opponent="",
        opponent_figure=None,
        ratio=None,
        goal=goal,
        met=met,
        note=note,
    )


def shown(number: float) -> str:
    """Return a number with as many digits as it is worth."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def verdict(line: Line) -> str:
    """Return met, short (by how much), or not measured (why)."""
    if line.met is None:
        return f"not measured: {line.note}"
    if line.met:
        return _joined("met", line.note)
    return line.note


def table(lines: Sequence[Line]) -> str:
    """Return the lines as a table for a terminal."""
    rows = [("row", "what", "figure", "beside", "ratio", "goal", "verdict")]
    for line in lines:
        beside = line.opponent
        if line.opponent_figure is not None:
            beside = f"{line.opponent} {shown(line.opponent_figure)} {line.unit}"
        rows.append(
            (
                line.row,
                line.what,
                "–" if line.figure is None else f"{shown(line.figure)} {line.unit}",
                beside or "–",
                "–" if line.ratio is None else f"{shown(line.ratio)} ×",
                line.goal,
                verdict(line),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    padded = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in padded)


def _joined(first: str, rest: str) -> str:
    return f"{first}; {rest}" if rest else first
