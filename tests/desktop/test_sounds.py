"""A sound is played by the first player there is; what goes wrong is told, and nothing waits for it."""

from __future__ import annotations

import hashlib
import stat
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.desktop.sounds import Played, Sounds, player_for
from secondskies_desktop.foundation.attention import Severity
from tools import make_sounds

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

FOLDER = Path(__file__).parents[2] / "resources" / "sounds"


def found_only(*programs: str) -> dict[str, str]:
    return {program: f"/usr/bin/{program}" for program in programs}


@pytest.mark.parametrize(
    ("platform", "there", "player"),
    [
        ("linux", ("pw-play", "paplay", "aplay"), ("/usr/bin/pw-play",)),
        ("linux", ("paplay", "aplay"), ("/usr/bin/paplay",)),
        ("linux", ("aplay",), ("/usr/bin/aplay", "-q")),
        ("linux", (), ()),
        ("darwin", ("afplay", "aplay"), ("/usr/bin/afplay",)),
        ("win32", ("aplay",), ()),
    ],
)
def test_that_the_first_player_of_the_system_is_taken(
    platform: str, there: tuple[str, ...], player: tuple[str, ...]
) -> None:
    assert player_for(platform, found_only(*there).get) == player


def a_player(folder: Path, script: str) -> dict[str, str]:
    """Return a program that is found as pw-play."""
    file = folder / "pw-play"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return {"pw-play": str(file)}


def heard(qtbot: QtBot, sounds: Sounds, severity: Severity = Severity.WATCH) -> Played:
    with qtbot.waitSignal(sounds.played, timeout=8_000) as signal:
        sounds.play(severity)
    played: Played = signal.args[0]
    return played


@pytest.mark.parametrize(
    ("script", "ok", "detail"),
    [
        ('[ -f "$1" ]', True, "played by pw-play"),
        ("echo no such device >&2; exit 1", False, "pw-play: no such device"),
        ("exit 3", False, "pw-play: ended with 3"),
    ],
)
def test_that_what_the_player_did_is_told(
    qtbot: QtBot, tmp_path: Path, script: str, ok: bool, detail: str
) -> None:
    sounds = Sounds(FOLDER, platform="linux", find=a_player(tmp_path, script).get)
    played = heard(qtbot, sounds)
    assert (played.ok, played.detail) == (ok, detail)
    assert (played.took_ms is not None) is ok


def test_that_a_player_that_cannot_start_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    nowhere = {"pw-play": str(tmp_path / "gone")}
    played = heard(qtbot, Sounds(FOLDER, platform="linux", find=nowhere.get))
    assert (played.ok, played.detail) == (False, "gone did not start")


def test_that_a_player_that_hangs_is_ended(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secondskies_desktop.desktop.sounds._ENDS_WITHIN_MS", 100)
    sounds = Sounds(FOLDER, platform="linux", find=a_player(tmp_path, "exec sleep 30").get)
    assert heard(qtbot, sounds).detail.endswith("did not end within 5 s")


def test_that_without_a_player_the_system_beeps_and_says_so(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    beeps: list[bool] = []
    monkeypatch.setattr("PySide6.QtWidgets.QApplication.beep", lambda: beeps.append(True))
    played = heard(qtbot, Sounds(FOLDER, platform="linux", find=lambda _name: None))
    assert played.ok is None
    assert played.detail == "no player (pw-play, paplay, aplay): the system's beep"
    assert beeps == [True]


def test_that_closing_ends_what_still_plays(qtbot: QtBot, tmp_path: Path) -> None:
    del qtbot
    sounds = Sounds(FOLDER, platform="linux", find=a_player(tmp_path, "exec sleep 30").get)
    sounds.play(Severity.INFO)
    sounds.close()
    sounds.close()


def test_that_each_severity_has_a_short_sound_of_its_own() -> None:
    seen = set()
    for severity in Severity:
        file = FOLDER / f"{severity.value.lower()}.wav"
        with wave.open(str(file)) as sound:
            assert 0.2 < sound.getnframes() / sound.getframerate() < 1.5
        seen.add(hashlib.sha256(file.read_bytes()).hexdigest())
    assert len(seen) == len(Severity)


def test_that_the_sounds_are_those_that_the_tool_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_sounds, "FOLDER", tmp_path)
    make_sounds.main()
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        file.name: file.read_bytes() for file in FOLDER.iterdir()
    }
