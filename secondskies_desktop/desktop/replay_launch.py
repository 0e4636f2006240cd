"""Starts a replay as a process of its own, so that the live window stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess, QProcessEnvironment

from secondskies_desktop.desktop.start_at_login import own_program

if TYPE_CHECKING:
    from datetime import date

    from secondskies_desktop.foundation.profile import Profile


def replay_command(profile: Profile, day: date, speed: float) -> list[str]:
    """Return the command that replays a day of a profile; its database goes by `replay_environment`."""
    home = str(profile.home)
    return [*own_program(), "--home", home, "replay", day.isoformat(), "--speed", f"{speed:g}"]


def replay_environment(profile: Profile) -> QProcessEnvironment:
    """Return the surroundings of that command: a database's URL may hold a password, which no list shows here."""
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("SECONDSKIES_DATABASE", profile.database.render_as_string(hide_password=False))
    return environment


def start_replay(profile: Profile, day: date, speed: float) -> bool:
    """Start it; False where the system does not."""
    program, *arguments = replay_command(profile, day, speed)
    process = QProcess()
    process.setProgram(program)
    process.setArguments(arguments)
    process.setProcessEnvironment(replay_environment(profile))
    # PySide's stubs say a pair with the process id; without a place for the id it answers with the boolean alone.
    started: object = process.startDetached()
    return started is True or (isinstance(started, tuple) and bool(started[0]))
