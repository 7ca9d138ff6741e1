"""Two orders of which one cancels the other: asked for as one list, told of as one order."""

from decimal import Decimal
from typing import Any

import pytest

from fillgate.domain.errors import Denied
from fillgate.domain.orders import OrderType, Side, TimeInForce
from fillgate.plugins.ccxt.orders import placement_of
from fillgate.plugins.ccxt.pairs import Pair, as_one, is_pair_id, leg_list, list_id_of, pair_of
from fillgate.plugins.ccxt.sizing import Sized
from fillgate.plugins.ccxt.values import BrokenAnswer
from fillgate.plugins.ccxt.venues import ClientIdForm, MarketType, venue_of
from tests.plugins.ccxt.test_orders import ABLE, ID, MARKET, NOW, UNABLE, an_order

VENUE = venue_of("binance", MarketType.SPOT)
FORM = ClientIdForm.AS_IS
PAIR = Pair("7", ID, ("1", "2"))
OCO: dict[str, Any] = {
    "order_type": OrderType.OCO,
    "side": Side.SELL,
    "price": Decimal(120),
    "stop_price": Decimal(90),
}


def placed(**changes: Any) -> Any:
    order = an_order(**OCO | changes)
    sizes = Sized(quantity=order.quantity, price=order.price, stop_price=order.stop_price)
    return placement_of(order, MARKET, sizes, VENUE, ABLE, now=NOW)


@pytest.mark.parametrize(("side", "limit", "stop"), [
    (Side.SELL, "above", "below"), (Side.BUY, "below", "above"),
])  # fmt: skip
def test_an_order_is_asked_for_as_a_list_under_our_id(side: Side, limit: str, stop: str) -> None:
    call = placed(side=side)
    assert (call.method, call.arguments, call.is_pair) == ("private_post_orderlist_oco", (), True)
    assert call.params == {
        "symbol": "XY",
        "side": side.upper(),
        "quantity": "0.1",
        "listClientOrderId": ID,
        "newOrderRespType": "FULL",
        f"{limit}Type": "LIMIT_MAKER",
        f"{limit}Price": "120",
        f"{limit}ClientOrderId": f"{ID}-tp",
        f"{stop}Type": "STOP_LOSS",
        f"{stop}StopPrice": "90",
        f"{stop}ClientOrderId": f"{ID}-sl",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"time_in_force": TimeInForce.IOC},
        {"time_in_force": TimeInForce.FOK},
        {"post_only": True},
        {"stop_loss": Decimal(80)},
        {"quote_quantity": Decimal(80)},
        {"client_order_id": "another"},
    ],
)
def test_what_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Denied):
        placed(**changes)


def test_an_exchange_without_lists_refuses_it() -> None:
    order = an_order(**OCO)
    sizes = Sized(quantity=order.quantity, price=order.price, stop_price=order.stop_price)
    for venue, able in ((VENUE, UNABLE), (venue_of("kraken", MarketType.SPOT), UNABLE)):
        with pytest.raises(Denied, match="order_type=oco"):
            placement_of(order, MARKET, sizes, venue, able, now=NOW)


def told(**changes: Any) -> dict[str, Any]:
    orders = [{"orderId": 1}, {"orderId": 2}]
    basis = {"orderListId": 7, "contingencyType": "OCO", "listClientOrderId": ID, "orders": orders}
    return basis | changes


def test_a_list_of_ours_is_known_by_its_name() -> None:
    assert pair_of(told(), FORM) == PAIR
    assert PAIR.order_id == "list-7"
    assert is_pair_id(PAIR.order_id)


@pytest.mark.parametrize(
    "other",
    [
        None,
        [],
        {},
        told(contingencyType="OTO"),
        told(listClientOrderId="another"),
        told(listClientOrderId=f"{ID}-list"),
        told(listClientOrderId=None),
    ],
)
def test_other_lists_are_told_of_order_by_order(other: object) -> None:
    assert pair_of(other, FORM) is None


