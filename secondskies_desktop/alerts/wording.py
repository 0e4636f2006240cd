"""How what is told again, or together, is put into words; pure. Times are µs UTC."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from secondskies_desktop.foundation.attention import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MINUTE_US = 60_000_000
_HOUR = 60
_WORDS = {Severity.DANGER: "danger", Severity.WATCH: "to watch", Severity.INFO: "for information"}


def again(text: str, since_us: int, now_us: int) -> str:
    """Return the words for something that was told before and waits since then."""
    return f"Not acknowledged for {span(now_us - since_us)}: {text}"


def span(us: int) -> str:
    """Return a time in whole minutes: "under a minute", "4 min", "2 h 10 min"."""
    minutes = max(0, us) // _MINUTE_US
    if not minutes:
        return "under a minute"
    hours, rest = divmod(minutes, _HOUR)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def summary(
    open_now: Sequence[Severity], over: Mapping[Severity, int], gravest: str, *, is_quiet: bool
) -> str:
    """Return the words for several things at once: how many of what, how many of them over, the gravest."""
    head = "In the quiet hours" if is_quiet else "Many at once"
    counts = Counter(open_now)
    counts.update(over)
    said = ", ".join(f"{counts[one]:,} {word}" for one, word in _WORDS.items() if counts[one])
    past = sum(over.values())
    ended = "" if not past else f", {'all' if not open_now else f'{past:,}'} over by now"
    return f"{head}: {said}{ended}" + (f". Open: {gravest}" if gravest else "")
