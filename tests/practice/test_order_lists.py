"""Order lists by HTTP, as tables of cases: what Binance's documents say has to come."""

from typing import Any

import pytest

from fillgate.practice.faults import Fault, FaultKind
from fillgate.practice.rate_limits import Limits
from tests.practice.client import Client, client_of
from tests.practice.serving import ALICE, BOB

PAIR: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "quantity": "0.01",
    "aboveType": "LIMIT_MAKER",
    "abovePrice": "62000",
    "belowType": "STOP_LOSS",
    "belowStopPrice": "58000",
}
BUYS: dict[str, Any] = {
    "side": "BUY",
    "aboveType": "STOP_LOSS",
    "aboveStopPrice": "62000",
    "abovePrice": None,
    "belowType": "LIMIT_MAKER",
    "belowPrice": "58000",
    "belowStopPrice": None,
}
WORKING: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "workingType": "LIMIT",
    "workingSide": "BUY",
    "workingPrice": "59000",
    "workingQuantity": "0.01",
    "workingTimeInForce": "GTC",
    "workingClientOrderId": "work",
    "pendingSide": "SELL",
    "pendingQuantity": "0.01",
}
ONE = WORKING | {
    "pendingType": "STOP_LOSS",
    "pendingStopPrice": "58000",
    "pendingClientOrderId": "stop",
}
THREE = WORKING | {
    "pendingAboveType": "TAKE_PROFIT",
    "pendingAboveStopPrice": "60500",
    "pendingAboveClientOrderId": "gain",
    "pendingBelowType": "STOP_LOSS",
    "pendingBelowStopPrice": "58000",
    "pendingBelowClientOrderId": "stop",
}
BASES = {"oco": PAIR, "oto": ONE, "otoco": THREE}


async def place(client: Client, kind: str, **fields: Any) -> Any:
    sent = {name: value for name, value in (BASES[kind] | fields).items() if value is not None}
    return await client.ask("POST", f"/api/v3/orderList/{kind}", **sent)


async def statuses(client: Client, told: Any) -> list[str]:
    """Return how the orders of a list stand."""
    found = []
    for each in told["orders"]:
        named: Any = {"symbol": "BTCUSDT", "orderId": each["orderId"]}
        found.append((await client.ask("GET", "/api/v3/order", **named))["status"])
    return found


async def look_up(client: Client, told: Any) -> Any:
    named: Any = {"orderListId": told["orderListId"]}
    return await client.ask("GET", "/api/v3/orderList", **named)


@pytest.mark.parametrize(
    ("kind", "fields", "contingency", "expected"),
    [
        ("oco", {}, "OCO", ["NEW", "NEW"]),
        ("oco", BUYS, "OCO", ["NEW", "NEW"]),
        (
            "oco",
            {"belowType": "STOP_LOSS_LIMIT", "belowPrice": "57900", "belowTimeInForce": "GTC"},
            "OCO",
            ["NEW", "NEW"],
        ),
        (
            "oco",
            {"aboveType": "TAKE_PROFIT", "abovePrice": None, "aboveStopPrice": "62000"},
            "OCO",
            ["NEW", "NEW"],
        ),
        ("oto", {}, "OTO", ["NEW", "PENDING_NEW"]),
        ("oto", {"pendingType": "MARKET", "pendingStopPrice": None}, "OTO", ["NEW", "PENDING_NEW"]),
        (
            "oto",
            {"workingType": "LIMIT_MAKER", "workingTimeInForce": None},
            "OTO",
            ["NEW", "PENDING_NEW"],
        ),
        ("otoco", {}, "OTO", ["NEW", "PENDING_NEW", "PENDING_NEW"]),
        # What is filled at once is told of before the others come.
        ("oto", {"workingPrice": "61000"}, "OTO", ["FILLED", "PENDING_NEW"]),
        (
            "otoco",
            {"workingPrice": "59000", "workingTimeInForce": "IOC"},
            "OTO",
            ["EXPIRED", "PENDING_NEW", "PENDING_NEW"],
        ),
    ],
)
async def test_lists_that_are_taken(
    client: Client, kind: str, fields: dict[str, Any], contingency: str, expected: list[str]
) -> None:
    told = await place(client, kind, listClientOrderId="mine", **fields)
    assert (told["contingencyType"], told["listClientOrderId"]) == (contingency, "mine")
    assert (told["listStatusType"], told["listOrderStatus"]) == ("EXEC_STARTED", "EXECUTING")
    assert [each["status"] for each in told["orderReports"]] == expected
    assert {each["orderListId"] for each in told["orderReports"]} == {told["orderListId"]}
    named = [(each["orderId"], each["clientOrderId"]) for each in told["orders"]]
    assert named == [(each["orderId"], each["clientOrderId"]) for each in told["orderReports"]]
    by_name: Any = {"origClientOrderId": "mine"}
    assert (await client.ask("GET", "/api/v3/orderList", **by_name))["orders"] == told["orders"]


