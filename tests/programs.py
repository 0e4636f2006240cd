"""The real program in processes of its own: `listen`, and commands that end by themselves."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]
READY_WITHIN_S = 30.0
_STOP_WITHIN_S = 30.0


def surroundings(**more: str) -> dict[str, str]:
    """Return an environment in which the program finds no profile and no keyring."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SECONDSKIES_")}
    kept.pop("DBUS_SESSION_BUS_ADDRESS", None)
    return {**kept, "QT_QPA_PLATFORM": "offscreen", **more}


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> object:
        """The one document on stdout."""
        return json.loads(self.out)


def run(home: Path, *words: object, **more: str) -> Said:
    """Run a command to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "secondskies_desktop", "--home", str(home), *(str(word) for word in words)],
        cwd=ROOT,
        env=surroundings(**more),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Said(done.returncode, done.stdout, done.stderr)


class Listen:
    """A running `secondskies listen`; what it says on stderr is kept in a file beside the profile."""

    def __init__(
        self,
        home: Path,
        *words: str,
        port: int = 0,
        extra: Mapping[str, str] | None = None,
        before: tuple[str, ...] = (),
    ) -> None:
        self.home = home
        self.errors = home.with_name(f"{home.name}.stderr")
        command = [sys.executable, "-m", "secondskies_desktop", "--home", str(home)]
        self._errors = self.errors.open("ab")
        self.process = subprocess.Popen(
            [*before, *command, *words, "listen", "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=ROOT,
            env=surroundings(**(extra or {})),
        )

    def ready(self) -> Self:
        """Wait for the first line; raises AssertionError where the program ends without one."""
        lines: queue.Queue[bytes] = queue.Queue()
        assert self.process.stdout is not None
        stdout = self.process.stdout
        reader = threading.Thread(target=lambda: lines.put(stdout.readline()), daemon=True)
        reader.start()
        line = lines.get(timeout=READY_WITHIN_S)
        assert line, f"listen ended: {self.errors.read_text()}"
        self.said = json.loads(line)
        self.url = str(self.said["url"])
        self.port = int(self.url.split(":")[2].split("/")[0])
        return self

    def kill(self) -> None:
        """End it at once, as a power cut would, and wait until it is gone."""
        self.process.send_signal(signal.SIGKILL)
        self._gone()

    def stop(self) -> int:
        """Ask it to end and return its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        return self._gone()

    def _gone(self) -> int:
        code = self.process.wait(_STOP_WITHIN_S)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._errors.close()
        return code

    def __enter__(self) -> Self:
        return self.ready()

    def __exit__(self, *_exception: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self._gone()
