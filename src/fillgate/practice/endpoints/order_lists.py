"""Order lists: new ones, cancels, lookups.

Invariant: each request for a new list whose signature held is in the receipts, with what became of
it.
"""

from collections.abc import Callable
from typing import Any, Final

from fillgate.practice.calls import Call
from fillgate.practice.endpoints.asked import spot
from fillgate.practice.endpoints.receiving import received
from fillgate.practice.errors import (
    Refused,
    invalid_combination,
    mandatory,
    no_such_list,
    unknown_list,
)
from fillgate.practice.new_list import READERS, ListKind
from fillgate.practice.order_lists import ListView
from fillgate.practice.pages import read_page
from fillgate.practice.protocol import order_lists

__all__ = [
    "answer_all_lists",
    "answer_cancel_list",
    "answer_list",
    "answer_new_list",
    "answer_open_lists",
]

_DAY: Final = 86_400_000
_LONGEST: Final = "More than 24 hours between startTime and endTime."


def answer_new_list(kind: ListKind) -> Callable[[Call], dict[str, Any]]:
    """Return what takes lists of a kind."""

    def answer(call: Call) -> dict[str, Any]:
        with received(call) as receipt:
            new = READERS[kind](call.parameters)
            view = spot(call).lists.place(call.user, new)
            receipt.list_id, receipt.order_id = view.held.list_id, view.orders[0].order_id
            return order_lists.placed(view, new.response)

    return answer


def answer_cancel_list(call: Call) -> dict[str, Any]:
    """Cancel what is left of a list."""
    symbol = call.parameters.needed("symbol")
    list_id = call.parameters.integer("orderListId")
    name = call.parameters.client_id("listClientOrderId")
    cancel_id = call.parameters.client_id("newClientOrderId")
    if list_id is None and name is None:
        raise mandatory("orderListId")
    call.parameters.check_all_read()
    call.exchange.symbols.find(symbol)
    view = spot(call).lists.find(call.user, list_id, name)
    if view is None or view.held.symbol != symbol:
        raise unknown_list()
    name = cancel_id or f"fg{call.exchange.now():020d}"
    return order_lists.cancelled(spot(call).lists.cancel(view, name), name)


def answer_list(call: Call) -> dict[str, Any]:
    """Look a list up."""
    list_id = call.parameters.integer("orderListId")
    name = call.parameters.client_id("origClientOrderId")
    if list_id is None and name is None:
        raise invalid_combination()
    view = spot(call).lists.find(call.user, list_id, name)
    if view is None or not _is_seen(call, view):
        raise no_such_list()
    return order_lists.queried(view)


def answer_open_lists(call: Call) -> list[dict[str, Any]]:
    """List the lists that are not done, oldest first."""
    found = spot(call).lists.open(call.user)
    return [order_lists.queried(view) for view in found if _is_seen(call, view)]


def answer_all_lists(call: Call) -> list[dict[str, Any]]:
    """List lists, oldest first."""
    page = read_page(call.parameters, "fromId")
    begin, end = call.parameters.integer("startTime"), call.parameters.integer("endTime")
    if page.from_id is not None and (begin is not None or end is not None):
        raise invalid_combination()
    if begin is not None and end is not None and end - begin > _DAY:
        raise Refused(-1127, _LONGEST)
    found = spot(call).lists.all(call.user, page)
    return [order_lists.queried(view) for view in found if _is_seen(call, view)]


def _is_seen(call: Call, view: ListView) -> bool:
    return call.exchange.is_seen(view.held.created)
