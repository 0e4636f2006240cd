"""How the rows of the kernel are laid out: places, codes and sizes, all plain integers.

Money is integer cents, days are ordinals of the proleptic calendar, shares are millionths of the whole
(5 % = 50,000). UNKNOWN stands at every place that nobody knows; it lies far below any amount.
"""

from __future__ import annotations

from typing import Final, Protocol


class Row(Protocol):
    """A row of integers: a list or a tuple where Python runs, an int64 array where the kernel is compiled."""

    def __getitem__(self, place: int, /) -> int: ...


class OpenRow(Row, Protocol):
    """A row that is written to."""

    def __setitem__(self, place: int, value: int, /) -> None: ...


UNKNOWN: Final = -4_000_000_000_000_000_000
WHOLE: Final = 1_000_000
STEPS: Final = 16
"""The longest ladder that a rule may have."""

# Answers of three values.
NO: Final = 0
YES: Final = 1
MAYBE: Final = 2

# --- The compiled rule row ---
START: Final = 0
DRAWDOWN: Final = 1
DRAWDOWN_AMOUNT: Final = 2
LOCK: Final = 3
LOCK_LEVEL: Final = 4
LOCK_PROFIT: Final = 5
DRAWDOWN_TOUCH: Final = 6
ON_PAYOUT: Final = 7
PAYOUT_LEVEL: Final = 8
DAILY: Final = 9
DAILY_VALUE: Final = 10
DAILY_SHARE: Final = 11
DAILY_ANCHOR: Final = 12
DAILY_EFFECT: Final = 13
DAILY_WHEN: Final = 14
DAILY_TOUCH: Final = 15
CONSISTENCY: Final = 16
CONSISTENCY_INCLUSIVE: Final = 18
CONSISTENCY_EFFECT: Final = 19
TARGET: Final = 20
MIN_DAYS: Final = 21
QUALIFYING_PROFIT: Final = 22
QUALIFYING_DAYS: Final = 23
MIN_BALANCE: Final = 24
RETAIN: Final = 25
SHARE: Final = 26
SHARE_BASE: Final = 27
CAP: Final = 28
MAX_PAYOUTS: Final = 29
MIN_PAYOUT: Final = 30
TRADING_DAYS_NEEDED: Final = 31
CALENDAR_DAYS: Final = 32
NEW_PROFIT_MULTIPLE: Final = 33
PAYOUT_CONSISTENCY: Final = 34
PAYOUT_INCLUSIVE: Final = 35
LIFETIME: Final = 36
PAYOUTS_DONE: Final = 37
LOCK_IS_VAGUE: Final = 38
"""YES where nobody knows where the trail stops: the floor is then at most what the trail gives."""
# Ladders: how many steps, then their two columns.
DAILY_STEPS: Final = 40
DAILY_FROM: Final = 41
DAILY_AMOUNTS: Final = DAILY_FROM + STEPS
SIZE_STEPS: Final = DAILY_AMOUNTS + STEPS
SIZE_FROM: Final = SIZE_STEPS + 1
SIZES: Final = SIZE_FROM + STEPS
CAPS: Final = SIZES + STEPS
"""How many caps by payout there are, then the caps."""
PAYOUT_SHARES: Final = CAPS + 1 + STEPS
"""How many shares of the best day by payout there are, then the shares."""
CONSISTENCY_SHARES: Final = PAYOUT_SHARES + 1 + STEPS
"""The same for the consistency that is asked for a pass."""
RULE_SIZE: Final = CONSISTENCY_SHARES + 1 + STEPS

# Kinds of drawdown.
NONE: Final = 0
STATIC: Final = 1
EOD: Final = 2
INTRADAY: Final = 3
CLOSED: Final = 4
# What locks a floor.
FLOOR_REACHES: Final = 1
PROFIT: Final = 2
FIRST_PAYOUT: Final = 3
# What a payout does to it.
SET_TO_LEVEL: Final = 1
KEEP_HIGHER: Final = 2
# Kinds of daily limit.
FLAT: Final = 1
OF_ANCHOR: Final = 2
OF_UNKNOWN: Final = 3
"""A share of nobody knows what: known where both readings agree."""
TIERED: Final = 4
PEAK_SHARE: Final = 5
# Anchors.
AT_BALANCE: Final = 1
AT_EQUITY: Final = 2
AT_MAX: Final = 3
AT_DAY_HIGH: Final = 4
# Effects of a daily limit.
FAIL: Final = 1
LOCK_DAY: Final = 2
BLOCK_PAYOUT: Final = 3
# When it is evaluated.
REALTIME: Final = 1
TRADE_CLOSE: Final = 2
SESSION_CLOSE: Final = 3
# Consistency: the best day against ...
OF_NET: Final = 1
OF_POSITIVE_DAYS: Final = 2
OF_TARGET: Final = 3
SINCE_PAYOUT: Final = 4
OF_RAISED_TARGET: Final = 5
"""Of the target, which a best day that is too large raises to what makes it fit."""
# Effects of consistency.
RAISE_TARGET: Final = 1
BLOCK_PASS: Final = 2
FAIL_PHASE: Final = 3
# Bases of a payout's share.
OF_BALANCE: Final = 1
OF_TOTAL_PROFIT: Final = 2
OF_CYCLE_PROFIT: Final = 3

