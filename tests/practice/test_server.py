"""The real server: TLS, both kinds of WebSockets, broken connections, an end."""

import asyncio
import json
import ssl
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from fillgate.engine.clock import SystemClock
from fillgate.practice.control import KEY_HEADER
from fillgate.practice.faults import Fault, FaultKind
from fillgate.practice.server import listening, running
from fillgate.practice.signing import signature_of, signed_fields
from tests.practice.client import signed
from tests.practice.serving import ALICE, CONTROL, Served, opened, served

HOSTS = ["api.binance.com", "stream.binance.com", "ws-api.binance.com", "localhost"]


def context(house: Served) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(house.ca))


def http(house: Served) -> httpx2.AsyncClient:
    base = f"https://127.0.0.1:{house.port}"
    headers = {KEY_HEADER: CONTROL, "X-MBX-APIKEY": ALICE.key}
    return httpx2.AsyncClient(
        base_url=base, verify=context(house), headers=headers, trust_env=False
    )


def socket(house: Served, path: str, host: str = "stream.binance.com") -> connect:
    place: Any = {"host": "127.0.0.1", "port": house.port}
    return connect(f"wss://{host}{path}", ssl=context(house), proxy=None, **place)


async def say(connection: ClientConnection, method: str, params: Any = None) -> Any:
    await connection.send(
        json.dumps({"id": 7, "method": method, "params": {} if params is None else params})
    )
    answer = await hear(connection)
    while answer.get("id") != 7 and "error" not in answer:
        answer = await hear(connection)
    return answer


async def hear(connection: ClientConnection) -> Any:
    async with asyncio.timeout(10):
        return json.loads(await connection.recv())


def fields(house: Served, **more: Any) -> dict[str, Any]:
    now = house.practice.exchange.now() // 1000
    sent = {"apiKey": ALICE.key, "timestamp": now} | more
    text = signed_fields({name: str(value) for name, value in sent.items()})
    return sent | {"signature": signature_of(ALICE.secret, text)}


async def order(house: Served, client: httpx2.AsyncClient, **more: Any) -> httpx2.Response:
    sent = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"} | more
    text = signed(ALICE, sent, house.practice.exchange.now())
    return await client.post("/api/v3/order", content=text)


@pytest.mark.parametrize("host", HOSTS)
async def test_it_is_the_exchange_to_who_trusts_it(tmp_path: Path, host: str) -> None:
    async with served(tmp_path) as house, http(house) as client:
        got = await client.get(
            "/api/v3/ping", headers={"Host": host}, extensions={"sni_hostname": host}
        )
        assert got.status_code == 200


async def test_it_is_no_other_place(tmp_path: Path) -> None:
    async with served(tmp_path) as house, http(house) as client:
        with pytest.raises(httpx2.ConnectError, match="Hostname mismatch"):
            await client.get("/api/v3/ping", extensions={"sni_hostname": "example.com"})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_it_listens_nowhere_else(host: str) -> None:
    with pytest.raises(ValueError, match="this machine alone"):
        listening(host, 0)


@pytest.mark.parametrize("fault", ["hang", "reset", "truncate"])
async def test_connections_are_broken_and_orders_taken(tmp_path: Path, fault: str) -> None:
    async with served(tmp_path) as house, http(house) as client:
        client.timeout = httpx2.Timeout(0.5)
        await client.post("/practice/faults", json={"fault": fault})
        with pytest.raises(httpx2.TransportError):
            async with asyncio.timeout(10):
                await order(house, client, newClientOrderId="mine")
    [counted] = house.practice.exchange.receipts.counted()
    assert (counted["received"], counted["taken"]) == (1, 1)


@pytest.mark.parametrize("fault", ["reset", "hang"])
async def test_a_connection_that_is_reset_ends_with_no_farewell(tmp_path: Path, fault: str) -> None:
    clock = SystemClock()
    practice, listener = opened(clock), listening("127.0.0.1", 0)
    practice.faults.add(Fault(fault=FaultKind(fault), method="GET", path="/api/v3/ping"))
    async with running(practice, listener, clock):
        reader, writer = await asyncio.open_connection(*listener.getsockname()[:2])
        writer.write(b"GET /api/v3/ping HTTP/1.1\r\nHost: localhost\r\n\r\n")
        if fault == "hang":
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await reader.read()
            practice.hanging.stop()
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()


