"""pyqtgraph, imported where a first chart is wanted and without the window standing still.

The import takes half a second, so it runs on a reader. It asks for every name of Qt, and PySide makes a class when its
name is first asked for; two threads that do so at once end the process. So the names are asked for on the thread of the
window before, a few milliseconds at a time.
"""

from __future__ import annotations

import importlib
import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QTimer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtCore import QObject

    from secondskies_desktop.desktop.readers import Readers

_SLICE_S = 0.004


def load_charts(
    owner: QObject, readers: Readers, done: Callable[[object], None], failed: Callable[[Exception], None]
) -> None:
    """Import what charts are drawn with, then call `done` on this thread, unless `owner` has gone by then."""
    names = ((module, name) for module in (QtCore, QtGui, QtWidgets) for name in dir(module))
    _know(names, owner, readers, done, failed)


def _know(
    names: Iterator[tuple[object, str]],
    owner: QObject,
    readers: Readers,
    done: Callable[[object], None],
    failed: Callable[[Exception], None],
) -> None:
    until = time.monotonic() + _SLICE_S
    for module, name in names:
        getattr(module, name)
        if time.monotonic() >= until:
            QTimer.singleShot(1, owner, partial(_know, names, owner, readers, done, failed))
            return
    readers.run(lambda: importlib.import_module("pyqtgraph"), done, failed)
