"""What a rule of repair is."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Hazard(IntEnum):
    """How far a rule can be wrong."""

    CERTAIN = 0
    """The body can be meant in no other way."""
    LIKELY = 1
    """The body could be meant otherwise, but nobody has been seen to mean it so."""
    LOSES = 2
    """Something that was sent is left out, and named."""


class Mended(NamedTuple):
    """A copy of a body after a rule, and what the rule had to leave out."""

    body: bytes
    lost: tuple[str, ...] = ()


class Rule(NamedTuple):
    """One way to read a body. `before` and `after` are its example; `mend` gives None where it does not apply."""

    name: str
    means: str
    hazard: Hazard
    in_bulk: bool
    before: bytes
    after: bytes
    mend: Callable[[bytes], Mended | None]


def shown(raw: bytes, limit: int = 40) -> str:
    """Return a piece of a body as it can stand in a sentence."""
    text = raw.decode("utf-8", "replace")
    text = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text[: limit + 1])
    return f"{text[:limit]}…" if len(text) > limit else text
