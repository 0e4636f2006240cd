"""What one event does to one account, over rows of integers: the same function live and simulated.

In the subset that numba compiles; here it runs as plain Python. `rows.py` says what stands where. Sources:
prop_rules.md §2 (floors), §2.7 (which limit), §3 (the day), §4 (consistency), §5 (days), §12 (the order of things).
"""

from __future__ import annotations

from secondskies_desktop.prop import rows as r


def begin(rule: r.Row, state: r.OpenRow) -> None:
    """Make `state` that of an account on its first day."""
    for place in range(r.STATE_SIZE):
        state[place] = 0
    start = rule[r.START]
    for place in (r.BALANCE, r.EQUITY, r.HIGH, r.DAY_BASE, r.CYCLE_DAY_BASE, r.CYCLE_BALANCE):
        state[place] = start
    for place in (r.FLOOR, r.PASSED, r.DATE, r.CLOSED_DATE, r.CYCLE_DATE):
        state[place] = r.UNKNOWN
    state[r.FIRST_TRADE_DATE] = state[r.LAST_TRADE_DATE] = r.UNKNOWN
    state[r.PAYOUTS] = rule[r.PAYOUTS_DONE]
    raise_floor(rule, state)
    open_session(rule, state)


def step(rule: r.Row, state: r.OpenRow, event: r.Row) -> None:
    """Take one event into `state`. Once an account has ended, nothing changes it any more."""
    if state[r.ENDED] != 0:
        return
    kind = event[r.KIND]
    if kind == r.CLOSE:
        _turn(rule, state, event[r.ON_DATE])
        close_session(rule, state, event[r.ON_DATE])
        return
    # After its close a date is over: what still bears it belongs to the session that follows.
    _turn(rule, state, max(event[r.ON_DATE], state[r.CLOSED_DATE] + 1))
    if kind == r.TRADE:
        _trade(rule, state, event)
    elif kind == r.MARK:
        _mark(rule, state, event)
    elif kind == r.PAYOUT:
        _pay(rule, state, event[r.GROSS])


