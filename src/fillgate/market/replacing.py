"""Whether a working order may get other terms. What is refused leaves it as it is."""

import msgspec

from fillgate.domain.orders import Order
from fillgate.market.rules import Circumstances, Refusal, refusal_of
from fillgate.market.venue_order import VenueOrder

__all__ = ["keeps_its_place", "replace_refusal"]


def replace_refusal(held: VenueOrder, given: Circumstances) -> Refusal | None:
    """Return why an order does not get the terms of another; None if it does.

    Args:
        held: the order; it works.
        given: the order as it would be, and what it would meet.
    """
    order = given.order
    if order != msgspec.structs.replace(
        held.order,
        client_order_id=order.client_order_id,
        quantity=order.quantity,
        price=order.price,
        stop_price=order.stop_price,
        trail=order.trail,
    ):
        text = "Only quantity, price, stop price and trail can be replaced."
        return Refusal("INVALID_ORDER", text)
    if order.quantity <= held.filled_quantity:
        return Refusal("INVALID_QUANTITY", "Order quantity must be above what is executed.")
    return refusal_of(given)


def keeps_its_place(held: VenueOrder, order: Order) -> bool:
    """Tell whether an order in a queue stays where it is under new terms.

    A smaller quantity keeps the place, another price or a larger quantity does not: as exchanges
    have it (for example CME Globex, order priority on modification).
    """
    same_price = order.price == held.order.price
    return held.place > 0 and same_price and order.quantity <= held.order.quantity
