"""A small pool for the desk's blocking calls; results and errors land on the thread of the window."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

_THREADS = 3


def on_gui_thread() -> bool:
    """Whether this is the thread that may touch widgets."""
    app = QCoreApplication.instance()
    return app is not None and QThread.currentThread() is app.thread()


def assert_gui_thread() -> None:
    """Raise AssertionError off the thread of the window, where touching a widget corrupts it."""
    if not on_gui_thread():
        raise AssertionError(f"{threading.current_thread().name} is not the thread of the window")


class Reading:
    """A question on its way; once cancelled, neither its answer nor its error is delivered."""

    def __init__(
        self, done: Callable[[Any], None] | None, failed: Callable[[Exception], None] | None
    ) -> None:
        self._done = done
        self._failed = failed
        self.cancelled = False

    def cancel(self) -> None:
        """Drop the answer; the work itself is not interrupted."""
        self.cancelled = True

    def deliver(self, result: Any, error: Exception | None) -> None:
        """Hand the answer or the error over, on the thread of the window."""
        if self.cancelled:
            return
        if error is None:
            if self._done is not None:
                self._done(result)
        elif self._failed is not None:
            self._failed(error)
        else:
            # Nobody listens for it: the window's own excepthook shows it.
            raise error


class Readers(QObject):
    """Runs work off the thread of the window. Make, use and close it on that thread."""

    _answered = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="reader")
        self._open = True
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> Reading:
        """Run `work` on a reader thread, then `done(result)` or `failed(error)` here."""
        assert_gui_thread()
        reading = Reading(done, failed)
        if self._open:
            self._pool.submit(self._work, work, reading)
        return reading

    def close(self) -> None:
        """Take nothing new, drop what waits, and end the threads once what runs has finished."""
        self._open = False
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, work: Callable[[], Any], reading: Reading) -> None:
        if reading.cancelled:
            return
        result, failure = None, None
        try:
            result = work()
        except Exception as error:
            failure = error
        if self._open:
            self._answered.emit(reading, result, failure)

    @Slot(object, object, object)
    def _deliver(self, reading: Reading, result: object, error: Exception | None) -> None:
        reading.deliver(result, error)
