"""The declared settings: defaults, what is refused and by which name, and changes that keep the trader's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from secondskies_desktop.foundation.settings import (
    ListenerSettings,
    Settings,
    UnreadableSettings,
    change_setting,
    read_settings,
)

if TYPE_CHECKING:
    from pathlib import Path

WRITTEN = """# my own words
[listener]
port = 9000 # because 8787 is taken
"""


def test_that_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "settings.toml") == Settings()
    assert Settings().listener == ListenerSettings("127.0.0.1", 8787)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[listener]\nport = 70000\n", "listener.port"),
        ("[listener]\nport = 'x'\n", "listener.port"),
        ("[listener]\nprot = 1\n", "prot"),
        ("[tunel]\n", "tunel"),
        ("listener = 3\n", "listener"),
        ("[listener\n", "settings.toml"),
    ],
)
def test_that_a_wrong_file_is_named_with_its_field(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(UnreadableSettings, match=why) as raised:
        read_settings(file)
    assert str(raised.value).startswith("settings.toml: ")


def test_that_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(UnreadableSettings, match=r"folder\.toml"):
        read_settings(tmp_path / "folder.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UnreadableSettings, match=r"bytes\.toml"):
        read_settings(tmp_path / "bytes.toml")


def test_that_a_change_keeps_the_traders_comments(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(WRITTEN)
    settings = change_setting(file, "tunnel", "kind", "own")
    assert (settings.tunnel.kind, settings.listener.port) == ("own", 9000)
    assert file.read_text().startswith(WRITTEN)
    assert read_settings(file) == settings


def test_that_a_change_makes_the_file_where_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    assert change_setting(file, "listener", "port", 1234) == read_settings(file)
    assert read_settings(file).listener.port == 1234


@pytest.mark.parametrize(
    ("group", "key", "value"),
    [
        ("listener", "port", -1),
        ("listener", "nothing", 1),
        ("nothing", "key", 1),
        ("listener", "port", None),
        ("tunnel", "kind", "pink"),
        ("tunnel", "name", "\udcff"),
    ],
)
def test_that_a_change_that_is_refused_leaves_the_file_as_it_was(
    tmp_path: Path, group: str, key: str, value: Any
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(WRITTEN)
    with pytest.raises(UnreadableSettings):
        change_setting(file, group, key, value)
    assert file.read_text() == WRITTEN
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("text", ["[listener\n", "listener = 3\n"])
def test_that_a_wrong_file_is_not_changed(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(UnreadableSettings):
        change_setting(file, "listener", "port", 1)
    assert file.read_text() == text
