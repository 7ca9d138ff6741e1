"""What is pushed of an account and of markets, heard by a plain WebSocket client over TLS."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fillgate.practice.signing import signature_of
from tests.practice.serving import ALICE, Served, served

pytestmark = pytest.mark.anyio

MARKET = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01"
LIMIT = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000"


class Caller:
    def __init__(self, there: Served) -> None:
        self.there = there
        trusted = ssl.create_default_context(cafile=str(there.ca))
        base = f"https://localhost:{there.port}/fapi/v1/"
        self.http = httpx2.AsyncClient(verify=trusted, base_url=base)
        self.trusted = trusted

    async def ask(self, method: str, path: str, query: str = "") -> Any:
        now = self.there.practice.futures.exchange.now() // 1000
        text = f"{query}&timestamp={now}"
        signed = f"{path}?{text}&signature={signature_of(ALICE.secret, text)}"
        got = await self.http.request(method, signed, headers={"X-MBX-APIKEY": ALICE.key})
        return got.json()

    async def key(self, method: str = "POST") -> Any:
        got = await self.http.request(method, "listenKey", headers={"X-MBX-APIKEY": ALICE.key})
        return got.json()

    def open(self, path: str) -> Any:
        return connect(f"wss://localhost:{self.there.port}{path}", ssl=self.trusted, proxy=None)


@asynccontextmanager
async def calling(folder: Path) -> AsyncIterator[Caller]:
    async with served(folder) as there:
        caller = Caller(there)
        async with caller.http:
            yield caller


async def hear(socket: ClientConnection) -> Any:
    async with asyncio.timeout(10):
        return json.loads(await socket.recv())


async def orders(socket: ClientConnection, count: int) -> list[Any]:
    """Return what is told of orders next, with the kind of each first."""
    found: list[Any] = []
    while len(found) < count:
        event = await hear(socket)
        if event["e"] == "ORDER_TRADE_UPDATE":
            found.append(event["o"])
    return found


@pytest.mark.parametrize("path", ["/private/ws?listenKey={}", "/private/ws/{}"])
async def test_what_becomes_of_an_account_is_told(tmp_path: Path, path: str) -> None:
    async with calling(tmp_path) as caller:
        key = (await caller.key())["listenKey"]
        assert (await caller.key())["listenKey"] == key
        async with caller.open(path.format(key)) as socket:
            placed = await caller.ask("POST", "order", MARKET + "&newClientOrderId=mine")
            account = await hear(socket)
            assert (account["e"], account["a"]["m"]) == ("ACCOUNT_UPDATE", "ORDER")
            [balance], [position] = account["a"]["B"], account["a"]["P"]
            assert Decimal(balance["wb"]) < Decimal(100_000)
            assert (position["s"], position["pa"], position["ps"]) == (
                "BTCUSDT",
                "0.01000000",
                "BOTH",
            )
            new, trade = await orders(socket, 2)
            assert [each["x"] for each in (new, trade)] == ["NEW", "TRADE"]
            assert {each["i"] for each in (new, trade)} == {placed["orderId"]}
            assert (trade["X"], trade["c"], trade["l"], trade["N"]) == (
                "FILLED",
                "mine",
                "0.01000000",
                "USDT",
            )
            assert Decimal(trade["n"]) == Decimal(trade["L"]) * Decimal("0.01") * Decimal("0.0005")


async def test_other_terms_are_told_before_what_they_lead_to(tmp_path: Path) -> None:
    async with calling(tmp_path) as caller:
        key = (await caller.key())["listenKey"]
        async with caller.open(f"/private/ws?listenKey={key}") as socket:
            placed = await caller.ask("POST", "order", LIMIT)
            named = f"symbol=BTCUSDT&side=BUY&quantity=0.01&orderId={placed['orderId']}"
            await caller.ask("PUT", "order", named + "&price=50001")
            await caller.ask("PUT", "order", named + "&price=60100")
            told = await orders(socket, 4)
            assert [(each["x"], each["X"], each["p"]) for each in told] == [
                ("NEW", "NEW", "50000.00000000"),
                ("AMENDMENT", "NEW", "50001.00000000"),
                ("AMENDMENT", "NEW", "60100.00000000"),
                ("TRADE", "FILLED", "60100.00000000"),
            ]


async def test_a_liquidation_is_told_as_an_order_of_its_own(tmp_path: Path) -> None:
    async with calling(tmp_path) as caller:
        key = (await caller.key())["listenKey"]
        await caller.ask("POST", "order", MARKET)
        async with caller.open(f"/private/ws?listenKey={key}") as socket:
            futures = caller.there.practice.futures
            feed = futures.exchange.prices.feeds["BTCUSDT"]
            feed.set_price(futures.exchange.now(), 570_000)
            futures.hub.beat(at_once=True)
            told = await orders(socket, 2)
            assert [(each["o"], each["x"]) for each in told] == [
                ("LIQUIDATION", "NEW"),
                ("LIQUIDATION", "CALCULATED"),
            ]
            assert told[0]["c"].startswith("autoclose-")
            assert Decimal(told[1]["rp"]) < 0


async def test_who_has_no_key_is_not_let_in(tmp_path: Path) -> None:
    async with calling(tmp_path) as caller:
        assert (await caller.key("PUT"))["code"] == -1125
        with pytest.raises(InvalidStatus):
            await caller.open("/private/ws?listenKey=nobodys").__aenter__()


async def test_a_stream_ends_with_its_key(tmp_path: Path) -> None:
    async with calling(tmp_path) as caller:
        key = (await caller.key())["listenKey"]
        async with caller.open(f"/private/ws?listenKey={key}") as socket:
            assert (await caller.key("PUT"))["listenKey"] == key
            assert await caller.key("DELETE") == {}
            assert (await hear(socket))["e"] == "listenKeyExpired"
            with pytest.raises(ConnectionClosed):
                await socket.recv()


async def test_markets_are_told(tmp_path: Path) -> None:
    async with calling(tmp_path) as caller, caller.open("/public/ws/1") as socket:
        names = ["btcusdt@bookTicker", "btcusdt@ticker", "btcusdt@aggTrade"]
        await socket.send(json.dumps({"method": "SUBSCRIBE", "params": names, "id": 1}))
        assert await hear(socket) == {"result": None, "id": 1}
        await caller.ask("POST", "order", MARKET)
        found: dict[str, Any] = {}
        while len(found) < len(names):
            event = await hear(socket)
            found[event["e"]] = event
        assert (found["bookTicker"]["b"], found["24hrTicker"]["c"]) == (
            "59994.00000000",
            "60000.00000000",
        )
        assert (found["aggTrade"]["q"], found["aggTrade"]["m"]) == ("0.01000000", False)
        assert "b" not in found["24hrTicker"]


async def test_combined_streams_name_what_they_tell(tmp_path: Path) -> None:
    path = "/market/stream?streams=ethusdt@miniTicker"
    async with calling(tmp_path) as caller, caller.open(path) as socket:
        event = await hear(socket)
        assert (event["stream"], event["data"]["s"]) == ("ethusdt@miniTicker", "ETHUSDT")
