"""The rules of repair on the trader's own alerts, harmed, where SECONDSKIES_ALERT_LOGS names the folder of his logs."""

from __future__ import annotations

import pytest

from secondskies_desktop.ingest.alert_log import read_alert_log
from secondskies_desktop.integrity.repairs import propose
from secondskies_desktop.signals.wire import decode
from tests.ingest.alert_logs import real_logs
from tests.integrity.harms import HARMS, assert_says_no_more

LOGS = real_logs()
pytestmark = pytest.mark.skipif(not LOGS, reason="SECONDSKIES_ALERT_LOGS names no folder of alert logs")
EVERY = 7


@pytest.fixture(scope="module")
def told() -> list[tuple[bytes, int]]:
    """Every seventh alert of the logs with its time of arrival."""
    rows = [(row.body, row.received_us) for log in LOGS for row in read_alert_log(log)]
    return rows[::EVERY]


def test_that_the_logs_hold_nothing_that_needs_a_repair(told: list[tuple[bytes, int]]) -> None:
    assert {propose(body, at_us).refusal for body, at_us in told} == {"it can be read as it is"}


@pytest.mark.parametrize("name", HARMS)
def test_that_a_harmed_alert_of_the_logs_says_what_it_said(name: str, told: list[tuple[bytes, int]]) -> None:
    read = left = 0
    for body, at_us in told:
        found = propose(HARMS[name](body), at_us)
        if found.decoded is None:
            left += found.refusal != "it can be read as it is"
            continue
        assert name in found.rules
        assert_says_no_more(found.decoded, decode(body, at_us))
        read += 1
    assert read > 100
    assert left <= 1


def test_that_an_alert_of_the_logs_that_was_cut_off_says_no_more(told: list[tuple[bytes, int]]) -> None:
    read = 0
    for place, (body, at_us) in enumerate(told):
        found = propose(body[: 1 + place * 37 % len(body)], at_us)
        if found.decoded is not None:
            assert found.rules == ("cut-off",)
            assert_says_no_more(found.decoded, decode(body, at_us))
            read += 1
    assert read > 20
