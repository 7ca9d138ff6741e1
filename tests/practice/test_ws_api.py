"""The WebSocket API, spoken by a plain WebSocket client over TLS."""

import json
import ssl
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from fillgate.practice.faults import WS, Fault, FaultKind
from fillgate.practice.signing import signature_of, signed_fields
from tests.practice.serving import ALICE, Served, served

pytestmark = pytest.mark.anyio
LIMIT = {
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "symbol": "BTCUSDT",
}


async def ask(socket: ClientConnection, there: Served, method: str, **fields: Any) -> Any:
    now = there.practice.exchange.now() // 1000
    sent = {**fields, "apiKey": ALICE.key, "timestamp": str(now)}
    params = sent | {"signature": signature_of(ALICE.secret, signed_fields(sent))}
    await socket.send(json.dumps({"id": method, "method": method, "params": params}))
    return json.loads(await socket.recv())


def opening(there: Served, path: str = "/ws-api/v3") -> Any:
    trusted = ssl.create_default_context(cafile=str(there.ca))
    return connect(f"wss://localhost:{there.port}{path}", ssl=trusted, proxy=None)


async def test_orders_are_placed_and_told_to_who_listens(tmp_path: Path) -> None:
    async with served(tmp_path) as there, opening(there) as socket, opening(there) as listening:
        subscribed = await ask(listening, there, "userDataStream.subscribe.signature")
        assert (subscribed["status"], "subscriptionId" in subscribed["result"]) == (200, True)
        price = str(round(there.practice.exchange.last_price("BTCUSDT") / 2, 2))
        placed = await ask(socket, there, "order.place", **LIMIT, price=price)
        assert (placed["id"], placed["status"]) == ("order.place", 200)
        event = json.loads(await listening.recv())["event"]
        assert (event["e"], event["X"]) == ("executionReport", "NEW")
        assert event["i"] == placed["result"]["orderId"]
        refused = await ask(socket, there, "order.place", **LIMIT)
        assert (refused["status"], refused["error"]["code"]) == (400, -1102)


async def test_an_answer_is_broken_after_the_order(tmp_path: Path) -> None:
    async with served(tmp_path) as there, opening(there) as socket:
        there.practice.faults.add(Fault(fault=FaultKind.TIMEOUT, method=WS, path="order.place"))
        price = str(round(there.practice.exchange.last_price("BTCUSDT") / 2, 2))
        told = await ask(socket, there, "order.place", **LIMIT, price=price)
        assert (told["status"], told["error"]["code"]) == (408, -1007)
        [receipt] = there.practice.exchange.receipts.all
        assert (receipt.order_id, receipt.fault) == (1, FaultKind.TIMEOUT)
