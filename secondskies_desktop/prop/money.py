"""Exact money and shares at the edges: Decimal dollars outside, integer cents and millionths inside.

A value that is not a whole number of cents is refused, but for the noise of binary floats: what lies within a
ten-thousandth of a cent of a whole one is that one.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

MOST: Decimal = Decimal(1_000_000_000)
"""No amount of an account is larger; it keeps every product of the kernel within 64 bits."""
_NOISE = Decimal("0.000001")
_CENT = Decimal("0.01")
_LONGEST = 60
_MOST_INTEGER = 10**18


class NotMoney(ValueError):
    """An amount or a share that cannot be taken, and why."""


def decimal_of(value: object) -> Decimal:
    """Return a number or the text of one as a Decimal; raises NotMoney."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise NotMoney("must be a number, or a number as text")
    if isinstance(value, int) and abs(value) > _MOST_INTEGER:
        raise NotMoney(f"is beyond {MOST:,}")
    text = str(value)
    if len(text) > _LONGEST or not text.isascii() or "_" in text or text != text.strip():
        raise NotMoney("is not a number")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise NotMoney("is not a number") from None
    if not number.is_finite():
        raise NotMoney("is not a number")
    return number


def cents(amount: Decimal) -> int:
    """Return dollars as integer cents; raises NotMoney."""
    if not -MOST <= amount <= MOST:
        raise NotMoney(f"is beyond {MOST:,} dollars")
    whole = int((amount / _CENT).to_integral_value())
    if abs(amount - whole * _CENT) >= _NOISE:
        raise NotMoney("is not a whole number of cents")
    return whole


def millionths(percent: Decimal) -> int:
    """Return percent as millionths of the whole: 5 % is 50,000; raises NotMoney."""
    if not -MOST <= percent <= MOST:
        raise NotMoney("is beyond every percentage")
    scaled = percent * 10_000
    whole = int(scaled.to_integral_value())
    if scaled != whole:
        raise NotMoney("has more than four places")
    return whole


def dollars(amount: int) -> str:
    """Return integer cents as a decimal string of dollars."""
    if amount < 0:
        return f"-{-amount // 100}.{-amount % 100:02d}"
    return f"{amount // 100}.{amount % 100:02d}"


def as_decimal(amount: int) -> Decimal:
    """Return integer cents as dollars."""
    return Decimal(amount).scaleb(-2)
