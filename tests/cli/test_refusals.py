"""What a command refuses: in words, with the exit code of the contract, and nothing changed."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.foundation.database.engine import sqlite_url
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.foundation.settings import Settings
from tests.databases import bodies_of, locked, writing
from tests.ingest.alert_logs import log_row, write_log

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.asking import Asking

NO_TEXT = "\udcff"
"""How a word of the command line comes that is not UTF-8."""
PASSWORD = "geheim"  # noqa: S105 - of a server that is not there


def one_line(words: str) -> bool:
    """Tell whether a refusal is a single line by the program's name."""
    return words.startswith("secondskies: ") and words.count("\n") == 1 and words.endswith("\n")


@pytest.mark.parametrize(
    "words",
    [
        ("inbox", "show", 2**63),
        ("inbox", "show", 10**40),
        ("inbox", "retry", 1, 2**64),
        ("inbox", "list", "--limit", 0),
        ("signals", "show", NO_TEXT),
        ("explain", NO_TEXT),
        ("explain", "'; DROP TABLE signals; --"),
        ("signals", "list", "--session", "=cmd"),
        ("signals", "bars", "--until", "2025-13-01"),
        ("token", "new", "x", "--symbol", NO_TEXT),
        ("token", "new", "x", "--symbol", "A\nB"),
        ("token", "new", "x", "--symbol", "A B"),
        ("token", "new", "x", "--overlap", 10**20),
        ("token", "new", "x", "--overlap", -1),
        ("token", "new", "x~old"),
        ("token", "new", "=cmd"),
        ("listen", "--port", 65_536),
        ("demo", "--headless", "--seconds", 0),
        ("screenshots", "--out", "pictures", "--size", "000x000"),
        ("screenshots", "--out", "pictures", "--theme", "pink"),
        ("screenshots", "--out", "pictures", "--workspace", "=cmd"),
        ("rebuild", "now"),
        ("import", "alerts"),
        ("backup",),
    ],
    ids=lambda words: ascii(" ".join(str(word) for word in words))[:44],
)
def test_that_hostile_words_are_a_wrong_input(
    full: Asking, words: tuple[object, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    said = full(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err
    assert not (tmp_path / "pictures").exists()
    assert full("token", "list", "--json").json == []


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (log_row("x", 0, ticker="MNQ1!"), "line 3: Ticker"),
        (log_row("x", 0, ticker="MN\x1bQ1!, 1m"), "line 3: Ticker"),
        (("1", "MNQ1!, 1m", "", "x", "yesterday"), "line 3: Time"),
        (("1", "MNQ1!, 1m", "", "x", "2025-12-09T14:00:00"), "line 3: Time"),
        (("1", "MNQ1!, 1m", "", "x", "1025-12-09T14:00:00Z"), "line 3: Time"),
    ],
)
def test_that_a_wrong_row_is_named_and_no_file_is_imported_by_halves(
    empty: Asking, log: Path, tmp_path: Path, row: tuple[str, str, str, str, str], named: str
) -> None:
    wrong = write_log(tmp_path / "wrong.csv", [row, log_row("later", 1)])
    said = empty("import", "alerts", log, wrong, "--json")
    assert (said.code, said.out) == (2, "")
    assert one_line(said.err)
    assert f"wrong.csv: {named}" in said.err
    assert empty("inbox", "list", "--json").json == []


def test_that_a_folder_is_no_log(empty: Asking, tmp_path: Path) -> None:
    said = empty("import", "alerts", tmp_path, "--json")
    assert (said.code, said.out) == (2, "")
    assert one_line(said.err)


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_that_a_backup_never_takes_the_place_of_the_database(full: Asking, suffix: str) -> None:
    file = full.home / "secondskies.db"
    stood = bodies_of(sqlite_url(file))
    before = file.read_bytes()
    said = full("backup", "--out", f"{file}{suffix}", "--json")
    assert (said.code, said.out) == (3, "")
    assert one_line(said.err)
    assert file.read_bytes() == before
    assert bodies_of(sqlite_url(file)) == stood


@pytest.mark.skipif(os.name != "posix", reason="not everybody may make a link there")
def test_that_a_backup_takes_the_place_of_the_database_under_no_other_name(
    full: Asking, tmp_path: Path
) -> None:
    file = full.home / "secondskies.db"
    (tmp_path / "link.db").symlink_to(file)
    os.link(file, tmp_path / "twin.db")
    for name in ("link.db", "twin.db"):
        assert full("backup", "--out", tmp_path / name).code == 3
    assert file.samefile(tmp_path / "twin.db")


@pytest.mark.parametrize(
    "command",
    [
        ("signals", "list"),
        ("inbox", "list"),
        ("rebuild",),
        ("rebuild", "--verify"),
        ("token", "new", "x"),
        ("backup", "--out", "copy.db"),
        ("listen", "--port", "0"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:geheim@127.0.0.1/desk",
        "sqlite://",
        "sqlite:///nowhere/desk.db",
        "no database",
        "postgresql://me:geheim@127.0.0.1:1/desk",
    ],
)
def test_that_a_database_that_cannot_be_is_told_in_one_line_without_its_password(
    ask: Asking, url: str, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    said = ask("--database", url, *command)
    assert (said.code, said.out) == (3, "")
    assert one_line(said.err)
    assert PASSWORD not in said.err
    assert not list(tmp_path.rglob("*.db"))


@pytest.mark.parametrize("command", [("signals", "list"), ("listen", "--port", "0"), ("rebuild",)])
def test_that_a_database_of_a_newer_program_is_left_as_it_is(full: Asking, command: tuple[str, ...]) -> None:
    url = sqlite_url(full.home / "secondskies.db")
    with writing(url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    said = full(*command)
    assert (said.code, said.out) == (3, "")
    assert one_line(said.err)
    assert "9999" in said.err
    assert bodies_of(url)


def test_that_a_database_that_another_program_holds_is_called_locked(full: Asking) -> None:
    with locked(sqlite_url(full.home / "secondskies.db")):
        said = full("token", "new", "x", "--json")
    assert (said.code, said.out) == (3, "")
    assert one_line(said.err)
    assert "locked" in said.err


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ("[listener]\nport = 99999\n", "port"),
        ("[listener]\nprot = 1\n", "prot"),
        ("[listener\n", "settings.toml"),
        ('[tunnel]\nkind = "smoke"\n', "kind"),
    ],
)
def test_that_wrong_settings_are_named_by_file_and_field(empty: Asking, settings: str, named: str) -> None:
    (empty.home / "settings.toml").write_text(settings)
    said = empty("listen", "--port", 0)
    assert (said.code, said.out) == (2, "")
    assert one_line(said.err)
    assert named in said.err


def test_that_a_port_that_is_taken_is_told_in_one_line(empty: Asking) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        said = empty("listen", "--port", taken.getsockname()[1])
    assert (said.code, said.out) == (3, "")
    assert one_line(said.err)


def test_that_a_profile_folder_that_is_a_file_is_told_in_one_line(ask: Asking, log: Path) -> None:
    said = ask.bare("--home", log, "inbox", "list")
    assert (said.code, said.out) == (3, "")
    assert one_line(said.err)


def test_that_only_what_needs_the_engine_is_refused_while_one_runs(
    full: Asking, log: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    write_log(log, [log_row('{"event_type":"SECONDSKIES_TEST"}', 77)])
    engine = Engine(open_profile(full.home), Settings(), command="a test of the command line")
    engine.start(port=0)
    try:
        assert full("import", "alerts", log, "--json").json["stored"] == 1
        for command in (
            ("signals", "list"),
            ("inbox", "list"),
            ("token", "new", "second"),
            ("rebuild", "--verify"),
            ("backup", "--out", str(copy)),
            ("doctor",),
        ):
            assert full(*command).code == 0, command
        refused = (("rebuild",), ("inbox", "retry"), ("restore", str(copy)), ("listen", "--port", "0"))
        for words in refused:
            said = full(*words, "--json")
            assert (said.code, said.out) == (3, "")
            assert one_line(said.err)
            assert "a test of the command line" in said.err
    finally:
        engine.stop()
    assert full("rebuild", "--json").json["identical"] is True


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_that_a_window_without_a_display_is_refused_in_one_line(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for words in ((), ("desktop",), ("desktop", "--demo")):
        said = ask(*words)
        assert (said.code, said.out) == (3, "")
        assert one_line(said.err)
    assert not ask.home.exists()
