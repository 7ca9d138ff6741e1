"""Requests by HTTP, as tables of cases: what Binance's documents say has to come."""

from typing import Any

import pytest

from fillgate.practice.faults import Fault, FaultKind
from fillgate.practice.rate_limits import BAN_SECONDS, Limits
from tests.practice.client import Client, client_of, signed
from tests.practice.serving import ALICE, BOB

STOP = {"quantity": "0.01", "stopPrice": "61000"}
DOWN = {"quantity": "0.01", "stopPrice": "59000"}
GTC = {"timeInForce": "GTC"}


async def test_what_needs_no_key(client: Client) -> None:
    assert await client.get("/api/v3/ping") == {}
    assert (await client.get("/api/v3/time"))["serverTime"] == client.clock.now() // 1000
    info = await client.get("/api/v3/exchangeInfo")
    assert {each["symbol"] for each in info["symbols"]} >= {"BTCUSDT", "ETHBTC"}
    one = await client.get("/api/v3/exchangeInfo?symbol=BTCUSDT")
    two = await client.get('/api/v3/exchangeInfo?symbols=["BTCUSDT","ETHBTC"]')
    assert [len(each["symbols"]) for each in (one, two)] == [1, 2]
    depth = await client.get("/api/v3/depth?symbol=BTCUSDT&limit=5")
    assert len(depth["bids"]) == len(depth["asks"]) == 5
    assert depth["bids"][0][0] == "59994.00000000"
    book = await client.get("/api/v3/ticker/bookTicker?symbol=BTCUSDT")
    assert (book["bidPrice"], book["askPrice"]) == ("59994.00000000", "60006.00000000")
    assert (await client.get("/api/v3/ticker/price?symbol=BTCUSDT"))["price"] == "60000.00000000"
    assert len(await client.get("/api/v3/ticker/24hr")) == len(info["symbols"])
    mini = await client.get("/api/v3/ticker/24hr?symbol=BTCUSDT&type=MINI")
    assert (mini["lastPrice"], "bidPrice" in mini) == ("60000.00000000", False)


@pytest.mark.parametrize(
    ("path", "code", "status"),
    [
        ("/api/v3/ticker/price?symbol=NOPE", -1121, 400),
        ("/api/v3/depth", -1102, 400),
        ("/api/v3/depth?symbol=", -1105, 400),
        ("/api/v3/depth?symbol=BTCUSDT&limit=x", -1100, 400),
        ("/api/v3/depth?symbol=BTCUSDT&symbol=ETHBTC", -1101, 400),
        ("/api/v3/depth?symbol=BTCUSDT&spare=1", -1104, 400),
        ("/api/v3/exchangeInfo?symbols=BTCUSDT", -1100, 400),
        ("/api/v3/klines?symbol=BTCUSDT", -1020, 404),
        ("/api/v3/account", -2014, 401),
        ("/nothing", -1020, 404),
    ],
)
async def test_what_is_wrong_with_a_request(
    client: Client, path: str, code: int, status: int
) -> None:
    got = await client.http.get(path)
    assert (got.json()["code"], got.status_code) == (code, status)


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        (lambda text: text.replace("BTCUSDT", "ETHBTC"), -1022, 400),
        (lambda text: text.partition("&signature=")[0], -1102, 400),
        (lambda text: text + "0", -1022, 400),
        (lambda text: text.partition("timestamp=")[0] + "signature=00", -1022, 400),
    ],
)
async def test_what_was_changed_on_its_way_is_refused(
    client: Client, change: Any, code: int, status: int
) -> None:
    text = change(signed(ALICE, {"symbol": "BTCUSDT"}, client.clock.now()))
    got = await client.http.get(f"/api/v3/openOrders?{text}", headers={"X-MBX-APIKEY": ALICE.key})
    assert (got.json()["code"], got.status_code) == (code, status)


