"""The resting orders of one side: a queue for each price, best price first.

Invariants:

1. A price is there exactly as long as somebody waits at it.
2. `best` is the best price, always: the highest of those who buy, the lowest of those who sell.
"""

from collections.abc import Iterator

from fillgate.domain.orders import Side
from fillgate.market.matching.orders import BookOrder, Depth
from fillgate.market.matching.prices import Prices
from fillgate.market.matching.queue import Queue

__all__ = ["Ladder"]


class Ladder:
    """One side of a book."""

    __slots__ = ("_prices", "_sign", "best", "queues", "side")

    def __init__(self, side: Side) -> None:
        """Start empty."""
        self.side = side
        self.best: int | None = None
        """In ticks; None if nobody waits."""
        self.queues: dict[int, Queue] = {}
        """By ticks; none is empty."""
        # Ticks times the sign: the better, the greater.
        self._sign = side.sign
        self._prices = Prices()

    def reaches(self, limit: int | None) -> bool:
        """Tell whether its best price is within the limit of an order of the other side."""
        best = self.best
        return best is not None and (limit is None or (best - limit) * self._sign >= 0)

    def add(self, order: BookOrder, ticks: int) -> None:
        """Let an order be the last of those at a price."""
        queue = self.queues.get(ticks)
        if queue is None:
            queue = self._open(ticks)
        queue.join(order)

    def _open(self, ticks: int) -> Queue:
        if self.best is None or (ticks - self.best) * self._sign > 0:
            self.best = ticks
        self._prices.add(ticks * self._sign)
        queue = self.queues[ticks] = Queue()
        return queue

    def remove(self, order: BookOrder, ticks: int) -> None:
        """Take an order out of its queue."""
        queue = self.queues[ticks]
        queue.leave(order)
        if not queue.orders:
            self.close(ticks)

    def close(self, ticks: int) -> None:
        """Forget a price whose queue is empty."""
        del self.queues[ticks]
        self._prices.remove(ticks * self._sign)
        if ticks == self.best:
            best = self._prices.best
            self.best = None if best is None else best * self._sign

    def first(self) -> BookOrder:
        """Return the order that is executed next; there has to be one."""
        assert self.best is not None
        return next(iter(self.queues[self.best].orders.values()))

    def within(self, limit: int | None) -> Iterator[Queue]:
        """Return the queues that an order of the other side would meet, in that order."""
        worst = None if limit is None else limit * self._sign
        for price in self._prices:
            if worst is not None and price < worst:
                return
            yield self.queues[price * self._sign]

    def depths(self) -> Iterator[Depth]:
        """Return what rests at each price, best first."""
        for price in self._prices:
            ticks = price * self._sign
            yield Depth(ticks, self.queues[ticks].lots)
