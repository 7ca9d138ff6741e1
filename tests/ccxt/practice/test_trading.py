"""The real ccxt trades by REST, unchanged."""

from typing import Any

import ccxt
import pytest

from tests.ccxt.practice.clients import SYMBOL, Trading

pytestmark = pytest.mark.anyio


async def test_markets_are_loaded_with_keys(at: Trading) -> None:
    market = at.client.market(SYMBOL)
    assert (market["spot"], market["active"]) == (True, True)
    assert (market["precision"]["amount"], market["precision"]["price"]) == (0.00001, 0.01)
    assert market["limits"]["cost"]["min"] == 5
    assert all(each["spot"] or each["linear"] for each in at.client.markets.values())
    assert at.client.market("BTC/USDT:USDT")["precision"]["price"] == 0.1


async def test_hosts_beyond_this_machine_are_refused(at: Trading) -> None:
    with pytest.raises(ccxt.ExchangeNotAvailable) as refused:
        await at.client.fetch("https://example.org/")
    assert "example.org is refused" in str(refused.value.__cause__)


@pytest.mark.parametrize(
    ("terms", "params", "status"),
    [
        (("market", "buy", None), {}, "closed"),
        (("market", "sell", None), {}, "closed"),
        (("market", "buy", None), {"cost": 600}, "closed"),
        (("limit", "buy", 50_000), {}, "open"),
        (("limit", "buy", 61_000), {"timeInForce": "IOC"}, "closed"),
        (("limit", "buy", 50_000), {"timeInForce": "IOC"}, "expired"),
        (("limit", "buy", 50_000), {"timeInForce": "FOK"}, "expired"),
        (("limit", "buy", 50_000), {"postOnly": True}, "open"),
        (("market", "buy", None), {"stopLossPrice": 61_000}, "open"),
        (("market", "sell", None), {"stopLossPrice": 59_000}, "open"),
        (("market", "sell", None), {"takeProfitPrice": 61_000}, "open"),
        (("market", "buy", None), {"takeProfitPrice": 59_000}, "open"),
        (("limit", "buy", 61_100), {"stopLossPrice": 61_000}, "open"),
        (("limit", "sell", 61_000), {"takeProfitPrice": 61_000}, "open"),
        (("STOP_LOSS_LIMIT", "sell", 58_900), {"stopPrice": 59_000}, "open"),
        (("TAKE_PROFIT", "sell", None), {"stopPrice": 61_000}, "open"),
    ],
)
async def test_orders_of_every_type(
    at: Trading, terms: tuple[str, str, float | None], params: dict[str, Any], status: str
) -> None:
    kind, side, price = terms
    amount = None if "cost" in params else 0.01
    placed = await at.client.create_order(SYMBOL, kind, side, amount, price, params)
    assert placed["status"] == status
    found = await at.client.fetch_order(placed["id"], SYMBOL)
    same = ("id", "clientOrderId", "status", "type", "side", "amount", "filled", "cost")
    assert {name: found[name] for name in same} == {name: placed[name] for name in same}
    assert at.taken == [int(placed["id"])]


async def test_an_order_is_found_and_cancelled_by_both_ids(at: Trading) -> None:
    for name in ("mine-1", "mine-2"):
        await at.client.create_order(SYMBOL, "limit", "buy", 0.01, 50_000, {"clientOrderId": name})
    first = await at.client.fetch_order(None, SYMBOL, {"clientOrderId": "mine-1"})
    assert (await at.client.fetch_order(first["id"], SYMBOL))["clientOrderId"] == "mine-1"
    opened = await at.client.fetch_open_orders(SYMBOL)
    assert [each["clientOrderId"] for each in opened] == ["mine-1", "mine-2"]
    gone = await at.client.cancel_order(first["id"], SYMBOL)
    assert (gone["id"], gone["status"]) == (first["id"], "canceled")
    await at.client.cancel_order(None, SYMBOL, {"clientOrderId": "mine-2"})
    assert await at.client.fetch_open_orders(SYMBOL) == []
    ended = await at.client.fetch_orders(SYMBOL)
    assert [each["status"] for each in ended] == ["canceled", "canceled"]


async def test_an_order_is_edited(at: Trading) -> None:
    placed = await at.client.create_order(SYMBOL, "limit", "buy", 0.01, 50_000)
    edited = await at.client.edit_order(placed["id"], SYMBOL, "limit", "buy", 0.02, 51_000)
    assert (edited["amount"], edited["price"], edited["status"]) == (0.02, 51_000, "open")
    [left] = await at.client.fetch_open_orders(SYMBOL)
    assert left["id"] == edited["id"] != placed["id"]


async def test_trades_and_balances(at: Trading) -> None:
    placed = await at.client.create_order(SYMBOL, "market", "buy", 0.01)
    [trade] = await at.client.fetch_my_trades(SYMBOL)
    assert trade["order"] == placed["id"]
    assert (trade["amount"], trade["takerOrMaker"]) == (0.01, "taker")
    assert trade["fee"]["currency"] == "BTC"
    await at.client.create_order(SYMBOL, "limit", "buy", 0.01, 50_000)
    owned = await at.client.fetch_balance()
    assert owned["USDT"]["used"] == 500
    assert owned["BTC"]["total"] == pytest.approx(1.00999)


async def test_market_data(at: Trading) -> None:
    ticker = await at.client.fetch_ticker(SYMBOL)
    assert ticker["last"] == 60_000
    assert ticker["bid"] < ticker["ask"]
    book = await at.client.fetch_order_book(SYMBOL, 5)
    assert book["bids"][0][0] == ticker["bid"]
    await at.client.create_order(SYMBOL, "market", "buy", 0.01)
    traded = await at.client.fetch_trades(
        SYMBOL, None, None, {"fetchTradesMethod": "publicGetTrades"}
    )
    assert [each["amount"] for each in traded] == [0.01]
