"""An engine's life: it opens, it is alone, it stores and folds, and it lets go of everything at its end."""

from __future__ import annotations

import socket
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.engine import tokens
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.foundation.database.engine import parse_url
from secondskies_desktop.foundation.database.engine_lock import EngineLock, EngineRunning
from secondskies_desktop.foundation.database.failure import DatabaseDamaged, DatabaseUnreachable
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.foundation.settings import Settings
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.changes import ArrivalsChanged
from secondskies_desktop.signals import store as signal_store
from tests.databases import bodies_of, eventually, put, reading
from tests.loopback import Wire, path_of, post, request
from tests.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile

CREATED = b'{"event_type":"SIGNAL_CREATED","trade_id":"20251209_%02d%02d00_BULLISH","direction":"Bullish"}'
BODIES = [CREATED % (hour, minute) for hour in (9, 10) for minute in range(60)]


def made_on(profile: Profile) -> Engine:
    """Return an engine that has not been started."""
    return Engine(profile, Settings(), command="a test")


def is_folded(url: URL) -> bool:
    """Tell whether every arrival is folded."""
    with reading(url) as connection:
        return store.position(connection) == store.last_arrival(connection)


def known_ids(url: URL) -> set[str]:
    """Return the ids of all signals."""
    with reading(url) as connection:
        return {row.view.trade_id for row in signal_store.every(connection)}


def is_free(url: URL) -> bool:
    """Tell whether no engine holds a database."""
    lock = EngineLock(url, "a test that asks")
    try:
        lock.acquire()
    except EngineRunning:
        return False
    lock.release()
    return True


def test_that_an_engine_stores_folds_tells_and_lets_go(
    database: URL, profile_on: Callable[[URL], Profile]
) -> None:
    engine = made_on(profile_on(database))
    heard: list[int] = []
    engine.bus.subscribe(ArrivalsChanged, lambda event: heard.extend(row.inbox_id for row in event.rows))
    ready = engine.start(port=0)
    try:
        assert not is_free(database)
        wire = Wire(ready.port)
        wire.send(*(request(path_of(ready.url), body) for body in BODIES))
        assert {wire.read().status for _ in BODIES} == {200}
        wire.close()
        eventually(lambda: len(heard) == len(BODIES))
    finally:
        engine.stop()
    assert heard == list(range(1, len(BODIES) + 1))
    assert bodies_of(database) == BODIES
    assert len(known_ids(database)) == len(BODIES)
    assert is_free(database)
    with pytest.raises(ConnectionRefusedError), closing(socket.create_connection(("127.0.0.1", ready.port))):
        pass


def test_that_an_engine_folds_at_its_start_what_came_while_none_ran(
    database: URL, profile_on: Callable[[URL], Profile]
) -> None:
    put(database, *BODIES)
    engine = made_on(profile_on(database))
    engine.start(port=0)
    try:
        eventually(lambda: is_folded(database))
    finally:
        engine.stop()
    assert len(known_ids(database)) == len(BODIES)


def test_that_the_next_engine_has_the_same_url_and_the_tokens_of_the_last(profile: Profile) -> None:
    paths = set()
    for _ in range(2):
        engine = made_on(profile)
        ready = engine.start(port=0)
        paths.add(path_of(ready.url))
        assert engine.hook_url(public=False) == ready.url
        assert engine.hook_url(public=True) is None
        assert post(ready.url, b"alert").status == 200
        engine.stop()
    assert len(paths) == 1
    assert [one["name"] for one in tokens.list_tokens(profile)] == ["default"]


