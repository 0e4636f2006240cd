"""What changed between two versions of the rules."""

from __future__ import annotations

import msgspec


def difference(old: object, new: object, at: str = "") -> list[tuple[str, object, object]]:
    """Return what changed between two versions or rules: (path, before, after), None for what is not checked."""
    if type(old) is type(new) and isinstance(old, msgspec.Struct) and isinstance(new, msgspec.Struct):
        found: list[tuple[str, object, object]] = []
        for name in old.__struct_fields__:
            path = f"{at}.{name}" if at else name
            found += difference(getattr(old, name), getattr(new, name), path)
        return found
    return [] if old == new else [(at, _plain(old), _plain(new))]


def _plain(value: object) -> object:
    plain: object = msgspec.to_builtins(value)
    return plain