@pytest.mark.parametrize(
    ("ahead", "more", "code"),
    [
        (0, {}, None),
        (0.9, {}, None),
        (1.01, {}, -1021),
        (-4.9, {}, None),
        (-5.1, {}, -1021),
        (-5.1, {"recvWindow": 6000}, None),
        (0, {"recvWindow": 60001}, -1131),
        (-0.2, {"recvWindow": 100}, -1021),
    ],
)
async def test_when_a_request_is_taken(
    client: Client, ahead: float, more: dict[str, Any], code: int | None
) -> None:
    text = signed(ALICE, more, client.clock.now() + int(ahead * 1_000_000))
    got = await client.http.get(f"/api/v3/openOrders?{text}", headers={"X-MBX-APIKEY": ALICE.key})
    assert (got.json()["code"] if got.status_code != 200 else None) == code


async def test_whose_key_it_is_not_is_refused(client: Client) -> None:
    text = signed(ALICE, {}, client.clock.now())
    for key, code in (("nobody", -2015), (BOB.key, -1022)):
        got = await client.http.get(f"/api/v3/account?{text}", headers={"X-MBX-APIKEY": key})
        assert got.json()["code"] == code


@pytest.mark.parametrize(
    ("fields", "status", "executed"),
    [
        ({"quantity": "0.01"}, "FILLED", "0.01000000"),
        ({"quoteOrderQty": "600.06"}, "FILLED", "0.01000000"),
        ({"quoteOrderQty": "605"}, "FILLED", "0.01008000"),
        ({"side": "SELL", "quoteOrderQty": "599.94"}, "FILLED", "0.01000000"),
        ({"type": "LIMIT", "quantity": "0.01", "price": "61000", **GTC}, "FILLED", "0.01000000"),
        ({"type": "LIMIT", "quantity": "0.01", "price": "60000", **GTC}, "NEW", "0.00000000"),
        (
            {"type": "LIMIT", "quantity": "0.01", "price": "60000", "timeInForce": "IOC"},
            "EXPIRED",
            "0.00000000",
        ),
        (
            {"type": "LIMIT", "quantity": "0.01", "price": "60000", "timeInForce": "FOK"},
            "EXPIRED",
            "0.00000000",
        ),
        ({"type": "LIMIT_MAKER", "quantity": "0.01", "price": "60000"}, "NEW", "0.00000000"),
        ({"type": "STOP_LOSS", **STOP}, "NEW", "0.00000000"),
        ({"type": "STOP_LOSS", "side": "SELL", **DOWN}, "NEW", "0.00000000"),
        ({"type": "STOP_LOSS_LIMIT", "price": "61100", **STOP, **GTC}, "NEW", "0.00000000"),
        ({"type": "TAKE_PROFIT", **DOWN}, "NEW", "0.00000000"),
        ({"type": "TAKE_PROFIT", "side": "SELL", **STOP}, "NEW", "0.00000000"),
        ({"type": "TAKE_PROFIT_LIMIT", "price": "58900", **DOWN, **GTC}, "NEW", "0.00000000"),
    ],
)
async def test_orders_that_are_taken(
    client: Client, fields: dict[str, Any], status: str, executed: str
) -> None:
    tested = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET"} | fields
    assert await client.ask("POST", "/api/v3/order/test", **tested) == {}
    placed = await client.order(**fields, newOrderRespType="RESULT")
    assert (placed["status"], placed["executedQty"]) == (status, executed)
    found = await client.ask("GET", "/api/v3/order", symbol="BTCUSDT", orderId=placed["orderId"])
    same = ("status", "type", "side", "price", "origQty", "executedQty", "cummulativeQuoteQty")
    assert {name: found[name] for name in same} == {name: placed[name] for name in same}


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({}, -1102, "'quantity'"),
        ({"quantity": "0.01", "quoteOrderQty": "600"}, -1128, ""),
        ({"quantity": "0.01", "price": "60000"}, -1106, "'price'"),
        ({"quantity": "0.01", **GTC}, -1114, ""),
        ({"quantity": "-1"}, -1013, "quantity"),
        ({"quantity": "0"}, -1013, "quantity"),
        ({"quantity": "one"}, -1100, "'quantity'"),
        ({"quantity": "0.000000001"}, -1111, "'quantity'"),
        ({"quantity": "0.000001"}, -1013, "LOT_SIZE"),
        ({"quantity": "0.00001"}, -1013, "NOTIONAL"),
        ({"quoteOrderQty": "4.9"}, -1013, "NOTIONAL"),
        ({"quantity": "2"}, -2010, "insufficient balance"),
        ({"side": "SELL", "quantity": "1.1"}, -2010, "insufficient balance"),
        ({"quantity": "0.01", "side": "LONG"}, -1117, ""),
        ({"quantity": "0.01", "type": "ICEBERG"}, -1116, ""),
        ({"quantity": "0.01", "symbol": "NOPE"}, -1121, ""),
        ({"quantity": "0.01", "newClientOrderId": "ä"}, -1100, "'newClientOrderId'"),
        ({"quantity": "0.01", "newClientOrderId": "a" * 37}, -1100, "'newClientOrderId'"),
        ({"quantity": "0.01", "trailingDelta": "100"}, -2010, "Trailing"),
        ({"quantity": "0.01", "icebergQty": "0.001"}, -2010, "Iceberg"),
        ({"quantity": "0.01", "spare": "1"}, -1104, ""),
        ({"quantity": "0.01", "newOrderRespType": "ALL"}, -1130, "newOrderRespType"),
        ({"type": "LIMIT", "quantity": "1", "price": "60000"}, -1102, "'timeInForce'"),
        ({"type": "LIMIT", "quantity": "1", "price": "1", "timeInForce": "DAY"}, -1115, ""),
        (
            {"type": "LIMIT", "quantity": "1", "price": "60000.001", **GTC},
            -1013,
            "PRICE_FILTER",
        ),
        ({"type": "LIMIT", "quantity": "1", "price": "600", **GTC}, -1013, "PERCENT_PRICE"),
        ({"type": "LIMIT_MAKER", "quantity": "0.01", "price": "60006"}, -2010, "immediately match"),
        ({"type": "STOP_LOSS", **DOWN}, -2010, "trigger immediately"),
        ({"type": "TAKE_PROFIT", **STOP}, -2010, "trigger immediately"),
        ({"type": "STOP_LOSS", "quantity": "0.01"}, -1102, "'stopPrice'"),
    ],
)
async def test_orders_that_are_refused(
    client: Client, fields: dict[str, Any], code: int, words: str
) -> None:
    refused = await client.order(**fields)
    assert refused["code"] == code
    assert words in refused["msg"]
    assert await client.ask("GET", "/api/v3/allOrders", symbol="BTCUSDT") == []


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("ACK", {"transactTime"}),
        ("RESULT", {"transactTime", "status"}),
        ("FULL", {"transactTime", "status", "fills"}),
    ],
)
async def test_how_much_an_answer_tells(client: Client, kind: str, names: set[str]) -> None:
    placed = await client.order(quantity="0.01", newOrderRespType=kind)
    assert placed.keys() & {"transactTime", "status", "fills"} == names


