"""No log line holds a secret, whatever brought it there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.foundation.logs import configure_logs, logger, redacted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
TOKENS = st.text(LETTERS, min_size=43, max_size=43)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Put the standard library's logging back as it was."""
    root = logging.getLogger()
    handlers, level, config = list(root.handlers), root.level, structlog.get_config()
    structlog.reset_defaults()
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**config)


@given(TOKENS, st.sampled_from(["{}", "token {} was used", "'{}'", '("{}",)', "/hook/{}", "a={}&b", "{}\n"]))
def test_that_a_token_never_stands_in_a_line(token: str, around: str) -> None:
    assert token not in redacted(around.format(token))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("POST /hook/short?x=1 200", "POST /hook/***?x=1 200"),
        ("postgresql+psycopg://me:pass%40word@host/db failed", "postgresql+psycopg://***@host/db failed"),
        ("https://desk.example.com/healthz", "https://desk.example.com/healthz"),
        ("ab" * 32, "ab" * 32),
        ("bar closed at 24847.25", "bar closed at 24847.25"),
    ],
)
def test_that_only_secrets_are_cut_out(text: str, clean: str) -> None:
    assert redacted(text) == clean


def test_that_both_kinds_of_logger_and_their_tracebacks_are_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    canary = "-CANARY_" + "x" * 34 + "-"
    configure_logs(tmp_path)
    try:
        raise ValueError(f"no route /hook/{canary}")
    except ValueError:
        logger("ours").exception("failed", token=canary, url=f"/hook/{canary}")
        logging.getLogger("asyncio").exception("failed with %s", canary)
    said = capsys.readouterr().err + (tmp_path / "secondskies.log").read_text()
    assert "Traceback" in said
    assert "***" in said
    assert "CANARY" not in said


def test_that_logs_can_be_configured_again(tmp_path: Path) -> None:
    configure_logs(tmp_path)
    configure_logs(tmp_path)
    assert len(logging.getLogger().handlers) == 2
    configure_logs()
    assert len(logging.getLogger().handlers) == 1
