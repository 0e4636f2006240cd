"""Every generation from bytes to events, by small hand-made bodies (tests/signals/bodies).

Bounds, broken bytes and the laws over arbitrary bodies are in test_wire_bounds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from secondskies_desktop.market.bars import Bar
from secondskies_desktop.signals.event import Decoded, event_key
from secondskies_desktop.signals.vocabulary import Direction, EventType, Source
from secondskies_desktop.signals.wire import decode

BODIES = Path(__file__).parent / "bodies"
CONTRACT = Path(__file__).parents[2] / "docs" / "alert-contract.md"

RECEIVED, ID, ARRIVAL, REPLAYED = Source.RECEIVED, Source.ID, Source.ARRIVAL, Source.REPLAYED

STRATEGY = "20251118_091400000_BULLISH"
TELEMETRY_Z = "20251126_023000000_BEARISH"
TELEMETRY = "20251209_094200000_BULLISH"
OLDER = "20251209_081900000_BEARISH"
RUNNING = "20260108_091500000_BULLISH"
CANCELLED = "20260108_094400000_BEARISH"
PENDING = "20260108_100000000_BULLISH"
STOPPED = "20260107_153200000_BEARISH"
TWO = "20260203_094800000_BULLISH"


def us(text: str) -> int:
    """Return an ISO reading of UTC in microseconds."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000


def body(name: str) -> bytes:
    """Return the bytes of a hand-made body."""
    return (BODIES / name).read_bytes()


LIVE = us("2025-12-09T14:58:02")
"""An arrival two seconds after the close of the bar of 14:57."""


def decoded(name: str, arrival_us: int = LIVE) -> Decoded:
    """Decode a hand-made body."""
    return decode(body(name), arrival_us)


RULES = [
    ("strategy_entry.json", "strategy", "ENTRY", "ENTRY"),
    ("strategy_mfe.json", "strategy", "MFE_UPDATE", "MFE_UPDATE"),
    ("strategy_be_triggered.json", "strategy", "BE_TRIGGERED", "BE_TRIGGERED"),
    ("strategy_exit.json", "strategy", "EXIT_BE", "EXIT_BE"),
    ("telemetry_z_entry.json", "telemetry-z", "ENTRY", "ENTRY"),
    ("telemetry_z_mfe.json", "telemetry-z", "MFE_UPDATE", "MFE_UPDATE"),
    ("telemetry_signal_created.json", "telemetry", "SIGNAL_CREATED", "SIGNAL_CREATED"),
    ("telemetry_entry.json", "telemetry", "ENTRY", "ENTRY"),
    ("telemetry_mfe.json", "telemetry", "MFE_UPDATE", "MFE_UPDATE"),
    ("telemetry_be_triggered.json", "telemetry", "BE_TRIGGERED", "BE_TRIGGERED"),
    ("telemetry_exit_stop.json", "telemetry", "EXIT_SL", "EXIT_SL"),
    ("wrapped.json", "wrapped-telemetry", "ENTRY", "ENTRY"),
    ("direct.json", "direct", "ENTRY", "ENTRY"),
    ("direct_z.json", "direct-z", "BE_TRIGGERED", "BE_TRIGGERED"),
    ("automation_stage.json", "automation-stage", "CONFIRMED", "CONFIRMED"),
    ("automation_stage_resolved_be.json", "automation-stage", "EXIT_BE", "EXIT_BE"),
    ("mfe_batch.json", "mfe-batch", "MFE_UPDATE_BATCH", "MFE_UPDATE MFE_UPDATE"),
    ("heartbeat.json", "heartbeat", "HEARTBEAT", ""),
    ("test_alert.json", "test-alert", "SECONDSKIES_TEST", ""),
    (
        "export_v2.json",
        "export-v2",
        "INDICATOR_EXPORT_V2",
        "CONFIRMED MFE_UPDATE CONFIRMED MFE_UPDATE EXIT_SL",
    ),
    (
        "all_signals_export.json",
        "all-signals-export",
        "ALL_SIGNALS_EXPORT",
        "SIGNAL_CREATED CONFIRMED SIGNAL_CREATED CANCELLED SIGNAL_CREATED SIGNAL_CREATED CONFIRMED EXIT_SL",
    ),
    (
        "snapshot_plain.json",
        "snapshot-v1",
        "UNIFIED_SNAPSHOT_V1",
        "SIGNAL_CREATED CANCELLED SIGNAL_CREATED CONFIRMED MFE_UPDATE",
    ),
    ("snapshot_overflow.json", "snapshot-v1", "UNIFIED_SNAPSHOT_V1", ""),
    (
        "contract_two.json",
        "contract-2",
        "CONTRACT_2",
        "SIGNAL_CREATED CANCELLED CONFIRMED ENTRY BE_TRIGGERED EXIT_BE EXIT_SL MFE_UPDATE",
    ),
    ("contract_two_heartbeat.json", "contract-2", "CONTRACT_2", ""),
]


