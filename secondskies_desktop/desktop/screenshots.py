"""Pictures of every panel and workspace on a desk's own data, offscreen: for the README, and for our eyes."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop, QPoint
from PySide6.QtGui import QImage

from secondskies_desktop.desktop import theme as tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.main_window import MainWindow
    from secondskies_desktop.desktop.workspaces import Workspace
    from secondskies_desktop.foundation.profile import Profile

PANEL_SIZE = (1_120, 720)
_PATIENCE_S = 30.0
_TURN_MS = 50
_LOOKED_AT = 500

Size = tuple[int, int]


def screenshots_of(
    profile: Profile, out: Path, size: Size, theme: str, workspace: str | None
) -> list[dict[str, str]]:
    """Take the pictures of a profile; see `take_screenshots`."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from secondskies_desktop.engine.desk import Desk
    from secondskies_desktop.foundation.bus import Bus

    desk = Desk(profile, Bus())
    try:
        return take_screenshots(desk, out, size, theme, workspace, demo=profile.demo)
    finally:
        desk.close()


def take_screenshots(
    desk: Desk, out: Path, size: Size, theme: str, workspace: str | None = None, *, demo: bool = False
) -> list[dict[str, str]]:
    """Save a picture of each panel and workspace (only of one workspace, if named); returns what is where.

    A workspace is exactly `size`, a panel at least 600 px wide. Files are named relative to `out`. Raises
    KeyError for an unknown theme or workspace, OSError, and TimeoutError where a panel shows nothing.
    """
    from secondskies_desktop.desktop.app import application, remembered_of
    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.main_window import MainWindow
    from secondskies_desktop.desktop.panel_registry import first_panel, later_panels
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.desktop.workspaces import WORKSPACES

    look = tokens.THEMES[theme]
    wanted = list(WORKSPACES.values()) if workspace is None else [WORKSPACES[workspace.casefold()]]
    out.mkdir(parents=True, exist_ok=True)
    tokens.put_on(application(), look)
    bridge, readers = Bridge(), Readers()
    bridge.listen(desk.bus)
    with tempfile.TemporaryDirectory(prefix="secondskies-pictures-") as folder:
        window = MainWindow(
            [first_panel(), *later_panels()], remembered_of(Path(folder)), demo=demo, profile=""
        )
        window.setMinimumSize(1, 1)
        try:
            _load(window, desk, bridge, readers)
            pictures = [_workspace(window, one, size, out) for one in wanted]
            if workspace is None:
                pictures = [_panel(window, key, out) for key in window.panels] + pictures
        finally:
            window.close()
            bridge.close()
            readers.close()
    return pictures


def _load(window: MainWindow, desk: Desk, bridge: object, readers: object) -> None:
    waiting = set(window.panels)
    for key, panel in window.panels.items():
        panel.loaded.connect(lambda key=key: waiting.discard(key))
    window.begin()
    window.dress()
    window.resize(*PANEL_SIZE)
    window.show()
    window.start(desk, bridge, readers)  # type: ignore[arg-type]
    _until(lambda: not waiting, lambda: f"{', '.join(sorted(waiting))} did not load")
    _until(
        lambda: all(panel.is_complete() for panel in window.panels.values()),
        lambda: "a panel did not read all of its data",
    )
    chosen = _newest_with_entry(desk)
    if chosen is not None:
        _choose(window, chosen)
    window.tick()


def _newest_with_entry(desk: Desk) -> int | None:
    _, rows = desk.signals(_LOOKED_AT)
    return next((row.id for row in rows if row.view.entry_us is not None), None)


def _choose(window: MainWindow, signal_id: int) -> None:
    detail = window.panels.get("signal_detail")
    shown: list[bool] = []
    if detail is not None:
        detail.loaded.connect(lambda: shown.append(True))
    for panel in window.panels.values():
        panel.show_signal(signal_id)
    if detail is not None:
        _until(lambda: bool(shown), lambda: "Signal Detail did not show the signal")


def _panel(window: MainWindow, key: str, out: Path) -> dict[str, str]:
    for other, dock in window.docks.items():
        dock.setVisible(other == key)
    window.resize(*PANEL_SIZE)
    _draw()
    file = f"{key}.png"
    _save(window.docks[key], out / file)
    return {"panel": key, "file": file}


def _workspace(window: MainWindow, workspace: Workspace, size: Size, out: Path) -> dict[str, str]:
    window.resize(*size)
    window.apply(workspace)
    _draw()
    window.share_out(workspace)
    _draw()
    file = f"workspace_{workspace.name.casefold()}.png"
    _save(window, out / file)
    return {"panel": f"workspace {workspace.name}", "file": file}


def _save(widget: QWidget, file: Path) -> None:
    # One picture point for each logical one, whatever the screen's scale.
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    widget.render(image, QPoint())
    if not image.save(str(file)):
        raise OSError(f"{file} could not be written")


def _draw() -> None:
    """Let layouts and what they post settle; a few turns of the loop do, as nothing here waits for time."""
    for _ in range(4):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)


def _until(holds: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    give_up = time.monotonic() + _PATIENCE_S
    while not holds():
        if time.monotonic() > give_up:
            raise TimeoutError(otherwise())
        waiting = QEventLoop.ProcessEventsFlag.WaitForMoreEvents
        QCoreApplication.processEvents(waiting, QDeadlineTimer(_TURN_MS))
