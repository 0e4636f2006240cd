"""What the types of a firm's file cannot say: what is wrong in it, each with the path of the place."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.prop.clock import ClockWrong, wall_time, zone_of
from secondskies_desktop.prop.compiling import compile_rules
from secondskies_desktop.prop.money import MOST, NotMoney
from secondskies_desktop.prop.rules import Hours, Payout
from secondskies_desktop.prop.value_checks import implausible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from secondskies_desktop.prop.programs import Firm, Program, Size, Version

MAY_BE_NEGATIVE = {"level_offset"}
"""A floor can lock below the start."""


def faults(firm: Firm) -> Iterator[tuple[str, str]]:
    """Find what is wrong: (path, reason)."""
    for check in (_amounts, implausible):
        if found := list(check("", firm)):
            yield from found
            return
    sources = {source.key for source in firm.sources}
    yield from _twice("sources", [source.key for source in firm.sources])
    yield from _twice("programs", [program.key for program in firm.programs])
    for index, program in enumerate(firm.programs):
        yield from _in_program(f"programs[{index}]", program, sources)


def _in_program(at: str, program: Program, sources: set[str]) -> Iterator[tuple[str, str]]:
    yield from _twice(f"{at}.phases", [phase.key for phase in program.phases])
    for number, phase in enumerate(program.phases):
        yield from _twice(f"{at}.phases[{number}].sizes", [size.size for size in phase.sizes])
        for index, size in enumerate(phase.sizes):
            yield from _in_size(f"{at}.phases[{number}].sizes[{index}]", size, sources)


def _in_size(at: str, size: Size, sources: set[str]) -> Iterator[tuple[str, str]]:
    if size.size == 0:
        yield f"{at}.size", "is not above zero"
    low, high = size.range or (None, None)
    if (low is not None and low > size.size) or (high is not None and high < size.size):
        yield f"{at}.range", f"does not hold the size {size.size}"
    yield from _twice(f"{at}.versions", [version.key for version in size.versions])
    for number, version in enumerate(size.versions):
        place = f"{at}.versions[{number}]"
        if version.rules.start not in ({size.size} if size.range is not None else {size.size, 0}):
            yield f"{place}.rules.start", f"is {version.rules.start}, the size is {size.size}"
        yield from _in_version(place, version, sources)
    for (_, one), (number, other) in combinations(enumerate(size.versions), 2):
        if _overlap(one, other):
            yield f"{at}.versions[{number}]", f"holds for the same purchases as {one.key}"


def _in_version(at: str, version: Version, sources: set[str]) -> Iterator[tuple[str, str]]:
    for number, source in enumerate(version.sources):
        if source not in sources:
            yield f"{at}.sources[{number}]", f"{source!r} is no source of this file"
    for name in ("purchases", "valid"):
        first, last = getattr(version, f"{name}_from"), getattr(version, f"{name}_to")
        if first is not None and last is not None and first > last:
            yield f"{at}.{name}_to", "is before its beginning"
    if version.confidence == "conflicting" and not version.remarks and version.note is None:
        yield f"{at}.confidence", "is conflicting, and nothing says about what"
    for number, remark in enumerate(version.remarks):
        if not _leads_somewhere(version.rules, remark.path):
            yield f"{at}.remarks[{number}].path", f"{remark.path!r} is no rule"
    yield from _in_rules(f"{at}.rules", version)


def _in_rules(at: str, version: Version) -> Iterator[tuple[str, str]]:
    rules = version.rules
    if isinstance(rules.payout, Payout):
        fields = set(Payout.__struct_fields__) - {"unchecked", "number_done"}
        for name in rules.payout.unchecked:
            if name not in fields:
                yield f"{at}.payout.unchecked", f"{name!r} is no field of a payout"
            elif getattr(rules.payout, name) is not None:
                yield f"{at}.payout.unchecked", f"{name!r} is given all the same"
    try:
        compile_rules(rules)
        if isinstance(rules.hours, Hours):
            wall_time(rules.hours.flat_by or "00:00")
            zone_of(rules.hours.tz or "UTC")
    except (NotMoney, ClockWrong) as wrong:
        yield at, str(wrong)


def _twice(at: str, keys: list[str] | list[Decimal]) -> Iterator[tuple[str, str]]:
    for number, key in enumerate(keys):
        if key in keys[:number]:
            yield f"{at}[{number}]", f"{str(key)!r} is there already"


def _amounts(at: str, value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Find what is no number, amounts and shares below zero, and shares above the whole."""
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from _amounts(f"{at}.{field}".lstrip("."), getattr(value, field), field)
    elif isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from _amounts(f"{at}[{number}]", one, name)
    elif isinstance(value, Decimal) and not value.is_finite():
        yield at, "is not a number"
    elif isinstance(value, Decimal | int) and not isinstance(value, bool):
        if value > MOST:
            yield at, f"is beyond {MOST:,}"
        if value < 0 and name not in MAY_BE_NEGATIVE:
            yield at, "is below zero"
        if (name.endswith("pct") or name.startswith("pct_")) and value > 100:  # noqa: PLR2004 - percent
            yield at, "is more than the whole"


def _leads_somewhere(rules: object, path: str) -> bool:
    """Tell whether a path of names leads to a field, known or not."""
    value = rules
    for name in path.removesuffix(".type").split("."):
        if not isinstance(value, msgspec.Struct) or name not in value.__struct_fields__:
            return False
        value = getattr(value, name)
    return not path.endswith(".type") or hasattr(value, "__struct_config__")


def _overlap(one: Version, other: Version) -> bool:
    """Tell whether a purchase could fall under both."""
    return (
        (one.platforms is None or other.platforms is None or bool({*one.platforms} & {*other.platforms}))
        and _meet(
            _span(one.purchases_from, one.purchases_to), _span(other.purchases_from, other.purchases_to)
        )
        and _meet(_span(one.valid_from, one.valid_to), _span(other.valid_from, other.valid_to))
    )


def _span(first: date | None, last: date | None) -> tuple[int, int]:
    return (first.toordinal() if first else 0, last.toordinal() if last else 1 << 30)


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def told(found: Iterable[tuple[str, str]]) -> str:
    """Put faults into one line."""
    return "; ".join(f"{path}: {reason}" for path, reason in found)
