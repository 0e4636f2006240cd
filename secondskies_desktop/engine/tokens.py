"""Tokens made, replaced and revoked; a running engine reads them again within seconds."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from secondskies_desktop.foundation.audit import TRADER, Action
from secondskies_desktop.foundation.clock import as_iso, system_clock
from secondskies_desktop.foundation.database.engine import read_engine, write_engine
from secondskies_desktop.foundation.secrets import WebhookSecret
from secondskies_desktop.foundation.store import record
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.tokens import DEFAULT, Token, hash_of, new_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.profile import Profile

Result = TypeVar("Result")
_MINUTE_US = 60_000_000


def list_tokens(profile: Profile) -> list[dict[str, Any]]:
    """Return the tokens without anything secret."""
    engine = read_engine(profile.database)
    try:
        with engine.connect() as connection:
            return [_answer(token) for token in store.list_tokens(connection)]
    finally:
        engine.dispose()


def new_token(profile: Profile, name: str, stream: str, overlap_minutes: int) -> dict[str, Any]:
    """Make a token or replace one of the same name; the old secret opens for the overlap."""
    secret, now_us = new_secret(), system_clock()

    def work(connection: Connection) -> None:
        known = {token.name: token for token in store.list_tokens(connection)}
        old = known.get(name)
        if old is not None and overlap_minutes and old.valid_at(now_us):
            until = now_us + overlap_minutes * _MINUTE_US
            place = _place_of_old(name, known, now_us)
            store.write_token(connection, msgspec.structs.replace(old, name=place, expires_us=until))
        store.write_token(connection, Token(name, hash_of(secret), stream, now_us, None, None))
        detail = {"stream": stream, "replaced": old is not None, "overlap_minutes": overlap_minutes}
        record(connection, now_us, TRADER, Action.TOKEN_NEW, name, detail)

    _write(profile, work)
    if name == DEFAULT:
        WebhookSecret(profile.home).replace(secret)
    return {"name": name, "stream": stream, "secret": secret, "path": f"/hook/{secret}"}


def _place_of_old(name: str, known: dict[str, Token], now_us: int) -> str:
    """Return a name for a replaced token that hides none which still opens: no person may choose a "~"."""
    places = (f"{name}~old{number or ''}" for number in count())
    return next(one for one in places if one not in known or not known[one].valid_at(now_us))


def revoke_token(profile: Profile, name: str, overlap_minutes: int) -> dict[str, Any] | None:
    """End a token at once or after the overlap; None where there is no such token."""
    now_us = system_clock()
    expires_us = now_us + overlap_minutes * _MINUTE_US

    def work(connection: Connection) -> Token | None:
        found = {token.name: token for token in store.list_tokens(connection)}.get(name)
        if found is None:
            return None
        ended = msgspec.structs.replace(found, expires_us=expires_us)
        store.write_token(connection, ended)
        detail = {"stream": found.stream, "expires_at": as_iso(expires_us)}
        record(connection, now_us, TRADER, Action.TOKEN_REVOKE, name, detail)
        return ended

    ended = _write(profile, work)
    return None if ended is None else _answer(ended)


def _write(profile: Profile, work: Callable[[Connection], Result]) -> Result:
    engine = write_engine(profile.database, wait_ms=5_000)
    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


def _answer(token: Token) -> dict[str, Any]:
    return {
        "name": token.name,
        "stream": token.stream,
        "created_at": as_iso(token.created_us),
        "last_used_at": as_iso(token.last_used_us),
        "expires_at": as_iso(token.expires_us),
    }
