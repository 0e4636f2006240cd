"""The panels that ship, in the order of the View menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from secondskies_desktop.desktop.panel import Panel


FIRST = "live_signals"
"""The panel that is started before the others: its first rows are the window's first picture."""


def first_panel() -> type[Panel]:
    """Return the class of the panel that is built and started first."""
    from secondskies_desktop.desktop.panels.live_signals.panel import LiveSignals

    return LiveSignals


def shipped_panels() -> tuple[type[Panel], ...]:
    """Return the classes of the panels; each draws its heavy parts only when it is shown."""
    from secondskies_desktop.desktop.panels.live_signals.panel import LiveSignals
    from secondskies_desktop.desktop.panels.signal_detail.panel import SignalDetail
    from secondskies_desktop.desktop.panels.webhook_monitor.panel import WebhookMonitor

    return (LiveSignals, SignalDetail, WebhookMonitor)
