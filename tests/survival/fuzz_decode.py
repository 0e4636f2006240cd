"""Run by the tests in a process of its own: lets atheris look for a body that the decoder fails on.

Arguments are atheris's own: `-atheris_runs=N FOLDER`. The end is 0 where every body is decoded or refused.
"""

from __future__ import annotations

import contextlib
import sys

import atheris

with atheris.instrument_imports(include=["secondskies_desktop.signals"]):
    from secondskies_desktop.signals.event import Undecodable
    from secondskies_desktop.signals.wire import decode

_ARRIVAL_US = 1_765_292_282_000_000


def judge(body: bytes) -> None:
    """Decode a body; any failure but a refusal is a finding."""
    with contextlib.suppress(Undecodable):
        decode(body, _ARRIVAL_US)


if __name__ == "__main__":
    atheris.Setup(sys.argv, judge)
    atheris.Fuzz()
