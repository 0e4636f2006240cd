"""What looks wrong though it can be read: jumps, values that stand still, clocks, bursts, unusual hours.

A chart is watched event by event, in O(1) and with bounded memory, against its own past. Each detector has a
threshold that was chosen so that it keeps silent on clean days; how often it does not is measured (docs/integrity.md).
What is found is a finding and no more: nothing is refused or changed for it.
"""

from __future__ import annotations

from collections import OrderedDict
from enum import StrEnum
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Final

import msgspec

from secondskies_desktop.foundation.market_hours import is_open, open_seconds_between
from secondskies_desktop.foundation.sessions import new_york
from secondskies_desktop.integrity.robust import Window
from secondskies_desktop.signals.vocabulary import EventType, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.signals.event import Decoded, Event

_SECOND_US: Final = 1_000_000
_MINUTE_US: Final = 60 * _SECOND_US
_HOUR_US: Final = 60 * _MINUTE_US
_MAX_SIGNALS: Final = 512
_MAX_BODIES: Final = 256


class AnomalyKind(StrEnum):
    """What looks wrong."""

    PRICE_JUMP = "price_jump"
    PATH_JUMP = "path_jump"
    EXCURSION_FELL = "excursion_fell"
    STUCK_PRICE = "stuck_price"
    STUCK_MFE = "stuck_mfe"
    CLOCK_SKEW = "clock_skew"
    DUPLICATE_BURST = "duplicate_burst"
    UNUSUAL_HOUR = "unusual_hour"


PRICE_JUMP_Z: Final = 20.0
"""Robust deviations of a minute's way beside the last _MOVES ones; a deviation is at least a point."""
_MOVES, _FEWEST_MOVES, _LEAST_POINTS = 120, 30, 1.0
PATH_JUMP_Z: Final = 30.0
"""Robust deviations of a step of the MFE beside the signal's own; a deviation is at least a quarter of R."""
QUIET_Z: Final = 5.0
"""A path that jumps with the market is none: only steps in minutes that the chart found more usual than this count."""
_STEPS, _FEWEST_STEPS, _LEAST_R = 30, 5, 0.25
FELL_R: Final = 0.02
"""A maximum cannot fall; two decimals are what the roundest generation sends."""
STUCK_MINUTES: Final = 12
"""Minutes on which a price came and was the same to the tick."""
BEHIND_R: Final = 0.1
"""So far a price may stand beyond the MFE that came with it ..."""
BEHIND_UPDATES: Final = 5
"""... on fewer updates in a row than this: the indicator itself is now and then some bars behind."""
SKEW_S: Final = (-5.0, 90.0)
"""Seconds from a bar's close to the arrival that speaks of it; outside on SKEW_RUN arrivals in a row is a skew."""
SKEW_RUN: Final = 3
BURST: Final = 5
"""The same bytes so often within BURST_S: the sender itself repeats at most three times."""
BURST_S: Final = 45
HOUR_Z: Final = 6.0
"""Robust deviations of the logarithm of an hour's arrivals from those of the same hour on other days."""
_HOURS, _FEWEST_HOURS, _LEAST_LOG = 20, 10, 0.05
_STAMPED: Final = frozenset(("mfe-batch", "snapshot-v1", "contract-2", "strategy", "telemetry-z"))


class Anomaly(msgspec.Struct, frozen=True):
    """Something that looks wrong: where ("" for the chart as a whole), since when (µs UTC), how much, and in words."""

    kind: AnomalyKind
    stream: str
    trade_id: str
    since_us: int
    score: float
    text: str


class _Path(msgspec.Struct):
    """What a signal said last, and its steps."""

    steps: Window
    at_us: int | None = None
    no_be_mfe: float | None = None
    mae: float | None = None
    sign: int | None = None
    entry: float | None = None
    risk: float | None = None
    behind: int = 0


