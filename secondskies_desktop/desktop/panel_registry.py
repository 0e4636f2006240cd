"""The panels that ship, in the order of the View menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.foundation.clock import system_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.desktop.panel import Panel
    from secondskies_desktop.foundation.clock import Clock


FIRST = "live_signals"
"""The panel that is built and started before the others: its first rows are the window's first picture."""
LATER = (
    ("signal_detail", "Signal Detail"),
    ("webhook_monitor", "Webhook Monitor"),
    ("command_center", "Command Center"),
    ("main_dashboard", "Main Dashboard"),
    ("signal_statistics", "Signal Statistics"),
    ("attention", "Alert Centre"),
    ("integrity", "Integrity"),
    ("roadmap", "Roadmap"),
)
"""Key and title of the others: their docks are there before their classes are imported."""


def first_panel(clock: Clock = system_clock) -> Panel:
    """Return the first panel, new, by the clock of its desk."""
    from secondskies_desktop.desktop.panels.live_signals.panel import LiveSignals

    return LiveSignals(clock=clock)


def later_panels(clock: Clock = system_clock) -> Iterator[Panel]:
    """Yield the other panels, each made when it is asked for; it draws its heavy parts only when it is shown."""
    from secondskies_desktop.desktop.panels.signal_detail.panel import SignalDetail

    yield SignalDetail(clock=clock)
    from secondskies_desktop.desktop.panels.webhook_monitor.panel import WebhookMonitor

    yield WebhookMonitor(clock=clock)
    from secondskies_desktop.desktop.panels.command_center.panel import CommandCenter

    yield CommandCenter(clock=clock)
    from secondskies_desktop.desktop.panels.main_dashboard.panel import MainDashboard

    yield MainDashboard(clock=clock)
    from secondskies_desktop.desktop.panels.signal_statistics.panel import SignalStatistics

    yield SignalStatistics(clock=clock)
    from secondskies_desktop.desktop.panels.attention.panel import AttentionPanel

    yield AttentionPanel(clock=clock)
    from secondskies_desktop.desktop.panels.integrity.panel import IntegrityPanel

    yield IntegrityPanel(clock=clock)
    from secondskies_desktop.desktop.panels.roadmap.panel import RoadmapPanel

    yield RoadmapPanel(clock=clock)
