"""A process of its own for test_refcounts.py: a binding that loses references to None aborts it."""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel

TURNS = 1_000


class Bell(QObject):
    """Something that emits a boolean, as a checked action does."""

    rung = Signal(bool)


def measure_drift() -> dict[str, int]:
    """Count how the references to None and True change over the turns of a busy window."""
    application = QApplication([])
    label = QLabel()
    label.show()
    bell = Bell()
    bell.rung.connect(label.setEnabled)
    constants = (None, True)
    before = [sys.getrefcount(constant) for constant in constants]
    for turn in range(TURNS):
        label.setText(str(turn))
        label.repaint()
        bell.rung.emit(True)
    after = [sys.getrefcount(constant) for constant in constants]
    application.quit()
    return {str(constant): now - then for constant, then, now in zip(constants, before, after, strict=True)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure_drift()))
