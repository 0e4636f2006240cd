"""Second Skies Desktop: a futures trader's operations desk."""

from __future__ import annotations

__version__ = "0.1.0"
