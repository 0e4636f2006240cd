"""Typed rules made into the integer row of the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.prop import rows as r
from secondskies_desktop.prop.clock import FirmClock, firm_clock
from secondskies_desktop.prop.money import NotMoney, cents, millionths
from secondskies_desktop.prop.rules import (
    BestDay,
    Closed,
    Contracts,
    Daily,
    Drawdown,
    EndOfDay,
    FixedSize,
    FlatDaily,
    Intraday,
    Payout,
    PeakShareDaily,
    Rules,
    Scaling,
    ShareDaily,
    Static,
    Target,
    TieredDaily,
    Without,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

_DRAWDOWNS = {Static: r.STATIC, EndOfDay: r.EOD, Intraday: r.INTRADAY, Closed: r.CLOSED}
_LOCKS = {
    "none": r.NONE,
    "floor_reaches": r.FLOOR_REACHES,
    "target_balance": r.FLOOR_REACHES,
    "profit": r.PROFIT,
    "first_payout": r.FIRST_PAYOUT,
}
_ON_PAYOUT = {"none": r.NONE, "set_to_level": r.SET_TO_LEVEL, "lock_keep_higher": r.KEEP_HIGHER}
_ANCHORS = {"balance": r.AT_BALANCE, "equity": r.AT_EQUITY, "max": r.AT_MAX, "day_high": r.AT_DAY_HIGH}
_EFFECTS = {"fail": r.FAIL, "lock": r.LOCK_DAY, "block_payout": r.BLOCK_PAYOUT}
_WHEN = {"realtime": r.REALTIME, "trade_close": r.TRADE_CLOSE, "session_close": r.SESSION_CLOSE}
_VARIANTS = {
    "net": r.OF_NET,
    "positive_days": r.OF_POSITIVE_DAYS,
    "target": r.OF_TARGET,
    "since_payout": r.SINCE_PAYOUT,
}
_CONSISTENCY_EFFECTS = {
    "raise_target": r.RAISE_TARGET,
    "block_pass": r.BLOCK_PASS,
    "block_payout": r.BLOCK_PASS,
    "fail": r.FAIL_PHASE,
}
_BASES = {
    "balance": r.OF_BALANCE,
    "total_profit": r.OF_TOTAL_PROFIT,
    "cycle_profit": r.OF_CYCLE_PROFIT,
}


class Compiled(msgspec.Struct, frozen=True):
    """Rules, their row, and the clock by which their days are counted."""

    rules: Rules
    row: tuple[int, ...]
    clock: FirmClock
    split: int = r.WHOLE
    """The trader's share of a payout, in millionths; all of it where the rules say nothing."""
    fee: int = 0
    """What a payout costs, in cents."""

    @property
    def pays(self) -> bool:
        """Whether there is a rule by which payouts are made."""
        return isinstance(self.rules.payout, Payout)


def compile_rules(rules: Rules) -> Compiled:
    """Compile rules; raises NotMoney or ClockWrong for what no account can have."""
    row = [r.UNKNOWN] * r.RULE_SIZE
    for count in (r.DAILY_STEPS, r.SIZE_STEPS, r.CAPS, r.PAYOUT_SHARES, r.CONSISTENCY_SHARES):
        row[count] = 0
    row[r.START] = cents(rules.start)
    target = rules.target
    row[r.TARGET] = _cents(target.amount) if isinstance(target, Target) else r.UNKNOWN
    row[r.MIN_DAYS] = _count(rules.min_days)
    _drawdown(row, rules.drawdown)
    _daily(row, rules.daily)
    payout = rules.payout if isinstance(rules.payout, Payout) else None
    _consistency(row, rules.consistency)
    _contracts(row, rules.contracts)
    row[r.PAYOUTS_DONE] = 0 if payout is None else payout.number_done
    if payout is not None:
        _payout(row, payout)
    clock = firm_clock(rules.clock.tz, rules.clock.roll)
    if payout is None:
        return Compiled(rules, tuple(row), clock)
    split = r.WHOLE if payout.split_pct is None else millionths(payout.split_pct)
    return Compiled(rules, tuple(row), clock, split, 0 if payout.fee is None else cents(payout.fee))


