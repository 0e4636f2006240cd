"""Bytes in, typed events out: every generation that the indicator has ever spoken (domain.md §4).

`decode` never raises anything but Undecodable, whatever the bytes are. The rule that recognised a body is
part of the answer, so that every stored event can name it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from secondskies_desktop.signals import alerts_by_bar, alerts_by_event, fields
from secondskies_desktop.signals.alerts_by_event import single
from secondskies_desktop.signals.as_sent_batch import batch_as_sent
from secondskies_desktop.signals.as_sent_snapshot import snapshot_as_sent
from secondskies_desktop.signals.as_sent_telemetry import telemetry_as_sent
from secondskies_desktop.signals.event import Decoded, Undecodable
from secondskies_desktop.signals.strict_json import decode_strictly

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BODY_BYTES = 262_144
TEST_ALERT = "SECONDSKIES_TEST"
"""Event type of our own test alert: it proves the way in and is no signal."""


def decode(body: bytes, arrival_us: int) -> Decoded:
    """Decode one alert body that arrived at `arrival_us`; raises Undecodable with the dead letter's reason."""
    if len(body) > MAX_BODY_BYTES:
        raise Undecodable(f"larger than {MAX_BODY_BYTES} bytes")
    regular = batch_as_sent(body) or snapshot_as_sent(body) or telemetry_as_sent(body, arrival_us)
    if regular is not None:
        return regular
    tree, repairs = decode_strictly(body)
    decoded = _recognise(tree, arrival_us)
    return msgspec.structs.replace(decoded, repairs=repairs) if repairs else decoded


def _recognise(tree: dict[str, Any], arrival_us: int) -> Decoded:
    word = tree.get("event_type")
    bulk = _BULK.get(word) if isinstance(word, str) else None
    if bulk is not None:
        return bulk(tree)
    attributes = tree.get("attributes")
    if isinstance(attributes, dict):
        return _wrapped(tree, attributes, arrival_us)
    if tree.get("contract") == alerts_by_bar.CONTRACT:
        return alerts_by_bar.contract_two(tree)
    if word is not None:
        return single(_telemetry_rule(tree), alerts_by_event.telemetry(tree, arrival_us, word))
    if "signal_id" in tree and "type" in tree:
        return single("strategy", alerts_by_event.strategy(tree))
    if "automation_stage" in tree:
        event = alerts_by_event.telemetry(tree, arrival_us, tree["automation_stage"])
        return single("automation-stage", event)
    if "contract" in tree:
        raise Undecodable(f"unknown contract: only {alerts_by_bar.CONTRACT} is spoken")
    raise Undecodable("no known alert: neither event_type, type with signal_id nor automation_stage")


def _telemetry_rule(tree: dict[str, Any]) -> str:
    style = "telemetry" if "schema_version" in tree else "direct"
    stamp = tree.get("event_timestamp")
    return f"{style}-z" if isinstance(stamp, str) and stamp.endswith("Z") else style


def _wrapped(tree: dict[str, Any], attributes: dict[str, Any], arrival_us: int) -> Decoded:
    """Decode a body whose alert stands in `attributes`: what is inside wins over what is beside it."""
    merged = {**tree, **attributes}
    del merged["attributes"]
    differing = tuple(
        f"{key} differs inside and outside attributes"
        for key in ("event_type", "trade_id")
        if tree.get(key, merged.get(key)) != merged.get(key)
    )
    inside = _recognise(merged, arrival_us)
    return msgspec.structs.replace(inside, rule=f"wrapped-{inside.rule}", notes=(*differing, *inside.notes))


def _heartbeat(tree: dict[str, Any]) -> Decoded:
    fields.number(tree, "signal_count", 1e9)
    return Decoded("heartbeat", "HEARTBEAT", [])


def _test_alert(tree: dict[str, Any]) -> Decoded:
    fields.text(tree, "nonce")
    return Decoded("test-alert", TEST_ALERT, [])


_BULK: dict[str, Callable[[dict[str, Any]], Decoded]] = {
    "MFE_UPDATE_BATCH": alerts_by_bar.mfe_batch,
    "UNIFIED_SNAPSHOT_V1": alerts_by_bar.snapshot,
    "INDICATOR_EXPORT_V2": alerts_by_bar.export,
    "ALL_SIGNALS_EXPORT": alerts_by_bar.all_signals_export,
    "HEARTBEAT": _heartbeat,
    TEST_ALERT: _test_alert,
}
