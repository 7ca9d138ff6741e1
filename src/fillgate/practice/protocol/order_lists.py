"""Order lists: answers to new ones, to lookups and to cancels."""

from typing import Any

from fillgate.practice.amounts import milliseconds
from fillgate.practice.new_order import ResponseType
from fillgate.practice.order_lists import ListView, OrderList
from fillgate.practice.protocol import orders

__all__ = ["cancelled", "placed", "queried", "statuses_of"]


def placed(view: ListView, response: ResponseType) -> dict[str, Any]:
    """Return the answer to a new list."""
    reports = [orders.placed(each, response) for each in view.orders]
    return {**queried(view), "orderReports": reports}


def queried(view: ListView) -> dict[str, Any]:
    """Return a list as lookups show it: its orders by name alone."""
    held = view.held
    status_type, status = statuses_of(held)
    return {
        "orderListId": held.list_id,
        "contingencyType": held.contingency,
        "listStatusType": status_type,
        "listOrderStatus": status,
        "listClientOrderId": held.name,
        "transactionTime": milliseconds(held.updated),
        "symbol": held.symbol,
        "orders": [
            {
                "symbol": held.symbol,
                "orderId": each.order_id,
                "clientOrderId": each.held.order.client_order_id,
            }
            for each in view.orders
        ],
    }


def cancelled(view: ListView, client_order_id: str) -> dict[str, Any]:
    """Return the answer to a cancel, with reports of the orders that it ended."""
    ended = [each for each in view.orders if each.order_id in view.ended]
    reports = [orders.cancelled(each, client_order_id) for each in ended]
    return {**queried(view), "orderReports": reports}


def statuses_of(held: OrderList) -> tuple[str, str]:
    """Return `listStatusType` and `listOrderStatus`."""
    return ("ALL_DONE", "ALL_DONE") if held.is_done else ("EXEC_STARTED", "EXECUTING")
