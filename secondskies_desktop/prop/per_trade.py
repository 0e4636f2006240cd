"""What firms demand of single trades and of their sum (prop_rules.md §4): open loss, loss, stop, time held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from secondskies_desktop.prop import rows as r
from secondskies_desktop.prop.kernel import share_of
from secondskies_desktop.prop.money import dollars, millionths
from secondskies_desktop.prop.rules import (
    HeldShare,
    MinimumHold,
    OpenLossShare,
    PerTrade,
    Rules,
    StopToTarget,
    TradeLossShare,
)

if TYPE_CHECKING:
    from secondskies_desktop.prop.events import Trade

_SECOND_US = 1_000_000


class Worst(msgspec.Struct, frozen=True):
    """The worst that one rule of trades has seen; None where a trade could not be held against it."""

    failed: bool = False
    unseen: bool = False
    measured: int | None = None
    limit: int | None = None
    reason: str = ""


class Held(msgspec.Struct, frozen=True):
    """How many trades, and how much of the profit (cents), were held longer than asked."""

    trades: int = 0
    longer: int = 0
    profit: int = 0
    profit_longer: int = 0
    unseen: int = 0


class Conduct(msgspec.Struct, frozen=True):
    """What the trades so far were like, by the place of the rule in the program."""

    worst: tuple[Worst, ...] = ()
    held: tuple[Held, ...] = ()


NOTHING = Conduct()
Verdict = Literal["PASS", "FAIL", "UNKNOWN"]


def conducted(rules: Rules, start: int, before: tuple[int, ...], trade: Trade, conduct: Conduct) -> Conduct:
    """Return the conduct with one more trade; `before` is the account's row before it, `start` its start in cents."""
    asked = rules.per_trade or ()
    worst = conduct.worst or tuple(Worst() for _ in asked)
    held = conduct.held or tuple(Held() for _ in asked)
    return Conduct(
        tuple(
            _worse(rule, (start, before[r.DAY_BALANCE]), trade, one)
            for rule, one in zip(asked, worst, strict=True)
        ),
        tuple(_longer(rule, trade, one) for rule, one in zip(asked, held, strict=True)),
    )


def _worse(rule: PerTrade, before: tuple[int, int], trade: Trade, worst: Worst) -> Worst:
    if worst.failed or isinstance(rule, HeldShare):
        return worst
    measured, limit, reason = _measure(rule, before, trade)
    if measured is None or limit is None:
        return msgspec.structs.replace(worst, unseen=True)
    is_worse = (
        worst.measured is None or worst.limit is None or measured - limit > worst.measured - worst.limit
    )
    if measured > limit:
        return Worst(failed=True, unseen=worst.unseen, measured=measured, limit=limit, reason=reason)
    return msgspec.structs.replace(worst, measured=measured, limit=limit) if is_worse else worst


def _measure(rule: PerTrade, before: tuple[int, int], trade: Trade) -> tuple[int | None, int | None, str]:
    """Return what a trade shows and what it may show at most: cents, thousandths, or seconds below zero."""
    start, day_start = before
    match rule:
        case OpenLossShare():
            profit = max(0, day_start - start)
            limit = None if rule.pct is None else share_of(profit, millionths(rule.pct))
            measured = None if trade.mae is None else max(0, -trade.mae)
            return measured, limit, "a trade was further under water than the share of the day's first profit"
        case TradeLossShare():
            limit = None if rule.pct is None else share_of(start, millionths(rule.pct))
            return max(0, trade.fees - trade.pnl), limit, "a trade lost more than its share of the start"
        case StopToTarget():
            limit = None if rule.multiple is None else int(rule.multiple * 1000)
            shown = trade.stop_to_target
            return (
                (None if shown is None else round(shown * 1000)),
                limit,
                "a stop was too far for its target",
            )
        case MinimumHold():
            seconds = held_us(trade)
            limit = None if rule.seconds is None else -rule.seconds * _SECOND_US
            return (None if seconds is None else -seconds), limit, "a trade was held too short"
        case HeldShare():
            return None, None, ""


def held_us(trade: Trade) -> int | None:
    """Return how long a trade was held (µs); None where its opening is not known."""
    return None if trade.opened_us is None else trade.at_us - trade.opened_us


def _longer(rule: PerTrade, trade: Trade, held: Held) -> Held:
    if not isinstance(rule, HeldShare):
        return held
    seconds = held_us(trade)
    if rule.seconds is None or seconds is None:
        return msgspec.structs.replace(held, unseen=held.unseen + 1)
    is_longer, profit = seconds > rule.seconds * _SECOND_US, max(0, trade.pnl - trade.fees)
    return Held(
        held.trades + 1,
        held.longer + is_longer,
        held.profit + profit,
        held.profit_longer + (profit if is_longer else 0),
        held.unseen,
    )


def verdict_of(rule: PerTrade, conduct: Conduct, place: int) -> tuple[Verdict, int | None, int | None, str]:
    """Return the verdict of a rule of trades so far, with what was measured, its limit, and why."""
    if isinstance(rule, HeldShare):
        return _held_verdict(rule, conduct.held[place] if conduct.held else Held())
    worst = conduct.worst[place] if conduct.worst else Worst()
    if worst.failed:
        return "FAIL", worst.measured, worst.limit, worst.reason
    if worst.unseen:
        return "UNKNOWN", worst.measured, worst.limit, "a trade does not show what the rule asks for"
    return "PASS", worst.measured, worst.limit, ""


def _held_verdict(rule: HeldShare, held: Held) -> tuple[Verdict, int | None, int | None, str]:
    if rule.pct is None or rule.seconds is None or held.unseen:
        return "UNKNOWN", None, None, "not every trade says how long it was held"
    share = millionths(rule.pct)
    if held.trades == 0:
        return "PASS", None, share, ""
    measured = held.longer * r.WHOLE // held.trades
    if held.profit > 0:
        measured = min(measured, held.profit_longer * r.WHOLE // held.profit)
    is_kept = held.longer * r.WHOLE > share * held.trades and (
        held.profit == 0 or held.profit_longer * r.WHOLE > share * held.profit
    )
    why = f"{held.longer} of {held.trades} trades, {dollars(held.profit_longer)} of {dollars(held.profit)} profit"
    return ("PASS" if is_kept else "FAIL"), measured, share, why