async def test_what_hangs_is_let_go_at_the_end(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        client = http(house)
        await client.post("/practice/faults", json={"fault": "hang"})
        client.timeout = httpx2.Timeout(None)
        waits = asyncio.ensure_future(order(house, client))
        while not house.practice.exchange.receipts.all:  # noqa: ASYNC110 - it is counted there
            await asyncio.sleep(0.01)
    with pytest.raises(httpx2.TransportError):
        await waits
    await client.aclose()


async def test_nobody_who_idles_or_waits_holds_up_the_end(tmp_path: Path) -> None:
    client: httpx2.AsyncClient
    async with served(tmp_path) as house:
        client = http(house)
        client.timeout = httpx2.Timeout(None)
        late = Fault(fault=FaultKind.DELAY, delay_ms=60_000)
        house.practice.faults.add(late)
        waits = asyncio.ensure_future(order(house, client))
        while not house.practice.exchange.receipts.all:  # noqa: ASYNC110 - it is counted there
            await asyncio.sleep(0.01)
        await client.get("/api/v3/ping")
        begun = asyncio.get_running_loop().time()
    # Less than the time after which the server gives up on who is still there.
    assert asyncio.get_running_loop().time() - begun < 1.5
    assert (await waits).json()["status"] == "FILLED"
    await client.aclose()


async def test_an_account_is_told_what_happens(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as house,
        http(house) as client,
        socket(house, "/ws-api/v3", "ws-api.binance.com") as connection,
    ):
        assert (await say(connection, "ping"))["status"] == 200
        subscribed = await say(connection, "userDataStream.subscribe.signature", fields(house))
        assert subscribed["result"] == {"subscriptionId": 0}
        await order(house, client)
        told = [(await hear(connection))["event"] for _ in range(3)]
        assert [each.get("x", each["e"]) for each in told] == [
            "NEW",
            "TRADE",
            "outboundAccountPosition",
        ]
        assert {"a": "BTC", "f": "1.00999000", "l": "0.00000000"} in told[2]["B"]
        await say(connection, "userDataStream.unsubscribe", {"subscriptionId": 0})
        await order(house, client)
        assert (await say(connection, "time"))["result"]["serverTime"]


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("order.nothing", {}, -1020),
        ("order.status", {}, -1102),
        ("order.status", {"apiKey": "nobody"}, -2015),
        ("account.status", {"apiKey": ALICE.key, "timestamp": 1, "signature": "00"}, -1022),
        ("depth", {"symbol": "NOPE"}, -1121),
    ],
)
async def test_what_is_wrong_with_a_request(
    tmp_path: Path, method: str, params: dict[str, Any], code: int
) -> None:
    async with served(tmp_path) as house, socket(house, "/ws-api/v3") as connection:
        answer = await say(connection, method, params)
        assert (answer["id"], answer["error"]["code"]) == (7, code)
        await connection.send("not json")
        assert (await hear(connection))["error"]["code"] == -1135


async def test_orders_by_websocket(tmp_path: Path) -> None:
    async with served(tmp_path) as house, socket(house, "/ws-api/v3") as connection:
        terms = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
        asked = fields(house, **terms, price="50000", quantity="0.01")
        placed = (await say(connection, "order.place", asked))["result"]
        named = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
        found = await say(connection, "order.status", fields(house, **named))
        gone = await say(connection, "order.cancel", fields(house, **named))
        assert (found["result"]["status"], gone["result"]["status"]) == ("NEW", "CANCELED")
        account = await say(connection, "account.status", fields(house))
        assert account["result"]["canTrade"] is True


async def test_markets_are_told(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as house,
        http(house) as client,
        socket(house, "/ws/btcusdt@bookTicker") as bare,
        socket(house, "/stream?streams=btcusdt@trade") as combined,
    ):
        price = {"symbol": "BTCUSDT", "price": "61000"}
        await client.post("/practice/price", json=price)
        while (told := await hear(bare))["b"] != "60993.90000000":
            pass
        assert told["s"] == "BTCUSDT"
        await order(house, client)
        trade = await hear(combined)
        assert trade["stream"] == "btcusdt@trade"
        assert (trade["data"]["q"], trade["data"]["m"]) == ("0.01000000", False)
        assert (await say(bare, "LIST_SUBSCRIPTIONS", []))["result"] == ["btcusdt@bookTicker"]
        assert (await say(bare, "UNSUBSCRIBE", ["btcusdt@bookTicker"]))["result"] is None
        assert (await say(bare, "SUBSCRIBE", ["btcusdt@miniTicker"]))["result"] is None
        assert (await hear(bare))["e"] == "24hrMiniTicker"
        assert (
            "no stream btcusdt@kline_1m"
            in (await say(combined, "SUBSCRIBE", ["btcusdt@kline_1m"]))["error"]["msg"]
        )


async def test_sockets_are_dropped(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as house,
        http(house) as client,
        socket(house, "/ws") as one,
        socket(house, "/ws-api/v3") as other,
    ):
        assert (await client.post("/practice/sockets/drop")).json() == {"dropped": 2}
        for connection in (one, other):
            with pytest.raises(ConnectionClosed):
                await hear(connection)
    assert house.practice.hub.connections == set()