# --- The state row ---
BALANCE: Final = 0
EQUITY: Final = 1
HIGH: Final = 2
FLOOR: Final = 3
LOCKED: Final = 4
DAY_BALANCE: Final = 5
DAY_EQUITY: Final = 6
DAY_HIGH: Final = 7
DAILY_AMOUNT: Final = 8
DAILY_FLOOR: Final = 9
DAY_LOCKED: Final = 10
ENDED: Final = 11
PASSED: Final = 12
"""Before the first close UNKNOWN, then NO, YES or MAYBE; a YES stays."""
DOUBT: Final = 13
"""Bits: an observation that would be a breach under one reading of an unknown field."""
DATE: Final = 14
CLOSED_DATE: Final = 15
DAY_BASE: Final = 16
DAY_TRADED: Final = 17
CYCLE_DAY_BASE: Final = 18
CYCLE_DAY_TRADED: Final = 19
BEST: Final = 20
POSITIVE: Final = 21
TRADING_DAYS: Final = 22
CYCLE_BALANCE: Final = 23
CYCLE_BEST: Final = 24
CYCLE_DAYS: Final = 25
CYCLE_DATE: Final = 26
QUALIFYING: Final = 27
PAYOUTS: Final = 28
WITHDRAWN: Final = 29
SIZE: Final = 30
FIRST_TRADE_DATE: Final = 31
LAST_TRADE_DATE: Final = 32
UNSEEN: Final = 33
"""Bits: a trade whose peak or whose low nobody saw; the low of the day is forgotten at its close."""
PAYOUT_BLOCKED: Final = 34
STATE_SIZE: Final = 35

# What ended the account.
MAX_LOSS: Final = 1
DAILY_LOSS: Final = 2
INCONSISTENT: Final = 3
# Bits of doubt.
DOUBT_FLOOR: Final = 1
DOUBT_DAILY: Final = 2
DOUBT_PAYOUT: Final = 4
# Bits of what was not seen.
UNSEEN_PEAK: Final = 1
UNSEEN_LOW: Final = 2
UNSEEN_LOW_TODAY: Final = 4
PEAK_FROM_TRADES: Final = 8
"""The high comes from the best open profit of trades: it is a bound, not a tape of equity."""

# --- The event row ---
KIND: Final = 0
ON_DATE: Final = 1
PNL: Final = 2
FEES: Final = 3
MFE: Final = 4
MAE: Final = 5
NEW_BALANCE: Final = 6
NEW_EQUITY: Final = 7
GROSS: Final = 8
ORDER: Final = 9
EVENT_SIZE: Final = 10

TRADE: Final = 1
MARK: Final = 2
CLOSE: Final = 3
PAYOUT: Final = 4

# Which end of a trade came first.
PEAK_FIRST: Final = 0
LOW_FIRST: Final = 1
LOW_SEEN: Final = 2
"""A look at the account has already shown a low as deep: it was tested then."""

# --- The answer row of a payout ---
PAYABLE: Final = 0
BLOCKERS: Final = 1
PAYABLE_SIZE: Final = 2

FEW_QUALIFYING: Final = 1
LOW_BALANCE: Final = 2
NOT_CONSISTENT: Final = 4
TOO_EARLY: Final = 8
FEW_TRADING_DAYS: Final = 16
NO_MORE_PAYOUTS: Final = 32
BELOW_MINIMUM: Final = 64
IS_ENDED: Final = 128
NOT_KNOWN: Final = 256
IS_BLOCKED: Final = 512
DAY_IS_LOCKED: Final = 1024
IS_OPEN: Final = 2048
