"""What ids and stamps mean, row by row of the table of generations (domain.md §4.7), and on days of DST.

Times in the tables are UTC, written by hand.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondskies_desktop.foundation.sessions import CHICAGO, NEW_YORK
from secondskies_desktop.signals.derived import derive
from secondskies_desktop.signals.event import Undecodable
from secondskies_desktop.signals.identity import (
    FIRST_US,
    LAST_US,
    ParsedId,
    bar_by_arrival,
    parse_id,
    parse_stamp,
)
from secondskies_desktop.signals.lifecycle import SignalState, fold
from secondskies_desktop.signals.vocabulary import Direction, EventType, Source
from secondskies_desktop.signals.wire import decode

RECEIVED, ID, ARRIVAL, REPLAYED = Source.RECEIVED, Source.ID, Source.ARRIVAL, Source.REPLAYED
RECOMPUTED, INFERRED = Source.RECOMPUTED, Source.INFERRED
PRICES = {"entry_price": 25_500.0, "stop_loss": 25_490.0}


def us(text: str) -> int:
    """Return an ISO reading of UTC in microseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def ms(text: str) -> int:
    """Return an ISO reading of UTC in milliseconds."""
    return us(text) // 1_000


def telemetry(trade_id: str, kind: str, stamp: str, **more: object) -> dict[str, Any]:
    """Return an alert of telemetry 1.0.0."""
    return {
        "schema_version": "1.0.0",
        "event_type": kind,
        "trade_id": trade_id,
        "event_timestamp": stamp,
        "session": "NY PM",
        **PRICES,
        **more,
    }


def direct(trade_id: str, kind: str, stamp: str) -> dict[str, Any]:
    """Return an alert of the same kind without a schema."""
    body = telemetry(trade_id, kind, stamp)
    del body["schema_version"]
    return body


def strategy(trade_id: str, kind: str, at: str, **more: object) -> dict[str, Any]:
    """Return an alert of November."""
    return {"type": kind, "signal_id": trade_id, "timestamp": ms(at), "session": "NY PM", **more}


