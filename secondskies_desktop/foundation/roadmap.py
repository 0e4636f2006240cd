"""The trader's roadmap: his own words of 2025-12-13, what this program has built of it, and what he marked complete.

Levels hold phases, phases hold modules. Only the trader marks a module complete; a mark and its taking back are both
kept, and nothing here writes one by itself. Source: resources/roadmap.toml.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

import msgspec

from secondskies_desktop.foundation.decoding import toml_decoder


class Module(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One module. `theirs` is what the trader wrote of his earlier platform; `built` is ours, `where` to see it.

    `priority` and `timeline` are None where he gave the module none of its own: that of its phase holds.
    """

    key: str
    title: str
    theirs: Literal["complete", "planned", "deferred", "locked"]
    built: Literal["yes", "partly", "no"]
    module: int | None = None
    priority: str | None = None
    timeline: str | None = None
    note: str = ""
    where: str = ""


class Phase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A phase with its modules."""

    id: str
    title: str
    priority: str
    timeline: str
    modules: tuple[Module, ...]

    def priority_of(self, module: Module) -> str:
        """Return the priority that he gave a module, or else this phase."""
        return self.priority if module.priority is None else module.priority

    def timeline_of(self, module: Module) -> str:
        """Return when he wants a module, or else this phase."""
        return self.timeline if module.timeline is None else module.timeline


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


_decode = toml_decoder(_Roadmap)


class Marked(msgspec.Struct, frozen=True):
    """The newest mark of a module: whether he calls it complete, and since when (µs UTC)."""

    complete: bool
    at_us: int


class Progress(NamedTuple):
    """How far a part has come: its modules, what is built of them and partly built, and what he marked complete."""

    total: int
    built: int
    partly: int
    marked: int


class Roadmap(msgspec.Struct, frozen=True):
    """The levels, and the newest mark of each module that he ever marked."""

    levels: tuple[Level, ...]
    marks: dict[str, Marked]

    def is_marked(self, key: str) -> bool:
        """Whether the trader calls a module complete."""
        mark = self.marks.get(key)
        return mark is not None and mark.complete

    def progress(self, part: Level | Phase) -> Progress:
        """Return how far a level or a phase has come."""
        modules = part.modules
        return Progress(
            len(modules),
            sum(1 for one in modules if one.built == "yes"),
            sum(1 for one in modules if one.built == "partly"),
            sum(1 for one in modules if self.is_marked(one.key)),
        )


@lru_cache(maxsize=1)
def levels() -> tuple[Level, ...]:
    """Return the roadmap as it ships. ValueError where a key occurs twice."""
    text = files("secondskies_desktop.resources").joinpath("roadmap.toml").read_bytes()
    found = _decode(text).levels
    keys = [module.key for level in found for module in level.modules]
    if len(set(keys)) != len(keys):
        raise ValueError("a key of the roadmap occurs twice")
    return found
