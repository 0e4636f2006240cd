"""Posts generated alerts to the real webhook, as TradingView would."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp

from secondskies_desktop.foundation.clock import system_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from secondskies_desktop.demo.speech import Utterance

_RETRIES = 3
_PAUSE_S = 1.0
_SERVER_FAULT = 500


async def post_stream(
    url: str,
    utterances: Iterable[Utterance],
    *,
    speed: float,
    over: asyncio.Event,
    posted: Callable[[int], None],
) -> int:
    """Post utterances at `speed` times the pace of life until they end or `over` is set; returns how many.

    None is posted before its bar has closed in life, so a demo that has caught up goes on minute by minute.
    `posted` hears the status of each. A 5xx is sent again up to three times, as the real sender does.
    """
    count = 0
    loop = asyncio.get_running_loop()
    started, first_us = loop.time(), None
    timeout = aiohttp.ClientTimeout(total=3)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for utterance in utterances:
            first_us = utterance.bar_close_us if first_us is None else first_us
            due = started + (utterance.bar_close_us - first_us) / 1e6 / speed
            pause = max(due - loop.time(), (utterance.bar_close_us - system_clock()) / 1e6)
            if pause > 0:
                await _wait(over, pause)
            if over.is_set():
                break
            posted(await _post(session, url, utterance.body))
            count += 1
    return count


async def _post(session: aiohttp.ClientSession, url: str, body: bytes) -> int:
    status = _SERVER_FAULT
    for _ in range(1 + _RETRIES):
        async with session.post(url, data=body) as answer:
            status = answer.status
        if status < _SERVER_FAULT:
            break
        await asyncio.sleep(_PAUSE_S)
    return status


async def _wait(over: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(over.wait(), seconds)
    except TimeoutError:
        return