def _drawdown(row: list[int], rule: Drawdown | Without | None) -> None:
    if rule is None:
        return
    if isinstance(rule, Without):
        row[r.DRAWDOWN] = row[r.ON_PAYOUT] = r.NONE
        return
    row[r.DRAWDOWN] = _DRAWDOWNS[type(rule)]
    row[r.DRAWDOWN_AMOUNT] = _cents(rule.amount)
    row[r.DRAWDOWN_TOUCH] = _flag(rule.touch_is_breach)
    row[r.ON_PAYOUT] = _code(_ON_PAYOUT, rule.on_payout)
    lock = rule.lock
    if lock is None:
        row[r.LOCK_IS_VAGUE] = r.NO if isinstance(rule, Static) else r.YES
        return
    row[r.LOCK], row[r.LOCK_PROFIT] = _code(_LOCKS, lock.trigger), _cents(lock.profit)
    if lock.level_offset is not None:
        row[r.LOCK_LEVEL] = row[r.PAYOUT_LEVEL] = row[r.START] + cents(lock.level_offset)
    if lock.trigger == "target_balance":
        row[r.LOCK_LEVEL] = r.UNKNOWN if row[r.TARGET] == r.UNKNOWN else row[r.START] + row[r.TARGET]
    if lock.trigger == "first_payout" and row[r.ON_PAYOUT] in (r.NONE, r.UNKNOWN):
        row[r.ON_PAYOUT] = r.SET_TO_LEVEL
    row[r.LOCK_IS_VAGUE] = r.NO
    if not isinstance(rule, Static) and _is_vague(row):
        row[r.LOCK_IS_VAGUE] = r.YES


def _is_vague(row: list[int]) -> bool:
    """Tell whether a trail may stop where nobody knows."""
    needs = {
        r.NONE: (),
        r.FIRST_PAYOUT: (),
        r.FLOOR_REACHES: (r.LOCK_LEVEL,),
        r.PROFIT: (r.LOCK_LEVEL, r.LOCK_PROFIT),
    }
    return row[r.LOCK] == r.UNKNOWN or any(row[place] == r.UNKNOWN for place in needs[row[r.LOCK]])


def _daily(row: list[int], rule: Daily | Without | None) -> None:
    if rule is None:
        return
    if isinstance(rule, Without):
        row[r.DAILY] = r.NONE
        return
    row[r.DAILY_ANCHOR] = _code(_ANCHORS, rule.anchor)
    row[r.DAILY_EFFECT] = _code(_EFFECTS, rule.effect)
    # Unless a firm says otherwise, limits are tested at any time, open profit included (§1).
    row[r.DAILY_WHEN] = r.REALTIME if rule.evaluated is None else _WHEN[rule.evaluated]
    row[r.DAILY_TOUCH] = _flag(rule.touch_is_breach)
    match rule:
        case FlatDaily():
            row[r.DAILY], row[r.DAILY_VALUE] = r.FLAT, _cents(rule.amount)
        case ShareDaily():
            _daily_share(row, rule)
        case TieredDaily():
            row[r.DAILY] = r.TIERED
            steps = sorted(rule.steps or ())
            _ladder(row, r.DAILY_STEPS, [cents(one) for one, _ in steps], [cents(one) for _, one in steps])
        case PeakShareDaily():
            row[r.DAILY], row[r.DAILY_VALUE] = r.PEAK_SHARE, _cents(rule.before)
            row[r.DAILY_SHARE] = _share(rule.share_pct)