@pytest.mark.parametrize(
    "broken", [told(orders=None), told(orders=[{"orderId": 1}]), told(orderListId=None)]
)
def test_a_list_of_ours_that_is_not_told_whole_is_no_answer(broken: object) -> None:
    with pytest.raises(BrokenAnswer):
        pair_of(broken, FORM)


def leg(status: str, filled: str = "0", **changes: Any) -> dict[str, Any]:
    basis = {"symbol": "X/Y", "side": "sell", "amount": "2", "price": "120", "status": status}
    return basis | {"filled": filled, "cost": str(Decimal(filled) * 120), "timestamp": 5} | changes


def stop(status: str, filled: str = "0", **changes: Any) -> dict[str, Any]:
    at = {"stopPrice": "90", "triggerPrice": "90", "price": None}
    return leg(status, filled, **at, cost=str(Decimal(filled) * 89), timestamp=6) | changes


@pytest.mark.parametrize(
    ("legs", "status", "filled", "cost"),
    [
        ((leg("open"), stop("open")), "open", "0", "0"),
        # The limit was executed in part, which ended the stop; and works on.
        ((leg("open", "0.5"), stop("expired")), "open", "0.5", "60"),
        ((leg("closed", "2"), stop("expired")), "closed", "2", "240"),
        ((leg("expired"), stop("closed", "2")), "closed", "2", "178"),
        ((leg("expired"), stop("open", "1")), "open", "1", "89"),
        ((leg("expired"), stop("expired", "1")), "expired", "1", "89"),
        ((leg("canceled", "0.5"), stop("expired")), "canceled", "0.5", "60"),
        ((leg("canceled"), stop("canceled")), "canceled", "0", "0"),
        # One was read before the other came to its end.
        ((leg("open"), stop("expired")), "open", "0", "0"),
        ((leg("closed", "2"), stop("open")), "closed", "2", "240"),
    ],
)
def test_what_two_orders_say_together(
    legs: tuple[dict[str, Any], dict[str, Any]], status: str, filled: str, cost: str
) -> None:
    for both in (legs, legs[::-1]):
        one = as_one(PAIR, both, ID)
        assert (one["status"], one["filled"]) == (status, filled)
        assert Decimal(one["cost"]) == Decimal(cost)
        assert (one["id"], one["clientOrderId"]) == ("list-7", ID)
        assert (one["amount"], one["price"], one["stopPrice"]) == ("2", "120", "90")
        assert (one["timestamp"], one["lastUpdateTimestamp"]) == (5, 6)


@pytest.mark.parametrize(
    "legs",
    [
        (),
        (leg("open"),),
        (leg("open"), leg("open")),
        (stop("open"), stop("open")),
        (leg("open"), stop("open"), stop("open")),
        (leg("open"), stop("open", amount="3")),
        (leg("open", amount=None), stop("open", amount=None)),
        (leg("closed", "2"), stop("closed", "1")),
        (leg("closed", "1"), stop("expired")),
        (leg("something"), stop("expired")),
        (leg("expired"), stop("expired") | {"status": None}),
    ],
    ids=str,
)
def test_what_does_not_add_up_is_no_answer(legs: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(BrokenAnswer):
        as_one(PAIR, legs, ID)


@pytest.mark.parametrize(
    ("fields", "of", "of_leg"),
    [
        ({}, None, None),
        ({"info": {"orderListId": -1, "clientOrderId": ID}}, None, None),
        ({"info": {"orderListId": 7}, "clientOrderId": ID}, "7", None),
        ({"info": {"orderListId": 7}, "clientOrderId": f"{ID}-sl"}, "7", "7"),
        ({"info": {"orderListId": 7}, "clientOrderId": "another"}, "7", None),
        ({"info": {"g": 7, "c": f"{ID}-tp", "C": ""}}, "7", "7"),
        ({"info": {"g": 7, "c": "cancel", "C": f"{ID}-tp"}}, "7", "7"),
        ({"info": {"g": -1, "c": f"{ID}-tp"}}, None, None),
    ],
)
def test_which_list_something_belongs_to(
    fields: dict[str, Any], of: str | None, of_leg: str | None
) -> None:
    assert (list_id_of(fields), leg_list(fields)) == (of, of_leg)
