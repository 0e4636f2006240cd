"""The short form of a program (prop_rules.md §12), read into typed rules.

A part that is null or missing is a rule that the program does not have. Within a part, null is not known: what hangs on
it is answered as unknown. The exceptions stand beside their fields.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, cast

from secondskies_desktop.prop import rows as r
from secondskies_desktop.prop.fields import Fields, FieldWrong, read_count, read_items, read_number
from secondskies_desktop.prop.money import cents, millionths
from secondskies_desktop.prop.rules import (
    BestDay,
    Clock,
    Closed,
    Contracts,
    Daily,
    Drawdown,
    EndOfDay,
    FlatDaily,
    Intraday,
    Lock,
    Payout,
    PeakShareDaily,
    Qualifying,
    Rules,
    Scaling,
    ShareDaily,
    Static,
    Target,
    TieredDaily,
    Without,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_ALL = 100
_Value = TypeVar("_Value")
_DRAWDOWNS: dict[str, type[Drawdown]] = {
    "static": Static,
    "eod": EndOfDay,
    "intraday": Intraday,
    "closed": Closed,
}
_VARIANTS = {
    "best_day_of_net": "net",
    "best_day_of_positive_days": "positive_days",
    "best_day_of_target": "target",
    "best_day_since_payout": "since_payout",
}
_EVALUATED = {
    "realtime": "realtime",
    "close": "session_close",
    "session_close": "session_close",
    "trade_close": "trade_close",
}
_PARTS = ("start", "drawdown", "daily", "consistency", "target", "min_days", "clock", "scaling", "payout")
# Words about a program, which are no rules.
_WORDS = (
    "id",
    "name",
    "firm",
    "program",
    "phase",
    "size",
    "platform",
    "version",
    "note",
    "comment",
    "source",
)
_EFFECTS = {
    "keep_trading": "raise_target",
    "raise_target": "raise_target",
    "block_pass": "block_pass",
    "block_payout": "block_payout",
    "fail": "fail",
}
_OPEN_PROFIT, _PEAK_SHARE = "session_open_profit", "peak_profit_share_after_lock"


def read_rules(tree: object, path: str = "rules") -> Rules:
    """Return the rules of a program in the short form; raises FieldWrong."""
    fields = Fields(tree, path)
    fields.only(*_PARTS, *_WORDS)
    start = fields.money("start", least=0)
    if start is None:
        raise FieldWrong(fields.at("start"), "is missing")
    target = fields.money("target", least=0)
    return Rules(
        start=start,
        drawdown=_drawdown(fields.part("drawdown")),
        daily=_daily(fields.part("daily")),
        consistency=_consistency(fields.part("consistency")),
        per_trade=(),
        target=Without() if target is None else Target(amount=target),
        min_days=fields.count("min_days") or 0,
        expiry=Without(),
        inactivity=Without(),
        contracts=_scaling(fields.part("scaling")),
        hours=Without(),
        news=Without(),
        clock=_clock(fields.part("clock")),
        payout=_payout(fields.part("payout")),
    )


def _drawdown(fields: Fields | None) -> Drawdown | Without | None:
    if fields is None:
        return Without()
    fields.only("type", "amount", "lock_offset", "lock_on", "touch_is_breach", "on_payout")
    kind = fields.word("type", *_DRAWDOWNS)
    if kind is None:
        return None
    offset = fields.money("lock_offset")
    trigger = fields.word("lock_on", "none", "floor_reaches", "first_payout", "target_balance")
    if trigger is None or (trigger == "floor_reaches" and offset is None):
        # An offset alone caps the floor; without one the trail has no end.
        trigger = "none" if offset is None else "floor_reaches"
    return _DRAWDOWNS[kind](
        amount=fields.money("amount", least=0),
        touch_is_breach=fields.flag("touch_is_breach"),
        on_payout=cast("Any", fields.word("on_payout", "none", "set_to_level", "lock_keep_higher") or "none"),
        lock=Lock(trigger=cast("Any", trigger), level_offset=offset),
    )


def _daily(fields: Fields | None) -> Daily | Without:
    if fields is None:
        return Without()
    fields.only("amount", "pct", "pct_of", "tiers", "anchor", "effect", "evaluated", "touch_is_breach")
    given = [name for name in ("amount", "pct", "tiers") if name in fields]
    if len(given) > 1:
        raise FieldWrong(fields.at(given[1]), f"stands beside {given[0]}: which one holds?")
    common: dict[str, Any] = {
        "anchor": fields.word("anchor", "balance", "equity", "max", "day_high"),
        "effect": fields.word("effect", "fail", "lock"),
        "evaluated": _EVALUATED[fields.word("evaluated", *_EVALUATED) or "realtime"],
        "touch_is_breach": fields.flag("touch_is_breach"),
    }
    if "pct" in fields:
        pct_of = cast("Any", fields.word("pct_of", "initial", "anchor"))
        return ShareDaily(pct=fields.share("pct"), pct_of=pct_of, **common)
    tiers = fields.part("tiers")
    if tiers is not None:
        return _tiers(tiers, common)
    return FlatDaily(amount=fields.money("amount", least=0), **common)


def _tiers(fields: Fields, common: dict[str, Any]) -> Daily:
    fields.only("basis", "steps", "before", "share_pct")
    basis = fields.word("basis", _OPEN_PROFIT, _PEAK_SHARE)
    if basis is None:
        return FlatDaily(**common)
    if basis == _PEAK_SHARE:
        return PeakShareDaily(
            before=fields.money("before", least=0), share_pct=fields.share("share_pct"), **common
        )
    return TieredDaily(steps=_steps(fields, _amount), **common)


def _steps(fields: Fields, read: Callable[[object, str], _Value]) -> tuple[tuple[Decimal, _Value], ...]:
    steps = []
    for place, step in enumerate(fields.items("steps", r.STEPS) or ()):
        path = f"{fields.at('steps')}[{place}]"
        pair = read_items(step, path, 2)
        if len(pair) != len(("from", "value")):
            raise FieldWrong(path, "must be [from this profit on, what holds]")
        steps.append((read_number(pair[0], f"{path}[0]", cents), read(pair[1], f"{path}[1]")))
    return tuple(steps)


def _amount(value: object, path: str) -> Decimal:
    return read_number(value, path, cents, least=0)


def _consistency(fields: Fields | None) -> BestDay | Without:
    if fields is None:
        return Without()
    fields.only("variant", "pct", "pct_by_payout", "inclusive", "effect")
    variant = fields.word("variant", *_VARIANTS)
    ladder = [
        _pct(one, f"{fields.at('pct_by_payout')}[{place}]")
        for place, one in enumerate(fields.items("pct_by_payout", r.STEPS) or ())
    ]
    pct = fields.raw("pct")
    return BestDay(
        of=cast("Any", None if variant is None else _VARIANTS[variant]),
        pct=None if pct is None else _pct(pct, fields.at("pct")),
        pct_by_payout=tuple(ladder) or None,
        inclusive=fields.flag("inclusive"),
        effect=cast("Any", _EFFECTS[fields.word("effect", *_EFFECTS) or "block_pass"]),
    )


def _pct(value: object, path: str) -> Decimal:
    share = read_number(value, path, millionths, least=0)
    if not 0 < share <= _ALL:
        raise FieldWrong(path, "must be above 0 and at most 100")
    return share


def _scaling(fields: Fields | None) -> Contracts | Without:
    if fields is None:
        return Without()
    fields.only("basis", "unit", "steps", "micro_per_mini")
    fields.word("basis", _OPEN_PROFIT)
    unit = cast("Any", fields.word("unit", "mini", "micro"))
    return Contracts(
        cap=Scaling(unit=unit, steps=_steps(fields, read_count)),
        micro_per_mini=fields.count("micro_per_mini"),
    )


def _clock(fields: Fields | None) -> Clock:
    if fields is None:
        return Clock()
    fields.only("tz", "roll")
    return Clock(tz=fields.text("tz") or Clock().tz, roll=fields.text("roll") or Clock().roll)


def _payout(fields: Fields | None) -> Payout | Without:
    if fields is None:
        return Without()
    fields.only(*_PAYOUT_FIELDS)
    caps = [
        read_number(one, f"{fields.at('cap_by_payout')}[{place}]", cents, least=0)
        for place, one in enumerate(fields.items("cap_by_payout", r.STEPS) or ())
    ]
    return Payout(
        number_done=fields.count("number_done") or 0,
        qualifying=_qualifying(fields.part("qualifying")),
        min_balance=fields.money("min_balance"),
        # A withdrawal cannot go below the start: nothing retained is 0.
        retain=fields.money("retain") or Decimal(),
        share_pct=fields.share("share_pct"),
        share_base=cast("Any", fields.word("share_base", "balance", "total_profit", "cycle_profit")),
        cap=fields.money("cap", least=0),
        cap_by_payout=tuple(caps) or None,
        min=fields.money("min", least=0),
        split_pct=fields.share("split_pct"),
        fee=fields.money("fee", least=0),
        trading_days=fields.count("trading_days"),
        calendar_days=fields.count("calendar_days"),
        new_profit_multiple=fields.number("new_profit_multiple", millionths, least=0),
        consistency=_consistency(fields.part("consistency")),
    )


_PAYOUT_FIELDS = (
    "number_done",
    "qualifying",
    "min_balance",
    "retain",
    "share_pct",
    "share_base",
    "cap",
    "cap_by_payout",
    "min",
    "split_pct",
    "fee",
    "trading_days",
    "calendar_days",
    "new_profit_multiple",
    "consistency",
)


def _qualifying(fields: Fields | None) -> Qualifying | None:
    if fields is None:
        return None
    fields.only("days", "profit")
    return Qualifying(days=fields.count("days"), profit=fields.money("profit"))
