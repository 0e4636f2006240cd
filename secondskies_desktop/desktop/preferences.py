"""The declared settings as the window has them: read once, changed one by one, each change told and undoable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject, Signal

from secondskies_desktop.foundation.settings import (
    Settings,
    UnreadableSettings,
    change_setting,
    read_settings,
)

if TYPE_CHECKING:
    from pathlib import Path


class Preferences(QObject):
    """Settings of a profile; without a file they live in memory, as in a window that is only looked at."""

    changed = Signal(str, str)
    """group, key"""
    refused = Signal(str, str, str)
    """group, key, why"""

    def __init__(self, file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._undo: list[tuple[str, str, Any]] = []
        self.problem = ""
        self.now = Settings()
        if file is not None:
            try:
                self.now = read_settings(file)
            except UnreadableSettings as error:
                # Whoever opens the engine meets the same file and says so; the window goes on with the defaults.
                self.problem = str(error)

    def value(self, group: str, key: str) -> Any:
        """Return a setting."""
        return getattr(getattr(self.now, group), key)

    def set(self, group: str, key: str, value: Any) -> bool:
        """Change a setting and write it down; what is refused is told and changes nothing."""
        before = self.value(group, key)
        if before == value:
            return True
        if not self._write(group, key, value):
            return False
        self._undo.append((group, key, before))
        return True

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._undo)

    def undo(self) -> bool:
        """Take the last change back; False where there is none, or where it is refused and can be tried again."""
        if not self._undo or not self._write(*self._undo[-1]):
            return False
        self._undo.pop()
        return True

    def _write(self, group: str, key: str, value: Any) -> bool:
        try:
            if self._file is None:
                parts = msgspec.structs.replace(getattr(self.now, group), **{key: value})
                changed = msgspec.structs.replace(self.now, **{group: parts})
                self.now = msgspec.convert(msgspec.to_builtins(changed), Settings)
            else:
                # A small file in the profile, written in a millisecond.
                self.now = change_setting(self._file, group, key, value)
        except (UnreadableSettings, msgspec.MsgspecError, OSError) as error:
            self.refused.emit(group, key, str(error))
            return False
        self.changed.emit(group, key)
        return True
