"""The audit trail: what was changed in it is found at its row, on both databases, by chain and by anchors."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from secondskies_desktop.foundation import anchors, store
from secondskies_desktop.foundation.anchors import FILE, UnreadableAnchors
from secondskies_desktop.foundation.audit import (
    GENESIS,
    PROGRAM,
    TRADER,
    Action,
    Anchor,
    AuditRow,
    examine,
    hash_of,
)
from secondskies_desktop.foundation.database.backup import KEPT, make_backup, rolling_backup, trail_head
from secondskies_desktop.foundation.database.engine import read_engine, sqlite_url, write_engine
from tests.clocks import START_US
from tests.databases import reading, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from secondskies_desktop.foundation.database.engine import URL, Connection

ROWS = 1_000
COLUMNS = ("at_us", "actor", "action", "subject", "detail", "previous", "hash")


def fill(url: URL, rows: int) -> None:
    """Write acts into a trail."""
    with writing(url) as connection:
        for number in range(rows):
            actor = PROGRAM if number % 3 else TRADER
            store.record(connection, START_US + number, actor, Action.MARK, f"L{number}", {"complete": True})


def made_rows(texts: list[tuple[str, str, str, str]], genesis: bytes = GENESIS) -> list[AuditRow]:
    """Return a whole trail of (actor, action, subject, detail)."""
    rows: list[AuditRow] = []
    for number, one in enumerate(texts, 1):
        previous = rows[-1].hash if rows else genesis
        values = (number, START_US + number, *one, previous)
        rows.append(AuditRow(*values, hash_of(*values)))
    return rows


def anchor_at(row: AuditRow, at_us: int = START_US, backup: str = "copy.db") -> Anchor:
    """Return an anchor of a trail whose newest row that was."""
    return Anchor(at_us, "secondskies.db", backup, row.id, row.hash.hex())


def edit(connection: Connection, row: int) -> None:
    """Change one column of a row."""
    column = COLUMNS[row % len(COLUMNS)]
    change = {
        "at_us": "at_us + 1",
        "previous": ":blob",
        "hash": ":blob",
        "detail": "'{}'",
        "actor": "actor || ' '",
    }.get(column, "'x'")
    blob = {"blob": bytes(32)} if change == ":blob" else {}
    connection.execute(text(f"UPDATE audit_trail SET {column} = {change} WHERE id = {row}"), blob)


def delete(connection: Connection, row: int) -> None:
    """Delete a row and close the hole."""
    connection.execute(text(f"DELETE FROM audit_trail WHERE id = {row}"))
    if row % 2:
        move(connection, row, -1)


def insert(connection: Connection, row: int) -> None:
    """Put a row before another: every second one is forged with a right hash."""
    move(connection, row, +1)
    before = connection.execute(text(f"SELECT hash FROM audit_trail WHERE id = {row - 1}")).scalar()
    previous = GENESIS if before is None else bytes(before)
    values = (row, START_US, TRADER, "mark", "L1", "{}", previous)
    digest = hash_of(*values) if row % 2 else bytes(32)
    connection.execute(
        text(
            "INSERT INTO audit_trail VALUES (:id, :at_us, :actor, :action, :subject, :detail, :previous, :hash)"
        ),
        AuditRow(*values, digest)._asdict(),
    )


def swap(connection: Connection, row: int) -> None:
    """Exchange the numbers of two rows."""
    for was, now in ((row, 0), (row + 1, row), (0, row + 1)):
        connection.execute(text(f"UPDATE audit_trail SET id = {now} WHERE id = {was}"))


def move(connection: Connection, behind: int, by: int) -> None:
    """Renumber the rows from one on."""
    connection.execute(text(f"UPDATE audit_trail SET id = -(id + {by}) WHERE id >= {behind}"))
    connection.execute(text("UPDATE audit_trail SET id = -id WHERE id < 0"))


def first_bad(connection: Connection, anchored: list[Anchor]) -> int | None:
    """Return what an examination names."""
    return examine(store.audit_rows(connection), anchored).first_bad


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory, made_sqlite: Path) -> Iterator[Connection]:
    """A connection to an SQLite database with a trail of a thousand rows; each test rolls back what it did."""
    file = tmp_path_factory.mktemp("trail") / "secondskies.db"
    file.write_bytes(made_sqlite.read_bytes())
    fill(sqlite_url(file), ROWS)
    engine = write_engine(sqlite_url(file))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize("step", [13, pytest.param(1, marks=(pytest.mark.trust, pytest.mark.torture))])
@pytest.mark.parametrize("harm", [edit, delete, insert, swap])
def test_that_each_of_a_thousand_rows_is_named_when_it_is_tampered_with(
    thousand: Connection, harm: Callable[[Connection, int], None], step: int
) -> None:
    with thousand.begin():
        head = [*store.audit_rows(thousand)][-1]
        assert examine([*store.audit_rows(thousand)], [anchor_at(head)]).first_bad is None
    named = {}
    for row in range(1, ROWS if harm is swap else ROWS + 1, step):
        with thousand.begin() as transaction:
            harm(thousand, row)
            named[row] = first_bad(thousand, [anchor_at(head)])
            transaction.rollback()
    assert {row: found for row, found in named.items() if found != row} == {}


@pytest.mark.parametrize("harm", [edit, delete, insert, swap])
def test_that_both_databases_name_the_same_row(
    database: URL, harm: Callable[[Connection, int], None]
) -> None:
    fill(database, 40)
    engine = write_engine(database)
    with engine.connect() as connection:
        for row in range(1, 40):
            with connection.begin() as transaction:
                assert examine(store.audit_rows(connection)).rows == 40
                harm(connection, row)
                assert first_bad(connection, []) == row
                transaction.rollback()
    engine.dispose()


@pytest.mark.parametrize("left", [0, 1, 7, 39])
def test_that_a_cut_tail_is_found_by_the_anchor_alone(database: URL, left: int) -> None:
    fill(database, 40)
    with reading(database) as connection:
        head = anchor_at([*store.audit_rows(connection)][-1])
    with writing(database) as connection:
        connection.execute(text(f"DELETE FROM audit_trail WHERE id > {left}"))
    with reading(database) as connection:
        assert examine(store.audit_rows(connection)).first_bad is None
        found = examine(store.audit_rows(connection), [head])
    assert found.first_bad == left + 1
    assert "there were 40 when copy.db was made" in (found.reason or "")


def test_that_rows_written_over_a_cut_tail_do_not_hide_it(sqlite_file_url: URL) -> None:
    fill(sqlite_file_url, 20)
    with reading(sqlite_file_url) as connection:
        rows = [*store.audit_rows(connection)]
    with writing(sqlite_file_url) as connection:
        connection.execute(text("DELETE FROM audit_trail WHERE id > 12"))
        for number in range(20):
            store.record(connection, START_US, TRADER, Action.MARK, str(number), {})
    with reading(sqlite_file_url) as connection:
        found = examine(store.audit_rows(connection), [anchor_at(rows[9]), anchor_at(rows[19])])
    assert (found.first_bad, found.anchors) == (11, 1)
    assert found.rewritten == anchor_at(rows[19])


def test_that_text_that_is_none_is_a_row_to_name(sqlite_file_url: URL) -> None:
    fill(sqlite_file_url, 5)
    for damage in ("CAST(x'ff00fe' AS TEXT)", "x'ff'", "5"):
        with writing(sqlite_file_url) as connection:
            connection.execute(text(f"UPDATE audit_trail SET subject = {damage} WHERE id = 3"))
        with reading(sqlite_file_url) as connection:
            assert first_bad(connection, []) == 3
            assert connection.execute(text("SELECT actor FROM audit_trail WHERE id = 1")).scalar() == TRADER


words = st.text("ab\0 \u00e9\u2029\U0001f600", max_size=4)
texts = st.tuples(words, words, words, words)


@given(trail=st.lists(texts, min_size=1, max_size=12), data=st.data())
def test_that_no_change_of_a_row_passes(trail: list[tuple[str, str, str, str]], data: st.DataObject) -> None:
    rows = made_rows(trail)
    assert examine(rows).first_bad is None
    place = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(AuditRow._fields))
    other: Any
    if column in ("id", "at_us"):
        other = data.draw(st.integers(-(2**63), 2**63 - 1))
    elif column in ("previous", "hash"):
        other = data.draw(st.binary(min_size=0, max_size=33))
    else:
        other = data.draw(words)
    changed = rows[place]._replace(**{column: other})
    found = examine([*rows[:place], changed, *rows[place + 1 :]])
    expected = None if changed == rows[place] else place + 1
    if column == "id" and type(other) is int and other <= place:
        expected = other
    assert found.first_bad == expected


@given(trail=st.lists(texts, min_size=2, max_size=12), data=st.data())
def test_that_no_text_can_move_from_one_column_into_the_next(
    trail: list[tuple[str, str, str, str]], data: st.DataObject
) -> None:
    rows = made_rows(trail)
    place = data.draw(st.integers(0, len(rows) - 1))
    one = rows[place]
    moved = one._replace(actor=one.actor + one.action[:1], action=one.action[1:])
    found = examine([*rows[:place], moved, *rows[place + 1 :]])
    assert found.first_bad == (place + 1 if one.action else None)


@given(trail=st.lists(texts, min_size=1, max_size=12), data=st.data())
def test_that_a_new_chain_from_any_row_on_is_found_by_every_anchor_behind_it(
    trail: list[tuple[str, str, str, str]], data: st.DataObject
) -> None:
    rows = made_rows(trail)
    place = data.draw(st.integers(0, len(rows) - 1))
    forged = [*trail]
    forged[place] = ("somebody", *trail[place][1:])
    again = made_rows(forged)
    known = data.draw(st.sets(st.sampled_from(rows)))
    found = examine(again, [anchor_at(row, START_US) for row in known])
    if again == rows or not any(row.id > place for row in known):
        assert found.first_bad is None
    else:
        assert found.first_bad == max((row.id for row in known if row.id <= place), default=0) + 1


def test_that_a_restore_lets_go_of_older_anchors_and_of_no_later_one() -> None:
    before = made_rows([("a", "mark", str(number), "{}") for number in range(9)])
    after = made_rows([("a", "mark", "1", "{}"), ("a", str(Action.RESTORE), "copy.db", "{}")])
    old, new = anchor_at(before[8], after[1].at_us - 1), anchor_at(before[8], after[1].at_us)
    assert examine(after, [old]).first_bad is None
    assert examine(after, [old]).restores == 1
    assert examine(after, [old, new]).first_bad == 3
    assert examine(before, [old]).anchors == 1


def test_that_several_writers_leave_no_hole(database: URL) -> None:
    def write() -> None:
        engine = write_engine(database, wait_ms=20_000)
        for number in range(25):
            with engine.begin() as connection:
                store.record(connection, START_US, TRADER, Action.MARK, str(number), {})
        engine.dispose()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with reading(database) as connection:
        found = examine(store.audit_rows(connection))
    assert (found.rows, found.first_bad) == (100, None)


def test_that_an_act_that_is_taken_back_leaves_nothing(database: URL) -> None:
    engine = write_engine(database)
    with engine.connect() as connection:
        with connection.begin() as transaction:
            assert store.record(connection, START_US, TRADER, Action.MARK, "L1", {}) == 1
            transaction.rollback()
        with connection.begin():
            assert store.record(connection, START_US, TRADER, Action.MARK, "L2", {}) == 1
    engine.dispose()


def test_that_secrets_and_what_no_database_keeps_stay_out(database: URL) -> None:
    canary = "-CANARY_" + "x" * 34 + "-"
    said = {
        "url": f"https://x.example/hook/{canary}",
        "nested": [{"p": "postgresql://u:canary@h/d"}],
        canary: canary,
    }
    with writing(database) as connection:
        store.record(connection, START_US, TRADER, Action.SETTING, f"a {canary} \0 \udcff", said)
        row = store.newest_audit_rows(connection, 1)[0]
    assert "CANARY" not in str(row)
    assert "canary" not in str(row)
    assert row.subject == r"a *** \x00 \udcff"
    with reading(database) as connection:
        assert first_bad(connection, []) is None


def test_that_a_detail_is_bounded_and_the_same_whatever_the_order_of_its_fields(sqlite_file_url: URL) -> None:
    with writing(sqlite_file_url) as connection:
        store.record(connection, START_US, TRADER, Action.MARK, "x" * 999, {"b": 1, "a": None})
        assert store.newest_audit_rows(connection, 1)[0].detail == '{"a":null,"b":1}'
        assert len(store.newest_audit_rows(connection, 1)[0].subject) == store.MAX_SUBJECT
        with pytest.raises(ValueError, match="longer than"):
            store.record(connection, START_US, TRADER, Action.MARK, "x", {"a": "x " * store.MAX_DETAIL})


def test_that_each_backup_is_anchored_also_when_it_was_rotated_away(database: URL, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    for day in range(KEPT + 2):
        fill(database, 1)
        made = rolling_backup(database, folder, now=86_400.0 * day)
        head = trail_head(made.file)
        assert head is not None
        assert head.id == day + 1
    found = anchors.read(folder)
    assert [one.rows for one in found] == [*range(1, KEPT + 3)]
    assert not (folder / found[0].backup).exists()
    assert {one.database for one in found} == {anchors.name_of(database, folder)}
    with reading(database) as connection:
        assert examine(store.audit_rows(connection), found).anchors == KEPT + 2


def test_that_a_copy_keeps_the_trail_and_the_copy_of_a_copy_too(database: URL, tmp_path: Path) -> None:
    fill(database, 5)
    copy = make_backup(database, tmp_path / "copy.db").file
    with reading(database) as ours, reading(sqlite_url(copy)) as theirs:
        assert [*store.audit_rows(ours)] == [*store.audit_rows(theirs)]


def test_that_a_torn_line_is_passed_over_and_a_changed_one_is_not(tmp_path: Path) -> None:
    row = made_rows([("a", "b", "c", "{}")])[0]
    anchors.note(tmp_path, anchor_at(row))
    with (tmp_path / FILE).open("ab") as handle:
        handle.write(b'{"at_us":17646000000')
    anchors.note(tmp_path, anchor_at(row, backup="second.db"))
    assert [one.backup for one in anchors.read(tmp_path)] == ["copy.db", "second.db"]
    with (tmp_path / FILE).open("ab") as handle:
        handle.write(b"not an anchor\n")
    with pytest.raises(UnreadableAnchors, match="line 4"):
        anchors.read(tmp_path)


def test_that_a_database_is_called_by_its_place_beside_the_backups(tmp_path: Path, postgres_url: URL) -> None:
    folder = tmp_path / "home" / "backups"
    assert anchors.name_of(sqlite_url(tmp_path / "home" / "a.db"), folder) == "a.db"
    assert anchors.name_of(sqlite_url(tmp_path / "b.db"), folder) == (tmp_path / "b.db").as_posix()
    secret = postgres_url.set(password="canary")  # noqa: S106 - to be cut out
    assert "canary" not in anchors.name_of(secret, folder)


def test_that_a_long_trail_is_read_in_pages(sqlite_file_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(sqlite_file_url, 10)
    for size in (1, 3, 5, 10, 11):
        monkeypatch.setattr(store, "_PAGE", size)
        engine = read_engine(sqlite_file_url)
        with engine.connect() as connection:
            assert [row.id for row in store.audit_rows(connection)] == [*range(1, 11)]
        engine.dispose()
