"""The access log: a line a request, in batches, bounded, and never an alert for the sake of a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from secondskies_desktop.ingest import access_log
from secondskies_desktop.ingest.access_log import AccessLog

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 /hook/\* 200 7 B 1\.50 ms")


def test_that_lines_are_written_when_told_to_and_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    log = AccessLog(file)
    log.note("/hook/*", 200, 7, 0.0015)
    assert not file.exists()
    log.flush()
    log.flush()
    log.note("/healthz", 200, 0, 0.001)
    log.close()
    first, second = file.read_text().splitlines()
    assert LINE.fullmatch(first)
    assert "/healthz 200 0 B 1.00 ms" in second


def test_that_what_is_too_much_is_dropped_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_log, "_MAX_WAITING", 3)
    log = AccessLog(tmp_path / "access.log")
    for _ in range(10):
        log.note("*", 404, 0, 0.0)
    log.close()
    lines = (tmp_path / "access.log").read_text().splitlines()
    assert len(lines) == 4
    assert lines[-1].endswith("7 lines dropped")


def test_that_files_are_rotated_and_bounded_in_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "_MAX_BYTES", 1_000)
    log = AccessLog(tmp_path / "access.log")
    for _ in range(20):
        for _ in range(20):
            log.note("/hook/*", 200, 7, 0.001)
        log.flush()
    log.note("/hook/*", 200, 7, 0.001)
    log.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "access.log",
        *(f"access.log.{number}" for number in range(1, 5)),
    ]


def test_that_a_disk_that_refuses_costs_only_the_lines(tmp_path: Path) -> None:
    (tmp_path / "access.log").mkdir()
    log = AccessLog(tmp_path / "access.log")
    log.note("*", 404, 0, 0.0)
    log.flush()
    log.close()


def test_that_without_a_file_nothing_is_kept() -> None:
    log = AccessLog(None)
    log.note("*", 404, 0, 0.0)
    log.close()
    assert not log._waiting
