"""Decoders that are made where a module is loaded, and by nobody later.

msgspec looks at a type when it first decodes one; two threads that do so at the same moment end the process. Loading
a module is done by one thread alone, and what was looked at once is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = TypeVar("Kind")


def json_decoder(kind: type[Kind]) -> Callable[[bytes | str], Kind]:
    """Return what decodes JSON of a kind; to be called where a module is loaded."""
    return msgspec.json.Decoder(kind).decode


def toml_decoder(kind: type[Kind]) -> Callable[[bytes | str], Kind]:
    """Return what decodes TOML of a kind; to be called where a module is loaded."""
    # There is no decoder of TOML to keep; that of JSON has looked at the type all the same.
    msgspec.json.Decoder(kind)
    return lambda text: msgspec.toml.decode(text, type=kind)
