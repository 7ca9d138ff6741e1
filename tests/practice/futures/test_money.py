"""Whatever is traded: trades, positions and the wallet tell the same story."""

import asyncio
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.practice.client import client_of
from tests.practice.futures.contracts import Contracts

D = Decimal
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["BUY", "SELL"]),
        st.integers(2, 400),
        st.sampled_from(["MARKET", "LIMIT", "AMEND", "REDUCE"]),
        st.integers(59_000, 61_000),
    ),
    min_size=1,
    max_size=8,
)


async def traded(steps: list[tuple[str, int, str, int]]) -> tuple[Any, Any, Any]:
    client = client_of()
    async with client.http:
        contracts = Contracts(client)
        for side, thousandths, kind, price in steps:
            quantity = f"{D(thousandths) / 1000}"
            if kind == "LIMIT":
                await contracts.limit(price, quantity, side=side)
            elif kind == "AMEND":
                for each in await contracts.ask("GET", "v1/openOrders"):
                    terms = {"side": each["side"], "quantity": quantity}
                    await contracts.amend(each["orderId"], price, **terms)
            else:
                reduces = str(kind == "REDUCE").lower()
                await contracts.order(side=side, quantity=quantity, reduceOnly=reduces)
            await contracts.price(str(price))
        trades = await contracts.ask("GET", "v1/userTrades", symbol="BTCUSDT")
        return trades, await contracts.ask("GET", "v3/positionRisk"), await contracts.wallet()


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_trades_make_the_position_and_the_wallet(steps: list[tuple[str, int, str, int]]) -> None:
    trades, risks, wallet = asyncio.run(traded(steps))
    signed = [D(each["qty"]) * (1 if each["buyer"] else -1) for each in trades]
    held = D(risks[0]["positionAmt"]) if risks else D(0)
    assert held == sum(signed)
    earned = sum(D(each["realizedPnl"]) for each in trades)
    paid = sum(D(each["commission"]) for each in trades)
    # Eight places are told; margins of no more than 1 in 20 are not used up between these prices.
    assert abs(D(wallet["walletBalance"]) - (100_000 + earned - paid)) < D("0.000001")
    cash = sum(-amount * D(each["price"]) for amount, each in zip(signed, trades, strict=True))
    worth = D(risks[0]["notional"]) if risks else D(0)
    assert abs(D(wallet["marginBalance"]) - (100_000 + cash + worth - paid)) < D("0.000001")
    tied = D(wallet["walletBalance"]) - D(wallet["availableBalance"])
    assert abs(tied - D(wallet["initialMargin"])) < D("0.000001")
