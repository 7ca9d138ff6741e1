"""The market outside as one more participant in the book of a symbol: what it offers and takes.

It has orders of its own in the book, so that it stands in the same queues as everybody else.

Invariants:

1. What was taken of its offers is gone until the market gives new: where the feed quotes anew at
   each instant, the next instant; else as much as a displayed quantity has grown.
2. What is ahead of somebody's order stays ahead until it is executed, until the feed says that less
   is displayed, or until the market is no longer at that price. What it withdraws it withdraws from
   the back.
3. Its offers come into the book no earlier than an order could meet them. Which executions there
   are does not depend on that.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Feed, Flow, Level, Quote
from fillgate.market.matching import MARKET, BookOrder, OrderBook

__all__ = ["Offer", "Outside"]

_NEVER: Final = -1
_ALL: Final = 1 << 128
_SIDES: Final = (Side.BUY, Side.SELL)

Offer = Callable[[Side, int, int], None]
"""Sends an order of the market outside: side, ticks, lots. What is not executed rests."""

Taken = Mapping[tuple[Side, int], int]
"""Lots of the market's offers that were taken, by side and price."""


class Outside:
    """What the market outside has in one book."""

    def __init__(self, feed: Feed, book: OrderBook) -> None:
        """Offer nothing yet."""
        self._feed = feed
        self._book = book
        self._instant = _NEVER
        self._last_number = 0
        self._ladders: dict[Side, Iterator[Level]] = {}
        self._next: dict[Side, Level | None] = {}
        self._shown: dict[Side, dict[int, int]] = {side: {} for side in _SIDES}
        self._offered: dict[tuple[Side, int], None] = {}
        self._taken: dict[tuple[Side, int], int] = {}
        """Lots of its offers that were taken since the instant, by side and price."""
        self._brought: dict[tuple[Side, int], int] = {}
        """Lots that it offered since the instant to who came as far, by side and price."""
        self._lined_up: dict[tuple[Side, int], None] = {}
        """Where it may offer something only because somebody queues there."""
        self._is_resumed = False
        self.thinned: list[tuple[Side, int]] = []
        """Where it has withdrawn something from a queue in which others are; for whoever turns it
        to take."""

    def number(self) -> int:
        """Return the number of its next order; all of them are below 0."""
        self._last_number -= 1
        return self._last_number

    def resume(self, at: int, taken: Taken) -> None:
        """Go on at a time, after `taken` was executed since the instant that is current then."""
        self._taken, self._is_resumed = dict(taken), True
        self._turn_to(self._feed.instant(at), at)

    def is_at(self, at: int) -> bool:
        """Tell whether what it offers at a time is what it offered last."""
        return self._feed.instant(at) == self._instant

    def note_taken(self, side: Side, ticks: int, lots: int) -> None:
        """Hear that somebody took some of what it offers."""
        key = (side, ticks)
        self._taken[key] = self._taken.get(key, 0) + lots

    def stand_ahead(self, side: Side, ticks: int, lots: int) -> None:
        """Offer again what was ahead of an order that is about to rest."""
        self._offered[side, ticks] = None
        self._book.submit(BookOrder(self.number(), MARKET, side, ticks, lots))

    def turn(self, at: int, offer: Offer) -> None:
        """Quote as the feed does at a time; what crosses somebody's order is executed.

        Raises:
            NoPrices: the feed has none.
        """
        instant = self._feed.instant(at)
        if instant == self._instant:
            return
        self._taken, self._is_resumed = {}, False
        self._turn_to(instant, at)
        for side in _SIDES:
            self._cross(side, at, offer)

    def flow(self, at: int) -> Iterator[Flow]:
        """Return what is taken outside at exactly this instant."""
        return iter(self._feed.flow(at))

    def _turn_to(self, instant: int, at: int) -> None:
        quote = self._feed.quote(at)
        self._instant = instant
        self._brought = {}
        if self._feed.renews:
            self._withdraw_all(quote)
        else:
            self._withdraw_less(at)
        for side in _SIDES:
            self._ladders[side] = self._growth(side, at)
            self._next[side] = next(self._ladders[side], None)

    def _growth(self, side: Side, at: int) -> Iterator[Level]:
        """Return what is new on a side, best first."""
        if self._feed.renews:
            return self._feed.levels(side, at)
        shown, self._shown[side] = self._shown[side], {}
        levels = list(self._feed.levels(side, at))
        self._shown[side] = {level.ticks: level.lots for level in levels}
        grown = (Level(ticks, lots - shown.get(ticks, 0)) for ticks, lots in levels)
        return (level for level in grown if level.lots > 0)

    def _withdraw_all(self, quote: Quote) -> None:
        for side, ticks in tuple(self._offered):
            gone = ticks > quote.bid if side is Side.BUY else ticks < quote.ask
            behind = _ALL if gone else self._behind_all(side, ticks)
            if not self._withdraw(side, ticks, behind):
                del self._offered[side, ticks]

    def _withdraw_less(self, at: int) -> None:
        for side in _SIDES:
            displayed = {level.ticks: level.lots for level in self._feed.levels(side, at)}
            for ticks, lots in self._shown[side].items():
                self._withdraw(side, ticks, lots - displayed.get(ticks, 0))

    def _withdraw(self, side: Side, ticks: int, lots: int) -> int:
        """Take lots away from the back of a queue; return what it still offers there."""
        if lots > 0 and self._book.remove_from_back(side, ticks, MARKET, lots):
            self.thinned.append((side, ticks))
        return self._book.lots_at(side, ticks, MARKET)

    def _behind_all(self, side: Side, ticks: int) -> int:
        """Return how much it offers at a price behind the last order of somebody else."""
        behind = 0
        for order in self._book.queue(side, ticks):
            behind = behind + order.lots if order.owner == MARKET else 0
        return behind

    def _cross(self, side: Side, at: int, offer: Offer) -> None:
        best = self._book.best_ticks(side.opposite)
        while best is not None and self._reaches(side, best):
            self._offer_next(side, offer)
            best = self._book.best_ticks(side.opposite)

    def _reaches(self, side: Side, ticks: int) -> bool:
        """Tell whether its next offer on a side is at this price or better for who would take."""
        level = self._next[side]
        if level is None:
            return False
        return level.ticks >= ticks if side is Side.BUY else level.ticks <= ticks

    def supply(self, side: Side, lots: int, limit: int | None, offer: Offer) -> None:
        """Bring into the book what an order can meet.

        Args:
            side: of the offers.
            lots: that the order wants at most.
            limit: the worst price that it takes, in ticks; None for any.
            offer: sends them.
        """
        best = self._book.best_ticks(side)
        if best is not None and not self._reaches(side, best):
            # What is at the best price is met before anything that it could bring in.
            lots -= self._book.lots_at(side, best)
        while lots > 0 and (limit is None or self._reaches(side, limit)):
            level = self._next[side]
            if level is None:
                return
            self._offer_next(side, offer)
            lots -= self._book.lots_at(side, level.ticks)

    def _offer_next(self, side: Side, offer: Offer) -> None:
        level = self._next[side]
        assert level is not None
        self._next[side] = next(self._ladders[side], None)
        self._brought[side, level.ticks] = level.lots
        self._offer(side, level, offer)

    def _offer(self, side: Side, level: Level, offer: Offer) -> None:
        key = (side, level.ticks)
        lots = level.lots - self._taken.get(key, 0)
        if self._feed.renews or self._is_resumed:
            # What is ahead of somebody's order there is part of what is displayed.
            lots -= self._book.lots_at(side, level.ticks, MARKET)
        if lots > 0:
            self._offered[key] = None
            offer(side, level.ticks, lots)

    def line_up(self, side: Side, ticks: int, at: int, offer: Offer) -> None:
        """Bring into the book what is displayed at a price where somebody is about to queue."""
        if not self._feed.renews:
            while self._reaches(side, ticks):
                self._offer_next(side, offer)
        elif lots := self._feed.displayed(side, ticks, at):
            self._lined_up[side, ticks] = None
            self._offer(side, Level(ticks, lots), offer)

    def leave(self, side: Side, ticks: int) -> None:
        """Hear that somebody has left a queue."""
        if self._feed.renews:
            self._lined_up[side, ticks] = None

    def step_back(self) -> None:
        """Withdraw what it offers only where somebody queued, when nobody does any more.

        What others then find does not depend on who was there, or on a restart.
        """
        for side, ticks in self._lined_up:
            lots = self._book.lots_at(side, ticks, MARKET)
            if lots == self._book.lots_at(side, ticks):
                key = (side, ticks)
                kept = self._brought.get(key, 0) - self._taken.get(key, 0)
                self._withdraw(side, ticks, lots - max(kept, 0))
        self._lined_up.clear()
