"""The database: engines, the one writer, migrations, backup. SQLAlchemy lives here, in tables.py and store.py."""
