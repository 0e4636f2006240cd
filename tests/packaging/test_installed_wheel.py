"""The wheel alone is the program: installed away from the checkout, it finds its resources."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import secondskies_desktop

CHECKOUT = Path(__file__).parents[2]
SOURCES = ["pyproject.toml", "setup.py", "LICENSE", "secondskies_desktop", "resources"]
NOT_SHIPPED = {".py", ".pyc", ".md"}
PLANTED = "planted/deeper/planted.json"
LOOK_AROUND = """
import json
from importlib.metadata import entry_points, version
from importlib.resources import files

import secondskies_desktop


def sizes(folder, prefix):
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from sizes(entry, prefix + entry.name + "/")
        else:
            yield prefix + entry.name, len(entry.read_bytes())


scripts = entry_points(group="console_scripts", name="secondskies")
print(json.dumps({
    "package": secondskies_desktop.__file__,
    "version": version("secondskies-desktop"),
    "scripts": [script.value for script in scripts],
    "resources": dict(sizes(files("secondskies_desktop.resources"), "")),
}))
"""


def run_python(*arguments: str | Path, cwd: Path, **environment: str) -> str:
    """Run this Python somewhere else and return its stdout; its stderr is the failure's text."""
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the build reads, with one more resource; the checkout stays as it is."""
    folder = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        if (CHECKOUT / name).is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(CHECKOUT / name, folder / name, ignore=ignore)
        else:
            shutil.copy(CHECKOUT / name, folder)
    planted = folder / "resources" / PLANTED
    planted.parent.mkdir(parents=True)
    planted.write_text("{}")
    return folder


@pytest.fixture(scope="module")
def found(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a Python far from the checkout finds in the installed wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    target = folder / "installed"
    build: list[str | Path] = [
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        folder,
        sources,
    ]
    run_python(*build, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    install: list[str | Path] = [
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--target",
        target,
        wheel,
    ]
    run_python(*install, cwd=folder)
    path = os.pathsep.join([str(target), sysconfig.get_path("purelib")])
    # -S leaves out the .pth files of site-packages, and with them the editable checkout.
    answer = json.loads(run_python("-S", "-c", LOOK_AROUND, cwd=folder, PYTHONPATH=path))
    assert Path(answer["package"]).is_relative_to(target)
    doctor: list[str | Path] = [
        "-S",
        "-m",
        "secondskies_desktop",
        "--home",
        folder / "home",
        "doctor",
        "--json",
    ]
    answer["doctor"] = json.loads(run_python(*doctor, cwd=folder, PYTHONPATH=path))
    return dict(answer)


def test_that_every_resource_is_read_from_the_installed_wheel(
    sources: Path, found: dict[str, object]
) -> None:
    resources = sources / "resources"
    expected = {
        path.relative_to(resources).as_posix(): path.stat().st_size
        for path in resources.rglob("*")
        if path.is_file() and path.suffix not in NOT_SHIPPED
    }
    assert PLANTED in expected
    shipped = found["resources"]
    assert isinstance(shipped, dict)
    assert {name: size for name, size in shipped.items() if Path(name).suffix not in NOT_SHIPPED} == expected


def test_that_the_wheel_carries_the_version_and_the_command(found: dict[str, object]) -> None:
    assert found["version"] == secondskies_desktop.__version__
    assert "secondskies_desktop.__main__:main" in found["scripts"]  # type: ignore[operator] # of a JSON answer


def test_that_the_program_runs_from_the_installed_wheel(found: dict[str, object]) -> None:
    doctor = found["doctor"]
    assert isinstance(doctor, dict)
    assert {check["verdict"] for check in doctor["checks"]} <= {"PASS", "UNKNOWN"}
