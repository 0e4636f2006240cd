"""The proof that the stored projection is what the inbox folds to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.engine.rebuilding import verify
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.profile import open_profile

if TYPE_CHECKING:
    from pathlib import Path


def test_that_a_store_into_which_nothing_ever_came_is_identical(tmp_path: Path) -> None:
    profile = open_profile(tmp_path)
    ensure_schema(profile.database, profile.backups)
    found = verify(profile)
    assert (found.signals, found.events, found.identical) == (0, 0, True)
