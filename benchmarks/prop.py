"""Rules of prop firms: ten thousand cases through the command, and one event for the accounts of a trader."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.rows import Line, at_most
from secondskies_desktop.prop.engine import Around, begin, compile_rules, evaluate
from secondskies_desktop.prop.events import Mark, Trade
from secondskies_desktop.prop.short_form import read_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = "cases"
ACCOUNTS = "accounts"
_MANY = 10_000
_ACCOUNTS = 20
_AT_US = 1_783_000_000_000_000


def programs() -> list[dict[str, Any]]:
    """Return what one trader may hold side by side: an EOD trail, an intraday one, a static floor with a hard day."""
    payout = {
        "qualifying": {"days": 5, "profit": 150},
        "share_pct": 50,
        "share_base": "balance",
        "cap": 2_000,
        "split_pct": 90,
        "fee": 30,
        "consistency": {"variant": "best_day_since_payout", "pct": 50, "inclusive": True},
    }
    lock = {"anchor": "balance", "effect": "lock", "evaluated": "realtime", "touch_is_breach": True}
    best = {"variant": "best_day_of_net", "pct": 55, "inclusive": None, "effect": "keep_trading"}
    return [
        {
            "start": 50_000,
            "drawdown": {"type": "eod", "amount": 2_000, "lock_offset": 0, "touch_is_breach": True},
            "daily": lock | {"amount": 1_000},
            "consistency": best,
            "target": 3_000,
            "min_days": 2,
            "payout": payout,
        },
        {
            "start": 50_000,
            "drawdown": {"type": "intraday", "amount": 2_500, "lock_offset": 100, "touch_is_breach": True},
            "scaling": {"unit": "mini", "steps": [[0, 2], [1_500, 3], [2_000, 5]], "micro_per_mini": 10},
            "payout": payout,
        },
        {
            "start": 100_000,
            "drawdown": {"type": "static", "amount": 10_000, "touch_is_breach": False},
            "daily": lock | {"pct": 5, "pct_of": "initial", "effect": "fail"},
            "target": 10_000,
            "min_days": 4,
            "clock": {"tz": "Europe/Prague", "roll": "00:00"},
        },
    ]


def cases(*, quick: bool) -> Iterator[Line]:
    """A file of cases of five days with four trades each, through `prop evaluate --cases`, the start included."""
    number, seeded = (_MANY // 10 if quick else _MANY), random.Random(7)
    asked = programs()
    with tempfile.TemporaryDirectory(prefix="secondskies-bench-") as folder:
        file = Path(folder) / "cases.jsonl"
        with file.open("w") as lines:
            for place in range(number):
                events = _week(seeded)
                lines.write(json.dumps({"id": place, "rules": asked[place % 3], "events": events}) + "\n")
        command = [
            sys.executable,
            "-m",
            "secondskies_desktop",
            "prop",
            "evaluate",
            "--cases",
            str(file),
            "--json",
        ]
        begun = time.perf_counter()
        said = subprocess.run(command, capture_output=True, check=True)
        seconds = time.perf_counter() - begun
    found = json.loads(said.stdout)
    assert len(found) == number
    assert not any("error" in one for one in found)
    yield at_most(
        CASES,
        f"{_MANY:,} cases of 25 events through prop evaluate",
        20.0,
        figure=seconds * _MANY / number,
        unit="s",
        note=f"{number:,} in {seconds:.1f} s",
    )


def _week(seeded: random.Random) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for day in range(6, 11):
        for hour in (14, 15, 16, 17):
            pnl = seeded.randrange(-400, 500)
            peak, low = max(pnl, 0) + seeded.randrange(300), min(pnl, 0) - seeded.randrange(300)
            trade = {"type": "trade", "at": f"2026-07-{day:02d}T{hour}:00:00Z", "pnl": pnl}
            events.append(trade | {"fees": "3.80", "mfe": peak, "mae": low})
        events.append({"type": "session_close", "at": f"2026-07-{day:02d}T21:00:00Z"})
    return events


def accounts(*, quick: bool) -> Iterator[Line]:
    """A look at the equity, and a trade, for twenty accounts: every rule of each evaluated again."""
    compiled = [compile_rules(read_rules(programs()[place % 3])) for place in range(_ACCOUNTS)]
    rounds = 200 if quick else 2_000
    marks, trades = [], []
    states = [begin(one) for one in compiled]
    for place in range(rounds):
        at_us = _AT_US + place * 1_000_000
        mark = [Mark(at_us=at_us, equity=state.row[0] + place % 97) for state in states]
        trade = Trade(at_us=at_us, pnl=(place % 3 - 1) * 100, mfe=500, mae=-500)
        around = Around(now_us=at_us, minis=1, micros=0)
        begun = time.perf_counter()
        states = [
            evaluate(one, state, event, around)[0]
            for one, state, event in zip(compiled, states, mark, strict=True)
        ]
        marked = time.perf_counter()
        states = [evaluate(one, state, trade, around)[0] for one, state in zip(compiled, states, strict=True)]
        marks.append(marked - begun)
        trades.append(time.perf_counter() - marked)
    for name, took in (("a look at the equity", marks), ("a trade", trades)):
        yield at_most(
            ACCOUNTS,
            f"{name} for {_ACCOUNTS} accounts, all verdicts",
            1.0,
            figure=1e3 * statistics.median(took),
            unit="ms",
            note=f"p99 {1e3 * sorted(took)[int(0.99 * len(took))]:.2f} ms",
        )
