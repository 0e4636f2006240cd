"""Logs: to stderr and to rotating files in the profile, with everything that looks like a secret cut out.

Redaction is by shape, whatever the field is called: what stands behind /hook/, whatever is as long as a token, and
the password of a database URL. aiohttp and asyncssh log through the standard library and pass the same filter.
"""

from __future__ import annotations

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from structlog.stdlib import BoundLogger

_SECRET = re.compile(
    r"(?<=/hook/)[^\s\"'?]+"
    r"|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"
    # Not \b: a token may begin or end with a dash.
    r"|(?<![A-Za-z0-9_\-])[A-Za-z0-9_\-]{43}(?![A-Za-z0-9_\-])"
)
_MAX_BYTES = 10 * 1024 * 1024
_FILES = 5


def redacted(text: str) -> str:
    """Return a text with everything that looks like a token or a password replaced by ***."""
    return _SECRET.sub("***", text)


class _RedactingFormatter(logging.Formatter):
    """Redacts the whole line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def configure_logs(folder: Path | None = None, level: int = logging.WARNING) -> None:
    """Send all logs to stderr and, where a folder is given, to `secondskies.log` in it."""
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if folder is not None:
        handlers.append(
            RotatingFileHandler(
                folder / "secondskies.log",
                maxBytes=_MAX_BYTES,
                backupCount=_FILES - 1,
                encoding="utf-8",
                delay=True,
            )
        )
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        handler.setFormatter(_RedactingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        root.addHandler(handler)
    root.setLevel(level)
    # A line that cannot be written, on a full disk, would else go to stderr whole: with a traceback, unredacted.
    logging.raiseExceptions = False


def logger(name: str) -> BoundLogger:
    """Return a module's logger, whose events and values go the way of the standard library's records."""
    # Imported here: it takes a tenth of a second, and the window's first picture writes no log.
    import structlog

    if not structlog.is_configured():
        structlog.configure(
            processors=[
                structlog.stdlib.filter_by_level,
                structlog.stdlib.add_log_level,
                structlog.processors.format_exc_info,
                structlog.processors.KeyValueRenderer(key_order=["event"]),
            ],
            wrapper_class=structlog.stdlib.BoundLogger,
            logger_factory=structlog.stdlib.LoggerFactory(),
            cache_logger_on_first_use=False,
        )
    made: BoundLogger = structlog.get_logger(name)
    return made
