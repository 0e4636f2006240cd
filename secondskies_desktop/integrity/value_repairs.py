"""The rules that make JSON an alert: names, numbers and times that are written otherwise, and values that cannot be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from secondskies_desktop.integrity.repair_rules import Hazard, Mended, Rule
from secondskies_desktop.integrity.text_repairs import plain_number
from secondskies_desktop.signals.event import Undecodable
from secondskies_desktop.signals.fields import MAX_PRICE, MAX_R
from secondskies_desktop.signals.strict_json import MAX_NUMBER, decode_strictly
from secondskies_desktop.signals.vocabulary import ALIASES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Tree = dict[str, Any]

_BAR: Final = ("open", "high", "low", "close")
_OF_A_TRADE: Final = ("entry_price", "stop_loss", "sl_price", "exit_price", "current_price", "entry", "stop")
_PRICES: Final = frozenset((*_BAR, *_OF_A_TRADE, "lowest_low", "highest_high"))
_FAVOURABLE: Final = frozenset(("be_mfe", "no_be_mfe", "final_be_mfe", "final_no_be_mfe", "mfe_R"))
_ADVERSE: Final = frozenset(("mae_global_r", "mae"))
_COUNTS: Final = frozenset(("signal_count", "bars_to_confirm", "risk", "seq"))
_TIMES: Final = frozenset(
    ("bar_ts", "triangle_time", "confirmation_time", "signal_time", "timestamp", "bar", "at", "signal_at")
)
_FLAGS: Final = frozenset(("be_hit", "be_triggered", "completed", "debug_overflow"))
_NUMBERS: Final = _PRICES | _FAVOURABLE | _ADVERSE | _COUNTS
_OF_AN_EVENT: Final = ("event_type", "type", "trade_id", "signal_id", "event_timestamp", "direction", "bias")
_OF_A_BODY: Final = ("contract", "symbol", "timeframe", "signals", "triangles_delta", "events", "attributes")
_TEXTS: Final = ("exit_reason", "completion_reason", "session", "date", "status", "automation_stage")
_BIASES: Final = ("htf_alignment", "htf_daily", "htf_4h", "htf_1h", "htf_15m", "htf_5m", "htf_1m", "daily")
_SHORT_BIASES: Final = ("h4", "h1", "m15", "m5", "m1", "htf")
_OTHERS: Final = frozenset((*_OF_AN_EVENT, *_OF_A_BODY, *_TEXTS, *_BIASES, *_SHORT_BIASES, "schema_version"))
_KNOWN: Final = _NUMBERS | _TIMES | _FLAGS | _OTHERS
_BY_CASE: Final = {name.casefold(): name for name in _KNOWN}
_BY_LETTERS: Final = {
    **{name.casefold().replace("_", ""): name for name in _KNOWN},
    "event": "event_type",
    "sl": "stop_loss",
    "ticker": "symbol",
    "side": "direction",
    "interval": "timeframe",
}
_WORDS: Final = frozenset(
    ("MFE_UPDATE_BATCH", "UNIFIED_SNAPSHOT_V1", "INDICATOR_EXPORT_V2", "ALL_SIGNALS_EXPORT", "HEARTBEAT")
)
_EMPTY: Final = frozenset(
    ("", "-", "–", "na", "n/a", "nan", "none", "null", "undefined", "nil", "infinity", "∞")
)
_GROUPED: Final = re.compile(r"-?\d{1,12}(?:[.,]\d{1,12}){1,4}")
_PLAIN: Final = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?")
_FIRST_S, _LAST_S = 946_684_800, 4_102_444_800


def _objects(tree: Any) -> Iterator[Tree]:
    """Yield every object of a tree, the outer one first."""
    containers: list[Any] = [tree]
    for container in containers:
        if type(container) is dict:
            yield container
            containers += container.values()
        elif type(container) is list:
            containers += container


def _by_value(change: Callable[[str, Any, list[str]], Any]) -> Callable[[bytes], Mended | None]:
    """Make a rule of what becomes of one value by its name; it may note what is lost."""

    def mend(body: bytes) -> Mended | None:
        tree = _tree(body)
        if tree is None:
            return None
        lost: list[str] = []
        changed = False
        for one in _objects(tree):
            for name, value in one.items():
                if type(value) is dict or type(value) is list:
                    continue
                now = change(name, value, lost)
                if now is not value:
                    one[name] = now
                    changed = True
        return Mended(msgspec.json.encode(tree), tuple(lost)) if changed else None

    return mend


def _by_names(
    better: Callable[[str], str | None], word: Callable[[str], str]
) -> Callable[[bytes], Mended | None]:
    """Make a rule of how names and the words of events are written."""

    def mend(body: bytes) -> Mended | None:
        tree = _tree(body)
        if tree is None:
            return None
        before = msgspec.json.encode(tree)
        for one in _objects(tree):
            taken = set(one)
            names = {}
            for name in one:
                wanted = None if name in _KNOWN else better(name)
                names[name] = name if wanted is None or wanted in taken else wanted
                taken.add(names[name])
            values = {names[name]: value for name, value in one.items()}
            for name in ("event_type", "type"):
                if isinstance(values.get(name), str):
                    values[name] = word(values[name])
            one.clear()
            one.update(values)
        after = msgspec.json.encode(tree)
        return None if after == before else Mended(after)

    return mend


def _tree(body: bytes) -> Tree | None:
    try:
        return decode_strictly(body)[0]
    except Undecodable:
        return None


def _word_by_case(word: str) -> str:
    upper = word.strip().upper()
    return upper if upper in _WORDS else word


def _word_by_letters(word: str) -> str:
    upper = re.sub(r"[\s\-.]+", "_", word.strip().upper()[:60])
    return upper if upper in _WORDS or upper in ALIASES else word


def _null_for_words(name: str, value: Any, _lost: list[str]) -> Any:
    asked = name in _NUMBERS or name in _TIMES or name in _FLAGS
    is_word = asked and isinstance(value, str) and len(value) < 16 and value.strip().casefold() in _EMPTY  # noqa: PLR2004 - longer than any
    return None if is_word else value


def _numbers_from_text(name: str, value: Any, lost: list[str]) -> Any:
    if name not in _NUMBERS or not isinstance(value, str) or len(value) > 40:  # noqa: PLR2004 - no number
        return value
    text = value.strip().lstrip("$+").replace(" ", "").replace("\u00a0", "").replace("'", "")
    if _PLAIN.fullmatch(text):
        return value if text == value else text
    if not _GROUPED.fullmatch(text):
        return value
    plain = plain_number(text)
    if plain is None:
        lost.append(f"{name} {text} can be read in two ways: missing")
    return plain


def _milliseconds(name: str, value: Any, _lost: list[str]) -> Any:
    if name not in _TIMES or type(value) not in (int, float):
        return value
    if _FIRST_S <= value < _LAST_S:
        return round(value * 1_000)
    if _FIRST_S * 1_000_000 <= value < _LAST_S * 1_000_000 and value % 1_000 == 0:
        return int(value) // 1_000
    return value


def _flags(name: str, value: Any, _lost: list[str]) -> Any:
    if name not in _FLAGS or value is None or isinstance(value, bool):
        return value
    if value in (0, 1):
        return bool(value)
    word = value.strip().casefold() if isinstance(value, str) else ""
    return {"true": True, "false": False, "yes": True, "no": False}.get(word, value)


def _null_for_impossible(name: str, value: Any, lost: list[str]) -> Any:
    if value is None or name not in _NUMBERS:
        return value
    why = _impossible(name, value)
    if why is None:
        return value
    lost.append(f"{name} {str(value)[:40]} is left out: {why}")
    return None


def _impossible(name: str, value: Any) -> str | None:
    """Return why a value cannot be, None where it can."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        if not isinstance(value, str) or not _PLAIN.fullmatch(value):
            return "it is no number"
        value = float(value)
    is_favourable, is_adverse = name in _FAVOURABLE, name in _ADVERSE
    limit = MAX_PRICE if name in _PRICES else MAX_R if is_favourable or is_adverse else MAX_NUMBER
    if abs(value) > limit:
        return "it is out of range"
    if name in _PRICES and value <= 0:
        return "a price lies above zero"
    if is_favourable and value < 0:
        return "a favourable excursion is never below zero"
    return "an adverse excursion is never above zero" if is_adverse and value > 0 else None


