"""Starting with the system: an XDG autostart entry, a LaunchAgent, or a value of Windows' Run key.

No Qt: it writes files, and belongs on a reader thread.
"""

from __future__ import annotations

import hashlib
import os
import plistlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WINDOWS_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
_RESERVED = '"`$\\'
_LINE_ENDS = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
"""As they are they would end the value, and what follows them would be a line of the entry."""


def login_command(
    profile_home: Path, executable: str = sys.executable, platform: str = sys.platform
) -> list[str]:
    """Return the command that opens this profile in the tray; on Windows without a console."""
    program = executable
    if platform == "win32" and program.lower().endswith("python.exe"):
        program = program[: -len("python.exe")] + "pythonw.exe"
    packed = bool(getattr(sys, "frozen", False))
    module = [] if packed else ["-m", "secondskies_desktop"]
    return [program, *module, "--home", str(profile_home), "desktop", "--tray"]


def entry_name(profile_home: Path) -> str:
    """Return the name of a profile's entry: each has its own, and switches only that."""
    return f"secondskies-{hashlib.sha256(os.fsencode(profile_home)).hexdigest()[:8]}"


def start_at_login(
    name: str,
    command: Sequence[str],
    *,
    on: bool,
    platform: str = sys.platform,
    home: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Write the entry for a command, or take it away; does nothing where it is so already. Raises OSError."""
    if platform == "win32":
        _write_windows(name, windows_entry(command) if on else None)
        return
    file = entry_file(name, platform, Path.home() if home is None else home, environment)
    if file is None:
        return
    if not on:
        file.unlink(missing_ok=True)
        return
    text = mac_entry(name, command) if platform == "darwin" else linux_entry(command)
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def entry_file(name: str, platform: str, home: Path, environment: Mapping[str, str]) -> Path | None:
    """Return where the entry stands; None on Windows, which keeps it in its registry, and where none is known."""
    if platform == "linux":
        config = environment.get("XDG_CONFIG_HOME", "")
        return (
            (Path(config) if Path(config).is_absolute() else home / ".config")
            / "autostart"
            / f"{name}.desktop"
        )
    if platform == "darwin":
        return home / "Library" / "LaunchAgents" / f"{name}.plist"
    return None


def linux_entry(command: Sequence[str]) -> str:
    """Return the desktop entry; arguments are quoted by the Desktop Entry Specification."""
    words = " ".join(_quoted(word) for word in command)
    return (
        "[Desktop Entry]\n"
        "Type=Application\n"
        "Name=Second Skies\n"
        "Comment=A trader's operations desk\n"
        f"Exec={words}\n"
        "Terminal=false\n"
        "X-GNOME-Autostart-enabled=true\n"
    )


def mac_entry(name: str, command: Sequence[str]) -> str:
    """Return the property list of the LaunchAgent."""
    entry = {
        "Label": name,
        "ProgramArguments": list(command),
        "RunAtLoad": True,
        "ProcessType": "Interactive",
    }
    return plistlib.dumps(entry).decode()


def windows_entry(command: Sequence[str]) -> str:
    """Return the value of the Run key."""
    return subprocess.list2cmdline(command)


def _quoted(word: str) -> str:
    """Quote an argument of Exec: inside quotes four characters are escaped, then the string value itself is."""
    inside = "".join(f"\\{char}" if char in _RESERVED else char for char in word).replace("%", "%%")
    value = inside.replace("\\", "\\\\")
    for char, escape in _LINE_ENDS.items():
        value = value.replace(char, escape)
    return f'"{value}"'


def _write_windows(name: str, value: str | None) -> None:
    import winreg

    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _WINDOWS_KEY) as key:  # type: ignore[attr-defined]
        if value is not None:
            winreg.SetValueEx(key, name, 0, winreg.REG_SZ, value)  # type: ignore[attr-defined]
            return
        try:
            winreg.DeleteValue(key, name)  # type: ignore[attr-defined]
        except FileNotFoundError:
            return
