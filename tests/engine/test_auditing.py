"""What is done stands in the audit trail, and the trail is held against what was noted outside the database."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from sqlalchemy import text

from secondskies_desktop.engine import auditing, backups, rebuilding, tokens
from secondskies_desktop.engine.desk import Desk
from secondskies_desktop.engine.importing import import_alert_logs
from secondskies_desktop.engine.recovery import recover
from secondskies_desktop.engine.retrying import retry_dead_letters
from secondskies_desktop.foundation import anchors, store
from secondskies_desktop.foundation.audit import GENESIS, Action, AuditRow, hash_of
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.database.backup import rolling_backup
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.foundation.settings import change_setting, read_settings
from tests.databases import eventually, reading, writing
from tests.ingest.alert_logs import log_row, write_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile

BODIES = Path(__file__).parents[1] / "signals" / "bodies"
SAMPLES = Path(__file__).parents[1] / "data"


@pytest.fixture
def on(database: URL, profile_on: Callable[[URL], Profile]) -> Profile:
    """A profile on each kind of database."""
    return profile_on(database)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """An alert log with a dead letter."""
    bodies = [(BODIES / name).read_text() for name in ("telemetry_entry.json", "telemetry_mfe.json")]
    rows = [log_row(body, second) for second, body in enumerate([*bodies, "not an alert"])]
    return write_log(tmp_path / "log.csv", rows)


def acts(profile: Profile) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Return the trail, oldest first."""
    rows = auditing.newest(profile, 1_000)
    return [(row["actor"], row["action"], row["subject"], row["detail"]) for row in reversed(rows)]


def test_that_what_changes_something_is_recorded_and_nothing_secret_is(
    on: Profile, log: Path, tmp_path: Path
) -> None:
    import_alert_logs(on, [log])
    import_alert_logs(on, [log])
    retry_dead_letters(on)
    secrets = [tokens.new_token(on, "es", "ES1! 5m", 60)["secret"] for _ in range(2)]
    tokens.revoke_token(on, "es", 0)
    rebuilding.rebuild(on)
    rebuilding.verify(on)
    made = backups.back_up(on, tmp_path / "copy.db")
    found = acts(on)
    assert [(actor, action, subject) for actor, action, subject, _ in found] == [
        ("trader", "import", "log.csv"),
        ("trader", "retry", "inbox:3"),
        ("trader", "token new", "es"),
        ("trader", "token new", "es"),
        ("trader", "token revoke", "es"),
        ("trader", "rebuild", "projection"),
        ("trader", "backup", "copy.db"),
    ]
    details = [detail for *_, detail in found]
    assert (details[0]["stored"], details[0]["dead_letters"], details[0]["ids"]) == (3, 1, [1, 3])
    assert details[1] == {"ids": [3], "retried": 1, "recovered": 0}
    assert [details[2]["replaced"], details[3]["replaced"]] == [False, True]
    assert details[5]["identical"] is True
    assert details[6] == {"rows": 3, "sha256": made.sha256}
    assert not any(secret in str(found) for secret in secrets)
    assert auditing.verify(on) == auditing.Verdict(7, True, None, None, 1, 0)


def test_that_the_engine_records_its_own_acts_and_the_desk_those_of_the_trader(engine: Engine) -> None:
    profile = engine.profile
    eventually(lambda: "backup" in [action for _, action, *_ in acts(profile)])
    desk = Desk(profile, Bus(), engine)
    try:
        desk.mark_module("L1/H1.2", complete=True)
        settings = change_setting(profile.settings_file, "attention", "silence_minutes", 7)
        desk.follow(settings)
        desk.follow(settings)
    finally:
        desk.close()
    found = acts(profile)
    assert ("program", "token new", "default", {"stream": "MNQ1! 1m"}) in found
    assert [one[:2] for one in found].count(("program", "backup")) == 1
    assert found[-2:] == [
        ("trader", "mark", "L1/H1.2", {"complete": True}),
        ("trader", "setting", "attention.silence_minutes", {"before": 15, "now": 7}),
    ]
    assert auditing.verify(profile).ok
    assert [one.rows for one in anchors.read(profile.backups)] == [1]


def test_that_a_window_that_only_looks_on_records_too(on: Profile) -> None:
    desk = Desk(on, Bus())
    try:
        desk.mark_module("L1/H1.2", complete=False)
        desk.follow(change_setting(on.settings_file, "tunnel", "base_url", "https://me:canary@x.example"))
    finally:
        desk.close()
    assert acts(on)[0] == ("trader", "mark", "L1/H1.2", {"complete": False})
    assert acts(on)[1][2] == "tunnel.base_url"
    assert "canary" not in str(acts(on))


def test_that_a_change_that_could_not_be_recorded_is_recorded_with_the_next(profile: Profile) -> None:
    witness = auditing.SettingsWitness(profile)
    change_setting(profile.settings_file, "attention", "silence_minutes", 7)
    witness.note()
    ensure_schema(profile.database)
    profile.settings_file.write_text("[attention\n")
    witness.note()
    profile.settings_file.write_text("[attention]\nsilence_minutes = 8\n")
    witness.note()
    assert acts(profile) == [("trader", "setting", "attention.silence_minutes", {"before": 15, "now": 8})]