LIMIT = {"aboveType": "LIMIT", "aboveTimeInForce": "GTC"}
PROFIT = {"aboveType": "TAKE_PROFIT", "abovePrice": None}


@pytest.mark.parametrize(
    ("kind", "fields", "code", "words"),
    [
        ("oco", LIMIT, -1158, "not supported in OCO"),
        ("oco", {"belowType": "MARKET", "belowStopPrice": None}, -1158, ""),
        (
            "oco",
            {"belowType": "LIMIT_MAKER", "belowPrice": "58000", "belowStopPrice": None},
            -1168,
            "contingent",
        ),
        ("oco", {"side": "BUY"}, -1165, "limit order in a buy OCO must be below"),
        ("oco", BUYS | {"side": "SELL"}, -1197, "stop loss order in a sell OCO must be below"),
        (
            "oco",
            BUYS | {"side": "SELL", "aboveType": "TAKE_PROFIT"},
            -1166,
            "limit order in a sell OCO must be above",
        ),
        (
            "oco",
            PROFIT | {"side": "BUY", "aboveStopPrice": "62000"},
            -1198,
            "take profit order in a buy OCO must be below",
        ),
        (
            "oco",
            {"belowType": "TAKE_PROFIT"},
            -1199,
            "take profit order in a sell OCO must be above",
        ),
        (
            "oco",
            BUYS | {"belowType": "STOP_LOSS", "belowPrice": None, "belowStopPrice": "58000"},
            -1196,
            "stop loss order in a buy OCO must be above",
        ),
        ("oco", {"abovePrice": "59000"}, -2010, "relationship of the prices"),
        ("oco", {"belowStopPrice": "61000"}, -2010, "relationship of the prices"),
        ("oco", BUYS | {"aboveStopPrice": "59000"}, -2010, "relationship of the prices"),
        ("oco", {"abovePrice": None}, -1102, "'abovePrice'"),
        ("oco", {"belowStopPrice": None}, -1102, "'belowStopPrice'"),
        ("oco", {"belowPrice": "57000"}, -1106, "'belowPrice'"),
        ("oco", {"aboveTimeInForce": "GTC"}, -1114, ""),
        ("oco", {"belowType": "STOP_LOSS_LIMIT", "belowPrice": "57900"}, -1102, "'belowTimeIn"),
        ("oco", {"quantity": None}, -1102, "'quantity'"),
        ("oco", {"quantity": "0.000001"}, -1013, "LOT_SIZE"),
        ("oco", {"quantity": "1.1"}, -2010, "insufficient balance"),
        ("oco", {"abovePrice": "62000.001"}, -1013, "PRICE_FILTER"),
        ("oco", {"aboveTrailingDelta": "100"}, -2010, "Trailing"),
        ("oco", {"belowIcebergQty": "0.001"}, -2010, "Iceberg"),
        ("oco", {"quoteOrderQty": "600"}, -1104, ""),
        ("oco", {"aboveClientOrderId": "a", "belowClientOrderId": "a"}, -2010, "Duplicate"),
        ("oco", {"symbol": "NOPE"}, -1121, ""),
        ("oco", {"newOrderRespType": "ALL"}, -1130, "newOrderRespType"),
        ("oto", {"workingType": "MARKET", "workingPrice": None}, -1114, ""),
        (
            "oto",
            {"workingType": "MARKET", "workingPrice": None, "workingTimeInForce": None},
            -1014,
            "combination",
        ),
        ("oto", {"workingTimeInForce": None}, -1102, "'workingTimeInForce'"),
        ("oto", {"pendingStopPrice": None}, -1102, "'pendingStopPrice'"),
        ("oto", {"pendingType": None}, -1102, "'pendingType'"),
        ("oto", {"workingQuantity": "2"}, -2010, "insufficient balance"),
        ("oto", {"pendingQuantity": "0.00001"}, -1013, "NOTIONAL"),
        ("otoco", {"pendingAboveType": "LIMIT"}, -1158, ""),
        ("otoco", {"pendingSide": "BUY"}, -1198, ""),
        ("otoco", {"pendingTimeInForce": "GTC"}, -1104, ""),
        ("otoco", {"workingType": "LIMIT_MAKER", "workingTimeInForce": None,
                   "workingPrice": "60006"}, -2010, "immediately match"),
    ],
)  # fmt: skip
async def test_lists_that_are_refused(
    client: Client, kind: str, fields: dict[str, Any], code: int, words: str
) -> None:
    refused = await place(client, kind, **fields)
    assert refused["code"] == code, refused
    assert words in refused["msg"]
    assert await client.ask("GET", "/api/v3/allOrders", symbol="BTCUSDT") == []
    assert await client.ask("GET", "/api/v3/allOrderList") == []
    assert (await client.owned())["USDT"] == ("100000.00000000", "0.00000000")


