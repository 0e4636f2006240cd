"""What can be set, read off the declaration itself: groups, titles, explanations, bounds."""

from __future__ import annotations

from typing import Any, NamedTuple, get_args

import msgspec
from msgspec import inspect

from secondskies_desktop.foundation.settings import Settings

_GROUPS = {
    "desktop": "Window",
    "attention": "Attention",
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

    @property
    def name(self) -> str:
        """How the command line calls it."""
        return f"{self.group}.{self.key}"

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
    )
