"""What makes a row the same row when a file is imported again."""

from __future__ import annotations

import hashlib
from collections import Counter


def known_by(platform: str, *parts: str) -> str:
    """Return the key of what a platform gave an id."""
    return "|".join((platform, *(part.replace("|", "¦") for part in parts)))


def digest(*parts: str) -> str:
    """Return a digest of texts, with their lengths so that none runs into the next."""
    told = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Ordinals:
    """Counts equal rows of a file: the second of two is another execution, and the second again on a re-import."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def key(self, platform: str, *parts: str) -> str:
        """Return the key of a row without an id, from what it says and how many said the same before it.

        The parts are the cells as written, so that the order of the rows and the zone chosen do not matter.
        """
        content = digest(*parts)
        self._seen[content] += 1
        return f"{platform}|row|{content}|{self._seen[content]}"
