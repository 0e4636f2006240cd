"""Webhook tokens: 256 bits in the URL, several at once with names, only their hashes kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT = "default"
DEFAULT_STREAM = "MNQ1! 1m"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,39}")


class Token(msgspec.Struct, frozen=True):
    """One token: the chart (stream) it stands for, and when it was made, used and ends (µs UTC)."""

    name: str
    sha256: bytes
    stream: str
    created_us: int
    last_used_us: int | None
    expires_us: int | None

    def valid_at(self, now_us: int) -> bool:
        """Whether the token opens the door at a time; a revoked one may overlap its successor for a while."""
        return self.expires_us is None or now_us < self.expires_us


def new_secret() -> str:
    """Return a fresh secret of 256 bits, in letters that a URL path holds."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> bytes:
    """Return the SHA-256 by which a secret is known."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def name_is_valid(name: str) -> bool:
    """Whether a name is short and plain: letters, digits, dot, dash and underscore."""
    return _NAME.fullmatch(name) is not None


def matching(candidates: Sequence[Token], secret: str, now_us: int) -> Token | None:
    """Return the token that a secret belongs to.

    Every candidate is compared in constant time and none is left out, so that the time of the answer says
    neither whether nor where a secret matched.
    """
    digest = hash_of(secret)
    found: Token | None = None
    for token in candidates:
        if hmac.compare_digest(token.sha256, digest) and token.valid_at(now_us):
            found = token
    return found
