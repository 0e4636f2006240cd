"""`secondskies audit`: the fixed answer, the exit code, and the row that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from secondskies_desktop.foundation.database.engine import sqlite_url
from tests.databases import writing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.asking import Asking


def test_that_a_profile_without_acts_is_proved_and_empty(empty: Asking) -> None:
    said = empty("audit", "verify", "--json")
    assert said.code == 0
    assert said.json == {
        "rows": 0, "ok": True, "first_bad": None, "reason": None, "anchors": 0, "restores": 0,
    }  # fmt: skip
    assert empty("audit", "list", "--json").json == []


def test_that_commands_leave_their_acts_newest_first(ask: Asking, log: Path, tmp_path: Path) -> None:
    ask("import", "alerts", log)
    secret = ask("token", "new", "second", "--json").json["secret"]
    assert ask("settings", "set", "attention.silence_minutes", 9).code == 0
    ask("backup", "--out", tmp_path / "copy.db")
    rows = ask("audit", "list", "--json").json
    assert [(row["id"], row["action"], row["subject"]) for row in rows] == [
        (4, "backup", "copy.db"),
        (3, "setting", "attention.silence_minutes"),
        (2, "token new", "second"),
        (1, "import", "log.csv"),
    ]
    assert rows[1]["detail"] == {"before": 15, "now": 9}
    assert set(rows[0]) == {"id", "at", "actor", "action", "subject", "detail", "hash"}
    assert len(ask("audit", "list", "--limit", 2, "--json").json) == 2
    for said in (ask("audit", "list"), ask("audit", "list", "--json")):
        assert secret not in said.out
    assert ask("audit", "verify", "--json").json["anchors"] == 1


@pytest.mark.parametrize(
    ("harm", "first_bad"),
    [("UPDATE audit_trail SET subject = 'x' WHERE id = 2", 2), ("DELETE FROM audit_trail WHERE id > 1", 2)],
)
def test_that_a_trail_that_was_changed_ends_with_one_and_names_the_row(
    empty: Asking, tmp_path: Path, harm: str, first_bad: int
) -> None:
    for name in ("a", "b", "c"):
        empty("token", "new", name)
    empty("backup", "--out", tmp_path / "copy.db")
    with writing(sqlite_url(empty.home / "secondskies.db")) as connection:
        connection.execute(text(harm))
    said = empty("audit", "verify", "--json")
    assert said.code == 1
    assert (said.json["ok"], said.json["first_bad"]) == (False, first_bad)
    assert empty("audit", "verify").code == 1


def test_that_a_copy_from_elsewhere_is_held_against_the_trail(empty: Asking, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    for name in ("a", "b", "c"):
        empty("token", "new", name)
    empty("backup", "--out", copy)
    (empty.home / "backups" / "audit-anchors.jsonl").unlink()
    with writing(sqlite_url(empty.home / "secondskies.db")) as connection:
        connection.execute(text("DELETE FROM audit_trail WHERE id > 2"))
    assert empty("audit", "verify").code == 0
    said = empty("audit", "verify", "--copy", copy, "--json")
    assert (said.code, said.json["first_bad"]) == (1, 3)
    (tmp_path / "no.db").write_bytes(b"no database")
    assert empty("audit", "verify", "--copy", tmp_path / "no.db").code == 3
    assert empty("audit", "verify", "--copy", tmp_path / "nowhere.db").code == 2


def test_that_a_restored_profile_is_proved(full: Asking, tmp_path: Path) -> None:
    full("backup", "--out", tmp_path / "copy.db")
    (full.home / "secondskies.db").rename(tmp_path / "old.db")
    assert full("audit", "verify", "--json").code == 1
    (full.home / "secondskies.db").unlink()
    assert full("restore", tmp_path / "copy.db").code == 0
    assert full("audit", "verify", "--json").json["ok"] is True
    assert full("audit", "list", "--json").json[0]["action"] == "restore"


def test_that_a_copy_that_is_none_does_not_sound_like_a_damaged_database(ask: Asking) -> None:
    assert ask("inbox", "list").code == 0
    file = ask.home / "letter.txt"
    file.write_text("dear diary " * 1_000)
    answer = ask("audit", "verify", "--copy", str(file))
    assert answer.code == 3
    assert "letter.txt cannot be read as a backup" in answer.err
    assert "the database is damaged" not in answer.err
