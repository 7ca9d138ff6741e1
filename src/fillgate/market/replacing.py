"""Whether a working order may get other terms. What is refused leaves it as it is."""

import msgspec

from fillgate.market.rules import (
    LIMIT_TYPES,
    POST_ONLY_CROSSES,
    Circumstances,
    Refusal,
    crosses,
    refusal_of,
)
from fillgate.market.venue_order import VenueOrder

__all__ = ["replace_refusal"]


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
    ):
        return Refusal("INVALID_ORDER", "Only quantity, price and stop price can be replaced.")
    if order.quantity <= held.filled_quantity:
        return Refusal("INVALID_QUANTITY", "Order quantity must be above what is executed.")
    refusal = refusal_of(given)
    if refusal is None and held.triggered and order.post_only and order.order_type in LIMIT_TYPES:
        return POST_ONLY_CROSSES if crosses(order, given.market, given.quote) else None
    return refusal