async def test_a_purchase_is_charged_in_what_it_brings(client: Client) -> None:
    placed = await client.order(quantity="0.01")
    [fill] = placed["fills"]
    assert (fill["price"], fill["commission"]) == ("60006.00000000", "0.00001000")
    assert fill["commissionAsset"] == "BTC"
    owned = await client.owned()
    assert owned["BTC"] == ("1.00999000", "0.00000000")
    assert owned["USDT"] == ("99399.94000000", "0.00000000")
    [trade] = await client.ask("GET", "/api/v3/myTrades", symbol="BTCUSDT")
    assert (trade["commission"], trade["isBuyer"], trade["isMaker"]) == ("0.00001000", True, False)


async def test_a_sale_is_charged_in_what_it_brings(client: Client) -> None:
    placed = await client.order(side="SELL", quantity="0.01")
    assert placed["fills"][0]["commissionAsset"] == "USDT"
    assert (await client.owned())["USDT"] == ("100599.34006000", "0.00000000")


async def test_what_rests_is_locked_until_it_is_cancelled(client: Client) -> None:
    placed = await client.limit("50000")
    assert (await client.owned())["USDT"] == ("99500.00000000", "500.00000000")
    gone = await client.ask("DELETE", "/api/v3/order", symbol="BTCUSDT", orderId=placed["orderId"])
    assert gone["status"] == "CANCELED"
    assert gone["origClientOrderId"] == placed["clientOrderId"] != gone["clientOrderId"]
    assert (await client.owned())["USDT"] == ("100000.00000000", "0.00000000")
    again = await client.ask("DELETE", "/api/v3/order", symbol="BTCUSDT", orderId=placed["orderId"])
    assert again == {"code": -2011, "msg": "Unknown order sent."}


