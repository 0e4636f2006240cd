"""What every KPI is about: a target, a break-even mode and a span of trade dates; pure, no Qt."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

import msgspec

from secondskies_desktop.engine.statistics import Query
from secondskies_desktop.foundation.decoding import json_decoder
from secondskies_desktop.foundation.market_hours import trading_days
from secondskies_desktop.signals.outcome import BeMode

TARGET_CHOICES = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0)
"""In R; the tallies hold every half R from 0.5 to 20."""
_RECENT = 20


class Span(StrEnum):
    """Which trade dates are meant."""

    TODAY = "Today"
    WEEK = "This week"
    RECENT = "20 dates"
    ALL = "All"


class Basis(msgspec.Struct, frozen=True):
    """Target k in R, mode, and span; `day` is one trade date in place of the span."""

    target: float = 2.0
    mode: BeMode = BeMode.NO_BE
    span: Span = Span.TODAY
    day: date | None = None

    def query(self, today: date) -> Query:
        """Return the question this stands for; `today` is the trade date of now."""
        if self.day is not None:
            return Query(self.target, self.mode, self.day, self.day)
        match self.span:
            case Span.TODAY:
                return Query(self.target, self.mode, today, today)
            case Span.WEEK:
                return Query(self.target, self.mode, first_of_week(today), today)
            case Span.RECENT:
                return Query(self.target, self.mode, _recent(today), today)
            case Span.ALL:
                return Query(self.target, self.mode)

    @property
    def words(self) -> str:
        """The basis as every number names it: "target 2R · No-BE"."""
        return f"target {self.target:g}R · {self.mode}"


def first_of_week(day: date) -> date:
    """Return the Monday of a trade date's week: Sunday evening belongs to it already."""
    return day - timedelta(days=day.weekday())


def _recent(today: date) -> date:
    """Return the first of the last 20 trade dates, today included; 28 days back beyond the calendar."""
    days = trading_days(today - timedelta(days=3 * _RECENT), today)
    return days[-_RECENT] if days and len(days) >= _RECENT else today - timedelta(days=28)


_decode = json_decoder(Basis)


def encoded(basis: Basis) -> str:
    """Return a basis as it is remembered, without the one day, which is of the moment."""
    return msgspec.json.encode(msgspec.structs.replace(basis, day=None)).decode()


def decoded(text: object) -> Basis:
    """Return a remembered basis; the usual one where it cannot be read."""
    try:
        found = _decode(str(text))
    except msgspec.MsgspecError:
        return Basis()
    return found if found.target in TARGET_CHOICES else Basis()
