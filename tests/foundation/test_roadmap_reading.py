"""The roadmap is asked for by several panels at once, each on a thread of its own."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import msgspec

from secondskies_desktop.foundation import roadmap

if TYPE_CHECKING:
    import pytest

_decode = msgspec.toml.decode


def test_that_threads_that_ask_at_once_read_the_roadmap_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, calls, lock = 0, 0, 0, threading.Lock()

    def slow(text: bytes, **options: Any) -> Any:
        nonlocal at_once, most, calls
        with lock:
            at_once, calls = at_once + 1, calls + 1
            most = max(most, at_once)
        time.sleep(0.05)
        found = _decode(text, **options)
        with lock:
            at_once -= 1
        return found

    monkeypatch.setattr(msgspec.toml, "decode", slow)
    roadmap._levels.cache_clear()
    with ThreadPoolExecutor(3) as pool:
        found = [one.result() for one in [pool.submit(roadmap.levels) for _ in range(3)]]
    assert (most, calls) == (1, 1)
    assert found[0] is found[1] is found[2]
