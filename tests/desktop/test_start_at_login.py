"""Starting with the system: the entry of each platform, and that of this one on a temporary home."""

from __future__ import annotations

import plistlib
import re
from pathlib import Path

import pytest

from secondskies_desktop.desktop.start_at_login import (
    entry_file,
    entry_name,
    linux_entry,
    login_command,
    mac_entry,
    start_at_login,
    windows_entry,
)

NAME = "secondskies-one"
COMMAND = [
    "/opt/my apps/python",
    "-m",
    "secondskies_desktop",
    "--home",
    '/home/a "b" $c 100%',
    "desktop",
    "--tray",
]


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, ".config/autostart/secondskies-one.desktop"),
        ("darwin", {}, "Library/LaunchAgents/secondskies-one.plist"),
    ],
)
def test_that_the_entry_is_written_once_and_taken_away(
    tmp_path: Path, platform: str, environment: dict[str, str], expected: str
) -> None:
    file = tmp_path / expected
    for on in (False, True, True):
        start_at_login(NAME, COMMAND, on=on, platform=platform, home=tmp_path, environment=environment)
        assert file.exists() is on
    assert "desktop" in file.read_text()
    start_at_login(
        NAME, [*COMMAND, "--more"], on=True, platform=platform, home=tmp_path, environment=environment
    )
    assert "--more" in file.read_text()
    start_at_login(NAME, COMMAND, on=False, platform=platform, home=tmp_path, environment=environment)
    assert not file.exists()


def test_that_linux_follows_the_folder_of_the_user(tmp_path: Path) -> None:
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "own")}
    assert (
        entry_file(NAME, "linux", tmp_path, environment)
        == tmp_path / "own" / "autostart" / "secondskies-one.desktop"
    )
    assert entry_file(NAME, "linux", tmp_path, {"XDG_CONFIG_HOME": "own"}) == (
        tmp_path / ".config" / "autostart" / "secondskies-one.desktop"
    )


def test_that_the_linux_entry_keeps_every_argument_whole() -> None:
    lines = dict(line.split("=", 1) for line in linux_entry(COMMAND).splitlines()[1:])
    assert (lines["Type"], lines["Terminal"]) == ("Application", "false")
    # The string escapes of the file come off first, then the quoting of the command line.
    unescaped = lines["Exec"].replace("\\\\", "\\")
    words = unescaped.strip('"').split('" "')
    assert [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in words] == COMMAND


def test_that_no_path_writes_a_line_of_its_own_into_the_linux_entry() -> None:
    text = linux_entry(["/opt/python", "--home", "/data/a\nExec=evil\r\tb", "desktop"])
    lines = text.splitlines()
    assert [line.partition("=")[0] for line in lines].count("Exec") == 1
    assert "\t" not in text
    (command,) = [line for line in lines if line.startswith("Exec=")]
    assert r'"/data/a\nExec=evil\r\tb"' in command


def test_that_a_path_that_is_no_text_has_an_entry_too() -> None:
    assert entry_name(Path("/data/\udcff")).startswith("secondskies-")


def test_that_the_mac_entry_is_a_property_list() -> None:
    entry = plistlib.loads(mac_entry(NAME, COMMAND).encode())
    assert entry["ProgramArguments"] == COMMAND
    assert entry["RunAtLoad"] is True


def test_that_the_windows_entry_quotes_what_has_blanks() -> None:
    command = [r"C:\Program Files\Python\pythonw.exe", "-m", "secondskies_desktop", "desktop"]
    assert windows_entry(command) == r'"C:\Program Files\Python\pythonw.exe" -m secondskies_desktop desktop'


@pytest.mark.parametrize(
    ("platform", "executable", "program"),
    [
        ("linux", "/usr/bin/python3", "/usr/bin/python3"),
        ("win32", r"C:\Python\python.exe", r"C:\Python\pythonw.exe"),
        ("win32", r"C:\Python\pythonw.exe", r"C:\Python\pythonw.exe"),
    ],
)
def test_that_the_command_opens_this_profile_in_the_tray(
    platform: str, executable: str, program: str
) -> None:
    command = login_command(Path("/data/desk"), executable, platform)
    assert command == [
        program,
        "-m",
        "secondskies_desktop",
        "--home",
        str(Path("/data/desk")),
        "desktop",
        "--tray",
    ]


def test_that_each_profile_has_an_entry_of_its_own() -> None:
    one, other = entry_name(Path("/data/desk")), entry_name(Path("/data/other"))
    assert one.startswith("secondskies-")
    assert one != other
