"""The way in: listener, inbox, pump, rebuild, tunnel and file import."""
