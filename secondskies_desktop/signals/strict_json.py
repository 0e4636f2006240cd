"""JSON from a stranger: bounded, unambiguous, and mended only by named repairs.

Bounds (reliability.md §2.3, rows 14-18): depth 20, one meaning per key, no NaN or Infinity, numbers within
±1e15, no lone surrogates, valid UTF-8. The raw bytes are never changed; a repair works on a copy and is named.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from secondskies_desktop.signals.event import Undecodable

MAX_DEPTH = 20
MAX_NUMBER = 1e15

_decode = msgspec.json.Decoder().decode

_STRAY_QUOTE = re.compile(rb'("\s*:\s*-?\d+(?:\.\d+)?)"(\s*[,}\]])')
_LOST_QUOTE = re.compile(rb'("\s*:\s*"[^",:{}\[\]\\]*)(,\s*"\w+"\s*:)')
_SYMBOL_OBJECT = re.compile(rb'"=\{[^{}]*?"symbol"\s*:\s*"([^"\\]*)"[^{}]*\}"')
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def decode_strictly(body: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the JSON object of a body and the names of the repairs it needed.

    Raises Undecodable with a reason that a person understands.
    """
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
    keys = _count_keys(tree, 1)
    if keys != body.count(b'":') or b"\\" in body or _SPACED_COLON.search(body):
        # Cheap counting could not prove that every key stands once: let the slow parser look at each pair.
        _refuse_repeated_keys(body)
    return tree, repairs


_SPACED_COLON = re.compile(rb'"[ \t\r\n]+:')


def _decode_repaired(
    body: bytes, repairs: tuple[str, ...], error: msgspec.DecodeError
) -> tuple[Any, bytes, tuple[str, ...]]:
    if not body.strip():
        raise Undecodable("empty body") from None
    for name, pattern, replacement in (
        ("stray-quote-after-number", _STRAY_QUOTE, rb"\1\2"),
        ("lost-closing-quote", _LOST_QUOTE, rb'\1"\2'),
        ("symbol-object-in-string", _SYMBOL_OBJECT, rb'"\1"'),
    ):
        mended, count = pattern.subn(replacement, body)
        if not count:
            continue
        body, repairs = mended, (*repairs, name)
        try:
            return _decode(body), body, repairs
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            continue
    raise Undecodable(f"not JSON: {_plain(str(error))}") from None


def _plain(text: str) -> str:
    return text.removeprefix("JSON is malformed: ")


def _count_keys(tree: Any, depth: int) -> int:
    """Count the keys below a tree while checking depth, numbers and text."""
    if depth > MAX_DEPTH:
        raise Undecodable(f"nested deeper than {MAX_DEPTH} levels")
    keys = 0
    if type(tree) is dict:
        keys = len(tree)
        values: Any = tree.values()
    else:
        values = tree
    for value in values:
        kind = type(value)
        if kind is dict or kind is list:
            keys += _count_keys(value, depth + 1)
        elif (kind is float or kind is int) and not -MAX_NUMBER <= value <= MAX_NUMBER:
            raise Undecodable("a number is out of range")
    return keys


def _refuse_repeated_keys(body: bytes) -> None:
    try:
        json.loads(body, object_pairs_hook=_pairs)
    except (ValueError, RecursionError) as error:
        raise Undecodable(f"not JSON: {error}") from None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Undecodable(f"the key {twice[:40]!r} stands twice: ambiguous")
    return found
