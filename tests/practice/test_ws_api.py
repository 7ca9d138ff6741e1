"""The WebSocket API, spoken by a plain WebSocket client over TLS."""

import json
import ssl
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from fillgate.practice.faults import WS, Fault, FaultKind
from fillgate.practice.rate_limits import Limits
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


def opening(there: Served, path: str = "/ws-api/v3", **more: Any) -> Any:
    trusted = ssl.create_default_context(cafile=str(there.ca))
    return connect(f"wss://127.0.0.1:{there.port}{path}", ssl=trusted, proxy=None, **more)


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


async def events(listening: ClientConnection, number: int) -> list[dict[str, Any]]:
    """Return the next events but for those of balances."""
    told: list[dict[str, Any]] = []
    while len(told) < number:
        event = json.loads(await listening.recv())["event"]
        if event["e"] != "outboundAccountPosition":
            told.append(event)
    return told


PAIR = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "quantity": "0.01",
    "aboveType": "LIMIT_MAKER",
    "abovePrice": "62000",
    "belowType": "STOP_LOSS",
    "belowStopPrice": "58000",
}
ENTRY = {
    "symbol": "BTCUSDT",
    "workingType": "LIMIT",
    "workingSide": "BUY",
    "workingPrice": "61000",
    "workingQuantity": "0.01",
    "workingTimeInForce": "GTC",
    "pendingType": "STOP_LOSS",
    "pendingSide": "SELL",
    "pendingQuantity": "0.01",
    "pendingStopPrice": "58000",
}


def told_of(event: dict[str, Any]) -> tuple[str, ...]:
    if event["e"] == "listStatus":
        return event["e"], event["l"], event["L"]
    return event["o"], event["x"], event["X"]


async def test_lists_are_placed_told_and_cancelled(tmp_path: Path) -> None:
    async with served(tmp_path) as there, opening(there) as socket, opening(there) as listening:
        await ask(listening, there, "userDataStream.subscribe.signature")
        placed = (await ask(socket, there, "orderList.place.oco", **PAIR))["result"]
        begun = await events(listening, 3)
        assert [told_of(each) for each in begun] == [
            ("LIMIT_MAKER", "NEW", "NEW"),
            ("STOP_LOSS", "NEW", "NEW"),
            ("listStatus", "EXEC_STARTED", "EXECUTING"),
        ]
        number = placed["orderListId"]
        assert {each["g"] for each in begun} == {number}
        assert [each["i"] for each in begun[2]["O"]] == [
            each["orderId"] for each in placed["orders"]
        ]
        found = (await ask(socket, there, "orderList.status", orderListId=str(number)))["result"]
        assert (found["orders"], found["contingencyType"]) == (placed["orders"], "OCO")
        opened = (await ask(socket, there, "openOrderLists.status"))["result"]
        assert [each["orderListId"] for each in opened] == [number]
        named = {"symbol": "BTCUSDT", "orderListId": str(number)}
        gone = (await ask(socket, there, "orderList.cancel", **named))["result"]
        assert gone["listOrderStatus"] == "ALL_DONE"
        assert [told_of(each) for each in await events(listening, 3)] == [
            ("LIMIT_MAKER", "CANCELED", "CANCELED"),
            ("STOP_LOSS", "CANCELED", "CANCELED"),
            ("listStatus", "ALL_DONE", "ALL_DONE"),
        ]


async def test_what_waits_is_told_of_when_it_comes(tmp_path: Path) -> None:
    async with served(tmp_path) as there, opening(there) as socket, opening(there) as listening:
        await ask(listening, there, "userDataStream.subscribe.signature")
        await ask(socket, there, "orderList.place.oto", **ENTRY)
        assert [told_of(each) for each in await events(listening, 5)] == [
            ("LIMIT", "NEW", "NEW"),
            ("LIMIT", "TRADE", "FILLED"),
            ("STOP_LOSS", "NEW", "PENDING_NEW"),
            ("listStatus", "EXEC_STARTED", "EXECUTING"),
            ("STOP_LOSS", "NEW", "NEW"),
        ]
        await ask(socket, there, "orderList.place.oto", **ENTRY | {"pendingStopPrice": "62000"})
        told = await events(listening, 6)
        assert [told_of(each) for each in told[4:]] == [
            ("STOP_LOSS", "REJECTED", "REJECTED"),
            ("listStatus", "ALL_DONE", "ALL_DONE"),
        ]
        assert told[4]["r"] == "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY"


async def test_what_it_does_not_know_is_refused(tmp_path: Path) -> None:
    # As by HTTP. ccxt sends `clientOrderId` along with `newClientOrderId` if it was given that.
    async with served(tmp_path) as there, opening(there) as socket:
        fields = LIMIT | {"price": "50000", "newClientOrderId": "mine", "clientOrderId": "mine"}
        refused = await ask(socket, there, "order.place", **fields)
        assert (refused["status"], refused["error"]["code"]) == (400, -1104)


async def test_what_is_asked_counts_for_the_one_who_asks(tmp_path: Path) -> None:
    places: list[Any] = [{"local_addr": (f"127.0.0.{last}", 0)} for last in (1, 2)]
    async with (
        served(tmp_path, limits=Limits(weight=1)) as there,
        opening(there, **places[0]) as one,
        opening(there, **places[1]) as other,
    ):
        assert [(await ask(one, there, "ping"))["status"] for _ in range(2)] == [200, 429]
        assert (await ask(other, there, "ping"))["status"] == 200
        refused = await ask(other, there, "ping")
        assert "IP(127.0.0.2)" in refused["error"]["msg"]


async def test_an_answer_is_broken_after_the_order(tmp_path: Path) -> None:
    async with served(tmp_path) as there, opening(there) as socket:
        there.practice.faults.add(Fault(fault=FaultKind.TIMEOUT, method=WS, path="order.place"))
        price = str(round(there.practice.exchange.last_price("BTCUSDT") / 2, 2))
        told = await ask(socket, there, "order.place", **LIMIT, price=price)
        assert (told["status"], told["error"]["code"]) == (408, -1007)
        [receipt] = there.practice.exchange.receipts.all
        assert (receipt.order_id, receipt.fault) == (1, FaultKind.TIMEOUT)
