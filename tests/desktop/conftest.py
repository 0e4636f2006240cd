"""What every test of the desktop stands on: the theme, readers and a bridge, closed when the test ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.bridge import Bridge
from secondskies_desktop.desktop.readers import Readers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication


@pytest.fixture
def dressed(qapp: QApplication) -> QApplication:
    """The application in the dark theme, put on again only where a test has changed it."""
    if theme.look() is not theme.DARK or not qapp.styleSheet():
        theme.put_on(qapp, theme.DARK)
    return qapp


@pytest.fixture
def readers(dressed: QApplication) -> Iterator[Readers]:
    """A pool of readers."""
    del dressed
    pool = Readers()
    yield pool
    pool.close()


@pytest.fixture
def bridge(dressed: QApplication) -> Iterator[Bridge]:
    """A bridge that listens to no bus yet."""
    del dressed
    made = Bridge()
    yield made
    made.close()