@pytest.mark.parametrize(("name", "rule", "event_type", "kinds"), RULES)
def test_that_each_generation_is_recognised(name: str, rule: str, event_type: str, kinds: str) -> None:
    found = decoded(name)
    assert (found.rule, found.event_type) == (rule, event_type)
    assert " ".join(event.type for event in found.events) == kinds
    assert (found.repairs, found.problems) == ((), ())


@pytest.mark.parametrize(
    ("name", "place", "at", "at_source", "signal", "signal_source"),
    [
        # The id is the confirmation bar by Chicago's clock, 09:14; the triangle stands in ENTRY's stamp.
        ("strategy_entry.json", 0, "2025-11-18T15:14", ID, "2025-11-18T15:11", RECEIVED),
        ("strategy_mfe.json", 0, "2025-11-18T15:20", RECEIVED, None, None),
        ("strategy_exit.json", 0, "2025-11-18T15:41", RECEIVED, None, None),
        # Chicago's clock although labelled Z; the triangle is not said.
        ("telemetry_z_entry.json", 0, "2025-11-26T08:30", RECEIVED, None, None),
        ("telemetry_z_mfe.json", 0, "2025-11-26T08:41", RECEIVED, None, None),
        ("direct_z.json", 0, "2025-11-26T08:36", RECEIVED, None, None),
        # New York's clock: the id is the triangle; the stamp does not prove the event's bar.
        ("telemetry_signal_created.json", 0, "2025-12-09T14:42", ID, "2025-12-09T14:42", ID),
        ("telemetry_entry.json", 0, "2025-12-09T14:57", ARRIVAL, "2025-12-09T14:42", ID),
        ("telemetry_mfe.json", 0, "2025-12-09T14:57", ARRIVAL, "2025-12-09T14:42", ID),
        ("wrapped.json", 0, "2025-12-09T14:57", ARRIVAL, "2025-12-09T14:42", ID),
        ("direct.json", 0, "2025-12-09T14:57", ARRIVAL, "2025-12-09T14:42", ID),
        ("mfe_batch.json", 0, "2025-12-09T15:02", RECEIVED, "2025-12-09T14:42", ID),
        ("mfe_batch.json", 1, "2025-12-09T15:02", RECEIVED, "2025-12-09T13:19", ID),
        # `bar_ts` is the close of the bar, the other milliseconds are opens.
        ("snapshot_plain.json", 0, "2026-01-08T14:44", RECEIVED, "2026-01-08T14:44", RECEIVED),
        ("snapshot_plain.json", 3, "2026-01-08T14:18", RECEIVED, "2026-01-08T14:15", RECEIVED),
        ("snapshot_plain.json", 4, "2026-01-08T15:00", RECEIVED, "2026-01-08T14:15", RECEIVED),
        # An export says when a signal was born and confirmed, but not of when its excursions are.
        ("export_v2.json", 0, "2026-01-08T14:18", RECEIVED, "2026-01-08T14:15", RECEIVED),
        ("export_v2.json", 1, None, RECEIVED, "2026-01-08T14:15", RECEIVED),
        ("export_v2.json", 4, None, RECEIVED, "2026-01-07T20:32", RECEIVED),
        ("all_signals_export.json", 3, None, RECEIVED, "2026-01-08T14:44", RECEIVED),
        ("contract_two.json", 0, "2026-02-03T15:10", RECEIVED, "2026-02-03T15:10", RECEIVED),
        ("contract_two.json", 5, "2026-02-03T15:10", RECEIVED, "2026-02-03T14:39", RECEIVED),
        ("contract_two.json", 7, "2026-02-03T15:10", RECEIVED, "2026-02-03T14:48", ID),
        ("contract_two_queued.json", 0, "2026-02-03T15:09", RECEIVED, "2026-02-03T14:48", ID),
    ],
)
def test_that_times_follow_the_generation(
    name: str,
    place: int,
    at: str | None,
    at_source: Source,
    signal: str | None,
    signal_source: Source | None,
) -> None:
    event = decoded(name).events[place]
    assert event.at_us == (None if at is None else us(at))
    assert event.at_source is at_source
    assert event.signal_us == (None if signal is None else us(signal))
    if signal is not None:
        assert event.signal_source is signal_source


