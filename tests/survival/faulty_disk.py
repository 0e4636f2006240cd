"""A disk that fails when it is told to, for the files of one folder and the programs that run on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FULL = "FAULTY_DISK_FULL"
UNSYNCED = "FAULTY_DISK_UNSYNCED"
_SYNCED = "FAULTY_DISK_SYNCED"


class FaultyDisk:
    """The disk under a folder; `environment` puts a program on it."""

    def __init__(self, shim: Path, folder: Path) -> None:
        self._controls = {fault: folder.with_name(fault) for fault in (FULL, UNSYNCED)}
        self._synced = folder.with_name(_SYNCED)
        self.environment = {
            "LD_PRELOAD": str(shim),
            "FAULTY_DISK_FOLDER": f"{folder}/",
            _SYNCED: str(self._synced),
            **{fault: str(file) for fault, file in self._controls.items()},
        }

    def fail(self, fault: str) -> None:
        """Fail from now on."""
        self._controls[fault].touch()

    def mend(self) -> None:
        """Be sound again."""
        for file in self._controls.values():
            file.unlink(missing_ok=True)

    def synced(self) -> int:
        """Return how many bytes the write-ahead log had when it was last synced."""
        return int(self._synced.read_text().split()[-1])
