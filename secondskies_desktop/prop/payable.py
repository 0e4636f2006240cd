"""What a payout would be now, over the rows of the kernel: a conjunction, then a minimum (prop_rules.md §7, §12)."""

from __future__ import annotations

from secondskies_desktop.prop import rows as r
from secondskies_desktop.prop.kernel import consistency, share_by_payout, share_of


def payable(rule: r.Row, state: r.Row, date: int, answer: r.OpenRow) -> None:
    """Write the gross amount and the bits of what stands against it; the amount may be UNKNOWN."""
    gross = _gross(rule, state)
    blockers = _days(rule, state, date) | _standing(rule, state)
    if gross == r.UNKNOWN:
        blockers |= r.NOT_KNOWN
    elif gross <= 0 or (rule[r.MIN_PAYOUT] != r.UNKNOWN and gross < rule[r.MIN_PAYOUT]):
        blockers |= r.BELOW_MINIMUM
    answer[r.PAYABLE] = gross
    answer[r.BLOCKERS] = blockers


def _days(rule: r.Row, state: r.Row, date: int) -> int:
    blockers = 0
    needed = rule[r.QUALIFYING_DAYS]
    is_unknown = needed == r.UNKNOWN or (needed > 0 and rule[r.QUALIFYING_PROFIT] == r.UNKNOWN)
    if is_unknown or state[r.QUALIFYING] < needed:
        blockers |= r.FEW_QUALIFYING
    if state[r.CYCLE_DAYS] < rule[r.TRADING_DAYS_NEEDED]:
        blockers |= r.FEW_TRADING_DAYS
    since = state[r.CYCLE_DATE]
    if rule[r.CALENDAR_DAYS] > 0 and (since == r.UNKNOWN or date - since < rule[r.CALENDAR_DAYS]):
        blockers |= r.TOO_EARLY
    return blockers


def _standing(rule: r.Row, state: r.Row) -> int:
    blockers = 0
    if state[r.BALANCE] < rule[r.MIN_BALANCE]:
        blockers |= r.LOW_BALANCE
    share = share_by_payout(rule, r.PAYOUT_SHARES, state[r.PAYOUTS])
    kept = consistency(rule, state, rule[r.PAYOUT_CONSISTENCY], share, rule[r.PAYOUT_INCLUSIVE])
    if kept != r.YES:
        blockers |= r.NOT_CONSISTENT
    caps, most = rule[r.CAPS], rule[r.MAX_PAYOUTS]
    used_up = (most != r.UNKNOWN and state[r.PAYOUTS] >= most) or (caps > 0 and state[r.PAYOUTS] >= caps)
    if used_up or (rule[r.LIFETIME] != r.UNKNOWN and state[r.WITHDRAWN] >= rule[r.LIFETIME]):
        blockers |= r.NO_MORE_PAYOUTS
    if state[r.ENDED] != 0:
        blockers |= r.IS_ENDED
    if state[r.PAYOUT_BLOCKED] != r.NO:
        blockers |= r.IS_BLOCKED
    if state[r.DAY_LOCKED] != r.NO:
        blockers |= r.DAY_IS_LOCKED
    if state[r.EQUITY] != state[r.BALANCE]:
        blockers |= r.IS_OPEN
    return blockers


def _gross(rule: r.Row, state: r.Row) -> int:
    """Return the smallest of all bounds that the rule has; UNKNOWN where it has none."""
    gross = _share(rule, state)
    if gross == r.UNKNOWN and rule[r.SHARE] != r.UNKNOWN:
        return gross
    done = state[r.PAYOUTS]
    gross = _lower(gross, rule[r.CAP])
    if done < rule[r.CAPS]:
        gross = _lower(gross, rule[r.CAPS + 1 + done])
    if rule[r.RETAIN] != r.UNKNOWN:
        gross = _lower(gross, state[r.BALANCE] - rule[r.START] - rule[r.RETAIN])
    if rule[r.NEW_PROFIT_MULTIPLE] != r.UNKNOWN:
        new = state[r.BALANCE] - state[r.CYCLE_BALANCE]
        gross = _lower(gross, share_of(new, rule[r.NEW_PROFIT_MULTIPLE]))
    if rule[r.LIFETIME] != r.UNKNOWN:
        gross = _lower(gross, rule[r.LIFETIME] - state[r.WITHDRAWN])
    return gross


def _lower(amount: int, bound: int) -> int:
    if amount == r.UNKNOWN or bound == r.UNKNOWN:
        return max(amount, bound)
    return min(amount, bound)


def _share(rule: r.Row, state: r.Row) -> int:
    base, share = rule[r.SHARE_BASE], rule[r.SHARE]
    if share == r.UNKNOWN:
        return r.UNKNOWN
    if base == r.OF_BALANCE:
        return share_of(state[r.BALANCE], share)
    if base == r.OF_TOTAL_PROFIT:
        return share_of(state[r.BALANCE] - rule[r.START], share)
    if base == r.OF_CYCLE_PROFIT:
        return share_of(state[r.BALANCE] - state[r.CYCLE_BALANCE], share)
    return r.UNKNOWN