def test_that_the_id_of_the_first_generations_is_the_confirmation_bar() -> None:
    for name, bar in (
        ("strategy_mfe.json", "2025-11-18T15:14"),
        ("telemetry_z_entry.json", "2025-11-26T08:30"),
    ):
        detail = decoded(name).events[0].detail
        assert detail is not None
        assert (detail["confirmed_us"], detail["confirmed_source"]) == (us(bar), ID)


@pytest.mark.parametrize(
    ("arrival", "source"),
    [
        ("2025-12-09T14:51:04", ARRIVAL),
        ("2025-12-09T18:49:00", ARRIVAL),
        ("2025-12-09T18:52:00", REPLAYED),
        ("2026-06-01T12:00:00", REPLAYED),
    ],
)
def test_that_an_arrival_long_after_the_newest_triangle_is_a_replay(arrival: str, source: Source) -> None:
    event = decoded("telemetry_mfe.json", us(arrival)).events[0]
    assert event.at_source is source
    assert event.at_us == us(arrival[:16]) - 60_000_000


def test_that_a_weekend_does_not_make_a_replay() -> None:
    friday = body("telemetry_mfe.json").replace(b"2025-12-09T09:50:00", b"2025-12-12T16:58:00")
    assert decode(friday, us("2025-12-14T23:05:01")).events[0].at_source is ARRIVAL


def test_that_the_identity_of_an_event_does_not_depend_on_its_arrival() -> None:
    once, again = (decoded("telemetry_mfe.json", LIVE + late).events[0] for late in (0, 5_000_000))
    assert event_key(once) == event_key(again)


