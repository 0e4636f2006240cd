"""What a screen asks of the KPIs: a part of the desk, which reads only the tallies that are new.

Its methods block, and belong on a reader thread.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.tallies import MARK

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import date

    from secondskies_desktop.engine.statistics import Accumulated, Query, Report, Statistics
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.signals.statistics import Summary


class CountingDesk:
    """Stands on what the desk has: a connection to the database."""

    def _connect(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError

    def statistics(self, query: Query) -> Report | None:
        """Return what is known for a query, None as long as nothing has been counted."""
        return self._counted().report(query)

    def statistics_by_date(self, query: Query) -> dict[date, Summary] | None:
        """Return the same by trade date, oldest first."""
        return self._counted().by_date(query)

    def accumulated(self, today: date) -> Accumulated | None:
        """Return how much data there is towards its marks; `today` is the trade date of now."""
        return self._counted().accumulated(today)

    @cached_property
    def _statistics(self) -> Statistics:
        # Made at the first question: numpy, which it needs, takes as long to import as a small program to run.
        from secondskies_desktop.engine.statistics import Statistics

        return Statistics()

    def _counted(self) -> Statistics:
        age = self._statistics.age
        with self._connect() as connection:
            rows = signal_store.tallies_since(connection, self._statistics.seq)
            if not self._statistics.is_counted and not rows and signal_store.counters(connection) == (0, 0):
                # Nothing to count is counted, also before an engine has ever run here.
                rows = [signal_store.TallyRow(*MARK, -1, b"")]
            self._statistics.take(rows, age)
        return self._statistics
