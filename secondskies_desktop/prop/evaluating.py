"""`prop evaluate`: a program and its events as files, or many cases, one a line. What is wrong is told by its path."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from secondskies_desktop.prop.answering import answer
from secondskies_desktop.prop.clock import ClockWrong
from secondskies_desktop.prop.compiling import Compiled, compile_rules
from secondskies_desktop.prop.fields import Fields, FieldWrong
from secondskies_desktop.prop.money import NotMoney
from secondskies_desktop.prop.reading import MOST_EVENTS, read_event, read_events
from secondskies_desktop.prop.rules import Rules
from secondskies_desktop.prop.short_form import read_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from secondskies_desktop.prop.events import Event

MOST_BYTES = 16 * 1024 * 1024
"""The longest program, and the longest line of a file of cases or events."""
_SHOWN = 200
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_LIBRARY_ALONE = frozenset(("per_trade", "expiry", "inactivity", "contracts", "hours", "news", "conduct"))


def read_json(text: bytes, path: str) -> Any:
    """Return what a JSON text holds, its numbers exact; raises FieldWrong."""
    if len(text) > MOST_BYTES:
        raise FieldWrong(path, f"is longer than {MOST_BYTES // 1024**2} MB")
    try:
        return _decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError) as error:
        why = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise FieldWrong(path, f"is no JSON: {why}"[:_SHOWN]) from None


def compiled_program(tree: Any, path: str) -> Compiled:
    """Return the compiled rules of a program in the short form or in the library's; raises FieldWrong."""
    if isinstance(tree, dict) and _is_of_library(tree):
        try:
            rules = msgspec.convert(tree, Rules, strict=False)
        except msgspec.ValidationError as error:
            raise FieldWrong(path, str(error)[:_SHOWN]) from None
    else:
        rules = read_rules(tree, path)
    return _compiled(rules, path)


def _is_of_library(tree: dict[str, Any]) -> bool:
    typed = (tree.get(name) for name in ("daily", "consistency", "target", "payout"))
    return not _LIBRARY_ALONE.isdisjoint(tree) or any(
        isinstance(one, dict) and "type" in one for one in typed
    )


def _compiled(rules: Rules, path: str) -> Compiled:
    try:
        return _once(rules)
    except ClockWrong as error:
        raise FieldWrong(f"{path}.clock" if path else "clock", str(error)) from None
    except NotMoney as error:
        raise FieldWrong(path, str(error)) from None


@lru_cache(maxsize=256)
def _once(rules: Rules) -> Compiled:
    return compile_rules(rules)


def program_answer(program: bytes, events: Iterable[bytes], *, names: tuple[str, str]) -> dict[str, Any]:
    """Return the answer for a program's file and its lines of events; raises FieldWrong by the files' names."""
    compiled = compiled_program(read_json(program, names[0]), names[0])
    found: list[Event] = []
    for number, line in lines_of(events):
        if len(found) == MOST_EVENTS:
            raise FieldWrong(names[1], f"has more than {MOST_EVENTS:,} events")
        at = f"{names[1]}:{number}"
        event = read_event(read_json(line, at), at)
        if found and event.at_us < found[-1].at_us:
            raise FieldWrong(f"{at}.at", "lies before the event that stands before it")
        found.append(event)
    return answer(compiled, found)


def case_answers(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Return the answer of each case; one that cannot be read says why, by its id, and the others go on."""
    for number, line in lines_of(lines):
        yield _case_answer(line, number)


def _case_answer(line: bytes, number: int) -> dict[str, Any]:
    case_id: Any = None
    try:
        fields = Fields(read_json(line, f"line {number}"), "")
        case_id = _id(fields.raw("id"))
        compiled = compiled_program(fields.raw("rules"), "rules")
        return {"id": case_id, **answer(compiled, read_events(fields.raw("events")))}
    except FieldWrong as wrong:
        return {"id": case_id, "line": number, "error": str(wrong)}


def _id(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)[:_SHOWN]
    if isinstance(value, str):
        return value[:_SHOWN]
    return value if value is None or isinstance(value, int) else None


def lines_of(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Return the lines that hold something, with their numbers; a byte order mark is passed over."""
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if text.strip():
            yield number, text
