"""The orders at one price, in the order in which they came.

Invariants:

1. `lots` is the sum of all orders' lots, `outside` of those of `MARKET`.
2. Joining and leaving cost the same however many wait, wherever in the queue one leaves.
"""

from collections import OrderedDict
from collections.abc import Iterator

from fillgate.market.matching.orders import MARKET, BookOrder

__all__ = ["Queue"]


class Queue:
    """Who waits at one price of one side."""

    __slots__ = ("lots", "orders", "outside")

    def __init__(self) -> None:
        """Start empty."""
        # Not a dict: to find its first key takes ever longer when many were deleted before it.
        self.orders: OrderedDict[int, BookOrder] = OrderedDict()
        """By number, the one that came first first."""
        self.lots = 0
        self.outside = 0

    def join(self, order: BookOrder) -> None:
        """Let an order be the last."""
        self.orders[order.number] = order
        self._count(order, order.lots)

    def leave(self, order: BookOrder) -> None:
        """Let an order go, wherever it is."""
        del self.orders[order.number]
        self._count(order, -order.lots)

    def shrink(self, order: BookOrder, by: int) -> None:
        """Take lots from an order, which keeps its place and at least one lot."""
        order.lots -= by
        self._count(order, -by)

    def lots_of(self, owner: int | None) -> int:
        """Return the lots of one owner, or of all; each order is looked at unless for `MARKET`."""
        if owner is None:
            return self.lots
        if owner == MARKET:
            return self.outside
        return sum(order.lots for order in self.orders.values() if order.owner == owner)

    def lots_ahead(self, order: BookOrder, owner: int | None) -> int:
        """Return the lots before an order, of one owner or of all.

        It is sought from both ends, so one that has just come costs no more than the first.
        """
        ahead = behind = 0
        orders = self.orders.values()
        for first, last in zip(orders, reversed(orders), strict=True):
            if first is order:
                break
            if last is order:
                return self.lots_of(owner) - behind - _lots_of(order, owner)
            ahead += _lots_of(first, owner)
            behind += _lots_of(last, owner)
        return ahead

    def last_of(self, owner: int) -> Iterator[BookOrder]:
        """Return an owner's orders, the one that came last first."""
        return (order for order in reversed(self.orders.values()) if order.owner == owner)

    def _count(self, order: BookOrder, lots: int) -> None:
        self.lots += lots
        if order.owner == MARKET:
            self.outside += lots


def _lots_of(order: BookOrder, owner: int | None) -> int:
    return order.lots if owner is None or order.owner == owner else 0
