"""Two orders at the venue of which one cancels the other, as the one order that they are here.

Invariants:

1. One order here has one id and one client order id for its life: those of the list, whatever its
   orders are called.
2. What is told of it is what its orders say together: their executions added up; it works while one
   of them does. What does not add up is no answer.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from fillgate.domain.ids import made_from, tag_of
from fillgate.domain.numbers import ZERO, add, decimal_text
from fillgate.domain.orders import Order, Side
from fillgate.plugins.ccxt.client_ids import decode
from fillgate.plugins.ccxt.markets import Market
from fillgate.plugins.ccxt.sizing import Sized
from fillgate.plugins.ccxt.values import BrokenAnswer, Fields, number, positive, text, time_of
from fillgate.plugins.ccxt.venues import ClientIdForm, OrderLists

__all__ = [
    "Pair",
    "as_one",
    "is_pair_id",
    "leg_list",
    "list_id_in",
    "list_id_of",
    "pair_of",
    "request_of",
]

_PREFIX: Final = "list-"
_NO_LIST: Final = "-1"
_LEGS: Final = 2
_CONTINGENCY: Final = "OCO"
_WORKING: Final = frozenset({"open", "canceling"})
_ENDINGS: Final = ("canceled", "expired", "rejected")
"""By how much they say: of two orders that ended the one that was cancelled tells why."""


class Pair(NamedTuple):
    """A list of ours of two orders of which one cancels the other."""

    list_id: str
    client_order_id: str
    legs: tuple[str, str]
    """The venue's ids of its orders."""

    @property
    def order_id(self) -> str:
        """The id that it is told of under."""
        return _PREFIX + self.list_id


def request_of(
    order: Order, market: Market, sizes: Sized, lists: OrderLists, name: str
) -> dict[str, Any]:
    """Return the request for an order of two parts: a limit at its price, and a stop.

    Args:
        order: the order.
        market: its market.
        sizes: its numbers in the venue's steps.
        lists: how the venue takes it.
        name: its client order id as the venue takes it.
    """
    assert sizes.price is not None
    assert sizes.stop_price is not None
    limit, stop = ("above", "below") if order.side is Side.SELL else ("below", "above")
    return {
        "symbol": market.venue_symbol,
        "side": order.side.value.upper(),
        "quantity": decimal_text(sizes.quantity),
        "listClientOrderId": name,
        "newOrderRespType": "FULL",
        f"{limit}Type": lists.maker,
        f"{limit}Price": decimal_text(sizes.price),
        f"{limit}ClientOrderId": f"{name}-tp",
        f"{stop}Type": lists.stop_loss,
        f"{stop}StopPrice": decimal_text(sizes.stop_price),
        f"{stop}ClientOrderId": f"{name}-sl",
    }


def is_pair_id(order_id: str | None) -> bool:
    """Tell whether an id is that of a list."""
    return order_id is not None and order_id.startswith(_PREFIX)


def list_id_in(order_id: str) -> str:
    """Return the venue's id of a list, of the id that it is told of under."""
    return order_id.removeprefix(_PREFIX)


def pair_of(told: object, form: ClientIdForm) -> Pair | None:
    """Return the pair of ours that the venue tells of; None if it is another list.

    Raises:
        BrokenAnswer: it is one of ours, and something of it is missing.
    """
    if not isinstance(told, Mapping) or text(told, "contingencyType") != _CONTINGENCY:
        return None
    name, list_id = text(told, "listClientOrderId"), text(told, "orderListId")
    own = None if name is None else decode(form, name)
    if own is None or tag_of(own) is None:
        return None
    legs = told.get("orders")
    named = legs if isinstance(legs, list) else []
    ids = [text(leg, "orderId") for leg in named if isinstance(leg, Mapping)]
    if list_id is None or len(ids) != _LEGS or ids[0] is None or ids[1] is None:
        raise BrokenAnswer("a list of two orders without their ids")
    return Pair(list_id, own, (ids[0], ids[1]))


def list_id_of(fields: Fields) -> str | None:
    """Return the id of the list that an order or a trade belongs to; None if it belongs to none."""
    info = fields.get("info")
    if not isinstance(info, Mapping):
        return None
    # `g` where it was pushed.
    found = text(info, "orderListId") or text(info, "g")
    return None if found == _NO_LIST else found


def leg_list(fields: Fields) -> str | None:
    """Return the id of the list of an order, or trade, that is named after one of ours.

    None for ours itself, and for those of others.
    """
    info = fields.get("info")
    pushed = info if isinstance(info, Mapping) else {}
    name = text(fields, "clientOrderId") or text(pushed, "C") or text(pushed, "c")
    return None if name is None or made_from(name) is None else list_id_of(fields)


def as_one(pair: Pair, legs: Sequence[Fields], name: str) -> dict[str, Any]:
    """Return what ccxt's structures of two orders say together, as one of them.

    Args:
        pair: which orders they are.
        legs: both, in any order.
        name: our client order id as the venue has it.

    Raises:
        BrokenAnswer: they do not add up.
    """
    limit, stop = _sorted(legs)
    amount, filled = number(limit, "amount"), _sum(legs, "filled")
    if amount is None or amount != number(stop, "amount") or filled > amount:
        raise BrokenAnswer(f"the orders of the list {pair.list_id} do not add up")
    return {
        "id": pair.order_id,
        "clientOrderId": name,
        "symbol": limit.get("symbol"),
        "side": limit.get("side"),
        "type": "limit",
        "amount": limit.get("amount"),
        "price": limit.get("price"),
        "stopPrice": stop.get("triggerPrice") or stop.get("stopPrice"),
        "filled": decimal_text(filled),
        "cost": decimal_text(_sum(legs, "cost")),
        "status": _status(legs, whole=filled == amount),
        "timestamp": min(_times(legs, "timestamp"), default=None),
        "lastUpdateTimestamp": max(_times(legs, *_CHANGED), default=None),
        "trades": [each for leg in legs for each in leg.get("trades") or ()],
        "fees": [each for leg in legs for each in leg.get("fees") or [leg.get("fee")]],
    }


_CHANGED: Final = ("lastUpdateTimestamp", "lastTradeTimestamp", "timestamp")


def _sorted(legs: Sequence[Fields]) -> tuple[Fields, Fields]:
    """Return the limit order and the stop of two."""
    stops = [leg for leg in legs if positive(leg, "triggerPrice") or positive(leg, "stopPrice")]
    limits = [leg for leg in legs if leg not in stops]
    if len(stops) != 1 or len(limits) != 1:
        raise BrokenAnswer("a list of other orders than a limit and a stop")
    return limits[0], stops[0]


def _sum(legs: Sequence[Fields], name: str) -> Decimal:
    total = ZERO
    for leg in legs:
        total = add(total, number(leg, name) or ZERO)
    return total


def _status(legs: Sequence[Fields], *, whole: bool) -> str:
    told = {text(leg, "status") for leg in legs}
    if whole:
        return "closed"
    if told & _WORKING:
        return "open"
    found = next((ending for ending in _ENDINGS if ending in told), None)
    if found is None or not told <= {*_ENDINGS}:
        raise BrokenAnswer(f"orders of a list with the statuses {sorted(map(str, told))}")
    return found


def _times(legs: Sequence[Fields], *names: str) -> list[int]:
    return [at for leg in legs if (at := time_of(leg, *names)) is not None]
