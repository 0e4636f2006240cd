"""A real PostgreSQL on loopback, in a temporary folder and as a user that is not root.

Its databases sort text as people do (ICU), so that an order that leans on SQLite's would be seen.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from secondskies_desktop.foundation.database.engine import parse_url

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.engine import URL

_USER = "postgres"
_NEEDED_MAJOR = 15


def missing() -> str:
    """Say why no server can be started here; empty where one can."""
    if _binaries() is None:
        return f"the binaries of PostgreSQL {_NEEDED_MAJOR} or later are not there"
    if os.name != "posix" or os.geteuid() != 0:
        return ""
    import pwd

    with contextlib.suppress(KeyError):
        pwd.getpwnam(_USER)
        return "" if shutil.which("runuser") else "PostgreSQL does not run as root, and there is no runuser"
    return "PostgreSQL does not run as root, and there is no user postgres"


def _binaries() -> Path | None:
    found = shutil.which("pg_ctl")
    folders = [] if found is None else [Path(found).resolve().parent]
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    able = [(major, folder) for folder in folders if (major := _major(folder)) >= _NEEDED_MAJOR]
    return max(able)[1] if able else None


def _major(folder: Path) -> int:
    needed = [folder / name for name in ("initdb", "pg_ctl", "postgres")]
    if not all(file.exists() for file in needed):
        return 0
    said = subprocess.run([needed[2], "--version"], capture_output=True, text=True, check=False, timeout=20)
    words = said.stdout.split()
    return int(words[2].split(".")[0]) if len(words) > 2 else 0


def free_port() -> int:
    """Return a port of loopback that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


class PostgresServer:
    """One server; `stop(immediate=True)` is a crash, which only a `durable` one is sure to survive."""

    def __init__(self, *, durable: bool = False) -> None:
        self._options = "" if durable else " -c fsync=off -c full_page_writes=off"
        binaries = _binaries()
        assert binaries is not None
        self._binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="secondskies-postgres-"))
        self._folder.chmod(0o755)
        self._data = self._folder / "data"
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self._data, _USER)
        self.port = free_port()
        self._names = count(1)
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", _USER, "-E", "UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._data}"
        options += self._options
        log = self._data / "server.log"
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", log, "-w", "-t", "30", "start")

    def stop(self, *, immediate: bool = False) -> None:
        """Stop it: in peace, or without a word to its clients and without a checkpoint."""
        mode = "immediate" if immediate else "fast"
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "-t", "30", "stop")

    def close(self) -> None:
        """Stop it and remove its folder."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop(immediate=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def new_database(self, template: URL | None = None) -> URL:
        """Make a database, empty or as its template is, and return its URL."""
        name = f"test_{next(self._names)}"
        origin = (
            "template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'" if template is None else str(template.database)
        )
        try:
            self._execute(f"CREATE DATABASE {name} TEMPLATE {origin}")
        except psycopg.errors.FeatureNotSupported:
            self._execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return parse_url(f"postgresql://{_USER}@127.0.0.1:{self.port}/{name}")

    def _execute(self, statement: str) -> None:
        address = f"host=127.0.0.1 port={self.port} user={_USER} dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *words: object) -> None:
        command = [str(self._binaries / program), *(str(word) for word in words)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", _USER, "--", *command]
        # Not into pipes: the server would inherit them and hold them open.
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", timeout=60
        )
