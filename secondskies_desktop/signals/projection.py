"""The projection: folds decoded arrivals into signals and writes what changed, within one transaction.

It is driven by the ingest room's pump and by nothing else. States are kept in memory between transactions;
a transaction that fails forgets them, so that memory never runs ahead of the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.market import store as bar_store
from secondskies_desktop.signals import store
from secondskies_desktop.signals.changes import SignalRow
from secondskies_desktop.signals.derived import derive
from secondskies_desktop.signals.event import event_key
from secondskies_desktop.signals.lifecycle import (
    SignalState,
    fold,
    needs_walk,
    plan,
    take_bar,
    walk_again,
)
from secondskies_desktop.signals.store import Kept
from secondskies_desktop.signals.event import Decoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.market.bars import Bar
    from secondskies_desktop.signals.view import SignalView

_KEPT_STATES = 20_000
ORDER_PER_ARRIVAL = 1_024
"""Room for the events of one body in the order of arrivals."""

Key = tuple[str, str]


class Said(msgspec.Struct, frozen=True, gc=False):
    """One decoded arrival: what the fold needs to know of it."""

    inbox_id: int
    received_us: int
    stream: str
    decoded: Decoded


class Projection:
    """Folds arrivals; `apply` must be called with arrivals in inbox order, one transaction each."""

    def __init__(self) -> None:
        self._kept: dict[Key, Kept] = {}
        self._followed: dict[str, dict[Key, Kept]] | None = None
        self._newest_bar: dict[str, int] = {}
        self._links: dict[Key, tuple[int | None, str | None]] = {}
        self._next_id = 0
        self._seq = 0

    @property
    def seq(self) -> int:
        """The number of the newest change."""
        return self._seq

    def forget(self) -> None:
        """Forget all that is kept in memory; the next transaction reads it again."""
        self.__init__()  # type: ignore[misc]

    def apply(self, connection: Connection, arrivals: Sequence[Said]) -> list[SignalRow]:
        """Fold arrivals and write what they changed; returns the changed signals."""
        self._load(connection, arrivals)
        touched: dict[Key, None] = {}
        noted: dict[tuple[int, str, int], tuple[int, int]] = {}
        batch: list[tuple[str, list[tuple[Bar, int]]]] = []
        for said in arrivals:
            self._fold_one(said, touched, noted)
            bar = said.decoded.bar
            if bar is None:
                continue
            order = said.received_us
            if batch and batch[-1][0] == said.stream and batch[-1][1][-1][0].at_us < bar.at_us:
                batch[-1][1].append((bar, order))
            else:
                batch.append((said.stream, [(bar, order)]))
        for stream, bars in batch:
            self._take_bars(connection, stream, bars, touched)
        self._walk_where_needed(connection, touched)
        self._count(connection, noted)
        return self._write(connection, touched)

    def _load(self, connection: Connection, arrivals: Sequence[Said]) -> None:
        if self._followed is None:
            self._next_id, self._seq = store.counters(connection)
            self._followed = {}
            for kept in store.followed_by_bars(connection):
                self._follow(kept)
        wanted = {(said.stream, event.trade_id): None for said in arrivals for event in said.decoded.events}
        missing = [key for key in wanted if key not in self._kept]
        if len(self._kept) + len(missing) > _KEPT_STATES:
            self._kept = {key: self._kept[key] for key in wanted if key in self._kept}
            for group in (self._followed or {}).values():
                self._kept.update(group)
        for key, kept in store.load_states(connection, missing).items():
            followed = (self._followed or {}).get(key[0], {}).get(key)
            self._kept[key] = followed or kept
        for key in missing:
            if key not in self._kept:
                self._next_id += 1
                self._kept[key] = Kept(self._next_id, SignalState(*key))

    def _follow(self, kept: Kept) -> None:
        key = (kept.state.stream, kept.state.trade_id)
        self._kept[key] = kept
        assert self._followed is not None
        self._followed.setdefault(kept.state.stream, {})[key] = kept

    def _fold_one(
        self,
        said: Said,
        touched: dict[Key, None],
        noted: dict[tuple[int, str, int], tuple[int, int]],
    ) -> None:
        base = said.inbox_id * ORDER_PER_ARRIVAL
        for position, event in enumerate(said.decoded.events):
            key = (said.stream, event.trade_id)
            kept = self._kept[key]
            fold(kept.state, event, said.received_us, (said.received_us, base + position))
            touched[key] = None
            noted.setdefault((kept.id, event.type, event_key(event)), (said.inbox_id, position))

    def _take_bars(
        self,
        connection: Connection,
        stream: str,
        bars: list[tuple[Bar, int]],
        touched: dict[Key, None],
    ) -> None:
        newest = self._newest_bar.get(stream)
        if newest is None:
            newest = bar_store.newest_bar_us(connection, stream) or -1
        changed = bar_store.insert_bars(connection, stream, bars)
        late = [bar for bar in changed if bar.at_us <= newest]
        for bar in changed:
            if bar.at_us > newest:
                self._step(stream, bar, touched)
                newest = bar.at_us
        self._newest_bar[stream] = newest
        if late:
            self._walk_late(connection, stream, min(bar.at_us for bar in late), touched)

    def _step(self, stream: str, bar: Bar, touched: dict[Key, None]) -> None:
        followed = (self._followed or {}).get(stream, {})
        for key, kept in followed.items():
            legs = kept.state.legs
            if legs is not None and legs.stopped_us is None and bar.at_us >= legs.entry_us:
                take_bar(kept.state, bar)
                touched[key] = None

    def _walk_late(self, connection: Connection, stream: str, from_us: int, touched: dict[Key, None]) -> None:
        """Walk every signal again that a bar out of order concerns."""
        candidates = {
            (one.state.stream, one.state.trade_id): one
            for one in store.born_before(connection, stream, from_us + _DAY_US)
        }
        candidates.update((self._followed or {}).get(stream, {}))
        for key, stored in candidates.items():
            kept = self._kept.setdefault(key, stored)
            planned = plan(kept.state)
            legs = kept.state.legs
            ended = legs is not None and legs.stopped_us is not None and legs.stopped_us < from_us
            if planned is not None and not ended:
                walk_again(kept.state, bar_store.bars_from(connection, stream, planned[3]))
                touched[key] = None

    def _walk_where_needed(self, connection: Connection, touched: dict[Key, None]) -> None:
        for key in touched:
            kept = self._kept[key]
            if kept.state.by_bars and needs_walk(kept.state):
                planned = plan(kept.state)
                if planned is not None:
                    walk_again(kept.state, bar_store.bars_from(connection, key[0], planned[3]))

    def _count(self, connection: Connection, noted: dict[tuple[int, str, int], tuple[int, int]]) -> None:
        rows = [(*event, *place) for event, place in noted.items()]
        by_id = {kept.id: kept for kept in self._kept.values()} if rows else {}
        for signal_id, kind in store.note_events(connection, rows):
            counts = by_id[signal_id].state.counts
            counts[kind] = counts.get(kind, 0) + 1

    def _write(self, connection: Connection, touched: dict[Key, None]) -> list[SignalRow]:
        rows: list[tuple[int, int, SignalState, SignalView]] = []
        for key in touched:
            kept = self._kept[key]
            view = derive(kept.state)
            self._keep_following(key, kept, view)
            self._seq += 1
            rows.append((kept.id, self._seq, kept.state, view))
        store.write_signals(connection, rows)
        linked = self._link(connection, rows)
        changed = {signal_id: SignalRow(signal_id, seq, view) for signal_id, seq, _, view in rows}
        changed.update({row.id: row for row in linked})
        return list(changed.values())

    def _keep_following(self, key: Key, kept: Kept, view: SignalView) -> None:
        assert self._followed is not None
        group = self._followed.setdefault(key[0], {})
        if kept.state.by_bars and view.exit_us is None and view.status != "INVALID":
            group[key] = kept
        else:
            group.pop(key, None)

    def _link(
        self, connection: Connection, rows: list[tuple[int, int, SignalState, SignalView]]
    ) -> list[SignalRow]:
        """Link ids of one chart that mean the same triangle: shown as one, never merged (domain.md §4.7)."""
        changed: list[SignalRow] = []
        seen: set[tuple[str, int]] = set()
        for _, _, _, view in rows:
            place = (view.stream, view.trade_id)
            triangle = (view.signal_us, view.direction)
            if view.signal_us is None or self._links.get(place) == triangle:
                continue
            self._links[place] = triangle
            if (view.stream, view.signal_us) in seen:
                continue
            seen.add((view.stream, view.signal_us))
            changed.extend(self._link_bar(connection, view.stream, view.signal_us))
        return changed

    def _link_bar(self, connection: Connection, stream: str, signal_us: int) -> list[SignalRow]:
        on_bar = store.same_bar(connection, stream, signal_us)
        changed: list[SignalRow] = []
        for direction in {row.view.direction for row in on_bar}:
            same = [row for row in on_bar if row.view.direction is direction]
            first = min(same, key=lambda row: row.view.trade_id)
            for row in same:
                target = None if row is first else first.view.trade_id
                if row.view.linked_to != target:
                    kept = self._kept.get((stream, row.view.trade_id))
                    full = store.state_of(connection, row.id) if kept is None else kept.state
                    assert full is not None
                    full.linked_to = target
                    self._seq += 1
                    view = derive(full)
                    store.write_signals(connection, [(row.id, self._seq, full, view)])
                    changed.append(SignalRow(row.id, self._seq, view))
        return changed


_DAY_US = 86_400_000_000