async def test_an_order_of_others_that_a_leg_would_take_refuses_the_list(client: Client) -> None:
    await client.limit("60002", user=BOB)
    refused = await place(client, "oco", abovePrice="60001")
    assert "immediately match" in refused["msg"]
    assert await client.ask("GET", "/api/v3/allOrders", symbol="BTCUSDT") == []
    assert (await client.owned())["BTC"] == ("1.00000000", "0.00000000")


@pytest.mark.parametrize(
    ("kind", "moves", "expected"),
    [
        ("oco", ["61000"], ["NEW", "NEW"]),
        ("oco", ["62010"], ["FILLED", "EXPIRED"]),
        ("oco", ["57900"], ["EXPIRED", "FILLED"]),
        ("oto", ["59500"], ["NEW", "PENDING_NEW"]),
        ("oto", ["58900"], ["FILLED", "NEW"]),
        ("oto", ["58900", "57900"], ["FILLED", "FILLED"]),
        ("oto", ["57900"], ["FILLED", "REJECTED"]),
        ("otoco", ["58900"], ["FILLED", "NEW", "NEW"]),
        ("otoco", ["58900", "60600"], ["FILLED", "FILLED", "EXPIRED"]),
        ("otoco", ["58900", "57900"], ["FILLED", "EXPIRED", "FILLED"]),
        ("otoco", ["57900"], ["FILLED", "REJECTED", "REJECTED"]),
    ],
)
async def test_what_prices_do_to_lists(
    client: Client, kind: str, moves: list[str], expected: list[str]
) -> None:
    told = await place(client, kind)
    for move in moves:
        await client.price(move)
    assert await statuses(client, told) == expected
    working = {"NEW", "PENDING_NEW", "PARTIALLY_FILLED"}
    status = "EXECUTING" if working & set(expected) else "ALL_DONE"
    assert (await look_up(client, told))["listOrderStatus"] == status
    opened = await client.ask("GET", "/api/v3/openOrderList")
    assert [each["orderListId"] for each in opened] == (
        [told["orderListId"]] if status == "EXECUTING" else []
    )
    traded = {"FILLED"} & set(expected)
    trades = await client.ask("GET", "/api/v3/myTrades", symbol="BTCUSDT")
    assert {each["orderListId"] for each in trades} == ({told["orderListId"]} if traded else set())


