"""What an order must pass before it may be sent.

Each check is pure: it returns a `Denied` with a stable code, or None. The first that speaks wins.
"""

from collections.abc import Iterable
from typing import Final

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import Denied
from fillgate.domain.orders import Order

__all__ = ["check_capabilities"]

_FLAGS: Final = ("reduce_only", "post_only", "quote_quantity")
"""Fields of an order that a venue of the same name's capability enforces."""


def order_type_supported(order: Order, venue: Capabilities) -> Denied | None:
    """ORDER_TYPE_NOT_SUPPORTED: the venue has no such order type."""
    if order.order_type in venue.order_types:
        return None
    return Denied(
        "ORDER_TYPE_NOT_SUPPORTED",
        f"order_type={order.order_type} supported={_listed(venue.order_types)}",
    )


def time_in_force_supported(order: Order, venue: Capabilities) -> Denied | None:
    """TIME_IN_FORCE_NOT_SUPPORTED: the venue cannot be asked for it."""
    if order.time_in_force is None or order.time_in_force in venue.time_in_force:
        return None
    return Denied(
        "TIME_IN_FORCE_NOT_SUPPORTED",
        f"time_in_force={order.time_in_force} supported={_listed(venue.time_in_force)}",
    )


def attached_stops_supported(order: Order, venue: Capabilities) -> Denied | None:
    """ATTACHED_STOPS_NOT_SUPPORTED: sending the order would lose its protection silently."""
    if venue.attached_stops or (order.stop_loss is None and order.take_profit is None):
        return None
    return Denied(
        "ATTACHED_STOPS_NOT_SUPPORTED",
        f"stop_loss={order.stop_loss} take_profit={order.take_profit}",
    )


def flags_supported(order: Order, venue: Capabilities) -> Denied | None:
    """REDUCE_ONLY_, POST_ONLY_ or QUOTE_QUANTITY_NOT_SUPPORTED: the venue does not enforce it."""
    for name in _FLAGS:
        if getattr(order, name) and not getattr(venue, name):
            return Denied(f"{name.upper()}_NOT_SUPPORTED", f"the venue does not enforce {name}")
    return None


def check_capabilities(order: Order, venue: Capabilities) -> Denied | None:
    """Return why the venue cannot take this order as it is, or None if it can."""
    return (
        order_type_supported(order, venue)
        or time_in_force_supported(order, venue)
        or attached_stops_supported(order, venue)
        or flags_supported(order, venue)
    )


def _listed(words: Iterable[str]) -> str:
    return ",".join(sorted(words)) or "none"
