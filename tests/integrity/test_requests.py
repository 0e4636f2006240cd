"""What may be asked of the Integrity API: every path and parameter known and bounded, all else refused by name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.integrity.openapi import document
from secondskies_desktop.integrity.requests import ROUTES, NoRoute, WrongRequest, read_target

PAGE = {"limit": 100, "after": ""}


@pytest.mark.parametrize(
    ("target", "route", "values"),
    [
        ("/openapi.json", "/openapi.json", {}),
        ("/v1/health", "/v1/health", {}),
        ("/v1/health?", "/v1/health", {}),
        ("/v1/gaps", "/v1/gaps", PAGE),
        ("/v1/fills?limit=1000&after=7%7Cx", "/v1/fills", {"limit": 1000, "after": "7|x"}),
        ("/v1/conflicts?limit=1", "/v1/conflicts", PAGE | {"limit": 1}),
        ("/v1/signals/20251201_1", "/v1/signals/{trade_id}", {"trade_id": "20251201_1", "stream": None}),
        (
            "/v1/signals/a%2Fb?stream=MNQ1%21+1m",
            "/v1/signals/{trade_id}",
            {"trade_id": "a/b", "stream": "MNQ1! 1m"},
        ),
        ("/v1/latency", "/v1/latency", {"day": None}),
        ("/v1/latency?day=2025-12-01", "/v1/latency", {"day": date(2025, 12, 1)}),
        ("/v1/traces/9223372036854775807", "/v1/traces/{inbox_id}", {"inbox_id": 2**63 - 1}),
    ],
)
def test_that_what_is_asked_is_read(target: str, route: str, values: dict[str, Any]) -> None:
    assert read_target(target) == (route, values)


@pytest.mark.parametrize(
    "target",
    [
        "", "/", "*", "//", "/v1", "/v1/", "/v1/health/", "/V1/health", "//v1/health", "/v1//health", "/v2/health",
        "/v1/signals", "/v1/signals/", "/v1/signals/a/b", "/v1/signals/{trade_id}/x", "/v1/traces/", "/v1/latency/1",
        "/v1/%68ealth", "/v1/../v1/health", "/hook/x", "/healthz", "/metrics", "http://127.0.0.1/v1/health",
        "/v1/health#x", "/" + "a" * 2_000,
    ],
)  # fmt: skip
def test_that_there_is_no_other_path(target: str) -> None:
    with pytest.raises(NoRoute):
        read_target(target)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("/v1/health?x=1", "known parameters here: none"),
        ("/v1/gaps?Limit=1", "known parameters here: limit, after"),
        ("/v1/gaps?limit=0", "limit is 1 to 1000"),
        ("/v1/gaps?limit=1001", "limit is 1 to 1000"),
        ("/v1/gaps?limit=-1", "limit is a number"),
        ("/v1/gaps?limit=%D9%A1", "limit is a number"),
        ("/v1/gaps?limit=1&limit=2", "limit is there twice"),
        ("/v1/gaps?limit", "the parameters cannot be read"),
        ("/v1/gaps?limit=", "limit is a number"),
        ("/v1/gaps?after=%00", "after is a text"),
        ("/v1/gaps?after=%ff", "the parameters cannot be read"),
        ("/v1/gaps?after=" + "x" * 201, "after is a text"),
        ("/v1/gaps?" + "&".join(f"p{number}=1" for number in range(9)), "the parameters cannot be read"),
        ("/v1/signals/%00", "trade_id is a text"),
        ("/v1/signals/%ff", "trade_id is not UTF-8"),
        ("/v1/signals/" + "x" * 201, "trade_id is a text"),
        ("/v1/latency?day=2025-13-01", "day is a trade date"),
        ("/v1/latency?day=2025-1-1", "day is a trade date"),
        ("/v1/latency?day=0001-01-01", "day is a trade date"),
        ("/v1/latency?day=2100-01-01", "day is a trade date"),
        ("/v1/traces/-1", "inbox_id is a number"),
        ("/v1/traces/9223372036854775808", "inbox_id is a number"),
        ("/v1/traces/1.0", "inbox_id is a number"),
    ],
)
def test_that_what_cannot_be_meant_is_refused_by_name(target: str, why: str) -> None:
    with pytest.raises(WrongRequest, match=why):
        read_target(target)


@given(st.text(max_size=80).map(lambda rest: f"/v1/{rest}"))
def test_that_no_target_does_more_than_be_refused(target: str) -> None:
    try:
        assert read_target(target).route in ROUTES
    except (NoRoute, WrongRequest):
        return


def test_that_a_refusal_never_repeats_what_was_sent() -> None:
    with pytest.raises(WrongRequest) as raised:
        read_target("/v1/gaps?s3cret=s3cret")
    assert "s3cret" not in str(raised.value)


def test_that_the_description_names_every_route_and_each_of_its_parameters() -> None:
    described = document(8788, "0.1.0")
    assert list(described["paths"]) == list(ROUTES)
    assert described["servers"] == [{"url": "http://127.0.0.1:8788"}]
    for path, item in described["paths"].items():
        assert list(item) == ["get"]
        named = {one["name"] for one in item["get"]["parameters"]}
        _, values = read_target(path.replace("{trade_id}", "x").replace("{inbox_id}", "1"))
        assert named == set(values)


def test_that_every_reference_of_the_description_leads_somewhere() -> None:
    described = document(1, "0")
    found: list[str] = []

    def look(tree: Any) -> None:
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            if key == "$ref":
                found.append(value)
            elif isinstance(value, dict | list):
                look(value)

    look(described)
    assert found
    for one in found:
        place: Any = described
        for word in one.removeprefix("#/").split("/"):
            place = place[word]
        assert place
