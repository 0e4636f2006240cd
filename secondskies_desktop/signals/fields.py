"""Read one field of a decoded body: the right kind of value within its range, or a reason."""

from __future__ import annotations

import re
from typing import Any, Final

from secondskies_desktop.signals.event import Undecodable
from secondskies_desktop.signals.identity import FIRST_US, LAST_US
from secondskies_desktop.signals.vocabulary import bias_of

MAX_PRICE: Final = 10_000_000.0
MAX_R: Final = 100_000.0

_HTF_NAMES = {
    "daily": ("daily", "htf_daily"),
    "h4": ("h4", "htf_4h"),
    "h1": ("h1", "htf_1h"),
    "m15": ("m15", "htf_15m"),
    "m5": ("m5", "htf_5m"),
    "m1": ("m1", "htf_1m"),
}
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_SYMBOL = re.compile(r"[A-Za-z0-9!._/-]{1,40}")
_SYMBOL_OBJECT = re.compile(r'"symbol"\s{0,9}:\s{0,9}"([^"]{1,80})"')


def number(tree: dict[str, Any], key: str, limit: float) -> float | None:
    """Return a finite number within ±limit, None where it is absent or null; raises Undecodable."""
    value: Any = tree.get(key)
    if value is None:
        return None
    kind = type(value)
    if kind is not float:
        if kind is not int and (kind is not str or not _NUMBER.fullmatch(value)):
            raise Undecodable(f"{key}: not a number")
        value = float(value)
    if -limit <= value <= limit:
        return value  # type: ignore[no-any-return]
    raise Undecodable(f"{key}: out of range")


def price(tree: dict[str, Any], key: str) -> float | None:
    """Return a positive price in points, or None; raises Undecodable."""
    value = number(tree, key, MAX_PRICE)
    if value is not None and value <= 0:
        raise Undecodable(f"{key}: a price must be above zero")
    return value


def mfe(tree: dict[str, Any], key: str) -> float | None:
    """Return a favourable excursion in R, never below zero (domain.md §1.8), or None."""
    value = number(tree, key, MAX_R)
    return value if value is None or value > 0 else 0.0


def mae(tree: dict[str, Any], key: str) -> float | None:
    """Return an adverse excursion in R, never above zero (domain.md §1.8), or None."""
    value = number(tree, key, MAX_R)
    return value if value is None or value < 0 else 0.0


def instant(tree: dict[str, Any], key: str) -> int | None:
    """Return a time given as UTC epoch milliseconds, in microseconds, or None; raises Undecodable."""
    value = number(tree, key, LAST_US)
    if value is None:
        return None
    at_us = int(value) * 1000
    if not FIRST_US <= at_us < LAST_US:
        raise Undecodable(f"{key}: not a time in milliseconds")
    return at_us


def text(tree: dict[str, Any], key: str, limit: int = 200) -> str | None:
    """Return a short text that can be shown, or None; raises Undecodable."""
    value = tree.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Undecodable(f"{key}: not a text")
    if len(value) > limit:
        raise Undecodable(f"{key}: longer than {limit} characters")
    return printable(value)


def printable(value: str) -> str:
    """Return a text without the characters that cannot be shown.

    Control characters and marks that turn the direction of writing have no meaning in an alert, but could
    make a screen or a terminal say something else than was sent.
    """
    return value if value.isprintable() else "".join(filter(str.isprintable, value))


def flag(tree: dict[str, Any], key: str) -> bool | None:
    """Return a truth value, or None; raises Undecodable."""
    value = tree.get(key)
    if value is None or value is True or value is False:
        return value
    raise Undecodable(f"{key}: not true or false")


def trade_id(tree: dict[str, Any], key: str = "trade_id") -> str:
    """Return the id of a signal; raises Undecodable where there is none."""
    value = tree.get(key)
    if value is None:
        raise Undecodable(f"{key}: missing")
    if not isinstance(value, str):
        raise Undecodable(f"{key}: not a text")
    return value


def rows(tree: dict[str, Any], key: str, limit: int = 500) -> list[Any]:
    """Return a list of at most `limit` items, empty where it is absent; raises Undecodable."""
    value = tree.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Undecodable(f"{key}: not a list")
    if len(value) > limit:
        raise Undecodable(f"{key}: more than {limit} items")
    return value


def alignment(tree: dict[str, Any]) -> dict[str, str] | None:
    """Return the higher-timeframe biases by their short names, None where none is said."""
    found: dict[str, str] = {}
    for name, keys in _HTF_NAMES.items():
        for key in keys:
            bias = bias_of(tree.get(key))
            if bias is not None:
                found[name] = bias
                break
    return found or None


def chart_symbol(word: str | None) -> str | None:
    """Return a symbol without its exchange: `CME_MINI:MNQ1!` is `MNQ1!`; None for what is no symbol.

    On an adjusted chart the word is an object in a text, `={"symbol":"CME_MINI:MNQ1!",…}`.
    """
    if word is None:
        return None
    if word.startswith("={"):
        inner = _SYMBOL_OBJECT.search(word)
        word = "" if inner is None else inner[1]
    name = word.rpartition(":")[2].strip()
    return name if _SYMBOL.fullmatch(name) else None
