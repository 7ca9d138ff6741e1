"""What venues call our orders: which order has an id.

The ids may be random, and there may be millions. They lie in buckets by the position of the event
that told of them, so that inserts touch a small part of the table whatever its size. An id is
looked for in each bucket, the oldest first: that is asked only of orders that memory has no more.
"""

from typing import Final

import apsw

from fillgate.domain.order_state import OrderState
from fillgate.journal.base import VenueId

__all__ = ["bucket_of", "client_order_id_of", "new_venue_ids"]

_POSITIONS_BITS: Final = 12


def bucket_of(position: int) -> int:
    """Return the bucket of an id that was told of at this position."""
    return position >> _POSITIONS_BITS


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


_FIND: Final = """
    WITH RECURSIVE found (bucket) AS (
        SELECT min(bucket) FROM venue_ids
        UNION ALL
        SELECT (SELECT min(bucket) FROM venue_ids WHERE bucket > found.bucket)
        FROM found WHERE bucket IS NOT NULL
    )
    SELECT client_order_id FROM found CROSS JOIN venue_ids ON venue_ids.bucket = found.bucket
    WHERE account = ? AND symbol = ? AND order_id = ? LIMIT 1
"""
