"""The audit trail: who did what and when, each row bound to the one before it by a hash.

The chain finds a row that was edited, deleted, inserted or swapped. It holds no secret, so whoever can write to the
database can also make a new chain, or cut the newest rows off: that is found by anchors, heads of the trail that were
noted outside the database when a backup was made.
"""

from __future__ import annotations

import hashlib
import struct
from collections import OrderedDict
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TRADER: Final = "trader"
PROGRAM: Final = "program"

GENESIS: Final = hashlib.sha256(b"Second Skies audit trail").digest()
"""What stands as the hash before row 1."""

_REMEMBERED = 1_024
_RAW = "surrogateescape"
_NUMBERS = struct.Struct(">qqQQQQ")
_KINDS = (int, int, str, str, str, str, bytes)


class Action(StrEnum):
    """What can stand in the trail."""

    BACKUP = "backup"
    RESTORE = "restore"
    REBUILD = "rebuild"
    IMPORT = "import"
    RETRY = "retry"
    TOKEN_NEW = "token new"  # noqa: S105 - the name of an act
    TOKEN_REVOKE = "token revoke"  # noqa: S105 - the name of an act
    SETTING = "setting"
    MARK = "mark"
    FILL = "fill"
    CHOICE = "choice"
    REPAIR = "repair"
    UNDO = "undo"


class AuditRow(NamedTuple):
    """One row of the trail; `detail` is JSON, times are µs UTC."""

    id: int
    at_us: int
    actor: str
    action: str
    subject: str
    detail: str
    previous: bytes
    hash: bytes


class Anchor(msgspec.Struct, frozen=True):
    """A head of the trail, noted outside the database: how many rows there were, and the hash of the last (hex)."""

    at_us: int
    database: str
    backup: str
    rows: int
    hash: str


class Found(msgspec.Struct, frozen=True):
    """What an examination found; `first_bad` is None where the trail is as it was recorded.

    `anchors` were held against the rows and agree; `restores` are rows that say so. `rewritten` is the anchor that
    disagrees where the chain itself is whole: the first changed row lies between `first_bad` and the anchor's.
    """

    rows: int
    first_bad: int | None
    reason: str | None
    anchors: int
    restores: int
    rewritten: Anchor | None = None


def hash_of(
    row_id: int, at_us: int, actor: str, action: str, subject: str, detail: str, previous: bytes
) -> bytes:
    """Return the hash of a row: SHA-256 over the one before it, its numbers, and its texts with their lengths."""
    who, did = actor.encode("utf-8", _RAW), action.encode("utf-8", _RAW)
    what, how = subject.encode("utf-8", _RAW), detail.encode("utf-8", _RAW)
    numbers = _NUMBERS.pack(row_id, at_us, len(who), len(did), len(what), len(how))
    return hashlib.sha256(b"".join((previous, numbers, who, did, what, how))).digest()


def is_whole(row: AuditRow) -> bool:
    """Tell whether a row is what its own hash says, whatever stands before it."""
    return tuple(map(type, row[:7])) == _KINDS and hash_of(*row[:7]) == row.hash


def examine(rows: Iterable[AuditRow], anchors: Sequence[Anchor] = ()) -> Found:
    """Look through a trail, oldest row first, until something is wrong with it.

    An anchor that is older than the newest restore may be of a trail that the restore replaced: it then proves
    nothing. Who hides a cut that way leaves a restore in the trail.
    """
    chain, marks = _Chain(), _Marks(anchors)
    for row in rows:
        wrong = chain.refusal(row)
        if wrong is not None:
            return marks.sooner(Found(chain.rows, *wrong, marks.held, marks.restores))
        marks.note(row)
    return marks.sooner(Found(chain.rows, None, None, marks.held, marks.restores))


class _Chain:
    """The rows that were found whole, and the hash of the newest."""

    def __init__(self) -> None:
        self.rows = 0
        self._head = GENESIS
        self._places: OrderedDict[bytes, int] = OrderedDict({GENESIS: 0})

    def refusal(self, row: AuditRow) -> tuple[int, str] | None:
        """Take the next row; returns (first bad row, why) where it does not follow."""
        due = self.rows + 1
        if row.id != due:
            if type(row.id) is int and row.id < due:
                return row.id, f"row {row.id} stands where no row was recorded"
            return due, f"row {due} is missing"
        if row.previous != self._head:
            return self._inserted(row) or (due, f"row {due} does not follow row {self.rows}")
        if not is_whole(row):
            return due, f"row {due} is not what was recorded"
        self.rows, self._head = due, row.hash
        self._places[row.hash] = due
        if len(self._places) > _REMEMBERED:
            self._places.popitem(last=False)
        return None

    def _inserted(self, row: AuditRow) -> tuple[int, str] | None:
        """Tell whether a row follows an older one than the last: what stands between them came in later."""
        place = self._places.get(row.previous) if type(row.previous) is bytes else None
        if place is None or not is_whole(row._replace(id=place + 1)):
            return None
        return place + 1, f"row {place + 1} was inserted: row {row.id} was recorded in its place"


class _Marks:
    """The anchors, held against the rows that go by."""

    def __init__(self, anchors: Sequence[Anchor]) -> None:
        self._waiting = sorted(anchors, key=lambda one: one.rows, reverse=True)
        self._wrong: list[tuple[int, Anchor]] = []
        self._restored_us = -1
        self._proved = 0
        self.held = 0
        self.restores = 0

    def note(self, row: AuditRow) -> None:
        """Hold the anchors of a row against it."""
        if row.action == Action.RESTORE:
            self._restored_us = max(self._restored_us, row.at_us)
            self.restores += 1
        while self._waiting and self._waiting[-1].rows <= row.id:
            anchor = self._waiting.pop()
            if anchor.hash == row.hash.hex():
                self.held += 1
                self._proved = row.id
            else:
                self._wrong.append((self._proved + 1, anchor))

    def sooner(self, found: Found) -> Found:
        """Return what was found, or what an anchor says of a row before it."""
        for first, anchor in self._wrong:
            if anchor.at_us >= self._restored_us and (found.first_bad is None or first < found.first_bad):
                span = (
                    f"row {first}" if first == anchor.rows else f"something in rows {first} to {anchor.rows}"
                )
                reason = f"{span} is not what it was when {anchor.backup} was made"
                return msgspec.structs.replace(found, first_bad=first, reason=reason, rewritten=anchor)
        left = [one for one in self._waiting if one.at_us >= self._restored_us]
        if found.first_bad is not None or not left:
            return found
        largest = max(left, key=lambda one: one.rows)
        first = found.rows + 1
        reason = f"cut off behind row {found.rows}: there were {largest.rows} when {largest.backup} was made"
        return msgspec.structs.replace(found, first_bad=first, reason=reason)
