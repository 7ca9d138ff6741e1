"""What waits for a price in one symbol: stops, take-profits, trailing stops.

A stop fires when the price that counts reaches it from the side of the loss, a take-profit from
the side of the gain; a trailing stop when the price has come back from its best by `trail`.

Invariants:

1. Of the orders that fire at one quote the one that arrived first comes first.
2. An order waits once: what it waited for before no longer counts.
"""

import heapq
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from fillgate.domain.orders import Order, OrderType, Side, TriggerPrice
from fillgate.market.feeds.base import Component, Quote, Watch
from fillgate.market.listings import Listing
from fillgate.market.venue_order import VenueOrder

__all__ = ["CONDITIONAL", "Triggers", "component_of", "improvement_of", "trail_start", "watch_of"]

CONDITIONAL: Final = frozenset(OrderType) - {OrderType.MARKET, OrderType.LIMIT, OrderType.OCO}
"""The types that do not work before their price has come."""

_COMPONENTS: Final[Mapping[TriggerPrice | None, Component]] = {
    None: Component.LAST,
    TriggerPrice.LAST: Component.LAST,
    TriggerPrice.MARK: Component.MID,
    TriggerPrice.INDEX: Component.MID,
}


def component_of(order: Order) -> Component:
    """Return the price that sets an order off.

    The mark and the index price of the simulated market are the middle of bid and ask.
    """
    return _COMPONENTS[order.trigger]


def watch_of(held: VenueOrder, listing: Listing) -> Watch:
    """Return what an order waits for that is conditional, or has a stop besides its limit."""
    order = held.order
    rises = (order.side is Side.BUY) is not (order.order_type is OrderType.TAKE_PROFIT)
    component = component_of(order)
    if order.order_type is OrderType.TRAILING_STOP:
        assert held.best is not None
        distance = _upward(listing, order.trail)
        return Watch(component, held.best + (distance if rises else -distance), rises)
    price = order.stop_price
    ticks = _upward(listing, price) if rises else listing.ticks(_needed(price))[0]
    return Watch(component, ticks, rises)


def _upward(listing: Listing, price: Decimal | None) -> int:
    ticks, exact = listing.ticks(_needed(price))
    # Between two ticks a rising price reaches the upper one only.
    return ticks if exact else ticks + 1


def _needed(price: Decimal | None) -> Decimal:
    if price is None:
        raise ValueError("an order without its price passed the rules")
    return price


def improvement_of(held: VenueOrder) -> Watch:
    """Return where a trailing stop follows the price: beyond the best one so far."""
    assert held.best is not None
    rises = held.order.side is Side.SELL
    component = component_of(held.order)
    return Watch(component, held.best + (1 if rises else -1), rises)


def trail_start(order: Order, quote: Quote) -> int:
    """Return the price that a trailing stop follows, in ticks."""
    return component_of(order).of(quote)


class _Waiting(NamedTuple):
    key: int
    """The next to be reached is the least."""
    number: int
    turn: int
    """Its how many wait; only the last counts."""


class Triggers:
    """The waiting orders of one symbol, by number."""

    def __init__(self) -> None:
        self._heaps: dict[tuple[Component, bool], list[_Waiting]] = {}
        self._turns: dict[int, int] = {}
        self._turn = 0

    def __bool__(self) -> bool:
        return bool(self._turns)

    def wait(self, number: int, watch: Watch) -> None:
        """Let an order wait for this, and for nothing else."""
        self._turn += 1
        self._turns[number] = self._turn
        key = watch.ticks if watch.rises else -watch.ticks
        heap = self._heaps.setdefault((watch.component, watch.rises), [])
        heapq.heappush(heap, _Waiting(key, number, self._turn))

    def discard(self, number: int) -> None:
        """Let an order wait no more."""
        self._turns.pop(number, None)

    def watches(self) -> Iterator[Watch]:
        """Return what is reached first on each way that a price can go."""
        for (component, rises), heap in self._heaps.items():
            self._drop_gone(heap)
            if heap:
                key = heap[0].key
                yield Watch(component, key if rises else -key, rises)

    def fire(self, quote: Quote) -> list[int]:
        """Return the orders whose price this quote has reached, oldest first; they wait no more."""
        fired: list[int] = []
        for (component, rises), heap in self._heaps.items():
            value = component.of(quote)
            reached = value if rises else -value
            while heap and heap[0].key <= reached:
                waiting = heapq.heappop(heap)
                if self._counts(waiting):
                    fired.append(waiting.number)
        for number in fired:
            self.discard(number)
        return sorted(fired)

    def _drop_gone(self, heap: list[_Waiting]) -> None:
        while heap and not self._counts(heap[0]):
            heapq.heappop(heap)

    def _counts(self, waiting: _Waiting) -> bool:
        return self._turns.get(waiting.number) == waiting.turn
