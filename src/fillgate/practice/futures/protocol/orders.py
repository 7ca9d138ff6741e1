"""Orders for contracts: answers to new ones, to other terms, to lookups and to cancels."""

from typing import Any, Final

from fillgate.domain.numbers import ZERO
from fillgate.practice.amounts import amount_text, milliseconds
from fillgate.practice.futures.new_order import BOTH, NewContractOrder
from fillgate.practice.new_order import ResponseType
from fillgate.practice.views import OrderView

__all__ = ["answered", "client_order_id", "placed", "queried", "type_of"]

_MAY_REST: Final = frozenset({"GTC", "GTX"})


def placed(view: OrderView, response: ResponseType) -> dict[str, Any]:
    """Return the answer to a new order.

    With `RESULT` that of an order which cannot rest is its end. Of others it tells that they were
    taken; what is executed at once is told by streams and lookups.
    """
    asked = view.asked
    rests = not asked.at_market and asked.time_in_force in _MAY_REST
    if response is ResponseType.ACK or rests:
        nothing = {"status": "NEW", "avgPrice": amount_text(None), **_executed_amounts(None)}
        return answered(view) | nothing
    return answered(view)


def answered(view: OrderView) -> dict[str, Any]:
    """Return what a request that changed an order is answered with."""
    return {**_state(view), "updateTime": milliseconds(view.held.updated)}


def queried(view: OrderView) -> dict[str, Any]:
    """Return an order as lookups and lists show it."""
    shown = {**answered(view), "time": milliseconds(view.created)}
    del shown["cumQty"]
    return shown


def client_order_id(view: OrderView) -> str:
    """Return the client order id; of a liquidation the one that the exchange gives it."""
    asked = view.asked
    assert isinstance(asked, NewContractOrder)
    if asked.is_liquidation:
        return f"autoclose-{view.order_id}"
    return view.held.order.client_order_id


def type_of(view: OrderView) -> str:
    """Return the type of an order."""
    asked = view.asked
    assert isinstance(asked, NewContractOrder)
    return "LIQUIDATION" if asked.is_liquidation else asked.kind.value


def _executed_amounts(view: OrderView | None) -> dict[str, str]:
    done = ZERO if view is None else view.held.filled_quantity
    return {
        "executedQty": amount_text(done),
        "cumQty": amount_text(done),
        "cumQuote": amount_text(ZERO if view is None else view.held.worth),
    }


def _state(view: OrderView) -> dict[str, Any]:
    held, asked = view.held, view.asked
    return {
        "orderId": view.order_id,
        "symbol": asked.symbol,
        "status": view.status,
        "clientOrderId": client_order_id(view),
        "price": amount_text(held.order.price),
        "avgPrice": amount_text(held.average_price),
        "origQty": amount_text(held.order.quantity),
        **_executed_amounts(view),
        "timeInForce": asked.time_in_force,
        "type": type_of(view),
        "origType": type_of(view),
        "reduceOnly": held.order.reduce_only,
        "closePosition": False,
        "side": asked.side.upper(),
        "positionSide": BOTH,
        "stopPrice": amount_text(None),
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "priceMatch": "NONE",
        "selfTradePreventionMode": asked.prevention,
        "goodTillDate": 0,
    }
