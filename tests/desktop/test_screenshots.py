"""The pictures of panels and workspaces."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QImage

from secondskies_desktop.desktop.screenshots import take_screenshots
from tests.desktop.fake_desk import FakeDesk
from tests.desktop.made_signals import made_signals

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("dressed")


@pytest.mark.parametrize("look", ["dark", "light"])
def test_that_every_panel_and_workspace_has_a_picture_of_its_own(tmp_path: Path, look: str) -> None:
    pictures = take_screenshots(FakeDesk(made_signals(700)), tmp_path, (1_366, 768), look)
    assert [one["panel"] for one in pictures] == [
        "live_signals",
        "signal_detail",
        "webhook_monitor",
        "attention",
        "workspace Live",
    ]
    images = {one["panel"]: QImage(str(tmp_path / one["file"])) for one in pictures}
    assert images["workspace Live"].size().toTuple() == (1_366, 768)
    assert all(image.width() >= 600 for image in images.values())
    prints = {hashlib.sha256((tmp_path / one["file"]).read_bytes()).digest() for one in pictures}
    assert len(prints) == len(pictures)


def test_that_one_workspace_can_be_asked_for_at_any_size(tmp_path: Path) -> None:
    pictures = take_screenshots(FakeDesk(), tmp_path / "new", (2_560, 1_440), "dark", "live")
    assert pictures == [{"panel": "workspace Live", "file": "workspace_live.png"}]
    assert QImage(str(tmp_path / "new" / "workspace_live.png")).size().toTuple() == (2_560, 1_440)


def test_that_the_newest_signal_with_an_entry_is_shown(tmp_path: Path) -> None:
    desk = FakeDesk(made_signals(60))
    take_screenshots(desk, tmp_path, (1_366, 768), "dark")
    newest = next(row for row in made_signals(60) if row.view.entry_us is not None)
    assert "signal_detail" in desk.calls
    assert newest.view.entry_us is not None


def test_that_an_unknown_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        take_screenshots(FakeDesk(), tmp_path, (1_366, 768), "dark", "nowhere")
