"""The binding keeps its references: PySide6 6.12.0 on Python 3.11 drops them until it aborts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

DRIFT = Path(__file__).with_name("refcount_drift.py")
# 6.12.0 loses two a turn, 2,000 in all; a healthy binding moves by a handful, or gains.
TOLERANCE = 100


def test_that_qt_calls_keep_the_references_to_none_and_true() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    run = subprocess.run(
        [sys.executable, DRIFT],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    drift = json.loads(run.stdout)
    assert set(drift) == {"None", "True"}
    assert min(drift.values()) > -TOLERANCE, drift
