"""What the Alert Centre asks and does: what is open and was before, the rules, the channels.

A part of the desk; its methods block, and belong on a reader thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.alerts import store
from secondskies_desktop.alerts.channels import Channel, ChannelBook, ChannelProblem, Outcome
from secondskies_desktop.alerts.outgoing import Letter
from secondskies_desktop.alerts.rules import RULES, TEST
from secondskies_desktop.alerts.store import Send
from secondskies_desktop.foundation import store as foundation_store
from secondskies_desktop.foundation.attention import Attention, Episode, OpenAttention, Severity
from secondskies_desktop.foundation.clock import as_datetime, system_clock
from secondskies_desktop.foundation.database.engine import write_engine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.profile import Profile

_TEST = Letter("Test - Second Skies", "This channel works: it was tried from Second Skies.", Severity.INFO)
_WRITTEN_WITHIN_S = 5.0


class AlertDesk:
    """Stands on what the desk has: the profile, its database, and the engine where this process runs it."""

    profile: Profile
    _engine: Engine | None

    def _connect(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError

    def _needed(self) -> Engine:
        raise NotImplementedError

    def attention_open(self) -> list[OpenAttention]:
        """Return what is open, oldest first; a viewer answers by the log of its engine."""
        engine = self._engine
        if engine is not None:
            return [_standing(engine, one) for one in engine.board.open()]
        with self._connect() as connection:
            return [_as_open(one) for one in foundation_store.open_episodes(connection)]

    def attention_history(self, limit: int, before_id: int | None = None) -> list[Episode]:
        """Return what wanted the trader and when it was over, newest first, before an id."""
        with self._connect() as connection:
            return foundation_store.episodes(connection, limit, before_id)

    def alert_sends(self, found: Sequence[Episode]) -> dict[int, list[Send]]:
        """Return what was sent out of these episodes, by their ids, oldest first."""
        with self._connect() as connection:
            return store.sends_of(connection, found)

    def acknowledge(self, kind: str, key: str) -> bool:
        """Note that the trader has seen what is open; returns whether it was news. RuntimeError in a viewer."""
        return self._needed().board.acknowledge(kind, key)

    def take_back(self, kind: str, key: str) -> bool:
        """Note that he has not seen it after all; returns whether that was news. RuntimeError in a viewer."""
        return self._needed().board.take_back(kind, key)

    def rules_fired(self) -> dict[tuple[str, str], int]:
        """Return when each rule last fired (µs UTC), by kind and key."""
        with self._connect() as connection:
            return store.last_fired(connection, [(one.kind, one.key) for one in RULES])

    def channels(self) -> list[tuple[Channel, Send | None]]:
        """Return the channels by name, each with its newest attempt; raises ChannelProblem."""
        found = ChannelBook(self.profile.home).all()
        with self._connect() as connection:
            last = store.last_sends(connection)
        return [(one, last.get(one.name)) for one in found]

    def add_channel(self, name: str, url: str, *, private: bool) -> Channel:
        """Add a channel, or give it another address; raises ChannelProblem, whose text holds no secret."""
        return ChannelBook(self.profile.home).add(name, url, private=private)

    def remove_channel(self, name: str) -> bool:
        """Forget a channel and its secret; returns whether there was one."""
        return ChannelBook(self.profile.home).remove(name)

    def test_channel(self, name: str) -> Outcome:
        """Send a test to a channel whatever the settings say, write it down, and return what came of it.

        Raises ChannelProblem where no channel has this name.
        """
        if name not in [one.name for one in ChannelBook(self.profile.home).all()]:
            raise ChannelProblem(f"no channel is called {name}")
        outcome = ChannelBook(self.profile.home).deliver(name, _TEST)
        rows = [Send(system_clock(), TEST, "channel", 0, name, outcome.ok, outcome.detail)]
        if self._engine is not None:
            done = self._engine.write(lambda connection: store.append_sends(connection, rows))
            done.result(_WRITTEN_WITHIN_S)
            return outcome
        writer = write_engine(self.profile.database, wait_ms=5_000)
        try:
            with writer.begin() as connection:
                store.append_sends(connection, rows)
        finally:
            writer.dispose()
        return outcome


def _standing(engine: Engine, one: Attention) -> OpenAttention:
    seen = engine.board.is_acknowledged(one.kind, one.key)
    standing = None if engine.alerting is None else engine.alerting.service.standing(one.kind, one.key)
    if standing is None:
        return OpenAttention(one, seen)
    return OpenAttention(one, seen, standing.told, standing.next_us, standing.is_held)


def _as_open(episode: Episode) -> OpenAttention:
    since = as_datetime(episode.raised_us)
    attention = Attention(episode.kind, episode.severity, episode.key, episode.text, since)
    return OpenAttention(attention, episode.acknowledged_us is not None, episode.told)
