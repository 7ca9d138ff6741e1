"""Requests by HTTP, as tables of cases: what Binance's documents say has to come."""

from typing import Any

import pytest

from fillgate.practice.faults import Fault, FaultKind
from fillgate.practice.rate_limits import Limits
from tests.practice.client import client_of
from tests.practice.futures.contracts import Contracts
from tests.practice.serving import ALICE, BOB

LIMIT = {"type": "LIMIT", "timeInForce": "GTC", "price": "60000", "quantity": "0.01"}


async def test_what_needs_no_key(contracts: Contracts) -> None:
    get = contracts.client.get
    assert await get("/fapi/v1/ping") == {}
    assert (await get("/fapi/v1/time"))["serverTime"] == contracts.client.clock.now() // 1000
    info = await get("/fapi/v1/exchangeInfo")
    [btc] = [each for each in info["symbols"] if each["symbol"] == "BTCUSDT"]
    assert (btc["contractType"], btc["marginAsset"], btc["quantityPrecision"]) == (
        "PERPETUAL",
        "USDT",
        3,
    )
    filters = {each["filterType"]: each for each in btc["filters"]}
    assert filters.keys() == {
        "PRICE_FILTER",
        "LOT_SIZE",
        "MARKET_LOT_SIZE",
        "MAX_NUM_ORDERS",
        "MIN_NOTIONAL",
        "PERCENT_PRICE",
    }
    assert filters["PRICE_FILTER"]["tickSize"] == "0.10000000"
    assert filters["MIN_NOTIONAL"]["notional"] == "100"
    depth = await get("/fapi/v1/depth?symbol=BTCUSDT&limit=5")
    assert (len(depth["bids"]), depth["bids"][0][0]) == (5, "59994.00000000")
    book = await get("/fapi/v1/ticker/bookTicker?symbol=BTCUSDT")
    assert (book["bidPrice"], book["askPrice"]) == ("59994.00000000", "60006.00000000")
    for version in ("v1", "v2"):
        price = await get(f"/fapi/{version}/ticker/price?symbol=BTCUSDT")
        assert price["price"] == "60000.00000000"
    day = await get("/fapi/v1/ticker/24hr?symbol=BTCUSDT")
    assert (day["lastPrice"], "bidPrice" in day) == ("60000.00000000", False)
    assert len(await get("/fapi/v1/ticker/24hr")) == len(info["symbols"])
    premium = await get("/fapi/v1/premiumIndex?symbol=BTCUSDT")
    assert (premium["markPrice"], premium["lastFundingRate"]) == ("60000.00000000", "0.00010000")
    assert 0 < premium["nextFundingTime"] - premium["time"] <= 8 * 3_600_000


@pytest.mark.parametrize(
    ("method", "path", "code", "status"),
    [
        ("GET", "/fapi/v1/ticker/price?symbol=NOPE", -1121, 400),
        ("GET", "/fapi/v1/depth", -1102, 400),
        ("GET", "/fapi/v1/depth?symbol=BTCUSDT&spare=1", -1104, 400),
        ("GET", "/fapi/v1/klines?symbol=BTCUSDT", -1020, 404),
        ("POST", "/fapi/v1/algoOrder", -1020, 404),
        ("GET", "/fapi/v3/account", -2014, 401),
        ("POST", "/fapi/v1/listenKey", -2014, 401),
    ],
)
async def test_what_is_wrong_with_a_request(
    contracts: Contracts, method: str, path: str, code: int, status: int
) -> None:
    got = await contracts.client.http.request(method, path)
    assert (got.json()["code"], got.status_code) == (code, status)


@pytest.mark.parametrize(
    ("fields", "status", "executed"),
    [
        ({"quantity": "0.01"}, "FILLED", "0.01000000"),
        ({"quantity": "0.01", "side": "SELL", "positionSide": "BOTH"}, "FILLED", "0.01000000"),
        (LIMIT, "NEW", "0.00000000"),
        (LIMIT | {"timeInForce": "GTX"}, "NEW", "0.00000000"),
        (LIMIT | {"timeInForce": "IOC"}, "EXPIRED", "0.00000000"),
        (LIMIT | {"timeInForce": "IOC", "price": "60100"}, "FILLED", "0.01000000"),
        (LIMIT | {"timeInForce": "FOK", "price": "60100"}, "FILLED", "0.01000000"),
    ],
)
async def test_orders_that_are_taken(
    contracts: Contracts, fields: dict[str, Any], status: str, executed: str
) -> None:
    placed = await contracts.order(**fields)
    assert (placed["status"], placed["executedQty"]) == (status, executed)
    found = await contracts.found(placed["orderId"])
    same = ("status", "type", "side", "price", "origQty", "executedQty", "cumQuote", "avgPrice")
    assert {name: found[name] for name in same} == {name: placed[name] for name in same}


