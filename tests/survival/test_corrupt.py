"""A damaged database file: said in one line, never written to, and a way back in the window."""

from __future__ import annotations

import os
import random
import shutil
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QRadioButton

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.recovery_view import RecoveryView
from secondskies_desktop.desktop.remembered import Remembered
from secondskies_desktop.desktop.window_life import WindowLife
from secondskies_desktop.desktop.window_opener import ProfileOpener
from secondskies_desktop.foundation.database.backup import rolling_backup
from secondskies_desktop.foundation.database.engine import sqlite_url
from secondskies_desktop.foundation.profile import open_profile
from tests.databases import bodies_of, put, reading
from tests.postgres import free_port
from tests.programs import Listen, run
from tests.survival.load import alerts, database_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from secondskies_desktop.foundation.profile import Profile

_PAGE = 4_096
_FAILED = 3
"""The exit code where the surroundings fail."""
_MUTATIONS = range(200)


@pytest.fixture
def kept(home: Path, made_sqlite: Path, tmp_path: Path) -> Profile:
    """A profile as a crash leaves it, half of its alerts in the log, with a backup of all of them."""
    profile = open_profile(home)
    before = tmp_path / "secondskies.db"
    shutil.copy(made_sqlite, before)
    sent = list(islice(alerts(), 40))
    put(sqlite_url(before), *sent[:20])
    with reading(sqlite_url(before)) as last_to_close:
        last_to_close.exec_driver_sql("SELECT count(*) FROM inbox").all()
        put(sqlite_url(before), *sent[20:])
        for name in ("secondskies.db", "secondskies.db-wal"):
            shutil.copy(tmp_path / name, home / name)
    rolling_backup(profile.database, profile.backups)
    return profile


def by_text(file: Path) -> None:
    """Something that was never a database."""
    file.write_text("Dear diary, today I traded well.\n" * 200)


def by_noise(file: Path) -> None:
    """Every page but the head of the first is noise."""
    file.write_bytes(file.read_bytes()[:100] + random.Random(2).randbytes(file.stat().st_size - 100))


def by_a_lost_file(file: Path) -> None:
    """The file is empty, and its log is not."""
    os.truncate(file, 0)


def by_a_cut(file: Path) -> None:
    """Only the first page is left."""
    os.truncate(file, _PAGE)


_HARMS = [by_text, by_noise, by_a_cut, by_a_lost_file]


def files_of(profile: Profile) -> dict[str, bytes]:
    """Return the database's file and its log with what is in them."""
    return {name: (profile.home / name).read_bytes() for name in ("secondskies.db", "secondskies.db-wal")}


@pytest.mark.parametrize("harm", _HARMS)
def test_that_listen_says_that_the_file_is_damaged_and_leaves_it(
    kept: Profile, harm: Callable[[Path], None]
) -> None:
    harm(kept.home / "secondskies.db")
    before = files_of(kept)
    said = run(kept.home, "listen", "--port", 0)
    assert said.code == _FAILED
    assert said.out == ""
    assert said.err.startswith("secondskies: ")
    assert said.err.count("\n") == 1
    assert files_of(kept) == before


@pytest.mark.torture
@pytest.mark.timeout(60)
@pytest.mark.parametrize("seed", _MUTATIONS)
def test_that_no_mutation_of_the_file_is_overwritten_or_meets_a_traceback(kept: Profile, seed: int) -> None:
    chance = random.Random(seed)
    file = kept.home / "secondskies.db"
    content = bytearray(file.read_bytes())
    for _ in range(chance.choice([1, 1, 4, 40])):
        at = chance.randrange(len(content))
        length = chance.choice([1, 16, 512, _PAGE])
        content[at : at + length] = chance.choice([bytes(length), chance.randbytes(length)])
    if chance.random() < 0.2:
        del content[chance.randrange(len(content)) :]
    file.write_bytes(content)
    before = files_of(kept)
    listening = Listen(kept.home)
    try:
        listening.ready()
    except AssertionError:
        assert listening.process.wait(10) == _FAILED
        after = files_of(kept)
        assert after["secondskies.db"] == before["secondskies.db"]
        assert after["secondskies.db-wal"].startswith(before["secondskies.db-wal"])
    else:
        assert listening.stop() == 0
    finally:
        listening.__exit__()
    assert not any(line.startswith("Traceback") for line in listening.errors.read_text().splitlines())


@pytest.fixture(params=[by_noise, by_a_lost_file])
def window(
    request: pytest.FixtureRequest, kept: Profile, qtbot: QtBot, qapp: QApplication
) -> Iterator[WindowLife]:
    """The window on a damaged profile, before it begins."""
    theme.put_on(qapp, theme.DARK)
    request.param(kept.home / "secondskies.db")
    port = free_port()
    kept.settings_file.write_text(f"[listener]\nport = {port}\n")
    remembered = Remembered(kept.home / "desktop.json")
    life = WindowLife(ProfileOpener(kept), kept, remembered)
    qtbot.addWidget(life.window)
    yield life
    life.window.close()
    life.close()


def test_that_the_window_offers_the_backup_and_keeps_the_damaged_file(
    kept: Profile, window: WindowLife, qtbot: QtBot
) -> None:
    before = files_of(kept)
    with qtbot.waitSignal(window.failed):
        window.start()
    view = window.window.centralWidget()
    assert isinstance(view, RecoveryView)
    assert "secondskies.db" in view.reason.text() or "damaged" in view.reason.text()
    qtbot.waitUntil(view.restore.isEnabled)
    backup, empty = view.findChildren(QRadioButton)
    assert "40 alerts" in backup.text()
    assert backup.isChecked()
    assert not empty.isChecked()
    assert files_of(kept) == before
    with qtbot.waitSignal(window.opened):
        view.restore.click()
    assert window.window.centralWidget() is None
    assert len(bodies_of(database_of(kept.home))) == 40
    (file,) = kept.home.glob("secondskies.damaged-*.db")
    (log,) = kept.home.glob("secondskies.damaged-*.db-wal")
    assert [file.read_bytes(), log.read_bytes()] == list(before.values())
