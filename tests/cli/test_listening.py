"""`listen` as a process of its own, and commands beside it."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.loopback import path_of, post
from tests.programs import Listen

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.asking import Asking

TEST_ALERT = b'{"event_type":"SECONDSKIES_TEST"}'


@pytest.mark.skipif(os.name != "posix", reason="SIGINT is sent otherwise there")
def ids(ask: Asking) -> list[str]:
    """Return the ids of the signals; what the engine fills in beside us is its own affair."""
    return [row["trade_id"] for row in ask("signals", "list", "--json").json]


def test_that_commands_work_beside_a_listener_whose_url_stays(ask: Asking, log: Path) -> None:
    with Listen(ask.home) as listening:
        assert listening.said["pid"] == listening.process.pid
        assert listening.said["public_url"] is None
        assert post(listening.url, TEST_ALERT).status == 200
        imported = ask("import", "alerts", log, "--json").json
        assert imported["stored"] == imported["rows"]
        signals = ids(ask)
        assert signals
        assert ask("inbox", "list", "--state", "pending", "--json").json == []
        assert str(listening.process.pid) in ask("rebuild").err
        listening.process.send_signal(signal.SIGINT)
        assert listening.process.wait(20) == 0
        assert listening.process.stdout is not None
        assert listening.process.stdout.read() == b""
    assert listening.url not in listening.errors.read_text()
    with Listen(ask.home) as again:
        assert path_of(again.url) == path_of(listening.url)
        assert post(again.url, TEST_ALERT).status == 200
        assert again.stop() == 0
    assert ask("rebuild", "--verify", "--json").json["identical"] is True
    assert ids(ask) == signals


def test_that_a_listener_may_be_told_that_its_stream_is_json(ask: Asking) -> None:
    ask.home.mkdir()
    (ask.home / "settings.toml").write_text('[tunnel]\nkind = "smoke"\n')
    assert "No such option" not in ask("listen", "--json", "--port", 0).err
