"""The order book of one symbol: price-time priority.

Invariants:

1. An order is executed against what rests on the other side: the best price first, at one price the
   order that came first; at the price of the one that rested, never beyond the limit of either.
2. After every call the best bid is below the best ask. Orders of one owner are no exception:
   unless prevention lets one of them give way they are executed against each other.
3. Lots are neither made nor lost: what came is executed, rests, or is told to be gone. What was
   executed once is not there any more.
4. A call costs as much as the executions it leads to, and the same however much rests: queues are
   linked lists with an index, prices a sorted set in blocks. Where more is looked at, it says so.
5. Nothing is remembered of orders that have left. A refused call changes nothing.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from fillgate.domain.orders import Side, TimeInForce
from fillgate.market.matching.ladder import Ladder
from fillgate.market.matching.orders import MARKET, BookOrder, Depth, Trade
from fillgate.market.matching.outcome import Matched, Outcome
from fillgate.market.matching.prevention import SelfTradePrevention

__all__ = ["OrderBook"]

_IMMEDIATE: Final = frozenset({TimeInForce.IOC, TimeInForce.FOK})
# Members of enums are looked up slowly.
_BUY: Final = Side.BUY
_GTC: Final = TimeInForce.GTC
_FOK: Final = TimeInForce.FOK
_NONE: Final = SelfTradePrevention.NONE
_RESTS: Final = Outcome.RESTS


class OrderBook:
    """The resting orders of one symbol."""

    __slots__ = ("_asks", "_bids", "_resting")

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
        time_in_force: TimeInForce = _GTC,
        post_only: bool = False,
        prevention: SelfTradePrevention = _NONE,
    ) -> Matched:
        """Match an order with what rests, and let the rest of it rest if it may.

        An FOK order first looks at as many prices as it would be executed at; with prevention, at
        as many orders.

        Args:
            order: what comes. The book keeps it if it rests.
            time_in_force: IOC and FOK orders and orders without a limit never rest; FOK orders are
                executed in full or not at all. All others rest: when their time is over (DAY, GTD)
                is the caller's to know.
            post_only: refuse it if it would meet anybody, even an order that would give way.
            prevention: what happens when it would meet an order of its owner; nothing for `MARKET`.

        Raises:
            ValueError: an order with its number rests already, or it has no lots.
        """
        if order.lots <= 0:
            raise ValueError(f"{order} has no lots; an order needs at least 1")
        if order.number in self._resting:
            raise ValueError(f"{order} has the number of an order that rests")
        others = self._asks if order.side is _BUY else self._bids
        if not others.reaches(order.ticks):
            return self._settle(order, time_in_force)
        if post_only:
            return Matched(Outcome.WOULD_TAKE, lots=order.lots)
        if order.owner == MARKET:
            prevention = _NONE
        if time_in_force is _FOK and not _is_fillable(order, others, prevention):
            return Matched(Outcome.UNFILLABLE, lots=order.lots)
        if prevention is not _NONE:
            return self._match_guarded(order, others, time_in_force, prevention)
        trades: list[Trade] = []
        self._execute(order, others, None, trades)
        return self._settle(order, time_in_force, trades)

    def _execute(
        self, order: BookOrder, others: Ladder, spared: int | None, trades: list[Trade]
    ) -> None:
        """Execute an order as far as it goes, or until an order of the spared owner is next."""
        taker, limit, lots = order.number, order.ticks, order.lots
        queues, side, resting = others.queues, others.side, self._resting
        while lots and others.reaches(limit):
            ticks = others.best
            assert ticks is not None
            queue = queues[ticks]
            makers, wanted, outside = queue.orders, lots, 0
            while lots and makers:
                number, maker = next(iter(makers.items()))
                owner, size = maker.owner, maker.lots
                if owner == spared:
                    break
                if size > lots:
                    maker.lots = size - lots
                    size = lots
                else:
                    maker.lots = 0
                    del makers[number], resting[number]
                lots -= size
                if owner == MARKET:
                    outside += size
                trades.append(Trade(number, taker, ticks, size, side))
            queue.lots -= wanted - lots
            queue.outside -= outside
            if makers:
                break
            others.close(ticks)
        order.lots = lots

    def _match_guarded(
        self,
        order: BookOrder,
        others: Ladder,
        time_in_force: TimeInForce,
        prevention: SelfTradePrevention,
    ) -> Matched:
        trades: list[Trade] = []
        prevented: list[int] = []
        reduced: list[tuple[int, int]] = []
        while order.lots and others.reaches(order.ticks):
            self._execute(order, others, order.owner, trades)
            if not order.lots or not others.reaches(order.ticks):
                break
            own = others.first()
            if prevention is SelfTradePrevention.DECREMENT:
                reduced.append((own.number, self._decrement(order, own)))
            elif prevention.ends_oldest:
                self.cancel(own.number)
            if own.number not in self._resting:
                prevented.append(own.number)
            if prevention.ends_newest:
                return Matched(Outcome.PREVENTED, tuple(trades), order.lots, tuple(prevented))
        return self._settle(order, time_in_force, trades, prevented, reduced)

    def _decrement(self, order: BookOrder, own: BookOrder) -> int:
        lots = min(order.lots, own.lots)
        order.lots -= lots
        self._take(own, lots)
        return lots

    def _settle(
        self,
        order: BookOrder,
        time_in_force: TimeInForce,
        trades: list[Trade] | tuple[()] = (),
        prevented: list[int] | tuple[()] = (),
        reduced: list[tuple[int, int]] | tuple[()] = (),
    ) -> Matched:
        """Let what is left of an order rest, or be gone."""
        if not order.lots:
            outcome = Outcome.PREVENTED if reduced else Outcome.FILLED
        elif order.ticks is not None and time_in_force not in _IMMEDIATE:
            outcome = _RESTS
            self._resting[order.number] = order
            (self._bids if order.side is _BUY else self._asks).add(order, order.ticks)
        elif time_in_force is _FOK:
            outcome = Outcome.UNFILLABLE
        else:
            outcome = Outcome.ENDED if trades else Outcome.NO_LIQUIDITY
        return Matched(outcome, tuple(trades), order.lots, tuple(prevented), tuple(reduced))

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
        """Let a resting order have no more than these lots, at its place in the queue.

        All else that can be replaced loses the place: a new price or a greater quantity is a cancel
        and an order that comes anew. Source: Binance Spot API documentation, "Order Amend Keep
        Priority": only a lower quantity keeps it.

        Args:
            number: of the order.
            lots: what is to be left of it, above 0.

        Raises:
            KeyError: it does not rest.
            ValueError: so many lots are none, or more than it has.
        """
        order = self._order(number)
        if not 0 < lots <= order.lots:
            raise ValueError(f"{order} cannot be reduced to {lots} lots; 1 to {order.lots} are")
        self._take(order, order.lots - lots)

    def remove_from_back(self, side: Side, ticks: int, owner: int, lots: int) -> int:
        """Take lots of an owner's orders away, from the back of a queue; looks at who is behind.

        Returns:
            How many were taken: fewer than asked for where the owner has no more.

        Raises:
            ValueError: the lots are below 0.
        """
        if lots < 0:
            raise ValueError(f"{lots} lots cannot be taken away; 0 and more can")
        taken = left = min(lots, self.lots_at(side, ticks, owner))
        if not left:
            return 0
        touched: list[tuple[BookOrder, int]] = []
        for order in self._ladder(side).queues[ticks].last_of(owner):
            touched.append((order, min(left, order.lots)))
            left -= touched[-1][1]
            if not left:
                break
        for order, part in touched:
            self._take(order, part)
        return taken

    def _take(self, order: BookOrder, lots: int) -> None:
        """Take lots from a resting order; without any it does not rest any more."""
        assert order.ticks is not None
        if lots == order.lots:
            self.cancel(order.number)
            order.lots = 0
        else:
            self._ladder(order.side).queues[order.ticks].shrink(order, lots)

    # What is asked

    def get(self, number: int) -> BookOrder | None:
        """Return a resting order."""
        return self._resting.get(number)

    def __len__(self) -> int:
        return len(self._resting)

    def best(self, side: Side) -> Depth | None:
        """Return the best price of a side and what rests there; None for an empty side."""
        ladder = self._ladder(side)
        ticks = ladder.best
        return None if ticks is None else Depth(ticks, ladder.queues[ticks].lots)

    def best_ticks(self, side: Side) -> int | None:
        """Return the best price of a side; None for an empty side."""
        return self._ladder(side).best

    def levels(self, side: Side, most: int) -> list[Depth]:
        """Return so many prices of a side at most, best first, and what rests there."""
        return list(islice(self._ladder(side).depths(), most))

    def queue(self, side: Side, ticks: int) -> Iterator[BookOrder]:
        """Return the orders at a price, the one that came first first.

        None may come or leave until the last was taken from it.
        """
        queue = self._ladder(side).queues.get(ticks)
        return iter(()) if queue is None else iter(queue.orders.values())

    def lots_at(self, side: Side, ticks: int, owner: int | None = None) -> int:
        """Return what rests at a price: of one owner, or of all.

        Looks at all orders there, unless it is asked for all or for `MARKET`.
        """
        queue = self._ladder(side).queues.get(ticks)
        return 0 if queue is None else queue.lots_of(owner)

    def lots_ahead(self, number: int, owner: int | None = None) -> int:
        """Return what is ahead of an order at its price: of one owner, or of all.

        Looks at the orders before it, or behind it if those are fewer; for one owner that is not
        `MARKET` it may look at all.

        Raises:
            KeyError: it does not rest.
        """
        order = self._order(number)
        assert order.ticks is not None
        return self._ladder(order.side).queues[order.ticks].lots_ahead(order, owner)

    def _order(self, number: int) -> BookOrder:
        order = self._resting.get(number)
        if order is None:
            raise KeyError(f"no order {number} rests in the book")
        return order

    def _ladder(self, side: Side) -> Ladder:
        return self._bids if side is _BUY else self._asks


def _is_fillable(order: BookOrder, others: Ladder, prevention: SelfTradePrevention) -> bool:
    wanted = order.lots
    for lots in _met(order, others, prevention):
        wanted -= lots
        if wanted <= 0:
            return True
    return False


def _met(order: BookOrder, others: Ladder, prevention: SelfTradePrevention) -> Iterator[int]:
    """Return the lots that an order could be executed against, until it would end."""
    for queue in others.within(order.ticks):
        if prevention is _NONE:
            yield queue.lots
            continue
        for maker in queue.orders.values():
            if maker.owner != order.owner:
                yield maker.lots
            elif prevention is not SelfTradePrevention.CANCEL_OLDEST:
                # It would end here, or lose lots without an execution.
                return
