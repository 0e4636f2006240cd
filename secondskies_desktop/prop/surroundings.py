"""Verdicts on size, time, news and conduct: what hangs on the position, the clock and what the trader does.

Sources: prop_rules.md §5 for expiry and inactivity, §6 for the rest, §3.1 for the clock.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.prop import rows as r
from secondskies_desktop.prop.clock import deadline
from secondskies_desktop.prop.planning import sizes
from secondskies_desktop.prop.rules import (
    Conduct,
    Contracts,
    Expiry,
    Hours,
    IdleDays,
    News,
    WeeklyTrade,
    Without,
)
from secondskies_desktop.prop.verdicts import NOT_CHECKED, Outcome, Verdict

if TYPE_CHECKING:
    from secondskies_desktop.prop.account import State
    from secondskies_desktop.prop.compiling import Compiled

_MINUTE_US = 60_000_000


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What is known beside the account itself. None is not known."""

    now_us: int
    minis: int | None = None
    """How many minis are held, without a sign; 0 is flat."""
    micros: int | None = None
    releases_us: tuple[int, ...] | None = None
    """When listed releases come out, in order; None where no calendar was imported."""
    purchased_us: int | None = None
    copies: bool | None = None
    """Whether trades are copied from or to others."""
    automates: bool | None = None
    is_remote: bool | None = None
    hedges: bool | None = None
    accounts: int | None = None
    """How many accounts are held at this firm."""

    @property
    def is_flat(self) -> bool | None:
        """Whether nothing is held; None where that is not known."""
        if self.minis is None or self.micros is None:
            held = self.minis or self.micros
            return False if held else None
        return self.minis == 0 and self.micros == 0


def surrounding_verdicts(compiled: Compiled, state: State, around: Around) -> list[Verdict]:
    """Return the verdicts that hang on more than money."""
    today = compiled.clock.date_of(around.now_us)
    found = [
        _contracts(compiled, state, around),
        _hours(compiled, around),
        _news(compiled, around),
        _expiry(compiled, state, around, today),
        _inactivity(compiled, state, today),
        *_conduct(compiled.rules.conduct, around),
    ]
    return [one for one in found if one is not None]


def _contracts(compiled: Compiled, state: State, around: Around) -> Verdict | None:
    rule = compiled.rules.contracts
    if isinstance(rule, Without) or (isinstance(rule, Contracts) and isinstance(rule.cap, Without)):
        return None
    minis, micros = sizes(compiled, state.row)
    unknown = Verdict(rule="contracts", verdict="UNKNOWN", unit="contracts", limit=minis, reason=NOT_CHECKED)
    if not isinstance(rule, Contracts) or (minis is None and micros is None):
        return unknown
    held = _held(rule, around, in_micros=bool(around.micros) or minis is None)
    limit = micros if around.micros or minis is None else minis
    if held is None or limit is None:
        return msgspec.structs.replace(
            unknown, limit=limit, reason="the position, or what a micro counts, is not known"
        )
    return Verdict(
        rule="contracts",
        verdict="PASS" if held <= limit else "FAIL",
        unit="contracts",
        measured=held,
        limit=limit,
        room=limit - held,
        reason="" if held <= limit else "more contracts than this session allows",
    )


def _held(rule: Contracts, around: Around, *, in_micros: bool) -> int | None:
    if around.minis is None or around.micros is None:
        return None
    if not in_micros:
        return around.minis
    if around.minis and rule.micro_per_mini is None:
        return None
    return around.minis * (rule.micro_per_mini or 0) + around.micros


def _hours(compiled: Compiled, around: Around) -> Verdict | None:
    rule = compiled.rules.hours
    if isinstance(rule, Without):
        return None
    if not isinstance(rule, Hours) or rule.flat_by is None or rule.tz is None:
        return Verdict(rule="hours", verdict="UNKNOWN", unit="time", reason=NOT_CHECKED)
    due = deadline(compiled.clock, rule.flat_by, rule.tz, rule.early_close_lead_minutes, around.now_us)
    return _until(
        "hours",
        due.at_us,
        around,
        is_over=around.now_us >= due.at_us,
        bound=due.bound,
        why="not flat in time",
    )


def _until(rule: str, limit_us: int, around: Around, *, is_over: bool, bound: str, why: str) -> Verdict:
    """Return PASS before an instant or when flat, FAIL with a position after it, else UNKNOWN."""
    verdict: Outcome = "PASS"
    reason = ""
    if is_over and around.is_flat is not True:
        verdict, reason = "FAIL", why
        if around.is_flat is None:
            verdict, reason = "UNKNOWN", "the position is not known"
    elif bound and not around.is_flat:
        verdict, reason = "UNKNOWN", bound
    return Verdict(
        rule=rule,
        verdict=verdict,
        unit="time",
        measured=around.now_us,
        limit=limit_us,
        room=limit_us - around.now_us,
        reason=reason,
        bound=bound,
    )


