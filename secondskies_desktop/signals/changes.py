"""What the projection publishes after a commit."""

from __future__ import annotations

import msgspec

from secondskies_desktop.signals.view import SignalView


class SignalRow(msgspec.Struct, frozen=True):
    """A signal in the projection; `seq` grows with every change of any row."""

    id: int
    seq: int
    view: SignalView


class SignalsChanged(msgspec.Struct, frozen=True):
    """These signals are new or changed."""

    seq: int
    rows: tuple[SignalRow, ...]


class SignalsRebuilt(msgspec.Struct, frozen=True):
    """The projection was dropped and folded again: everything must be read anew."""

    seq: int
