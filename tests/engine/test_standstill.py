"""An engine that can store but not fold says so, and goes on by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.foundation.settings import Settings
from secondskies_desktop.ingest import store
from tests.databases import eventually, reading, writing
from tests.loopback import post

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile


def told(engine: Engine) -> dict[str, str]:
    return {one.key: one.text for one in engine.board.open()}


def test_that_signals_that_stand_still_are_told_and_go_on_by_themselves(
    database: URL, profile_on: Callable[[URL], Profile]
) -> None:
    engine = Engine(profile_on(database), Settings(), command="a test")
    url = engine.start(port=0).url
    try:
        with writing(database) as connection:
            connection.execute(text("ALTER TABLE deliveries RENAME TO away"))
        assert post(url, b'{"event_type":"SECONDSKIES_TEST"}').status == 200
        # The first backup, which runs beside this, may fail on the same table and be told of too.
        eventually(lambda: "fold" in told(engine))
        assert "signals stand still" in told(engine)["fold"]
        with writing(database) as connection:
            connection.execute(text("ALTER TABLE away RENAME TO deliveries"))
        eventually(lambda: "fold" not in told(engine))
        with reading(database) as connection:
            assert store.position(connection) == 1
    finally:
        engine.stop()
