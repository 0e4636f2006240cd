"""The JSON Schema of a firm's file, made of the types; `resources/prop_firms.schema.json` is its copy."""

from __future__ import annotations

from typing import Any

import msgspec

from secondskies_desktop.prop.programs import Firm

TITLE = "A prop firm's programs, phases, sizes and versions of rules"
_AMOUNT = {"type": ["number", "string"], "pattern": r"^-?\d+(\.\d+)?$"}


def rule_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a firm's file."""
    (root,), parts = msgspec.json.schema_components((Firm,), ref_template="#/$defs/{name}")
    schema: dict[str, Any] = _exact(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": TITLE,
            **root,
            "$defs": dict(sorted(parts.items())),
        }
    )
    return schema


def rule_schema_text() -> bytes:
    """Return the schema as it is written into resources."""
    return msgspec.json.format(msgspec.json.encode(rule_schema()), indent=2) + b"\n"


def _exact(value: Any) -> Any:
    """Allow an amount as a number too, as the files have it."""
    if isinstance(value, list):
        return [_exact(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("format") == "decimal":
        rest = {name: one for name, one in value.items() if name not in ("type", "format")}
        return {**rest, **_AMOUNT}
    return {name: _exact(one) for name, one in value.items()}
