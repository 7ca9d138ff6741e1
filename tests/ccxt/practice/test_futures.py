"""The real ccxt trades perpetuals, unchanged."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import ccxt
import pytest

from tests.ccxt.practice.clients import Trading, trading, until

pytestmark = pytest.mark.anyio
SYMBOL = "BTC/USDT:USDT"
SWAP = {
    "defaultType": "swap",
    "defaultSubType": "linear",
    "fetchMarkets": {"types": ["linear"]},
    "fetchCurrencies": False,
}


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Trading]:
    """A client for perpetuals with loaded markets; the price is 60000."""
    async with trading(tmp_path, options=SWAP) as made:
        await made.client.load_markets()
        yield made


def move(at: Trading, price: int) -> None:
    futures = at.served.practice.futures
    futures.exchange.prices.feeds["BTCUSDT"].set_price(futures.exchange.now(), price * 10)
    futures.hub.beat(at_once=True)


async def test_contracts_are_described(at: Trading) -> None:
    market = at.client.market(SYMBOL)
    assert (market["swap"], market["linear"], market["settle"]) == (True, True, "USDT")
    assert (market["precision"]["amount"], market["precision"]["price"]) == (0.001, 0.1)
    assert (market["limits"]["cost"]["min"], market["contractSize"]) == (100, 1)
    assert all(each["swap"] for each in at.client.markets.values())


@pytest.mark.parametrize(
    ("terms", "params", "status"),
    [
        (("market", "buy", None), {}, "closed"),
        (("market", "sell", None), {}, "closed"),
        (("limit", "buy", 50_000), {}, "open"),
        (("limit", "buy", 50_000), {"postOnly": True}, "open"),
        (("limit", "buy", 50_000), {"timeInForce": "IOC"}, "expired"),
        (("limit", "buy", 60_100), {"timeInForce": "FOK"}, "closed"),
    ],
)
async def test_orders_are_placed_and_found(
    at: Trading, terms: tuple[str, str, float | None], params: dict[str, Any], status: str
) -> None:
    kind, side, price = terms
    named = params | {"clientOrderId": "mine"}
    placed = await at.client.create_order(SYMBOL, kind, side, 0.01, price, named)
    assert placed["status"] == status
    found = await at.client.fetch_order(None, SYMBOL, {"clientOrderId": "mine"})
    same = ("id", "clientOrderId", "status", "type", "side", "amount", "filled", "cost")
    assert {name: found[name] for name in same} == {name: placed[name] for name in same}
    assert at.taken == [int(placed["id"])]


async def test_an_order_is_edited_in_one_step(at: Trading) -> None:
    placed = await at.client.create_order(SYMBOL, "limit", "buy", 0.01, 50_000)
    edited = await at.client.edit_order(placed["id"], SYMBOL, "limit", "buy", 0.02, 51_000)
    assert (edited["id"], edited["clientOrderId"]) == (placed["id"], placed["clientOrderId"])
    assert (edited["amount"], edited["price"], edited["status"]) == (0.02, 51_000, "open")
    assert [each["id"] for each in await at.client.fetch_open_orders(SYMBOL)] == [placed["id"]]
    await at.client.cancel_all_orders(SYMBOL)
    assert await at.client.fetch_open_orders(SYMBOL) == []


@pytest.mark.parametrize(
    ("call", "given", "error"),
    [
        ("create_order", (SYMBOL, "market", "buy", 90), ccxt.InsufficientFunds),
        (
            "create_order",
            (SYMBOL, "market", "sell", 0.01, None, {"reduceOnly": True}),
            ccxt.InvalidOrder,
        ),
        (
            "create_order",
            (SYMBOL, "limit", "buy", 0.01, 60_100, {"postOnly": True}),
            ccxt.OrderNotFillable,
        ),
        (
            "create_order",
            (SYMBOL, "market", "sell", 0.01, None, {"stopLossPrice": 50_000}),
            ccxt.InvalidOrder,
        ),
        ("edit_order", ("9", SYMBOL, "limit", "buy", 0.02, 51_000), ccxt.OrderNotFound),
        ("cancel_order", ("9", SYMBOL), ccxt.OrderNotFound),
        ("set_leverage", (1, "ETH/USDT:USDT"), None),
        ("set_margin_mode", ("isolated", SYMBOL), ccxt.MarginModeAlreadySet),
        ("set_margin_mode", ("cross", SYMBOL), ccxt.BadRequest),
        ("set_position_mode", (True,), ccxt.BadRequest),
    ],
)
async def test_what_is_refused_is_refused_in_ccxts_classes(
    at: Trading, call: str, given: tuple[Any, ...], error: type[Exception] | None
) -> None:
    method = getattr(at.client, call)
    if error is None:
        await method(*given)
        return
    with pytest.raises(error):
        await method(*given)
    assert at.taken == []


async def test_positions_balances_and_leverage_are_read(at: Trading) -> None:
    await at.client.set_leverage(10, SYMBOL)
    placed = await at.client.create_order(SYMBOL, "market", "sell", 0.01)
    [position] = await at.client.fetch_positions()
    assert (position["symbol"], position["side"], position["contracts"]) == (SYMBOL, "short", 0.01)
    assert (position["marginMode"], position["hedged"]) == ("isolated", False)
    assert position["entryPrice"] == placed["average"] == 59_994
    assert position["maintenanceMarginPercentage"] == 0.004
    assert (await at.client.fetch_position_mode())["hedged"] is False
    [trade] = await at.client.fetch_my_trades(SYMBOL)
    assert (trade["order"], trade["fee"]["currency"]) == (placed["id"], "USDT")
    owned = (await at.client.fetch_balance())["USDT"]
    assert owned["used"] == pytest.approx(59.994)
    assert owned["total"] == pytest.approx(100_000 - trade["fee"]["cost"] - 0.06)
    rate = await at.client.fetch_funding_rate(SYMBOL)
    assert (rate["markPrice"], rate["fundingRate"]) == (60_000, 0.0001)


async def test_orders_trades_and_positions_are_watched(at: Trading) -> None:
    names = ("watch_orders", "watch_my_trades", "watch_positions", "watch_balance")
    tasks = {name: asyncio.ensure_future(getattr(at.client, name)()) for name in names}
    hub = at.served.practice.futures.hub
    # It listens once to all of it.
    await until(lambda: any(hub._users.values()))
    await asyncio.sleep(0)
    placed = await at.client.create_order(SYMBOL, "market", "buy", 0.01)
    told = {name: await asyncio.wait_for(task, 10) for name, task in tasks.items()}
    assert told["watch_orders"][0]["id"] == placed["id"]
    [trade] = told["watch_my_trades"]
    assert (trade["order"], trade["amount"]) == (placed["id"], 0.01)
    [position] = told["watch_positions"]
    assert (position["symbol"], position["contracts"], position["side"]) == (SYMBOL, 0.01, "long")
    assert told["watch_balance"]["USDT"]["total"] < 100_000


async def test_prices_are_watched(at: Trading) -> None:
    ticker = await asyncio.wait_for(at.client.watch_ticker(SYMBOL), 10)
    assert ticker["last"] == 60_000
    quotes = await asyncio.wait_for(at.client.watch_bids_asks([SYMBOL]), 10)
    assert quotes[SYMBOL]["bid"] == 59_994
    moved = asyncio.ensure_future(at.client.watch_bids_asks([SYMBOL]))
    await asyncio.sleep(0)
    move(at, 61_000)
    assert (await asyncio.wait_for(moved, 10))[SYMBOL]["ask"] > 61_000


async def test_the_key_of_a_stream_is_kept_alive(at: Trading) -> None:
    orders = asyncio.ensure_future(at.client.watch_orders())
    await until(lambda: any(at.served.practice.futures.hub._users.values()))
    before = at.client.options["linear"]["listenKey"]
    await at.client.keep_alive_listen_key({"type": "swap"})
    assert at.client.options["linear"]["listenKey"] == before
    orders.cancel()
    await asyncio.gather(orders, return_exceptions=True)
