"""Real alert logs with rows removed: what is found, what is filled in, and how much of it is right.

`python -m benchmarks.removed_rows` prints one row a log and share, against the whole log as the truth. A fill that the
whole log can neither prove nor disprove is counted as such and not as right.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from secondskies_desktop.engine import integrity
from secondskies_desktop.engine.folding import fold_pending
from secondskies_desktop.foundation.database.engine import read_engine, write_engine
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.alert_log import read_alert_log
from secondskies_desktop.integrity import store
from secondskies_desktop.integrity.reconcile import SURE
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.event import Undecodable
from secondskies_desktop.signals.vocabulary import EventType
from secondskies_desktop.signals.wire import decode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.ingest.store import Arrival
    from secondskies_desktop.signals.fills import Fill
    from secondskies_desktop.signals.view import SignalView

SHARES = (0.05, 0.1, 0.2)
_MINUTE_US = 60_000_000
_HEAD = (
    "log",
    "share",
    "rows removed",
    "events of signals lost",
    "traceable",
    "found",
    "untraceable",
    "fills",
    "right",
    "wrong",
    "not decidable",
    "sure fills right",
    "received values changed",
)
Views = dict[tuple[str, str], "SignalView"]


def main() -> int:
    """Measure every log and print the table as Markdown."""
    folder = os.environ.get("SECONDSKIES_ALERT_LOGS")
    if not folder:
        sys.stderr.write("SECONDSKIES_ALERT_LOGS names no folder\n")
        return 2
    print("| " + " | ".join(_HEAD) + " |")
    print("|" + "---|" * len(_HEAD))
    for file in sorted(Path(folder).glob("*.csv")):
        rows = read_alert_log(file)
        for share in SHARES:
            print("| " + " | ".join(map(str, measured(file.stem[-16:], rows, share))) + " |", flush=True)
    return 0


def measured(name: str, rows: Sequence[Arrival], share: float) -> list[object]:
    """Return one row of the table."""
    chance = random.Random(f"{name} {share}")
    kept: list[Arrival] = []
    gone: list[Arrival] = []
    for row in rows:
        (gone if chance.random() < share else kept).append(row)
    whole, _, _ = folded(rows, fills=False)
    bare, _, findings = folded(kept, fills=False)
    after, fills, _ = folded(kept, fills=True)
    lost = lost_events(gone, kept, bare)
    traceable = [one for one in lost if one[3]]
    found = sum(1 for one in traceable if is_found(one, findings))
    verdicts = [(one, verdict(one, whole, bare)) for one in fills]
    count = Counter(word for _, word in verdicts)
    sure = [word for one, word in verdicts if (one.confidence or 0) >= SURE and word != "open"]
    right = f"{sure.count('right')} of {len(sure)}" + (
        f" ({100 * sure.count('right') / len(sure):.1f} %)" if sure else ""
    )
    return [
        name,
        f"{share:.0%}",
        len(gone),
        len(lost),
        len(traceable),
        f"{found}" + (f" ({100 * found / len(traceable):.1f} %)" if traceable else ""),
        len(lost) - len(traceable),
        len(fills),
        count["right"],
        count["wrong"],
        count["open"],
        right,
        changed(bare, after),
    ]


def folded(rows: Sequence[Arrival], *, fills: bool) -> tuple[Views, list[Fill], list[store.Finding]]:
    """Fold rows into a profile of their own and look at it at the time of the last one."""
    with tempfile.TemporaryDirectory(prefix="secondskies-removed-") as home:
        profile: Profile = open_profile(Path(home), None)
        ensure_schema(profile.database)
        writer = write_engine(profile.database, wait_ms=5_000)
        with writer.begin() as connection:
            inbox_store.append_arrivals(connection, rows)
        writer.dispose()
        fold_pending(profile)
        end_us = rows[-1].received_us + _MINUTE_US if rows else 0
        made: list[Fill] = []
        if fills:
            made = integrity.filled(profile, lambda: end_us)
        else:
            integrity.look_now(profile, fills=False, clock=lambda: end_us)
        reader = read_engine(profile.database)
        with reader.connect() as connection:
            views = {(row.view.stream, row.view.trade_id): row.view for row in signal_store.every(connection)}
            findings = store.open_findings(connection)
        reader.dispose()
        return views, made, findings


Lost = tuple[str, str, int | None, bool]
"""Trade id, kind, bar (µs UTC), whether it leaves a trace."""


def lost_events(gone: Sequence[Arrival], kept: Sequence[Arrival], bare: Views) -> list[Lost]:
    """Return the events that were removed with every one of their repetitions."""
    still = set(events_of(kept))
    lines: dict[str, list[int]] = {}
    for trade_id, kind, at_us in still:
        if kind == EventType.MFE_UPDATE and at_us is not None:
            lines.setdefault(trade_id, []).append(at_us)
    found: list[Lost] = []
    for trade_id, kind, at_us in sorted(set(events_of(gone)) - still, key=str):
        if kind == EventType.MFE_UPDATE and (at_us is None or trade_id not in lists_of(gone)):
            continue
        found.append((trade_id, kind, at_us, leaves_trace(trade_id, kind, at_us, lines, bare)))
    return found


def events_of(rows: Sequence[Arrival]) -> list[tuple[str, str, int | None]]:
    """Return (trade id, kind, bar of an update) of every event of some rows."""
    found = []
    for row in rows:
        try:
            events = decode(row.body, row.received_us).events
        except Undecodable:
            continue
        for event in events:
            at_us = event.at_us if event.type is EventType.MFE_UPDATE else None
            found.append((event.trade_id, str(event.type), at_us))
    return found


def lists_of(rows: Sequence[Arrival]) -> set[str]:
    """Return the trade ids that list alerts spoke of: only they are due at every bar."""
    found: set[str] = set()
    for row in rows:
        try:
            decoded = decode(row.body, row.received_us)
        except Undecodable:
            continue
        if decoded.rule == "mfe-batch":
            found.update(event.trade_id for event in decoded.events)
    return found


def leaves_trace(
    trade_id: str, kind: str, at_us: int | None, lines: dict[str, list[int]], bare: Views
) -> bool:
    """Tell whether anything that was kept presupposes a removed event."""
    view = next((one for (_, name), one in bare.items() if name == trade_id), None)
    if view is None:
        return False
    if kind == EventType.MFE_UPDATE:
        known = lines.get(trade_id, [])
        return at_us is not None and bool(known) and min(known) < at_us < max(known)
    if kind in (EventType.ENTRY, EventType.BE_TRIGGERED):
        return view.no_be_status != "NOT_STARTED" and (kind == EventType.ENTRY or (view.be_mfe or 0) >= 1)
    if kind == EventType.SIGNAL_CREATED:
        return view.no_be_status != "NOT_STARTED"
    if kind == EventType.EXIT_BE:
        return (view.be_mfe or 0) >= 1 and (view.no_be_mfe or 0) > (view.be_mfe or 0) + 0.01
    return False


def is_found(one: Lost, findings: Sequence[store.Finding]) -> bool:
    """Tell whether the findings name a removed event."""
    trade_id, kind, at_us, _ = one
    wanted = {
        EventType.ENTRY: ("no_entry",),
        EventType.SIGNAL_CREATED: ("no_creation",),
        EventType.BE_TRIGGERED: ("no_trigger",),
        EventType.EXIT_BE: ("no_be_exit",),
        EventType.MFE_UPDATE: ("lost_update",),
    }[EventType(kind)]
    for finding in findings:
        if finding.trade_id != trade_id or finding.type not in wanted:
            continue
        if kind != EventType.MFE_UPDATE:
            return True
        word = finding.text.split()[0]
        minutes = int(word) if word.isdigit() else 1
        if at_us is not None and finding.since_us <= at_us < finding.since_us + minutes * _MINUTE_US:
            return True
    return False


def verdict(one: Fill, whole: Views, bare: Views) -> str:  # noqa: C901, PLR0911 - one a kind of field
    """Return whether the whole log proves a fill right or wrong, or says nothing of it: "open"."""
    truth = whole.get((one.stream, one.trade_id))
    if truth is None:
        return "open"
    received = truth.event_counts
    if one.field == "targets":
        mine = bare[(one.stream, one.trade_id)]
        same = (mine.entry_price, mine.stop_loss) == (truth.entry_price, truth.stop_loss)
        return "right" if same else "wrong"
    if one.field == EventType.CANCELLED:
        return "wrong" if truth.no_be_status != "NOT_STARTED" else "right"
    if one.field == EventType.CONFIRMED:
        if truth.confirmed_us is None:
            return "right" if truth.entry_us == one.value else "wrong"
        return "right" if truth.confirmed_us == one.value else "wrong"
    if one.field == EventType.BE_TRIGGERED:
        if EventType.BE_TRIGGERED in received or max(truth.be_mfe or 0, truth.no_be_mfe or 0) >= 1:
            at_us = truth.be_triggered_us
            return (
                "right" if one.value is None or at_us is None or at_us <= one.value + _MINUTE_US else "wrong"
            )
        return "wrong"
    if one.field == EventType.EXIT_BE:
        if EventType.EXIT_BE in received or truth.be_status == "STOPPED_BE":
            return "right" if truth.be_status == "STOPPED_BE" else "wrong"
        return "open" if truth.be_status == "RUNNING" else "wrong"
    if one.field == EventType.EXIT_SL:
        if truth.no_be_status == "STOPPED_SL":
            at_us = truth.exit_us
            return "right" if at_us is None or at_us <= one.value + _MINUTE_US else "wrong"
        alive = truth.last_event_us is not None and truth.last_event_us > one.value
        return "wrong" if alive and truth.no_be_status == "RUNNING" else "open"
    return "open"


def changed(before: Views, after: Views) -> int:
    """Return how many received values differ after filling."""
    count = 0
    for key, old in before.items():
        new = after[key]
        for name, source in old.sources.items():
            field = f"{name[:-3]}_us" if name.endswith("_at") else name
            # A stopped trade went to −1R by definition: its running minimum goes on, and the received one stays kept.
            if source == "received" and name != "mae" and hasattr(old, field):
                count += getattr(old, field) != getattr(new, field)
    return count


if __name__ == "__main__":
    sys.exit(main())
