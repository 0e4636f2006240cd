"""The rules that make a text JSON. Each looks at a body once from its beginning to its end, whatever stands in it."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from secondskies_desktop.integrity.repair_rules import Hazard, Mended, Rule, shown
from secondskies_desktop.signals.strict_json import MENDS

_TEXT = rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)'
"""A text of JSON, or what is left of one: it always matches at a quote, so that no search begins twice."""
_TRAILING_COMMA = re.compile(_TEXT + rb"|,(?=\s*+[}\]])", re.DOTALL)
_NO_VALUE = re.compile(
    _TEXT + rb"|(:\s*+)(?:[-+]?(?:nan|infinity|inf)|n/?a|none|null|undefined|nil|-|)(?=\s*+[,}\]])",
    re.DOTALL | re.IGNORECASE,
)
_WORDS = re.compile(_TEXT + rb"|(:\s*+)(true|false)(?=\s*+[,}\]])", re.DOTALL | re.IGNORECASE)
_BARE_KEY = re.compile(_TEXT + rb"|([{,]\s*+)([A-Za-z_]\w{0,40})(?=\s*+:)", re.DOTALL)
_GROUPED = re.compile(
    _TEXT + rb"|(:\s*+)(-?\d{1,12}(?:[.,]\d{1,12}){1,4})(?=\s*+(?:[}\]]|,\s*+\"))", re.DOTALL
)
_BRACKETS = re.compile(_TEXT + rb"|[{}\[\]]", re.DOTALL)
_CONTROL = re.compile(_TEXT + rb"|[\x00-\x1f]+", re.DOTALL)
_QUOTE = re.compile(rb'\\.|"', re.DOTALL)
_OPENS = (b"{", b",", b":", b"[")
_CLOSES = re.compile(rb"\s{0,16}+(?:[:}\]]|,\s{0,16}+[\"{\[\d\-tfn]|\Z)")
_BLANKS = bytes(range(32))
_CARRIERS: Final = ("text", "content", "message", "body", "payload", "data")
_MAX_CARRIED = 3
_DEEPEST: Final = 20


def _utf_16(body: bytes) -> Mended | None:
    if not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    try:
        return Mended(body.decode("utf-16").encode())
    except UnicodeError:
        return None


def _carried(body: bytes) -> Mended | None:
    """Take the alert out of a text, or out of an object that holds nothing but such a text."""
    for _ in range(_MAX_CARRIED):
        try:
            tree = msgspec.json.decode(body)
            if isinstance(tree, dict):
                key, tree = next(iter(tree.items())) if len(tree) == 1 else ("", None)
                tree = tree if key in _CARRIERS else None
            if not isinstance(tree, str | dict):
                return None
            body = tree.encode() if isinstance(tree, str) else msgspec.json.encode(tree)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None
        if body.lstrip()[:1] == b"{":
            return Mended(body)
    return None


def _surrounded(body: bytes) -> Mended | None:
    """Take the one object out of what stands around it; of two objects none is chosen."""
    begins = body.find(b"{")
    if begins < 0:
        return None
    depth, ends = 0, None
    for found in _BRACKETS.finditer(body, begins):
        mark = found[0]
        if mark in (b"{", b"["):
            depth += 1
            if ends is not None or depth > _DEEPEST:
                return None
        elif mark in (b"}", b"]"):
            depth -= 1
            if depth == 0 and ends is None:
                ends = found.end()
    if ends is None:
        return None
    before, after = body[:begins].strip(), body[ends:].strip()
    if not before and not after:
        return None
    said = [f"left out around the alert: {shown(one)}" for one in (before, after) if one.strip(b"`\x00")]
    return Mended(body[begins:ends], tuple(said))


def _as_the_indicator_is_known(body: bytes) -> Mended | None:
    """Mend what decoding mends by itself where nothing else is wrong."""
    found = body
    for _, pattern, replacement in MENDS:
        found = pattern.sub(replacement, found)
    return _changed(body, found)


def _without_control_characters(body: bytes) -> Mended | None:
    """Leave them out of texts, as where they are escaped; elsewhere they part what stands beside them."""
    return _changed(
        body,
        _CONTROL.sub(lambda m: m[0].translate(None, _BLANKS) if m[0][:1] == b'"' else b" ", body),
    )


def _straight_quotes(body: bytes) -> Mended | None:
    found = body.replace("“".encode(), b'"').replace("”".encode(), b'"').replace("„".encode(), b'"')
    return None if found == body else Mended(found)


def _double_quotes(body: bytes) -> Mended | None:
    if b'"' in body or b"\\" in body or b"'" not in body:
        return None
    return Mended(body.replace(b"'", b'"'))


def _without_trailing_commas(body: bytes) -> Mended | None:
    return _changed(body, _TRAILING_COMMA.sub(lambda m: b"" if m[0] == b"," else m[0], body))


def _keys_in_quotes(body: bytes) -> Mended | None:
    return _changed(body, _BARE_KEY.sub(lambda m: m[0] if m[2] is None else m[1] + b'"' + m[2] + b'"', body))


def _words_of_json(body: bytes) -> Mended | None:
    return _changed(body, _WORDS.sub(lambda m: m[0] if m[2] is None else m[1] + m[2].lower(), body))


def _null_for_no_value(body: bytes) -> Mended | None:
    return _changed(body, _NO_VALUE.sub(lambda m: m[0] if m[1] is None else m[1] + b"null", body))


def plain_number(text: str) -> str | None:
    """Return a number with separators as JSON writes it, None where it can be read in two ways or in none.

    `1,234` is twelve hundred or one and a bit: nobody knows. `25,680.25`, `25.680,25` and `25680,5` are plain.
    """
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    commas, points = digits.count(","), digits.count(".")
    if commas and points:
        mark = max(",", ".", key=digits.rfind)
        other = "." if mark == "," else ","
        whole, _, part = digits.partition(mark)
        if digits.count(mark) > 1 or not _is_grouped(whole, other):
            return None
        return f"{sign}{whole.replace(other, '')}.{part}"
    separator = "," if commas else "."
    groups = digits.split(separator)
    if len(groups) > 2:  # noqa: PLR2004 - two groups or more are thousands
        return sign + "".join(groups) if _is_grouped(digits, separator) else None
    whole, _, part = digits.partition(separator)
    if separator == "," and len(part) == 3 and len(whole) <= 3 and whole != "0":  # noqa: PLR2004 - a group
        return None
    return f"{sign}{whole}.{part}" if part else sign + whole


def _is_grouped(digits: str, separator: str) -> bool:
    first, *rest = digits.split(separator)
    return 1 <= len(first) <= 3 and all(len(one) == 3 for one in rest)  # noqa: PLR2004 - thousands


def _plain_numbers(body: bytes) -> Mended | None:
    lost: list[str] = []

    def plain(found: re.Match[bytes]) -> bytes:
        if found[2] is None:
            return found[0]
        number = plain_number(found[2].decode())
        if number is None:
            lost.append(f"{found[2].decode()} can be read in two ways: missing")
            return found[1] + b"null"
        return found[1] + number.encode() if b"," in found[2] or found[2].count(b".") > 1 else found[0]

    mended = _changed(body, _GROUPED.sub(plain, body))
    return None if mended is None else Mended(mended.body, tuple(lost))


def _quotes_escaped(body: bytes) -> Mended | None:
    """Escape the quotes that neither begin nor end a text."""
    parts: list[bytes] = []
    inside, place = False, 0
    for found in _QUOTE.finditer(body):
        if found[0] != b'"':
            continue
        if not inside:
            keep = inside = body[max(0, found.start() - 16) : found.start()].rstrip()[-1:] in _OPENS
        else:
            keep = _CLOSES.match(body, found.end()) is not None
            inside = not keep
        if not keep:
            parts += (body[place : found.start()], b'\\"')
            place = found.end()
    if not parts:
        return None
    return Mended(b"".join((*parts, body[place:])))


def _whole_entries(body: bytes) -> Mended | None:
    """Keep the whole entries of the lists of an alert that was cut off.

    A quote that the indicator lost would hide where an entry ends.
    """
    sent = len(body)
    body = (_as_the_indicator_is_known(body) or Mended(body)).body
    stack: list[bytes] = []
    cut: tuple[int, bytes] | None = None
    entries = 0
    begins = body.find(b"{")
    for found in _BRACKETS.finditer(body, max(begins, 0)):
        mark = found[0]
        if mark in (b"{", b"["):
            stack.append(mark)
            if len(stack) > _DEEPEST:
                return None
        elif mark in (b"}", b"]"):
            if not stack or (stack.pop() == b"{") != (mark == b"}"):
                return None
            if stack == [b"{", b"["]:
                entries += 1
                cut = (found.end(), b"]}")
            elif stack == [b"{"]:
                cut = (found.end(), b"}") if mark == b"]" else cut
            elif not stack:
                return None
    if begins < 0 or cut is None:
        return None
    end, closing = cut
    rest = len(body) - end
    kept = "1 whole entry is" if entries == 1 else f"{entries} whole entries are"
    lost = f"cut off after {sent} bytes: {kept} kept, the last {rest} bytes are lost"
    return Mended(body[begins:end] + closing, (lost,))


def _changed(before: bytes, after: bytes) -> Mended | None:
    return None if before == after else Mended(after)


_HEAD = b'{"event_type":"HEARTBEAT","signal_count":'
CARRIED: Final = Rule(
    "alert-in-a-text",
    "A relay put the alert into a text, or into an object that holds nothing else",
    Hazard.CERTAIN,
    True,
    b'{"text":"{\\"event_type\\":\\"HEARTBEAT\\",\\"signal_count\\":1}"}',
    _HEAD + b"1}",
    _carried,
)
TEXT_RULES: Final = (
    Rule(
        "utf-16",
        "The text was sent as UTF-16, and says so in its first two bytes",
        Hazard.CERTAIN,
        True,
        (_HEAD + b"1}").decode().encode("utf-16"),
        _HEAD + b"1}",
        _utf_16,
    ),
    CARRIED,
    Rule(
        "text-around",
        "Words stand before or behind the one alert; they are left out",
        Hazard.LIKELY,
        True,
        b"Alert on MNQ1!: " + _HEAD + b"1} thanks",
        _HEAD + b"1}",
        _surrounded,
    ),
    Rule(
        "indicator-quotes",
        "The indicator lost a quote or left one over; decoding mends that alone, this beside other harm",
        Hazard.CERTAIN,
        True,
        b'{"event_type":"HEARTBEAT","htf_1h":"Bullish,"htf_15m":"Neutral",}',
        b'{"event_type":"HEARTBEAT","htf_1h":"Bullish","htf_15m":"Neutral",}',
        _as_the_indicator_is_known,
    ),
    Rule(
        "control-characters",
        "Line ends or other control characters stand in a text; they are left out",
        Hazard.CERTAIN,
        True,
        b'{"event_type":"HEARTBEAT","note":"two\r\n lines"}',
        b'{"event_type":"HEARTBEAT","note":"two lines"}',
        _without_control_characters,
    ),
    Rule(
        "curly-quotes",
        "A word processor made the quotes curly",
        Hazard.CERTAIN,
        True,
        "{“event_type”:“HEARTBEAT”,“signal_count”:1}".encode(),
        _HEAD + b"1}",
        _straight_quotes,
    ),
    Rule(
        "single-quotes",
        "Texts stand in single quotes, and no double quote is there",
        Hazard.CERTAIN,
        True,
        b"{'event_type':'HEARTBEAT','signal_count':1}",
        _HEAD + b"1}",
        _double_quotes,
    ),
    Rule(
        "bare-keys",
        "Names stand without quotes",
        Hazard.CERTAIN,
        True,
        b'{event_type:"HEARTBEAT",signal_count:1}',
        _HEAD + b"1}",
        _keys_in_quotes,
    ),
    Rule(
        "trailing-comma",
        "A comma stands behind the last entry",
        Hazard.CERTAIN,
        True,
        _HEAD + b"1,}",
        _HEAD + b"1}",
        _without_trailing_commas,
    ),
    Rule(
        "true-and-false",
        "True and False are written as another language does",
        Hazard.CERTAIN,
        True,
        b'{"event_type":"HEARTBEAT","live":True}',
        b'{"event_type":"HEARTBEAT","live":true}',
        _words_of_json,
    ),
    Rule(
        "no-value",
        "NaN, na, Infinity, None or nothing stands where a value belongs: it is missing",
        Hazard.CERTAIN,
        True,
        _HEAD + b"NaN}",
        _HEAD + b"null}",
        _null_for_no_value,
    ),
    Rule(
        "separators-in-number",
        "A number has a decimal comma or thousands; one that can be read in two ways is missing",
        Hazard.LIKELY,
        True,
        b'{"event_type":"HEARTBEAT","price":25.680,25,"lots":1,234}',
        b'{"event_type":"HEARTBEAT","price":25680.25,"lots":null}',
        _plain_numbers,
    ),
    Rule(
        "quote-in-text",
        "A quote stands within a text",
        Hazard.LIKELY,
        False,
        b'{"event_type":"HEARTBEAT","note":"the "A" setup"}',
        b'{"event_type":"HEARTBEAT","note":"the \\"A\\" setup"}',
        _quotes_escaped,
    ),
    Rule(
        "cut-off",
        "The body was cut off: the whole entries of its lists are kept, the rest is lost",
        Hazard.LOSES,
        True,
        b'{"event_type":"MFE_UPDATE_BATCH","signals":[{"trade_id":"A"},{"trade_id":"B","be_m',
        b'{"event_type":"MFE_UPDATE_BATCH","signals":[{"trade_id":"A"}]}',
        _whole_entries,
    ),
)