async def test_a_client_order_id_is_taken_again_once_its_order_has_ended(client: Client) -> None:
    first = await client.limit("50000", newClientOrderId="mine")
    refused = await client.limit("50000", newClientOrderId="mine")
    assert refused == {"code": -2010, "msg": "Duplicate order sent."}
    assert (await client.limit("50000", user=BOB, newClientOrderId="mine"))["status"] == "NEW"
    named: dict[str, Any] = {"symbol": "BTCUSDT", "origClientOrderId": "mine"}
    await client.ask("DELETE", "/api/v3/order", **named)
    second = await client.order(quantity="0.01", newClientOrderId="mine")
    assert second["orderId"] != first["orderId"]
    found = await client.ask("GET", "/api/v3/order", **named)
    assert (found["orderId"], found["status"]) == (second["orderId"], "FILLED")
    # A market order has ended when it is answered: the same once more is an order more.
    third = await client.order(quantity="0.01", newClientOrderId="mine")
    assert third["orderId"] == second["orderId"] + 1
    counted = await client.control("GET", "orders")
    [mine] = [each for each in counted if (each["account"]) == "alice"]
    assert (mine["clientOrderId"], mine["received"], mine["taken"]) == ("mine", 4, 3)


async def test_cancels_have_receipts(client: Client) -> None:
    placed = await client.limit("50000", newClientOrderId="mine")
    client.practice.faults.add(Fault(fault=FaultKind.TIMEOUT, method="DELETE"))
    named: dict[str, Any] = {"symbol": "BTCUSDT", "origClientOrderId": "mine"}
    for _ in range(2):
        await client.ask("DELETE", "/api/v3/order", **named)
    told = await client.control("GET", "cancels")
    assert [(each["order_id"], each["code"], each["fault"]) for each in told] == [
        (placed["orderId"], None, "timeout"),
        (None, -2011, None),
    ]
    assert {each["parameters"]["origClientOrderId"] for each in told} == {"mine"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, -1102),
        ({"orderId": 99}, -2013),
        ({"origClientOrderId": "nobody"}, -2013),
        ({"orderId": 1, "origClientOrderId": "other"}, -2013),
        ({"orderId": 1, "symbol": "ETHUSDT"}, -2013),
        ({"orderId": 1, "symbol": "NOPE"}, -1121),
    ],
)
async def test_what_is_not_there_is_not_found(
    client: Client, fields: dict[str, Any], code: int
) -> None:
    await client.limit("50000", newClientOrderId="mine")
    wanted = {"symbol": "BTCUSDT"} | fields
    assert (await client.ask("GET", "/api/v3/order", **wanted))["code"] == code
    assert (await client.ask("GET", "/api/v3/order", BOB, symbol="BTCUSDT", orderId=1))[
        "code"
    ] == -2013
    assert (await client.ask("DELETE", "/api/v3/order", BOB, symbol="BTCUSDT", orderId=1))[
        "code"
    ] == -2011


