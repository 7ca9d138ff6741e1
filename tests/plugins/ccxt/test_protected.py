"""An order with its stops as one request, and what is refused before anything is sent."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from fillgate.domain.errors import Denied
from fillgate.domain.ids import made_from
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.plugins.ccxt.orders import Placement, placement_of
from fillgate.plugins.ccxt.protected import leg_of
from fillgate.plugins.ccxt.sizing import Sized
from fillgate.plugins.ccxt.venues import MarketType, venue_of
from tests.plugins.ccxt.test_orders import ABLE, ID, MARKET, NOW, an_order

VENUE = venue_of("binance", MarketType.SPOT)
TYPES = frozenset({"LIMIT", "STOP_LOSS", "TAKE_PROFIT"})
ENTRY: dict[str, Any] = {
    "order_type": OrderType.LIMIT,
    "price": Decimal(100),
    "quantity": Decimal("0.10"),
    "stop_loss": Decimal(90),
    "take_profit": Decimal(120),
}
SHORT: dict[str, Any] = {
    "side": Side.SELL,
    "stop_loss": Decimal(120),
    "take_profit": Decimal(90),
}


def placed(order: Order, types: frozenset[str] = TYPES) -> Placement:
    names = ("quantity", "price", "stop_price", "stop_loss", "take_profit")
    sizes = Sized(**{name: getattr(order, name) for name in names})
    market = msgspec.structs.replace(MARKET, order_types=types)
    return placement_of(order, market, sizes, VENUE, ABLE, now=NOW)


def test_an_order_with_both_stops() -> None:
    call = placed(an_order(**ENTRY))
    assert (call.method, call.arguments, call.leg) == ("private_post_orderlist_otoco", (), ID)
    assert call.params == {
        "symbol": "XY",
        "listClientOrderId": f"{ID}-list",
        "newOrderRespType": "FULL",
        "workingType": "LIMIT",
        "workingSide": "BUY",
        "workingClientOrderId": ID,
        "workingPrice": "100",
        "workingQuantity": "0.1",
        "workingTimeInForce": "GTC",
        "pendingSide": "SELL",
        "pendingQuantity": "0.1",
        "pendingBelowType": "STOP_LOSS",
        "pendingBelowStopPrice": "90",
        "pendingBelowClientOrderId": f"{ID}-sl",
        "pendingAboveType": "TAKE_PROFIT",
        "pendingAboveStopPrice": "120",
        "pendingAboveClientOrderId": f"{ID}-tp",
    }
    names = [call.params[name] for name in call.params if name.endswith("ClientOrderId")]
    assert {made_from(each) or each for each in names} == {ID}


@pytest.mark.parametrize(
    ("changes", "method", "params"),
    [
        (
            {"take_profit": None},
            "private_post_orderlist_oto",
            {"pendingType": "STOP_LOSS", "pendingStopPrice": "90",
             "pendingClientOrderId": f"{ID}-sl"},
        ),
        (
            {"stop_loss": None},
            "private_post_orderlist_oto",
            {"pendingType": "TAKE_PROFIT", "pendingStopPrice": "120",
             "pendingClientOrderId": f"{ID}-tp"},
        ),
        (
            SHORT,
            "private_post_orderlist_otoco",
            {"workingSide": "SELL", "pendingSide": "BUY", "pendingAboveType": "STOP_LOSS",
             "pendingAboveStopPrice": "120", "pendingBelowType": "TAKE_PROFIT",
             "pendingBelowStopPrice": "90"},
        ),
        (
            {"post_only": True},
            "private_post_orderlist_otoco",
            {"workingType": "LIMIT_MAKER", "workingTimeInForce": None},
        ),
        (
            {"time_in_force": TimeInForce.FOK},
            "private_post_orderlist_otoco",
            {"workingTimeInForce": "FOK"},
        ),
    ],
)  # fmt: skip
def test_what_a_list_is_asked_for_with(
    changes: dict[str, Any], method: str, params: dict[str, Any]
) -> None:
    call = placed(an_order(**ENTRY | changes))
    assert call.method == method
    assert {name: call.params.get(name) for name in params} == params


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"order_type": OrderType.MARKET, "price": None}, "NOT_SUPPORTED", "send a limit order"),
        ({"order_type": OrderType.STOP_LIMIT, "stop_price": Decimal(99)}, "NOT_SUPPORTED", "limit"),
        ({"time_in_force": TimeInForce.IOC}, "NOT_SUPPORTED", "stay without"),
        ({"stop_loss": Decimal(100)}, "INVALID_STOPS", "stop_loss 100"),
        ({"take_profit": Decimal(99)}, "INVALID_STOPS", "take_profit 99"),
        (SHORT | {"stop_loss": Decimal(90)}, "INVALID_STOPS", "stop_loss 90"),
        ({"client_order_id": "another"}, "INVALID_CLIENT_ORDER_ID", "another"),
    ],
)
def test_what_is_refused(changes: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(Denied) as refused:
        placed(an_order(**ENTRY | changes))
    assert refused.value.code == code
    assert words in refused.value.text


def test_a_market_without_such_orders_refuses_them() -> None:
    with pytest.raises(Denied, match="takes no orders of type TAKE_PROFIT"):
        placed(an_order(**ENTRY), TYPES - {"TAKE_PROFIT"})
    assert placed(an_order(**ENTRY | {"take_profit": None}), TYPES - {"TAKE_PROFIT"}).leg == ID
    # Where the venue does not tell its types, it refuses what it does not take.
    assert placed(an_order(**ENTRY), frozenset()).leg == ID


@pytest.mark.parametrize(
    "answer",
    [None, [], {}, {"orderReports": None}, {"orderReports": [None, 1, {}]},
     {"orderReports": [{"clientOrderId": f"{ID}-sl", "orderId": 2}]}],
)  # fmt: skip
def test_an_answer_that_does_not_tell_of_our_order(answer: object) -> None:
    assert leg_of(answer, ID) is None


def test_our_order_is_found_by_its_name_wherever_it_stands() -> None:
    reports = [{"clientOrderId": f"{ID}-sl"}, {"clientOrderId": ID, "orderId": 7}]
    assert leg_of({"orderReports": reports}, ID) == reports[1]