@pytest.mark.parametrize(
    ("name", "place", "said"),
    [
        ("strategy_entry.json", 0, {"direction": Direction.BULLISH, "be_triggered": False}),
        ("strategy_mfe.json", 0, {"direction": None, "be_mfe": 0.825, "price": 24621.75}),
        ("strategy_be_triggered.json", 0, {"be_triggered": True, "no_be_mfe": 1.05}),
        ("strategy_exit.json", 0, {"be_mfe": 1.4, "no_be_mfe": 1.4, "mae": None}),
        # A `mae_R` above zero is the No-BE excursion; its zero is a constant and measures nothing.
        ("telemetry_z_mfe.json", 0, {"be_mfe": 1.15, "no_be_mfe": 2.65, "mae": None}),
        ("telemetry_mfe.json", 0, {"be_mfe": 1.5, "no_be_mfe": None, "mae": None}),
        ("telemetry_exit_stop.json", 0, {"be_mfe": 1.25, "no_be_mfe": 1.25, "mae": -0.9583333333}),
        # Before the entry no trade runs: the zeros of the template are no measurements.
        ("telemetry_signal_created.json", 0, {"be_mfe": None, "no_be_mfe": None, "mae": None}),
        ("direct.json", 0, {"direction": Direction.BULLISH, "no_be_mfe": 0, "mae": 0}),
        ("direct_z.json", 0, {"direction": Direction.BEARISH, "be_mfe": 1.05}),
        ("mfe_batch.json", 1, {"be_mfe": 0.375, "no_be_mfe": 2.125, "mae": -0.875}),
        ("mfe_batch.json", 1, {"price": 25655.5, "be_triggered": True, "trade_id": OLDER}),
        ("snapshot_plain.json", 4, {"be_mfe": 1.25, "no_be_mfe": 3.75, "mae": -0.45}),
        ("contract_two.json", 7, {"be_mfe": 1.0625, "be_triggered": True, "price": 25190.75}),
        ("contract_two_queued.json", 0, {"be_mfe": None, "no_be_mfe": 0.9375}),
    ],
)
def test_that_values_are_read(name: str, place: int, said: dict[str, Any]) -> None:
    event = decoded(name).events[place]
    assert {key: getattr(event, key) for key in said} == said


HTF = {
    "daily": "Neutral",
    "h4": "Bearish",
    "h1": "Bullish",
    "m15": "Bullish",
    "m5": "Bullish",
    "m1": "Bullish",
}
SHORT_HTF = {
    "daily": "Bullish",
    "h4": "Bearish",
    "h1": "Bullish",
    "m15": "Neutral",
    "m5": "Bullish",
}


@pytest.mark.parametrize(
    ("name", "place", "said"),
    [
        ("strategy_entry.json", 0, {"entry_price": 24610.5, "stop_loss": 24590.5}),
        ("strategy_mfe.json", 0, {"lowest_low": 24604.25, "highest_high": 24627}),
        ("strategy_exit.json", 0, {"exit_reason": "be_stop_loss_hit"}),
        ("telemetry_signal_created.json", 0, {"symbol": "MNQ1!", "htf": HTF}),
        ("telemetry_exit_stop.json", 0, {"exit_price": 25628.25, "entry_price": 25640.25}),
        ("direct.json", 0, {"entry_price": 25640.25, "stop_loss": 25628.25}),
        ("all_signals_export.json", 0, {"bars_to_confirm": 3, "htf": SHORT_HTF | {"m1": "Bullish"}}),
        ("snapshot_plain.json", 0, {"htf": SHORT_HTF, "by_bars": True}),
        ("snapshot_plain.json", 4, {"entry_price": 25710.5, "stop_loss": 25700.5, "by_bars": True}),
        ("export_v2.json", 1, {"entry_price": 25710.5, "stop_loss": 25700.5, "by_bars": None}),
        ("contract_two.json", 0, {"htf": SHORT_HTF}),
        ("contract_two.json", 3, {"entry_price": 25180.25, "stop_loss": 25196.5}),
        ("contract_two.json", 6, {"exit_price": 25191}),
        ("contract_two_queued.json", 0, {"entry_price": 25174.5, "stop_loss": 25164.5}),
    ],
)
def test_that_what_is_said_once_is_kept(name: str, place: int, said: dict[str, Any]) -> None:
    detail = decoded(name).events[place].detail
    assert detail is not None
    assert {key: detail.get(key) for key in said} == said


def test_that_ids_are_kept_as_received() -> None:
    assert decoded("strategy_mfe.json").trade_id == STRATEGY
    assert decoded("telemetry_z_entry.json").trade_id == TELEMETRY_Z
    assert decoded("wrapped.json").trade_id == TELEMETRY
    ids = [event.trade_id for event in decoded("all_signals_export.json").events]
    assert ids == [RUNNING, RUNNING, CANCELLED, CANCELLED, PENDING, STOPPED, STOPPED, STOPPED]