def _daily_share(row: list[int], rule: ShareDaily) -> None:
    share = row[r.DAILY_SHARE] = _share(rule.pct)
    if rule.pct_of == "initial":
        row[r.DAILY] = r.FLAT
        known = share != r.UNKNOWN
        row[r.DAILY_VALUE] = (row[r.START] * share + r.WHOLE // 2) // r.WHOLE if known else r.UNKNOWN
    else:
        row[r.DAILY] = r.OF_UNKNOWN if rule.pct_of is None else r.OF_ANCHOR


def _consistency(row: list[int], rule: BestDay | Without | None) -> None:
    row[r.CONSISTENCY] = r.UNKNOWN if rule is None else r.NONE
    if not isinstance(rule, BestDay):
        return
    row[r.CONSISTENCY] = _variant(rule)
    _shares(row, r.CONSISTENCY_SHARES, rule)
    row[r.CONSISTENCY_INCLUSIVE] = _flag(rule.inclusive)
    row[r.CONSISTENCY_EFFECT] = _code(_CONSISTENCY_EFFECTS, rule.effect)


def _contracts(row: list[int], rule: Contracts | Without | None) -> None:
    if not isinstance(rule, Contracts):
        return
    if isinstance(rule.cap, Scaling) and rule.cap.unit is not None:
        steps = sorted(rule.cap.steps or ())
        _ladder(row, r.SIZE_STEPS, [cents(one) for one, _ in steps], [size for _, size in steps])
    elif isinstance(rule.cap, FixedSize) and rule.cap.max_minis is not None:
        _ladder(row, r.SIZE_STEPS, [0], [rule.cap.max_minis])


def _payout(row: list[int], rule: Payout) -> None:
    row[r.QUALIFYING_DAYS] = 0
    if rule.qualifying is not None:
        row[r.QUALIFYING_DAYS] = _count(rule.qualifying.days)
        row[r.QUALIFYING_PROFIT] = _cents(rule.qualifying.profit)
    row[r.MIN_BALANCE], row[r.RETAIN] = _cents(rule.min_balance), _cents(rule.retain)
    row[r.SHARE], row[r.SHARE_BASE] = _share(rule.share_pct), _code(_BASES, rule.share_base)
    row[r.CAP], row[r.MIN_PAYOUT] = _cents(rule.cap), _cents(rule.min)
    row[r.MAX_PAYOUTS], row[r.LIFETIME] = _count(rule.max_count), _cents(rule.lifetime)
    row[r.TRADING_DAYS_NEEDED] = _count(rule.trading_days)
    row[r.CALENDAR_DAYS] = _count(rule.calendar_days)
    multiple = rule.new_profit_multiple
    row[r.NEW_PROFIT_MULTIPLE] = _share(None if multiple is None else multiple * 100)
    _column(row, r.CAPS, [cents(one) for one in rule.cap_by_payout or ()])
    row[r.PAYOUT_CONSISTENCY] = r.NONE
    if isinstance(rule.consistency, BestDay):
        kept = rule.consistency
        row[r.PAYOUT_CONSISTENCY] = _variant(kept)
        row[r.PAYOUT_INCLUSIVE] = _flag(kept.inclusive)
        _shares(row, r.PAYOUT_SHARES, kept)


def _variant(rule: BestDay) -> int:
    if rule.of == "target" and rule.effect == "raise_target":
        return r.OF_RAISED_TARGET
    return _code(_VARIANTS, rule.of)


def _shares(row: list[int], count: int, rule: BestDay) -> None:
    shares = rule.pct_by_payout or (() if rule.pct is None else (rule.pct,))
    _column(row, count, [millionths(one) for one in shares])


def _ladder(row: list[int], count: int, froms: list[int], values: list[int]) -> None:
    _column(row, count, froms)
    row[count + 1 + r.STEPS : count + 1 + r.STEPS + len(values)] = values


def _column(row: list[int], count: int, values: list[int]) -> None:
    if len(values) > r.STEPS:
        raise NotMoney(f"has more than {r.STEPS} steps")
    row[count] = len(values)
    row[count + 1 : count + 1 + len(values)] = values


def _cents(amount: Decimal | None) -> int:
    return r.UNKNOWN if amount is None else cents(amount)


def _share(percent: Decimal | None) -> int:
    return r.UNKNOWN if percent is None else millionths(percent)


def _count(number: int | None) -> int:
    return r.UNKNOWN if number is None else number


def _flag(value: bool | None) -> int:
    if value is None:
        return r.UNKNOWN
    return r.YES if value else r.NO


def _code(codes: Mapping[str, int], word: str | None) -> int:
    return r.UNKNOWN if word is None else codes[word]
