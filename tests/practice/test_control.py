"""What the exchange's owner may do, and nobody else."""

from typing import Any

import pytest

from fillgate.practice.control import KEY_HEADER
from tests.practice.client import Client
from tests.practice.serving import CONTROL

pytestmark = pytest.mark.anyio

PATHS = [
    ("POST", "price"),
    ("POST", "faults"),
    ("GET", "faults"),
    ("DELETE", "faults"),
    ("GET", "hits"),
    ("POST", "lookups"),
    ("POST", "sockets/drop"),
    ("POST", "away"),
    ("GET", "orders"),
    ("GET", "cancels"),
]


@pytest.mark.parametrize("headers", [{}, {KEY_HEADER: ""}, {KEY_HEADER: "alice-key"}])
@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_nothing_happens_without_the_control_key(
    client: Client, method: str, path: str, headers: dict[str, str]
) -> None:
    fault = {"fault": "hang"}
    answer = await client.http.request(method, f"/practice/{path}", headers=headers, json=fault)
    assert answer.status_code == 403
    assert CONTROL not in answer.text.replace("control key", "")
    assert client.practice.faults.shown() == []


@pytest.mark.parametrize(
    ("path", "document", "words"),
    [
        ("price", {"symbol": "NOPE", "price": "1"}, "`symbol`"),
        ("price", {"symbol": "BTCUSDT", "price": "0.001"}, "`price`"),
        ("price", {"symbol": "BTCUSDT", "price": "1.01", "market": "futures"}, "`price`"),
        ("price", {"symbol": "ETHBTC", "price": "1", "market": "futures"}, "`symbol`"),
        ("price", {"symbol": "BTCUSDT", "price": "1", "market": "options"}, "`market`"),
        ("price", {"symbol": "BTCUSDT", "price": "-1"}, "`price`"),
        ("price", {"symbol": "BTCUSDT", "price": "NaN"}, "`price`"),
        ("price", {"symbol": "BTCUSDT", "price": "Infinity"}, "`price`"),
        ("price", {"symbol": "BTCUSDT", "price": "1e40"}, "`price`"),
        ("price", {"symbol": "BTCUSDT", "spare": 1}, "spare"),
        ("price", {}, "symbol"),
        ("faults", {"fault": "nothing"}, "nothing"),
        ("faults", {"fault": "hang", "times": -1}, "`times`"),
        ("faults", {"fault": "html", "method": "WS"}, "WebSocket"),
        ("faults", {"fault": "delay", "method": "WS", "path": "executionReport"}, "hang, reset"),
        ("faults", {"fault": "hang", "probability": "2"}, "`probability`"),
        ("faults", {"fault": "hang", "probability": "NaN"}, "`probability`"),
        ("faults", {"fault": "html", "status": 99}, "`status`"),
        ("lookups", {"late_ms": -1}, "`late_ms`"),
        ("away", {"ms": -1}, "`ms`"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_the_reason(
    client: Client, path: str, document: dict[str, Any], words: str
) -> None:
    headers = {KEY_HEADER: CONTROL}
    answer = await client.http.post(f"/practice/{path}", headers=headers, json=document)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


async def test_what_faults_hit_is_counted_also_when_they_are_gone(client: Client) -> None:
    await client.control("POST", "faults", fault="timeout", times=2)
    await client.control("POST", "faults", fault="timeout", status=403, skip=1)
    for _ in range(5):
        await client.order(quantity="0.01")
    await client.control("DELETE", "faults")
    assert await client.control("GET", "hits") == [
        {"method": "POST", "path": "/api/v3/order", "fault": name, "hits": hits}
        for name, hits in (("timeout", 2), ("timeout 403", 1))
    ]
