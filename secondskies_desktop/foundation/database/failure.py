"""What can go wrong with a database, in the words that the person in front of it needs."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError


class DatabaseProblem(Exception):
    """The database cannot be used now; the text is one line for a person."""


class DatabaseLocked(DatabaseProblem):
    """Another process holds the database longer than we are willing to wait."""


class DatabaseDamaged(DatabaseProblem):
    """The file is not a database, or its pages contradict one another. It is never overwritten."""


class DatabaseTooNew(DatabaseProblem):
    """The schema was written by a newer version of the program."""


class DatabaseUnreachable(DatabaseProblem):
    """No file access, no server, no space."""


_DAMAGED = ("malformed", "not a database", "file is encrypted", "disk image")
_LOCKED = ("database is locked", "database table is locked", "busy", "lock timeout")


def named(error: BaseException) -> DatabaseProblem:
    """Return the problem that a driver's error stands for."""
    if isinstance(error, DatabaseProblem):
        return error
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = " ".join(str(origin).split())[:300]
    low = text.lower()
    if any(word in low for word in _DAMAGED):
        return DatabaseDamaged(f"the database is damaged: {text}")
    if any(word in low for word in _LOCKED):
        return DatabaseLocked(f"the database is locked by another process: {text}")
    return DatabaseUnreachable(f"the database cannot be used: {text}")
