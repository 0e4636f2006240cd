"""What an account's row says for planning: the profit that passes, how good today may be, sizes, a payout's net.

Source: prop_rules.md §4 for the two planning figures, §6 for sizes, §7 for the net.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.prop import rows as r
from secondskies_desktop.prop.kernel import best_day, consistency_base, share_by_payout, share_of
from secondskies_desktop.prop.rules import Contracts, FixedSize, Payout, Scaling

if TYPE_CHECKING:
    from secondskies_desktop.prop.compiling import Compiled


def required_profit(rule: r.Row, state: r.Row) -> int | None:
    """Return the profit that passes: the target, or what the best day asks for; None where neither is known.

    Where exactly the share is too much (`inclusive` false), it takes more than this.
    """
    target = None if rule[r.TARGET] == r.UNKNOWN else rule[r.TARGET]
    kind = rule[r.CONSISTENCY]
    if kind == r.NONE:
        return target
    share = share_by_payout(rule, r.CONSISTENCY_SHARES, state[r.PAYOUTS])
    if kind < r.NONE or share == r.UNKNOWN:
        return None
    best = best_day(state, kind)
    asked = -(-best * r.WHOLE // share) if best > 0 else 0
    if kind == r.OF_POSITIVE_DAYS:
        # Losing days do not count there: what is missing is earned on top of the net profit.
        missing = asked - consistency_base(rule, state, kind)
        asked = state[r.BALANCE] + state[r.WITHDRAWN] - rule[r.START] + missing if missing > 0 else 0
    return max(asked, 0 if target is None else target)


def best_profit_today(rule: r.Row, state: r.Row) -> int | None:
    """Return the highest profit of the running day that harms no consistency rule; None where there is no bound."""
    kind, count = rule[r.CONSISTENCY], r.CONSISTENCY_SHARES
    if kind == r.NONE and rule[r.PAYOUT_CONSISTENCY] != r.UNKNOWN:
        kind, count = rule[r.PAYOUT_CONSISTENCY], r.PAYOUT_SHARES
    share = share_by_payout(rule, count, state[r.PAYOUTS])
    if kind <= r.NONE or share == r.UNKNOWN:
        return None
    if kind in (r.OF_TARGET, r.OF_RAISED_TARGET):
        return (
            None if rule[r.TARGET] == r.UNKNOWN else max(state[r.BEST], _share_below(rule[r.TARGET], share))
        )
    if share >= r.WHOLE:
        return None
    best, before = _before_today(rule, state, kind)
    return max(best, before * share // (r.WHOLE - share))


def _before_today(rule: r.Row, state: r.Row, kind: int) -> tuple[int, int]:
    """Return the best day and the profit of a variant's window without the running day."""
    if kind == r.SINCE_PAYOUT:
        return state[r.CYCLE_BEST], state[r.CYCLE_DAY_BASE] - state[r.CYCLE_BALANCE]
    if kind == r.OF_POSITIVE_DAYS:
        return state[r.BEST], state[r.POSITIVE]
    return state[r.BEST], state[r.DAY_BASE] + state[r.WITHDRAWN] - rule[r.START]


def _share_below(amount: int, share: int) -> int:
    return amount * share // r.WHOLE


def sizes(compiled: Compiled, state: r.Row) -> tuple[int | None, int | None]:
    """Return how many minis and how many micros may be held, fixed at session open; None where that is not known."""
    contracts, size = compiled.rules.contracts, state[r.SIZE]
    if not isinstance(contracts, Contracts) or size == r.UNKNOWN:
        return None, None
    ratio = contracts.micro_per_mini
    cap = contracts.cap
    if isinstance(cap, Scaling) and cap.unit == "micro":
        return (size // ratio if ratio else None), size
    if isinstance(cap, Scaling | FixedSize):
        return size, (None if ratio is None else size * ratio)
    return None, None


def net_payout(compiled: Compiled, gross: int) -> int:
    """Return what arrives of a gross payout: split and fee taken off."""
    rule = compiled.rules.payout
    if not isinstance(rule, Payout):
        return gross
    return share_of(gross, compiled.split) - compiled.fee
