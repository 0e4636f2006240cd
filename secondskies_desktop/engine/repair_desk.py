"""What the Webhook Monitor asks and does about what could not be read: the rule that would, the repair, taking it back.

A part of the desk; its methods block, and belong on a reader thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.engine import repairing
from secondskies_desktop.engine.repairing import NotRepaired, Proposed, Repaired

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.profile import Profile


class RepairDesk:
    """Stands on what the desk has: the profile, its database, and the engine where this process runs it."""

    profile: Profile
    _engine: Engine | None

    def _connect(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError

    def repair_of(self, inbox_id: int) -> Proposed | None:
        """Return what the rules make of a dead letter, or made of an arrival that is repaired; None for others."""
        with self._connect() as connection:
            return repairing.shown_of(connection, inbox_id)

    def repair(self, inbox_ids: Sequence[int] | None, *, in_bulk: bool) -> Repaired:
        """Repair arrivals, or all dead letters; `in_bulk` only by rules that may be applied to many at once."""
        if self.profile.replay is not None:
            raise RuntimeError("a replay is thrown away: repair in your own desk")
        return repairing.repair(self.profile, inbox_ids, None, self._engine, in_bulk=in_bulk)

    def undo_repair(self, inbox_ids: Sequence[int]) -> int:
        """Take repairs back; returns how many. What is not repaired any more is passed over."""
        count = 0
        for inbox_id in inbox_ids:
            try:
                repairing.undo(self.profile, inbox_id, self._engine)
            except NotRepaired:
                continue
            count += 1
        return count
