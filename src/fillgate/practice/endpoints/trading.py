"""Orders: new ones, cancels, lookups.

Invariant: each request for a new order, or to cancel one, whose signature held is in the receipts,
with what became of it.
"""

from enum import StrEnum
from typing import Any, Final

from fillgate.practice.calls import Answer, Call
from fillgate.practice.endpoints.receiving import received
from fillgate.practice.errors import (
    Refused,
    cancel_rejected,
    mandatory,
)
from fillgate.practice.new_order import NewOrder, read_order
from fillgate.practice.order_lists import ListView
from fillgate.practice.pages import read_page
from fillgate.practice.protocol import order_lists, orders
from fillgate.practice.receipts import Receipt
from fillgate.practice.views import NO_LIST, OrderView

__all__ = [
    "answer_all_orders",
    "answer_cancel",
    "answer_cancel_all",
    "answer_cancel_replace",
    "answer_new_order",
    "answer_open_orders",
    "answer_order",
    "answer_test_order",
]

_FAILED: Final = "Order cancel-replace failed."
_HALF_FAILED: Final = "Order cancel-replace partially failed."


class _Mode(StrEnum):
    STOP_ON_FAILURE = "STOP_ON_FAILURE"
    ALLOW_FAILURE = "ALLOW_FAILURE"


class _Restriction(StrEnum):
    ONLY_NEW = "ONLY_NEW"
    ONLY_PARTIALLY_FILLED = "ONLY_PARTIALLY_FILLED"


# New orders


def answer_new_order(call: Call) -> dict[str, Any]:
    """Take an order."""
    with received(call) as receipt:
        new = read_order(call.parameters)
        call.parameters.check_all_read()
        return _placed(call, new, receipt)


def _placed(call: Call, new: NewOrder, receipt: Receipt) -> dict[str, Any]:
    view = call.exchange.place(call.user, new)
    receipt.order_id = view.order_id
    return orders.placed(view, new.response)


def answer_test_order(call: Call) -> dict[str, Any]:
    """Look at an order and do not take it."""
    call.parameters.text("computeCommissionRates")
    new = read_order(call.parameters)
    call.parameters.check_all_read()
    call.exchange.check(call.user, new)
    return {}


# Lookups


def _names(call: Call) -> tuple[str, int | None, str | None]:
    """Return symbol, order id and client order id of the order that is meant."""
    parameters = call.parameters
    symbol = parameters.needed("symbol")
    order_id, name = parameters.integer("orderId"), parameters.client_id("origClientOrderId")
    if order_id is None and name is None:
        text = "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
        raise Refused(-1102, text)
    return symbol, order_id, name


def answer_order(call: Call) -> dict[str, Any]:
    """Look an order up."""
    return orders.queried(call.exchange.look_up(call.user, *_names(call)))


def answer_open_orders(call: Call) -> list[dict[str, Any]]:
    """List the working orders, oldest first."""
    symbol = call.parameters.text("symbol")
    if symbol is not None:
        call.exchange.symbols.find(symbol)
    return [orders.queried(view) for view in call.exchange.working(call.user, symbol)]


def answer_all_orders(call: Call) -> list[dict[str, Any]]:
    """List orders of a symbol, oldest first."""
    symbol = call.parameters.needed("symbol")
    page = read_page(call.parameters, "orderId")
    return [orders.queried(view) for view in call.exchange.all_orders(call.user, symbol, page)]


# Cancels


def answer_cancel(call: Call) -> dict[str, Any]:
    """Cancel an order."""
    with received(call, call.exchange.receipts.cancels) as receipt:
        names = _names(call)
        cancel_id = call.parameters.client_id("newClientOrderId")
        restriction = _restriction(call)
        call.parameters.check_all_read()
        view = _cancellable(call, names, restriction)
        told = _told(*call.exchange.cancel(view, cancel_id))
        receipt.order_id = view.order_id
    return told


def _restriction(call: Call) -> _Restriction | None:
    refused = Refused(-1145, "Invalid cancelRestrictions")
    return call.parameters.word("cancelRestrictions", _Restriction, refused)