def _news(compiled: Compiled, around: Around) -> Verdict | None:
    rule = compiled.rules.news
    if isinstance(rule, Without):
        return None
    if not isinstance(rule, News) or rule.minutes_before is None or rule.minutes_after is None:
        return Verdict(rule="news", verdict="UNKNOWN", unit="time", reason=NOT_CHECKED)
    if around.releases_us is None:
        return Verdict(
            rule="news", verdict="UNKNOWN", unit="time", reason="no economic calendar was imported"
        )
    for release_us in around.releases_us:
        if around.now_us <= release_us + rule.minutes_after * _MINUTE_US:
            begins_us = release_us - rule.minutes_before * _MINUTE_US
            is_over = around.now_us >= begins_us
            return _until(
                "news", begins_us, around, is_over=is_over, bound="", why="a position around a release"
            )
    return Verdict(
        rule="news", verdict="UNKNOWN", unit="time", reason="the calendar holds no release after this instant"
    )


def _expiry(compiled: Compiled, state: State, around: Around, today: int) -> Verdict | None:
    rule = compiled.rules.expiry
    if isinstance(rule, Without):
        return None
    if not isinstance(rule, Expiry) or rule.calendar_days is None or rule.since is None:
        return Verdict(rule="expiry", verdict="UNKNOWN", unit="days", reason=NOT_CHECKED)
    first: int | None = state.row[r.FIRST_TRADE_DATE]
    if rule.since == "purchase":
        first = None if around.purchased_us is None else compiled.clock.date_of(around.purchased_us)
        if first is None:
            return Verdict(rule="expiry", verdict="UNKNOWN", unit="days", reason="no purchase date")
    elif first == r.UNKNOWN:
        return Verdict(rule="expiry", verdict="PASS", unit="days", measured=0, limit=rule.calendar_days)
    gone = today - (first or 0)
    return _days("expiry", gone, rule.calendar_days, "the phase has run out")


def _days(rule: str, gone: int, limit: int, why: str) -> Verdict:
    kept = gone <= limit
    return Verdict(
        rule=rule,
        verdict="PASS" if kept else "FAIL",
        unit="days",
        measured=gone,
        limit=limit,
        room=limit - gone,
        reason="" if kept else why,
    )


def _inactivity(compiled: Compiled, state: State, today: int) -> Verdict | None:
    rule, last = compiled.rules.inactivity, state.row[r.LAST_TRADE_DATE]
    if isinstance(rule, Without):
        return None
    if rule is None or (isinstance(rule, IdleDays) and rule.calendar_days is None):
        return Verdict(rule="inactivity", verdict="UNKNOWN", unit="days", reason=NOT_CHECKED)
    if last == r.UNKNOWN:
        return Verdict(rule="inactivity", verdict="UNKNOWN", unit="days", reason="no trade yet")
    if isinstance(rule, WeeklyTrade):
        # A week that is over without a trade: this one may still see one.
        missed = _week(today) - _week(last) > 1
        return Verdict(
            rule="inactivity",
            verdict="FAIL" if missed else "PASS",
            unit="days",
            measured=today - last,
            reason="a calendar week went by without a trade" if missed else "",
        )
    return _days("inactivity", today - last, rule.calendar_days or 0, "too long without a trade")


def _week(ordinal: int) -> int:
    """Return the number of a calendar week that begins on Monday."""
    return (ordinal - date(1, 1, 1).toordinal()) // 7


def _conduct(rule: Conduct | None, around: Around) -> list[Verdict]:
    if rule is None:
        return []
    mixes = None if around.minis is None or around.micros is None else bool(around.minis and around.micros)
    asked = (
        ("copy_trading", rule.copy_trading, around.copies),
        ("automation", rule.automation, around.automates),
        ("remote_execution", rule.remote_execution, around.is_remote),
        ("hedging", rule.hedging, around.hedges),
        ("mini_against_micro", rule.mini_against_micro, mixes),
    )
    found = [_permitted(name, permission, does) for name, permission, does in asked]
    if rule.max_accounts is None or around.accounts is None:
        reason = NOT_CHECKED if rule.max_accounts is None else "how many accounts there are is not known"
        found.append(Verdict(rule="max_accounts", verdict="UNKNOWN", unit="contracts", reason=reason))
    else:
        found.append(_days("max_accounts", around.accounts, rule.max_accounts, "more accounts than allowed"))
    return found


def _permitted(name: str, permission: str | None, does: bool | None) -> Verdict:
    if does is False or permission == "allowed":
        return Verdict(rule=name, verdict="PASS", unit="share")
    if permission == "banned" and does:
        return Verdict(rule=name, verdict="FAIL", unit="share", reason="the firm bans it")
    reason = NOT_CHECKED if permission is None else "the firm allows it only under conditions"
    if does is None:
        reason = "whether it is done is not known" if permission else NOT_CHECKED
    return Verdict(rule=name, verdict="UNKNOWN", unit="share", reason=reason)
