"""How sure each value of a version is; what is None is not checked, and never taken for allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.prop.rules import Payout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.prop.programs import Version

NOT_CHECKED = "not checked"


def standing(version: Version, path: str) -> str:
    """Return `not checked`, or the word of the nearest remark, or that of the version."""
    value: object = version.rules
    owner = value
    for name in path.split("."):
        owner, value = value, getattr(value, name, None)
    if path in _unchecked(version) or (value is None and not isinstance(owner, Payout)):
        return NOT_CHECKED
    said = [one for one in version.remarks if path == one.path or path.startswith(f"{one.path}.")]
    if not said:
        return version.confidence
    nearest = max(said, key=lambda one: len(one.path)).confidence
    return NOT_CHECKED if nearest == "unknown" else nearest


def not_checked(version: Version) -> tuple[str, ...]:
    """Return the paths of all that nobody has checked, in the order of the rules."""
    found = dict.fromkeys(_empty(version.rules, ""))
    found |= dict.fromkeys(_unchecked(version))
    found |= dict.fromkeys(one.path for one in version.remarks if one.confidence == "unknown")
    return tuple(found)


def _unchecked(version: Version) -> tuple[str, ...]:
    payout = version.rules.payout
    return tuple(f"payout.{name}" for name in payout.unchecked) if isinstance(payout, Payout) else ()


def _empty(value: msgspec.Struct, at: str) -> Iterator[str]:
    for name in value.__struct_fields__:
        path, one = f"{at}{name}", getattr(value, name)
        if isinstance(one, msgspec.Struct):
            yield from _empty(one, f"{path}.")
        elif one is None and not (at and _stated_otherwise(value, name)):
            yield path


def _stated_otherwise(value: msgspec.Struct, name: str) -> bool:
    """Tell whether a None is no gap: a payout lists its own, and some rules have one of two forms."""
    if isinstance(value, Payout):
        return True
    given = {other for other in value.__struct_fields__ if getattr(value, other) is not None}
    if name in ("pct", "pct_by_payout"):
        return bool(given & {"pct", "pct_by_payout"}) or name == "pct_by_payout"
    trigger = getattr(value, "trigger", None)
    if name == "level_offset":
        return trigger in ("none", "target_balance")
    return name == "profit" and trigger not in (None, "profit")
