"""Orders for contracts: new ones, other terms, cancels, lookups.

Invariant: each request for a new order whose signature held is in the receipts, with what became
of it.
"""

from typing import Any

from fillgate.practice.calls import Call
from fillgate.practice.endpoints.receiving import received
from fillgate.practice.errors import Refused, cancel_rejected, mandatory, no_such_order
from fillgate.practice.futures.endpoints.asked import futures, read_week
from fillgate.practice.futures.new_order import read_order
from fillgate.practice.futures.protocol import orders
from fillgate.practice.views import OrderView

__all__ = [
    "answer_all_orders",
    "answer_amend",
    "answer_cancel",
    "answer_cancel_all",
    "answer_new_order",
    "answer_open_order",
    "answer_open_orders",
    "answer_order",
]


def answer_new_order(call: Call) -> dict[str, Any]:
    """Take an order."""
    with received(call) as receipt:
        new = read_order(call.parameters)
        call.parameters.check_all_read()
        view = call.exchange.place(call.user, new)
        receipt.order_id = view.order_id
    return orders.placed(view, new.response)


def answer_amend(call: Call) -> dict[str, Any]:
    """Give an order other terms."""
    parameters = call.parameters
    names, side = _names(call), parameters.needed("side")
    quantity, price = parameters.amount("quantity"), parameters.amount("price")
    if quantity is None or price is None:
        raise mandatory("price" if quantity else "quantity")
    parameters.check_all_read()
    view = call.exchange.find(call.user, *names)
    if view is None:
        raise no_such_order()
    if side != view.asked.side.upper():
        raise Refused(-1130, "Data sent for parameter 'side' is not valid.")
    return orders.answered(futures(call).amend(view, quantity, price))


def _names(call: Call) -> tuple[str, int | None, str | None]:
    """Return symbol, and order id or client order id, of the order that is meant.

    The order id counts where both are sent.
    """
    parameters = call.parameters
    symbol, order_id = parameters.needed("symbol"), parameters.integer("orderId")
    name = parameters.text("origClientOrderId")
    if order_id is None and name is None:
        text = "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
        raise Refused(-1102, text)
    return symbol, order_id, None if order_id is not None else name


def answer_order(call: Call) -> dict[str, Any]:
    """Look an order up."""
    return orders.queried(call.exchange.look_up(call.user, *_names(call)))


def answer_open_order(call: Call) -> dict[str, Any]:
    """Look an order up that works."""
    view = call.exchange.look_up(call.user, *_names(call))
    if view.held.status.is_final:
        raise no_such_order()
    return orders.queried(view)


def answer_open_orders(call: Call) -> list[dict[str, Any]]:
    """List the working orders, oldest first."""
    symbol = call.parameters.text("symbol")
    if symbol is not None:
        call.exchange.symbols.find(symbol)
    return [orders.queried(view) for view in call.exchange.working(call.user, symbol)]


def answer_all_orders(call: Call) -> list[dict[str, Any]]:
    """List orders of a symbol, oldest first."""
    symbol = call.parameters.needed("symbol")
    page = read_week(call, "orderId")
    return [orders.queried(view) for view in call.exchange.all_orders(call.user, symbol, page)]


def answer_cancel(call: Call) -> dict[str, Any]:
    """Cancel an order."""
    with received(call, call.exchange.receipts.cancels) as receipt:
        names = _names(call)
        call.parameters.check_all_read()
        view = call.exchange.find(call.user, *names)
        if view is None:
            raise cancel_rejected()
        ended = futures(call).ended(view)
        receipt.order_id = view.order_id
    return orders.answered(ended)


def answer_cancel_all(call: Call) -> dict[str, Any]:
    """Cancel the working orders of a symbol."""
    symbol = call.parameters.needed("symbol")
    call.exchange.market(symbol)
    call.parameters.check_all_read()
    found: list[OrderView] = call.exchange.working(call.user, symbol, seen_only=False)
    for view in found:
        call.exchange.cancel(view)
    return {"code": 200, "msg": "The operation of cancel all open order is done."}
