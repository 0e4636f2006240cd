"""Webhook tokens: 256 bits, compared in constant time, known by their hashes only; made, replaced and revoked."""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.engine import tokens as token_commands
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.secrets import WebhookSecret
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.tokens import (
    DEFAULT,
    Token,
    hash_of,
    matching,
    name_is_valid,
    new_secret,
)
from tests.clocks import START_US
from tests.databases import reading, writing
from tests.ingest.doors import token

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile
    from tests.clocks import FrozenClock


def test_that_a_secret_has_256_bits_and_fits_a_path() -> None:
    secrets = {new_secret() for _ in range(1_000)}
    assert len(secrets) == 1_000
    assert {len(base64.urlsafe_b64decode(secret + "=")) for secret in secrets} == {32}


@given(st.text(max_size=80))
def test_that_nothing_but_the_secret_matches(guess: str) -> None:
    known = [token("one", "1" * 43), token("two", "2" * 43)]
    found = matching(known, guess, START_US)
    assert (found is None) == (guess not in ("1" * 43, "2" * 43))


@pytest.mark.parametrize("secret", ["0" * 43, "4" * 43, "9" * 43, "none of them", "expired"])
def test_that_every_candidate_is_compared_whatever_matches(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    known = [token(str(number), str(number) * 43) for number in range(10)]
    known.append(token("expired", "expired", expires_us=START_US))
    compared: list[bytes] = []
    real = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append(one)
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    matching(known, secret, START_US)
    assert compared == [one.sha256 for one in known]


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("default", True),
        ("MNQ-1m_a.b", True),
        ("a" * 40, True),
        ("a" * 41, False),
        ("", False),
        ("~old", False),
        ("-x", False),
        ("a b", False),
        ("a\n", False),
        ("é", False),
    ],
)
def test_that_names_are_short_and_plain(name: str, good: bool) -> None:
    assert name_is_valid(name) is good


def test_that_tokens_are_kept_by_name_with_the_default_first(database: URL) -> None:
    one = Token("a", hash_of("a"), "ES1! 5m", 1, None, None)
    default = Token(DEFAULT, hash_of("d"), "MNQ1! 1m", 2, 3, 4)
    with writing(database) as connection:
        store.write_token(connection, one)
        store.write_token(connection, default)
        store.write_token(connection, one)
        store.note_token_use(connection, {"a": 7, "gone": 8})
    with reading(database) as connection:
        assert store.list_tokens(connection) == [default, Token("a", hash_of("a"), "ES1! 5m", 1, 7, None)]


@pytest.fixture
def commanded(
    database: URL,
    profile_on: Callable[[URL], Profile],
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Profile:
    """A profile whose commands read a clock that stands still."""
    monkeypatch.setattr(token_commands, "system_clock", clock)
    ensure_schema(database)
    return profile_on(database)


def listed(profile: Profile) -> dict[str, dict[str, Any]]:
    """Return the tokens by name, as the command lists them."""
    return {row["name"]: row for row in token_commands.list_tokens(profile)}


def known(profile: Profile) -> list[Token]:
    """Return the tokens as the listener gets them."""
    with reading(profile.database) as connection:
        return store.list_tokens(connection)


def test_that_a_new_token_is_shown_once_and_only_its_hash_is_kept(commanded: Profile) -> None:
    made = token_commands.new_token(commanded, "es", "ES1! 5m", 60)
    assert made["path"] == f"/hook/{made['secret']}"
    assert listed(commanded)["es"] == {
        "name": "es",
        "stream": "ES1! 5m",
        "created_at": "2025-12-01T14:40:00Z",
        "last_used_at": None,
        "expires_at": None,
    }
    assert made["secret"] not in str(known(commanded))
    assert matching(known(commanded), made["secret"], START_US) is not None


def test_that_a_replaced_token_opens_for_its_overlap(commanded: Profile, clock: FrozenClock) -> None:
    old = token_commands.new_token(commanded, "es", "ES1! 5m", 60)["secret"]
    clock.advance(100)
    new = token_commands.new_token(commanded, "es", "ES1! 5m", 30)["secret"]
    for after_s, opens in ((0, (True, True)), (1_799.9, (True, True)), (1_800, (False, True))):
        now_us = START_US + round((100 + after_s) * 1e6)
        found = [matching(known(commanded), secret, now_us) for secret in (old, new)]
        assert tuple(one is not None for one in found) == opens
        assert {one.stream for one in found if one is not None} == {"ES1! 5m"}
    assert listed(commanded)["es~old"]["expires_at"] == "2025-12-01T15:11:40Z"


def test_that_a_token_replaced_twice_opens_as_long_as_it_was_promised(
    commanded: Profile, clock: FrozenClock
) -> None:
    secrets = [token_commands.new_token(commanded, "es", "ES1! 5m", 60)["secret"] for _ in range(4)]
    assert all(matching(known(commanded), secret, clock.now_us + 1) for secret in secrets)
    clock.advance(3_600)
    assert [matching(known(commanded), one, clock.now_us) is not None for one in secrets] == [
        False,
        False,
        False,
        True,
    ]


def test_that_a_replacement_without_overlap_ends_the_old_one_at_once(commanded: Profile) -> None:
    old = token_commands.new_token(commanded, "es", "ES1! 5m", 0)["secret"]
    token_commands.new_token(commanded, "es", "ES1! 5m", 0)
    assert matching(known(commanded), old, START_US) is None


def test_that_a_revoked_token_ends_now_or_after_its_overlap(commanded: Profile) -> None:
    for name, overlap, open_now in (("now", 0, False), ("later", 5, True)):
        secret = token_commands.new_token(commanded, name, "ES1! 5m", 0)["secret"]
        assert token_commands.revoke_token(commanded, name, overlap) is not None
        assert (matching(known(commanded), secret, START_US) is not None) is open_now
    assert token_commands.revoke_token(commanded, "nobody", 0) is None


def test_that_a_new_default_token_gives_the_profile_a_new_secret(commanded: Profile) -> None:
    old, _ = WebhookSecret(commanded.home).read_or_create(new_secret)
    made = token_commands.new_token(commanded, DEFAULT, "MNQ1! 1m", 60)
    assert made["secret"] != old
    assert WebhookSecret(commanded.home).read_or_create(lambda: "never")[0] == made["secret"]
