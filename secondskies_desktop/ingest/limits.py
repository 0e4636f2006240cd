"""A bound on how often strangers are looked at; it knows nothing of valid tokens and never delays one."""

from __future__ import annotations

from collections import OrderedDict

PER_MINUTE = 10
_REMEMBERED = 4_096
_WINDOW_S = 60.0


class StrangerLimit:
    """Counts unknown tokens per address and minute, for a bounded number of addresses."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._per_minute = per_minute
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def allows(self, address: str, now: float) -> bool:
        """Count one try at a monotonic second; False once an address is over its rate."""
        since, count = self._seen.pop(address, (now, 0))
        if now - since >= _WINDOW_S:
            since, count = now, 0
        self._seen[address] = (since, count + 1)
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return count < self._per_minute
