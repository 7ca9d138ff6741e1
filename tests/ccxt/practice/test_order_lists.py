"""Order lists, by ccxt's implicit methods and by Binance's own client."""

from pathlib import Path
from typing import Any

import ccxt
import pytest

from tests.ccxt.practice.clients import SYMBOL, Trading
from tests.ccxt.practice.test_binance_client import Client
from tests.practice.serving import served
from tests.practice.test_order_lists import BASES

pytestmark = pytest.mark.anyio

METHODS = {
    "oco": "private_post_orderlist_oco",
    "oto": "private_post_orderlist_oto",
    "otoco": "private_post_orderlist_otoco",
}


async def place(at: Trading, kind: str, **fields: Any) -> Any:
    return await getattr(at.client, METHODS[kind])(BASES[kind] | fields)


@pytest.mark.parametrize("kind", METHODS)
async def test_ccxt_places_finds_and_cancels_a_list(at: Trading, kind: str) -> None:
    told = await place(at, kind, listClientOrderId="mine")
    number = told["orderListId"]
    found = await at.client.private_get_orderlist({"origClientOrderId": "mine"})
    assert (found["orderListId"], found["orders"]) == (number, told["orders"])
    assert [each["orderListId"] for each in await at.client.private_get_openorderlist()] == [number]
    market = at.client.market_id(SYMBOL)
    gone = await at.client.private_delete_orderlist({"symbol": market, "orderListId": number})
    assert gone["listOrderStatus"] == "ALL_DONE"
    assert await at.client.private_get_openorderlist() == []
    assert [each["orderListId"] for each in await at.client.private_get_allorderlist()] == [number]


async def test_ccxt_reads_the_orders_of_a_list_as_orders(at: Trading) -> None:
    told = await place(at, "otoco")
    opened = await at.client.fetch_open_orders(SYMBOL)
    assert [each["id"] for each in opened] == [str(each["orderId"]) for each in told["orders"]]
    # ccxt has no word of its own for an order that waits.
    assert [each["status"] for each in opened] == ["open", "PENDING_NEW", "PENDING_NEW"]
    at.price("58900")
    found = [await at.client.fetch_order(each["id"], SYMBOL) for each in opened]
    assert [each["status"] for each in found] == ["closed", "open", "open"]
    # What it makes of the answer to a cancel of one of them has no id: the answer is the list's.
    gone = await at.client.cancel_order(opened[1]["id"], SYMBOL)
    assert (gone["id"], gone["info"]["listOrderStatus"]) == (None, "ALL_DONE")
    found = [await at.client.fetch_order(each["id"], SYMBOL) for each in opened]
    assert [each["status"] for each in found] == ["closed", "canceled", "canceled"]


@pytest.mark.parametrize(
    ("kind", "fields", "error"),
    [
        ("oco", {"abovePrice": "59000"}, ccxt.InvalidOrder),
        ("oco", {"quantity": "9"}, ccxt.InsufficientFunds),
        ("otoco", {"workingQuantity": "0.000001"}, ccxt.InvalidOrder),
    ],
)
async def test_ccxt_raises_what_a_list_is_refused_with(
    at: Trading, kind: str, fields: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(ccxt.BaseError) as raised:
        await place(at, kind, **fields)
    assert type(raised.value) is error
    assert at.taken == []


async def test_binances_client_trades_lists(tmp_path: Path) -> None:
    async with served(tmp_path) as there:
        client = Client(there)
        pair = await client(
            "order_list_oco",
            symbol="BTCUSDT",
            side="SELL",
            quantity=0.01,
            above_type="LIMIT_MAKER",
            above_price=62_000.0,
            below_type="STOP_LOSS",
            below_stop_price=58_000.0,
            list_client_order_id="mine",
        )
        assert (pair.contingency_type, pair.list_client_order_id) == ("OCO", "mine")
        assert [each.status for each in pair.order_reports] == ["NEW", "NEW"]
        working: dict[str, Any] = {
            "symbol": "BTCUSDT",
            "working_type": "LIMIT",
            "working_side": "BUY",
            "working_price": 59_000.0,
            "working_quantity": 0.01,
            "working_time_in_force": "GTC",
            "pending_side": "SELL",
            "pending_quantity": 0.01,
        }
        one = await client(
            "order_list_oto", **working, pending_type="STOP_LOSS", pending_stop_price=58_000.0
        )
        three = await client(
            "order_list_otoco",
            **working,
            pending_above_type="TAKE_PROFIT",
            pending_above_stop_price=61_000.0,
            pending_below_type="STOP_LOSS",
            pending_below_stop_price=58_000.0,
        )
        assert [len(each.orders) for each in (one, three)] == [2, 3]
        found = await client("get_order_list", orig_client_order_id="mine")
        assert found.order_list_id == pair.order_list_id
        gone = await client(
            "delete_order_list", symbol="BTCUSDT", order_list_id=three.order_list_id
        )
        assert {each.status for each in gone.order_reports} == {"CANCELED"}
        lists = [pair.order_list_id, one.order_list_id]
        assert [each.order_list_id for each in await client("open_order_list")] == lists
        assert len(await client("all_order_list")) == 3