async def test_what_both_need_is_locked_once(client: Client) -> None:
    await place(client, "oco", quantity="0.6")
    assert (await client.owned())["BTC"] == ("0.40000000", "0.60000000")
    await place(client, "otoco", workingQuantity="0.01")
    # Nothing is locked for orders that wait.
    assert (await client.owned())["BTC"] == ("0.40000000", "0.60000000")


async def test_a_part_of_the_working_order_lets_nothing_come(client: Client) -> None:
    await client.price("50000", symbol="ETHUSDT")
    placed = await place(client, "otoco", workingPrice="60000")
    # Another account takes less than the order has.
    await client.order(user=BOB, side="SELL", type="LIMIT", quantity="0.004", price="60000",
                       timeInForce="GTC")  # fmt: skip
    assert await statuses(client, placed) == ["PARTIALLY_FILLED", "PENDING_NEW", "PENDING_NEW"]
    await client.order(user=BOB, side="SELL", type="LIMIT", quantity="0.006", price="60000",
                       timeInForce="GTC")  # fmt: skip
    assert await statuses(client, placed) == ["FILLED", "NEW", "NEW"]


async def test_what_cannot_be_paid_any_more_is_rejected(client: Client) -> None:
    told = await place(client, "oto")
    await client.price("58900")
    assert await statuses(client, told) == ["FILLED", "NEW"]
    await client.ask("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")
    # What was bought has paid its fee in itself: without any more it is too little to be sold.
    owned = (await client.owned())["BTC"][0]
    await client.price("60000")
    await client.order(side="SELL", quantity=owned[:-3])
    told = await place(client, "oto")
    await client.price("58900")
    assert await statuses(client, told) == ["FILLED", "REJECTED"]
    assert (await look_up(client, told))["listOrderStatus"] == "ALL_DONE"


LISTED: dict[str, Any] = {"symbol": "BTCUSDT"}


@pytest.mark.parametrize("named", [{"orderListId": 1}, {"listClientOrderId": "mine"}])
@pytest.mark.parametrize("kind", ["oco", "oto", "otoco"])
async def test_a_list_is_cancelled_whole(client: Client, kind: str, named: dict[str, Any]) -> None:
    told = await place(client, kind, listClientOrderId="mine")
    fields = LISTED | named | {"newClientOrderId": "gone"}
    gone = await client.ask("DELETE", "/api/v3/orderList", **fields)
    assert (gone["listStatusType"], gone["listOrderStatus"]) == ("ALL_DONE", "ALL_DONE")
    assert gone["orders"] == told["orders"]
    assert {(each["status"], each["clientOrderId"]) for each in gone["orderReports"]} == {
        ("CANCELED", "gone")
    }
    names = [each["origClientOrderId"] for each in gone["orderReports"]]
    assert names == [each["clientOrderId"] for each in told["orders"]]
    assert set(await statuses(client, told)) == {"CANCELED"}
    again = await client.ask("DELETE", "/api/v3/orderList", **fields)
    assert again == {"code": -2011, "msg": "Unknown order list sent."}
    assert await client.ask("GET", "/api/v3/openOrders") == []
    assert (await client.owned())["BTC"] == ("1.00000000", "0.00000000")


@pytest.mark.parametrize(
    ("kind", "index", "expected"),
    [
        ("oco", 0, "CANCELED"),
        ("oco", 1, "CANCELED"),
        ("oto", 0, "CANCELED"),
        ("oto", 1, "CANCELED"),
        ("otoco", 0, "CANCELED"),
        ("otoco", 2, "CANCELED"),
    ],
)
async def test_cancelling_an_order_of_a_list_cancels_the_list(
    client: Client, kind: str, index: int, expected: str
) -> None:
    told = await place(client, kind)
    named = LISTED | {"orderId": told["orders"][index]["orderId"]}
    gone = await client.ask("DELETE", "/api/v3/order", **named)
    assert (gone["orderListId"], gone["listOrderStatus"]) == (told["orderListId"], "ALL_DONE")
    assert set(await statuses(client, told)) == {expected}
    assert (await client.ask("DELETE", "/api/v3/order", **named))["code"] == -2011


