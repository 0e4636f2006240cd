"""The profile folder: where everything of one trader, or of one demo, lives."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from secondskies_desktop.foundation.database.engine import parse_url, sqlite_url

if TYPE_CHECKING:
    from datetime import date

    from secondskies_desktop.foundation.database.engine import URL


DEMO = "DEMO"
REPLAY = "REPLAY"


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile folder and the database that belongs to it.

    `demo` says that its data is made up, `replay` that it is the scratch profile of a trade date that is played
    again; both are thrown away.
    """

    home: Path
    database: URL
    demo: bool = False
    replay: date | None = None

    @property
    def settings_file(self) -> Path:
        """The declared settings, as TOML."""
        return self.home / "settings.toml"

    @property
    def backups(self) -> Path:
        """The rolling backups."""
        return self.home / "backups"

    @property
    def logs(self) -> Path:
        """The log files."""
        return self.home / "logs"

    @property
    def name(self) -> str:
        """How the profile is called on screen."""
        return self.badge or self.home.name

    @property
    def badge(self) -> str:
        """What every panel says where this is not the trader's own desk; empty where it is."""
        return DEMO if self.demo else "" if self.replay is None else REPLAY

    @property
    def database_name(self) -> str:
        """The database in words that hold no password."""
        if self.database.get_backend_name() == "sqlite":
            return Path(self.database.database or "").name
        return self.database.render_as_string(hide_password=True)


def open_profile(home: Path | None = None, database: str | None = None, *, demo: bool = False) -> Profile:
    """Return a profile and make its folder; only its owner may look inside.

    `home` and `database` fall back to SECONDSKIES_HOME and SECONDSKIES_DATABASE, then to the platform's
    user-data folder and `secondskies.db` in it. Raises DatabaseUnreachable, OSError.
    """
    chosen = home or _home_from_environment()
    chosen.mkdir(parents=True, exist_ok=True)
    if os.name == "posix":
        chosen.chmod(0o700)
    chosen = chosen.resolve()
    word = database or os.environ.get("SECONDSKIES_DATABASE")
    url = parse_url(word) if word else sqlite_url(chosen / "secondskies.db")
    profile = Profile(chosen, url, demo)
    profile.logs.mkdir(exist_ok=True)
    return profile


def _home_from_environment() -> Path:
    word = os.environ.get("SECONDSKIES_HOME")
    return Path(word) if word else Path(platformdirs.user_data_dir("SecondSkies", appauthor=False))
