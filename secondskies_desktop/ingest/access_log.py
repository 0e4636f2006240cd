"""Who knocked and what they were answered: a line a request, written in batches, never with a token in it."""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_MAX_BYTES = 10 * 1024 * 1024
_FILES = 5
_MAX_WAITING = 100_000


class AccessLog:
    """Collects lines on the loop and writes them when told to; bounded, and says what it had to drop."""

    def __init__(self, file: Path | None) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[str, int, int, float]] = []
        self._dropped = 0
        self._file = None
        if file is not None:
            self._file = RotatingFileHandler(
                file, maxBytes=_MAX_BYTES, backupCount=_FILES - 1, encoding="utf-8", delay=True
            )

    def note(self, route: str, status: int, size: int, seconds: float) -> None:
        """Note one request: the route's pattern, never its path."""
        if len(self._waiting) < _MAX_WAITING:
            self._waiting.append((route, status, size, seconds))
        else:
            self._dropped += 1

    def flush(self) -> None:
        """Write what waits; a disk that refuses costs the lines, never an alert."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
            dropped, self._dropped = self._dropped, 0
            if self._file is None or not (waiting or dropped):
                return
            stamp = datetime.now(UTC).isoformat(timespec="seconds")
            lines = [
                f"{stamp} {route} {status} {size} B {1000 * seconds:.2f} ms\n"
                for route, status, size, seconds in waiting
            ]
            if dropped:
                lines.append(f"{stamp} {dropped} lines dropped\n")
            try:
                stream = self._file.stream or self._file._open()  # noqa: SLF001 - the handler opens its file late
                self._file.stream = stream
                stream.write("".join(lines))
                stream.flush()
                if stream.tell() > _MAX_BYTES:
                    self._file.doRollover()
            except OSError:
                return

    def close(self) -> None:
        """Write what waits and close the file."""
        self.flush()
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