async def test_after_the_working_order_what_it_let_come_is_cancelled(client: Client) -> None:
    told = await place(client, "otoco")
    await client.price("58900")
    working, _, below = (each["orderId"] for each in told["orders"])
    refused = await client.ask("DELETE", "/api/v3/order", **LISTED | {"orderId": working})
    assert refused["code"] == -2011
    gone = await client.ask("DELETE", "/api/v3/order", **LISTED | {"orderId": below})
    assert [each["type"] for each in gone["orderReports"]] == ["TAKE_PROFIT", "STOP_LOSS"]
    assert await statuses(client, told) == ["FILLED", "CANCELED", "CANCELED"]


async def test_all_is_cancelled_each_list_once(client: Client) -> None:
    single = await client.limit("50000")
    lists = [await place(client, kind) for kind in ("oco", "otoco")]
    gone = await client.ask("DELETE", "/api/v3/openOrders", **LISTED)
    assert [each.get("orderId") for each in gone] == [single["orderId"], None, None]
    assert [each["orderListId"] for each in gone] == [-1, *(each["orderListId"] for each in lists)]
    assert await client.ask("GET", "/api/v3/openOrders") == []
    assert await client.ask("GET", "/api/v3/openOrderList") == []


async def test_orders_that_wait_are_open_and_take_no_part(client: Client) -> None:
    told = await place(client, "oto")
    opened = await client.ask("GET", "/api/v3/openOrders", **LISTED)
    found = [(each["status"], each["isWorking"], each["orderListId"]) for each in opened]
    number = told["orderListId"]
    assert found == [("NEW", True, number), ("PENDING_NEW", False, number)]
    assert opened[1]["workingTime"] == -1
    # Their names are taken.
    refused = await client.limit("50000", newClientOrderId="stop")
    assert refused["msg"] == "Duplicate order sent."
    await client.ask("DELETE", "/api/v3/orderList", **LISTED | {"orderListId": number})
    assert (await client.limit("50000", newClientOrderId="stop"))["status"] == "NEW"


async def test_the_name_of_a_list_is_taken_while_it_is_open(client: Client) -> None:
    first = await place(client, "oco", listClientOrderId="mine")
    assert (await place(client, "oco", listClientOrderId="mine"))["code"] == -2010
    await client.ask("DELETE", "/api/v3/orderList", **LISTED | {"listClientOrderId": "mine"})
    second = await place(client, "oco", listClientOrderId="mine")
    assert second["orderListId"] == first["orderListId"] + 1
    named: Any = {"origClientOrderId": "mine"}
    found = await client.ask("GET", "/api/v3/orderList", **named)
    assert found["orderListId"] == second["orderListId"]


@pytest.mark.parametrize(
    ("method", "path", "fields", "code"),
    [
        ("GET", "orderList", {}, -1128),
        ("GET", "orderList", {"orderListId": 9}, -2018),
        ("GET", "orderList", {"origClientOrderId": "nobody"}, -2018),
        ("GET", "orderList", {"orderListId": 1, "origClientOrderId": "nobody"}, -2018),
        ("GET", "orderList", {"orderListId": 1, "listClientOrderId": "mine"}, -1104),
        ("DELETE", "orderList", {"orderListId": 1}, -1102),
        ("DELETE", "orderList", LISTED, -1102),
        ("DELETE", "orderList", LISTED | {"orderListId": 9}, -2011),
        ("DELETE", "orderList", {"symbol": "ETHUSDT", "orderListId": 1}, -2011),
        ("DELETE", "orderList", {"symbol": "NOPE", "orderListId": 1}, -1121),
        ("GET", "allOrderList", {"fromId": 1, "startTime": 1}, -1128),
        ("GET", "allOrderList", {"startTime": 0, "endTime": 86_400_001}, -1127),
        ("GET", "openOrderList", {"symbol": "BTCUSDT"}, -1104),
    ],
)
async def test_what_is_wrong_with_a_request(
    client: Client, method: str, path: str, fields: dict[str, Any], code: int
) -> None:
    await place(client, "oco", listClientOrderId="mine")
    assert (await client.ask(method, f"/api/v3/{path}", **fields))["code"] == code


