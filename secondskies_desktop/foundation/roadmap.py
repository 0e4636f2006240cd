"""The trader's roadmap: his own words of 2025-12-13, what this program has built of it, and what he marked complete.

Levels hold phases, phases hold modules. Only the trader marks a module complete; a mark and its taking back are both
kept, and nothing here writes one by itself. Source: resources/roadmap.toml.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Literal

import msgspec


class Module(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One module. `theirs` is what the trader wrote of his earlier platform; `built` is ours, `where` to see it."""

    key: str
    title: str
    theirs: Literal["complete", "planned", "deferred", "locked"]
    built: Literal["yes", "partly", "no"]
    module: int | None = None
    note: str = ""
    where: str = ""


class Phase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A phase with its modules."""

    id: str
    title: str
    priority: str
    timeline: str
    modules: tuple[Module, ...]


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A level with its phases."""

    number: int
    title: str
    priority: str
    timeline: str
    phases: tuple[Phase, ...]

    @property
    def modules(self) -> tuple[Module, ...]:
        """All modules of the level."""
        return tuple(module for phase in self.phases for module in phase.modules)


class _Roadmap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    levels: tuple[Level, ...]


class Marked(msgspec.Struct, frozen=True):
    """The newest mark of a module: whether he calls it complete, and since when (µs UTC)."""

    complete: bool
    at_us: int


class Roadmap(msgspec.Struct, frozen=True):
    """The levels, and the newest mark of each module that he ever marked."""

    levels: tuple[Level, ...]
    marks: dict[str, Marked]

    def is_marked(self, key: str) -> bool:
        """Whether the trader calls a module complete."""
        mark = self.marks.get(key)
        return mark is not None and mark.complete

    def progress(self, level: Level) -> tuple[int, int, int, int]:
        """Return of a level: modules, built, partly built, marked complete by him."""
        modules = level.modules
        return (
            len(modules),
            sum(1 for one in modules if one.built == "yes"),
            sum(1 for one in modules if one.built == "partly"),
            sum(1 for one in modules if self.is_marked(one.key)),
        )


@lru_cache(maxsize=1)
def levels() -> tuple[Level, ...]:
    """Return the roadmap as it ships. ValueError where a key occurs twice."""
    text = files("secondskies_desktop.resources").joinpath("roadmap.toml").read_bytes()
    found = msgspec.toml.decode(text, type=_Roadmap).levels
    keys = [module.key for level in found for module in level.modules]
    if len(set(keys)) != len(keys):
        raise ValueError("a key of the roadmap occurs twice")
    return found
