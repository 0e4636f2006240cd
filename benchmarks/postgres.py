"""A throwaway PostgreSQL on loopback, with its default durability and as a user that is not root."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
_USER = "postgres"


def missing() -> str:
    """Say why no server can be started here; empty where one can."""
    if not _binaries():
        return "PostgreSQL's binaries are not there"
    if os.geteuid() == 0 and (not shutil.which("runuser") or not _user_exists()):
        return "PostgreSQL does not run as root, and there is no user postgres to run it"
    return ""


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Start a server with an empty database; yields its SQLAlchemy URL."""
    folder = Path(tempfile.mkdtemp(prefix="secondskies-postgres-"))
    binaries = _binaries()
    assert binaries is not None
    try:
        folder.chmod(0o755)
        data = folder / "data"
        data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(data, _USER)
        port = _free_port()
        _run(binaries / "initdb", "-D", data, "-A", "trust", "-U", _USER, "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data}"
        _run(binaries / "pg_ctl", "-D", data, "-o", options, "-l", data / "log", "-w", "start")
        try:
            yield f"postgresql+psycopg://{_USER}@127.0.0.1:{port}/postgres"
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    if _BINARIES:
        return _BINARIES[-1]
    found = shutil.which("pg_ctl")
    return None if found is None else Path(found).parent


def _user_exists() -> bool:
    import pwd

    with contextlib.suppress(KeyError):
        return bool(pwd.getpwnam(_USER))
    return False


def _run(*words: object) -> None:
    command = [str(word) for word in words]
    if os.geteuid() == 0:
        command = ["runuser", "-u", _USER, "--", *command]
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", timeout=60
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port