def share_of(amount: int, share: int) -> int:
    """Return a share of an amount to the nearest cent, halves up."""
    return (amount * share + r.WHOLE // 2) // r.WHOLE


def raise_floor(rule: r.Row, state: r.OpenRow) -> None:
    """Let the floor follow the high, and lock it where it stops; it never falls."""
    kind, amount = rule[r.DRAWDOWN], rule[r.DRAWDOWN_AMOUNT]
    if kind <= r.NONE or amount == r.UNKNOWN or state[r.LOCKED] != r.NO or state[r.ENDED] != 0:
        return
    floor = (rule[r.START] if kind == r.STATIC else state[r.HIGH]) - amount
    level = rule[r.LOCK_LEVEL]
    if kind != r.STATIC and level != r.UNKNOWN:
        reached = rule[r.LOCK] == r.FLOOR_REACHES and floor >= level
        profit = rule[r.LOCK_PROFIT] if rule[r.LOCK] == r.PROFIT else r.UNKNOWN
        earned = profit != r.UNKNOWN and state[r.HIGH] - rule[r.START] >= profit
        if reached or earned:
            floor = level
            state[r.LOCKED] = r.YES
    state[r.FLOOR] = max(state[r.FLOOR], floor)


def open_session(rule: r.Row, state: r.OpenRow) -> None:
    """Anchor the day to balance and last equity, and read every tier for it."""
    state[r.DAY_BALANCE] = state[r.BALANCE]
    state[r.DAY_EQUITY] = state[r.DAY_HIGH] = state[r.EQUITY]
    state[r.DAY_LOCKED] = r.NO
    state[r.UNSEEN] &= ~r.UNSEEN_LOW_TODAY
    profit = state[r.DAY_BALANCE] - rule[r.START]
    state[r.SIZE] = _tier(rule, r.SIZE_STEPS, profit)
    state[r.DAILY_AMOUNT] = _daily_amount(rule, state, profit)
    state[r.DAILY_FLOOR] = r.UNKNOWN
    _raise_daily_floor(rule, state)


def close_session(rule: r.Row, state: r.OpenRow, date: int) -> None:
    """Close a date: its profit counts, the floor of an EOD trail moves, a new day is anchored, a pass is decided."""
    if date >= state[r.DATE]:
        _count_day(rule, state)
    state[r.DATE] = max(state[r.DATE], date)
    state[r.CLOSED_DATE] = max(state[r.CLOSED_DATE], date)
    if rule[r.DAILY_WHEN] == r.SESSION_CLOSE:
        _test(rule, state, state[r.EQUITY], state[r.EQUITY])
    if state[r.ENDED] != 0:
        return
    if rule[r.DRAWDOWN] == r.EOD:
        state[r.HIGH] = max(state[r.HIGH], state[r.BALANCE])
        raise_floor(rule, state)
    open_session(rule, state)
    # A loss that is carried over can breach at the reset itself. A pause only begins with what is seen after it.
    is_hard = rule[r.DAILY_WHEN] == r.REALTIME and rule[r.DAILY_EFFECT] == r.FAIL
    daily = state[r.EQUITY] if is_hard else r.UNKNOWN
    _test(rule, state, state[r.EQUITY], daily)
    _decide(rule, state)


def is_within(best: int, base: int, share: int, inclusive: int) -> int:
    """Return whether a best day is at most its share of a base: NO, YES or MAYBE."""
    if best <= 0:
        return r.YES
    if share == r.UNKNOWN or base == r.UNKNOWN:
        return r.MAYBE
    if best * r.WHOLE < share * base:
        return r.YES
    if best * r.WHOLE > share * base:
        return r.NO
    return r.MAYBE if inclusive == r.UNKNOWN else inclusive


def share_by_payout(rule: r.Row, count: int, done: int) -> int:
    """Return the share that a ladder holds for the next payout; its last one holds on."""
    steps = rule[count]
    return rule[count + 1 + min(done, steps - 1)] if steps > 0 else r.UNKNOWN


def consistency(rule: r.Row, state: r.Row, kind: int, share: int, inclusive: int) -> int:
    """Return whether a consistency rule is kept now, the running day included: NO, YES or MAYBE."""
    if kind == r.NONE:
        return r.YES
    if kind == r.UNKNOWN:
        return r.MAYBE
    best = best_day(state, kind)
    return is_within(best, consistency_base(rule, state, kind), share, inclusive)


def best_day(state: r.Row, kind: int) -> int:
    """Return the best day of a variant's window, the running one included."""
    if kind == r.SINCE_PAYOUT:
        return max(state[r.CYCLE_BEST], state[r.BALANCE] - state[r.CYCLE_DAY_BASE])
    return max(state[r.BEST], state[r.BALANCE] - state[r.DAY_BASE])


def consistency_base(rule: r.Row, state: r.Row, kind: int) -> int:
    """Return what the best day is held against; UNKNOWN where the target is."""
    if kind == r.SINCE_PAYOUT:
        return state[r.BALANCE] - state[r.CYCLE_BALANCE]
    if kind == r.OF_POSITIVE_DAYS:
        return state[r.POSITIVE] + max(0, state[r.BALANCE] - state[r.DAY_BASE])
    net = state[r.BALANCE] + state[r.WITHDRAWN] - rule[r.START]
    if kind == r.OF_NET:
        return net
    target = rule[r.TARGET]
    return max(target, net) if kind == r.OF_RAISED_TARGET and target != r.UNKNOWN else target


def _turn(rule: r.Row, state: r.OpenRow, date: int) -> None:
    """Count the day that is over when an event bears a later date."""
    if state[r.DATE] != r.UNKNOWN and date > state[r.DATE]:
        _count_day(rule, state)
    state[r.DATE] = max(state[r.DATE], date)


def _count_day(rule: r.Row, state: r.OpenRow) -> None:
    profit = state[r.BALANCE] - state[r.DAY_BASE]
    state[r.BEST] = max(state[r.BEST], profit)
    state[r.POSITIVE] += max(0, profit)
    profit = state[r.BALANCE] - state[r.CYCLE_DAY_BASE]
    state[r.CYCLE_BEST] = max(state[r.CYCLE_BEST], profit)
    needed = rule[r.QUALIFYING_PROFIT]
    is_day = state[r.CYCLE_DAY_TRADED] == r.YES or profit != 0
    if is_day and needed != r.UNKNOWN and profit >= needed:
        state[r.QUALIFYING] += 1
    state[r.DAY_BASE] = state[r.CYCLE_DAY_BASE] = state[r.BALANCE]
    state[r.DAY_TRADED] = state[r.CYCLE_DAY_TRADED] = r.NO


def _trade(rule: r.Row, state: r.OpenRow, event: r.Row) -> None:
    _count_trade(state)
    entry, mfe, mae = state[r.BALANCE], event[r.MFE], event[r.MAE]
    if event[r.ORDER] == r.LOW_FIRST:
        _see_low(rule, state, entry, mae)
    _see_peak(rule, state, entry, mfe)
    if event[r.ORDER] == r.PEAK_FIRST:
        _see_low(rule, state, entry, mae)
    balance = entry + event[r.PNL] - event[r.FEES]
    state[r.BALANCE] = state[r.EQUITY] = balance
    _follow(rule, state)
    _test(rule, state, balance, r.UNKNOWN if rule[r.DAILY_WHEN] == r.SESSION_CLOSE else balance)


def _count_trade(state: r.OpenRow) -> None:
    if state[r.DAY_TRADED] == r.NO:
        state[r.DAY_TRADED] = r.YES
        state[r.TRADING_DAYS] += 1
    if state[r.CYCLE_DAY_TRADED] == r.NO:
        state[r.CYCLE_DAY_TRADED] = r.YES
        state[r.CYCLE_DAYS] += 1
    if state[r.FIRST_TRADE_DATE] == r.UNKNOWN:
        state[r.FIRST_TRADE_DATE] = state[r.DATE]
    if state[r.CYCLE_DATE] == r.UNKNOWN:
        state[r.CYCLE_DATE] = state[r.DATE]
    state[r.LAST_TRADE_DATE] = state[r.DATE]


def _see_peak(rule: r.Row, state: r.OpenRow, entry: int, mfe: int) -> None:
    if mfe == r.UNKNOWN:
        state[r.UNSEEN] |= r.UNSEEN_PEAK
        return
    state[r.UNSEEN] |= r.PEAK_FROM_TRADES
    state[r.DAY_HIGH] = max(state[r.DAY_HIGH], entry + mfe)
    if rule[r.DRAWDOWN] == r.INTRADAY:
        state[r.HIGH] = max(state[r.HIGH], entry + mfe)
        raise_floor(rule, state)
    _raise_daily_floor(rule, state)


def _see_low(rule: r.Row, state: r.OpenRow, entry: int, mae: int) -> None:
    if mae == r.UNKNOWN:
        state[r.UNSEEN] |= r.UNSEEN_LOW | r.UNSEEN_LOW_TODAY
        return
    daily = entry + mae if rule[r.DAILY_WHEN] == r.REALTIME else r.UNKNOWN
    _test(rule, state, entry + mae, daily)


def _mark(rule: r.Row, state: r.OpenRow, event: r.Row) -> None:
    if event[r.NEW_BALANCE] != r.UNKNOWN:
        state[r.BALANCE] = event[r.NEW_BALANCE]
    state[r.EQUITY] = event[r.NEW_EQUITY]
    _follow(rule, state)
    daily = state[r.BALANCE] if rule[r.DAILY_WHEN] == r.TRADE_CLOSE else state[r.EQUITY]
    _test(rule, state, state[r.EQUITY], r.UNKNOWN if rule[r.DAILY_WHEN] == r.SESSION_CLOSE else daily)


def _follow(rule: r.Row, state: r.OpenRow) -> None:
    """Let the high follow what was just seen, each trail what it trails."""
    kind = rule[r.DRAWDOWN]
    if kind == r.INTRADAY:
        state[r.HIGH] = max(state[r.HIGH], state[r.EQUITY])
    elif kind == r.CLOSED:
        state[r.HIGH] = max(state[r.HIGH], state[r.BALANCE])
    raise_floor(rule, state)
    state[r.DAY_HIGH] = max(state[r.DAY_HIGH], state[r.EQUITY])
    _raise_daily_floor(rule, state)


def _pay(rule: r.Row, state: r.OpenRow, gross: int) -> None:
    for place in (r.BALANCE, r.EQUITY, r.DAY_BALANCE, r.DAY_EQUITY, r.DAY_HIGH, r.DAY_BASE):
        state[place] -= gross
    if state[r.DAILY_FLOOR] != r.UNKNOWN:
        state[r.DAILY_FLOOR] -= gross
    if rule[r.DAILY] == r.OF_ANCHOR or rule[r.DAILY] == r.OF_UNKNOWN:
        state[r.DAILY_AMOUNT] = _daily_amount(rule, state, 0)
        state[r.DAILY_FLOOR] = r.UNKNOWN
        _raise_daily_floor(rule, state)
    state[r.WITHDRAWN] += gross
    state[r.PAYOUTS] += 1
    state[r.CYCLE_BALANCE] = state[r.CYCLE_DAY_BASE] = state[r.BALANCE]
    state[r.CYCLE_BEST] = state[r.CYCLE_DAYS] = state[r.QUALIFYING] = 0
    state[r.CYCLE_DAY_TRADED] = state[r.PAYOUT_BLOCKED] = r.NO
    state[r.CYCLE_DATE] = state[r.DATE]
    _move_floor(rule, state)
    _test(rule, state, min(state[r.BALANCE], state[r.EQUITY]), r.UNKNOWN)


def _move_floor(rule: r.Row, state: r.OpenRow) -> None:
    effect, level = rule[r.ON_PAYOUT], rule[r.PAYOUT_LEVEL]
    if effect == r.NONE:
        return
    if effect == r.UNKNOWN or level == r.UNKNOWN:
        state[r.DOUBT] |= r.DOUBT_PAYOUT
        state[r.FLOOR], state[r.LOCKED] = r.UNKNOWN, r.MAYBE
        return
    state[r.FLOOR] = level if effect == r.SET_TO_LEVEL else max(state[r.FLOOR], level)
    state[r.LOCKED] = r.YES


def _tier(rule: r.Row, count: int, profit: int) -> int:
    """Return what a ladder holds for a profit: the highest step reached, or the first one."""
    found = rule[count + 1 + r.STEPS] if rule[count] > 0 else r.UNKNOWN
    for step_ in range(rule[count]):
        if profit >= rule[count + 1 + step_]:
            found = rule[count + 1 + r.STEPS + step_]
    return found


def _daily_amount(rule: r.Row, state: r.Row, profit: int) -> int:
    kind, share = rule[r.DAILY], rule[r.DAILY_SHARE]
    if kind == r.FLAT:
        return rule[r.DAILY_VALUE]
    if kind == r.TIERED:
        return _tier(rule, r.DAILY_STEPS, profit)
    if kind == r.PEAK_SHARE and state[r.LOCKED] == r.NO:
        return rule[r.DAILY_VALUE]
    if share == r.UNKNOWN or (kind == r.PEAK_SHARE and state[r.LOCKED] == r.MAYBE):
        return r.UNKNOWN
    if kind == r.PEAK_SHARE:
        return share_of(state[r.HIGH] - rule[r.START], share)
    anchor = _anchor(rule, state)
    if anchor != r.UNKNOWN and (kind == r.OF_ANCHOR or (kind == r.OF_UNKNOWN and anchor == rule[r.START])):
        return share_of(anchor, share)
    return r.UNKNOWN


def _anchor(rule: r.Row, state: r.Row) -> int:
    """Return what the day's limit is measured from; without a known anchor, where all readings agree."""
    anchor, balance, equity = rule[r.DAILY_ANCHOR], state[r.DAY_BALANCE], state[r.DAY_EQUITY]
    if anchor == r.AT_DAY_HIGH:
        return state[r.DAY_HIGH]
    if anchor == r.AT_MAX:
        return max(balance, equity)
    if anchor == r.AT_BALANCE or balance == equity:
        return balance
    return equity if anchor == r.AT_EQUITY else r.UNKNOWN


def _raise_daily_floor(rule: r.Row, state: r.OpenRow) -> None:
    if state[r.DAILY_AMOUNT] == r.UNKNOWN or state[r.ENDED] != 0:
        return
    anchor = _anchor(rule, state)
    if anchor != r.UNKNOWN:
        state[r.DAILY_FLOOR] = max(state[r.DAILY_FLOOR], anchor - state[r.DAILY_AMOUNT])


def _crossed(kind: int, seen: int, floor: int, touch: int) -> int:
    """Return whether an observation breaks a floor, if there is one: NO, YES or MAYBE."""
    if kind == r.NONE or seen == r.UNKNOWN:
        return r.NO
    if floor == r.UNKNOWN:
        return r.MAYBE
    if seen > floor:
        return r.NO
    if seen < floor:
        return r.YES
    return r.MAYBE if touch == r.UNKNOWN else touch


def _test(rule: r.Row, state: r.OpenRow, equity: int, daily: int) -> None:
    """Hold one observation against the account's floor, and `daily` against that of the day."""
    if state[r.ENDED] != 0:
        return
    account = _crossed(rule[r.DRAWDOWN], equity, state[r.FLOOR], rule[r.DRAWDOWN_TOUCH])
    if account == r.YES and rule[r.LOCK_IS_VAGUE] == r.YES and state[r.LOCKED] == r.NO:
        # Only the floor of the first day is certain where nobody knows where the trail stops.
        first = rule[r.START] - rule[r.DRAWDOWN_AMOUNT]
        account = _crossed(rule[r.DRAWDOWN], equity, first, rule[r.DRAWDOWN_TOUCH])
        if account == r.NO:
            account = r.MAYBE
    day = _crossed(rule[r.DAILY], daily, state[r.DAILY_FLOOR], rule[r.DAILY_TOUCH])
    fails = day == r.YES and rule[r.DAILY_EFFECT] == r.FAIL
    if fails and (account != r.YES or state[r.DAILY_FLOOR] >= state[r.FLOOR]):
        state[r.ENDED] = r.DAILY_LOSS
    elif account == r.YES:
        state[r.ENDED] = r.MAX_LOSS
    else:
        if account == r.MAYBE:
            state[r.DOUBT] |= r.DOUBT_FLOOR
        _hold_day(rule, state, day)


def _hold_day(rule: r.Row, state: r.OpenRow, day: int) -> None:
    """Apply a daily limit that does not end the account, or of which nobody knows whether it does."""
    effect = rule[r.DAILY_EFFECT]
    if day == r.NO or state[r.DAY_LOCKED] == r.YES:
        return
    if effect == r.LOCK_DAY:
        state[r.DAY_LOCKED] = day
    elif effect == r.BLOCK_PAYOUT:
        state[r.PAYOUT_BLOCKED] = max(state[r.PAYOUT_BLOCKED], day)
    else:
        state[r.DOUBT] |= r.DOUBT_DAILY
        if effect == r.UNKNOWN:
            state[r.DAY_LOCKED] = r.MAYBE


def _decide(rule: r.Row, state: r.OpenRow) -> None:
    """Decide whether the phase is passed: at a close and never else."""
    if state[r.ENDED] != 0 or state[r.PASSED] == r.YES or rule[r.TARGET] == r.UNKNOWN:
        return
    share = share_by_payout(rule, r.CONSISTENCY_SHARES, state[r.PAYOUTS])
    fits = consistency(rule, state, rule[r.CONSISTENCY], share, rule[r.CONSISTENCY_INCLUSIVE])
    is_reached = state[r.BALANCE] - rule[r.START] >= rule[r.TARGET]
    is_due = is_reached or rule[r.CONSISTENCY] == r.OF_TARGET
    if fits == r.NO and is_due and rule[r.CONSISTENCY_EFFECT] == r.FAIL_PHASE:
        state[r.ENDED] = r.INCONSISTENT
        return
    is_short = rule[r.MIN_DAYS] != r.UNKNOWN and state[r.TRADING_DAYS] < rule[r.MIN_DAYS]
    if not is_reached or is_short or fits == r.NO:
        state[r.PASSED] = r.NO
    elif fits == r.MAYBE or state[r.DOUBT] != 0 or rule[r.MIN_DAYS] == r.UNKNOWN:
        state[r.PASSED] = r.MAYBE
    else:
        state[r.PASSED] = r.YES
