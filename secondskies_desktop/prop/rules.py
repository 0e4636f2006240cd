"""The rules of one phase of one program, as typed variants (prop_rules.md §11).

None is what nobody has checked yet, and is never taken for "allowed" or "passed"; `Without` says that the firm has
no such rule. Money is in dollars as Decimal, and compiled to integer cents; shares are percent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """What every rule is: immutable, told from others by its `type`."""


class Without(Rule, frozen=True, kw_only=True, tag="none"):
    """The firm has no such rule."""


# The account's own floor (§2).

OnPayout = Literal["none", "set_to_level", "lock_keep_higher"]


class Lock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a trailing floor stops: at start + `level_offset`, or at start + target."""

    trigger: Literal["none", "floor_reaches", "profit", "first_payout", "target_balance"] | None = None
    level_offset: Decimal | None = None
    """May be negative: a floor can lock below the start."""
    profit: Decimal | None = None
    """For `profit`: the highest profit that, once reached, moves the floor to the level."""


class _Floor(Rule, frozen=True, kw_only=True):
    amount: Decimal | None = None
    touch_is_breach: bool | None = None
    """True where equity at the floor is a breach, False where only equity below it is."""
    on_payout: OnPayout | None = None
    lock: Lock | None = None
    """None where nobody knows; a trail without a lock has the trigger `none`."""


class Static(_Floor, frozen=True, kw_only=True, tag="static"):
    """A floor that never moves."""


class EndOfDay(_Floor, frozen=True, kw_only=True, tag="eod"):
    """A floor that follows the best balance at a session's close."""


class Intraday(_Floor, frozen=True, kw_only=True, tag="intraday"):
    """A floor that follows the best equity, open profit included."""


class Closed(_Floor, frozen=True, kw_only=True, tag="closed"):
    """A floor that follows the best closed balance, at any time of day."""


Drawdown = Static | EndOfDay | Intraday | Closed

# The limit of a day (§3).


class _Daily(Rule, frozen=True, kw_only=True):
    anchor: Literal["balance", "equity", "max", "day_high"] | None = None
    """What the limit is measured from: at the day's start, or the best equity of the day."""
    effect: Literal["fail", "lock", "block_payout"] | None = None
    evaluated: Literal["realtime", "trade_close", "session_close"] | None = None
    """On equity at any time, on the closed balance only, or at the session's close only."""
    touch_is_breach: bool | None = None


class FlatDaily(_Daily, frozen=True, kw_only=True, tag="flat"):
    """So many dollars a day."""

    amount: Decimal | None = None


class ShareDaily(_Daily, frozen=True, kw_only=True, tag="pct"):
    """A share of the start balance, or of the day's anchor."""

    pct: Decimal | None = None
    pct_of: Literal["initial", "anchor"] | None = None


class TieredDaily(_Daily, frozen=True, kw_only=True, tag="tiered"):
    """By the profit at session open: (from this profit on, this amount), lowest first."""

    steps: tuple[tuple[Decimal, Decimal], ...] | None = None


class PeakShareDaily(_Daily, frozen=True, kw_only=True, tag="peak_profit_share"):
    """So much until the floor is locked, afterwards a share of the best profit; read at session open."""

    before: Decimal | None = None
    share_pct: Decimal | None = None


Daily = FlatDaily | ShareDaily | TieredDaily | PeakShareDaily

# Consistency (§4).


class BestDay(Rule, frozen=True, kw_only=True, tag="best_day"):
    """The best day against what was made: at most so many percent of it."""

    of: Literal["net", "positive_days", "target", "since_payout"] | None = None
    pct: Decimal | None = None
    pct_by_payout: tuple[Decimal, ...] | None = None
    """For the first, second … payout; the last one stands for all that follow. Comes before `pct`."""
    inclusive: bool | None = None
    """Whether exactly the limit is still kept."""
    effect: Literal["raise_target", "block_pass", "block_payout", "fail"] | None = "raise_target"


class OpenLossShare(Rule, frozen=True, kw_only=True, tag="open_loss_share"):
    """No trade's open loss may pass a share of the profit at the day's start."""

    pct: Decimal | None = None


class TradeLossShare(Rule, frozen=True, kw_only=True, tag="trade_loss_share"):
    """No trade may lose more than a share of the start balance."""

    pct: Decimal | None = None


class StopToTarget(Rule, frozen=True, kw_only=True, tag="stop_to_target"):
    """A stop may be at most so many times as far away as the target."""

    multiple: Decimal | None = None


class HeldShare(Rule, frozen=True, kw_only=True, tag="held_share"):
    """More than a share of the trades, and of their profit, must be held longer than some seconds."""

    seconds: int | None = None
    pct: Decimal | None = None


