"""PostgreSQL that crashes under load and comes back: 503 meanwhile, 200 by itself, nothing acknowledged lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.foundation.attention import Attention, AttentionCleared
from secondskies_desktop.foundation.settings import Settings
from tests import postgres
from tests.databases import eventually
from tests.survival.load import Load, alerts, assert_all_there_once, storage_events, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile


@pytest.fixture
def server() -> Iterator[postgres.PostgresServer]:
    """A server of the test's own, which keeps what it has confirmed."""
    why = postgres.missing()
    if why:
        pytest.skip(why)
    made = postgres.PostgresServer(durable=True)
    yield made
    made.close()


# A cursor on a server that is gone cannot be closed, of which psycopg complains.
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in.*ServerCursor:pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize(
    "restarts", [2, pytest.param(20, marks=[pytest.mark.torture, pytest.mark.timeout(600)])]
)
def test_that_a_server_that_restarts_under_load_costs_nothing_acknowledged(
    server: postgres.PostgresServer, profile_on: Callable[[URL], Profile], restarts: int
) -> None:
    url = server.new_database()
    engine = Engine(profile_on(url), Settings(), command="a test")
    heard = storage_events(engine.bus)
    ready = engine.start(port=0)
    try:
        with Load(ready.url, alerts()) as load:
            for restart in range(restarts):
                wait_for(load, 200, more=50, within_s=10)
                server.stop(immediate=restart % 2 == 0)
                wait_for(load, 503, more=10, within_s=5)
                assert isinstance(heard[-1], Attention)
                server.start()
                wait_for(load, 200, more=20, within_s=5)
                eventually(lambda: heard[-1] == AttentionCleared("storage", "inbox"))
        assert load.statuses == {200, 503}
        assert load.slowest_s < 2.5
        assert engine.alive
    finally:
        engine.stop()
    assert_all_there_once(url, load.stored)