def test_that_what_was_acknowledged_before_a_stop_is_stored(engine: Engine) -> None:
    assert engine.ready is not None
    url = engine.ready.url
    answered: list[bytes] = []
    begun = threading.Event()

    def send() -> None:
        for body in BODIES * 20:
            try:
                if post(url, body).status != 200:
                    return
            except OSError:
                return
            answered.append(body)
            begun.set()

    sender = threading.Thread(target=send)
    sender.start()
    assert begun.wait(5)
    engine.stop()
    sender.join(20)
    assert 0 < len(answered) < len(BODIES) * 20
    stored = bodies_of(engine.profile.database)
    assert stored[: len(answered)] == answered


def test_that_a_second_engine_is_refused_and_the_first_goes_on(
    database: URL, profile_on: Callable[[URL], Profile]
) -> None:
    profile = profile_on(database)
    first, second = made_on(profile), made_on(profile)
    ready = first.start(port=0)
    try:
        with pytest.raises(EngineRunning):
            second.start(port=0)
        second.stop()
        assert not second.alive
        assert post(ready.url, b"alert").status == 200
        assert not is_free(database)
    finally:
        first.stop()


def test_that_a_port_that_is_taken_costs_nothing_but_the_start(
    database: URL, profile_on: Callable[[URL], Profile]
) -> None:
    profile = profile_on(database)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        failed = made_on(profile)
        with pytest.raises(OSError, match="in use"):
            failed.start(port=taken.getsockname()[1])
    eventually(lambda: not failed.alive)
    assert is_free(database)
    engine = made_on(profile)
    engine.start(port=0)
    engine.stop()


def test_that_a_server_that_is_not_there_is_named_and_no_thread_stays(tmp_path: Path) -> None:
    profile = open_profile(tmp_path / "home", f"postgresql://me:geheim@127.0.0.1:{free_port()}/desk")
    engine = made_on(profile)
    with pytest.raises(DatabaseUnreachable) as refused:
        engine.start(port=0)
    assert "geheim" not in str(refused.value)
    assert not engine.alive
    engine.stop()


def test_that_a_database_that_the_server_does_not_have_is_named(postgres_url: URL, tmp_path: Path) -> None:
    url = postgres_url.set(database="nobody-made-it").render_as_string(hide_password=False)
    engine = made_on(open_profile(tmp_path / "home", url))
    with pytest.raises(DatabaseUnreachable, match="nobody-made-it"):
        engine.start(port=0)
    engine.stop()
    assert parse_url(url).database == "nobody-made-it"


def test_that_a_damaged_database_is_refused_left_alone_and_not_held(profile: Profile) -> None:
    file = profile.home / "secondskies.db"
    file.write_bytes(b"something else" * 100)
    engine = made_on(profile)
    with pytest.raises(DatabaseDamaged):
        engine.start(port=0)
    assert file.read_bytes() == b"something else" * 100
    assert not engine.alive
    assert is_free(profile.database)


def test_that_stopping_needs_no_start_and_may_come_twice(profile: Profile) -> None:
    engine = made_on(profile)
    engine.stop()
    with pytest.raises(RuntimeError, match="not been started"):
        engine.on_pump(int)
    engine = made_on(profile)
    engine.start(port=0)
    engine.stop()
    engine.stop()
    assert is_free(profile.database)


def test_that_tokens_made_and_revoked_beside_an_engine_are_followed_within_seconds(engine: Engine) -> None:
    assert engine.ready is not None
    base = engine.ready.url.partition("/hook/")[0]
    profile = engine.profile
    made = tokens.new_token(profile, "second", "NQ1! 5m", 0)
    replaced = tokens.new_token(profile, "default", "MNQ1! 1m", 0)
    assert post(engine.ready.url, b"still").status == 200
    eventually(lambda: post(base + made["path"], b"second").status == 200, within_s=8.0)
    assert post(base + replaced["path"], b"new").status == 200
    assert post(engine.ready.url, b"too late").status == 404
    assert engine.hook_url(public=False) == base + replaced["path"]
    with reading(profile.database) as connection:
        streams = {row.stream for row in store.list_inbox(connection)}
    assert streams == {"MNQ1! 1m", "NQ1! 5m"}
