"""The Integrity API of a running engine: off by default, never on the webhook's port, true to the database."""

from __future__ import annotations

import json
import os
import time
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import text

from secondskies_desktop.engine import integrity_api
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.engine.integrity_api import StoredAnswers, note_file
from secondskies_desktop.foundation.database.engine import bounded
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.foundation.secrets import IntegrityToken
from secondskies_desktop.foundation.settings import IntegritySettings, ListenerSettings, Settings
from secondskies_desktop.ingest.tokens import new_secret
from secondskies_desktop.integrity.answers import NotAnswered
from secondskies_desktop.integrity.requests import ROUTES
from tests.clocks import FrozenClock
from tests.databases import eventually, reading
from tests.ingest.test_pump import fold_all, put_alerts
from tests.loopback import Answer, ask, post, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile

OPEN = Settings(integrity=IntegritySettings(api=True, api_port=0))
TEST = b'{"event_type":"SECONDSKIES_TEST","nonce":"1"}'


def port_of(profile: Profile) -> int:
    """Return the port of an API that is open."""
    return int(json.loads(note_file(profile.home).read_bytes())["port"])


def get(port: int, path: str, token: str) -> Answer:
    """Ask the API."""
    lines = (f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Authorization: Bearer {token}", "", "")
    return ask(port, "\r\n".join(lines).encode())


@pytest.fixture
def token(profile: Profile) -> str:
    """The token of the profile's API."""
    return str(integrity_api.token(profile, new=False)["token"])


@pytest.fixture
def open_engine(profile: Profile, token: str) -> Iterator[Engine]:
    """A running engine whose API is open."""
    del token
    made = Engine(profile, OPEN, command="a test")
    made.start(port=0)
    yield made
    made.stop()


def test_that_it_is_off_until_it_is_switched_on(engine: Engine) -> None:
    assert Settings().integrity.api is False
    assert engine.alive
    assert not note_file(engine.profile.home).exists()


def test_that_it_answers_what_the_database_holds(open_engine: Engine, token: str) -> None:
    assert open_engine.ready is not None
    port = port_of(open_engine.profile)
    assert post(open_engine.ready.url, TEST).status == 200
    eventually(lambda: get(port, "/v1/traces/1", token).status == 200)
    trace = json.loads(get(port, "/v1/traces/1", token).body)
    assert trace["inbox_id"] == 1
    latency = json.loads(get(port, "/v1/latency", token).body)
    assert latency["steps"][-1] == {
        "step": "whole", "n": 1, **dict.fromkeys(("p50_us", "p95_us", "p99_us", "max_us"), trace["whole_us"])
    }  # fmt: skip
    assert json.loads(get(port, "/v1/latency?day=2020-01-02", token).body)["hours"] == []
    eventually(lambda: get(port, "/v1/health", token).status == 200)
    for path in ("/v1/gaps", "/v1/fills", "/v1/conflicts"):
        assert get(port, path, token).status == 200


def test_that_the_webhooks_port_leads_to_none_of_it_and_its_port_to_no_webhook(
    open_engine: Engine, token: str
) -> None:
    assert open_engine.ready is not None
    webhook, port = open_engine.ready.port, port_of(open_engine.profile)
    assert webhook != port
    bearer = f"Authorization: Bearer {token}"
    for route in ROUTES:
        path = route.replace("{trade_id}", "x").replace("{inbox_id}", "1")
        assert ask(webhook, request(path, method="GET", headers=(bearer,))).status == 404, path
    hook = open_engine.ready.url.rsplit(":", 1)[1].partition("/")[2]
    answer = ask(port, request(f"/{hook}", TEST))
    assert answer.status == 403
    assert get(port, f"/{hook}", token).status == 404
    assert get(port, "/healthz", token).status == 404


def test_that_the_door_closes_with_the_engine(open_engine: Engine, token: str) -> None:
    port = port_of(open_engine.profile)
    assert get(port, "/v1/latency", token).status == 200
    open_engine.stop()
    assert not note_file(open_engine.profile.home).exists()
    with pytest.raises(ConnectionRefusedError):
        get(port, "/v1/latency", token)


def test_that_a_new_token_is_taken_while_it_runs(open_engine: Engine, token: str) -> None:
    port = port_of(open_engine.profile)
    made = str(integrity_api.token(open_engine.profile, new=True)["token"])
    open_engine.run_on_loop(open_engine.integrity_api.follow()).result(5)
    assert get(port, "/v1/latency", made).status == 200
    assert get(port, "/v1/latency", token).status == 401


def test_that_without_a_token_it_is_open_to_nobody(profile: Profile) -> None:
    engine = Engine(profile, OPEN, command="a test")
    engine.start(port=0)
    try:
        port = port_of(profile)
        assert get(port, "/v1/latency", "").status == 401
        made = str(integrity_api.token(profile, new=False)["token"])
        engine.run_on_loop(engine.integrity_api.follow()).result(5)
        assert get(port, "/v1/latency", made).status == 200
    finally:
        engine.stop()


def test_that_a_token_that_cannot_be_read_opens_to_nobody_and_is_told(profile: Profile) -> None:
    (profile.home / "integrity-api.token").write_text("short\n")
    engine = Engine(profile, OPEN, command="a test")
    engine.start(port=0)
    try:
        assert get(port_of(profile), "/v1/latency", "short").status == 401
        told = [one.text for one in engine.board.open() if one.kind == "integrity api"]
        why = "integrity-api.token holds no secret: restore it, or make a new one: "
        assert told == [f"The Integrity API is open to nobody: {why}secondskies integrity token --new."]
        integrity_api.token(profile, new=True)
        engine.run_on_loop(engine.integrity_api.follow()).result(5)
        assert not [one for one in engine.board.open() if one.kind == "integrity api"]
    finally:
        engine.stop()


def test_that_a_port_that_is_taken_costs_the_api_and_not_the_webhook(
    open_engine: Engine, tmp_path: Path
) -> None:
    taken = port_of(open_engine.profile)
    settings = Settings(integrity=IntegritySettings(api=True, api_port=taken))
    second = Engine(open_profile(tmp_path / "second"), settings, command="a second")
    ready = second.start(port=0)
    try:
        assert post(ready.url, TEST).status == 200
        (told,) = [one.text for one in second.board.open() if one.kind == "integrity api"]
        assert "already in use" in told
        assert not note_file(second.profile.home).exists()
    finally:
        second.stop()


def test_that_the_webhooks_own_port_is_refused(engine: Engine, tmp_path: Path) -> None:
    assert engine.ready is not None
    free = engine.ready.port
    engine.stop()
    settings = msgspec.structs.replace(
        OPEN, listener=ListenerSettings(port=free), integrity=IntegritySettings(api=True, api_port=free)
    )
    second = Engine(open_profile(tmp_path / "second"), settings, command="a second")
    second.start()
    try:
        told = [one.text for one in second.board.open() if one.kind == "integrity api"]
        assert told == [f"The Integrity API is not open: port {free} is the webhook's."]
    finally:
        second.stop()


def test_that_signals_are_answered_as_the_command_line_shows_them(database: URL) -> None:
    put_alerts(database, 240)
    fold_all(database)
    answers = StoredAnswers(database, FrozenClock())
    try:
        with reading(database) as connection:
            trade_id, stream = connection.execute(text("SELECT trade_id, stream FROM signals")).all()[0]
        found = answers.signal(trade_id, None)
        assert found is not None
        assert (found["trade_id"], found["stream"], found["also_on"]) == (trade_id, stream, [])
        assert found["events"]
        assert answers.signal(trade_id, stream) == found
        assert answers.signal(trade_id, "another chart") is None
        assert answers.signal("no such id", None) is None
        assert answers.trace(1) is None
        unknown: list[Callable[[], object]] = [answers.health]
        unknown += [partial(one, 1, "") for one in (answers.gaps, answers.fills, answers.conflicts)]
        for question in unknown:
            with pytest.raises(NotAnswered, match="is not known: nothing has looked for gaps"):
                question()
    finally:
        answers.close()


ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(30)",
}


