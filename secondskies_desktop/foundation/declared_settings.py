"""What can be set, read off the declaration itself: groups, titles, explanations, bounds."""

from __future__ import annotations

from typing import Any, NamedTuple, get_args

import msgspec
from msgspec import inspect

from secondskies_desktop.foundation.settings import Settings

_GROUPS = {
    "desktop": "Window",
    "attention": "Attention",
    "alerts": "Alerts",
    "integrity": "Integrity",
    "listener": "Webhook listener",
    "tunnel": "Public way in",
}


class Declared(NamedTuple):
    """One setting; `choices` where it is one of a few, `low` and `high` where it is a number."""

    group: str
    group_title: str
    key: str
    title: str
    explanation: str
    default: Any
    choices: tuple[str, ...]
    low: int | None
    high: int | None
    needs_restart: bool
    is_path: bool
    is_ours: bool
    """Written by the program: it can be cleared, and is not typed."""

    @property
    def name(self) -> str:
        """How the command line calls it."""
        return f"{self.group}.{self.key}"

    def refusal(self, value: Any) -> str:
        """Return why a value cannot be meant, "" where it can: "is 2 to 240, not 1000"."""
        wanted = ""
        if self.choices:
            wanted = "" if value in self.choices else f"{', '.join(self.choices[:-1])} or {self.choices[-1]}"
        elif isinstance(self.default, bool):
            wanted = "" if isinstance(value, bool) else "true or false"
        elif isinstance(self.default, int):
            wanted = self._wanted_number(value)
        return f"{self.name} is {wanted}, not {value}" if wanted else ""

    def _wanted_number(self, value: Any) -> str:
        low, high = self.low, self.high
        if low is None or high is None:
            return "" if isinstance(value, int) else "a whole number"
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return "" if fits else f"a whole number from {low} to {high}"

    def matches(self, words: str) -> bool:
        """Whether every word stands somewhere in what is said of it."""
        said = f"{self.group_title} {self.title} {self.explanation} {self.name}".casefold()
        return all(word in said for word in words.casefold().split())


def declared() -> list[Declared]:
    """Return every setting, by groups."""
    structs = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    return [
        _declared(group, title, field)
        for group, title in _GROUPS.items()
        for field in msgspec.structs.fields(structs[group])
    ]


def _declared(group: str, group_title: str, field: Any) -> Declared:
    kind = inspect.type_info(field.type)
    schema: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    if isinstance(kind, inspect.Metadata):
        schema, extra, kind = kind.extra_json_schema or {}, kind.extra or {}, kind.type
    # As they were declared: msgspec sorts them.
    choices = get_args(get_args(field.type)[0]) if isinstance(kind, inspect.LiteralType) else ()
    low, high = (kind.ge, kind.le) if isinstance(kind, inspect.IntType) else (None, None)
    return Declared(
        group,
        group_title,
        field.name,
        schema["title"],
        schema["description"],
        field.default,
        choices,
        low,
        high,
        bool(extra.get("restart")),
        bool(extra.get("path")),
        bool(extra.get("program")),
    )
