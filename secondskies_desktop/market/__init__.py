"""Bars and ticks: from the indicator's snapshots first, from feeds later."""
