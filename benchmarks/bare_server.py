"""The opponent that stores nothing: an aiohttp application whose one route reads the body and answers 200.

Run as `python -m benchmarks.bare_server`; the first line on stdout is its URL.
"""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web


async def _take(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text="ok")


async def _serve() -> None:
    application = web.Application()
    application.router.add_post("/hook/{token}", _take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    sys.stdout.write(f"http://127.0.0.1:{runner.addresses[0][1]}/hook/anything\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
