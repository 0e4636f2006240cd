"""Killed under load, again and again: what was acknowledged is there, once, and the projection is the inbox's."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.programs import ROOT, Listen, surroundings
from tests.survival.load import Load, alerts, assert_all_there_once, assert_whole, database_of

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = [10, pytest.param(200, marks=[pytest.mark.torture, pytest.mark.timeout(3_600)])]


def verdict_of_rebuild(home: Path) -> dict[str, object]:
    """Return what `rebuild --verify` says; after a hundred thousand alerts it takes minutes."""
    command = [
        sys.executable,
        "-m",
        "secondskies_desktop",
        "--home",
        str(home),
        "rebuild",
        "--verify",
        "--json",
    ]
    done = subprocess.run(command, cwd=ROOT, env=surroundings(), stdout=subprocess.PIPE, check=True)
    verdict: dict[str, object] = json.loads(done.stdout)
    return verdict


@pytest.mark.parametrize("rounds", ROUNDS)
def test_that_no_kill_under_load_loses_what_was_acknowledged(home: Path, rounds: int) -> None:
    chance = random.Random(rounds)
    bodies = alerts()
    acknowledged: list[bytes] = []
    for _ in range(rounds):
        with Listen(home) as listening, Load(listening.url, bodies) as load:
            time.sleep(chance.uniform(0.3, 0.6))
            listening.kill()
        assert load.stored
        acknowledged += load.stored
    assert "\nTraceback" not in listening.errors.read_text()
    assert_all_there_once(database_of(home), acknowledged)
    assert_whole(database_of(home))
    assert verdict_of_rebuild(home)["identical"] is True
    assert_all_there_once(database_of(home), acknowledged)