async def test_orders_of_two_accounts_meet(client: Client) -> None:
    rests = await client.limit("60000", side="SELL")
    comes = await client.limit("60000", user=BOB)
    assert (comes["status"], comes["fills"][0]["price"]) == ("FILLED", "60000.00000000")
    [sold] = await client.ask("GET", "/api/v3/myTrades", symbol="BTCUSDT")
    [bought] = await client.ask("GET", "/api/v3/myTrades", BOB, symbol="BTCUSDT")
    assert sold["id"] == bought["id"]
    assert (sold["isMaker"], bought["isMaker"]) == (True, False)
    assert sold["orderId"] == rests["orderId"]
    [public] = await client.get("/api/v3/trades?symbol=BTCUSDT")
    assert (public["id"], public["isBuyerMaker"]) == (sold["id"], False)


@pytest.mark.parametrize(
    ("mode", "maker", "taker"),
    [
        ("EXPIRE_MAKER", "EXPIRED_IN_MATCH", "NEW"),
        ("EXPIRE_TAKER", "NEW", "EXPIRED_IN_MATCH"),
        ("EXPIRE_BOTH", "EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH"),
        ("NONE", "FILLED", "FILLED"),
    ],
)
async def test_who_gives_way_to_oneself(client: Client, mode: str, maker: str, taker: str) -> None:
    rests = await client.limit("60000", side="SELL")
    comes = await client.limit("60000", selfTradePreventionMode=mode)
    assert comes["status"] == taker
    found = await client.ask("GET", "/api/v3/order", symbol="BTCUSDT", orderId=rests["orderId"])
    assert found["status"] == maker


@pytest.mark.parametrize(
    ("fields", "moves", "status"),
    [
        ({"type": "STOP_LOSS", **STOP}, ["60999", "61000"], "FILLED"),
        ({"type": "STOP_LOSS", **STOP}, ["60999"], "NEW"),
        ({"type": "STOP_LOSS", "side": "SELL", **DOWN}, ["59000"], "FILLED"),
        ({"type": "TAKE_PROFIT", **DOWN}, ["59000"], "FILLED"),
        ({"type": "STOP_LOSS_LIMIT", "price": "60500", **STOP, **GTC}, ["61000"], "NEW"),
        ({"type": "STOP_LOSS_LIMIT", "price": "61100", **STOP, **GTC}, ["61000"], "FILLED"),
        ({"type": "TAKE_PROFIT_LIMIT", "price": "58900", **DOWN, **GTC}, ["59000"], "NEW"),
        (
            {"type": "TAKE_PROFIT_LIMIT", "price": "58900", **DOWN, **GTC},
            ["59000", "58000"],
            "FILLED",
        ),
        ({"type": "LIMIT", "quantity": "0.01", "price": "59000", **GTC}, ["58000"], "FILLED"),
    ],
)
async def test_what_the_price_does_to_orders(
    client: Client, fields: dict[str, Any], moves: list[str], status: str
) -> None:
    placed = await client.order(**fields)
    for price in moves:
        await client.price(price)
    found = await client.ask("GET", "/api/v3/order", symbol="BTCUSDT", orderId=placed["orderId"])
    assert found["status"] == status


async def test_lists_are_told_in_pages(client: Client) -> None:
    numbers = []
    for _ in range(5):
        numbers.append((await client.order(quantity="0.001"))["orderId"])
        client.clock.advance(1)
    listed: dict[str, Any] = {"symbol": "BTCUSDT"}

    async def orders(**fields: Any) -> list[int]:
        found = await client.ask("GET", "/api/v3/allOrders", **listed, **fields)
        return [each["orderId"] for each in found]

    async def trades(**fields: Any) -> list[int]:
        found = await client.ask("GET", "/api/v3/myTrades", **listed, **fields)
        return [each["orderId"] for each in found]

    assert await orders() == await trades() == numbers
    assert await orders(limit=2) == await trades(limit=2) == numbers[-2:]
    assert await orders(orderId=numbers[2], limit=2) == numbers[2:4]
    assert await trades(fromId=3, limit=1) == numbers[2:3]
    since = client.clock.now() // 1000 - 2500
    assert await orders(startTime=since) == await trades(startTime=since) == numbers[-2:]
    assert await orders(endTime=since) == numbers[:3]
    assert await trades(orderId=numbers[1]) == [numbers[1]]


