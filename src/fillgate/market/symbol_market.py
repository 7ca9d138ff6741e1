"""The market of one symbol: its book, what waits for a price or for the end of its time.

Invariants:

1. It holds nothing that could not be made again from the venue's state and the feed.
2. Instants come in their order, each once. Which ones, and what happens at them, does not depend on
   how often somebody looks.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence

from fillgate.domain.orders import OrderType, Side
from fillgate.market.accounts.funding import next_funding
from fillgate.market.feeds.base import Component, Feed, Quote, Watch
from fillgate.market.listings import Listing
from fillgate.market.matching import MARKET, BookOrder, OrderBook
from fillgate.market.outside import Outside
from fillgate.market.rules import expiry
from fillgate.market.triggers import CONDITIONAL, Triggers, improvement_of, watch_of
from fillgate.market.venue_order import VenueOrder

__all__ = ["SymbolMarket"]

_SIDES = ((Side.BUY, Component.BID, False), (Side.SELL, Component.ASK, True))


class SymbolMarket:
    """One symbol's market."""

    def __init__(self, symbol: str, listing: Listing, feed: Feed, since: int) -> None:
        """Begin with nobody's orders.

        Args:
            symbol: as the venue's clients spell it.
            listing: what it is.
            feed: what the market outside does.
            since: Unix microseconds; what happened up to then is past.
        """
        self.symbol = symbol
        self.listing = listing
        self.feed = feed
        self.book = OrderBook()
        self.outside = Outside(feed, self.book)
        self.done = since
        """Up to when everything has happened, Unix microseconds."""
        self.triggers = Triggers()
        self._improvements = Triggers()
        self._ends: list[tuple[int, int]] = []
        self._live: set[int] = set()
        self._holders: dict[str, Watch | None] = {}
        """The accounts whose position has a margin, and where that is used up."""
        self._queues: dict[Side, list[tuple[int, int]]] = {Side.BUY: [], Side.SELL: []}
        self._places: dict[int, tuple[Side, int]] = {}
        """By order that queues or did: at which side and price."""
        self.reducing: set[int] = set()
        """The reduce-only orders that queue."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing of anybody's waits here."""
        return not (self._live or self._holders)

    def quote(self, at: int) -> Quote:
        """Return the quote of the market outside.

        Raises:
            NoPrices: there is none that may be traded on.
        """
        return self.feed.quote(at)

    def keep(self, held: VenueOrder) -> None:
        """Remember a working order, and when its time is over."""
        if held.number in self._live:
            return
        self._live.add(held.number)
        end = expiry(held.order, held.arrived)
        if end is not None:
            heapq.heappush(self._ends, (end, held.number))

    def forget(self, number: int) -> None:
        """Let go of an order that has ended."""
        if number in self._live:
            self._live.remove(number)
            self.leave(number)
            self.triggers.discard(number)
            self._improvements.discard(number)

    def queue(self, held: VenueOrder) -> None:
        """Remember an order that rests in the book."""
        self.keep(held)
        order, resting = held.order, self.book.get(held.number)
        assert resting is not None
        assert resting.ticks is not None
        self._leave(held.number)
        self._places[held.number] = (order.side, resting.ticks)
        key = -resting.ticks if order.side is Side.BUY else resting.ticks
        heapq.heappush(self._queues[order.side], (key, held.number))
        if order.reduce_only:
            self.reducing.add(held.number)

    def leave(self, number: int) -> None:
        """Let an order rest in the book no more."""
        self.reducing.discard(number)
        self.book.cancel(number)
        self._leave(number)

    def _leave(self, number: int) -> None:
        if number in self._places:
            self.outside.leave(*self._places.pop(number))

    def _best_of_clients(self, side: Side) -> int | None:
        queue = self._queues[side]
        while queue and not self._is_queued(*queue[0]):
            heapq.heappop(queue)
        return abs(queue[0][0]) if queue else None

    def _is_queued(self, key: int, number: int) -> bool:
        resting = self.book.get(number)
        return resting is not None and resting.ticks == abs(key)

    def await_price(self, held: VenueOrder) -> None:
        """Let a conditional order wait for its price."""
        self.keep(held)
        self.triggers.wait(held.number, watch_of(held, self.listing))
        if held.order.order_type is OrderType.TRAILING_STOP:
            self._improvements.wait(held.number, improvement_of(held))

    def stop_waiting(self, number: int) -> None:
        """Let an order that works now wait for no price."""
        self.triggers.discard(number)
        self._improvements.discard(number)

    def improved(self, quote: Quote) -> list[int]:
        """Return the trailing stops whose best price this quote betters."""
        return self._improvements.fire(quote)

    def hold(self, account: str, watch: Watch | None) -> None:
        """Let an account's position be liquidated where this holds; None: nowhere."""
        self._holders[account] = watch

    def let_go(self, account: str) -> None:
        """Forget an account that has no position any more."""
        self._holders.pop(account, None)

    def liquidated(self, quote: Quote) -> list[str]:
        """Return the accounts whose position is to be liquidated at this quote."""
        return sorted(
            account
            for account, watch in self._holders.items()
            if watch is not None and watch.holds(quote)
        )

    def next_instant(self, until: int) -> int | None:
        """Return the next time by `until` at which something may happen; None if there is none."""
        if self.is_idle and self.feed.renews:
            return None
        moments = [self._first_end(until), self._next_funding(until)]
        end = min((moment for moment in moments if moment is not None), default=None)
        found = self.feed.next_instant(
            self.done, until if end is None else end, tuple(self._watches())
        )
        return end if found is None else found

    def _next_funding(self, until: int) -> int | None:
        if not (self.listing.perpetual and self._holders):
            return None
        following = next_funding(self.done)
        return following if following <= until else None

    def ended(self, at: int) -> list[int]:
        """Return the orders whose time is over by then, the one that ends first first."""
        over: list[int] = []
        while self._first_end(at) is not None:
            over.append(heapq.heappop(self._ends)[1])
        return over

    def _first_end(self, until: int) -> int | None:
        ends = self._ends
        while ends and ends[0][1] not in self._live:
            heapq.heappop(ends)
        return ends[0][0] if ends and ends[0][0] <= until else None

    def _watches(self) -> Iterator[Watch]:
        for side, component, rises in _SIDES:
            best = self._best_of_clients(side)
            if best is not None:
                yield Watch(component, best, rises)
        yield from self.triggers.watches()
        yield from self._improvements.watches()
        yield from filter(None, self._holders.values())

    def resume(
        self,
        working: Sequence[VenueOrder],
        owner_of: Callable[[str], int],
        lots_of: Callable[[VenueOrder], int],
    ) -> None:
        """Take in the orders that worked when it was left.

        Args:
            working: all of them.
            owner_of: tells accounts apart.
            lots_of: tells how much of an order rests.
        """
        for held in sorted(working, key=lambda held: held.place):
            if held.order.order_type in CONDITIONAL and not held.triggered:
                self.await_price(held)
                continue
            self._queue_again(held, owner_of(held.order.account), lots_of(held))
            if held.order.order_type is OrderType.OCO:
                self.await_price(held)

    def _queue_again(self, held: VenueOrder, owner: int, lots: int) -> None:
        order, listing = held.order, self.listing
        assert order.price is not None
        ticks, _ = listing.ticks(order.price)
        ahead = held.ahead - self.book.lots_at(order.side, ticks, MARKET)
        if ahead > 0:
            self.outside.stand_ahead(order.side, ticks, ahead)
        self.book.submit(BookOrder(held.number, owner, order.side, ticks, lots))
        self.queue(held)