class Watch:
    """One chart under watch. `notice` takes its arrivals in the order in which they came."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._paths: OrderedDict[str, _Path] = OrderedDict()
        self._bodies: OrderedDict[bytes, list[int]] = OrderedDict()
        self._moves = Window(_MOVES)
        self._price: tuple[int, float] | None = None
        self._market = 0.0
        self._same = 0
        self._skewed = 0
        self._hours: dict[int, Window] = {}
        self._hour: tuple[int, int] | None = None

    def notice(self, decoded: Decoded, received_us: int, digest: bytes) -> list[Anomaly]:
        """Take one arrival: what it says, when it came (µs UTC) and the SHA-256 of its bytes."""
        found = [*self._burst(digest, received_us), *self._unusual_hour(received_us)]
        if len(self._bodies[digest]) == 1:
            found += self._skew(decoded, received_us)
            found += self._price_of(decoded)
            for event in decoded.events:
                found += self._path_of(event)
        return found

    def _say(self, kind: AnomalyKind, since_us: int, score: float, text: str, trade_id: str = "") -> Anomaly:
        return Anomaly(kind, self._stream, trade_id, since_us, score, text)

    def _burst(self, digest: bytes, received_us: int) -> Iterator[Anomaly]:
        came = [
            at_us for at_us in self._bodies.pop(digest, []) if received_us - at_us <= BURST_S * _SECOND_US
        ]
        self._bodies[digest] = came = [*came[-BURST:], received_us]
        if len(self._bodies) > _MAX_BODIES:
            self._bodies.popitem(last=False)
        if len(came) == BURST:
            text = f"The same alert came {BURST} times within {BURST_S} seconds."
            yield self._say(AnomalyKind.DUPLICATE_BURST, came[0], float(len(came)), text)

    def _unusual_hour(self, received_us: int) -> Iterator[Anomaly]:
        """Judge an hour when the first arrival of a later one comes; one that was partly shut is not judged."""
        hour_us = received_us // _HOUR_US * _HOUR_US
        if self._hour is not None and self._hour[0] == hour_us:
            self._hour = (hour_us, self._hour[1] + 1)
            return
        before, self._hour = self._hour, (hour_us, 1)
        if before is None or before[0] > hour_us or not _is_open_throughout(before[0]):
            return
        past = self._hours.setdefault(new_york(before[0]).hour, Window(_HOURS))
        count = log(before[1])
        if len(past) >= _FEWEST_HOURS:
            # What chance alone does to the logarithm of a count, and a little more.
            usual = round(exp(past.median))
            score = past.score(count, _LEAST_LOG + 1 / sqrt(usual))
            if abs(score) >= HOUR_Z:
                text = f"{before[1]} alerts came in an hour that usually brings {usual}."
                yield self._say(AnomalyKind.UNUSUAL_HOUR, before[0], score, text)
        past.push(count)

    def _skew(self, decoded: Decoded, received_us: int) -> Iterator[Anomaly]:
        at_us = _bar_of(decoded)
        if at_us is None:
            return
        lag_s = (received_us - at_us - _MINUTE_US) / _SECOND_US
        if SKEW_S[0] <= lag_s <= SKEW_S[1]:
            self._skewed = 0
            return
        self._skewed += 1
        if self._skewed == SKEW_RUN:
            how = f"{-lag_s:.0f} s before" if lag_s < 0 else f"{lag_s:.0f} s after"
            text = f"Alerts arrive {how} the close of the bar that they speak of: a clock is wrong, or they are late."
            yield self._say(AnomalyKind.CLOCK_SKEW, received_us, lag_s, text)

    def _price_of(self, decoded: Decoded) -> Iterator[Anomaly]:
        """Follow the chart's own price: that of the bar, else the first that came with an update."""
        said = next(
            ((e.at_us, e.price) for e in decoded.events if e.price is not None and e.at_us is not None), None
        )
        if decoded.bar is not None:
            said = (decoded.bar.at_us, decoded.bar.close)
        if said is None:
            return
        (at_us, price), before = said, self._price
        if before is not None and at_us <= before[0]:
            return
        self._price, self._market = said, 0.0
        if before is None or is_open(at_us) is False:
            return
        yield from self._jump(price - before[1], at_us, before[0])
        # A price that stood still is counted by the minutes on which it was told.
        self._same = self._same + 1 if price == before[1] else 0
        if self._same == STUCK_MINUTES:
            text = f"The price has not moved by a tick in {STUCK_MINUTES} alerts of open market."
            yield self._say(AnomalyKind.STUCK_PRICE, at_us, float(self._same), text)

    def _jump(self, way: float, at_us: int, before_us: int) -> Iterator[Anomaly]:
        seconds = open_seconds_between(before_us, at_us)
        if not seconds or at_us - before_us > _HOUR_US:
            return
        # The way of a price grows with the root of time, so that lost minutes are no jump.
        move = way / sqrt(max(1.0, seconds / 60))
        if len(self._moves) >= _FEWEST_MOVES:
            self._market = score = self._moves.score(move, _LEAST_POINTS)
            if abs(score) >= PRICE_JUMP_Z:
                text = f"The price jumped by {way:g} points, far more than any minute before it."
                yield self._say(AnomalyKind.PRICE_JUMP, at_us, score, text)
        self._moves.push(move)

    def _path_of(self, event: Event) -> Iterator[Anomaly]:
        path = self._paths.pop(event.trade_id, None) or _Path(Window(_STEPS))
        self._paths[event.trade_id] = path
        if len(self._paths) > _MAX_SIGNALS:
            self._paths.popitem(last=False)
        if event.direction is not None:
            path.sign = event.direction.sign
        detail = event.detail or {}
        entry, stop = detail.get("entry_price"), detail.get("stop_loss")
        if path.risk is None and path.sign is not None and entry is not None and stop is not None:
            path.entry, path.risk = entry, path.sign * (entry - stop)
        if event.type is not EventType.MFE_UPDATE or event.at_us is None:
            return
        if path.at_us is None or event.at_us > path.at_us:
            yield from self._step(path, event, event.at_us)
            yield from self._behind(path, event, event.at_us)
            path.at_us, path.mae = event.at_us, event.mae if event.mae is not None else path.mae
            path.no_be_mfe = event.no_be_mfe if event.no_be_mfe is not None else path.no_be_mfe

    def _step(self, path: _Path, event: Event, at_us: int) -> Iterator[Anomaly]:
        now, before = event.no_be_mfe, path.no_be_mfe
        if now is not None and before is not None:
            if now < before - FELL_R:
                text = f"Its best excursion fell from {before:.2f}R to {now:.2f}R, which a maximum cannot."
                yield self._say(AnomalyKind.EXCURSION_FELL, at_us, before - now, text, event.trade_id)
            elif path.at_us is not None and at_us - path.at_us <= _HOUR_US:
                step = (now - before) / sqrt(max(1.0, (at_us - path.at_us) / _MINUTE_US))
                score = path.steps.score(step, _LEAST_R) if len(path.steps) >= _FEWEST_STEPS else 0.0
                if score >= PATH_JUMP_Z and abs(self._market) < QUIET_Z:
                    text = (
                        f"Its best excursion jumped from {before:.2f}R to {now:.2f}R, unlike its path before."
                    )
                    yield self._say(AnomalyKind.PATH_JUMP, at_us, score, text, event.trade_id)
                path.steps.push(step)
        if event.mae is not None and path.mae is not None and event.mae > path.mae + FELL_R:
            text = f"Its adverse excursion went back from {path.mae:.2f}R to {event.mae:.2f}R, which a minimum cannot."
            yield self._say(AnomalyKind.EXCURSION_FELL, at_us, event.mae - path.mae, text, event.trade_id)

    def _behind(self, path: _Path, event: Event, at_us: int) -> Iterator[Anomaly]:
        """Hold the MFE against the price that came with it: it is at least as far."""
        if path.sign is None or path.entry is None or not path.risk or path.risk <= 0:
            return
        if event.price is None or event.no_be_mfe is None:
            return
        behind = path.sign * (event.price - path.entry) / path.risk - event.no_be_mfe
        path.behind = path.behind + 1 if behind > BEHIND_R else 0
        if path.behind == BEHIND_UPDATES:
            text = f"Its best excursion stands at {event.no_be_mfe:.2f}R while its price is {behind:.2f}R beyond that."
            yield self._say(AnomalyKind.STUCK_MFE, at_us, behind, text, event.trade_id)


def _is_open_throughout(hour_us: int) -> bool:
    return open_seconds_between(hour_us, hour_us + _HOUR_US) == _HOUR_US // _SECOND_US


def _bar_of(decoded: Decoded) -> int | None:
    """Return the bar that an alert speaks of, None where it names none of its own."""
    if decoded.bar is not None:
        return decoded.bar.at_us
    if decoded.rule not in _STAMPED or not decoded.events:
        return None
    newest = max(
        (event for event in decoded.events if event.at_us is not None and event.at_source is Source.RECEIVED),
        key=lambda event: event.at_us or 0,
        default=None,
    )
    return None if newest is None else newest.at_us
