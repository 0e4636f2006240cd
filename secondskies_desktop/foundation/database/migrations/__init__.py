"""Alembic migrations, one step a file; a migration imports no room."""

from __future__ import annotations

HEAD = "0004"
"""The newest revision; a test compares it with the files."""
