"""ccxt.pro watches, and trades by WebSocket."""

import asyncio
from typing import Any

import ccxt
import pytest

from fillgate.practice.faults import REPORT, WS, Fault, FaultKind
from tests.ccxt.practice.clients import SYMBOL, Trading, until

pytestmark = pytest.mark.anyio


async def watching(at: Trading, name: str, *arguments: Any) -> "asyncio.Task[Any]":
    """Begin to watch; return when the exchange knows who listens to an account."""
    task: asyncio.Task[Any] = asyncio.ensure_future(getattr(at.client, name)(*arguments))
    users = at.served.practice.hub._users
    await until(lambda: any(users.values()) or task.done())
    return task


async def limit(at: Trading) -> Any:
    return await at.client.create_order(SYMBOL, "limit", "buy", 0.01, 50_000)


async def test_orders_and_trades_are_watched(at: Trading) -> None:
    orders = await watching(at, "watch_orders", SYMBOL)
    placed = await limit(at)
    [told] = await asyncio.wait_for(orders, 10)
    assert (told["id"], told["status"]) == (placed["id"], "open")
    trades = asyncio.ensure_future(at.client.watch_my_trades(SYMBOL))
    orders = asyncio.ensure_future(at.client.watch_orders(SYMBOL))
    await asyncio.sleep(0)
    at.price("49000")
    [trade] = await asyncio.wait_for(trades, 10)
    assert (trade["order"], trade["amount"], trade["price"]) == (placed["id"], 0.01, 50_000)
    filled = await asyncio.wait_for(orders, 10)
    assert filled[-1]["status"] == "closed"


async def test_balances_are_watched(at: Trading) -> None:
    balance = await watching(at, "watch_balance")
    await limit(at)
    assert (await asyncio.wait_for(balance, 10))["USDT"]["used"] == 500


async def test_prices_are_watched(at: Trading) -> None:
    ticker = await asyncio.wait_for(at.client.watch_ticker(SYMBOL), 10)
    assert ticker["last"] == 60_000
    moved = asyncio.ensure_future(at.client.watch_ticker(SYMBOL))
    await asyncio.sleep(0)
    at.price("61000")
    assert (await asyncio.wait_for(moved, 10))["last"] == 61_000


async def test_a_dropped_socket_is_told_and_opened_anew(at: Trading) -> None:
    orders = await watching(at, "watch_orders", SYMBOL)
    assert at.served.practice.hub.drop_all() == 1
    with pytest.raises(ccxt.NetworkError):
        await asyncio.wait_for(orders, 10)
    missed = await limit(at)
    users = at.served.practice.hub._users
    await until(lambda: not any(users.values()) and not at.client.clients)
    orders = await watching(at, "watch_orders", SYMBOL)
    placed = await limit(at)
    told = await asyncio.wait_for(orders, 10)
    assert [each["id"] for each in told] == [placed["id"]]
    found = await at.client.fetch_open_orders(SYMBOL)
    assert [each["id"] for each in found] == [missed["id"], placed["id"]]


async def test_a_report_that_is_lost_is_not_told(at: Trading) -> None:
    orders = await watching(at, "watch_orders", SYMBOL)
    at.served.practice.faults.add(Fault(fault=FaultKind.HANG, method=WS, path=REPORT))
    await limit(at)
    placed = await limit(at)
    assert [each["id"] for each in await asyncio.wait_for(orders, 10)] == [placed["id"]]


async def test_a_stream_is_cut_in_place_of_a_report(at: Trading) -> None:
    orders = await watching(at, "watch_orders", SYMBOL)
    at.served.practice.faults.add(Fault(fault=FaultKind.RESET, method=WS, path=REPORT))
    await limit(at)
    with pytest.raises(ccxt.NetworkError):
        await asyncio.wait_for(orders, 10)


async def test_orders_are_sent_by_websocket(at: Trading) -> None:
    # ccxt sends `clientOrderId` along as it is there, which the exchange does not know (-1104).
    named = {"newClientOrderId": "mine"}
    placed = await at.client.create_order_ws(SYMBOL, "limit", "buy", 0.01, 50_000, named)
    assert (placed["status"], placed["clientOrderId"]) == ("open", "mine")
    found = await at.client.fetch_order_ws(placed["id"], SYMBOL)
    assert found["status"] == "open"
    assert (await at.client.cancel_order_ws(placed["id"], SYMBOL))["status"] == "canceled"
    [receipt] = at.served.practice.exchange.receipts.all
    assert (receipt.way, receipt.order_id) == ("WS", int(placed["id"]))
    with pytest.raises(ccxt.InsufficientFunds):
        await at.client.create_order_ws(SYMBOL, "limit", "buy", 9, 50_000)
