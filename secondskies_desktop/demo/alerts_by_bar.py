"""The generations that speak of many signals at once, written field by field (domain.md §4.5)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from secondskies_desktop.demo.fields import MINUTE_US, milliseconds, number, wall, write
from secondskies_desktop.foundation.sessions import NEW_YORK, new_york

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.demo.indicator import BarReport, Indicator
    from secondskies_desktop.demo.journey import SimSignal
    from secondskies_desktop.market.bars import Bar

MAX_SIGNALS = 12
MAX_TRIANGLES = 10
MAX_LENGTH = 3_600
_BATCH_SIGNALS = 22
_BATCH_LENGTH = 4_000
_SHORT = {"Bullish": "BULL", "Bearish": "BEAR", "Neutral": "NEUT"}


class Snapshots:
    """Speaks UNIFIED_SNAPSHOT_V1, once a bar, and remembers which triangles it has told."""

    def __init__(self, *, lost_quote: bool) -> None:
        self._lost_quote = lost_quote
        self._told = 0
        self._late = False
        self._bars = 0

    def of_bar(self, report: BarReport, indicator: Indicator) -> str:
        """Return the snapshot of a bar.

        One that would be too long says nothing, and what it should have told waits. How the real
        indicator finds its words again is not known; ours then tells of as many waiting triangles
        as there is room for.
        """
        self._bars += 1
        head = self._head(report, indicator)
        followed = list(reversed(report.running))
        if report.confirmed is not None:
            followed.insert(0, report.confirmed)
        signals = ",".join(map(_followed, followed[:MAX_SIGNALS]))
        waiting = indicator.born_since(self._told)[:MAX_TRIANGLES]
        triangles = [_triangle(signal, lost_quote=self._lost_quote) for signal in waiting]
        while True:
            body = f'{head},"signals":[{signals}],"triangles_delta":[{",".join(triangles)}]}}'
            if len(body) <= MAX_LENGTH:
                self._told += len(triangles)
                self._late = self._told < indicator.count
                return body
            if not (self._late and triangles):
                self._late = True
                return (
                    f'{head},"debug_overflow":true,"debug_payload_len":{len(body)}'
                    ',"signals":[],"triangles_delta":[]}'
                )
            triangles.pop()

    def _head(self, report: BarReport, indicator: Indicator) -> str:
        bar = report.bar
        # Their real names and meanings are not known. Short ones leave room for eleven trades.
        debug = {
            "debug_v": 21,
            "debug_bars": self._bars,
            "debug_all": indicator.count,
            "debug_run": len(report.running),
            "debug_told": self._told,
            "debug_new": int(report.born is not None),
            "debug_conf": int(report.confirmed is not None),
            "debug_canc": int(report.cancelled is not None),
            "debug_stop": len(report.stopped),
            "debug_bias": report.bias,
            "debug_rt": True,
        }
        return (
            f'{{"event_type":"UNIFIED_SNAPSHOT_V1",{write(debug)[1:-1]},"symbol":"CME_MINI:MNQ1!"'
            f',"timeframe":"1","bar_ts":{(bar.at_us + MINUTE_US) // 1000},"open":{number(bar.open)}'
            f',"high":{number(bar.high)},"low":{number(bar.low)},"close":{number(bar.close)}'
        )


def _followed(signal: SimSignal) -> str:
    """Write a confirmed signal; two decimals, for with ten there would be room for fewer trades still."""
    return (
        f'{_who(signal)},"entry":{number(signal.entry)},"stop":{number(signal.stop)},"symbol":"MNQ1!"'
        f',"be_mfe":{number(signal.be_mfe, 2)},"no_be_mfe":{number(signal.no_be_mfe, 2)}'
        f',"mae":{number(signal.mae, 2)},"completed":{write(signal.no_be_stopped_us is not None)}}}'
    )


def _who(signal: SimSignal) -> str:
    """Write what a snapshot and an export begin a confirmed signal with."""
    return _who_at(signal.trade_id, signal.triangle_us, signal.confirmation_us, signal.word, signal.session)


@lru_cache(maxsize=256)
def _who_at(trade_id: str, triangle_us: int, confirmation_us: int | None, word: str, session: str) -> str:
    return (
        f'{{"trade_id":"{trade_id}","triangle_time":{milliseconds(triangle_us)}'
        f',"confirmation_time":{milliseconds(confirmation_us)},"date":"{new_york(triangle_us):%Y-%m-%d}"'
        f',"direction":"{word}","session":"{session}"'
    )


def _triangle(signal: SimSignal, *, lost_quote: bool) -> str:
    """Write a new triangle; one that had to wait has moved on by the time it is told."""
    at = new_york(signal.triangle_us)
    quote = "" if lost_quote else '"'
    htf = signal.htf
    return (
        f'{{"trade_id":"{signal.trade_id}","triangle_time":{milliseconds(signal.triangle_us)}'
        f',"confirmation_time":{milliseconds(signal.confirmation_us)},"date":"{at:%Y-%m-%d}"'
        f',"time":"{at:%H:%M:%S}","direction":"{signal.word}","session":"{signal.session}"'
        f',"status":"{signal.status}","entry":{number(signal.entry)},"stop":{number(signal.stop)}'
        f',"risk":{number(signal.risk)},"bars_to_confirm":{number(signal.bars_to_confirm)}'
        f',"htf_daily":"{htf["htf_daily"]}","htf_4h":"{htf["htf_4h"]}","htf_1h":"{htf["htf_1h"]}{quote}'
        f',"htf_15m":"{htf["htf_15m"]}","htf_5m":"{htf["htf_5m"]}"}}'
    )


def mfe_batch(report: BarReport) -> str:
    """Write MFE_UPDATE_BATCH: the newest running signals that an alert has room for, oldest first."""
    items = [_batch_item(signal, report.bar) for signal in report.running[-_BATCH_SIGNALS:]]
    head = f'{{"event_type":"MFE_UPDATE_BATCH","timestamp":"{wall(report.bar.at_us, NEW_YORK)}","signals":['
    while len(head) + sum(map(len, items)) + len(items) > _BATCH_LENGTH:
        del items[0]
    return f"{head}{','.join(items)}]}}"


def _batch_item(signal: SimSignal, bar: Bar) -> str:
    return (
        f'{{"trade_id":"{signal.trade_id}","direction":"{signal.word}","be_mfe":{number(signal.be_mfe)}'
        f',"no_be_mfe":{number(signal.no_be_mfe)},"mae_global_r":{number(signal.mae)}'
        f',"current_price":{number(bar.close)},"be_triggered":{write(signal.be_triggered_us is not None)}}}'
    )


def heartbeat(report: BarReport, count: int) -> str:
    """Write HEARTBEAT: the indicator is alive and has seen so many signals."""
    stamp = wall(report.bar.at_us, NEW_YORK)
    return f'{{"event_type":"HEARTBEAT","timestamp":"{stamp}","signal_count":{count}}}'


def export(signals: Sequence[SimSignal], number_of_batch: int, total: int, now_us: int) -> str:
    """Write INDICATOR_EXPORT_V2: confirmed signals, `age` in minutes since the triangle."""
    items = [
        f'{_who(signal)},"age":{(now_us - signal.triangle_us) // MINUTE_US},"entry":{number(signal.entry)}'
        f',"stop":{number(signal.stop)},"be_mfe":{number(signal.be_mfe)},"no_be_mfe":{number(signal.no_be_mfe)}'
        f',"mae":{number(signal.mae)},"completed":{write(signal.no_be_stopped_us is not None)}}}'
        for signal in signals
    ]
    return _bulk("INDICATOR_EXPORT_V2", items, number_of_batch, total)


def all_signals_export(signals: Sequence[SimSignal], number_of_batch: int, total: int) -> str:
    """Write ALL_SIGNALS_EXPORT: one row a triangle, its biases in four letters."""
    items = [
        write(
            {
                "trade_id": signal.trade_id,
                "direction": signal.direction,
                "status": signal.status,
                "signal_time": signal.triangle_us // 1000,
                "confirmation_time": None
                if signal.confirmation_us is None
                else signal.confirmation_us // 1000,
                "bars_to_confirm": signal.bars_to_confirm,
                "entry": signal.entry,
                "stop": signal.stop,
                "risk": signal.risk,
                **{name: _SHORT[bias] for name, bias in signal.htf.items()},
                "htf_1m": _SHORT[signal.word],
            }
        )
        for signal in signals
    ]
    return _bulk("ALL_SIGNALS_EXPORT", items, number_of_batch, total)


def _bulk(word: str, items: list[str], number_of_batch: int, total: int) -> str:
    return (
        f'{{"event_type":"{word}","batch_number":{number_of_batch},"batch_size":{len(items)}'
        f',"total_signals":{total},"signals":[{",".join(items)}]}}'
    )
