"""The projection: folds decoded arrivals into signals and writes what changed, within one transaction.

It is driven by the ingest room's pump and by nothing else. States are kept in memory between transactions;
a transaction that fails forgets them, so that memory never runs ahead of the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from secondskies_desktop.market import store as bar_store
from secondskies_desktop.signals import fills as filling
from secondskies_desktop.signals import store
from secondskies_desktop.signals.changes import SignalRow
from secondskies_desktop.signals.derived import derive
from secondskies_desktop.signals.event import MAX_EVENTS, Decoded
from secondskies_desktop.signals.kept import NO_KEY, Kept, KeptSignals
from secondskies_desktop.signals.lifecycle import SignalState, fold, needs_walk, plan, take_bar, walk_again
from secondskies_desktop.signals.linking import link
from secondskies_desktop.signals.noted import Noted
from secondskies_desktop.signals.tallies import Tallies
from secondskies_desktop.signals.tally import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.market.bars import Bar
    from secondskies_desktop.signals.event import Event
    from secondskies_desktop.signals.fills import Fill

Touched = dict[Kept, None]
"""The signals of a transaction that may have changed, in the order in which they were touched."""


class Said(msgspec.Struct, frozen=True, gc=False):
    """One decoded arrival: what the fold needs to know of it."""

    inbox_id: int
    received_us: int
    stream: str
    decoded: Decoded


class Refold(NamedTuple):
    """What is to be folded anew: signals of a chart by their ids, and bars by their minutes (µs UTC)."""

    stream: str
    trade_ids: Sequence[str]
    bars_us: Sequence[int]


class Retold(NamedTuple):
    """What one arrival tells of what is folded anew: its events with their places in the body, and its bar."""

    inbox_id: int
    received_us: int
    events: list[tuple[int, Event]]
    bar: Bar | None


class Refolded(NamedTuple):
    """The signals that changed, and the ids in the projection of those that are no more."""

    changed: list[SignalRow]
    gone: list[int]


class Projection:
    """Folds arrivals; every call of `apply` is one transaction, and their order does not matter."""

    def __init__(self) -> None:
        self._signals = KeptSignals()
        self._newest_bar: dict[str, int] = {}
        self._tallies = Tallies()
        self._seq: int | None = None

    @property
    def seq(self) -> int:
        """The number of the newest change."""
        return self._seq or 0

    def forget(self) -> None:
        """Forget all that is kept in memory; the next transaction reads it again."""
        self._signals = KeptSignals()
        self._newest_bar = {}
        self._tallies = Tallies()
        self._seq = None

    def prepare(self, connection: Connection) -> None:
        """Make sure that what is stored has been counted, and as this program counts."""
        self._tallies.prepare(connection)

    def apply(self, connection: Connection, arrivals: Sequence[Said]) -> list[SignalRow]:
        """Fold arrivals and write what they changed; returns the changed signals."""
        self._signals.make_room()
        touched: Touched = {}
        noted = Noted()
        bars: dict[str, list[tuple[Bar, int]]] = {}
        groups = self._bring(connection, arrivals)
        for said in arrivals:
            _fold_arrival(said, groups[said.stream], touched, noted)
            if said.decoded.bar is not None:
                bars.setdefault(said.stream, []).append((said.decoded.bar, said.received_us))
        for stream, received in bars.items():
            self._take_bars(connection, stream, received, touched)
        for kept in touched:
            if kept.state.by_bars and needs_walk(kept.state):
                _walk(connection, kept)
        noted.write(connection)
        touched.update(dict.fromkeys(link(connection, self._signals, list(touched))))
        return self._write(connection, touched)

    def apply_fills(self, connection: Connection, rows: Sequence[Fill]) -> list[SignalRow]:
        """Join rows of the log of fills into their signals; returns the changed ones.

        A row for a signal that nothing was heard of makes none.
        """
        self._signals.make_room()
        touched: Touched = {}
        for row in rows:
            kept = self._signals.known(connection, row.stream, row.trade_id)
            if kept is not None:
                filling.join(kept.state, row)
                touched[kept] = None
        return self._write(connection, touched)

    def refold(
        self, connection: Connection, again: Refold, arrivals: Sequence[Retold], fills: Sequence[Fill]
    ) -> Refolded:
        """Fold some signals and bars of one chart anew, as if nothing had ever been heard of them.

        `arrivals` are all that tell of them, `fills` the rows of the log that were joined into them. A signal that
        nothing tells of any more is no more.
        """
        self._signals.make_room()
        touched: Touched = {}
        noted = Noted()
        group = self._signals.bring(connection, again.stream, again.trade_ids)
        anew = {trade_id: group[trade_id] for trade_id in again.trade_ids}
        store.drop_events(connection, [kept.id for kept in anew.values()])
        for trade_id, kept in anew.items():
            linked_to = kept.state.linked_to
            kept.state = SignalState(again.stream, trade_id, linked_to=linked_to)
            kept.newest_key = NO_KEY
            touched[kept] = None
        for one in arrivals:
            for position, event in one.events:
                kept, place = anew[event.trade_id], one.inbox_id * MAX_EVENTS + position
                noted.note(kept, event, place)
                fold(kept.state, event, one.received_us, (one.received_us, place))
        self._fold_bars_anew(connection, again, arrivals, touched)
        for kept in anew.values():
            if kept.state.by_bars and needs_walk(kept.state):
                _walk(connection, kept)
        noted.write(connection)
        touched.update(dict.fromkeys(link(connection, self._signals, list(touched))))
        for row in fills:
            filling.join(anew[row.trade_id].state, row)
        gone = [kept for kept in anew.values() if kept.state.first_received_us is None]
        for kept in gone:
            touched.pop(kept, None)
        changed = self._write(connection, touched)
        self._drop(connection, gone)
        return Refolded(changed, [kept.id for kept in gone])

    def _fold_bars_anew(
        self, connection: Connection, again: Refold, arrivals: Sequence[Retold], touched: Touched
    ) -> None:
        if not again.bars_us:
            return
        bar_store.drop_bars(connection, again.stream, again.bars_us)
        rows = [(one.bar, one.received_us) for one in arrivals if one.bar is not None]
        bar_store.insert_bars(connection, again.stream, rows)
        self._newest_bar.pop(again.stream, None)
        self._walk_late(connection, again.stream, list(again.bars_us), touched)

    def _drop(self, connection: Connection, gone: Sequence[Kept]) -> None:
        for kept in gone:
            self._seq = self.seq + 1
            kept.counted = self._tallies.count(connection, kept.counted, None, self._seq)
            self._signals.drop(kept)
        self._tallies.write(connection)
        store.drop_signals(connection, [kept.id for kept in gone])

    def _bring(self, connection: Connection, arrivals: Sequence[Said]) -> dict[str, dict[str, Kept]]:
        wanted: dict[str, dict[str, None]] = {}
        for said in arrivals:
            ids = wanted.setdefault(said.stream, {})
            for event in said.decoded.events:
                ids[event.trade_id] = None
        return {stream: self._signals.bring(connection, stream, ids) for stream, ids in wanted.items()}

    def _take_bars(
        self,
        connection: Connection,
        stream: str,
        received: list[tuple[Bar, int]],
        touched: Touched,
    ) -> None:
        newest = self._newest_bar.get(stream)
        if newest is None:
            newest = bar_store.newest_bar_us(connection, stream) or -1
        late: list[int] = []
        for bar in bar_store.insert_bars(connection, stream, received):
            if bar.at_us <= newest:
                late.append(bar.at_us)
                continue
            newest = bar.at_us
            for kept in self._signals.stepped(stream):
                legs = kept.state.legs
                if legs is not None and legs.stopped_us is None and bar.at_us >= legs.entry_us:
                    take_bar(kept.state, bar)
                    touched[kept] = None
        self._newest_bar[stream] = newest
        if late:
            self._walk_late(connection, stream, late, touched)

    def _walk_late(self, connection: Connection, stream: str, late: list[int], touched: Touched) -> None:
        """Walk every signal again whose life holds a bar out of order."""
        for stored in store.stepped_from(connection, stream, min(late)):
            kept = self._signals.keep(stream, stored)
            legs = kept.state.legs
            if legs is not None and legs.entry_us <= max(late):
                _walk(connection, kept)
                touched[kept] = None

    def _write(self, connection: Connection, touched: Touched) -> list[SignalRow]:
        if self._seq is None:
            self._seq = store.counters(connection)[1]
        rows = []
        for kept in touched:
            self._signals.note_stepping(kept)
            self._seq += 1
            view = derive(kept.state)
            kept.counted = self._tallies.count(connection, kept.counted, counted(view), self._seq)
            rows.append((kept.id, self._seq, kept.state, view))
        store.write_signals(connection, rows)
        self._tallies.write(connection)
        return [SignalRow(signal_id, seq, view) for signal_id, seq, _, view in rows]


def _fold_arrival(said: Said, group: dict[str, Kept], touched: Touched, noted: Noted) -> None:
    received_us = said.received_us
    place = said.inbox_id * MAX_EVENTS
    for event in said.decoded.events:
        kept = group[event.trade_id]
        noted.note(kept, event, place)
        fold(kept.state, event, received_us, (received_us, place))
        touched[kept] = None
        place += 1


def _walk(connection: Connection, kept: Kept) -> None:
    planned = plan(kept.state)
    bars = () if planned is None else bar_store.bars_from(connection, kept.state.stream, planned[3])
    walk_again(kept.state, bars)
