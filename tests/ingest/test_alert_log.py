"""Alert logs: read whole or not at all, oldest first; the same file again brings nothing."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.engine.importing import import_alert_logs
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.ingest import alert_log, store
from secondskies_desktop.ingest.alert_log import (
    COLUMNS,
    UnreadableLog,
    count_lines,
    read_alert_log,
    stream_name,
    stream_of_ticker,
)
from tests.databases import bodies_of, inbox_of, locked, reading
from tests.ingest.alert_logs import TICKER, log_row, write_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile

BODIES = Path(__file__).parents[1] / "signals" / "bodies"
HEAD = ",".join(COLUMNS)
GOOD = f'2839,"{TICKER}",name,body,2025-12-09T14:00:00Z'
TEST = '{"event_type":"SECONDSKIES_TEST","nonce":"%d"}'


@pytest.fixture
def on_database(database: URL, profile_on: Callable[[URL], Profile]) -> Profile:
    """A profile on each kind of database."""
    profile = profile_on(database)
    ensure_schema(database)
    return profile


def test_that_rows_are_read_oldest_first_and_as_they_are(tmp_path: Path) -> None:
    bodies = ['{"a":1}', 'quotes "", commas, and\nlines', "", "naïve 🚀", "a,b"]
    file = write_log(tmp_path / "log.csv", [log_row(body, place) for place, body in enumerate(bodies)])
    arrivals = read_alert_log(file)
    assert [one.body.decode() for one in arrivals] == bodies
    times = [one.received_us for one in arrivals]
    assert times == list(range(1_765_288_800_000_000, 1_765_288_805_000_000, 1_000_000))
    assert {(one.source, one.stream) for one in arrivals} == {("log:log.csv", "MNQ1! 1m")}
    assert [one.sha256 for one in arrivals] == [hashlib.sha256(body.encode()).digest() for body in bodies]


def test_that_rows_of_one_second_keep_their_order(tmp_path: Path) -> None:
    file = write_log(tmp_path / "log.csv", [log_row(str(place), place // 3) for place in range(9)])
    assert [one.body for one in read_alert_log(file)] == [b"%d" % place for place in range(9)]


def test_that_an_arrival_of_a_log_is_its_alert_time_and_body(tmp_path: Path) -> None:
    rows = [log_row("a", 0), log_row("a", 0), log_row("a", 1), log_row("a", 0, "1"), log_row("b", 0)]
    arrivals = read_alert_log(write_log(tmp_path / "log.csv", rows))
    assert len({one.log_key for one in arrivals}) == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "bad.csv: line 1: no column 'Alert ID'"),
        ("Alert ID,Ticker,Name,Time\n", "bad.csv: line 1: no column 'Description'"),
        (
            f"{HEAD}\n{GOOD}\n2839,MNQ1!,n,b,2025-12-09T14:00:00Z\n",
            "bad.csv: line 3: Ticker: not a chart: 'MNQ1!'",
        ),
        (f'{HEAD}\n2839,"a b c, 1m",n,b,2025-12-09T14:00:00Z\n', "bad.csv: line 2: Ticker: not a chart"),
        (f'{HEAD}\n2839,"{TICKER}",n,b,yesterday\n', "bad.csv: line 2: Time: not a time: 'yesterday'"),
        (f'{HEAD}\n2839,"{TICKER}",n,b,2025-12-09T14:00:00\n', "bad.csv: line 2: Time: no time zone"),
        (f"{HEAD}\n{GOOD}\n2839\n", "bad.csv: line 3: the row ends before 'Time'"),
        (f'{HEAD}\n{GOOD}\n2839,"{TICKER}",n,"never closed', "bad.csv: line 3: unexpected end of data"),
        (f'{HEAD}\n{GOOD}\n2839,"{TICKER}"x,n,b,t\n', "bad.csv: line 3: "),
        (
            f'{HEAD}\n2839,"{TICKER}",n,{"x" * 300_000},2025-12-09T14:00:00Z\n',
            "bad.csv: line 2: field larger",
        ),
        (
            f'{HEAD}\n2839,"{TICKER}",n,b,2025-12-09T14:00:00Z,more\n',
            "bad.csv: line 2: the row goes on behind 'Time'",
        ),
        (f'{HEAD}\n2839,"{TICKER}",n,b,9999-12-31T23:59:59-14:00\n', "bad.csv: line 2: Time"),
    ],
)
def test_that_a_bad_file_is_named_with_line_and_field(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(content)
    with pytest.raises(UnreadableLog) as raised:
        read_alert_log(file)
    assert str(raised.value).startswith(words)
    assert "\n" not in str(raised.value)


def test_that_a_file_that_is_no_text_or_no_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnreadableLog, match=r"gone\.csv: No such file"):
        read_alert_log(tmp_path / "gone.csv")
    with pytest.raises(UnreadableLog, match="not a file"):
        read_alert_log(tmp_path)
    (tmp_path / "bytes.csv").write_bytes(f"{HEAD}\n".encode() + b"\xff\xfe")
    with pytest.raises(UnreadableLog, match=r"bytes\.csv: not UTF-8 text \(byte \d+\)"):
        read_alert_log(tmp_path / "bytes.csv")
    monkeypatch.setattr(alert_log, "MAX_FILE_BYTES", 3)
    with pytest.raises(UnreadableLog, match="larger than"):
        read_alert_log(tmp_path / "bytes.csv")


@pytest.mark.skipif(sys.platform == "win32", reason="has no such files")
@pytest.mark.timeout(10)
@pytest.mark.parametrize("read", [read_alert_log, count_lines])
def test_that_a_pipe_a_device_and_a_folder_are_refused_before_they_are_read(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "endless.csv").symlink_to("/dev/zero")
    (tmp_path / "folder.csv").mkdir()
    for name in ("pipe", "endless", "folder"):
        with pytest.raises(UnreadableLog, match=f"{name}.csv: not a file"):
            read(tmp_path / f"{name}.csv")


@pytest.mark.parametrize("read", [read_alert_log, count_lines])
def test_that_a_file_beyond_all_size_is_refused_before_it_is_read(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    with (tmp_path / "huge.csv").open("wb") as handle:
        handle.truncate(alert_log.MAX_FILE_BYTES + 1)
    with pytest.raises(UnreadableLog, match="larger than 512 MB"):
        read(tmp_path / "huge.csv")


def test_that_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(f"\ufeff{HEAD}\r\n\r\n{GOOD}\r\n\r\n", encoding="utf-8")
    assert [one.body for one in read_alert_log(file)] == [b"body"]


@pytest.mark.parametrize(
    ("ticker", "stream"),
    [
        ("CME_MINI:MNQ1!, 1m", "MNQ1! 1m"),
        ("MNQ1!,1m", "MNQ1! 1m"),
        ("CME_MINI:MNQZ2025, 15S", "MNQZ2025 15S"),
        ("MNQ1!", None),
        (", 1m", None),
        ("MNQ1!, ", None),
        ("x" * 41 + ", 1m", None),
    ],
)
def test_that_a_ticker_names_its_chart(ticker: str, stream: str | None) -> None:
    assert stream_of_ticker(ticker) == stream
    assert stream_name("CME:ES1!", "5m") == "ES1! 5m"


def test_that_an_import_counts_what_it_brought_and_the_same_file_brings_nothing(
    on_database: Profile, tmp_path: Path
) -> None:
    stray = (BODIES / "strategy_entry_stray_quote.txt").read_text()
    rows = [
        log_row(TEST % 1, 0),
        log_row(TEST % 1, 0),
        log_row(TEST % 1, 5),
        log_row("no alert", 6),
        log_row("no alert", 7),
        log_row(stray, 8),
    ]
    file = write_log(tmp_path / "log.csv", rows)
    first = import_alert_logs(on_database, [file])
    assert first == {"rows": 6, "stored": 5, "duplicates": 2, "dead_letters": 2, "repaired": 1}
    again = import_alert_logs(on_database, [file])
    assert again == {"rows": 6, "stored": 0, "duplicates": 0, "dead_letters": 0, "repaired": 0}
    assert len(inbox_of(on_database.database)) == 5


def test_that_an_overlap_of_two_logs_is_stored_once(on_database: Profile, tmp_path: Path) -> None:
    rows = [log_row(TEST % place, place) for place in range(30)]
    one = write_log(tmp_path / "one.csv", rows[:20])
    two = write_log(tmp_path / "two.csv", rows[10:])
    found = import_alert_logs(on_database, [two, one])
    assert (found["rows"], found["stored"]) == (40, 30)
    assert sorted(bodies_of(on_database.database)) == sorted((TEST % place).encode() for place in range(30))


def test_that_nothing_of_several_files_is_stored_where_one_is_bad(
    on_database: Profile, tmp_path: Path
) -> None:
    good = write_log(tmp_path / "good.csv", [log_row("a", 0)])
    bad = tmp_path / "bad.csv"
    bad.write_text(f"{HEAD}\n{GOOD}\nhalf a row\n")
    with pytest.raises(UnreadableLog, match=r"bad\.csv: line 3"):
        import_alert_logs(on_database, [good, bad])
    assert inbox_of(on_database.database) == []


def test_that_an_import_can_be_ended_and_taken_up_again(
    on_database: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secondskies_desktop.engine.importing._CHUNK", 10)
    file = write_log(tmp_path / "log.csv", [log_row(TEST % place, place) for place in range(35)])
    heard: list[int] = []

    def stop_at_twenty(done: int) -> bool:
        heard.append(done)
        return done < 20

    assert import_alert_logs(on_database, [file], stop_at_twenty)["stored"] == 20
    assert heard == [10, 20]
    with reading(on_database.database) as connection:
        assert store.position(connection) == 20
    assert import_alert_logs(on_database, [file])["stored"] == 15
    assert bodies_of(on_database.database) == [(TEST % place).encode() for place in range(35)]


def test_that_an_import_waits_for_a_lock(on_database: Profile, tmp_path: Path) -> None:
    file = write_log(tmp_path / "log.csv", [log_row(TEST % 1, 0)])
    with locked(on_database.database):
        assert inbox_of(on_database.database) == []
    assert import_alert_logs(on_database, [file])["stored"] == 1