_null_impossible = _by_value(_null_for_impossible)


def _without_impossible(body: bytes) -> Mended | None:
    """Take out each value that cannot be, and the prices of a bar whose high or low lies inside it."""
    single = _null_impossible(body)
    now, lost = (body, ()) if single is None else single
    tree = _tree(now)
    if tree is None:
        return None
    prices: list[Any] = [tree.get(name) for name in _BAR]
    if all(type(one) in (int, float) for one in prices):
        opened, high, low, closed = prices
        if high < max(opened, closed) or low > min(opened, closed):
            tree.update(dict.fromkeys(_BAR))
            said = f"open, high, low, close {opened}, {high}, {low}, {closed} are left out: no bar is so"
            return Mended(msgspec.json.encode(tree), (*lost, said))
    return single


IMPOSSIBLE: Final = "impossible-value"
VALUE_RULES: Final = (
    Rule(
        "letter-case",
        "Names or the word of the event are written in other letters",
        Hazard.CERTAIN,
        True,
        b'{"Event_Type":"heartbeat","SIGNAL_COUNT":1}',
        b'{"event_type":"HEARTBEAT","signal_count":1}',
        _by_names(lambda name: _BY_CASE.get(name.casefold()), _word_by_case),
    ),
    Rule(
        "other-names",
        "Names are written as another program writes them: eventType, trade-id, sl, ticker",
        Hazard.LIKELY,
        True,
        b'{"eventType":"mfe-update","tradeId":"A","be-mfe":1.5}',
        b'{"event_type":"MFE_UPDATE","trade_id":"A","be_mfe":1.5}',
        _by_names(
            lambda name: _BY_LETTERS.get(re.sub(r"[\s_\-.]+", "", name[:60]).casefold()), _word_by_letters
        ),
    ),
    Rule(
        "word-for-no-value",
        "A word such as NaN or N/A stands for a number, a time or a flag: it is missing",
        Hazard.CERTAIN,
        True,
        b'{"event_type":"MFE_UPDATE","be_mfe":"NaN"}',
        b'{"event_type":"MFE_UPDATE","be_mfe":null}',
        _by_value(_null_for_words),
    ),
    Rule(
        "number-in-text",
        "A number stands in a text, with a sign of money, spaces or separators",
        Hazard.LIKELY,
        True,
        b'{"event_type":"ENTRY","entry_price":"$25,680.25","stop_loss":"25,675"}',
        b'{"event_type":"ENTRY","entry_price":"25680.25","stop_loss":null}',
        _by_value(_numbers_from_text),
    ),
    Rule(
        "seconds-or-microseconds",
        "A time is given in seconds or microseconds where milliseconds belong",
        Hazard.CERTAIN,
        True,
        b'{"event_type":"UNIFIED_SNAPSHOT_V1","bar_ts":1767884460}',
        b'{"event_type":"UNIFIED_SNAPSHOT_V1","bar_ts":1767884460000}',
        _by_value(_milliseconds),
    ),
    Rule(
        "flag-in-text",
        "True or false is written as a text or a number",
        Hazard.CERTAIN,
        True,
        b'{"event_type":"MFE_UPDATE","be_triggered":"True"}',
        b'{"event_type":"MFE_UPDATE","be_triggered":true}',
        _by_value(_flags),
    ),
    Rule(
        IMPOSSIBLE,
        "A value cannot be: a price of zero, an MFE below zero, an MAE above it; it is missing",
        Hazard.LOSES,
        False,
        b'{"event_type":"ENTRY","entry_price":0,"be_mfe":-0.5,"mae":0.25}',
        b'{"event_type":"ENTRY","entry_price":null,"be_mfe":null,"mae":null}',
        _without_impossible,
    ),
)
