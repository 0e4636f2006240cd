"""What Apprise says in its log: kept from every log of ours, as it may hold a secret, and read for a reason."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOUD = ("urllib3", "requests", "requests_oauthlib", "oauthlib", "charset_normalizer", "markdown")
"""What Apprise stands on; at its finest it logs whole addresses."""
_CODE = re.compile(r"error=(\d{3})\b")
_here = threading.local()


class _Ear(logging.Handler):
    """Keeps the lines of the thread that listens."""

    def emit(self, record: logging.LogRecord) -> None:
        said: list[str] | None = getattr(_here, "said", None)
        if said is not None and len(said) < 50:  # noqa: PLR2004 - enough to find a reason in
            said.append(record.getMessage())


_EAR = _Ear(logging.WARNING)


@contextlib.contextmanager
def listening() -> Iterator[list[str]]:
    """Keep Apprise's words out of the log, and hand over what it says on this thread. Never show it."""
    own = logging.getLogger("apprise")
    own.propagate = False
    own.setLevel(logging.WARNING)
    if _EAR not in own.handlers:
        own.addHandler(_EAR)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.ERROR)
    before: list[str] | None = getattr(_here, "said", None)
    said: list[str] = []
    _here.said = said
    try:
        yield said
    finally:
        _here.said = before


def reason(said: list[str]) -> str:
    """Return why a service did not take a message, in our own words: its own may hold the secret."""
    for line in said:
        code = _CODE.search(line)
        if code is not None:
            return f"the service answered {code[1]}"
    if any("onnection" in line or "ocket" in line for line in said):
        return "the service could not be reached"
    return "the service did not take it"
