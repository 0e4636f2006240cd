"""Alembic's entry: runs the steps on the connection that `migrate.py` hands over."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=None,
    render_as_batch=True,
    transaction_per_migration=True,
)
context.run_migrations()