@pytest.mark.parametrize("more", [{"newOrderRespType": "ACK"}, LIMIT | {"price": "60100"}])
async def test_an_answer_may_tell_no_more_than_that_an_order_was_taken(
    contracts: Contracts, more: dict[str, str]
) -> None:
    placed = await contracts.order(**{"quantity": "0.01"} | more)
    assert (placed["status"], placed["executedQty"]) == ("NEW", "0.00000000")
    found = await contracts.found(placed["orderId"])
    assert (found["status"], found["executedQty"]) == ("FILLED", "0.01000000")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, -1102),
        ({"symbol": "NOPE", "quantity": "0.01"}, -1121),
        ({"side": "HOLD", "quantity": "0.01"}, -1117),
        ({"type": "LIMIT_MAKER", "quantity": "0.01", "price": "60000"}, -1116),
        ({"quantity": "0.01", "price": "60000"}, -1106),
        ({"quantity": "0.01", "timeInForce": "GTC"}, -1114),
        ({"quantity": "0.01", "closePosition": "true"}, -1106),
        ({"type": "LIMIT", "quantity": "0.01", "price": "60000"}, -1102),
        (LIMIT | {"timeInForce": "GTD"}, -1115),
        (LIMIT | {"stopPrice": "61000"}, -1106),
        ({"type": "STOP_MARKET", "quantity": "0.01", "stopPrice": "61000"}, -4120),
        ({"type": "TAKE_PROFIT", **LIMIT, "stopPrice": "61000"} | {"type": "STOP"}, -4120),
        ({"quantity": "0.01", "positionSide": "LONG"}, -4061),
        ({"quantity": "0.01", "positionSide": "UP"}, -4060),
        ({"quantity": "0.01", "newClientOrderId": "a b"}, -4015),
        ({"quantity": "0.01", "newClientOrderId": "x" * 37}, -4015),
        ({"quantity": "0.01", "reduceOnly": "perhaps"}, -1130),
        ({"quantity": "0.01", "spare": "1"}, -1104),
        ({"quantity": "0.0015"}, -1111),
        (LIMIT | {"price": "60000.05"}, -4014),
        (LIMIT | {"price": "60000.001"}, -1111),
        (LIMIT | {"price": "2000000"}, -4002),
        (LIMIT | {"quantity": "1001"}, -4005),
        ({"quantity": "121"}, -4005),
        (LIMIT | {"price": "70000"}, -4016),
        (LIMIT | {"price": "50000", "side": "SELL"}, -4024),
        (LIMIT | {"quantity": "0.001"}, -4164),
        (LIMIT | {"quantity": "100"}, -2019),
        ({"quantity": "0.01", "side": "SELL", "reduceOnly": "true"}, -2022),
        (LIMIT | {"timeInForce": "GTX", "price": "60100"}, -5022),
        (LIMIT | {"timeInForce": "FOK"}, -5021),
    ],
)
async def test_orders_that_are_refused(
    contracts: Contracts, fields: dict[str, Any], code: int
) -> None:
    assert (await contracts.order(**fields))["code"] == code
    assert await contracts.ask("GET", "v1/openOrders") == []
    if fields.get("symbol") is None:
        assert await contracts.ask("GET", "v1/allOrders", symbol="BTCUSDT") == []
    [told] = await contracts.client.control("GET", "orders")
    assert (told["market"], told["received"], told["taken"]) == ("futures", 1, 0)
    assert told["requests"][0]["code"] == code


async def test_a_client_order_id_is_one_of_working_orders(contracts: Contracts) -> None:
    first = await contracts.limit("50000", newClientOrderId="mine")
    assert (await contracts.limit("50000", newClientOrderId="mine"))["code"] == -4116
    named = {"symbol": "BTCUSDT", "origClientOrderId": "mine"}
    gone = await contracts.ask("DELETE", "v1/order", **named)
    assert (gone["orderId"], gone["status"]) == (first["orderId"], "CANCELED")
    assert gone["clientOrderId"] == "mine"
    second = await contracts.limit("50000", newClientOrderId="mine")
    assert (await contracts.ask("GET", "v1/order", **named))["orderId"] == second["orderId"]
    [told] = await contracts.client.control("GET", "orders")
    assert (told["clientOrderId"], told["received"], told["taken"]) == ("mine", 3, 2)


