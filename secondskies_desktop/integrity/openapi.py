"""The Integrity API described as OpenAPI 3.1, for the tools that scripts are made with."""

from __future__ import annotations

from typing import Any

from secondskies_desktop.integrity.requests import MOST_ROWS

_SPAN = {"type": ["integer", "null"], "minimum": 0, "description": "µs; null is not known"}
_TIME = {"type": ["string", "null"], "description": "ISO 8601, UTC with Z; null is not known"}
_QUANTILES = {"n": {"type": "integer"}, **dict.fromkeys(("p50_us", "p95_us", "p99_us", "max_us"), _SPAN)}
_PAGE = [
    {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": 100},
    },
    {
        "name": "after",
        "in": "query",
        "description": "the `next` of the page before",
        "schema": {"type": "string", "maxLength": 200},
    },
]


def document(port: int, version: str) -> dict[str, Any]:
    """Return the description of the API at a port."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Second Skies Integrity API",
            "version": version,
            "description": "Read only, on this machine only. What is not known is null or 503, never made up.",
        },
        "servers": [{"url": f"http://127.0.0.1:{port}"}],
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "made by `secondskies integrity token`",
                }
            },
            "schemas": _schemas(),
            "responses": {
                "Refused": {
                    "description": "why, in one sentence",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
                }
            },
        },
    }


def _paths() -> dict[str, Any]:
    anything: dict[str, Any] = {"type": "object"}
    trade_id = _in_path("trade_id", {"type": "string", "maxLength": 200})
    stream = {"name": "stream", "in": "query", "schema": {"type": "string", "maxLength": 200}}
    day = {
        "name": "day",
        "in": "query",
        "description": "a trade date; it rolls at 18:00 New York. Default: the present one",
        "schema": {"type": "string", "format": "date"},
    }
    inbox_id = _in_path("inbox_id", {"type": "integer", "minimum": 0, "maximum": (1 << 63) - 1})
    return {
        "/openapi.json": _get("This document.", anything),
        "/v1/health": _get("How complete the data is.", anything),
        "/v1/gaps": _get("What is missing.", _ref("Page"), _PAGE),
        "/v1/fills": _get("What was filled in, with source, confidence and reason.", _ref("Page"), _PAGE),
        "/v1/conflicts": _get("Where sources contradict one another.", _ref("Page"), _PAGE),
        "/v1/signals/{trade_id}": _get(
            "One signal with the source of every value and its events.",
            anything,
            [trade_id, stream],
            known=False,
        ),
        "/v1/latency": _get("How long the alerts of a trade date took.", _ref("Latency"), [day]),
        "/v1/traces/{inbox_id}": _get(
            "The way of one arrival, step by step.", _ref("Trace"), [inbox_id], known=False
        ),
    }


def _schemas() -> dict[str, Any]:
    step = _object({"step": {"type": "string"}, "at": _TIME, "took_us": _SPAN})
    return {
        "Error": _object({"error": {"type": "string"}}),
        "Page": _object({"rows": _list({"type": "object"}), "next": {"type": ["string", "null"]}}),
        "Trace": _object(
            {"inbox_id": {"type": "integer"}, "received_at": _TIME, "steps": _list(step), "whole_us": _SPAN}
        ),
        "Latency": _object(
            {
                "trade_date": {"type": "string", "format": "date"},
                "steps": _list(_object({"step": {"type": "string"}, **_QUANTILES})),
                "hours": _list(_object({"hour": {"type": "string"}, **_QUANTILES})),
            }
        ),
    }


def _get(
    summary: str,
    schema: dict[str, Any],
    parameters: list[dict[str, Any]] | None = None,
    *,
    known: bool = True,
) -> dict[str, Any]:
    refused = ["400", "401", "403", "405", "429", "503", *([] if known else ["404"])]
    answers: dict[str, Any] = {
        "200": {"description": "the answer", "content": {"application/json": {"schema": schema}}}
    }
    answers |= {status: {"$ref": "#/components/responses/Refused"} for status in sorted(refused)}
    return {"get": {"summary": summary, "parameters": parameters or [], "responses": answers}}


def _in_path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}