def _cancellable(
    call: Call, names: tuple[str, int | None, str | None], restriction: _Restriction | None
) -> OrderView:
    view = call.exchange.find(call.user, *names)
    if view is None:
        raise cancel_rejected()
    if restriction is not None and view.status != restriction.removeprefix("ONLY_"):
        raise Refused(-2011, "Order was not canceled due to cancel restrictions.")
    return view


def _told(ended: OrderView | ListView, cancel_id: str) -> dict[str, Any]:
    """Return the answer to a cancel: of an order of a list that of all of the list."""
    if isinstance(ended, ListView):
        return order_lists.cancelled(ended, cancel_id)
    return orders.cancelled(ended, cancel_id)


def answer_cancel_all(call: Call) -> list[dict[str, Any]]:
    """Cancel the working orders of a symbol."""
    symbol = call.parameters.needed("symbol")
    call.exchange.market(symbol)
    call.parameters.check_all_read()
    found: list[OrderView] = call.exchange.working(call.user, symbol, seen_only=False)
    if not found:
        raise cancel_rejected()
    # One of each list: it ends the others.
    of_lists = {view.list_id: view for view in reversed(found) if view.list_id != NO_LIST}
    chosen = [view for view in found if view.list_id == NO_LIST or view in of_lists.values()]
    return [_told(*call.exchange.cancel(view)) for view in chosen]


def answer_cancel_replace(call: Call) -> Answer:
    """Cancel an order and place another one: not in one step, as on Binance."""
    with received(call) as receipt:
        mode, names, cancel_id, restriction = _read_cancel(call)
        new = read_order(call.parameters)
        call.parameters.check_all_read()
    ended = _tried(
        lambda: _told(*call.exchange.cancel(_cancellable(call, names, restriction), cancel_id))
    )
    if isinstance(ended, Refused) and mode is _Mode.STOP_ON_FAILURE:
        receipt.code = ended.code
        return _answer(ended, None)
    begun = _tried(lambda: _placed(call, new, receipt))
    if isinstance(begun, Refused):
        receipt.code = begun.code
    return _answer(ended, begun)


def _read_cancel(
    call: Call,
) -> tuple[_Mode, tuple[str, int | None, str | None], str | None, _Restriction | None]:
    parameters = call.parameters
    refused = Refused(-1130, "Data sent for parameter 'cancelReplaceMode' is not valid.")
    mode = parameters.word("cancelReplaceMode", _Mode, refused)
    if mode is None:
        raise mandatory("cancelReplaceMode")
    symbol, name = parameters.needed("symbol"), parameters.client_id("cancelOrigClientOrderId")
    order_id = parameters.integer("cancelOrderId")
    if order_id is None and name is None:
        raise mandatory("cancelOrderId")
    cancel_id = parameters.client_id("cancelNewClientOrderId")
    return mode, (symbol, order_id, name), cancel_id, _restriction(call)


def _tried(do: Any) -> dict[str, Any] | Refused:
    try:
        done: dict[str, Any] = do()
    except Refused as refused:
        return refused
    return done


def _answer(ended: dict[str, Any] | Refused, begun: dict[str, Any] | Refused | None) -> Answer:
    data = {
        "cancelResult": _result(ended),
        "newOrderResult": _result(begun),
        "cancelResponse": ended.body if isinstance(ended, Refused) else ended,
        "newOrderResponse": begun.body if isinstance(begun, Refused) else begun,
    }
    results = {data["cancelResult"], data["newOrderResult"]}
    if results == {"SUCCESS"}:
        return Answer(data)
    half = "SUCCESS" in results
    code, words, status = (-2021, _HALF_FAILED, 409) if half else (-2022, _FAILED, 400)
    return Answer({"code": code, "msg": words, "data": data}, status)


def _result(what: dict[str, Any] | Refused | None) -> str:
    if what is None:
        return "NOT_ATTEMPTED"
    return "FAILURE" if isinstance(what, Refused) else "SUCCESS"