async def test_all_orders_of_a_symbol_are_cancelled(client: Client) -> None:
    for price in ("50000", "50001"):
        await client.limit(price)
    await client.limit("2500", symbol="ETHUSDT")
    gone = await client.ask("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")
    assert [each["status"] for each in gone] == ["CANCELED"] * 2
    [left] = await client.ask("GET", "/api/v3/openOrders")
    assert left["symbol"] == "ETHUSDT"
    assert (await client.ask("DELETE", "/api/v3/openOrders", symbol="BTCUSDT"))["code"] == -2011


@pytest.mark.parametrize(
    ("old", "mode", "quantity", "answered"),
    [
        (1, "STOP_ON_FAILURE", "0.02", (200, ("SUCCESS", "SUCCESS"))),
        (9, "STOP_ON_FAILURE", "0.02", (400, ("FAILURE", "NOT_ATTEMPTED"))),
        (9, "ALLOW_FAILURE", "0.02", (409, ("FAILURE", "SUCCESS"))),
        (1, "STOP_ON_FAILURE", "9", (409, ("SUCCESS", "FAILURE"))),
        (9, "ALLOW_FAILURE", "9", (400, ("FAILURE", "FAILURE"))),
    ],
)
async def test_an_order_is_replaced_in_two_steps(
    client: Client, old: int, mode: str, quantity: str, answered: tuple[int, tuple[str, str]]
) -> None:
    status, results = answered
    await client.limit("50000")
    got = await client.response(
        "POST",
        "/api/v3/order/cancelReplace",
        symbol="BTCUSDT",
        side="BUY",
        type="LIMIT",
        timeInForce="GTC",
        price="50000",
        quantity=quantity,
        cancelOrderId=old,
        cancelReplaceMode=mode,
    )
    document = got.json()
    data = document if status == 200 else document["data"]
    assert got.status_code == status
    assert (data["cancelResult"], data["newOrderResult"]) == results


async def test_a_closed_symbol_is_not_traded(client: Client) -> None:
    await client.control("POST", "price", symbol="BTCUSDT", closed=True)
    assert (await client.order(quantity="0.01"))["msg"] == "Market is closed."
    assert (await client.get("/api/v3/ticker/price?symbol=BTCUSDT"))["code"] == -2010
    assert "BTCUSDT" not in [each["symbol"] for each in await client.get("/api/v3/ticker/price")]
    await client.control("POST", "price", symbol="BTCUSDT")
    assert (await client.order(quantity="0.01"))["status"] == "FILLED"


async def test_who_asks_too_much_is_told_when_to_come_again() -> None:
    client = client_of(limits=Limits(weight=10, orders=2))
    async with client.http:
        statuses = [(await client.http.get("/api/v3/ping")).status_code for _ in range(22)]
        assert statuses == [200] * 10 + [429] * 10 + [418] * 2
        banned = await client.http.get("/api/v3/ping")
        assert banned.headers["Retry-After"] == str(BAN_SECONDS)
        client.clock.advance(BAN_SECONDS + 1)
        answer = await client.http.get("/api/v3/ping")
        assert (answer.status_code, answer.headers["X-MBX-USED-WEIGHT-1M"]) == (200, "1")
        sent = [await client.response("POST", "/api/v3/order") for _ in range(3)]
        assert [each.status_code for each in sent] == [400, 400, 429]
        assert sent[2].json()["code"] == -1015
        assert int(sent[2].headers["Retry-After"]) <= 10
        # It came, and was not taken.
        assert client.practice.exchange.receipts.all[2].code == -1015
