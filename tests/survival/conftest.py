"""What the tests of survival stand on: a disk that fails when it is told to."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.survival.faulty_disk import FaultyDisk

_SOURCE = Path(__file__).parent / "shim" / "faulty_disk.c"


@pytest.fixture(scope="session")
def faulty_disk_shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that stands between a program and its files."""
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("a faulty disk needs Linux and a C compiler")
    made = tmp_path_factory.mktemp("shim") / "faulty_disk.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", made, _SOURCE, "-ldl"], check=True
    )
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A profile folder that is not there yet."""
    return tmp_path / "home"


@pytest.fixture
def faulty_disk(faulty_disk_shim: Path, home: Path) -> FaultyDisk:
    """A disk under the profile folder, sound until it is told to fail."""
    return FaultyDisk(faulty_disk_shim, home)
