"""Types are looked at while modules are loaded: done by two threads at once, it ends the process."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "secondskies_desktop"
AT_ONCE = """
import sys, threading
from secondskies_desktop.foundation import market_hours, roadmap
sys.setswitchinterval(1e-6)
together = threading.Barrier(6)
def begin(work):
    together.wait()
    work()
works = [roadmap.levels, market_hours._hours] * 3
threads = [threading.Thread(target=begin, args=[work]) for work in works]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


@pytest.mark.timeout(60)
def test_that_threads_may_decode_for_the_first_time_together() -> None:
    for _ in range(8):
        subprocess.run([sys.executable, "-c", AT_ONCE], check=True, cwd=SOURCE.parent)


def test_that_no_type_is_looked_at_where_it_is_decoded() -> None:
    found = [
        f"{file.relative_to(SOURCE)}:{call.lineno}"
        for file in SOURCE.rglob("*.py")
        if file.name != "decoding.py"
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "decode"
        and any(keyword.arg == "type" for keyword in call.keywords)
    ]
    assert found == []
