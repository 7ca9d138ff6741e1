"""Positions, margin, leverage, what trades earned; liquidation and funding."""

from decimal import Decimal

import pytest

from fillgate.market.accounts.funding import FUNDING_INTERVAL
from tests.practice.futures.contracts import Contracts
from tests.practice.serving import BOB

D = Decimal


async def test_a_position_is_entered_turned_and_closed(contracts: Contracts) -> None:
    await contracts.order(quantity="0.02")
    assert await contracts.held() == ("0.02000000", "60006.00000000")
    await contracts.order(side="SELL", quantity="0.03")
    assert await contracts.held() == ("-0.01000000", "59994.00000000")
    await contracts.order(quantity="0.01")
    assert await contracts.held() is None
    assert await Contracts(contracts.client, BOB).held() is None
    trades = await contracts.ask("GET", "v1/userTrades", symbol="BTCUSDT")
    assert [D(each["realizedPnl"]) for each in trades] == [0, D("-0.24"), D("-0.12")]
    assert [each["commissionAsset"] for each in trades] == ["USDT"] * 3
    paid = sum(D(each["commission"]) for each in trades)
    assert paid == sum(D(each["quoteQty"]) for each in trades) * D("0.0005")
    wallet = await contracts.wallet()
    assert D(wallet["walletBalance"]) == D(100_000) - D("0.36") - paid
    assert wallet["availableBalance"] == wallet["walletBalance"] == wallet["marginBalance"]


async def test_what_a_position_and_orders_hold_back(contracts: Contracts) -> None:
    await contracts.order(quantity="0.1")
    await contracts.limit("50000", "0.1")
    await contracts.price("61000")
    [risk] = await contracts.ask("GET", "v3/positionRisk")
    cost = D(risk["entryPrice"]) * D("0.1")
    assert D(6_000) < cost < D(6_002)
    assert D(risk["positionInitialMargin"]) == cost / 20
    assert D(risk["openOrderInitialMargin"]) == D(5_000) / 20 + D(5_000) * D("0.0005")
    assert D(risk["unRealizedProfit"]) == D(6_100) - cost
    assert D(risk["notional"]) == D(6_100)
    assert 57_000 < D(risk["liquidationPrice"]) < 58_000
    wallet = await contracts.wallet()
    locked = D(risk["positionInitialMargin"]) + D(risk["openOrderInitialMargin"])
    assert D(wallet["initialMargin"]) == locked
    assert D(wallet["walletBalance"]) - D(wallet["availableBalance"]) == locked
    assert D(wallet["marginBalance"]) == D(wallet["walletBalance"]) + D(risk["unRealizedProfit"])
    [balance] = await contracts.ask("GET", "v2/balance")
    assert balance["balance"] == wallet["walletBalance"]
    older = {each["symbol"]: each for each in await contracts.ask("GET", "v2/positionRisk")}
    assert (older["BTCUSDT"]["leverage"], older["BTCUSDT"]["marginType"]) == ("20", "isolated")
    assert older["ETHUSDT"]["positionAmt"] == "0.00000000"
    account = await contracts.ask("GET", "v2/account")
    assert len(account["positions"]) == len(older)
    assert account["totalWalletBalance"] == wallet["walletBalance"]


async def test_what_only_reduces_closes_no_more_than_there_is(contracts: Contracts) -> None:
    await contracts.order(quantity="0.02")
    closed = await contracts.order(side="SELL", quantity="0.05", reduceOnly="true")
    assert (closed["executedQty"], closed["reduceOnly"]) == ("0.02000000", True)
    assert await contracts.held() is None


async def test_leverage_is_set_for_positions_and_orders(contracts: Contracts) -> None:
    await contracts.limit("50000", "0.1")
    before = D((await contracts.wallet())["initialMargin"])
    answer = await contracts.ask("POST", "v1/leverage", symbol="BTCUSDT", leverage=10)
    assert answer["leverage"] == 10
    after = D((await contracts.wallet())["initialMargin"])
    assert after - before == D(5_000) / 20
    [bracket] = (await contracts.ask("GET", "v1/leverageBracket", symbol="BTCUSDT"))["brackets"]
    assert bracket["initialLeverage"] == 125


@pytest.mark.parametrize(("leverage", "code"), [(0, -4028), (126, -4028), (1, -2028), (5, -4161)])
async def test_leverage_that_cannot_be_is_refused(
    contracts: Contracts, leverage: int, code: int
) -> None:
    await contracts.limit("50000", "20")
    if code == -4161:
        await contracts.order(quantity="0.01")
    answer = await contracts.ask("POST", "v1/leverage", symbol="BTCUSDT", leverage=leverage)
    assert answer["code"] == code


@pytest.mark.parametrize(
    ("path", "fields", "code"),
    [
        ("v1/marginType", {"symbol": "BTCUSDT", "marginType": "ISOLATED"}, -4046),
        ("v1/marginType", {"symbol": "BTCUSDT", "marginType": "CROSSED"}, -1020),
        ("v1/marginType", {"symbol": "BTCUSDT", "marginType": "NONE"}, -1130),
        ("v1/positionSide/dual", {"dualSidePosition": "false"}, -4059),
        ("v1/positionSide/dual", {"dualSidePosition": "true"}, -1020),
        ("v1/leverage", {"symbol": "BTCUSDT"}, -1102),
    ],
)
async def test_modes_that_are_not_here_are_refused(
    contracts: Contracts, path: str, fields: dict[str, str], code: int
) -> None:
    assert (await contracts.ask("POST", path, **fields))["code"] == code
    assert await contracts.ask("GET", "v1/positionSide/dual") == {"dualSidePosition": False}


async def test_a_position_whose_margin_is_used_up_is_liquidated(contracts: Contracts) -> None:
    await contracts.order(quantity="0.1")
    resting = await contracts.limit("50000", newClientOrderId="mine")
    await contracts.price("57000")
    assert await contracts.held() is None
    assert (await contracts.found(resting["orderId"]))["status"] == "CANCELED"
    *_, closing = await contracts.ask("GET", "v1/allOrders", symbol="BTCUSDT")
    assert (closing["type"], closing["side"], closing["status"]) == (
        "LIQUIDATION",
        "SELL",
        "FILLED",
    )
    assert closing["clientOrderId"] == f"autoclose-{closing['orderId']}"
    wallet = await contracts.wallet()
    assert D(wallet["walletBalance"]) < D(100_000) - D("6000.6") / 20
    assert D(wallet["initialMargin"]) == 0


async def test_a_liquidation_is_not_the_order_that_comes_then(contracts: Contracts) -> None:
    await contracts.order(quantity="0.1")
    exchange = contracts.client.practice.futures.exchange
    exchange.prices.feeds["BTCUSDT"].set_price(exchange.now(), 570_000)
    contracts.client.clock.advance(0.3)
    placed = await contracts.limit("50000", newClientOrderId="mine")
    *_, closing, mine = await contracts.ask("GET", "v1/allOrders", symbol="BTCUSDT")
    assert (closing["type"], closing["origQty"]) == ("LIQUIDATION", "0.10000000")
    assert (mine["type"], mine["orderId"]) == ("LIMIT", placed["orderId"])


async def test_longs_pay_funding(contracts: Contracts) -> None:
    await contracts.order(quantity="0.1")
    before = D((await contracts.wallet())["walletBalance"])
    clock = contracts.client.clock
    clock.advance((FUNDING_INTERVAL - clock.now() % FUNDING_INTERVAL) / 1_000_000 + 1)
    after = D((await contracts.wallet())["walletBalance"])
    assert before - after == D("0.1") * D(60_000) * D("0.0001")
