"""What every test stands on: surroundings of its own, and nothing left running behind it."""

from __future__ import annotations

import shutil
import threading
import time
from typing import TYPE_CHECKING

import pytest
import structlog

from secondskies_desktop.foundation.database.engine import sqlite_url
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.profile import Profile, open_profile
from secondskies_desktop.foundation.settings import Settings
from tests import postgres
from tests.clocks import FrozenClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.database.engine import URL

_LEAVE_WITHIN_S = 5.0
_POOLS = ("asyncio_", "ThreadPoolExecutor")
"""Threads of pools that end with the loop of an asynchronous test, after this file's last word."""


@pytest.fixture(scope="session", autouse=True)
def quiet_logs() -> None:
    """Send the program's logs where the standard library's go, so that a failing test shows its own."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


@pytest.fixture(scope="session", autouse=True)
def own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the trader's profile, his keyring and his settings out of every test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SECONDSKIES_HOME", "SECONDSKIES_DATABASE", "DBUS_SESSION_BUS_ADDRESS"):
            patch.delenv(name, raising=False)
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("user-data")))
        yield


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Fail the test that leaves a thread behind which would keep the program from ending."""
    before = set(threading.enumerate())
    yield
    give_up = time.monotonic() + _LEAVE_WITHIN_S
    left = [
        one
        for one in threading.enumerate()
        if one not in before and not one.daemon and not one.name.startswith(_POOLS)
    ]
    for one in left:
        one.join(max(0.0, give_up - time.monotonic()))
    assert not [one.name for one in left if one.is_alive()], "threads were left running"


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands still."""
    return FrozenClock()


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    """A profile in a folder of its own, on SQLite, its database not made yet."""
    return open_profile(tmp_path / "home")


@pytest.fixture
def engine(profile: Profile) -> Iterator[Engine]:
    """A running engine on a port that was free."""
    from secondskies_desktop.engine.engine import Engine

    made = Engine(profile, Settings(), command="a test")
    made.start(port=0)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    """The one PostgreSQL of all tests; they are skipped where there is none."""
    why = postgres.missing()
    if why:
        pytest.skip(why)
    server = postgres.PostgresServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def made_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema of today and nothing in it."""
    file = tmp_path_factory.mktemp("schema") / "made.db"
    ensure_schema(sqlite_url(file))
    return file


@pytest.fixture(scope="session")
def made_postgres(postgres_server: postgres.PostgresServer) -> URL:
    """A PostgreSQL database with the schema of today and nothing in it."""
    url = postgres_server.new_database()
    ensure_schema(url)
    return url


@pytest.fixture
def postgres_url(postgres_server: postgres.PostgresServer, made_postgres: URL) -> URL:
    """An empty PostgreSQL database with the schema of today."""
    return postgres_server.new_database(made_postgres)


@pytest.fixture
def sqlite_file_url(made_sqlite: Path, tmp_path: Path) -> URL:
    """An empty SQLite database with the schema of today."""
    file = tmp_path / "secondskies.db"
    shutil.copy(made_sqlite, file)
    return sqlite_url(file)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> URL:
    """An empty database with the schema of today: each of the two kinds in turn."""
    name = "sqlite_file_url" if request.param == "sqlite" else "postgres_url"
    url: URL = request.getfixturevalue(name)
    return url


@pytest.fixture
def profile_on(tmp_path: Path) -> Callable[[URL], Profile]:
    """Make a profile on a given database."""

    def make(url: URL) -> Profile:
        return open_profile(tmp_path / "home", url.render_as_string(hide_password=False))

    return make