CHICAGO_ID, NEW_YORK_ID = "20251118_091400000_BULLISH", "20251209_094200000_BULLISH"
# The body, its arrival; the event's bar and source; the triangle's bar and source; the id's bar; the session.
GENERATIONS: dict[str, tuple[dict[str, Any], str, tuple[object, ...]]] = {
    "strategy, entry": (
        strategy(CHICAGO_ID, "ENTRY", "2025-11-18T15:11"),
        "2025-11-18T15:15:01",
        ("2025-11-18T15:14", ID, "2025-11-18T15:11", RECEIVED, "2025-11-18T15:14", "NY AM", RECOMPUTED),
    ),
    "strategy, update": (
        strategy(CHICAGO_ID, "MFE_UPDATE", "2025-11-18T15:20"),
        "2025-11-18T15:21:01",
        ("2025-11-18T15:20", RECEIVED, None, None, "2025-11-18T15:14", "NY AM", INFERRED),
    ),
    "strategy, exit": (
        strategy(CHICAGO_ID, "EXIT_BREAK_EVEN", "2025-11-18T17:41"),
        "2025-11-18T17:42:01",
        ("2025-11-18T17:41", RECEIVED, None, None, "2025-11-18T15:14", "NY AM", INFERRED),
    ),
    # 07:59 in Chicago is 08:59 in New York: read as New York's, the id would stand in NY PRE.
    "strategy, in the hour between the clocks": (
        strategy("20251118_075900000_BEARISH", "EXIT_BREAK_EVEN", "2025-11-18T15:00"),
        "2025-11-18T15:01:01",
        ("2025-11-18T15:00", RECEIVED, None, None, "2025-11-18T13:59", "NY AM", INFERRED),
    ),
    "telemetry Z, entry": (
        telemetry("20251126_023000000_BEARISH", "ENTRY", "2025-11-26T02:30:00Z"),
        "2025-11-26T08:31:01",
        ("2025-11-26T08:30", RECEIVED, None, None, "2025-11-26T08:30", "LONDON", INFERRED),
    ),
    "telemetry Z, exit": (
        telemetry("20251126_023000000_BEARISH", "EXIT_STOP_LOSS", "2025-11-26T07:05:00Z"),
        "2025-11-26T13:06:01",
        ("2025-11-26T13:05", RECEIVED, None, None, "2025-11-26T08:30", "LONDON", INFERRED),
    ),
    "telemetry, creation": (
        telemetry(NEW_YORK_ID, "SIGNAL_CREATED", "2025-12-09T09:42:00"),
        "2025-12-09T14:43:02",
        ("2025-12-09T14:42", ID, "2025-12-09T14:42", ID, None, "NY AM", RECOMPUTED),
    ),
    "telemetry, entry": (
        telemetry(NEW_YORK_ID, "ENTRY", "2025-12-09T09:42:00"),
        "2025-12-09T14:58:02",
        ("2025-12-09T14:57", ARRIVAL, "2025-12-09T14:42", ID, None, "NY AM", RECOMPUTED),
    ),
    # The stamp is the newest triangle's, and neither the event's nor this signal's.
    "telemetry, exit": (
        telemetry(NEW_YORK_ID, "EXIT_STOP_LOSS", "2025-12-09T13:20:00"),
        "2025-12-09T18:25:59",
        ("2025-12-09T18:24", ARRIVAL, "2025-12-09T14:42", ID, None, "NY AM", RECOMPUTED),
    ),
    "telemetry, replayed": (
        telemetry(NEW_YORK_ID, "EXIT_STOP_LOSS", "2025-12-09T13:20:00"),
        "2026-02-03T15:00:00",
        ("2026-02-03T14:59", REPLAYED, "2025-12-09T14:42", ID, None, "NY AM", RECOMPUTED),
    ),
    "direct, without Z": (
        direct(NEW_YORK_ID, "ENTRY", "2025-12-09T09:42:00"),
        "2025-12-09T14:58:02",
        ("2025-12-09T14:57", ARRIVAL, "2025-12-09T14:42", ID, None, "NY AM", RECOMPUTED),
    ),
    "direct, Z": (
        direct("20251126_023000000_BEARISH", "BE_TRIGGERED", "2025-11-26T02:36:00Z"),
        "2025-11-26T08:37:01",
        ("2025-11-26T08:36", RECEIVED, None, None, "2025-11-26T08:30", "LONDON", INFERRED),
    ),
    "batch": (
        {
            "event_type": "MFE_UPDATE_BATCH",
            "timestamp": "2025-12-09T10:02:00",
            "signals": [{"trade_id": NEW_YORK_ID, "direction": "BULLISH", "be_mfe": 0.4}],
        },
        "2025-12-09T15:03:01",
        ("2025-12-09T15:02", RECEIVED, "2025-12-09T14:42", ID, None, "NY AM", RECOMPUTED),
    ),
    # Milliseconds win over the id, here an hour beside it.
    "export": (
        {
            "event_type": "INDICATOR_EXPORT_V2",
            "signals": [{"trade_id": NEW_YORK_ID, "triangle_time": ms("2025-12-09T13:29"), "be_mfe": 0.4}],
        },
        "2025-12-09T15:03:01",
        (None, RECEIVED, "2025-12-09T13:29", RECEIVED, None, "NY PRE", RECOMPUTED),
    ),
    "full export": (
        {
            "event_type": "ALL_SIGNALS_EXPORT",
            "signals": [
                {"trade_id": NEW_YORK_ID, "signal_time": ms("2025-12-09T13:30"), "status": "PENDING"}
            ],
        },
        "2025-12-09T15:03:01",
        ("2025-12-09T13:30", RECEIVED, "2025-12-09T13:30", RECEIVED, None, "NY AM", RECOMPUTED),
    ),
    # `bar_ts` is the close of the bar.
    "snapshot": (
        {
            "event_type": "UNIFIED_SNAPSHOT_V1",
            "timeframe": "1",
            "bar_ts": ms("2025-12-09T15:03"),
            "signals": [
                {"trade_id": NEW_YORK_ID, "triangle_time": ms("2025-12-09T14:42"), "session": "ASIA"}
            ],
        },
        "2025-12-09T15:03:01",
        ("2025-12-09T15:02", RECEIVED, "2025-12-09T14:42", RECEIVED, None, "NY AM", RECOMPUTED),
    ),
}


@pytest.mark.parametrize(
    ("body", "arrival", "expected"),
    GENERATIONS.values(),
    ids=[name.replace(" ", "-") for name in GENERATIONS],
)
def test_that_each_row_of_the_table_reads_id_and_time_its_own_way(
    body: dict[str, Any], arrival: str, expected: tuple[object, ...]
) -> None:
    (event,) = decode(json.dumps(body).encode(), us(arrival)).events
    state = SignalState("MNQ1! 1m", event.trade_id)
    fold(state, event, us(arrival), (us(arrival), 1))
    view = derive(state)
    at, at_source, signal, signal_source, confirmed, session, session_source = expected
    assert (event.at_us, event.at_source) == (None if at is None else us(str(at)), at_source)
    assert view.signal_us == (None if signal is None else us(str(signal)))
    assert view.sources.get("signal_at") == signal_source
    assert view.confirmed_us == (None if confirmed is None else us(str(confirmed)))
    assert (view.session, view.sources["session"]) == (session, session_source)
    assert view.trade_id == event.trade_id