def test_that_a_snapshot_brings_its_bar_and_its_symbol() -> None:
    for name in ("snapshot_plain.json", "snapshot_overflow.json"):
        found = decoded(name)
        assert found.bar == Bar(us("2026-01-08T15:00"), 25744.25, 25749.5, 25741.75, 25748)
        assert found.symbol == "MNQ1!"


def test_that_an_overflow_says_nothing_of_any_signal() -> None:
    found = decoded("snapshot_overflow.json")
    assert (found.events, found.notes) == ([], ("overflow",))


def test_that_contract_two_brings_its_bar_even_without_events() -> None:
    for name in ("contract_two.json", "contract_two_heartbeat.json"):
        found = decoded(name)
        assert found.bar == Bar(us("2026-02-03T15:10"), 25180.25, 25192.5, 25178, 25190.75)
        assert found.symbol == "MNQ1!"


def test_that_an_event_that_waited_for_a_later_alert_does_not_take_that_bars_price() -> None:
    assert decoded("contract_two_queued.json").events[0].price is None


@pytest.mark.parametrize(
    ("name", "kept", "label", "reason"),
    [
        ("mfe_batch_thousands.json", 1, "signals[1]", "thousands separator"),
        ("contract_two_one_bad_event.json", 1, "events[1]", "TELEPORTED"),
    ],
)
def test_that_one_unreadable_item_costs_no_other(name: str, kept: int, label: str, reason: str) -> None:
    found = decoded(name)
    assert len(found.events) == kept
    (problem,) = found.problems
    assert problem.startswith(label)
    assert reason in problem


def test_that_what_is_odd_but_harmless_is_noted() -> None:
    assert decoded("wrapped.json").notes == ()
    assert decoded("wrapped_differing.json").notes == ("event_type differs inside and outside attributes",)
    differing = decoded("direct_differing_stamp.json")
    assert differing.notes == ("the stamp differs from the id",)
    assert differing.events[0].at_us == us("2025-12-09T14:42")


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("signal_created", EventType.SIGNAL_CREATED),
        ("SIGNAL_DETECTED", EventType.SIGNAL_CREATED),
        ("SIGNAL_CANCELLED", EventType.CANCELLED),
        ("CONFIRMATION_DETECTED", EventType.CONFIRMED),
        ("entry", EventType.ENTRY),
        ("TRADE_ACTIVATED", EventType.ENTRY),
        ("mfe_update", EventType.MFE_UPDATE),
        ("be_triggered", EventType.BE_TRIGGERED),
        ("EXIT_BREAK_EVEN", EventType.EXIT_BE),
        ("EXIT_STOP_LOSS", EventType.EXIT_SL),
        ("signal_completed", EventType.EXIT_SL),
        ("TRADE_RESOLVED", EventType.EXIT_SL),
        ("EXIT_TAKE_PROFIT", EventType.EXIT_TP),
        ("EXIT_PARTIAL", EventType.EXIT_PARTIAL),
    ],
)
def test_that_every_name_of_an_event_is_understood(word: str, kind: EventType) -> None:
    renamed = body("direct.json").replace(b'"entry"', f'"{word}"'.encode())
    assert decode(renamed, LIVE).event_type == kind


def examples() -> list[str]:
    """Return the bodies that the document shows: one a line, or one a block."""
    blocks = re.findall(r"```json\n(.*?)```", CONTRACT.read_text(encoding="utf-8"), re.DOTALL)
    lines = [[block] if '"contract"' in block else block.splitlines() for block in blocks]
    return [example for several in lines for example in several]


@pytest.mark.parametrize("example", examples())
def test_that_every_example_of_the_document_is_understood(example: str) -> None:
    found = decode(example.encode(), LIVE)
    assert (found.repairs, found.problems) == ((), ())
    assert f"`{found.rule.removeprefix('wrapped-')}`" in CONTRACT.read_text(encoding="utf-8")
