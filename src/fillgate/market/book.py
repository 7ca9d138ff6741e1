"""The resting orders of one symbol, and the next instant at which one of them fires or expires.

Invariants:

1. Orders fire at instants of the path's grid only, and none twice at one instant. Which ones, and
   when, follows from the path and the orders: not from how often somebody looked.
2. Of the orders that fire at one instant the one that arrived first comes first.
3. An order that expires at an instant does not fire at it.
"""

import heapq
from collections.abc import Sequence
from typing import NamedTuple

from fillgate.market.path import GRID
from fillgate.market.quotes import Market

__all__ = ["Book", "Moment"]


class Moment(NamedTuple):
    """An instant at which something happens to resting orders."""

    at: int
    """Unix microseconds."""
    numbers: Sequence[int]
    """Of the orders, oldest first."""
    expires: bool
    """Whether their time is over; else the price has reached them."""


class Book:
    """What waits for a price or a time in one symbol. Orders are known by their numbers."""

    def __init__(self, market: Market, since: int) -> None:
        """Start empty.

        Args:
            market: whose prices count.
            since: Unix microseconds; what the price did up to then is past.
        """
        self.market = market
        self._done = since // GRID
        self._falling: list[_Watch] = []
        self._rising: list[_Watch] = []
        self._ends: list[tuple[int, int]] = []
        self._live: dict[int, int] = {}
        """For each order how often it began to watch; only the last watch counts."""

    def __bool__(self) -> bool:
        return bool(self._live)

    def watch(self, number: int, position: int, *, rises: bool) -> None:
        """Let an order fire where the path is at this position or beyond it, and nowhere else.

        Args:
            number: the order's.
            position: of the path.
            rises: whether beyond is above; else below.
        """
        times = self._live[number] = self._live.get(number, 0) + 1
        if rises:
            heapq.heappush(self._rising, (position, number, times))
        else:
            heapq.heappush(self._falling, (-position, number, times))

    def expire(self, number: int, at: int) -> None:
        """Let an order's time be over at an instant, Unix microseconds."""
        self._live.setdefault(number, 0)
        heapq.heappush(self._ends, (at, number))

    def discard(self, number: int) -> None:
        """Forget an order that has ended."""
        self._live.pop(number, None)

    def next_moment(self, now: int) -> Moment | None:
        """Go on to the next thing that happens by a time, Unix microseconds; None if there is none.

        What is returned does not happen again: the caller ends the order or lets it watch anew.
        """
        end = self._first_end(now)
        # An order that ends at an instant of the grid does not fire there any more.
        until = (now if end is None else end - 1) // GRID
        found = self._first_exit(until)
        if found is not None:
            self._done = found
            return Moment(found * GRID, self._firing(found), expires=False)
        self._done = max(self._done, until)
        if end is None:
            return None
        _, number = heapq.heappop(self._ends)
        return Moment(end, [number], expires=True)

    def _first_end(self, now: int) -> int | None:
        while self._ends and self._ends[0][1] not in self._live:
            heapq.heappop(self._ends)
        return self._ends[0][0] if self._ends and self._ends[0][0] <= now else None

    def _first_exit(self, until: int) -> int | None:
        if until <= self._done:
            return None
        self._drop_gone(self._falling)
        self._drop_gone(self._rising)
        beyond = self.market.path.reach + 1
        low = -self._falling[0][0] if self._falling else -beyond
        high = self._rising[0][0] if self._rising else beyond
        return self.market.path.first_exit(self._done, until, low, high)

    def _drop_gone(self, heap: "list[_Watch]") -> None:
        while heap and not self._counts(heap[0]):
            heapq.heappop(heap)

    def _counts(self, watch: "_Watch") -> bool:
        _, number, times = watch
        return self._live.get(number) == times

    def _firing(self, index: int) -> list[int]:
        position = self.market.path.on_grid(index)
        watches = [
            *_pop_up_to(self._falling, -position),
            *_pop_up_to(self._rising, position),
        ]
        return sorted(watch[1] for watch in watches if self._counts(watch))


_Watch = tuple[int, int, int]
"""What it waits for, so that the next to be reached is the least; the order; its how many watch."""


def _pop_up_to(heap: list[_Watch], key: int) -> list[_Watch]:
    popped: list[_Watch] = []
    while heap and heap[0][0] <= key:
        popped.append(heapq.heappop(heap))
    return popped
