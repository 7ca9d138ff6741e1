"""What happens when orders meet, in one step of one symbol.

Invariants:

1. An order is executed within its limit, against what is in the book, best price first, and at one
   price in the order of arrival.
2. A reduce-only order is executed up to the position that it can close; the rest is cancelled.
3. Protection is as large as what its entry executed.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO, add, divide, multiply, subtract
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.market.feeds.base import Flow, Quote
from fillgate.market.margin_calls import closing_order, settle, watch_position
from fillgate.market.matching import (
    MARKET,
    BookOrder,
    Matched,
    Outcome,
    SelfTradePrevention,
    Trade,
)
from fillgate.market.protection import protection_of, renamed
from fillgate.market.records import (
    Attached,
    Filled,
    MovedUp,
    Queued,
    Restated,
    Trailed,
    Triggered,
)
from fillgate.market.rules import POST_ONLY_CROSSES, has_limit, reducible
from fillgate.market.step import Step
from fillgate.market.triggers import CONDITIONAL, trail_start, watch_of
from fillgate.market.venue_order import VenueOrder

__all__ = ["OWN_ORDER", "Execution"]

_NOTHING_TO_REDUCE: Final = "Nothing is left that a reduce-only order could close."
_NOT_AT_ONCE: Final = "Could not be executed at once within its price."
_NO_LIQUIDITY: Final = "Nobody is on the other side."
_LEVELS: Final = 10_000
OWN_ORDER: Final = "It would have met an order of the same account."
"""Why an order has ended that gave way to one of its own account, or that had to."""


class Execution(Step):
    """A step in which orders meet."""

    __slots__ = ()

    # Orders that arrive

    def meet(self, held: VenueOrder) -> None:
        """Let an order meet the market: for the first time, or anew when its stop was reached."""
        if held.order.order_type in CONDITIONAL and not held.triggered:
            held = self._follow(held)
            if not watch_of(held, self.market.listing).holds(self.market.quote(self.at)):
                self.market.await_price(held)
                return
            self.market.stop_waiting(held.number)
            held = self.told(Triggered(at=self.at, number=held.number))
        self.execute(held)

    def _follow(self, held: VenueOrder) -> VenueOrder:
        if held.order.order_type is not OrderType.TRAILING_STOP or held.best is not None:
            return held
        best = trail_start(held.order, self.market.quote(self.at))
        return self.told(Trailed(at=self.at, number=held.number, best=best))

    def execute(self, held: VenueOrder) -> None:
        """Let an order that works take what it finds, and rest or end with what is left."""
        order, book = held.order, self.market.book
        lots = self.lots_of(held)
        if not lots:
            self.close(held, OrderStatus.CANCELED, _NOTHING_TO_REDUCE)
            return
        ticks = self._limit(held.order, triggered=held.triggered)
        self._bring_in(held, lots, ticks)
        if held.triggered and ticks is None and not self._affords(held, lots):
            return
        matched = book.submit(
            BookOrder(held.number, self.state.owner(order.account), order.side, ticks, lots),
            time_in_force=order.time_in_force or TimeInForce.GTC,
            post_only=order.post_only,
            # Where nobody's order rests none of its owner does.
            prevention=SelfTradePrevention.NONE if self.market.is_idle else self.prevention,
        )
        self._trade(matched.trades)
        self._prevent(held.number, matched)
        self._conclude(held.number, matched.outcome)

    def lots_of(self, held: VenueOrder) -> int:
        """Return how much of an order may be executed now; if it rests, so much does."""
        order, listing = held.order, self.market.listing
        left = subtract(order.quantity, held.filled_quantity)
        if order.reduce_only:
            position = self.state.position(order.account, order.symbol)
            left = min(left, reducible(order.side, position))
        return listing.lots(left)[0]

    def _affords(self, held: VenueOrder, lots: int) -> bool:
        """End a stop that costs more than its account has, now that it works."""
        worth = self.worth(held.order.side, lots)
        shortfall = self.state.ownership.shortfall_of(held, worth)
        if shortfall is not None:
            self.close(held, OrderStatus.CANCELED, str(shortfall), code="INSUFFICIENT_FUNDS")
        return shortfall is None

    def worth(self, side: Side, lots: int) -> Decimal:
        """Return what an order would cost or earn that takes whatever it finds now."""
        self.market.outside.supply(side.opposite, lots, None, self.offer)
        ticks = 0
        for level in self.market.book.levels(side.opposite, _LEVELS):
            taken = min(lots, level.lots)
            ticks += taken * level.ticks
            lots -= taken
        listing = self.market.listing
        return multiply(multiply(Decimal(ticks), listing.tick), listing.lot)

    def lots_worth(self, side: Side, worth: Decimal) -> int:
        """Return how many lots an order may take of whatever it finds now, for so much at most."""
        listing, taken = self.market.listing, 0
        ticks = int(divide(worth, multiply(listing.tick, listing.lot)))
        # No ask is below the bid; bids may be lower, but are not looked at down to nothing.
        most = ticks // self.market.quote(self.at).bid * (1 if side is Side.BUY else 4)
        self.market.outside.supply(side.opposite, most, None, self.offer)
        for level in self.market.book.levels(side.opposite, _LEVELS):
            lots = min(level.lots, ticks // level.ticks)
            taken += lots
            ticks -= lots * level.ticks
            if lots < level.lots:
                break
        return taken

    def would_take(self, order: Order) -> bool:
        """Tell whether a limit order would be executed at once, at least in part."""
        ticks = self._limit(order, triggered=False)
        assert ticks is not None
        self.market.outside.supply(order.side.opposite, 1, ticks, self.offer)
        best = self.market.book.best_ticks(order.side.opposite)
        if best is None:
            return False
        return best <= ticks if order.side is Side.BUY else best >= ticks

    def shorten(self, held: VenueOrder) -> None:
        """Let a resting order offer less, where it is in its queue, and wait for its new stop."""
        self.market.book.reduce(held.number, self.lots_of(held))
        self._guard(held)

    def _limit(self, order: Order, *, triggered: bool) -> int | None:
        if not has_limit(order, triggered=triggered):
            return None
        assert order.price is not None
        return self.market.listing.ticks(order.price)[0]

    def _bring_in(self, held: VenueOrder, lots: int, ticks: int | None) -> None:
        order, outside = held.order, self.market.outside
        outside.supply(order.side.opposite, lots, ticks, self.offer)
        if ticks is not None:
            outside.line_up(order.side, ticks, self.at, self.offer)

    def _conclude(self, number: int, outcome: Outcome) -> None:
        held = self.state.orders[number]
        if held.status.is_final:
            return
        match outcome:
            case Outcome.RESTS:
                self._queue(held)
            case Outcome.WOULD_TAKE:
                self.refuse(held, POST_ONLY_CROSSES)
            case Outcome.PREVENTED:
                self.close(held, OrderStatus.EXPIRED, OWN_ORDER)
            case _:
                self._leave(held)

    def _leave(self, held: VenueOrder) -> None:
        """End an order that may not wait for the rest of its quantity."""
        if held.order.reduce_only and not self.lots_of(held):
            self.close(held, OrderStatus.CANCELED, _NOTHING_TO_REDUCE)
        elif has_limit(held.order, triggered=held.triggered):
            self.close(held, OrderStatus.EXPIRED, _NOT_AT_ONCE)
        else:
            self.close(held, OrderStatus.EXPIRED, _NO_LIQUIDITY)

    def _queue(self, held: VenueOrder) -> None:
        ahead = self.market.book.lots_ahead(held.number, MARKET)
        queued = self.told(Queued(at=self.at, number=held.number, ahead=ahead))
        self.market.queue(queued)
        self._guard(queued)

    def _guard(self, resting: VenueOrder) -> None:
        """Let an order wait for its stop, too, that one cancels the other with."""
        if resting.order.order_type is OrderType.OCO:
            self.market.await_price(resting)

    def _prevent(self, taker: int, matched: Matched) -> None:
        """Let orders of one owner that would have met give way."""
        for number in matched.prevented:
            held = self.state.orders[number]
            if not held.status.is_final:
                self.close(held, OrderStatus.CANCELED, OWN_ORDER)
        for number, lots in matched.reduced:
            if number not in matched.prevented:
                self._shrink(number, lots)
        if matched.outcome is Outcome.RESTS:
            self._shrink(taker, sum(lots for _, lots in matched.reduced))
        if matched.reduced and self.market.reducing:
            self._fit_reducing(self.state.orders[taker].order.account)

    def _shrink(self, number: int, lots: int) -> None:
        """Let an order have lost lots that were not executed."""
        if lots:
            quantity = self.state.orders[number].order.quantity
            left = subtract(quantity, self.market.listing.quantity(lots))
            self.happen(Restated(at=self.at, number=number, quantity=left))

    # The market outside

    def turn(self) -> None:
        """Let the market outside offer what it does now.

        Raises:
            NoPrices: it offers nothing that may be traded on.
        """
        outside = self.market.outside
        outside.turn(self.at, self.offer)
        while outside.thinned:
            self._move_up(*outside.thinned.pop())

    def offer(self, side: Side, ticks: int, lots: int) -> None:
        """Send an order of the market outside that rests if nobody takes it."""
        lots = self.take(side, ticks, lots)
        if lots:
            self._send_outside(side, ticks, lots, TimeInForce.GTC)

    def flow(self, flow: Flow) -> None:
        """Let the market outside take: first from its own offers that are better.

        What it takes from itself at the same price the feed has not displayed.
        """
        better = flow.ticks - flow.side.sign
        self.market.outside.supply(flow.side.opposite, flow.lots, better, self.offer)
        self.take(flow.side, flow.ticks, flow.lots)

    def take(self, side: Side, ticks: int, lots: int) -> int:
        """Let the market outside take what it finds within a price; return what it did not find.

        One of the clients' orders after the other: what becomes of one may end the next.
        """
        while lots and (chunk := self._next_chunk(side, ticks, lots)):
            self._send_outside(side, ticks, chunk, TimeInForce.IOC)
            lots -= chunk
        return lots

    def _next_chunk(self, side: Side, ticks: int, lots: int) -> int:
        best = self.market.book.best_ticks(side.opposite)
        if best is None or (best > ticks if side is Side.BUY else best < ticks):
            return 0
        chunk = 0
        for order in self.market.book.queue(side.opposite, best):
            chunk += order.lots
            if order.owner != MARKET or chunk >= lots:
                break
        return min(chunk, lots)

    def _send_outside(self, side: Side, ticks: int, lots: int, time_in_force: TimeInForce) -> None:
        order = BookOrder(self.market.outside.number(), MARKET, side, ticks, lots)
        self._trade(self.market.book.submit(order, time_in_force=time_in_force).trades)

    # Executions

    def _trade(self, trades: Sequence[Trade]) -> None:
        executed: dict[int, Decimal] = {}
        for trade in trades:
            for number, against in ((trade.maker, trade.taker), (trade.taker, trade.maker)):
                if number > 0:
                    quantity = self._fill(number, trade, against, maker=number == trade.maker)
                    executed[number] = add(executed.get(number, ZERO), quantity)
            if trade.maker < 0 < trade.taker:
                self.market.outside.note_taken(trade.maker_side, trade.ticks, trade.lots)
        # Only now: what one execution ends may have been executed by the next.
        for number, quantity in executed.items():
            self._after_execution(self.state.orders[number], quantity)
        if not self.market.is_idle:
            taken = [(trade.maker_side, trade.ticks) for trade in trades if trade.maker < 0]
            for side, ticks in dict.fromkeys(taken):
                self._move_up(side, ticks)

    def _fill(self, number: int, trade: Trade, against: int, *, maker: bool) -> Decimal:
        held = self.state.orders[number]
        listing = self.market.listing
        quantity, price = listing.quantity(trade.lots), listing.price(trade.ticks)
        fill = Fill(
            fill_id=f"{held.order_id}-{len(held.fills) + 1}",
            quantity=quantity,
            price=price,
            fees=self._charged(held, quantity, price, maker=maker),
            timestamp=self.at // 1000,
        )
        against = max(against, 0)
        self.happen(Filled(at=self.at, number=number, fill=fill, maker=maker, against=against))
        return quantity

    def _charged(
        self, held: VenueOrder, quantity: Decimal, price: Decimal, *, maker: bool
    ) -> tuple[Fee, ...]:
        if self.fees.is_free:
            return ()
        worth = multiply(quantity, price)
        traded = self.state.ownership.volume(held.order.account, self.at)
        asset = self.market.listing.quote
        if self.fees.of_received and held.order.side is Side.BUY:
            asset, worth = self.market.listing.base, quantity
        amount = self.fees.fee(worth, maker=maker, volume=traded)
        return (Fee(asset, amount),) if amount else ()

    def _after_execution(self, held: VenueOrder, quantity: Decimal) -> None:
        self.end_others(held)
        order = held.order
        if order.stop_loss is not None or order.take_profit is not None:
            self._protect(held, quantity)
        if self.market.reducing:
            self._fit_reducing(order.account)
        watch_position(self, order.account)

    def _protect(self, entry: VenueOrder, quantity: Decimal) -> None:
        """Close what an entry opened just now where its stops are reached."""
        protection = self.state.protection(entry)
        for held in protection:
            grown = add(held.order.quantity, quantity)
            self.happen(Restated(at=self.at, number=held.number, quantity=grown))
        if protection:
            return
        for order in protection_of(entry.order, quantity):
            number = self.state.next_number
            # The first protection may have been used up before the entry was executed in full.
            again = order.client_order_id in self.state.arrivals
            named = renamed(order, number) if again else order
            attached = Attached(at=self.at, number=number, order=named, entry=entry.number)
            self.market.await_price(self.told(attached))

    def _fit_reducing(self, account: str) -> None:
        """Let the reduce-only orders of an account that rest offer no more than it can close."""
        for number in sorted(self.market.reducing):
            held = self.state.orders[number]
            if held.order.account != account:
                continue
            lots = self.lots_of(held)
            resting = self.market.book.get(number)
            if not lots:
                self.close(held, OrderStatus.CANCELED, _NOTHING_TO_REDUCE)
            elif resting is None or resting.lots < lots:
                # It offered less than its quantity. More comes anew, behind those that are there.
                self.market.book.cancel(number)
                self.execute(held)
            elif resting.lots > lots:
                self.market.book.reduce(number, lots)

    def _move_up(self, side: Side, ticks: int) -> None:
        """Write down what is ahead now of those who queue at a price."""
        for resting in tuple(self.market.book.queue(side, ticks)):
            if resting.owner == MARKET:
                continue
            ahead = self.market.book.lots_ahead(resting.number, MARKET)
            if ahead == self.state.orders[resting.number].ahead:
                break
            self.happen(MovedUp(at=self.at, number=resting.number, ahead=ahead))

    # What the price does to those who wait

    def fire(self, quote: Quote) -> None:
        """Let the stops work whose price has come, and trailing stops follow theirs."""
        for number in self.market.triggers.fire(quote):
            held = self.state.orders[number]
            if not held.status.is_final:
                self.market.stop_waiting(number)
                self.market.leave(number)
                self.execute(self.told(Triggered(at=self.at, number=number)))
        for number in self.market.improved(quote):
            held = self.state.orders[number]
            if not held.status.is_final and not held.triggered:
                best = trail_start(held.order, quote)
                self.market.await_price(self.told(Trailed(at=self.at, number=number, best=best)))

    def liquidate(self, account: str) -> None:
        """Close a position whose margin is used up: the account loses that, and no more."""
        self.execute(closing_order(self, account))
        settle(self, account)
