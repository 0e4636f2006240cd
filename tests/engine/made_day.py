"""A small trade date in a profile: a quarter of an hour of the simulated indicator, and an hour the evening before."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

from secondskies_desktop.demo.speech import Defects, Generation, speak
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.sessions import trade_date_bounds
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.store import Arrival
from tests.databases import STREAM, writing

if TYPE_CHECKING:
    from secondskies_desktop.foundation.profile import Profile

DAY = date(2025, 12, 9)
MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
STARTS_US, ENDS_US = trade_date_bounds(DAY)
OPENS_US = STARTS_US + 15 * HOUR_US + 20 * MINUTE_US
"""09:20 New York."""
_WARM_UP = 6 * 60
"""Minutes of which nothing is kept: the indicator needs a past before it has anything to say."""
FAULTS = Defects(duplicate=0.1, repeated_exit=0.3, missing_creation=0.1)


def day_of_alerts(profile: Profile, minutes: int = 15) -> int:
    """Put the evening before and the day into a profile's inbox; returns the number of arrivals of the day.

    The day stands before the evening in the inbox, as where an old log was imported late.
    """
    ensure_schema(profile.database)
    day = arrivals(1, OPENS_US, minutes)
    with writing(profile.database) as connection:
        store.append_arrivals(connection, [*day, *arrivals(2, STARTS_US - 3 * HOUR_US, 60)])
    return len(day)


def arrivals(seed: int, since_us: int, minutes: int) -> list[Arrival]:
    """Return what the indicator says from a moment on, two alerts of a minute a millisecond apart."""
    before_us = since_us - _WARM_UP * MINUTE_US
    told = speak(seed, before_us, _WARM_UP + minutes, Generation.SNAPSHOT, FAULTS)
    return [
        Arrival(
            one.bar_close_us + 1_000 * place,
            "webhook:default",
            STREAM,
            hashlib.sha256(one.body).digest(),
            None,
            one.body,
        )
        for place, one in enumerate(told)
        if one.bar_close_us > since_us
    ]
