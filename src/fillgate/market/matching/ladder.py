"""The resting orders of one side: a queue for each price, and the best price first.

Invariants:

1. At one price the order that came first is first; none is there twice.
2. Adding, removing and finding the best take the same time whatever rests already: queues are linked
   lists with an index, prices a heap in which emptied ones are skipped.
3. Memory follows what rests now, not what ever did: emptied prices are swept out when they are more
   than those in use.
"""

import heapq
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from fillgate.domain.orders import Side
from fillgate.market.matching.orders import BookOrder, Depth

__all__ = ["Ladder"]

_SWEEP: Final = 64
_EMPTY: Final[OrderedDict[int, BookOrder]] = OrderedDict()


class Ladder:
    """One side of a book."""

    __slots__ = ("_heap", "_known", "queues", "sign")

    def __init__(self, side: Side) -> None:
        """Start empty."""
        # Ticks times the sign: the best price is the least.
        self.sign = -1 if side is Side.BUY else 1
        self.queues: dict[int, OrderedDict[int, BookOrder]] = {}
        """By price; none is empty."""
        self._heap: list[int] = []
        self._known: set[int] = set()
        """The prices in the heap."""

    def add(self, order: BookOrder, ticks: int) -> None:
        """Let an order be the last of the queue at a price."""
        queue = self.queues.get(ticks)
        if queue is None:
            queue = self.queues[ticks] = OrderedDict()
            if ticks not in self._known:
                self._known.add(ticks)
                heapq.heappush(self._heap, ticks * self.sign)
        queue[order.number] = order

    def remove(self, order: BookOrder, ticks: int) -> None:
        """Take an order out of its queue."""
        queue = self.queues[ticks]
        del queue[order.number]
        if not queue:
            self.drop(ticks)

    def drop(self, ticks: int) -> None:
        """Forget a price whose queue is empty."""
        del self.queues[ticks]
        if len(self._heap) > 2 * len(self.queues) + _SWEEP:
            self._known = set(self.queues)
            self._heap = [price * self.sign for price in self._known]
            heapq.heapify(self._heap)

    def best(self) -> int | None:
        """Return the best price at which somebody waits; None if nobody does."""
        heap, queues, sign = self._heap, self.queues, self.sign
        while heap:
            ticks = heap[0] * sign
            if ticks in queues:
                return ticks
            heapq.heappop(heap)
            self._known.discard(ticks)
        return None

    def prices(self) -> Iterator[int]:
        """Return all prices at which somebody waits, best first; cheap where few are asked for."""
        heap = self._heap.copy()
        while heap:
            ticks = heapq.heappop(heap) * self.sign
            if ticks in self.queues:
                yield ticks

    def depth(self, ticks: int) -> Depth:
        """Return what rests at a price."""
        return Depth(ticks, sum(order.lots for order in self.queue(ticks).values()))

    def queue(self, ticks: int) -> OrderedDict[int, BookOrder]:
        """Return the orders at a price by number, the one that came first first."""
        return self.queues.get(ticks, _EMPTY)
