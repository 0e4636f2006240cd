"""A body as a person reads it: JSON in lines where that is short, and every character of it to be seen; pure, no Qt.

Whoever knows the token chooses the body. Laid out, 40 kB of brackets are 35 MB of blanks, and a mark that turns the
direction of writing makes the rest of a line say something else.
"""

from __future__ import annotations

import contextlib
import json

MOST = 40_000
"""Bytes that are shown."""
_DEEPEST = 20
"""As deep as a body may be that is decoded."""


def body_text(body: bytes) -> str:
    """Return the beginning of a body, and how much of it is not shown."""
    text = body[:MOST].decode("utf-8", "replace")
    if _depth(text) <= _DEEPEST:
        with contextlib.suppress(ValueError, RecursionError):
            text = tree_text(json.loads(text))
    cut = "" if len(body) <= MOST else f"\n… {len(body) - MOST:,} bytes more"
    return visible(text) + cut


def tree_text(tree: object) -> str:
    """Return decoded JSON in lines."""
    return json.dumps(tree, indent=2, ensure_ascii=False, default=str)


def visible(text: str) -> str:
    """Return a text in which control characters and the like stand as their escapes."""
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )


def _depth(text: str) -> int:
    """Return how deep brackets stand in one another, those within texts included."""
    deepest = depth = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest
