"""Tooltips that show a text as it is: Qt takes one that looks like markup for markup."""

from __future__ import annotations

from html import escape, unescape

_BEFORE, _BEHIND = '<p style="white-space:pre-wrap">', "</p>"


def plain(text: str) -> str:
    """Return what shows this text, whoever wrote it; only what holds a `<` is changed."""
    return f"{_BEFORE}{escape(text)}{_BEHIND}" if "<" in text else text


def said(tip: str) -> str:
    """Return the text that a tooltip shows, for where no markup is taken for markup."""
    if not tip.startswith(_BEFORE):
        return tip
    return unescape(tip.removeprefix(_BEFORE).removesuffix(_BEHIND))
