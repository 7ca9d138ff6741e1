"""Whatever is ordered: nothing is made or lost, and nobody is short."""

import asyncio
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.practice.client import Client, client_of
from tests.practice.serving import ALICE, BOB

USERS = (ALICE, BOB)
ORDERS = st.fixed_dictionaries(
    {
        "user": st.sampled_from(USERS),
        "side": st.sampled_from(["BUY", "SELL"]),
        "kind": st.sampled_from(
            ["MARKET", "LIMIT", "LIMIT_MAKER", "STOP_LOSS", "TAKE_PROFIT_LIMIT", "STOP_LOSS_LIMIT"]
        ),
        "price": st.integers(59_900, 60_100),
        "quantity": st.sampled_from(["0.01", "0.3", "2"]),
        "mode": st.sampled_from(["NONE", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"]),
    }
)
LISTS = st.fixed_dictionaries(
    {
        "user": st.sampled_from(USERS),
        "list": st.sampled_from(["oco", "oto", "otoco"]),
        "side": st.sampled_from(["BUY", "SELL"]),
        "price": st.integers(59_900, 60_100),
        "quantity": st.sampled_from(["0.01", "0.3", "2"]),
    }
)
PRICES = {"LIMIT_MAKER": "Price", "STOP_LOSS": "StopPrice"}
MOVES = st.fixed_dictionaries({"move": st.integers(59_900, 60_100)})
CANCELS = st.fixed_dictionaries({"user": st.sampled_from(USERS), "cancel": st.integers(1, 6)})


async def act(client: Client, step: dict[str, Any]) -> None:
    if "move" in step:
        await client.price(str(step["move"]))
    elif "list" in step:
        await place_list(client, step)
    elif "cancel" in step:
        named: Any = {"symbol": "BTCUSDT", "orderId": step["cancel"]}
        await client.ask("DELETE", "/api/v3/order", step["user"], **named)
    else:
        fields: dict[str, Any] = {"side": step["side"], "type": step["kind"]}
        if step["kind"] != "MARKET" and step["kind"] != "STOP_LOSS":
            fields["price"] = step["price"]
        if step["kind"].endswith("LIMIT"):
            fields["timeInForce"] = "GTC"
        if "STOP" in step["kind"] or "PROFIT" in step["kind"]:
            fields["stopPrice"] = step["price"]
        mode = {"selfTradePreventionMode": step["mode"], "quantity": step["quantity"]}
        await client.order(step["user"], **fields, **mode)


async def place_list(client: Client, step: dict[str, Any]) -> None:
    """Place a list around a price, whose pair closes what its working order opens."""
    kind, price, quantity = step["list"], step["price"], step["quantity"]
    pair = "" if kind == "oco" else "pending"
    fields: dict[str, Any] = {"symbol": "BTCUSDT"}
    if pair:
        fields |= {"workingType": "LIMIT", "workingTimeInForce": "GTC", "workingPrice": price}
        fields |= {"workingSide": "SELL" if step["side"] == "BUY" else "BUY"}
        fields |= {"workingQuantity": quantity}
    side, size = ("pendingSide", "pendingQuantity") if pair else ("side", "quantity")
    fields |= {side: step["side"], size: quantity}
    if kind == "oto":
        fields |= {"pendingType": "LIMIT_MAKER", "pendingPrice": price}
    else:
        above, below = ("LIMIT_MAKER", "STOP_LOSS")[:: 1 if step["side"] == "SELL" else -1]
        for place, leg, at in (("above", above, price + 40), ("below", below, price - 40)):
            name = pair + place.capitalize() if pair else place
            fields |= {f"{name}Type": leg, f"{name}{PRICES[leg]}": at}
    await client.ask("POST", f"/api/v3/orderList/{kind}", step["user"], **fields)


async def check(client: Client) -> None:
    """Each account owns what it began with and what its trades brought."""
    for user in USERS:
        expected = {"BTC": Decimal(1), "USDT": Decimal(100_000)}
        listed: Any = {"symbol": "BTCUSDT"}
        for trade in await client.ask("GET", "/api/v3/myTrades", user, **listed):
            sign = 1 if trade["isBuyer"] else -1
            expected["BTC"] += sign * Decimal(trade["qty"])
            expected["USDT"] -= sign * Decimal(trade["quoteQty"])
            expected[trade["commissionAsset"]] -= Decimal(trade["commission"])
        owned = await client.owned(user)
        opened = await client.ask("GET", "/api/v3/openOrders", user)
        for asset, amount in expected.items():
            free, locked = map(Decimal, owned[asset])
            assert free + locked == amount
            assert free >= 0
            assert locked >= 0
            if not opened:
                assert locked == 0
        for order in await client.ask("GET", "/api/v3/allOrders", user, **listed):
            assert Decimal(order["executedQty"]) <= Decimal(order["origQty"])


@given(st.lists(ORDERS | LISTS | MOVES | CANCELS, max_size=12))
def test_nothing_is_made_or_lost(steps: list[dict[str, Any]]) -> None:
    async def live() -> None:
        client = client_of()
        async with client.http:
            for step in steps:
                await act(client, step)
            await check(client)

    asyncio.run(live())


async def test_what_two_accounts_exchange_is_the_same(client: Client) -> None:
    for step in range(20):
        await client.limit(60_000 + step % 5, user=USERS[step % 2], side="SELL")
        await client.limit(60_000 + step % 5, user=USERS[(step + 1) % 2])
    owned = [await client.owned(user) for user in USERS]
    total = sum(Decimal(part) for each in owned for part in each["BTC"])
    # The buyers' fees: a thousandth of what was bought.
    assert total == Decimal(2) - Decimal("0.0002")
    await check(client)


async def test_lookups_are_late_and_cancels_are_not(client: Client) -> None:
    await client.control("POST", "lookups", late_ms=1000)
    placed = await client.limit("50000", newClientOrderId="mine")
    named: Any = {"symbol": "BTCUSDT", "origClientOrderId": "mine"}
    listed: Any = {"symbol": "BTCUSDT"}
    assert (await client.ask("GET", "/api/v3/order", **named))["code"] == -2013
    assert await client.ask("GET", "/api/v3/openOrders") == []
    assert await client.ask("GET", "/api/v3/allOrders", **listed) == []
    client.clock.advance(1.1)
    assert (await client.ask("GET", "/api/v3/order", **named))["orderId"] == placed["orderId"]
    assert len(await client.ask("GET", "/api/v3/openOrders")) == 1
    await client.limit("50000", newClientOrderId="other")
    assert len(await client.ask("DELETE", "/api/v3/openOrders", **listed)) == 2
