"""`secondskies prop firms` and `prop programs`: what the rule library holds, and how sure it is."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from secondskies_desktop.cli.context import JSON, bare_profile, say

if TYPE_CHECKING:
    from secondskies_desktop.prop.library import Library, Place

FIRM = typer.Option("--firm", help="The key of one firm, as `prop firms` gives it.")


def register(app: typer.Typer) -> None:
    """Add the commands of the rule library."""
    app.command("firms")(firms)
    app.command("programs")(programs)


def firms(as_json: Annotated[bool, JSON] = False) -> None:
    """List the firms whose rules are known, and how sure they are."""
    answer = [_firm(library, firm.key) for library in (_library(),) for firm in library.firms]
    say(answer, lambda: [list(answer[0]), *(list(row.values()) for row in answer)], as_json=as_json)


def programs(firm: Annotated[str | None, FIRM] = None, as_json: Annotated[bool, JSON] = False) -> None:
    """List every version of the rules: phase, size, validity, source, what is not checked, and the rules."""
    library = _library()
    if firm is not None and library.firm(firm) is None:
        raise typer.BadParameter(f"{firm[:60]!r} is no firm of the library", param_hint="--firm")
    places = [place for place in library.places() if firm in (None, place.firm.key)]
    answer = [_version(place) for place in places]
    head = ("address", "confidence", "source_date", "purchases_from", "purchases_to", "not_checked")
    say(answer, lambda: [head, *([row[name] for name in head] for row in answer)], as_json=as_json)


def _library() -> Library:
    from secondskies_desktop.prop.own_programs import library_with_own, own_folder

    library = library_with_own(own_folder(bare_profile().home))
    for reason in library.refused:
        sys.stderr.write(f"secondskies: left out: {reason}\n")
    return library


def _firm(library: Library, key: str) -> dict[str, Any]:
    places = [place for place in library.places() if place.firm.key == key]
    sure = Counter(place.version.confidence for place in places)
    return {
        "firm": key,
        "name": places[0].firm.name,
        "market": places[0].firm.market,
        "programs": len(places[0].firm.programs),
        "versions": len(places),
        **{word: sure[word] for word in ("verified", "unverified", "conflicting")},
    }


def _version(place: Place) -> dict[str, Any]:
    import msgspec

    from secondskies_desktop.prop.standing import not_checked

    version: dict[str, Any] = msgspec.to_builtins(place.version)
    return {
        "address": place.address,
        "firm": place.firm.key,
        "program": place.program.key,
        "status": place.program.status,
        "phase": place.phase.phase,
        "phase_key": place.phase.key,
        "name": f"{place.firm.name} {place.program.name}: {place.phase.name}",
        "size": str(place.size.size),
        "range": None if place.size.range is None else msgspec.to_builtins(place.size.range),
        **version,
        "sources": [
            msgspec.to_builtins(source)
            for source in place.firm.sources
            if source.key in place.version.sources
        ],
        "not_checked": list(not_checked(place.version)),
    }
