"""The rules of one account size for another, where a firm states them as shares of the start."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from secondskies_desktop.prop.rules import Rules

SHARES = frozenset({"pct", "pct_by_payout", "share_pct", "split_pct", "multiple", "new_profit_multiple"})
"""Fields that are no dollars, and stay."""


def in_proportion(rules: Rules, start: Decimal) -> Rules:
    """Return rules whose amounts stand to `start` as these do to theirs."""
    if start == rules.start:
        return rules
    scaled: Rules = _scaled(rules, start / rules.start)
    return scaled


def _scaled(value: Any, factor: Decimal) -> Any:
    if isinstance(value, msgspec.Struct):
        kept = {name: getattr(value, name) for name in value.__struct_fields__ if name not in SHARES}
        return msgspec.structs.replace(value, **{name: _scaled(one, factor) for name, one in kept.items()})
    if isinstance(value, tuple):
        return tuple(_scaled(one, factor) for one in value)
    if isinstance(value, Decimal):
        return (value * factor).quantize(Decimal("0.01"))
    return value
