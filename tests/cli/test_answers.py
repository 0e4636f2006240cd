"""What a command answers: every value where it belongs, and nothing but the answer on stdout."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from secondskies_desktop.engine.tunnel_report import note_file
from secondskies_desktop.foundation.database.engine import sqlite_url
from secondskies_desktop.ingest.changes import WayIn
from secondskies_desktop.ingest.tokens import hash_of
from tests.cli.asking import ESCAPING, HOSTILE
from tests.clocks import START_US
from tests.databases import bodies_of, put, reading
from tests.ingest.alert_logs import log_row, write_log
from tests.programs import run

if TYPE_CHECKING:
    from pathlib import Path

    from secondskies_desktop.foundation.database.engine import URL
    from tests.cli.asking import Asking

NO_TEXT = "\udcff"
UNCHECKED = WayIn("http://127.0.0.1:1", None, "none", None, None, None, False, "", "file")


def some_id(ask: Asking) -> str:
    """Return the id of a signal that has an entry."""
    rows = ask("signals", "list", "--json").json
    return next(str(row["trade_id"]) for row in rows if row["entry_price"] is not None)


def commands(ask: Asking, folder: Path) -> list[tuple[str, ...]]:
    """Return every command that answers and ends."""
    trade_id = some_id(ask)
    return [
        ("signals", "list"),
        ("signals", "show", trade_id),
        ("signals", "bars"),
        ("explain", trade_id),
        ("inbox", "list"),
        ("inbox", "show", "1"),
        ("inbox", "retry"),
        ("token", "new", "x"),
        ("token", "list"),
        ("token", "revoke", "x"),
        ("tunnel", "status"),
        ("tunnel", "test"),
        ("backup", "--out", str(folder / "copy.db")),
        ("rebuild",),
        ("rebuild", "--verify"),
        ("import", "alerts", str(folder / "log.csv")),
        ("doctor",),
    ]


def test_that_every_command_prints_one_document_or_a_table(full: Asking, log: Path) -> None:
    for words in commands(full, log.parent):
        said = full(*words, "--json")
        assert said.code in (0, 1), words
        assert said.out.endswith("\n"), words
        assert said.out.count("\n") == 1, words
        assert said.err == "", words
        json.loads(said.out)
        table = full(*words)
        assert table.code == said.code, words
        assert table.out.count("\n") >= 2, words
        assert table.err == "", words
        assert not table.out.startswith(("{", "[")), words


def test_that_a_table_gives_a_terminal_nothing_to_obey(full: Asking) -> None:
    rows = full("inbox", "list", "--json").json
    for words in (("inbox", "list"), *(("inbox", "show", row["id"]) for row in rows[:3])):
        said = full(*words)
        assert all(one.isprintable() or one == "\n" for one in said.out)
    assert "\\x1b]0;owned" in full("inbox", "show", rows[0]["id"]).out


def test_that_an_answer_is_utf8_whatever_the_terminal_speaks(full: Asking) -> None:
    said = run(full.home, "inbox", "list", PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    assert said.code == 0
    assert "–" in said.out


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("--direction", ["BULLISH", "bearish"]),
        ("--session", ["ASIA", "london", "NY PRE", "ny_am", "NY LUNCH", "NY PM"]),
        (
            "--status",
            [
                "PENDING",
                "CONFIRMED",
                "ACTIVE",
                "BE_PROTECTED",
                "be_stopped",
                "COMPLETED",
                "CANCELLED",
                "INVALID",
            ],
        ),
    ],
)
def test_that_a_filter_cuts_the_list_into_its_parts(full: Asking, option: str, values: list[str]) -> None:
    every = full("signals", "list", "--json").json
    name = option.lstrip("-")
    parts: list[dict[str, Any]] = []
    for value in values:
        found = full("signals", "list", option, value, "--json").json
        assert {row[name] for row in found} <= {value.upper(), value.upper().replace("_", " ")}
        parts += found
    assert sorted(row["trade_id"] for row in parts) == sorted(
        row["trade_id"] for row in every if row[name] is not None
    )


def test_that_since_counts_in_and_until_out(full: Asking) -> None:
    every = full("signals", "list", "--json").json
    at = next(row["signal_at"] for row in every[len(every) // 2 :] if row["signal_at"])
    before = full("signals", "list", "--until", at, "--json").json
    after = full("signals", "list", "--since", at, "--json").json
    assert before + after == every
    assert at in {row["signal_at"] for row in after}
    assert full("signals", "list", "--since", at.rstrip("Z"), "--json").json == after
    bars = full("signals", "bars", "--json").json
    assert [bar["at"] for bar in bars] == sorted(bar["at"] for bar in bars)
    middle = bars[len(bars) // 2]["at"]
    halves = [full("signals", "bars", option, middle, "--json").json for option in ("--until", "--since")]
    assert halves[0] + halves[1] == bars


def test_that_an_explanation_leads_from_bytes_to_the_value_that_is_shown(full: Asking) -> None:
    trade_id = some_id(full)
    shown = full("signals", "show", trade_id, "--json").json
    told = full("explain", trade_id, "--json").json
    assert {"entry_price", "stop_loss", "status"} <= {one["field"] for one in told}
    for one in told:
        assert set(one) >= {"trade_id", "field", "value", "words", "chain"}
        assert one["words"]
        assert one["value"] == shown[one["field"]]
        for link in one["chain"]:
            arrival = full("inbox", "show", link["inbox_id"], "--json").json
            assert trade_id in arrival["signals"]
            assert arrival["received_at"] == link["received_at"]
    only = full("explain", trade_id, "--field", "entry_price", "--json").json
    assert only == [one for one in told if one["field"] == "entry_price"]
    unknown = full("explain", trade_id, "--field", "=cmd", "--json")
    assert (unknown.code, unknown.out) == (2, "")


def test_that_an_arrival_is_shown_with_its_way_and_an_imported_one_with_what_is_known_of_it(
    full: Asking,
) -> None:
    trace = full("inbox", "show", 1, "--json").json["trace"]
    assert (trace["received_at"], trace["whole_us"]) == (None, None)
    steps = {one["step"]: one for one in trace["steps"]}
    assert list(steps) == ["stored", "taken", "decoded", "folded", "committed", "published"]
    assert steps["decoded"]["took_us"] >= 0
    assert steps["committed"]["at"] > steps["taken"]["at"]
    assert steps["stored"] == {"step": "stored", "at": None, "took_us": None}
    full("rebuild", "--json")
    assert full("inbox", "show", 1, "--json").json["trace"] == trace


def test_that_the_token_of_the_api_is_shown_once(empty: Asking) -> None:
    made = empty("integrity", "token", "--json")
    assert (made.code, len(made.json["token"]), made.json["kept_in"], made.json["url"]) == (
        0,
        43,
        "file",
        None,
    )
    shown = empty("integrity", "token", "--json")
    assert (shown.code, shown.json["token"]) == (1, None)
    assert made.json["token"] not in shown.out + shown.err
    assert empty("integrity", "token", "--new", "--json").json["token"] != made.json["token"]


def test_that_every_arrival_stands_in_one_state_newest_first(full: Asking) -> None:
    rows = full("inbox", "list", "--json").json
    assert [row["id"] for row in rows] == list(range(len(rows), 0, -1))
    assert all(newer["received_at"] > older["received_at"] for newer, older in pairwise(rows))
    states = {
        state: full("inbox", "list", "--state", state, "--json").json
        for state in ("pending", "done", "duplicate", "dead")
    }
    assert sorted(row["id"] for part in states.values() for row in part) == list(range(1, len(rows) + 1))
    assert (len(states["pending"]), len(states["duplicate"])) == (0, 1)
    assert full("inbox", "list", "--limit", 2, "--json").json == rows[:2]


def test_that_what_no_engine_has_folded_is_pending_until_a_command_folds_it(empty: Asking) -> None:
    put(sqlite_url(empty.home / "secondskies.db"), b'{"event_type":"SECONDSKIES_TEST"}')
    (row,) = empty("inbox", "list", "--state", "pending", "--json").json
    assert (row["id"], row["state"], row["event_type"]) == (1, "pending", None)
    assert empty("signals", "list", "--json").json == []
    assert empty("inbox", "list", "--state", "pending", "--json").json == []
    assert empty("inbox", "list", "--json").json[0]["state"] == "done"


def test_that_an_arrival_is_shown_with_its_bytes_as_they_came(full: Asking) -> None:
    rows = full("inbox", "list", "--json").json
    stored = bodies_of(sqlite_url(full.home / "secondskies.db"))
    for row in rows:
        shown = full("inbox", "show", row["id"], "--json").json
        assert {name: shown[name] for name in row} == row
        assert shown["body"].encode() == stored[row["id"] - 1]
        assert shown["bytes"] == len(stored[row["id"] - 1])
        assert (shown["decoded"] is None) <= (shown["state"] == "dead")
        assert shown["seen"] == stored.count(stored[row["id"] - 1])
    assert [full("inbox", "show", row["id"], "--json").json["body"] for row in rows[:2]] == [
        ESCAPING,
        HOSTILE,
    ]


def test_that_retrying_what_is_still_unreadable_keeps_it_dead(full: Asking) -> None:
    dead = [row["id"] for row in full("inbox", "list", "--state", "dead", "--json").json]
    every = full("inbox", "retry", "--json").json
    assert every == {"retried": len(dead), "recovered": 0, "dead": len(dead)}
    assert full("inbox", "retry", dead[0], "--json").json["retried"] == 1
    assert full("inbox", "retry", 10**9, "--json").json["retried"] == 0


def test_that_files_are_counted_together_and_a_row_counts_once(empty: Asking, tmp_path: Path) -> None:
    first = write_log(tmp_path / "first.csv", [log_row(f"a{second}", second) for second in range(3)])
    second = write_log(tmp_path / "second.csv", [log_row("a0", 60), log_row("a0", 0), log_row("b", 61)])
    said = empty("import", "alerts", first, second, first, "--json").json
    assert said == {"rows": 9, "stored": 5, "duplicates": 1, "dead_letters": 5, "repaired": 0}
    rows = empty("inbox", "list", "--json").json
    assert {row["source"] for row in rows} == {"log:first.csv", "log:second.csv"}
    assert [row["received_at"] for row in rows][-3:] == [f"2025-12-09T14:00:0{n}Z" for n in (2, 1, 0)]


@pytest.mark.skipif(os.name != "posix", reason="names of files are text there")
def test_that_a_file_whose_name_is_no_text_is_imported(empty: Asking, log: Path) -> None:
    named = log.rename(log.with_name(f"l{NO_TEXT}.csv"))
    said = empty("import", "alerts", named, "--json")
    assert said.code == 0
    assert said.json["stored"] > 0


def test_that_both_databases_answer_with_the_same_bytes(
    full: Asking, log: Path, postgres_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgres_url.render_as_string(hide_password=False)
    monkeypatch.setenv("SECONDSKIES_DATABASE", address)
    assert full("import", "alerts", log, "--json").code == 0
    questions = [
        ("signals", "list"),
        ("signals", "bars"),
        ("rebuild", "--verify"),
        ("rebuild",),
        ("inbox", "list"),
    ]
    on_server = [full(*words, "--json") for words in questions]
    monkeypatch.delenv("SECONDSKIES_DATABASE")
    assert [full(*words, "--json") for words in questions] == on_server


def test_that_the_option_names_the_database_before_the_environment_does(
    ask: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECONDSKIES_DATABASE", f"sqlite:///{tmp_path / 'from-environment.db'}")
    assert ask("--database", f"sqlite:///{tmp_path / 'from-option.db'}", "token", "new", "x").code == 0
    assert [file.name for file in tmp_path.rglob("*.db")] == ["from-option.db"]
    assert ask("token", "list", "--json").json == []
    assert (tmp_path / "from-environment.db").exists()
    assert not (ask.home / "secondskies.db").exists()


def test_that_the_environment_names_the_profile_where_no_option_does(
    ask: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECONDSKIES_HOME", str(tmp_path / "from-environment"))
    monkeypatch.setenv("SECONDSKIES_DATABASE", "")
    assert ask.bare("token", "list", "--json").json == []
    assert (tmp_path / "from-environment" / "secondskies.db").exists()
    monkeypatch.setenv("SECONDSKIES_HOME", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert ask.bare("doctor", "--json").json["profile"] != str(tmp_path / "from-environment")


def test_that_a_replaced_token_is_listed_for_its_overlap_and_known_by_its_hash_alone(
    empty: Asking,
) -> None:
    first = empty("token", "new", "x", "--symbol", "CME_MINI:NQ1!", "--timeframe", "5m", "--json").json
    assert set(first) == {"name", "stream", "secret", "path"}
    assert (first["name"], first["stream"], first["path"]) == ("x", "NQ1! 5m", f"/hook/{first['secret']}")
    second = empty("token", "new", "x", "--json").json
    third = empty("token", "new", "x", "--overlap", 0, "--json").json
    listed = empty("token", "list", "--json")
    assert [set(row) for row in listed.json] == [
        {"name", "stream", "created_at", "last_used_at", "expires_at"}
    ] * 2
    assert [(row["name"], row["stream"], row["expires_at"] is None) for row in listed.json] == [
        ("x", "MNQ1! 1m", True),
        ("x~old", "NQ1! 5m", False),
    ]
    secrets = [one["secret"] for one in (first, second, third)]
    assert len(set(secrets)) == 3
    with reading(sqlite_url(empty.home / "secondskies.db")) as connection:
        kept = {bytes(row[0]) for row in connection.exec_driver_sql("SELECT sha256 FROM tokens")}
    assert kept == {hash_of(secrets[0]), hash_of(secrets[2])}
    ended = empty("token", "revoke", "x", "--json")
    assert ended.json["expires_at"] is not None
    assert not any(secret in listed.out + ended.out for secret in secrets)


def test_that_a_new_default_secret_is_kept_where_only_its_owner_reads(empty: Asking) -> None:
    secret = empty("token", "new", "default", "--json").json["secret"]
    file = empty.home / "webhook.token"
    assert file.read_text().strip() == secret
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600


def test_that_a_backup_says_where_it_is_and_what_it_holds(
    full: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = full("backup", "--out", "copy.db", "--json").json
    copy = tmp_path / "copy.db"
    assert said == {
        "file": str(copy),
        "rows": len(full("inbox", "list", "--limit", 1_000, "--json").json),
        "sha256": hashlib.sha256(copy.read_bytes()).hexdigest(),
    }
    assert full("--database", f"sqlite:///{tmp_path / 'new.db'}", "restore", "copy.db", "--json").code == 0
    restored = full("--database", f"sqlite:///{tmp_path / 'new.db'}", "signals", "list", "--json")
    assert restored == full("signals", "list", "--json")


@pytest.mark.parametrize(("ok", "code", "word"), [(True, 0, "true"), (False, 1, "false"), (None, 1, "null")])
def test_that_the_way_in_is_told_as_the_engine_noted_it(
    empty: Asking, ok: bool | None, code: int, word: str
) -> None:
    way = msgspec.structs.replace(
        UNCHECKED,
        public_url="https://a.example",
        ok=ok,
        checked_us=START_US,
        changed_since_alerts_were_made=True,
    )
    note_file(empty.home).write_bytes(msgspec.json.encode(way))
    said = empty("tunnel", "status", "--json")
    assert said.code == code
    assert said.out == (
        f'{{"public_url":"https://a.example","ok":{word},"checked_at":"2025-12-01T14:40:00Z",'
        '"changed_since_alerts_were_made":true,"detail":""}\n'
    )


@pytest.mark.parametrize("note", [b"", b"{", b"\xff", b"[]", b'{"ok":"yes"}'])
def test_that_a_broken_note_of_the_way_in_is_unknown(empty: Asking, note: bytes) -> None:
    note_file(empty.home).write_bytes(note)
    said = empty("tunnel", "test", "--json")
    assert (said.code, said.json["ok"], said.json["public_url"]) == (1, None, None)


def test_that_the_doctor_changes_nothing_and_says_no_where_a_check_fails(ask: Asking) -> None:
    fresh = ask("doctor", "--json")
    assert (fresh.code, fresh.json["profile"]) == (0, str(ask.home))
    assert [one["check"] for one in fresh.json["checks"]] == [
        "sqlite", "settings", "database", "latency", "backups", "disk", "market calendar",
    ]  # fmt: skip
    assert not (ask.home / "secondskies.db").exists()
    (ask.home / "secondskies.db").write_bytes(b"not a database at all" * 99)
    (ask.home / "settings.toml").write_text("listener = 3")
    damaged = ask("doctor", "--json")
    assert damaged.code == 1
    failed = {one["check"]: one["detail"] for one in damaged.json["checks"] if one["verdict"] == "FAIL"}
    assert set(failed) == {"settings", "database"}
    assert "settings.toml" in failed["settings"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_that_a_demo_without_a_display_says_so_and_leaves_nothing_behind(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    begun = time.monotonic()
    said = ask("demo", "--seconds", 1, "--speed", 3_000, "--json")
    assert said.code == 0
    assert "no display" in said.err
    assert json.loads(said.out.splitlines()[-1])["event"] == "done"
    assert time.monotonic() - begun < 15
    assert list(ask.home.iterdir()) == []
    kept = ask("demo", "--headless", "--seconds", 1, "--keep")
    assert kept.out.splitlines()[-1].startswith("event done  posted ")
    (folder,) = ask.home.iterdir()
    assert (folder / "demo.db").exists()


def test_that_settings_are_listed_set_and_refused(ask: Asking) -> None:
    listed = ask("settings", "list", "--json").json
    assert {"key", "value", "default", "title", "explanation"} == set(listed[0])
    assert ask("settings", "set", "attention.silence_minutes", "30", "--json").json["value"] == 30
    assert ask("settings", "get", "attention.silence_minutes", "--json").json["value"] == 30
    assert ask("settings", "set", "desktop.close_to_tray", "on", "--json").json["value"] is True
    for key, value, why in (
        ("attention.silence_minutes", "1000", "a whole number from 2 to 240, not 1000"),
        ("attention.silence_minutes", "soon", "a whole number"),
        ("listener.port", "-1", "from 0 to 65535, not -1"),
        ("desktop.close_to_tray", "perhaps", "true or false"),
        ("desktop.theme", "pink", "dark, light or system, not pink"),
        ("tunnel.kind", "pink", "none, cloudflared, ssh or own, not pink"),
        ("tunnel.name", "\udcff", "not UTF-8"),
        ("desktop.colour", "pink", "no setting is called"),
    ):
        refused = ask("settings", "set", key, value)
        assert (refused.code, refused.out) == (2, "")
        assert why in " ".join(refused.err.split())
    assert ask("settings", "get", "attention.silence_minutes", "--json").json["value"] == 30
    assert [file.name for file in ask.home.glob("settings*")] == ["settings.toml"]


def test_that_settings_need_no_database(ask: Asking) -> None:
    ask("settings", "list")
    assert not (ask.home / "secondskies.db").exists()
    (ask.home / "secondskies.db").write_bytes(b"no database")
    said = ask("settings", "set", "desktop.theme", "light")
    assert said.code == 0
    assert "the audit trail has not heard of it" in said.err
    assert ask("settings", "get", "desktop.theme", "--json").json["value"] == "light"
    assert (ask.home / "secondskies.db").read_bytes() == b"no database"