@pytest.mark.parametrize("sample", ["schema_0001.db", "schema_0002.db"])
def test_that_an_older_database_begins_with_an_empty_trail(tmp_path: Path, sample: str) -> None:
    profile = open_profile(tmp_path / "home")
    shutil.copy(SAMPLES / sample, profile.home / "secondskies.db")
    ensure_schema(profile.database, profile.backups)
    assert auditing.verify(profile) == auditing.Verdict(0, True, None, None, 0, 0)


def marked(profile: Profile, *subjects: str) -> None:
    """Write acts into the trail."""
    for subject in subjects:
        auditing.record(profile, Action.MARK, subject, {})


def test_that_a_cut_tail_is_named_also_when_the_copies_are_gone(on: Profile, tmp_path: Path) -> None:
    marked(on, "a", "b", "c")
    backups.back_up(on, tmp_path / "elsewhere.db")
    with writing(on.database) as connection:
        connection.execute(text("DELETE FROM audit_trail WHERE id > 1"))
    found = auditing.verify(on)
    assert (found.rows, found.ok, found.first_bad) == (1, False, 2)
    assert found.reason == "cut off behind row 1: there were 3 when elsewhere.db was made"


def test_that_the_kept_copies_know_the_trail_where_the_anchors_are_gone(profile: Profile) -> None:
    ensure_schema(profile.database)
    marked(profile, "a", "b", "c")
    rolling_backup(profile.database, profile.backups)
    (profile.backups / anchors.FILE).unlink()
    with writing(profile.database) as connection:
        connection.execute(text("DELETE FROM audit_trail"))
    assert auditing.verify(profile).first_bad == 1


def test_that_a_new_chain_is_named_at_its_row_where_the_copy_is_kept(profile: Profile) -> None:
    ensure_schema(profile.database)
    marked(profile, *"abcdef")
    copy = rolling_backup(profile.database, profile.backups).file
    with writing(profile.database) as connection:
        rows = [*store.audit_rows(connection)]
        connection.execute(text("DELETE FROM audit_trail"))
        previous = GENESIS
        for row in rows:
            values = (*row[:4], "x" if row.id == 4 else row.subject, row.detail, previous)
            forged = AuditRow(*values, hash_of(*values))
            previous = forged.hash
            named = ", ".join(f":{name}" for name in AuditRow._fields)
            connection.execute(text(f"INSERT INTO audit_trail VALUES ({named})"), forged._asdict())
    assert auditing.verify(profile).first_bad == 4
    copy.unlink()
    found = auditing.verify(profile)
    assert (found.ok, found.first_bad) == (False, 1)
    assert found.reason == f"something in rows 1 to 6 is not what it was when {copy.name} was made"


def test_that_anchors_that_cannot_be_read_are_no_good_answer(profile: Profile) -> None:
    ensure_schema(profile.database)
    marked(profile, "a")
    profile.backups.mkdir()
    (profile.backups / anchors.FILE).write_text("?\n")
    found = auditing.verify(profile)
    assert (found.ok, found.first_bad) == (False, None)
    assert "line 1" in str(found.reason)


def test_that_another_database_of_the_profile_has_anchors_of_its_own(profile: Profile) -> None:
    other = open_profile(profile.home, f"sqlite:///{profile.home / 'other.db'}")
    for one in (profile, other):
        ensure_schema(one.database)
    marked(profile, "a", "b")
    marked(other, "c")
    rolling_backup(profile.database, profile.backups, now=1.0)
    rolling_backup(other.database, other.backups, now=2.0)
    assert [auditing.verify(one).ok for one in (profile, other)] == [True, True]
    assert auditing.verify(other).anchors == 1


def test_that_a_restore_stands_in_the_trail_and_anchors_what_it_brought(
    profile: Profile, tmp_path: Path
) -> None:
    ensure_schema(profile.database)
    marked(profile, "a")
    copy = backups.back_up(profile, tmp_path / "copy.db").file
    marked(profile, "b", "c", "d")
    rolling_backup(profile.database, profile.backups)
    backups.restore(profile, copy)
    assert [action for _, action, *_ in acts(profile)] == ["mark", "restore"]
    found = auditing.verify(profile)
    assert (found.ok, found.restores, found.anchors) == (True, 1, 2)
    with writing(profile.database) as connection:
        connection.execute(text("DELETE FROM audit_trail WHERE id = 2"))
    assert auditing.verify(profile).first_bad == 2


@pytest.mark.parametrize("with_backup", [True, False])
def test_that_a_recovery_stands_in_the_trail(profile: Profile, with_backup: bool) -> None:
    ensure_schema(profile.database)
    marked(profile, "a", "b")
    copy = rolling_backup(profile.database, profile.backups).file
    aside = recover(profile, copy if with_backup else None)
    found = acts(profile)[-1]
    assert found == (
        "trader",
        "restore",
        copy.name if with_backup else "nothing",
        {"damaged_file": aside.name},
    )
    assert auditing.verify(profile).ok


def test_that_a_setting_set_without_a_database_makes_none(profile: Profile) -> None:
    before = read_settings(profile.settings_file)
    now = msgspec.structs.replace(
        before, attention=msgspec.structs.replace(before.attention, silence_minutes=3)
    )
    auditing.record_change(profile, before, now)
    assert not Path(profile.database.database or "").exists()
    ensure_schema(profile.database)
    auditing.record_change(profile, before, now)
    with reading(profile.database) as connection:
        assert store.audit_head(connection)[0] == 1
