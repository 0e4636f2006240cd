"""The import contracts bite: each is shown a violation in a copy of the package, and breaks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PACKAGE = "secondskies_desktop"
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"

VIOLATIONS = [
    ("layers", "foundation/planted.py", "import secondskies_desktop.signals"),
    ("layers", "engine/planted.py", "import secondskies_desktop.desktop"),
    ("layers", "newroom/__init__.py", ""),
    ("qt", "engine/planted.py", "from PySide6.QtCore import QObject"),
    ("qt", "cli/planted.py", "import pyqtgraph"),
    ("aiohttp", "ingest/planted.py", "from aiohttp import web"),
    ("aiohttp", "foundation/listener.py", "import aiohttp"),
    ("sql", "ingest/service.py", "from sqlalchemy import select"),
    ("sql", "cli/planted.py", "import alembic"),
    ("numba", "signals/kernel.py", "import numba"),
    (
        "panels",
        "desktop/panels/second/planted.py",
        "import secondskies_desktop.desktop.panels.first",
    ),
    ("pure", "signals/walk.py", "import structlog"),
    ("pure", "market/bars.py", "import secondskies_desktop.foundation.planted"),
    ("pure", "signals/walk.py", "from secondskies_desktop import __version__"),
    ("pure", "trades/formats/planted.py", "import structlog"),
    ("layers", "trades/planted.py", "import secondskies_desktop.engine"),
    ("kernels", "market/kernel.py", "import msgspec"),
    (
        "migrations",
        "foundation/database/migrations/versions/planted.py",
        "import secondskies_desktop.foundation.planted",
    ),
]
LAWFUL = [
    ("layers", "signals/planted.py", "import secondskies_desktop.foundation"),
    ("qt", "desktop/panels/first/planted.py", "from PySide6.QtCore import QObject"),
    ("aiohttp", "demo/client.py", "import aiohttp"),
    ("sql", "ingest/store.py", "from sqlalchemy import select"),
    ("sql", "foundation/database/planted.py", "import alembic"),
    ("numba", "signals/compiled.py", "import numba"),
    ("pure", "signals/walk.py", "import enum, msgspec, numpy"),
    ("kernels", "market/kernel.py", "import math, numpy"),
    ("migrations", "foundation/database/migrations/versions/planted.py", "import sqlalchemy"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package with its contracts, and with what the violations point at."""
    ignore = shutil.ignore_patterns("__pycache__")
    for folder in (PACKAGE, "tools"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=ignore)
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    plant(tmp_path, "foundation/planted.py", "")
    plant(tmp_path, "desktop/panels/first/__init__.py", "")
    return tmp_path


def plant(copy: Path, file: str, code: str) -> None:
    """Append `code` to a file of the copy, and make the packages on the way to it."""
    path = copy / PACKAGE / file
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in path.parents:
        if folder == copy:
            break
        (folder / "__init__.py").touch()
    with path.open("a") as stream:
        stream.write(f"\n{code}\n")


def broken_by(copy: Path, contract: str) -> str:
    """What import-linter says of the copy where it breaks the contract; empty where it keeps it."""
    command = [
        sys.executable,
        "-c",
        LINT_IMPORTS,
        "--no-cache",
        "--no-logo",
        "--contract",
        contract,
    ]
    run = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, timeout=60)
    _, broken, report = run.stdout.partition("Contracts: 0 kept, 1 broken.")
    assert broken or "Contracts: 1 kept, 0 broken." in run.stdout, run.stdout + run.stderr
    assert run.returncode == (1 if broken else 0)
    return report


@pytest.mark.parametrize(("contract", "file", "code"), VIOLATIONS)
def test_that_a_planted_violation_breaks_its_contract(
    copy: Path, contract: str, file: str, code: str
) -> None:
    plant(copy, file, code)
    module = file.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
    assert f"{PACKAGE}.{module}" in broken_by(copy, contract)


@pytest.mark.parametrize(("contract", "file", "code"), LAWFUL)
def test_that_a_lawful_import_keeps_its_contract(copy: Path, contract: str, file: str, code: str) -> None:
    plant(copy, file, code)
    assert broken_by(copy, contract) == ""


def test_that_no_module_hides_from_the_contracts() -> None:
    """import-linter sees only folders with an `__init__.py`, and the wheel holds no others."""
    folders = {path.parent for path in (CHECKOUT / PACKAGE).rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_that_every_file_stays_under_four_hundred_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in (CHECKOUT / PACKAGE).rglob("*.py")}
    assert {str(path): lines for path, lines in lengths.items() if lines > 400} == {}