class MinimumHold(Rule, frozen=True, kw_only=True, tag="minimum_hold"):
    """Every trade must be held for some seconds."""

    seconds: int | None = None


PerTrade = OpenLossShare | TradeLossShare | StopToTarget | HeldShare | MinimumHold

# Days, size, time and conduct (§5, §6).


class Target(Rule, frozen=True, kw_only=True, tag="target"):
    """The profit that passes the phase, decided at a session's close."""

    amount: Decimal | None = None


class Expiry(Rule, frozen=True, kw_only=True, tag="expiry"):
    """The phase ends so many calendar days after the first trade, or after the purchase."""

    calendar_days: int | None = None
    since: Literal["first_trade", "purchase"] | None = None


class IdleDays(Rule, frozen=True, kw_only=True, tag="idle_days"):
    """At most so many calendar days without a trade."""

    calendar_days: int | None = None


class WeeklyTrade(Rule, frozen=True, kw_only=True, tag="weekly_trade"):
    """At least one trade in each calendar week."""


Inactivity = IdleDays | WeeklyTrade


class Scaling(Rule, frozen=True, kw_only=True, tag="scaling"):
    """Size by the profit at session open: (from this profit on, so many contracts), lowest first."""

    unit: Literal["mini", "micro"] | None = None
    steps: tuple[tuple[Decimal, int], ...] | None = None


class FixedSize(Rule, frozen=True, kw_only=True, tag="fixed"):
    """The same cap all the time."""

    max_minis: int | None = None


class Contracts(Rule, frozen=True, kw_only=True, tag="contracts"):
    """How large a position may be."""

    cap: Scaling | FixedSize | Without | None = None
    micro_per_mini: int | None = None


class Hours(Rule, frozen=True, kw_only=True, tag="hours"):
    """When everything must be flat: a wall time of a zone, earlier where the market closes early."""

    flat_by: str | None = None
    tz: str | None = None
    early_close_lead_minutes: int | None = None
    """How long before an early close; None where the firm does not say."""


class News(Rule, frozen=True, kw_only=True, tag="news"):
    """No position around listed releases."""

    minutes_before: int | None = None
    minutes_after: int | None = None


Permission = Literal["allowed", "own_accounts", "restricted", "banned"]


class Conduct(Rule, frozen=True, kw_only=True, tag="conduct"):
    """What the firm says of how one trades."""

    copy_trading: Permission | None = None
    automation: Permission | None = None
    remote_execution: Permission | None = None
    hedging: Permission | None = None
    mini_against_micro: Permission | None = None
    weekend_holding: Permission | None = None
    max_accounts: int | None = None


class Clock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the firm's day begins: at or after `roll` it is the next calendar day; 00:00 is the local date."""

    tz: str = "America/New_York"
    roll: str = "18:00"


# Payouts (§7).


class Qualifying(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many days that each made so much since the last payout."""

    days: int | None = None
    profit: Decimal | None = None


class Payout(Rule, frozen=True, kw_only=True, tag="payout"):
    """What may be withdrawn: a conjunction, then a minimum.

    Here None leaves a bound or a condition out; what nobody has checked is named in `unchecked`.
    """

    unchecked: tuple[str, ...] = ()

    number_done: int = 0
    qualifying: Qualifying | None = None
    min_balance: Decimal | None = None
    retain: Decimal | None = None
    """What stays above the start."""
    share_pct: Decimal | None = None
    share_base: Literal["balance", "total_profit", "cycle_profit"] | None = None
    cap: Decimal | None = None
    cap_by_payout: tuple[Decimal, ...] | None = None
    """When it is used up there are no more payouts."""
    max_count: int | None = None
    lifetime: Decimal | None = None
    min: Decimal | None = None
    split_pct: Decimal | None = None
    fee: Decimal | None = None
    trading_days: int | None = None
    calendar_days: int | None = None
    new_profit_multiple: Decimal | None = None
    consistency: BestDay | Without | None = None


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All rules of a phase. What is None is not known."""

    start: Decimal
    drawdown: Drawdown | Without | None = None
    daily: Daily | Without | None = None
    consistency: BestDay | Without | None = None
    per_trade: tuple[PerTrade, ...] | None = None
    target: Target | Without | None = None
    min_days: int | None = None
    """Trading days before the phase can be passed; 0 where the firm asks for none."""
    expiry: Expiry | Without | None = None
    inactivity: Inactivity | Without | None = None
    contracts: Contracts | Without | None = None
    hours: Hours | Without | None = None
    news: News | Without | None = None
    conduct: Conduct | None = None
    clock: Clock = Clock()
    payout: Payout | Without | None = None