def test_that_one_log_holds_both_kinds_of_telemetry() -> None:
    """The stamp of each body decides, not the day: both kinds came on December 1."""
    old = telemetry("20251201_002000000_BULLISH", "ENTRY", "2025-12-01T00:20:00Z")
    new = telemetry("20251201_051700000_BULLISH", "SIGNAL_CREATED", "2025-12-01T05:17:00")
    (one,) = decode(json.dumps(old).encode(), us("2025-12-01T06:21:00")).events
    (other,) = decode(json.dumps(new).encode(), us("2025-12-01T10:18:00")).events
    assert (one.at_us, one.signal_us) == (us("2025-12-01T06:20"), None)
    assert (other.at_us, other.signal_us) == (us("2025-12-01T10:17"), us("2025-12-01T10:17"))


@pytest.mark.parametrize(
    ("trade_id", "signal", "confirmed"),
    [
        ("20251201_001900000_BULLISH", None, "2025-12-01T06:19"),
        ("20251201_002000000_BULLISH", "2025-12-01T05:20", None),
    ],
    ids=["before the change", "after it"],
)
def test_that_a_body_without_any_clock_is_read_by_the_day_of_its_id(
    trade_id: str, signal: str | None, confirmed: str | None
) -> None:
    body = telemetry(trade_id, "ENTRY", "")
    del body["event_timestamp"]
    (event,) = decode(json.dumps(body).encode(), us("2025-12-01T14:00")).events
    assert event.signal_us == (None if signal is None else us(signal))
    found = (event.detail or {}).get("confirmed_us")
    assert found == (None if confirmed is None else us(confirmed))


def test_that_a_difference_between_id_and_stamp_is_noted_and_never_refused() -> None:
    body = direct(NEW_YORK_ID, "SIGNAL_CREATED", "2025-12-09T09:44:00")
    found = decode(json.dumps(body).encode(), us("2025-12-09T14:45"))
    assert found.notes == ("the stamp differs from the id",)
    assert found.events[0].signal_us == us("2025-12-09T14:42")


READINGS = [
    ("winter", "20251202_0942", "2025-12-02T14:42", "2025-12-02T15:42"),
    ("summer", "20250702_0942", "2025-07-02T13:42", "2025-07-02T14:42"),
    ("end of the year", "20251231_2330", "2026-01-01T04:30", "2026-01-01T05:30"),
    ("leap day", "20240229_1200", "2024-02-29T17:00", "2024-02-29T18:00"),
    ("spring, before", "20250309_0159", "2025-03-09T06:59", "2025-03-09T07:59"),
    ("spring, left out", "20250309_0230", None, None),
    ("spring, after", "20250309_0300", "2025-03-09T07:00", "2025-03-09T08:00"),
    ("autumn, before", "20251102_0059", "2025-11-02T04:59", "2025-11-02T05:59"),
    # The repeated hour: the first of the two.
    ("autumn, repeated", "20251102_0130", "2025-11-02T05:30", "2025-11-02T06:30"),
    ("autumn, after", "20251102_0200", "2025-11-02T07:00", "2025-11-02T08:00"),
    ("autumn, that evening", "20251102_1800", "2025-11-02T23:00", "2025-11-03T00:00"),
]


