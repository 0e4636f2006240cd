"""What the tests of the command line stand on: commands within this process, and a profile that has a history."""

from __future__ import annotations

import logging
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.engine.importing import import_alert_logs
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.profile import open_profile
from tests.cli.asking import ESCAPING, HOSTILE, Asking
from tests.ingest.alert_logs import log_row, write_log

if TYPE_CHECKING:
    from collections.abc import Iterator

BODIES = Path(__file__).parents[1] / "signals" / "bodies"


@pytest.fixture
def ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Asking]:
    """Run a command on a profile of this test, within this process."""
    root = logging.getLogger()
    handlers, level, raises = list(root.handlers), root.level, logging.raiseExceptions
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield Asking(tmp_path / "home", monkeypatch, capsys)
    for number, meaning in signals.items():
        signal.signal(number, meaning)
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = raises


@pytest.fixture(scope="session")
def made_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with every generation, one repeated body and two that are no alerts."""
    bodies = [file.read_text() for file in sorted(BODIES.iterdir())]
    rows = [log_row(body, second) for second, body in enumerate([*bodies, bodies[0], HOSTILE, ESCAPING])]
    return write_log(tmp_path_factory.mktemp("log") / "log.csv", rows)


@pytest.fixture(scope="session")
def made_home(made_log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile into which the log was imported; it is copied, not used."""
    profile = open_profile(tmp_path_factory.mktemp("made") / "home")
    ensure_schema(profile.database)
    import_alert_logs(profile, [made_log])
    return profile.home


@pytest.fixture
def log(made_log: Path, tmp_path: Path) -> Path:
    """The log, in a place of this test."""
    return Path(shutil.copy(made_log, tmp_path / "log.csv"))


@pytest.fixture
def full(ask: Asking, made_home: Path) -> Asking:
    """Commands on a profile into which the log was imported."""
    shutil.copytree(made_home, ask.home)
    return ask


@pytest.fixture
def empty(ask: Asking, made_sqlite: Path) -> Asking:
    """Commands on a profile whose database is there and holds nothing."""
    ask.home.mkdir()
    shutil.copy(made_sqlite, ask.home / "secondskies.db")
    return ask
