"""The order book: price-time priority.

Invariants:

1. An order is executed against what rests on the other side: the best price first, at one price the
   order that came first; at the price of the one that rested, never beyond the limit of either.
2. After every call the best bid is below the best ask.
3. Lots are neither made nor lost: what came is executed, rests, or is told to be gone.
4. What was executed once is not there any more: no lot is executed twice.
5. A call costs as much as the executions it leads to, and the same however much rests.
"""

from collections.abc import Iterator
from typing import Final

from fillgate.domain.orders import Side, TimeInForce
from fillgate.market.matching.ladder import Ladder
from fillgate.market.matching.orders import MARKET, BookOrder, Depth, Matched, Outcome, Trade
from fillgate.market.matching.prevention import SelfTradePrevention

__all__ = ["OrderBook"]

_IMMEDIATE: Final = frozenset({TimeInForce.IOC, TimeInForce.FOK})
_RESTED: Final = Matched(Outcome.RESTS)
_NONE: Final = SelfTradePrevention.NONE
_BUY: Final = Side.BUY


class OrderBook:
    """The resting orders of one symbol."""

    def __init__(self) -> None:
        """Start empty."""
        self._bids = Ladder(Side.BUY)
        self._asks = Ladder(Side.SELL)
        self._resting: dict[int, BookOrder] = {}

    # What comes

    def submit(
        self,
        order: BookOrder,
        *,
        time_in_force: TimeInForce = TimeInForce.GTC,
        post_only: bool = False,
        prevention: SelfTradePrevention = _NONE,
    ) -> Matched:
        """Match an order with what rests, and let the rest of it rest if it may.

        Args:
            order: what comes; the book keeps it if it rests.
            time_in_force: IOC and FOK never rest, FOK is executed in full or not at all. All others
                rest; when their time is over is the caller's to know.
            post_only: refuse it if it would be executed.
            prevention: what happens when it would meet an order of its owner.

        Raises:
            ValueError: its number is in the book already, or it has no lots.
        """
        if order.number in self._resting or order.lots <= 0:
            raise ValueError(f"{order} cannot come: its number is taken or it has no lots")
        if not self._crosses(order):
            return self._settle(order, time_in_force, ())
        if post_only:
            return Matched(Outcome.WOULD_TAKE, lots=order.lots)
        if time_in_force is TimeInForce.FOK and not self._is_fillable(order, prevention):
            return Matched(Outcome.UNFILLABLE, lots=order.lots)
        if prevention is _NONE or order.owner == MARKET:
            return self._settle(order, time_in_force, tuple(self._match(order)))
        return self._match_guarded(order, time_in_force, prevention)

    def _crosses(self, order: BookOrder) -> bool:
        best = (self._asks if order.side is _BUY else self._bids).best()
        if best is None:
            return False
        limit = order.ticks
        return limit is None or (best <= limit if order.side is _BUY else best >= limit)

    def _settle(
        self,
        order: BookOrder,
        time_in_force: TimeInForce,
        trades: tuple[Trade, ...],
        prevented: tuple[int, ...] = (),
        reduced: tuple[tuple[int, int], ...] = (),
    ) -> Matched:
        if not order.lots:
            # Prevention may have used up what was left.
            done = Outcome.PREVENTED if reduced else Outcome.FILLED
            return Matched(done, trades, 0, prevented, reduced)
        if order.ticks is None or time_in_force in _IMMEDIATE:
            return Matched(Outcome.ENDED, trades, order.lots, prevented, reduced)
        self._resting[order.number] = order
        (self._bids if order.side is _BUY else self._asks).add(order, order.ticks)
        return Matched(Outcome.RESTS, trades, order.lots, prevented, reduced)

    def _match(self, order: BookOrder) -> list[Trade]:
        """Execute an order as far as it goes, whoever is on the other side."""
        buys, limit, lots, taker = order.side is _BUY, order.ticks, order.lots, order.number
        ladder = self._asks if buys else self._bids
        resting, side, trades = self._resting, order.side.opposite, []
        while lots and (best := ladder.best()) is not None:
            if limit is not None and (best > limit if buys else best < limit):
                break
            queue = ladder.queues[best]
            while lots and queue:
                number, maker = next(iter(queue.items()))
                size = maker.lots
                if size > lots:
                    maker.lots = size - lots
                    size = lots
                else:
                    del queue[number]
                    del resting[number]
                    maker.lots = 0
                lots -= size
                trades.append(Trade(number, taker, best, size, side))
            if not queue:
                ladder.drop(best)
        order.lots = lots
        return trades

    def _match_guarded(
        self, order: BookOrder, time_in_force: TimeInForce, prevention: SelfTradePrevention
    ) -> Matched:
        """Execute an order as far as it goes, but for those of its owner."""
        trades: list[Trade] = []
        prevented: list[int] = []
        reduced: list[tuple[int, int]] = []
        while order.lots and self._crosses(order):
            maker = self._front(order.side.opposite)
            if maker.owner != order.owner:
                trades.append(self._execute(maker, order))
                continue
            if prevention is SelfTradePrevention.DECREMENT:
                reduced.append((maker.number, self._decrement(maker, order)))
                if maker.number not in self._resting:
                    prevented.append(maker.number)
                continue
            if prevention is not SelfTradePrevention.CANCEL_NEWEST:
                self.cancel(maker.number)
                prevented.append(maker.number)
            if prevention is not SelfTradePrevention.CANCEL_OLDEST:
                return Matched(
                    Outcome.PREVENTED, tuple(trades), order.lots, tuple(prevented), tuple(reduced)
                )
        return self._settle(order, time_in_force, tuple(trades), tuple(prevented), tuple(reduced))

    def _front(self, side: Side) -> BookOrder:
        ladder = self._ladder(side)
        best = ladder.best()
        assert best is not None
        return next(iter(ladder.queues[best].values()))

    def _execute(self, maker: BookOrder, taker: BookOrder) -> Trade:
        lots = min(maker.lots, taker.lots)
        assert maker.ticks is not None
        taker.lots -= lots
        trade = Trade(maker.number, taker.number, maker.ticks, lots, maker.side)
        self._take_from(maker, lots)
        return trade

    def _decrement(self, maker: BookOrder, taker: BookOrder) -> int:
        lots = min(maker.lots, taker.lots)
        taker.lots -= lots
        self._take_from(maker, lots)
        return lots

    def _take_from(self, order: BookOrder, lots: int) -> None:
        order.lots -= lots
        if not order.lots:
            self.cancel(order.number)

    def _is_fillable(self, order: BookOrder, prevention: SelfTradePrevention) -> bool:
        """Tell whether an order would be executed in full.

        Orders of its owner do not count where they would give way; where it would give way itself,
        nothing behind them counts either.
        """
        wanted = order.lots
        for maker in self._within(order):
            if prevention is not _NONE and maker.owner == order.owner != MARKET:
                if prevention is SelfTradePrevention.CANCEL_OLDEST:
                    continue
                return False
            wanted -= maker.lots
            if wanted <= 0:
                return True
        return False

    def _within(self, order: BookOrder) -> Iterator[BookOrder]:
        """Return the orders that one would meet, in the order in which it would."""
        ladder = self._ladder(order.side.opposite)
        for ticks in ladder.prices():
            if order.ticks is not None and (ticks - order.ticks) * ladder.sign > 0:
                return
            yield from ladder.queues[ticks].values()

    # What rests

    def cancel(self, number: int) -> int | None:
        """Take an order out; return the lots that it had left, None if it does not rest."""
        order = self._resting.pop(number, None)
        if order is None:
            return None
        assert order.ticks is not None
        self._ladder(order.side).remove(order, order.ticks)
        return order.lots

    def reduce(self, number: int, lots: int) -> None:
        """Let a resting order have fewer lots, at its place in the queue.

        All else that can be replaced loses the place: cancel it and submit it anew.

        Raises:
            KeyError: it does not rest.
            ValueError: so many lots are none, or not fewer than it has.
        """
        order = self._resting[number]
        if not 0 < lots <= order.lots:
            raise ValueError(f"{order} cannot be reduced to {lots} lots")
        order.lots = lots

    def remove_from_back(self, side: Side, ticks: int, owner: int, lots: int) -> int:
        """Take lots of an owner's orders away from the back of a queue.

        Returns:
            How many were taken: fewer than asked for where there are no more.
        """
        queue = self._ladder(side).queue(ticks)
        theirs = [order for order in reversed(queue.values()) if order.owner == owner]
        wanted = lots
        for order in theirs:
            if not wanted:
                break
            taken = min(order.lots, wanted)
            wanted -= taken
            self._take_from(order, taken)
        return lots - wanted

    def get(self, number: int) -> BookOrder | None:
        """Return a resting order."""
        return self._resting.get(number)

    def __len__(self) -> int:
        return len(self._resting)

    def best(self, side: Side) -> Depth | None:
        """Return the best price of a side and what rests there; None for an empty side."""
        ladder = self._ladder(side)
        ticks = ladder.best()
        return None if ticks is None else ladder.depth(ticks)

    def best_ticks(self, side: Side) -> int | None:
        """Return the best price of a side; None for an empty side."""
        return self._ladder(side).best()

    def levels(self, side: Side, most: int) -> list[Depth]:
        """Return the best prices of a side, best first, and what rests there."""
        ladder = self._ladder(side)
        return [ladder.depth(ticks) for ticks, _ in zip(ladder.prices(), range(most), strict=False)]

    def queue(self, side: Side, ticks: int) -> Iterator[BookOrder]:
        """Return the orders at a price, the one that came first first."""
        return iter(self._ladder(side).queue(ticks).values())

    def lots_at(self, side: Side, ticks: int, owner: int | None = None) -> int:
        """Return what rests at a price: of one owner, or of all."""
        return sum(
            order.lots for order in self.queue(side, ticks) if owner is None or order.owner == owner
        )

    def lots_ahead(self, number: int, owner: int | None = None) -> int:
        """Return what is ahead of an order at its price: of one owner, or of all.

        Raises:
            KeyError: it does not rest.
        """
        order = self._resting[number]
        assert order.ticks is not None
        ahead = 0
        for other in self.queue(order.side, order.ticks):
            if other.number == number:
                break
            if owner is None or other.owner == owner:
                ahead += other.lots
        return ahead

    def _ladder(self, side: Side) -> Ladder:
        return self._bids if side is _BUY else self._asks
