"""What the window remembers is data: no file of it runs code, ends the program or stops a start."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMainWindow

from secondskies_desktop.desktop.app import remembered_of
from secondskies_desktop.desktop.layouts import Layouts
from secondskies_desktop.desktop.main_window import MainWindow
from secondskies_desktop.desktop.panel_registry import first_panel
from secondskies_desktop.desktop.remembered import MAX_FILE_BYTES, Remembered

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

READ = "READ"


class Planted:
    """Writes a file as soon as somebody unpickles it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return (_write, (str(self._file), READ))


def _write(file: str, text: str) -> str:
    Path(file).write_text(text, "utf-8")
    return text


def test_that_no_file_of_the_window_runs_code(qtbot: QtBot, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    ini = QSettings(str(tmp_path / "desktop.ini"), QSettings.Format.IniFormat)
    for name in ("window/state", "window/geometry", "window/workspace", "palette/recent"):
        ini.setValue(name, Planted(proof))
    ini.sync()
    planted = (tmp_path / "desktop.ini").read_bytes()
    assert b"PyObjectWrapper" in planted
    (tmp_path / "desktop.json").write_bytes(planted)
    window = MainWindow([first_panel()], remembered_of(tmp_path))
    qtbot.addWidget(window)
    window.begin()
    window.open_palette()
    assert not proof.exists()


def test_that_what_is_kept_comes_back_in_its_part(tmp_path: Path) -> None:
    kept = Remembered(tmp_path / "kept.json")
    kept.keep("a/text", "one, two; @Variant(…)")
    kept.part("a").keep("list", ["x", "y, z", "@"])
    kept.part("a").keep("bytes", bytes(range(256)))
    kept.write()
    again = Remembered(tmp_path / "kept.json").part("a")
    assert again.text("text") == "one, two; @Variant(…)"
    assert again.texts("list") == ["x", "y, z", "@"]
    assert again.data("bytes") == bytes(range(256))
    assert sorted(again.names()) == ["bytes", "list", "text"]
    assert (again.text("list"), again.texts("text"), again.data("text")) == ("", [], None)
    again.forget("text")
    assert again.text("text") == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"window/state": 1}',
        '{"window/state": {"data": "AA==", "sha256": "00"}}',
        '{"window/state": {"data": "?", "sha256": ""}}',
        '{"a": ' + "[" * 100_000,
        "\ufeff{}",
        "\x00" * 64,
        json.dumps({"a": "x" * MAX_FILE_BYTES}),
    ],
)
def test_that_a_file_of_anything_else_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "kept.json").write_text(text, "utf-8")
    kept = Remembered(tmp_path / "kept.json")
    assert kept.data("window/state") is None
    assert kept.text("a") == ""
    kept.keep("a", "b")
    kept.write()
    assert Remembered(tmp_path / "kept.json").text("a") == "b"


def test_that_a_folder_in_its_place_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept.json").mkdir()
    kept = Remembered(tmp_path / "kept.json")
    kept.keep("a", "b")
    kept.write()
    assert kept.text("a") == "b"


@given(st.binary(min_size=1, max_size=40), st.data())
def test_that_bytes_which_are_damaged_are_not_given_to_qt(content: bytes, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "kept.json"
        kept = Remembered(file)
        kept.keep("state", content)
        kept.write()
        tree = json.loads(file.read_bytes())
        damaged = bytearray(content)
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
        tree["state"]["data"] = base64.b64encode(damaged).decode()
        file.write_text(json.dumps(tree), "utf-8")
        assert Remembered(file).data("state") is None


def test_that_a_damaged_layout_is_not_applied(qtbot: QtBot, tmp_path: Path) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    Layouts(window, remembered_of(tmp_path)).save("Mine")
    file = tmp_path / "desktop.json"
    assert Layouts(window, remembered_of(tmp_path)).restore("Mine")
    tree = json.loads(file.read_bytes())
    sealed = tree["layouts/Mine"]["data"]
    tree["layouts/Mine"]["data"] = ("B" if sealed[0] == "A" else "A") + sealed[1:]
    file.write_text(json.dumps(tree), "utf-8")
    assert not Layouts(window, remembered_of(tmp_path)).restore("Mine")


def test_that_columns_of_a_file_that_was_tampered_with_are_passed_over(qtbot: QtBot, tmp_path: Path) -> None:
    kept = remembered_of(tmp_path).part("panels/live_signals")
    kept.keep("columns/widths", "SESSION:²,SIGNAL:99999999999999999999,STATUS:-1,NOTHING:4,SESSION:77")
    kept.keep("columns/order", "SESSION,SESSION,SESSION,__class__")
    kept.keep("columns/sort", "SESSION:9999,²:²")
    kept.write()
    window = MainWindow([first_panel()], remembered_of(tmp_path))
    qtbot.addWidget(window)
    window.begin()
    window.show()
    assert window.panels["live_signals"].isVisible()
