"""This disk's own speed: what one append with fdatasync takes, measured beside what is compared with it.

`python -m benchmarks.disk FOLDER` prints it, so that it can be measured under the shim of the slow disk too.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

_BODY = b"x" * 1_234


def fdatasync_ms(folder: Path, times: int = 200) -> float:
    """Return the median time in ms of an append of 1.2 KB to a growing file with its sync."""
    sync = getattr(os, "fdatasync", os.fsync)
    file = folder / "sync-probe"
    took: list[float] = []
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        for _ in range(times):
            started = time.perf_counter()
            os.write(handle, _BODY)
            sync(handle)
            took.append(time.perf_counter() - started)
    finally:
        os.close(handle)
        file.unlink()
    return 1000 * statistics.median(took)


if __name__ == "__main__":
    sys.stdout.write(f"{fdatasync_ms(Path(sys.argv[1]), 50)}\n")
