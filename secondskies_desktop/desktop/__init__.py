"""Everything Qt: shell, bridge, panels, models, charts, dialogs, tray and theme."""
