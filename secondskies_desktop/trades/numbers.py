"""Numbers as platforms write them: currency signs, brackets for losses, either decimal sign; none is guessed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST: Final = 40
MOST: Final = Decimal(1_000_000_000)
_MOST_PLACES: Final = 12
_SPACES: Final = dict.fromkeys(map(ord, " \u00a0\u202f\u2009'"), None)
_MINUS: Final = str.maketrans({"\u2212": "-", "\u2013": "-"})
_CURRENCY: Final = re.compile(r"[$€£]|USD|EUR|GBP")
_PLAIN: Final = {
    ".": re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d*)?\Z"),
    ",": re.compile(r"(?:\d+|\d{1,3}(?:\.\d{3})+)?(?:,\d*)?\Z"),
}
_GROUPED: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})\Z")


class NotANumber(ValueError):
    """The text is no number."""


def number_of(text: str, decimal: str = ".") -> Decimal:
    """Return the number that a cell holds, by the decimal sign of its file; raises NotANumber."""
    bare, negative = _bare(text)
    if not any(sign.isdigit() for sign in bare) or not bare.isascii() or _PLAIN[decimal].match(bare) is None:
        raise NotANumber
    grouping = "," if decimal == "." else "."
    number = Decimal(bare.replace(grouping, "").replace(decimal, "."))
    if number > MOST or _places(number) > _MOST_PLACES:
        raise NotANumber
    return -number if negative else number


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def decimal_sign(cells: Iterable[str]) -> str | None:
    """Return the decimal sign that the numbers of a file prove; None where they leave it open.

    `1,234` and `1.234` prove nothing by themselves. Raises NotANumber where they prove both.
    """
    proved: set[str] = set()
    is_open = False
    for cell in cells:
        bare, _ = _bare(cell)
        last = max(bare.rfind("."), bare.rfind(","))
        if last < 0 or not bare[:1].isdigit():
            continue
        if bare.count(".") and bare.count(","):
            proved.add(bare[last])
        elif bare.count(bare[last]) > 1:
            proved.add("," if bare[last] == "." else ".")
        elif _GROUPED.match(bare) is None:
            proved.add(bare[last])
        else:
            is_open = True
    if len(proved) > 1:
        raise NotANumber
    if proved:
        return proved.pop()
    return None if is_open else "."


def _bare(text: str) -> tuple[str, bool]:
    """Return the digits and signs between them, and whether the number is negative."""
    if len(text) > _LONGEST:
        raise NotANumber
    bare = _CURRENCY.sub("", text.translate(_SPACES).translate(_MINUS))
    bracketed = bare.startswith("(") and bare.endswith(")")
    bare = bare[1:-1] if bracketed else bare
    negative = bare.startswith("-")
    if negative and bracketed:
        raise NotANumber
    return bare.removeprefix("-").removeprefix("+") if bare[:1] in "+-" else bare, negative or bracketed
