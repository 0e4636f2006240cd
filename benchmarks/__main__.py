"""`make bench`: every figure of the table in one run, each beside its opponent and against its goal."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchmarks import acknowledgements, desk, imports, looking, signals, window
from benchmarks.rows import Line, not_measured, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Measure = Callable[..., Iterator[Line]]

ROWS: dict[str, Measure] = {
    acknowledgements.ROW: acknowledgements.many_connections,
    acknowledgements.ONE: acknowledgements.one_connection,
    acknowledgements.SLOW: acknowledgements.slow_disk,
    acknowledgements.BLOCKED: acknowledgements.blocked_window,
    window.VISIBLE: window.visible,
    window.TABLE: window.busy_table,
    window.START: window.start,
    signals.DECODE: signals.decode_and_fold,
    signals.REBUILD: signals.rebuild,
    signals.FLAT: signals.flatness,
    desk.KPI: desk.kpi,
    desk.DESK: desk.whole,
    looking.LOOK: looking.look,
    imports.IMPORT: imports.ten_thousand_fills,
}


def main() -> int:
    """Measure what was asked for; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", metavar="ROW", action="append", choices=list(ROWS), help=", ".join(ROWS))
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds: rough figures")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the lines there too")
    asked = parser.parse_args()
    lines: list[Line] = []
    for name in asked.only or ROWS:
        sys.stderr.write(f"{name} …\n")
        lines += _measured(name, quick=asked.quick)
    print(table(lines))
    if asked.json is not None:
        asked.json.write_bytes(msgspec.json.format(msgspec.json.encode(lines)) + b"\n")
    return int(any(line.met is False for line in lines))


def _measured(name: str, *, quick: bool) -> list[Line]:
    begun = time.perf_counter()
    try:
        lines = list(ROWS[name](quick=quick))
    except Exception as error:
        lines = [not_measured(name, name, "–", f"it broke: {type(error).__name__}: {error}"[:200])]
    sys.stderr.write(f"{name} took {time.perf_counter() - begun:.0f} s\n")
    return lines


if __name__ == "__main__":
    sys.exit(main())
