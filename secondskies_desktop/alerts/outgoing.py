"""What leaves the machine, in words that can do nothing there but be read; pure.

Part of the text comes from alerts, and so from outside: it is bounded, and whatever a phone, chat or mailbox would
take for a mention, a link, markup or a direction of writing is taken out of it.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.attention import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.alerts.escalation import Told

TITLE_LIMIT = 80
BODY_LIMIT = 600
_LINES = 8
_LEAST = {"all": Severity.INFO, "watch": Severity.WATCH, "danger": Severity.DANGER}
_WORDS = {Severity.INFO: "Info", Severity.WATCH: "Watch", Severity.DANGER: "DANGER"}
_HARMLESS = str.maketrans(
    {
        "@": "(at)",
        "<": "(",
        ">": ")",
        "&": "+",
        "`": "'",
        "*": "·",
        "_": " ",
        "~": "-",
        "|": "/",
        "#": "No ",
        "[": "(",
        "]": ")",
        "{": "(",
        "}": ")",
        "\\": "/",
    }
)


class Letter(msgspec.Struct, frozen=True):
    """What a channel is handed."""

    title: str
    body: str
    severity: Severity


def goes_out(level: str, severity: Severity) -> bool:
    """Whether a severity is sent at a level of the settings: all, watch, danger or none."""
    least = _LEAST.get(level)
    return least is not None and severity.rank >= least.rank


def letter(told: Sequence[Told], *, name: str = "") -> Letter:
    """Return one message for what is told together, the gravest first; `name` is that of the profile.

    ValueError where nothing is told.
    """
    if not told:
        raise ValueError("nothing is told")
    ordered = sorted(told, key=lambda one: (-one.severity.rank, -one.at_us))
    loudest = ordered[0].severity
    lines = [bounded(one.text, BODY_LIMIT // 2) for one in ordered[:_LINES]]
    if len(ordered) > _LINES:
        lines.append(f"and {len(ordered) - _LINES:,} more")
    whose = f" {bounded(name, TITLE_LIMIT // 4)}" if name else ""
    title = f"{_WORDS[loudest]} - Second Skies{whose}"
    return Letter(title, _cut("\n".join(lines), BODY_LIMIT), loudest)


def bounded(text: str, limit: int) -> str:
    """Return a text on one line, harmless, and no longer than `limit` characters."""
    kept = "".join(" " if _is_space(one) else one for one in text[: 4 * limit] if not _is_hidden(one))
    plain = " ".join(kept.translate(_HARMLESS).replace("://", ": //").split())
    return _cut(plain, limit)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _is_space(one: str) -> bool:
    return one.isspace() or unicodedata.category(one) in ("Zl", "Zp", "Zs")


def _is_hidden(one: str) -> bool:
    """Controls, directions of writing, joiners, lone surrogates, private and unassigned characters."""
    return not _is_space(one) and unicodedata.category(one).startswith("C")
