"""The rule library: what the firms' files say, found by firm, program, phase, size and day of purchase."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.decoding import json_decoder
from secondskies_desktop.prop.program_checks import faults, told
from secondskies_desktop.prop.programs import Firm, Phase, Program, Size, Version
from secondskies_desktop.prop.proportion import in_proportion
from secondskies_desktop.prop.value_checks import KeyTwice, refuse_repeated_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from decimal import Decimal

    from secondskies_desktop.prop.rules import Rules

_decode = json_decoder(Firm)


class LibraryWrong(ValueError):
    """A file of the library that cannot be taken: which one, where and why."""


class Place(msgspec.Struct, frozen=True):
    """One version with all that it belongs to."""

    firm: Firm
    program: Program
    phase: Phase
    size: Size
    version: Version

    @property
    def address(self) -> str:
        """What names the version: firm/program/phase/size/version."""
        size = f"{self.size.size:f}"
        return f"{self.firm.key}/{self.program.key}/{self.phase.key}/{size}/{self.version.key}"


class Library(msgspec.Struct, frozen=True):
    """All firms, in the order of their names."""

    firms: tuple[Firm, ...]
    refused: tuple[str, ...] = ()
    """Files of the trader's that could not be taken, and why."""

    def firm(self, key: str) -> Firm | None:
        """Return a firm by its key."""
        return next((firm for firm in self.firms if firm.key == key), None)

    def places(self) -> Iterator[Place]:
        """Walk over every version of every firm."""
        for firm in self.firms:
            for program in firm.programs:
                for phase in program.phases:
                    for size in phase.sizes:
                        for version in size.versions:
                            yield Place(firm, program, phase, size, version)

    def at(self, address: str) -> Place | None:
        """Return a version by its address."""
        return next((place for place in self.places() if place.address == address), None)

    def bought(
        self,
        firm: str,
        program: str,
        phase: str,
        size: Decimal,
        purchased: date,
        *,
        platform: str | None = None,
        on: date | None = None,
    ) -> tuple[Place, ...]:
        """Return the versions that hold on a day (without one: now) for an account bought on a day.

        None where the library knows no rules for it, several where the platform decides and is not said.
        """
        return tuple(
            place
            for place in self.places()
            if (place.firm.key, place.program.key, place.phase.key) == (firm, program, phase)
            and offers(place.size, size)
            and _holds(place.version, purchased, on)
            and (platform is None or place.version.platforms is None or platform in place.version.platforms)
        )


def offers(entry: Size, size: Decimal) -> bool:
    """Tell whether an entry's rules can be had for an account size."""
    if entry.range is None:
        return entry.size == size
    low, high = entry.range
    return size > 0 and (low is None or low <= size) and (high is None or size <= high)


def rules_of(place: Place, size: Decimal) -> Rules:
    """Return the rules of a version for an account size; amounts in proportion where the entry has a range."""
    if not offers(place.size, size):
        raise LibraryWrong(f"{place.address} is not offered at {size}")
    # An entry of one size is as it stands: an account that counts from zero has no start to be in proportion to.
    return place.version.rules if place.size.range is None else in_proportion(place.version.rules, size)


def _holds(version: Version, purchased: date, on: date | None) -> bool:
    if version.purchases_from is not None and purchased < version.purchases_from:
        return False
    if version.purchases_to is not None and purchased > version.purchases_to:
        return False
    if on is None:
        return version.valid_to is None
    return (version.valid_from or on) <= on <= (version.valid_to or on)


def read_firm(name: str, text: bytes) -> Firm:
    """Read one firm's file; raises LibraryWrong with the file, the path and the reason."""
    try:
        firm = _decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reason, _, path = str(error).partition(" - at `$")
        raise LibraryWrong(f"{name}: {path.strip('.`') or 'the file'}: {reason}") from None
    try:
        refuse_repeated_keys(text)
    except KeyTwice as wrong:
        raise LibraryWrong(f"{name}: the file: {wrong}") from None
    found = list(faults(firm))
    if found:
        raise LibraryWrong(f"{name}: {told(found)}")
    if name != f"{firm.key}.json":
        raise LibraryWrong(f"{name}: key: is {firm.key!r}, and the file should be named after it")
    return firm


def library_of(texts: Iterable[tuple[str, bytes]]) -> Library:
    """Make a library of files: (name, content)."""
    firms = [read_firm(name, text) for name, text in texts]
    return Library(tuple(sorted(firms, key=lambda firm: firm.name.casefold())))


@lru_cache(maxsize=1)
def shipped() -> Library:
    """Return the library that ships with the program."""
    folder = files("secondskies_desktop.resources") / "prop_firms"
    return library_of((one.name, one.read_bytes()) for one in folder.iterdir() if one.name.endswith(".json"))
