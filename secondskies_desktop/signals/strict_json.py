"""JSON from a stranger: bounded, unambiguous, and mended only by named repairs.

Bounds (reliability.md §2.3, rows 14-18): depth 20, one meaning per key, no NaN or Infinity, numbers within
±1e15, no lone surrogates, valid UTF-8. The raw bytes are never changed; a repair works on a copy and is named.

A shallow body of ordinary numbers is checked while it is parsed, and proved free of repeated keys by counting its
quotes. What that cannot settle is looked at value by value and key by key, and worded for a person.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Final

import msgspec

from secondskies_desktop.signals.event import Undecodable

MAX_DEPTH = 20
MAX_NUMBER: Final = 1e15

_Int = Annotated[int, msgspec.Meta(ge=-(10**15), le=10**15)]
_Float = Annotated[float, msgspec.Meta(ge=-MAX_NUMBER, le=MAX_NUMBER)]
Scalar = None | bool | _Int | _Float | str
# Levels of their own, because msgspec knows no recursive type. Real bodies have four at most.
_Inner = Scalar | list[Scalar] | dict[str, Scalar]
_Middle = Scalar | list[_Inner] | dict[str, _Inner]
_Outer = Scalar | list[_Middle] | dict[str, _Middle]

_decode_ordinary = msgspec.json.Decoder(dict[str, _Outer]).decode
_decode = msgspec.json.Decoder().decode

_STRAY_QUOTE = re.compile(rb'("\s*:\s*-?\d+(?:\.\d+)?)"(\s*[,}\]])')
_LOST_QUOTE = re.compile(rb'("\s*:\s*"[^",:{}\[\]\\]*)(?=,\s*"\w+"\s*:)')
_SYMBOL_OBJECT = re.compile(rb'"=\{[^{}]{0,400}?"symbol"\s{0,9}:\s{0,9}"([^"\\]{0,200})"[^{}]{0,400}\}"')
MENDS: Final = (
    ("stray-quote-after-number", _STRAY_QUOTE, rb"\1\2"),
    ("lost-closing-quote", _LOST_QUOTE, rb'\1"'),
    ("symbol-object-in-string", _SYMBOL_OBJECT, rb'"\1"'),
)
"""What the indicator is known to send wrong: name of the repair, what is looked for, what it becomes."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def decode_strictly(body: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the JSON object of a body and the names of the repairs it needed.

    Raises Undecodable with a reason that a person understands.
    """
    try:
        tree: Any = _decode_ordinary(body)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return _decode_patiently(body)
    _prove_keys(tree, body)
    return tree, ()


def _prove_keys(tree: dict[str, Any], body: bytes) -> None:
    """Make sure that each key of a body stands once; raises Undecodable."""
    if b"\\" in body or count_quotes(tree) != body.count(b'"'):
        # Counting could not prove it: let the slow parser look at each pair.
        _refuse_repeated_keys(body)


def count_quotes(tree: dict[str, Any]) -> int:
    """Return how many quotes a tree's text has when each key stands once and no text needs an escape."""
    words = 0
    containers: list[Any] = [tree]
    for container in containers:
        if type(container) is dict:
            words += len(container)
            values: Any = container.values()
        else:
            values = container
        for value in values:
            kind = type(value)
            if kind is str:
                words += 1
            elif kind is dict or kind is list:
                containers.append(value)
    return 2 * words


def _decode_patiently(body: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
    repairs: tuple[str, ...] = ()
    if body.startswith(_BYTE_ORDER_MARK):
        body, repairs = body[3:], ("byte-order-mark",)
    try:
        tree = _decode(body)
    except msgspec.DecodeError as error:
        tree, body, repairs = _decode_repaired(body, repairs, error)
    except RecursionError:
        raise Undecodable(f"nested deeper than {MAX_DEPTH} levels") from None
    except UnicodeError:
        raise Undecodable("not UTF-8 text") from None
    if not isinstance(tree, dict):
        raise Undecodable("not a JSON object")
    _check_values(tree, 1)
    _prove_keys(tree, body)
    return tree, repairs


def _decode_repaired(
    body: bytes, repairs: tuple[str, ...], error: msgspec.DecodeError
) -> tuple[Any, bytes, tuple[str, ...]]:
    if not body.strip():
        raise Undecodable("empty body") from None
    for name, pattern, replacement in MENDS:
        mended, count = pattern.subn(replacement, body)
        if not count:
            continue
        body, repairs = mended, (*repairs, name)
        try:
            return _decode(body), body, repairs
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            continue
    raise Undecodable(f"not JSON: {str(error).removeprefix('JSON is malformed: ')}") from None


def _check_values(tree: Any, depth: int) -> None:
    """Check depth and numbers below a tree; raises Undecodable."""
    if depth > MAX_DEPTH:
        raise Undecodable(f"nested deeper than {MAX_DEPTH} levels")
    for value in tree.values() if type(tree) is dict else tree:
        kind = type(value)
        if kind is dict or kind is list:
            _check_values(value, depth + 1)
        elif (kind is float or kind is int) and not -MAX_NUMBER <= value <= MAX_NUMBER:
            raise Undecodable("a number is out of range")


def _refuse_repeated_keys(body: bytes) -> None:
    try:
        json.loads(body, object_pairs_hook=_refuse_pairs)
    except (ValueError, RecursionError) as error:
        raise Undecodable(f"not JSON: {error}") from None


def _refuse_pairs(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise Undecodable(f"the key {name[:40]!r} stands twice: ambiguous")
        seen.add(name)
