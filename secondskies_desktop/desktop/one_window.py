"""One window for each profile: a second start raises the first window and goes away."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

if TYPE_CHECKING:
    from pathlib import Path

_WAIT_MS = 1_000


class OneWindow(QObject):
    """Holds a profile's lock while its window is open. The lock of a process that died is taken over."""

    raised = Signal()
    """A second start asked for this window."""

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Names of local sockets are short on some systems, and a profile may lie anywhere.
        self._name = f"secondskies-{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]}"
        self._lock = QLockFile(str(home / "desktop.lock"))
        self._lock.setStaleLockTime(0)
        self._server: QLocalServer | None = None

    def take(self) -> bool:
        """Take the lock; False where another window of this profile is open."""
        return self._lock.tryLock(0)

    def listen(self) -> None:
        """Hear second starts from now on."""
        QLocalServer.removeServer(self._name)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_second)
        self._server.listen(self._name)

    def raise_first(self) -> bool:
        """Ask the window that is open to come to the front; False where it does not answer."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        answered = socket.waitForConnected(_WAIT_MS)
        socket.abort()
        return answered

    def close(self) -> None:
        """Let go of the lock."""
        if self._server is not None:
            self._server.close()
        self._lock.unlock()

    def _on_second(self) -> None:
        if self._server is None:
            return
        while self._server.hasPendingConnections():
            connection = self._server.nextPendingConnection()
            connection.disconnected.connect(connection.deleteLater)
        self.raised.emit()
