"""What a request to the Integrity API asks for: its path and its parameters, each known and bounded."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from collections.abc import Callable

ROUTES = (
    "/openapi.json",
    "/v1/health",
    "/v1/gaps",
    "/v1/fills",
    "/v1/conflicts",
    "/v1/signals/{trade_id}",
    "/v1/latency",
    "/v1/traces/{inbox_id}",
)
"""All that is answered; the tests hold every other path against it."""
MOST_ROWS = 1_000
_ROWS = 100
_MAX_TARGET = 1_024
_MAX_TEXT = 200
_HIGHEST_ID = (1 << 63) - 1
_YEARS = range(2000, 2100)
_NUMBER = re.compile(r"[0-9]{1,19}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class NoRoute(Exception):
    """There is nothing at this path."""


class WrongRequest(Exception):
    """A parameter is unknown, is there twice, or cannot be meant; the text names it and never repeats its value."""


class Wanted(NamedTuple):
    """The route, and the values of the names in its path and of its parameters."""

    route: str
    values: dict[str, Any]


def read_target(target: str) -> Wanted:
    """Return what the target of a request line asks for; raises NoRoute, WrongRequest."""
    if len(target) > _MAX_TARGET or not target.startswith("/") or "#" in target:
        raise NoRoute
    path, _, query = target.partition("?")
    route, values = _of_path(path)
    known = _PARAMETERS[route]
    values |= {name: default for name, (_, default) in known.items()}
    try:
        given = parse_qsl(query, True, True, errors="strict", max_num_fields=8) if query else []
    except ValueError as error:
        raise WrongRequest("the parameters cannot be read") from error
    for name, value in given:
        if name not in known:
            raise WrongRequest(f"known parameters here: {', '.join(known) or 'none'}")
        if sum(other == name for other, _ in given) > 1:
            raise WrongRequest(f"{name} is there twice")
        values[name] = known[name][0](name, value)
    return Wanted(route, values)


def _of_path(path: str) -> tuple[str, dict[str, Any]]:
    if path in _PARAMETERS and "{" not in path:
        return path, {}
    head, _, last = path.rpartition("/")
    if head == "/v1/signals" and last:
        return "/v1/signals/{trade_id}", {"trade_id": _text("trade_id", _unquoted(last))}
    if head == "/v1/traces" and last:
        return "/v1/traces/{inbox_id}", {"inbox_id": _number("inbox_id", last)}
    raise NoRoute


def _unquoted(word: str) -> str:
    try:
        return unquote(word, errors="strict")
    except UnicodeDecodeError as error:
        raise WrongRequest("trade_id is not UTF-8") from error


def _text(name: str, value: str) -> str:
    if not 0 < len(value) <= _MAX_TEXT or not value.isprintable():
        raise WrongRequest(f"{name} is a text of at most {_MAX_TEXT} letters")
    return value


def _number(name: str, value: str) -> int:
    if _NUMBER.fullmatch(value) is None or int(value) > _HIGHEST_ID:
        raise WrongRequest(f"{name} is a number")
    return int(value)


def _rows(name: str, value: str) -> int:
    number = _number(name, value)
    if not 1 <= number <= MOST_ROWS:
        raise WrongRequest(f"{name} is 1 to {MOST_ROWS}")
    return number


def _day(name: str, value: str) -> date:
    if _DAY.fullmatch(value) is None or int(value[:4]) not in _YEARS:
        raise WrongRequest(f"{name} is a trade date like 2025-12-01")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise WrongRequest(f"{name} is a trade date like 2025-12-01") from error


_PAGES: dict[str, tuple[Callable[[str, str], Any], Any]] = {"limit": (_rows, _ROWS), "after": (_text, "")}
_PARAMETERS: dict[str, dict[str, tuple[Callable[[str, str], Any], Any]]] = {route: {} for route in ROUTES} | {
    "/v1/gaps": _PAGES,
    "/v1/fills": _PAGES,
    "/v1/conflicts": _PAGES,
    "/v1/signals/{trade_id}": {"stream": (_text, None)},
    "/v1/latency": {"day": (_day, None)},
}
