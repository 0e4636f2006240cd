"""Tooltips that show a text as it is: Qt takes one that looks like markup for markup."""

from __future__ import annotations

from html import escape


def plain(text: str) -> str:
    """Return what shows this text, whoever wrote it; only what holds a `<` is changed."""
    return f'<p style="white-space:pre-wrap">{escape(text)}</p>' if "<" in text else text
