"""What venues call our orders: which order has an id.

They lie in buckets (`buckets`). An id is looked for in each, the oldest first: that is asked only
of orders that memory has no more.
"""

from typing import Final

import apsw

from fillgate.domain.order_state import OrderState
from fillgate.journal.base import VenueId
from fillgate.journal.buckets import each_bucket

__all__ = ["client_order_id_of", "new_venue_ids"]


def new_venue_ids(before: OrderState | None, after: OrderState) -> tuple[VenueId, ...]:
    """Return the venue's id that an order has got between two states; at most one."""
    known = None if before is None else before.order_id
    if after.order_id is None or after.order_id == known:
        return ()
    order = after.order
    return (VenueId(order.account, order.symbol, after.order_id, order.client_order_id),)


def client_order_id_of(
    connection: apsw.Connection, account: str, symbol: str, order_id: str
) -> str | None:
    """Return the order that a venue calls so; None if none is known."""
    found: str | None = connection.execute(_FIND, (account, symbol, order_id)).get
    return found


_NAMED: Final = """
    SELECT client_order_id FROM found CROSS JOIN venue_ids ON venue_ids.bucket = found.bucket
    WHERE account = ? AND symbol = ? AND order_id = ? LIMIT 1
"""
_FIND: Final = each_bucket("venue_ids") + _NAMED
