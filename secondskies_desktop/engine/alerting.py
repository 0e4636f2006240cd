"""What an engine does with attention: writes it down, tells it, tells it again, sends it out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from secondskies_desktop.alerts.channels import ChannelBook
from secondskies_desktop.alerts.sending import Sender
from secondskies_desktop.alerts.service import AlertService
from secondskies_desktop.alerts.store import append_sends
from secondskies_desktop.engine.attention_log import AttentionLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from secondskies_desktop.alerts.store import Send
    from secondskies_desktop.foundation.attention import AttentionBoard
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.foundation.settings import AlertsSettings

    Submit = Callable[[Callable[[Connection], Any]], Future[Any]]


class Alerting:
    """The attention log, who tells and who sends, begun and ended together on the engine's loop."""

    def __init__(
        self,
        profile: Profile,
        settings: AlertsSettings,
        board: AttentionBoard,
        bus: Bus,
        clock: Clock,
        submit: Submit,
    ) -> None:
        self._submit = submit
        self._telling: asyncio.Task[None] | None = None
        self.log = AttentionLog(bus, clock, submit)
        # Behind the log, which so writes down what was raised before that it was told.
        self.service = AlertService(settings, board, bus, clock)
        self.sender = Sender(ChannelBook(profile.home), board, bus, clock, self._note, name=profile.name)
        self.sender.level = settings.send_out

    def begin(self, *, sends: bool) -> None:
        """Go on where the engine before has left off; without `sends` nothing leaves this machine."""
        self.service.begin(self._submit)
        self.log.begin()
        self._telling = asyncio.create_task(self.service.run())
        if sends:
            self.sender.start()

    def follow(self, settings: AlertsSettings) -> None:
        """Go by settings that were changed while it runs; any thread."""
        self.service.settings = settings
        self.sender.level = settings.send_out

    async def end(self) -> None:
        """Tell and send nothing more, and hand over what waits to be written."""
        if self._telling is not None:
            self._telling.cancel()
        await self.sender.stop()

    def close(self) -> None:
        """Hear nothing more."""
        self.log.close()
        self.service.close()

    def _note(self, rows: list[Send]) -> None:
        self._submit(lambda connection: append_sends(connection, rows))