async def test_a_list_is_its_owner_s(client: Client) -> None:
    await place(client, "oco")
    named: Any = {"orderListId": 1}
    assert (await client.ask("GET", "/api/v3/orderList", BOB, **named))["code"] == -2018
    gone = await client.ask("DELETE", "/api/v3/orderList", BOB, **LISTED | named)
    assert gone["code"] == -2011
    assert await client.ask("GET", "/api/v3/allOrderList", BOB) == []


async def test_lists_are_listed_in_pages(client: Client) -> None:
    numbers = [(await place(client, "oco"))["orderListId"] for _ in range(4)]

    async def listed(**fields: Any) -> list[int]:
        found = await client.ask("GET", "/api/v3/allOrderList", **fields)
        return [each["orderListId"] for each in found]

    assert await listed() == numbers
    assert await listed(limit=2) == numbers[2:]
    assert await listed(fromId=2, limit=2) == numbers[1:3]
    assert await listed(endTime=1) == []


async def test_lookups_see_lists_late(client: Client) -> None:
    await client.control("POST", "lookups", late_ms=1000)
    told = await place(client, "otoco")
    assert (await look_up(client, told))["code"] == -2018
    assert await client.ask("GET", "/api/v3/openOrderList") == []
    client.clock.advance(1.1)
    assert (await look_up(client, told))["orders"] == told["orders"]


@pytest.mark.parametrize(("kind", "number"), [("oco", 2), ("oto", 2), ("otoco", 3)])
async def test_each_order_of_a_list_counts(kind: str, number: int) -> None:
    client = client_of(limits=Limits(orders=number))
    async with client.http:
        path = f"/api/v3/orderList/{kind}"
        answer = await client.response("POST", path, **BASES[kind])
        assert answer.headers["X-MBX-ORDER-COUNT-10S"] == str(number)
        assert (await place(client, kind))["code"] == -1015


@pytest.mark.parametrize(
    ("response", "names"),
    [
        ({"newOrderRespType": "ACK"}, {"transactTime"}),
        ({}, {"transactTime", "status"}),
        ({"newOrderRespType": "FULL"}, {"transactTime", "status", "fills"}),
    ],
)
async def test_how_much_an_answer_tells(
    client: Client, response: dict[str, Any], names: set[str]
) -> None:
    told = await place(client, "oto", workingPrice="61000", **response)
    for report in told["orderReports"]:
        assert report.keys() & {"transactTime", "status", "fills"} == names


async def test_requests_for_lists_are_put_down(client: Client) -> None:
    await place(client, "otoco")
    await place(client, "oco", listClientOrderId="mine")
    await place(client, "oco", listClientOrderId="mine")
    counted = await client.control("GET", "orders")
    found = {each["clientOrderId"]: (each["received"], each["taken"]) for each in counted}
    assert found == {"work": (1, 1), "mine": (2, 1)}
    refused = counted[1]["requests"][1]
    assert (refused["code"], refused["list_id"]) == (-2010, None)


@pytest.mark.parametrize("fault", ["empty", "timeout"])
async def test_a_list_is_taken_before_its_answer_is_broken(client: Client, fault: str) -> None:
    path = "/api/v3/orderList/otoco"
    client.practice.faults.add(Fault(fault=FaultKind(fault), path=path))
    sent = {name: value for name, value in THREE.items() if value is not None}
    answer = await client.response("POST", "/api/v3/orderList/otoco", ALICE, **sent)
    assert answer.status_code in {200, 408}
    [receipt] = client.practice.exchange.receipts.all
    assert (receipt.fault, receipt.list_id) == (fault, 1)
    named = LISTED | {"origClientOrderId": "work"}
    assert (await client.ask("GET", "/api/v3/order", **named))["status"] == "NEW"


async def test_what_can_be_listed_is_declared(client: Client) -> None:
    info = await client.get("/api/v3/exchangeInfo?symbol=BTCUSDT")
    [symbol] = info["symbols"]
    assert (symbol["ocoAllowed"], symbol["otoAllowed"]) == (True, True)