@pytest.mark.parametrize(
    ("wall", "new_york", "chicago"), [row[1:] for row in READINGS], ids=[row[0] for row in READINGS]
)
def test_that_ids_and_stamps_are_read_by_both_clocks_on_any_day(
    wall: str, new_york: str | None, chicago: str | None
) -> None:
    expected = (
        None if new_york is None else us(new_york),
        None if chicago is None else us(chicago),
    )
    for digits in ("00", "00000", "00999"):
        found = parse_id(f"{wall}{digits}_BEARISH")
        assert (found.new_york_us, found.chicago_us) == expected
        assert found.direction is Direction.BEARISH
    stamp = f"{wall[:4]}-{wall[4:6]}-{wall[6:8]}T{wall[9:11]}:{wall[11:]}:00"
    for text in (stamp, f"{stamp}Z", stamp.replace("T", " "), f"{stamp}.000"):
        read = parse_stamp(text)
        assert (read.new_york_us, read.chicago_us) == expected
        assert read.zulu == text.endswith("Z")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30)).map(  # noqa: DTZ001 - a wall clock
        lambda at: at.replace(second=0, microsecond=0)
    )
)
def test_that_a_reading_shows_the_same_wall_clock_again(at: datetime) -> None:
    found = parse_id(f"{at:%Y%m%d_%H%M%S}000_BULLISH")
    for instant_us, zone in ((found.new_york_us, NEW_YORK), (found.chicago_us, CHICAGO)):
        if instant_us is not None:
            shown = datetime.fromtimestamp(instant_us // 1_000_000, tz=zone)
            assert shown.replace(tzinfo=None) == at


@pytest.mark.parametrize(
    ("trade_id", "direction"),
    [
        ("telemetry:7", None),
        ("BULLISH", Direction.BULLISH),
        ("abc_long", Direction.BULLISH),
        ("20251202_0942_BEARISH", Direction.BEARISH),
        ("20251202_094200000_", None),
        ("x" * 64, None),
    ],
)
def test_that_an_id_of_another_shape_has_no_time_and_maybe_a_direction(
    trade_id: str, direction: Direction | None
) -> None:
    assert parse_id(trade_id) == ParsedId(None, None, direction)


HOSTILE = [
    "",
    " ",
    "20251202_094200000_BULLISH ",
    "20251202_094200000_BULLISH\n",
    "20251202_094200000_BULLISH\x00",
    "20,251,202_094200000_BULLISH",
    "20251202_094200000_BULLISH'; DROP TABLE signals",
    "../../20251202_094200000_BULLISH",
    "<b>20251202_094200000_BULLISH</b>",
    "20251202_094200000_\u202eHSILLUB",
    "\u0662\u0660\u0662\u0665\u0661\u0662\u0660\u0662_094200000_BULLISH",
    "20251202_094200000_BULL\u0130SH",
    "x" * 65,
    "20251302_094200000_BULLISH",
    "20251200_094200000_BULLISH",
    "20250230_094200000_BULLISH",
    "20251202_244200000_BULLISH",
    "20251202_096000000_BULLISH",
    "20251202_094260000_BULLISH",
    "19991231_094200000_BULLISH",
    "21000101_094200000_BULLISH",
]


@pytest.mark.parametrize("trade_id", HOSTILE)
def test_that_a_hostile_id_is_refused_with_a_reason(trade_id: str) -> None:
    with pytest.raises(Undecodable, match=r"trade id|no such time"):
        parse_id(trade_id)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.text(max_size=80)
    | st.from_regex(r"[0-9]{8}_[0-9]{6}([0-9]{3})?_[A-Za-z]{0,8}", fullmatch=True)
    | st.from_regex(
        r"20[0-9]{2}[01][0-9][0-3][0-9]_[0-2][0-9][0-5][0-9]00_(LONG|SHORT|BULLISH)", fullmatch=True
    )
)
def test_that_any_text_is_an_id_of_the_grammar_or_refused(text: str) -> None:
    try:
        found = parse_id(text)
    except Undecodable:
        return
    assert isinstance(found, ParsedId)
    assert text.isascii()
    assert 0 < len(text) <= 64
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_:-")
    for instant_us in (found.new_york_us, found.chicago_us):
        # A day's width on either side: years are those of the wall clock.
        assert instant_us is None or FIRST_US <= instant_us < LAST_US + 86_400_000_000


@pytest.mark.parametrize(
    ("newest", "arrival", "at", "source"),
    [
        ("2025-12-09T14:42", "2025-12-09T14:58:00", "2025-12-09T14:57", ARRIVAL),
        ("2025-12-09T14:42", "2025-12-09T14:58:59", "2025-12-09T14:57", ARRIVAL),
        ("2025-12-09T14:42", "2025-12-09T18:42:00", "2025-12-09T18:41", ARRIVAL),
        ("2025-12-09T14:42", "2025-12-09T18:43:00", "2025-12-09T18:42", REPLAYED),
        # Four open hours from Friday 16:30 in New York on: the weekend does not count.
        ("2025-12-05T21:30", "2025-12-08T02:29:00", "2025-12-08T02:28", ARRIVAL),
        ("2025-12-05T21:30", "2025-12-08T03:00:00", "2025-12-08T02:59", REPLAYED),
        (None, "2025-12-09T14:58:00", "2025-12-09T14:57", ARRIVAL),
        ("2025-12-09T14:42", "1999-01-01T00:00:00", None, ARRIVAL),
    ],
)
def test_that_an_arrival_stands_for_the_bar_that_had_closed(
    newest: str | None, arrival: str, at: str | None, source: Source
) -> None:
    found = bar_by_arrival(us(arrival), None if newest is None else us(newest))
    assert found == (None if at is None else us(at), source)


def test_that_no_reading_depends_on_the_present_time() -> None:
    body = json.dumps(telemetry("20251126_023000000_BEARISH", "EXIT_SL", "2025-11-26T07:05:00Z")).encode()
    arrivals = [us("2025-11-26T13:06"), us("2026-11-26T13:06")]
    assert decode(body, arrivals[0]) == decode(body, arrivals[1])
    assert decode(body, arrivals[0]).events[0].type is EventType.EXIT_SL