def test_that_a_question_to_the_database_ends_in_time(database: URL) -> None:
    with reading(database) as connection:
        begun = time.monotonic()
        with pytest.raises(Exception, match=r"interrupted|timeout"), bounded(connection, 0.2):
            connection.execute(text(ENDLESS[connection.dialect.name]))
        assert 0.1 < time.monotonic() - begun < 3.0
        connection.rollback()
        with bounded(connection, 5.0):
            assert connection.execute(text("SELECT 1")).scalar() == 1


def test_that_the_token_is_shown_once_and_kept_beside_the_webhooks(profile: Profile) -> None:
    made = integrity_api.token(profile, new=False)
    assert (len(made["token"]), made["kept_in"], made["url"]) == (43, "file", None)
    file = profile.home / "integrity-api.token"
    assert os.name != "posix" or file.stat().st_mode & 0o777 == 0o600
    assert integrity_api.token(profile, new=False) == {"token": None, "kept_in": "file", "url": None}
    again = integrity_api.token(profile, new=True)
    assert again["token"] not in (None, made["token"])
    assert IntegrityToken(profile.home).read_or_create(new_secret)[0] == again["token"]
    assert not (profile.home / "webhook.token").exists()


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"port":"x"}', b"\xff"])
def test_that_a_note_that_cannot_be_read_names_no_address(profile: Profile, content: bytes) -> None:
    note_file(profile.home).write_bytes(content)
    assert integrity_api.token(profile, new=False)["url"] is None
