"""A stand-in for cloudflared, run as `python fake_cloudflared.py FOLDER tunnel …`.

What it is to do stands in FOLDER/plan.json; what was asked of it, and whether another one was alive, goes to
FOLDER/runs.jsonl. It forwards FOLDER/port of loopback to the origin that --url names.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy one direction to its end."""
    while chunk := await reader.read(65_536):
        writer.write(chunk)
        await writer.drain()
    writer.close()


async def serve(folder: Path, origin_port: int) -> None:
    """Forward every connection to the origin, for ever."""

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        origin_reader, origin_writer = await asyncio.open_connection("127.0.0.1", origin_port)
        await asyncio.gather(pump(reader, origin_writer), pump(origin_reader, writer))

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    (folder / "port").write_text(str(server.sockets[0].getsockname()[1]))
    await server.serve_forever()


def main(folder: Path, arguments: list[str]) -> None:
    """Do as the plan says."""
    plan: dict[str, Any] = json.loads((folder / "plan.json").read_text())
    if plan.get("deaf"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with (folder / "alive").open("w") as alive, (folder / "runs.jsonl").open("a") as runs:
        try:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            alone = False
        run = {"pid": os.getpid(), "alone": alone, "arguments": arguments, "environment": sorted(os.environ)}
        runs.write(json.dumps(run) + "\n")
        runs.flush()
        sys.stderr.write("x" * plan.get("flood", 0))
        sys.stderr.write("\n".join(plan["lines"]).replace("RUN", str(os.getpid())) + "\n")
        sys.stderr.flush()
        if plan.get("serves"):
            origin = arguments[arguments.index("--url") + 1]
            asyncio.run(serve(folder, int(origin.rsplit(":", 1)[1])))
    sys.exit(plan.get("code", 0))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
