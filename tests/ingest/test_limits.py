"""The bound on strangers: by address and minute, and itself bounded in memory."""

from __future__ import annotations

from secondskies_desktop.ingest.limits import PER_MINUTE, StrangerLimit


def test_that_an_address_has_ten_tries_a_minute() -> None:
    limit = StrangerLimit()
    assert [limit.allows("a", 100.0 + number) for number in range(15)] == [True] * 10 + [False] * 5
    assert PER_MINUTE == 10
    assert limit.allows("a", 160.0)
    assert not StrangerLimit(per_minute=0).allows("a", 1.0)


def test_that_addresses_do_not_share_their_tries() -> None:
    limit = StrangerLimit(per_minute=1)
    assert limit.allows("a", 1.0)
    assert limit.allows("b", 1.0)
    assert not limit.allows("a", 2.0)


def test_that_a_flood_from_everywhere_is_forgotten_oldest_first() -> None:
    limit = StrangerLimit(per_minute=1)
    for number in range(20_000):
        assert limit.allows(f"address {number}", 1.0)
    assert len(limit._seen) == 4_096
    assert not limit.allows("address 19999", 1.0)
    assert limit.allows("address 0", 1.0)
