"""A child process that does not outlive the engine, however the engine ends.

On Unix a pipe is its leash: only the engine holds the writing end, so the system closes it even when the
engine is killed. On Windows it is a job object, which the system closes in the same way.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

if sys.platform == "win32":
    from secondskies_desktop.ingest.tunnel_job import close_job, job_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

_END_WITHIN_S = 4.0
_LONGEST_LINE = 2_048
_CHUNK = 4_096
# The shell leads a process group of its own, which `kill 0` means. What reads the leash holds no other pipe.
_LEASH = """
exec 3<&0 </dev/null
"$@" 3<&- &
child=$!
{ read -r _ <&3; kill "$child"; sleep 5; kill -9 0; } >/dev/null 2>&1 &
leash=$!
wait "$child"
code=$?
kill -9 "$leash"
exit "$code"
"""


class Child:
    """One running child. Whoever spawns it must `end` it."""

    def __init__(self, process: asyncio.subprocess.Process, job: int) -> None:
        self._process = process
        self._job = job

    @classmethod
    async def spawn(cls, command: Sequence[str], environment: Mapping[str, str]) -> Child:
        """Start `command`, only its stderr heard; OSError when it cannot be started."""
        return cls(*await _start(command, environment))

    async def lines(self) -> AsyncIterator[str]:
        """Yield what the child writes to stderr, each line cut after 2,048 bytes, until it closes it."""
        line = bytearray()
        while (stderr := self._process.stderr) and (chunk := await stderr.read(_CHUNK)):
            for piece in chunk.splitlines(keepends=True):
                line += piece[: _LONGEST_LINE - len(line)]
                if piece.endswith((b"\n", b"\r")):
                    yield line.decode(errors="replace")
                    line.clear()
        if line:
            yield line.decode(errors="replace")

    async def wait(self) -> int:
        """Wait for its end; the exit code, above 128 where a signal ended it."""
        return await self._process.wait()

    async def end(self) -> None:
        """Ask it to end, make it end after 4 s, and return when it has; harmless when it already had."""
        try:
            self._ask_to_end()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_END_WITHIN_S):
                    await self._process.wait()
        finally:
            _kill(self._process, self._job)
            self._job = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END_WITHIN_S):
                async for _ in self.lines():
                    pass
                await self._process.wait()

    def _ask_to_end(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        elif self._process.returncode is None:
            self._process.terminate()


if sys.platform == "win32":

    async def _start(
        command: Sequence[str], environment: Mapping[str, str]
    ) -> tuple[asyncio.subprocess.Process, int]:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            creationflags=subprocess.CREATE_NO_WINDOW,
        )
        return process, job_of(process.pid)

    def _kill(process: asyncio.subprocess.Process, job: int) -> None:
        close_job(job)
        if process.returncode is None:
            process.kill()

else:

    async def _start(
        command: Sequence[str], environment: Mapping[str, str]
    ) -> tuple[asyncio.subprocess.Process, int]:
        process = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", _LEASH, "leash", *command),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            # Ctrl-C in a terminal must reach the engine alone: it answers what came in, then ends the child.
            start_new_session=True,
        )
        return process, 0

    def _kill(process: asyncio.subprocess.Process, job: int) -> None:  # noqa: ARG001 - Windows has jobs
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
