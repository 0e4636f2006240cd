"""The trader's own programs: copies of the library's in the profile folder, edited by adding versions.

A file of the folder has the form of the library's; its firm's programs stand beside those that ship. Nothing is
overwritten: an edit is a further version, and the one before it ends.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.prop.library import Library, LibraryWrong, read_firm, shipped

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from secondskies_desktop.prop.library import Place
    from secondskies_desktop.prop.programs import Firm, Phase, Program, Size, Version

FOLDER = "prop_firms"
OWN = "own-"
"""How the key of a program of the trader's begins, so that no later release can claim it."""


def own_folder(home: Path) -> Path:
    """Return where a profile keeps the trader's own programs."""
    return home / FOLDER


def library_with_own(folder: Path, base: Library | None = None) -> Library:
    """Return the library that ships, with the trader's own programs; a file that cannot be taken is named."""
    library = shipped() if base is None else base
    firms = {firm.key: firm for firm in library.firms}
    refused = []
    for path in sorted(folder.glob("*.json")):
        try:
            own = read_firm(path.name, path.read_bytes())
            firms[own.key] = _joined(firms.get(own.key), own)
        except LibraryWrong as wrong:
            refused.append(str(wrong))
    return Library(tuple(sorted(firms.values(), key=lambda firm: firm.name.casefold())), tuple(refused))


def copy_program(folder: Path, library: Library, firm: str, program: str, key: str, name: str) -> Firm:
    """Copy a program as own-`key` under a name of the trader's; returns the trader's file of that firm."""
    shown = library.firm(firm)
    source = next((one for one in shown.programs if one.key == program), None) if shown else None
    if shown is None or source is None:
        raise LibraryWrong(f"{firm}/{program} is not in the library")
    copied = msgspec.structs.replace(source, key=f"{OWN}{key}", name=name, copied_from=f"{firm}/{program}")
    own = _own(folder, firm)
    programs = (*own.programs, copied) if own else (copied,)
    return _write(folder, msgspec.structs.replace(shown, programs=programs))


def add_version(folder: Path, place: Place, version: Version, ends: date | None = None) -> Firm:
    """Add a version to a program of the trader's, as an edit of the one at `place`, which ends on a day.

    Without a day the two must not hold for the same purchases; raises LibraryWrong.
    """
    own = _own(folder, place.firm.key)
    if own is None or all(one.key != place.program.key for one in own.programs):
        raise LibraryWrong(f"{place.address} ships with the program: copy it first")
    ended = place.version if ends is None else msgspec.structs.replace(place.version, purchases_to=ends)
    programs = tuple(
        _with_version(one, place, ended, version) if one.key == place.program.key else one
        for one in own.programs
    )
    return _write(folder, msgspec.structs.replace(own, programs=programs))


def _with_version(program: Program, place: Place, ended: Version, new: Version) -> Program:
    def sized(size: Size) -> Size:
        if size.size != place.size.size:
            return size
        kept = tuple(ended if one.key == ended.key else one for one in size.versions)
        return msgspec.structs.replace(size, versions=(*kept, new))

    def phased(phase: Phase) -> Phase:
        if phase.key != place.phase.key:
            return phase
        return msgspec.structs.replace(phase, sizes=tuple(sized(one) for one in phase.sizes))

    return msgspec.structs.replace(program, phases=tuple(phased(one) for one in program.phases))


def _joined(base: Firm | None, own: Firm) -> Firm:
    for number, program in enumerate(own.programs):
        if not program.key.startswith(OWN):
            raise LibraryWrong(
                f"{own.key}.json: programs[{number}].key: {program.key!r} has to begin with {OWN}"
            )
    if base is None:
        return own
    sources = {one.key: one for one in (*base.sources, *own.sources)}
    programs = (*base.programs, *own.programs)
    return msgspec.structs.replace(base, programs=programs, sources=tuple(sources.values()))


def _own(folder: Path, firm: str) -> Firm | None:
    path = folder / f"{firm}.json"
    return read_firm(path.name, path.read_bytes()) if path.exists() else None


def _write(folder: Path, firm: Firm) -> Firm:
    """Write a file as a whole, or not at all; what would not be read again is refused."""
    name = f"{firm.key}.json"
    text = msgspec.json.format(msgspec.json.encode(firm), indent=2)
    read = read_firm(name, text)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{name}.new"
    with fresh.open("wb") as stream:
        stream.write(text + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(folder / name)
    return read
