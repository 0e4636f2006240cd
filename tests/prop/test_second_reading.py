"""The data files against the same numbers typed a second time: a wrong digit ends an account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest

from secondskies_desktop.prop.library import Library, Place, library_of, rules_of
from secondskies_desktop.prop.rules import Payout

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
TEXTS = sorted((HERE.parents[1] / "resources" / "prop_firms").glob("*.json"))
BOUGHT = date(2026, 11, 22)


class Reading(NamedTuple):
    """A line as it was typed by hand."""

    line: int
    firm: str
    program: str
    phase: str
    purchased: date
    values: dict[Decimal | None, str]
    """By account size; one for None stands for every size."""
    path: str


@cache
def readings() -> tuple[Reading, ...]:
    lines = (HERE / "second_reading.txt").read_text(encoding="utf-8").splitlines()
    return tuple(read(number, line) for number, line in enumerate(lines, 1) if line and line[0] != "#")


def read(number: int, line: str) -> Reading:
    where, sizes, path, values = (part.strip() for part in line.split("|"))
    address, _, day = where.partition("@")
    firm, program, phase = address.split("/")
    given = values.split() if " " in values else [values] * len(sizes.split())
    amounts = [None if size == "all" else Decimal(size.removesuffix("K")) * 1000 for size in sizes.split()]
    purchased = date.fromisoformat(day) if day else BOUGHT
    return Reading(number, firm, program, phase, purchased, dict(zip(amounts, given, strict=True)), path)


@pytest.fixture(scope="module")
def library() -> Library:
    return library_of((file.name, file.read_bytes()) for file in TEXTS)


def phases(library: Library, reading: Reading) -> Iterator[tuple[str, str]]:
    """Find what a line speaks of: (program, phase) by key, all of a kind, or the n-th of a kind."""
    firm = library.firm(reading.firm)
    for program in firm.programs if firm else ():
        if reading.program not in ("*", program.key):
            continue
        kind, _, number = reading.phase.partition("#")
        keys = [one.key for one in program.phases if kind in ("*", one.phase)]
        keys = [keys[int(number) - 1]] if number else keys or [kind]
        yield from ((program.key, key) for key in keys)


def meant(library: Library, reading: Reading) -> Iterator[tuple[Place, Decimal, str]]:
    """Find every version that a line speaks of, with the account size and the value typed for it."""
    for program, phase in phases(library, reading):
        wanted = reading.values
        if None in wanted:
            sizes = (one.size.size for one in library.places() if one.firm.key == reading.firm)
            wanted = dict.fromkeys(sizes, wanted[None])
        for size, value in wanted.items():
            assert size is not None
            bought = library.bought(reading.firm, program, phase, size, reading.purchased)
            yield from ((place, size, value) for place in bought)


def written(value: object, depth: int = 0) -> str:
    """Write a value of the data files as a hand would."""
    match value:
        case None:
            text = "?"
        case bool():
            text = str(value).lower()
        case msgspec.Struct():
            text = str(value.__struct_config__.tag)
        case Decimal():
            text = f"{value.normalize():f}"
        case tuple():
            text = (":" if depth else ",").join(written(one, depth + 1) for one in value)
        case _:
            text = str(value)
    return text


def found(place: Place, size: Decimal, path: str) -> str:
    steps = path.split(".")
    if steps[0] == "prices":
        prices = (getattr(price, steps[1]) for price in place.version.prices)
        return written(tuple(price for price in prices if price is not None))
    value: object = rules_of(place, size)
    for step in steps:
        value = value[int(step)] if isinstance(value, tuple) else getattr(value, step, None)
    return written(value)


def numbers(value: object, at: str) -> Iterator[str]:
    """Find the paths of all numbers; a ladder counts as one."""
    match value:
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from numbers(getattr(value, name), f"{at}.{name}".removeprefix("."))
        case tuple() if value and isinstance(value[0], msgspec.Struct):
            for index, one in enumerate(value):
                yield from numbers(one, f"{at}.{index}")
        case tuple() if value and not isinstance(value[0], str):
            yield at
        case Decimal():
            yield at
        case int() if not isinstance(value, bool):
            yield at


def needs_none(place: Place, path: str) -> bool:
    """Tell whether a number follows from what the phase is: no firm says it, and the last test holds it."""
    return path in ("start", "payout.number_done") or (path == "min_days" and place.phase.phase == "funded")


@pytest.mark.parametrize("firm", [file.stem for file in TEXTS])
def test_that_every_value_is_what_a_second_hand_typed(library: Library, firm: str) -> None:
    wrong = []
    for reading in readings():
        if reading.firm != firm:
            continue
        stands = list(meant(library, reading))
        assert stands, f"line {reading.line} speaks of nothing"
        for place, size, value in stands:
            there = found(place, size, reading.path)
            if there != value:
                wrong.append(
                    f"line {reading.line}: {place.address} {reading.path} is {there}, by hand {value}"
                )
    assert wrong == []


def test_that_no_number_of_a_rule_was_typed_only_once(library: Library) -> None:
    twice = {(place.address, one.path) for one in readings() for place, _, _ in meant(library, one)}
    once = [
        f"{place.address} {path}"
        for place in library.places()
        for path in numbers(place.version.rules, "")
        if (place.address, path) not in twice and not needs_none(place, path)
    ]
    assert once == []


def test_that_a_second_reading_speaks_of_no_firm_without_a_file() -> None:
    assert {one.firm for one in readings()} == {file.stem for file in TEXTS}


def test_that_an_account_that_counts_from_zero_has_its_rules_at_its_size(library: Library) -> None:
    places = library.bought("topstep", "combine", "xfa-standard", Decimal(50_000), BOUGHT)
    assert [rules_of(place, Decimal(50_000)) for place in places] == [one.version.rules for one in places]


def test_that_what_no_firm_says_follows_from_the_phase(library: Library) -> None:
    for place in library.places():
        rules = place.version.rules
        assert rules.start in (place.size.size, 0), place.address
        assert place.phase.phase == "evaluation" or rules.min_days == 0, place.address
        assert not isinstance(rules.payout, Payout) or rules.payout.number_done == 0, place.address
