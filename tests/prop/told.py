"""How the tests of prop rules tell a program and its days, in the short form."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from secondskies_desktop.prop.evaluating import case_answers

MONDAY = date(2026, 7, 6)

Event = dict[str, Any]


def day(number: int) -> str:
    """Return the trading day of a number, weekends left out, the first being Monday 2026-07-06."""
    weeks, weekday = divmod(number, 5)
    return (MONDAY + timedelta(days=7 * weeks + weekday)).isoformat()


def trade(number: int, pnl: float | str, *, at: str = "15:00", **more: Any) -> Event:
    """Return a trade on the day of a number; times are UTC."""
    return {"type": "trade", "at": f"{day(number)}T{at}:00Z", "pnl": pnl, **more}


def equity(number: int, balance: float | str, live: float | str | None = None, *, at: str = "16:00") -> Event:
    """Return a look at the account."""
    seen = balance if live is None else live
    return {"type": "equity", "at": f"{day(number)}T{at}:00Z", "balance": balance, "equity": seen}


def close(number: int, *, at: str = "21:00") -> Event:
    """Return the end of a session, by default at 17:00 New York in summer."""
    return {"type": "session_close", "at": f"{day(number)}T{at}:00Z"}


def paid(number: int, gross: float | str, *, at: str = "20:00") -> Event:
    """Return a withdrawal."""
    return {"type": "payout", "at": f"{day(number)}T{at}:00Z", "gross": gross}


def closes(*balances: float) -> list[Event]:
    """Return a day for each balance that it closes at."""
    return [
        one for number, balance in enumerate(balances) for one in (equity(number, balance), close(number))
    ]


def days_of(*profits: float | str) -> list[Event]:
    """Return a day with one trade for each profit."""
    return [one for number, profit in enumerate(profits) for one in (trade(number, profit), close(number))]


def told(rules: dict[str, Any], events: list[Event]) -> Any:
    """Return the answer of `prop evaluate` for one case."""
    line = json.dumps({"id": "case", "rules": rules, "events": events}).encode()
    found = json.loads(json.dumps(next(case_answers([line]))))
    assert "error" not in found, found["error"]
    return found


def refused(rules: Any, events: Any) -> str:
    """Return why a case is refused."""
    found = next(case_answers([json.dumps({"id": 7, "rules": rules, "events": events}).encode()]))
    assert found["id"] == 7
    return str(found["error"])


def floors(answer: Any) -> list[str | None]:
    """Return the floor that holds after each close."""
    return [one["floor"] for one in answer["days"]]


def ended(answer: Any) -> tuple[str, int] | None:
    """Return by which rule and after which event the account ended."""
    return None if answer["ended"] is None else (answer["ended"]["rule"], answer["ended"]["after"])
