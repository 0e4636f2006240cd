"""Commands within this process, as the shell gives them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from secondskies_desktop.cli.app import run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

HOSTILE = "=cmd|' /C calc'!A0\nDROP TABLE"
ESCAPING = '{"event_type":"ENTRY","trade_id":"x\\u001b[2J\\u0007y","direction":"Bullish"}\x1b]0;owned\x07'


class Answer(NamedTuple):
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


class Asking:
    """Runs commands on the profile of a test and never lets a traceback pass."""

    def __init__(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.home = home
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *words: object) -> Answer:
        """Run a command on the profile."""
        return self.bare("--home", self.home, *words)

    def bare(self, *words: object) -> Answer:
        """Run a command that is told no profile but by the words themselves."""
        self._monkeypatch.setattr(sys, "argv", ["secondskies", *(str(word) for word in words)])
        self._capsys.readouterr()
        code: int | str | None = 0
        try:
            run()
        except SystemExit as ended:
            code = ended.code
        said = self._capsys.readouterr()
        assert isinstance(code, int | None)
        assert "Traceback" not in said.err
        return Answer(code or 0, said.out, said.err)
