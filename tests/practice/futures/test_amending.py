"""Other terms for a working order, in one step: PUT /fapi/v1/order."""

from typing import Any

import pytest

from tests.practice.futures.contracts import Contracts


async def test_an_order_gets_other_terms_and_keeps_its_names(contracts: Contracts) -> None:
    placed = await contracts.limit("50000", newClientOrderId="mine")
    amended = await contracts.amend(placed["orderId"], "50000.5", "0.02")
    assert (amended["orderId"], amended["clientOrderId"]) == (placed["orderId"], "mine")
    assert (amended["price"], amended["origQty"], amended["status"]) == (
        "50000.50000000",
        "0.02000000",
        "NEW",
    )
    named = {"symbol": "BTCUSDT", "origClientOrderId": "mine"}
    found = await contracts.ask("GET", "v1/order", **named)
    assert (found["price"], found["origQty"]) == ("50000.50000000", "0.02000000")
    again = await contracts.ask(
        "PUT", "v1/order", **named, side="BUY", price="50001", quantity="0.02"
    )
    assert (again["orderId"], again["price"]) == (placed["orderId"], "50001.00000000")
    assert [each["orderId"] for each in await contracts.ask("GET", "v1/allOrders", **LISTED)] == [
        placed["orderId"]
    ]
    assert (await contracts.limit("50000", newClientOrderId="mine"))["code"] == -4116


LISTED = {"symbol": "BTCUSDT"}


async def test_new_terms_meet_the_market_at_once(contracts: Contracts) -> None:
    placed = await contracts.limit("50000")
    amended = await contracts.amend(placed["orderId"], "60100")
    assert (amended["status"], amended["executedQty"]) == ("FILLED", "0.01000000")
    assert await contracts.held() == ("0.01000000", "60006.00000000")


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"price": "50000", "quantity": "0.01"}, -5027),
        ({"price": "50000.05"}, -4014),
        ({"price": "50000", "quantity": "0.0015"}, -1111),
        ({"price": "50000", "quantity": "0.001"}, -5029),
        ({"price": "50000", "quantity": "100"}, -2019),
        ({"price": "70000"}, -4016),
        ({"price": "50001", "side": "SELL"}, -1130),
        ({"price": "50001", "symbol": "ETHUSDT"}, -2013),
        ({"price": "50001", "symbol": "NOPE"}, -1121),
        ({"price": "50001", "spare": "1"}, -1104),
        ({"price": "50001", "orderId": "9"}, -2013),
    ],
)
async def test_terms_that_cannot_be_leave_an_order_as_it_is(
    contracts: Contracts, terms: dict[str, Any], code: int
) -> None:
    placed = await contracts.limit("50000")
    before, wallet = await contracts.found(placed["orderId"]), await contracts.wallet()
    asked = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.01", "orderId": placed["orderId"]}
    assert (await contracts.ask("PUT", "v1/order", **asked | terms))["code"] == code
    assert await contracts.found(placed["orderId"]) == before
    same = ("walletBalance", "availableBalance", "initialMargin")
    after = await contracts.wallet()
    assert {name: after[name] for name in same} == {name: wallet[name] for name in same}


@pytest.mark.parametrize("spare", ["price", "quantity"])
async def test_both_terms_have_to_be_sent(contracts: Contracts, spare: str) -> None:
    placed = await contracts.limit("50000")
    asked = {"symbol": "BTCUSDT", "side": "BUY", "price": "50001", "quantity": "0.01"}
    del asked[spare]
    answer = await contracts.ask("PUT", "v1/order", **asked, orderId=placed["orderId"])
    assert (answer["code"], spare in answer["msg"]) == (-1102, True)


async def test_what_has_ended_gets_no_other_terms(contracts: Contracts) -> None:
    filled = await contracts.order(quantity="0.01")
    assert (await contracts.amend(filled["orderId"], "50000"))["code"] == -2013
    placed = await contracts.limit("50000")
    await contracts.ask("DELETE", "v1/order", **LISTED, orderId=placed["orderId"])
    assert (await contracts.amend(placed["orderId"], "50001"))["code"] == -2013


async def test_a_quantity_that_is_executed_already_ends_an_order(contracts: Contracts) -> None:
    # As much as is displayed at the touch is executed, the rest works.
    depth = await contracts.client.get("/fapi/v1/depth?symbol=BTCUSDT&limit=5")
    offered = float(depth["asks"][0][1])
    placed = await contracts.limit("60006", f"{offered + 0.01:.3f}")
    part = await contracts.found(placed["orderId"])
    assert part["status"] == "PARTIALLY_FILLED"
    amended = await contracts.amend(placed["orderId"], "60000", "0.002")
    assert (amended["status"], amended["executedQty"]) == ("CANCELED", part["executedQty"])


async def test_a_post_only_order_that_would_take_ends(contracts: Contracts) -> None:
    placed = await contracts.limit("50000", timeInForce="GTX")
    amended = await contracts.amend(placed["orderId"], "60100")
    assert (amended["status"], amended["executedQty"]) == ("CANCELED", "0.00000000")
    assert await contracts.held() is None
