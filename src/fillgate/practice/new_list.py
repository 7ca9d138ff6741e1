"""A new order list as it was asked for: OCO, OTO, OTOCO.

Invariants:

1. Each order of a list has the parameters that its type needs, and none that it would not use.
2. Of two orders of which one cancels the other one takes a profit or rests, and the other one
   limits a loss; which of them lies above follows from the side.

Source: Binance Spot API documentation, "New Order list" and "Error codes". Where these name no code
for a combination it is -1014.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from fillgate.domain.orders import Side
from fillgate.practice.errors import Refused
from fillgate.practice.new_order import (
    Kind,
    Names,
    NewOrder,
    ResponseType,
    read_order,
    read_response,
)
from fillgate.practice.parameters import Parameters

__all__ = ["READERS", "Contingency", "ListKind", "NewList", "has_right_prices"]


class Contingency(StrEnum):
    """How the orders of a list depend on each other."""

    OCO = "OCO"
    """The first that is executed or triggered ends the other one."""
    OTO = "OTO"
    """The first, once it is filled in whole, lets the others come to the market."""


class ListKind(StrEnum):
    """The kinds of lists, by their names in the protocol."""

    OCO = "oco"
    OTO = "oto"
    OTOCO = "otoco"


class NewList(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for."""

    name: str | None
    """Its client order id."""
    working: NewOrder | None
    """The order that the others wait for; None if none of them waits."""
    others: tuple[NewOrder, ...]
    """One, or two of which one cancels the other: first the one above."""
    response: ResponseType

    @property
    def orders(self) -> tuple[NewOrder, ...]:
        """All of them, the working one first."""
        return self.others if self.working is None else (self.working, *self.others)

    @property
    def contingency(self) -> Contingency:
        """How they depend on each other."""
        return Contingency.OCO if self.working is None else Contingency.OTO


def _names(order: str, shared: str) -> Names:
    """Return the names of the parameters of one order, and of those that it shares with others."""
    return Names(
        kind=f"{order}Type",
        side=f"{shared}Side" if shared else "side",
        quantity=f"{shared}Quantity" if shared else "quantity",
        price=f"{order}Price",
        stop_price=f"{order}StopPrice",
        time_in_force=f"{order}TimeInForce",
        client_id=f"{order}ClientOrderId",
        trailing=f"{order}TrailingDelta",
        iceberg=f"{order}IcebergQty",
        worth=None,
    )


_WORKING: Final = _names("working", "working")


def _read_oco(parameters: Parameters) -> NewList:
    above, below = (_names(order, "") for order in ("above", "below"))
    return _list(parameters, None, _read_pair(parameters, above, below))


def _read_oto(parameters: Parameters) -> NewList:
    working = _read_working(parameters)
    return _list(parameters, working, (read_order(parameters, _names("pending", "pending")),))


def _read_otoco(parameters: Parameters) -> NewList:
    working = _read_working(parameters)
    above, below = (_names(order, "pending") for order in ("pendingAbove", "pendingBelow"))
    return _list(parameters, working, _read_pair(parameters, above, below))


READERS: Final[Mapping[ListKind, Callable[[Parameters], NewList]]] = {
    ListKind.OCO: _read_oco,
    ListKind.OTO: _read_oto,
    ListKind.OTOCO: _read_otoco,
}
"""Return what parameters ask for; raise `Refused` where they cannot go together."""


def _list(
    parameters: Parameters, working: NewOrder | None, others: tuple[NewOrder, ...]
) -> NewList:
    name = parameters.client_id("listClientOrderId")
    response = read_response(parameters) or ResponseType.RESULT
    parameters.check_all_read()
    return NewList(name=name, working=working, others=others, response=response)


def _read_working(parameters: Parameters) -> NewOrder:
    working = read_order(parameters, _WORKING)
    if working.kind not in {Kind.LIMIT, Kind.LIMIT_MAKER}:
        raise Refused(-1014, "Unsupported order combination.")
    return working


def _read_pair(parameters: Parameters, above: Names, below: Names) -> tuple[NewOrder, NewOrder]:
    _check_types(parameters, above, below)
    pair = read_order(parameters, above), read_order(parameters, below)
    _check_places(*pair)
    return pair


class _Place(NamedTuple):
    """Where an order of a type has to lie."""

    buy_code: int
    sell_code: int
    words: str
    is_stop_loss: bool = False


_LIMIT: Final = _Place(-1165, -1166, "A limit order")
_LOSS: Final = _Place(-1196, -1197, "A stop loss order", is_stop_loss=True)
_PROFIT: Final = _Place(-1198, -1199, "A take profit order")
_PLACES: Final[Mapping[Kind, _Place]] = {
    Kind.LIMIT_MAKER: _LIMIT,
    Kind.STOP_LOSS: _LOSS,
    Kind.STOP_LOSS_LIMIT: _LOSS,
    Kind.TAKE_PROFIT: _PROFIT,
    Kind.TAKE_PROFIT_LIMIT: _PROFIT,
}


def _check_types(parameters: Parameters, *pair: Names) -> None:
    kinds = [parameters.text(each.kind) for each in pair]
    if any(kind in {Kind.LIMIT, Kind.MARKET} for kind in kinds):
        raise Refused(-1158, "Order type not supported in OCO.")
    if all(kind == Kind.LIMIT_MAKER for kind in kinds):
        raise Refused(-1168, "At least one OCO order must be contingent.")


def _check_places(above: NewOrder, below: NewOrder) -> None:
    buys = above.side is Side.BUY
    for order, is_above in ((above, True), (below, False)):
        place = _PLACES[order.kind]
        belongs_above = place.is_stop_loss is buys
        if is_above is not belongs_above:
            where = "above" if belongs_above else "below"
            side = "buy" if buys else "sell"
            code = place.buy_code if buys else place.sell_code
            raise Refused(code, f"{place.words} in a {side} OCO must be {where}.")


def has_right_prices(pair: Sequence[NewOrder], last: Decimal) -> bool:
    """Tell whether the last price lies between those of two orders, the one above first."""
    above, below = (_level(order) for order in pair)
    return below < last < above


def _level(order: NewOrder) -> Decimal:
    """Return the price that an order waits for."""
    level = order.stop_price if order.is_stop else order.price
    assert level is not None
    return level
