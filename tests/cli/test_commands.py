"""The fixed contract of the command line (docs/cli.md): names, fields, exit codes, and nothing else on stdout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.asking import HOSTILE
from tests.programs import Listen
from tests.programs import run as run_program

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.asking import Asking

INBOX = {"id", "received_at", "source", "state", "event_type", "trade_id", "reason", "bytes"}
SIGNAL = {
    "trade_id", "stream", "symbol", "direction", "session", "trade_date", "signal_at", "entry_at", "exit_at",
    "status", "be_status", "no_be_status", "entry_price", "stop_loss", "risk_points", "be_mfe", "no_be_mfe", "mae",
    "bars_to_confirm", "event_counts", "inferred", "quality",
}  # fmt: skip
EVENT = {"at", "type", "source", "inbox_id", "values"}
IMPORT = {"rows", "stored", "duplicates", "dead_letters", "repaired"}
REBUILD = {"signals", "events", "hash", "identical"}
TUNNEL = {"public_url", "ok", "checked_at", "changed_since_alerts_were_made"}
BACKUP = {"file", "rows", "sha256"}
BAR = {"at", "open", "high", "low", "close", "source"}


def test_that_an_import_counts_what_it_stored_and_the_same_file_again_stores_nothing(
    ask: Asking, log: Path
) -> None:
    first, again = ask("import", "alerts", log, "--json"), ask("import", "alerts", log, "--json")
    assert set(first.json) == IMPORT
    rows = first.json["rows"]
    assert (first.json["stored"], first.json["duplicates"]) == (rows, 1)
    assert first.json["dead_letters"] >= 1
    assert first.json["repaired"] >= 1
    assert again.json["rows"] == rows
    assert again.json["stored"] == 0


@pytest.mark.parametrize(
    "content", [None, b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b"Alert ID,Ticker,Name,Description,Time\n1"]
)
def test_that_what_is_no_log_is_refused_in_one_line_and_nothing_is_stored(
    ask: Asking, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "not.csv"
    if content is not None:
        file.write_bytes(content)
    said = ask("import", "alerts", file, "--json")
    assert (said.code, said.out) == (2, "")
    assert "not.csv" in said.err
    assert ask("inbox", "list", "--json").json == []


def test_that_the_inbox_is_listed_shown_and_tried_again(full: Asking) -> None:
    rows = full("inbox", "list", "--limit", 1_000, "--json").json
    assert all(set(row) >= INBOX for row in rows)
    dead = full("inbox", "list", "--state", "dead", "--json").json
    assert dead
    assert {row["state"] for row in dead} == {"dead"}
    assert all(row["reason"] for row in dead)
    shown = full("inbox", "show", dead[0]["id"], "--json").json
    assert shown["id"] == dead[0]["id"]
    retried = full("inbox", "retry", "--json")
    assert retried.code == 0
    assert len(full("inbox", "list", "--state", "dead", "--json").json) == len(dead)


def test_that_signals_have_the_fields_of_the_contract_and_the_same_bytes_each_time(
    full: Asking,
) -> None:
    said = full("signals", "list", "--json")
    assert said.json
    assert all(set(one) >= SIGNAL for one in said.json)
    assert said.out == full("signals", "list", "--json").out
    times = [one["signal_at"] for one in said.json if one["signal_at"]]
    assert times == sorted(times)
    bulls = full("signals", "list", "--direction", "BULLISH", "--json").json
    assert bulls == [one for one in said.json if one["direction"] == "BULLISH"]
    pending = full("signals", "list", "--status", "PENDING", "--json").json
    assert pending == [one for one in said.json if one["status"] == "PENDING"]
    bars = full("signals", "bars", "--json").json
    assert bars
    assert all(set(bar) >= BAR for bar in bars)


def test_that_a_signal_is_shown_with_its_sources_and_events(full: Asking) -> None:
    for one in full("signals", "list", "--json").json[:5]:
        shown = full("signals", "show", one["trade_id"], "--json").json
        assert {name: shown[name] for name in one} == one
        assert {
            f"{name}_source" for name in SIGNAL & {"entry_price", "stop_loss", "mae", "signal_at"}
        } <= set(shown)
        assert all(set(event) >= EVENT for event in shown["events"])
        told = full("explain", one["trade_id"], "--json")
        assert told.code == 0
        assert told.json


@pytest.mark.parametrize(
    "words",
    [
        ("signals", "show", "20990101_000000_BULLISH"),
        ("signals", "show", HOSTILE),
        ("explain", HOSTILE),
        ("inbox", "show", "999999"),
        ("inbox", "show", "1; DROP TABLE inbox"),
        ("inbox", "list", "--state", "lost"),
        ("signals", "list", "--status", "WON"),
        ("signals", "list", "--since", "yesterday"),
        ("token", "new", "../../etc/passwd"),
        ("token", "new", "mine", "--timeframe", "1 m"),
        ("token", "revoke", "nobody"),
        ("restore", "nowhere.db"),
        ("screenshots", "--out", "pictures", "--size", "wide"),
        ("no-such-command",),
        ("signals", "list", "--no-such-option"),
    ],
    ids=lambda words: " ".join(words[:3])[:40],
)
def test_that_a_wrong_input_is_refused_without_an_answer(
    full: Asking, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    said = full(*words)
    assert said.code == 2
    assert said.out == ""
    assert said.err


def test_that_a_rebuild_is_identical(full: Asking) -> None:
    verified, rebuilt = full("rebuild", "--verify", "--json"), full("rebuild", "--json")
    assert set(verified.json) == REBUILD
    assert verified.json["identical"] is True
    assert verified.json == rebuilt.json


def test_that_a_rebuild_that_differs_is_a_no(full: Asking, tmp_path: Path) -> None:
    from pysqlite3 import dbapi2

    with dbapi2.connect(tmp_path / "home" / "secondskies.db") as connection:
        connection.execute("DELETE FROM signals WHERE id = (SELECT min(id) FROM signals)")
    connection.close()
    said = full("rebuild", "--verify", "--json")
    assert (said.code, said.json["identical"]) == (1, False)


def test_that_a_backup_is_restored_into_an_empty_place_only(full: Asking, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    said = full("backup", "--out", copy, "--json").json
    assert set(said) == BACKUP
    before = (tmp_path / "home" / "secondskies.db").read_bytes()
    assert full("restore", copy, "--json").code in (2, 3)
    assert (tmp_path / "home" / "secondskies.db").read_bytes() == before
    (tmp_path / "home").rename(tmp_path / "old")
    restored = full("restore", copy, "--json")
    assert (restored.code, set(restored.json)) == (0, BACKUP)
    assert restored.json["rows"] == said["rows"]


def test_that_a_secret_is_shown_once_and_stored_nowhere(ask: Asking, tmp_path: Path) -> None:
    made = ask("token", "new", "second", "--symbol", "NQ1!", "--json")
    assert made.code == 0
    secret = next(value for value in made.json.values() if isinstance(value, str) and len(value) >= 43)
    listed = ask("token", "list", "--json")
    assert "second" in {one["name"] for one in listed.json}
    assert secret not in listed.out
    for file in (tmp_path / "home").rglob("*"):
        assert not file.is_file() or secret.encode() not in file.read_bytes(), file.name
    assert ask("token", "revoke", "second", "--json").code == 0


def test_that_a_tunnel_that_is_not_there_is_unknown(ask: Asking) -> None:
    for word in ("status", "test"):
        said = ask("tunnel", word, "--json")
        assert set(said.json) >= TUNNEL
        assert said.json["public_url"] is None
        assert said.json["ok"] is not True


def test_that_the_doctor_gives_versions_and_verdicts(ask: Asking) -> None:
    said = ask("doctor", "--json")
    assert said.code == 0
    assert "sqlite" in said.json["versions"]
    assert {check["verdict"] for check in said.json["checks"]} <= {"PASS", "FAIL", "UNKNOWN"}


def test_that_the_option_wins_over_the_environment(
    ask: Asking, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECONDSKIES_HOME", str(tmp_path / "elsewhere"))
    assert ask("inbox", "list", "--json").json == []
    assert (tmp_path / "home" / "secondskies.db").exists()
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "command", [("signals", "list"), ("inbox", "list"), ("rebuild",), ("listen", "--port", "0")]
)
def test_that_a_damaged_database_is_told_in_one_line_and_left_as_it_is(
    ask: Asking, tmp_path: Path, command: tuple[str, ...]
) -> None:
    file = tmp_path / "home" / "secondskies.db"
    file.parent.mkdir()
    file.write_bytes(b"not a database at all" * 500)
    before = file.read_bytes()
    said = ask(*command)
    assert (said.code, said.out) == (3, "")
    assert len(said.err.splitlines()) == 1
    assert file.read_bytes() == before


def test_that_a_second_listener_is_refused_and_the_first_ends_when_asked(tmp_path: Path) -> None:
    first = Listen(tmp_path / "home").ready()
    try:
        assert set(first.said) == {"event", "url", "public_url", "pid"}
        assert first.said["event"] == "ready"
        second = run_program(tmp_path / "home", "listen", "--port", 0)
        assert (second.code, second.out) == (3, "")
        assert len(second.err.splitlines()) == 1
        assert first.said["url"].endswith((tmp_path / "home" / "webhook.token").read_text().strip())
    finally:
        assert first.stop() == 0


def test_that_a_demo_ends_with_what_it_did(tmp_path: Path) -> None:
    said = run_program(tmp_path / "home", "demo", "--headless", "--json", "--seconds", 4)
    assert said.code == 0
    lines = [json.loads(line) for line in said.out.splitlines()]
    done = lines[-1]
    assert done["event"] == "done"
    assert done["posted"] == done["stored"] > 0
    assert done["signals"] > 0