async def test_orders_are_listed_looked_up_and_cancelled(contracts: Contracts) -> None:
    numbers = [(await contracts.limit(price))["orderId"] for price in ("50000", "50001")]
    listed = await contracts.ask("GET", "v1/openOrders", symbol="BTCUSDT")
    assert [each["orderId"] for each in listed] == numbers
    one = {"symbol": "BTCUSDT", "orderId": numbers[0]}
    assert (await contracts.ask("GET", "v1/openOrder", **one))["status"] == "NEW"
    assert (await contracts.ask("DELETE", "v1/allOpenOrders", symbol="BTCUSDT"))["code"] == 200
    assert await contracts.ask("GET", "v1/openOrders") == []
    assert (await contracts.ask("GET", "v1/openOrder", **one))["code"] == -2013
    assert (await contracts.ask("DELETE", "v1/order", **one))["code"] == -2011
    other = Contracts(contracts.client, BOB)
    assert (await other.ask("GET", "v1/order", **one))["code"] == -2013
    assert (await contracts.ask("GET", "v1/order", symbol="BTCUSDT"))["code"] == -1102


async def test_lists_are_told_by_the_week(contracts: Contracts) -> None:
    clock, numbers = contracts.client.clock, []
    for _ in range(3):
        numbers.append((await contracts.order(quantity="0.01"))["orderId"])
        clock.advance(4 * 86_400)
    now = clock.now() // 1000
    day = 86_400_000

    async def told(path: str, **fields: Any) -> Any:
        found = await contracts.ask("GET", path, symbol="BTCUSDT", **fields)
        return found["code"] if isinstance(found, dict) else [each["orderId"] for each in found]

    for path in ("v1/userTrades", "v1/allOrders"):
        assert await told(path) == numbers
        assert await told(path, startTime=now - 13 * day) == numbers[:2]
        assert await told(path, startTime=now - 7 * day, endTime=now) == numbers[2:]
        assert await told(path, startTime=now - 8 * day, endTime=now) == -4165
    assert await told("v1/userTrades", fromId=2, limit=1) == numbers[1:2]


async def test_a_symbol_that_is_closed_here_is_open_for_spot(contracts: Contracts) -> None:
    closed = {"symbol": "BTCUSDT", "closed": True, "market": "futures"}
    await contracts.client.control("POST", "price", **closed)
    assert (await contracts.order(quantity="0.01"))["code"] == -4141
    assert (await contracts.client.order(quantity="0.01"))["status"] == "FILLED"
    assert (await contracts.ask("GET", "v3/positionRisk")) == []


async def test_the_two_sides_know_nothing_of_each_other(contracts: Contracts) -> None:
    before = await contracts.client.owned()
    await contracts.order(quantity="0.01")
    assert await contracts.client.owned() == before
    await contracts.price("61000")
    spot = await contracts.client.get("/api/v3/ticker/price?symbol=BTCUSDT")
    assert spot["price"] == "60000.00000000"


async def test_who_sends_too_many_orders_is_told_so() -> None:
    client = client_of(futures_limits=Limits(orders=9, minute_orders=2, daily_orders=None))
    async with client.http:
        contracts = Contracts(client)
        for _ in range(2):
            sent = await client.response("POST", "/fapi/v1/order")
        assert (sent.headers["X-MBX-ORDER-COUNT-10S"], sent.headers["X-MBX-ORDER-COUNT-1M"]) == (
            "2",
            "2",
        )
        refused = await contracts.order(quantity="0.01")
        assert (refused["code"], "per 1 MINUTE" in refused["msg"]) == (-1015, True)
        client.clock.advance(60)
        assert (await contracts.order(quantity="0.01"))["status"] == "FILLED"


async def test_an_answer_is_broken_after_the_order(contracts: Contracts) -> None:
    fault = Fault(fault=FaultKind.TIMEOUT, path="/fapi/v1/order")
    contracts.client.practice.faults.add(fault)
    assert (await contracts.order(quantity="0.01"))["code"] == -1007
    [told] = await contracts.client.control("GET", "orders")
    assert (told["taken"], told["requests"][0]["fault"]) == (1, "timeout")
    assert told["account"] == ALICE.name


async def test_lookups_see_an_order_late(contracts: Contracts) -> None:
    await contracts.client.control("POST", "lookups", late_ms=1000)
    placed = await contracts.limit("50000")
    assert (await contracts.found(placed["orderId"]))["code"] == -2013
    contracts.client.clock.advance(1.1)
    assert (await contracts.found(placed["orderId"]))["status"] == "NEW"
