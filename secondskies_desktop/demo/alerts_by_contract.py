"""Contract 2 as our Pine library sends it: numbered, all of a bar in one alert, at most three (docs/alert-contract.md).

What it looks after is the library's own: news before updates, of several updates of one trade the newest alone, and
what has no room waits for a later bar with its own time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from secondskies_desktop.demo.event import Kind, Told
from secondskies_desktop.demo.fields import MINUTE_US, milliseconds, number, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from secondskies_desktop.market.bars import Bar

MAX_BODY = 3_900
_MAX_HEAD = 300
_MAX_ALERTS_A_BAR = 3
_MAX_ALERTS_IN_WINDOW = 12
_WINDOW_US = 3 * MINUTE_US
_BEAT_US = 15 * MINUTE_US
_NAMES = {Kind.BREAK_EVEN: "EXIT_BE", Kind.STOP_LOSS: "EXIT_SL"}


class Sender:
    """The memory of one run of the script: a new one begins its numbers at 1."""

    def __init__(self) -> None:
        self._seq = 0
        self._last_us = 0
        self._news: list[str] = []
        self._updates: dict[str, str] = {}
        self._sent_us: list[int] = []

    def of_bar(self, bar: Bar, told: Iterable[Told]) -> Iterator[str]:
        """Yield the alerts of a closed bar on which this was told."""
        for one in told:
            if one.kind is Kind.UPDATE:
                self._updates[one.signal.trade_id] = _event(one, bar.at_us)
            else:
                self._news.append(_event(one, bar.at_us))
        self._sent_us = [at_us for at_us in self._sent_us if at_us > bar.at_us - _WINDOW_US]
        allowed = min(_MAX_ALERTS_A_BAR, _MAX_ALERTS_IN_WINDOW - len(self._sent_us))
        bodies: list[str] = []
        while len(bodies) < allowed and (self._news or self._updates):
            bodies.append(self._take())
        if not bodies and allowed > 0 and bar.at_us - self._last_us >= _BEAT_US:
            bodies.append("")
        for part, events in enumerate(bodies, start=1):
            yield self._message(bar, events, part, len(bodies))

    def _take(self) -> str:
        """Return the waiting events that fit one message; they wait no longer."""
        body = ""
        while self._news or self._updates:
            event = self._news[0] if self._news else next(iter(self._updates.values()))
            if len(body) + 1 + len(event) > MAX_BODY - _MAX_HEAD:
                break
            body = f"{body},{event}" if body else event
            if self._news:
                del self._news[0]
            else:
                del self._updates[next(iter(self._updates))]
        return body

    def _message(self, bar: Bar, events: str, part: int, parts: int) -> str:
        self._seq += 1
        self._last_us = bar.at_us
        self._sent_us.append(bar.at_us)
        return (
            f'{{"contract":2,"seq":{self._seq},"part":{part},"parts":{parts},"symbol":"CME_MINI:MNQ1!"'
            f',"timeframe":"1","bar":{milliseconds(bar.at_us)},"open":{number(bar.open)}'
            f',"high":{number(bar.high)},"low":{number(bar.low)},"close":{number(bar.close)},"events":[{events}]}}'
        )


def _event(told: Told, bar_us: int) -> str:
    kind, signal = told
    name = _NAMES.get(kind, kind.value)
    at_us = signal.triangle_us if kind is Kind.CREATED else bar_us
    body: dict[str, Any] = {
        "event_id": f"{signal.trade_id}:{name}:{at_us // 1000}",
        "type": name,
        "trade_id": signal.trade_id,
        "direction": signal.direction,
        "at": at_us // 1000,
    }
    if kind is not Kind.UPDATE:
        body["signal_at"] = signal.triangle_us // 1000
    match kind:
        case Kind.CREATED:
            frames = {"daily": "htf_daily", "h4": "htf_4h", "h1": "htf_1h", "m15": "htf_15m", "m5": "htf_5m"}
            body["htf"] = {name: signal.htf[key] for name, key in frames.items()} | {"m1": signal.word}
        case Kind.ENTRY:
            body |= {"entry_price": signal.entry, "stop_loss": signal.stop}
        case Kind.UPDATE:
            body |= {"be_mfe": signal.be_mfe, "no_be_mfe": signal.no_be_mfe, "mae": signal.mae}
            body["be_triggered"] = signal.be_triggered_us is not None
        case Kind.TRIGGERED:
            body["be_triggered"] = True
        case Kind.BREAK_EVEN | Kind.STOP_LOSS:
            body["exit_price"] = signal.entry if kind is Kind.BREAK_EVEN else signal.stop
        case _:
            pass
    return write(body)
